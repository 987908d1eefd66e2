# SPDX-License-Identifier: Apache-2.0
"""github_git.py: the git side of the stand-in: a real bare repository, through git's plumbing."""
import base64, os, subprocess, tempfile

AUTHOR = {"GIT_AUTHOR_NAME": "lockstep[bot]", "GIT_AUTHOR_EMAIL": "bot@example.org",
          "GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com"}


class Refused(Exception):
    """Something that GitHub answers with this status and message."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Repository:
    def __init__(self, path):
        self.path = path

    def git(self, *args, data=None, env=None, check=True):
        r = subprocess.run(["git", "--git-dir", self.path, *args], input=data, capture_output=True,
                           env={**os.environ, **AUTHOR, **(env or {})})
        if check and r.returncode:
            raise Refused(422, r.stderr.decode("utf-8", "replace").strip())
        return r if not check else r.stdout

    def text(self, *args, **more):
        return self.git(*args, **more).decode().strip()

    def default_branch(self):
        return self.text("symbolic-ref", "--short", "HEAD")

    def oid(self, ref):
        """The object that a full ref points to, or None."""
        r = self.git("rev-parse", "--verify", "-q", ref, check=False)
        return r.stdout.decode().strip() if r.returncode == 0 else None

    def refs(self, prefix):
        out = self.text("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)")
        return [line.split() for line in out.splitlines() if line.startswith("refs/" + prefix)]

    def kind(self, sha):
        r = self.git("cat-file", "-t", sha, check=False)
        return r.stdout.decode().strip() if r.returncode == 0 else None

    def need(self, sha, kind):
        if not isinstance(sha, str) or self.kind(sha) != kind:
            raise Refused(422, "Object does not exist")

    def is_ancestor(self, old, new):
        return self.git("merge-base", "--is-ancestor", old, new, check=False).returncode == 0

    def create_ref(self, ref, sha):
        if self.oid(ref):
            raise Refused(422, "Reference already exists")
        self.need(sha, "commit")
        self.git("update-ref", ref, sha, "0" * 40)

    def move_ref(self, ref, sha, force):
        old = self.oid(ref)
        if not old:
            raise Refused(422, "Reference does not exist")
        self.need(sha, "commit")
        if not force and not self.is_ancestor(old, sha):
            raise Refused(422, "Update is not a fast forward")
        self.git("update-ref", ref, sha, old)

    def delete_ref(self, ref):
        if not self.oid(ref):
            raise Refused(422, "Reference does not exist")
        self.git("update-ref", "-d", ref)

    def blob(self, content, encoding):
        data = base64.b64decode(content) if encoding == "base64" else content.encode()
        return self.text("hash-object", "-w", "--stdin", data=data)

    def tree(self, base, entries):
        """A tree from a base tree (or None) with (path, mode, sha or None) put in or taken out."""
        with tempfile.TemporaryDirectory() as folder:
            env = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
            if base:
                self.git("read-tree", base, env=env)
            lines = "".join("%s %s\t%s\0" % (mode if sha else "0", sha or "0" * 40, path) for path, mode, sha in entries)
            self.git("update-index", "-z", "--index-info", data=lines.encode(), env=env)
            return self.text("write-tree", env=env)

    def commit(self, message, tree, parents, env=None):
        args = [a for p in parents for a in ("-p", p)]
        return self.text("commit-tree", tree, *args, data=message.encode(), env=env)

    def tree_of(self, commit):
        return self.text("rev-parse", commit + "^{tree}")

    def list_tree(self, sha, recursive):
        out = self.text("ls-tree", "-l", *(["-r", "-t"] if recursive else []), sha)
        rows = []
        for line in out.splitlines():
            meta, path = line.split("\t", 1)
            mode, kind, oid, size = meta.split()
            row = {"path": path, "mode": mode, "type": kind, "sha": oid, "url": "http://stand.in/git/" + oid}
            if kind == "blob":
                row["size"] = int(size)
            rows.append(row)
        return rows

    def parents(self, commit):
        return self.text("rev-list", "--parents", "-n", "1", commit).split()[1:]

    def message(self, commit):
        return self.text("log", "-1", "--format=%B", commit)

    def commit_on_branch(self, branch, expected, message, additions, deletions):
        """createCommitOnBranch: compare and swap; a GraphQL error's (type, message) when it is refused."""
        ref = "refs/heads/" + branch
        head = self.oid(ref)
        if not head:
            return None, ("NOT_FOUND", "The branch `%s` was not found." % branch)
        if head != expected:
            return None, ("STALE_DATA", 'Expected branch to point to "%s" but it did not. Pull and try again.' % head)
        entries = []
        for a in additions:
            old = self.git("ls-tree", head, "--", a["path"]).decode().split()
            mode = old[0] if old and old[0] in ("100644", "100755") else "100644"
            entries.append((a["path"], mode, self.blob(a["contents"], "base64")))
        entries += [(d["path"], None, None) for d in deletions]
        new = self.commit(message, self.tree(head, entries), [head])
        r = self.git("update-ref", ref, new, head, check=False)
        if r.returncode:
            return None, ("STALE_DATA", 'Expected branch to point to "%s" but it did not. Pull and try again.' % expected)
        return new, None

    def update_refs(self, updates):
        """updateRefs: one transaction; an error's message when it is refused."""
        lines = ["start"]
        for u in updates:
            before, after = u.get("beforeOid"), u["afterOid"]
            if not u.get("force") and before and set(before) != {"0"} and not self.is_ancestor(before, after):
                return "update is not a fast forward"
            lines.append("update %s %s%s" % (u["name"], after, " " + before if before else ""))
        r = self.git("update-ref", "--stdin", data="\n".join(lines + ["prepare", "commit", ""]).encode(), check=False)
        return "refs could not be updated" if r.returncode else None

    def merge(self, base, head, message):
        """What the merge button does; None when there are conflicts."""
        ours, theirs = self.oid("refs/heads/" + base), self.oid("refs/heads/" + head)
        r = self.git("merge-tree", "--write-tree", ours, theirs, check=False)
        if r.returncode:
            return None
        new = self.commit(message, r.stdout.decode().split()[0], [ours, theirs])
        self.git("update-ref", "refs/heads/" + base, new, ours)
        return new


def serve_http(root, path, method, query, headers, data, user):
    """Git's smart HTTP by git's own CGI program: status, headers, body."""
    env = {**os.environ, "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "REQUEST_METHOD": method,
           "QUERY_STRING": query, "CONTENT_TYPE": headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(data)),
           "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""), "HTTP_GIT_PROTOCOL": headers.get("Git-Protocol", ""),
           "REMOTE_USER": user}
    out = subprocess.run(["git", "http-backend"], input=data, capture_output=True, env=env).stdout
    head, _, body = out.partition(b"\r\n\r\n")
    sent = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(sent.pop("Status", "200").split()[0]), sent, body
