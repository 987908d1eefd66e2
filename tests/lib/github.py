#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""github.py: a small stateful stand-in for GitHub's API, on loopback, for tests.

  github.py --token T [--read-token T] [--git FOLDER] [--log FILE] [--port N] [--port-file FILE]

Repositories are bare ones, FOLDER/OWNER/NAME.git; one that is not there can still be told of events. Git itself finds them
at /OWNER/NAME.git, with x-access-token and the token as login. It answers below /
and below /api/v3 (as on an Enterprise host). The read token may read what the other may write, so it gets what GitHub
gives then: 404. What was asked goes to the log as JSON lines, without the token.

Controls, without a token:
  POST /_control/faults   [{"match": "POST /repos/[^/]+/[^/]+/dispatches", "times": 1, ...}] with one of
                          "status": 503, "headers": {...}, "body": "text", "echo": true (the token is in the message)
                          "close": "before" | "half" (of the answer), "slow": SECONDS, "after": true (it is done all the same)
  GET  /_control/state    {"events": [...], "runs": [...], "pulls": [...]}
"""
import argparse, base64, json, re, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from github_git import Refused, Repository, serve_http

MAX_DISPATCH = 65535
ROUTES = []


def route(method, pattern):
    names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{\*(\w+)\}", r"(?P<\1>.+)", pattern))

    def add(function):
        ROUTES.append((method, re.compile(names + r"\Z"), function))
        return function
    return add


def need(ok, message, field=None):
    if not ok:
        raise Refused(422, message if field is None else "Validation Failed: " + field)


class State:
    def __init__(self, args):
        self.args = args
        self.lock = threading.Lock()
        self.faults, self.events, self.runs, self.pulls = [], [], [], []
        self.next_comment = 1

    def repository(self, p):
        path = Path(self.args.git or "/nonexistent") / p["owner"] / (p["repo"] + ".git")
        if not path.is_dir():
            raise Refused(404, "Not Found")
        return Repository(str(path))

    def pull(self, p):
        for pull in self.pulls:
            if str(pull["number"]) == p["number"] and pull["_repo"] == p["owner"] + "/" + p["repo"]:
                return pull
        raise Refused(404, "Not Found")

    def take_fault(self, what):
        for fault in self.faults:
            if re.match(fault["match"] + r"\Z", what) and fault.get("times", 1) > 0:
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None


# -- events

@route("POST", "/repos/{owner}/{repo}/dispatches")
def dispatches(state, p, body, query):
    kind, payload = body.get("event_type"), body.get("client_payload", {})
    need(isinstance(kind, str), "Invalid request.\n\nFor 'properties/event_type', nil is not a string.")
    need(1 <= len(kind) <= 100, "event_type", "event_type")
    need(isinstance(payload, dict), "Invalid request.\n\nFor 'properties/client_payload', it is not an object.")
    need(len(payload) <= 10, "No more than 10 properties are allowed; %d were supplied." % len(payload))
    need(len(json.dumps(payload, separators=(",", ":"))) <= MAX_DISPATCH, "client_payload is too large.")
    state.events.append({"repository": p["owner"] + "/" + p["repo"], "event_type": kind, "client_payload": payload})
    return 204, None


@route("POST", "/repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches")
def workflow_dispatches(state, p, body, query):
    need(isinstance(body.get("ref"), str), "Invalid request.\n\n\"ref\" wasn't supplied.")
    inputs = body.get("inputs", {})
    need(isinstance(inputs, dict) and len(inputs) <= 25, "you may only define up to 25 `inputs`")
    try:
        repo = state.repository(p)
    except Refused:
        repo = None
    if repo:
        ref = repo.oid("refs/heads/" + body["ref"])
        need(ref, "No ref found for: " + body["ref"])
        name = urllib.parse.unquote(p["workflow"])
        r = repo.git("show", "%s:.github/workflows/%s" % (ref, name), check=False)
        if r.returncode:
            raise Refused(404, "Not Found")
        need(b"workflow_dispatch" in r.stdout, "Workflow does not have 'workflow_dispatch' trigger")
        for key in inputs:
            need(re.search(rb"^\s+%s:" % re.escape(key).encode(), r.stdout, re.M),
                 'Unexpected inputs provided: ["%s"]' % key)
    state.runs.append({"repository": p["owner"] + "/" + p["repo"], "workflow": p["workflow"], "ref": body["ref"], "inputs": inputs})
    return 204, None


# -- repository and refs

@route("GET", "/repos/{owner}/{repo}")
def repository(state, p, body, query):
    return 200, repo_json(state, p)


def repo_json(state, p):
    name = p["owner"] + "/" + p["repo"]
    return {"id": 1, "node_id": "R_" + name, "name": p["repo"], "full_name": name, "private": False, "html_url": "https://stand.in/" + name,
            "default_branch": state.repository(p).default_branch(), "owner": {"login": p["owner"]},
            "permissions": {"pull": True, "push": True, "admin": False}}


def ref_json(name, sha, kind="commit"):
    return {"ref": name, "node_id": "REF_1", "url": "https://stand.in/" + name, "object": {"type": kind, "sha": sha, "url": "https://stand.in/" + sha}}


@route("GET", "/repos/{owner}/{repo}/git/ref/{*ref}")
def get_ref(state, p, body, query):
    sha = state.repository(p).oid("refs/" + p["ref"])
    if not sha:
        raise Refused(404, "Not Found")
    return 200, ref_json("refs/" + p["ref"], sha)


@route("GET", "/repos/{owner}/{repo}/git/matching-refs/{*ref}")
def matching_refs(state, p, body, query):
    return 200, [ref_json(*row) for row in state.repository(p).refs(p["ref"])]


@route("GET", "/repos/{owner}/{repo}/branches/{*branch}")
def get_branch(state, p, body, query):
    sha = state.repository(p).oid("refs/heads/" + p["branch"])
    if not sha:
        raise Refused(404, "Branch not found")
    return 200, {"name": p["branch"], "commit": {"sha": sha}, "protected": False}


@route("POST", "/repos/{owner}/{repo}/git/refs")
def create_ref(state, p, body, query):
    ref = body.get("ref")
    need(isinstance(ref, str) and re.match(r"refs/.+/.+", ref), "Reference name must start with 'refs/'")
    state.repository(p).create_ref(ref, body.get("sha"))
    return 201, ref_json(ref, body["sha"])


@route("PATCH", "/repos/{owner}/{repo}/git/refs/{*ref}")
def update_ref(state, p, body, query):
    state.repository(p).move_ref("refs/" + p["ref"], body.get("sha"), body.get("force", False))
    return 200, ref_json("refs/" + p["ref"], body["sha"])


@route("DELETE", "/repos/{owner}/{repo}/git/refs/{*ref}")
def delete_ref(state, p, body, query):
    state.repository(p).delete_ref("refs/" + p["ref"])
    if p["ref"].startswith("heads/"):
        for pull in state.pulls:
            if pull["state"] == "open" and pull["_head"] == p["ref"][6:]:
                pull["state"] = "closed"
    return 204, None


# -- git objects

@route("POST", "/repos/{owner}/{repo}/git/blobs")
def create_blob(state, p, body, query):
    need(isinstance(body.get("content"), str), "content wasn't supplied.")
    sha = state.repository(p).blob(body["content"], body.get("encoding", "utf-8"))
    return 201, {"sha": sha, "url": "https://stand.in/" + sha}


@route("POST", "/repos/{owner}/{repo}/git/trees")
def create_tree(state, p, body, query):
    repo, entries = state.repository(p), []
    need(isinstance(body.get("tree"), list), "Invalid tree info")
    for e in body["tree"]:
        need(e.get("mode") in ("100644", "100755", "040000", "160000", "120000"), "tree.mode " + str(e.get("mode")) + " is not valid")
        sha = e["sha"] if "sha" in e else repo.blob(e.get("content", ""), "utf-8")
        need(sha is None or repo.kind(sha), "tree.sha %s is not a valid blob" % sha)
        entries.append((e["path"], e["mode"], sha))
    sha = repo.tree(body.get("base_tree"), entries)
    return 201, {"sha": sha, "url": "https://stand.in/" + sha, "truncated": False, "tree": repo.list_tree(sha, False)}


@route("GET", "/repos/{owner}/{repo}/git/trees/{sha}")
def get_tree(state, p, body, query):
    repo = state.repository(p)
    if repo.kind(p["sha"]) not in ("tree", "commit"):
        raise Refused(404, "Not Found")
    return 200, {"sha": p["sha"], "url": "https://stand.in/" + p["sha"], "truncated": False,
                 "tree": repo.list_tree(p["sha"], "recursive" in query)}


def commit_json(repo, sha):
    who = {"name": "lockstep[bot]", "email": "bot@example.org", "date": "2026-01-01T00:00:00Z"}
    return {"sha": sha, "node_id": "C_1", "url": "https://stand.in/" + sha, "html_url": "https://stand.in/" + sha, "author": who, "committer": who,
            "message": repo.message(sha), "tree": {"sha": repo.tree_of(sha), "url": "https://stand.in/tree"},
            "parents": [{"sha": x, "url": "https://stand.in/" + x, "html_url": "https://stand.in/" + x} for x in repo.parents(sha)],
            "verification": {"verified": True, "reason": "valid", "signature": None, "payload": None, "verified_at": None}}


@route("POST", "/repos/{owner}/{repo}/git/commits")
def create_commit(state, p, body, query):
    repo, env = state.repository(p), {}
    need(isinstance(body.get("message"), str), "message wasn't supplied.")
    repo.need(body.get("tree"), "tree")
    for parent in body.get("parents", []):
        repo.need(parent, "commit")
    for key in ("author", "committer"):
        for part in ("name", "email", "date"):
            if part in (body.get(key) or {}):
                env["GIT_%s_%s" % (key.upper(), part.upper())] = body[key][part]
    return 201, commit_json(repo, repo.commit(body["message"], body["tree"], body.get("parents", []), env))


@route("GET", "/repos/{owner}/{repo}/git/commits/{sha}")
def get_commit(state, p, body, query):
    repo = state.repository(p)
    if repo.kind(p["sha"]) != "commit":
        raise Refused(404, "Not Found")
    return 200, commit_json(repo, p["sha"])


@route("GET", "/repos/{owner}/{repo}/compare/{*range}")
def compare(state, p, body, query):
    repo = state.repository(p)
    base, _, head = p["range"].partition("...")
    shas = [repo.oid("refs/heads/" + x) or repo.oid(x) for x in (base, head)]
    if not all(shas):
        raise Refused(404, "Not Found")
    listed = repo.text("rev-list", "--reverse", "%s..%s" % tuple(shas)).split()
    behind = int(repo.text("rev-list", "--count", "%s..%s" % (shas[1], shas[0])))
    status = "diverged" if behind and listed else "ahead" if listed else "behind" if behind else "identical"
    return 200, {"status": status, "ahead_by": len(listed), "behind_by": behind, "total_commits": len(listed),
                 "commits": [{"sha": c, "commit": commit_json(repo, c)} for c in listed[:250]], "files": []}


# -- pull requests

def pull_json(state, pull):
    owner, repo = pull["_repo"].split("/")
    git = state.repository({"owner": owner, "repo": repo})
    shown = {k: v for k, v in pull.items() if not k.startswith("_")}
    for side in ("head", "base"):
        sha = git.oid("refs/heads/" + pull["_" + side]) or pull["_%s_sha" % side]
        pull["_%s_sha" % side] = sha
        shown[side] = {"ref": pull["_" + side], "label": owner + ":" + pull["_" + side], "sha": sha, "user": {"login": owner},
                       "repo": {"full_name": pull["_repo"], "name": repo, "owner": {"login": owner}}}
    shown["html_url"] = "https://stand.in/%s/pull/%d" % (pull["_repo"], pull["number"])
    return shown


def check_text(body):
    need("title" not in body or (isinstance(body["title"], str) and len(body["title"]) <= 256), "title is too long (maximum is 256 characters)")
    need(len(body.get("body") or "") <= 65536, "body is too long (maximum is 65536 characters)")


@route("GET", "/repos/{owner}/{repo}/pulls")
def list_pulls(state, p, body, query):
    state.repository(p)
    name, wanted, head = p["owner"] + "/" + p["repo"], query.get("state", "open"), query.get("head", "")
    need(wanted in ("open", "closed", "all"), "state")
    found = [x for x in state.pulls if x["_repo"] == name and wanted in ("all", x["state"])]
    if ":" in head: # GitHub takes no notice of a head without an owner
        found = [x for x in found if p["owner"] + ":" + x["_head"] == head]
    if "base" in query:
        found = [x for x in found if x["_base"] == query["base"]]
    found.sort(key=lambda x: -x["number"])
    size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
    return 200, [pull_json(state, x) for x in found[(page - 1) * size:page * size]]


@route("POST", "/repos/{owner}/{repo}/pulls")
def create_pull(state, p, body, query):
    repo, name = state.repository(p), p["owner"] + "/" + p["repo"]
    need(isinstance(body.get("head"), str) and isinstance(body.get("base"), str), "Validation Failed: head, base")
    need(isinstance(body.get("title"), str) and body["title"] or "issue" in body, "Validation Failed: title")
    check_text(body)
    head = body["head"].split(":")[-1]
    head_sha, base_sha = repo.oid("refs/heads/" + head), repo.oid("refs/heads/" + body["base"])
    need(head_sha, "Validation Failed: head invalid")
    need(base_sha, "Validation Failed: base invalid")
    for x in state.pulls:
        need(not (x["_repo"] == name and x["state"] == "open" and x["_head"] == head and x["_base"] == body["base"]),
             "Validation Failed: A pull request already exists for %s:%s." % (p["owner"], head))
    need(not repo.is_ancestor(head_sha, base_sha), "Validation Failed: No commits between %s and %s" % (body["base"], head))
    number = len(state.pulls) + 1
    state.pulls.append({"number": number, "id": number, "node_id": "PR_%d" % number, "title": body.get("title", ""), "body": body.get("body"),
                        "state": "open", "draft": body.get("draft", False), "locked": False, "merged": False, "merged_at": None, "merge_commit_sha": None,
                        "user": {"login": "lockstep[bot]"}, "labels": [], "requested_reviewers": [], "comments_list": [],
                        "_repo": name, "_head": head, "_base": body["base"], "_head_sha": head_sha, "_base_sha": base_sha})
    return 201, pull_json(state, state.pulls[-1])


@route("GET", "/repos/{owner}/{repo}/pulls/{number}")
def get_pull(state, p, body, query):
    return 200, pull_json(state, state.pull(p))


@route("PATCH", "/repos/{owner}/{repo}/pulls/{number}")
def update_pull(state, p, body, query):
    pull = state.pull(p)
    check_text(body)
    need(body.get("state", "open") in ("open", "closed"), "state")
    need(not (body.get("state") == "open" and pull["merged"]), "Validation Failed: state cannot be changed. The pull request is merged.")
    for key in ("title", "body", "state"):
        pull[key] = body.get(key, pull[key])
    pull["_base"] = body.get("base", pull["_base"])
    return 200, pull_json(state, pull)


@route("PUT", "/repos/{owner}/{repo}/pulls/{number}/update-branch")
def update_branch(state, p, body, query):
    pull, repo = state.pull(p), state.repository(p)
    need(body.get("expected_head_sha") in (None, repo.oid("refs/heads/" + pull["_head"])), "expected head sha didn't match current head ref.")
    need(repo.merge(pull["_head"], pull["_base"], "Merge branch '%s' into %s" % (pull["_base"], pull["_head"])), "merge conflict between base and head")
    return 202, {"message": "Updating pull request branch.", "url": "https://stand.in/pull"}


@route("PUT", "/repos/{owner}/{repo}/pulls/{number}/merge")
def merge_pull(state, p, body, query):
    pull, repo = state.pull(p), state.repository(p)
    if pull["state"] != "open" or pull["draft"]:
        raise Refused(405, "Pull Request is not mergeable")
    if body.get("sha") not in (None, repo.oid("refs/heads/" + pull["_head"])):
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    pull_json(state, pull) # remembers the tips
    sha = repo.merge(pull["_base"], pull["_head"], "Merge pull request #%d" % pull["number"])
    if not sha:
        raise Refused(405, "Pull Request is not mergeable")
    pull.update(state="closed", merged=True, merged_at="2026-01-01T00:00:00Z", merge_commit_sha=sha)
    return 200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}


@route("POST", "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers")
def request_reviewers(state, p, body, query):
    pull = state.pull(p)
    pull["requested_reviewers"] += [{"login": x} for x in body.get("reviewers", [])]
    return 201, pull_json(state, pull)


@route("GET", "/repos/{owner}/{repo}/issues/{number}/labels")
def get_labels(state, p, body, query):
    return 200, state.pull(p)["labels"]


@route("POST", "/repos/{owner}/{repo}/issues/{number}/labels")
def add_labels(state, p, body, query):
    pull = state.pull(p)
    names = body.get("labels", [])
    need(isinstance(names, list) and names, "labels")
    for name in names:
        if name not in [x["name"] for x in pull["labels"]]:
            pull["labels"].append({"id": 1, "node_id": "L_1", "url": "https://stand.in/l", "name": name, "color": "ededed", "default": False, "description": None})
    return 200, pull["labels"]


@route("DELETE", "/repos/{owner}/{repo}/issues/{number}/labels/{name}")
def remove_label(state, p, body, query):
    pull, name = state.pull(p), urllib.parse.unquote(p["name"])
    if name not in [x["name"] for x in pull["labels"]]:
        raise Refused(404, "Label does not exist")
    pull["labels"] = [x for x in pull["labels"] if x["name"] != name]
    return 200, pull["labels"]


@route("GET", "/repos/{owner}/{repo}/issues/{number}/comments")
def get_comments(state, p, body, query):
    return 200, state.pull(p)["comments_list"]


@route("POST", "/repos/{owner}/{repo}/issues/{number}/comments")
def add_comment(state, p, body, query):
    need(isinstance(body.get("body"), str) and body["body"], "body")
    comment = {"id": state.next_comment, "node_id": "IC_1", "body": body["body"], "user": {"login": "lockstep[bot]"},
               "url": "https://stand.in/c", "html_url": "https://stand.in/c", "issue_url": "https://stand.in/i",
               "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    state.next_comment += 1
    state.pull(p)["comments_list"].append(comment)
    return 201, comment


# -- GraphQL: four mutations, with their input in a variable

def update_refs(state, given):
    """All of them or none, each from where it was seen; what is wrong, or None. The node id of a repository is "R_OWNER/NAME"."""
    owner, _, name = given.get("repositoryId", "")[2:].partition("/")
    return state.repository({"owner": owner, "repo": name}).update_refs(given.get("refUpdates", []))


@route("POST", "/graphql")
def graphql(state, p, body, query):
    text, variables = body.get("query", ""), body.get("variables") or {}
    given = variables.get("input") or {}
    name = re.search(r"\b(createCommitOnBranch|updateRefs|convertPullRequestToDraft|markPullRequestReadyForReview)\b", text)
    if not text.lstrip().startswith("mutation") or not name or not given:
        return 200, {"errors": [{"message": "the stand-in knows four mutations, with a variable 'input'"}]}
    name = name.group(1)
    if name == "updateRefs":
        error = update_refs(state, given)
        return 200, {"data": {name: None}, "errors": [{"message": error}]} if error else {"data": {name: {"clientMutationId": None}}}
    if name != "createCommitOnBranch":
        for pull in state.pulls:
            if pull["node_id"] == given.get("pullRequestId"):
                pull["draft"] = name == "convertPullRequestToDraft"
                return 200, {"data": {name: {"pullRequest": {"id": pull["node_id"], "isDraft": pull["draft"]}}}}
        return 200, {"data": {name: None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a node"}]}
    branch, message, changes = given.get("branch", {}), given.get("message", {}), given.get("fileChanges", {})
    owner, _, repo = branch.get("repositoryNameWithOwner", "").partition("/")
    text = message.get("headline", "") + ("\n\n" + message["body"] if message.get("body") else "")
    sha, error = state.repository({"owner": owner, "repo": repo}).commit_on_branch(
        branch.get("branchName"), given.get("expectedHeadOid"), text, changes.get("additions", []), changes.get("deletions", []))
    if error:
        return 200, {"data": {name: None}, "errors": [{"type": error[0], "path": [name], "message": error[1]}]}
    return 200, {"data": {name: {"commit": {"oid": sha, "url": "https://stand.in/" + sha}}}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "stand.in"

    def log_message(self, *args):
        pass

    def answer(self, status, value=None, headers=None, half=False):
        data = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        sent = {"Content-Type": "application/json; charset=utf-8", "X-GitHub-Request-Id": "AAAA:%d" % time.time_ns(),
                "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": str(int(time.time()) + 3600), **(headers or {})}
        self.send_response(status)
        for key, text in sent.items():
            if status != 204 or key != "Content-Type":
                self.send_header(key, text)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2] if half else data)
        if half:
            self.close_connection = True

    def token(self):
        m = re.fullmatch(r"(?:token|Bearer) (\S+)", self.headers.get("Authorization") or "")
        return m.group(1) if m else None

    def log(self, path, body):
        args = self.server.state.args
        if not args.log:
            return
        headers = {k.lower(): v for k, v in self.headers.items() if k.lower() not in ("authorization", "host", "content-length")}
        who = {args.token: "write", args.read_token: "read"}.get(self.token(), "none") if self.token() else "none"
        with open(args.log, "a", encoding="utf-8") as f:
            f.write(json.dumps({"method": self.command, "path": path, "token": who, "headers": headers, "body": body}) + "\n")

    def control(self, path, body):
        state = self.server.state
        if path == "/_control/faults":
            state.faults = body
            return self.answer(204)
        return self.answer(200, {"events": state.events, "runs": state.runs, "pulls": state.pulls})

    def handle_fault(self, fault, act):
        """True when it was the answer."""
        if "slow" in fault:
            time.sleep(fault["slow"])
            return False
        if fault.get("after"):
            act()
        if fault.get("close") == "before":
            self.close_connection = True
            return True
        body = fault.get("body", json.dumps({"message": "Bad token " + (self.headers.get("Authorization") or "") if fault.get("echo") else "fault"}))
        self.answer(fault.get("status", 200), body, fault.get("headers"), fault.get("close") == "half")
        return True

    def act(self, path, query, body):
        """Status and value for a request that is let in."""
        state, args = self.server.state, self.server.state.args
        if self.token() not in (args.token, args.read_token) or not self.token():
            return 401, {"message": "Bad credentials", "status": "401"}
        known = False
        for method, pattern, function in ROUTES:
            m = pattern.match(path)
            known = known or bool(m)
            if not m or method != self.command:
                continue
            if self.command != "GET" and self.token() != args.token:
                return 404, {"message": "Not Found", "status": "404"}
            p = {k: urllib.parse.unquote(v) for k, v in m.groupdict().items()}
            try:
                return function(state, p, {} if body is None else body, query)
            except Refused as e:
                return e.status, {"message": e.message, "documentation_url": "https://docs.github.com/rest", "status": str(e.status)}
        return 404, {"message": "Not Found"}

    def git(self, target, raw):
        args = self.server.state.args
        login = base64.b64encode(("x-access-token:" + args.token).encode()).decode()
        if self.headers.get("Authorization") != "Basic " + login:
            return self.answer(401, "", {"WWW-Authenticate": "Basic realm=git"})
        status, headers, body = serve_http(args.git, target.path, self.command, target.query, self.headers, raw, "bot")
        self.send_response(status)
        for key, text in headers.items():
            self.send_header(key, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def handle_any(self):
        state = self.server.state
        n = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(n) if n else b""
        target = urllib.parse.urlsplit(self.path)
        if re.match(r"/[^/]+/[^/]+\.git/", target.path):
            return self.git(target, raw)
        path, query = re.sub(r"^/api/v3(?=/)", "", target.path), dict(urllib.parse.parse_qsl(target.query))
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return self.answer(400, {"message": "Problems parsing JSON"})
        if path.startswith("/_control/"):
            return self.control(path, body)
        if not self.headers.get("User-Agent"):
            return self.answer(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
        if not isinstance(body, (dict, type(None))):
            return self.answer(422, {"message": "Invalid request."})
        with state.lock:
            self.log(path, body)
            fault = state.take_fault(self.command + " " + path)
        if fault and self.handle_fault(fault, lambda: self.act(path, query, body)):
            return None
        with state.lock:
            status, value = self.act(path, query, body)
        return self.answer(status, value)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--token", required=True)
    parser.add_argument("--read-token")
    parser.add_argument("--git")
    parser.add_argument("--log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    args = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    server.state = State(args)
    if args.port_file:
        Path(args.port_file + ".new").write_text("%d\n" % server.server_address[1])
        Path(args.port_file + ".new").rename(args.port_file)
    server.serve_forever()


main()
