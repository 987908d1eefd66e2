/* SPDX-License-Identifier: Apache-2.0 */
/* git.c: what lockstep asks the git program. */
#include "io/git.h"

#include "io/git_paths.h"
#include "io/git_priv.h"

#include <sys/stat.h>

#define MAX_OUTPUT (64u << 20)

/* Takes the next line off the output, without its LF; what is empty is none. */
static char *
only_line(const struct buf *out)
{
	struct str line = str_trim(buf_str(out), "\n");

	return line.n ? str_dup(line) : NULL;
}

int
git_resolve(const char *repo, const char *rev, char **ret, struct err *err)
{
	char *AUTO_FREE commit = xasprintf("%s^{commit}", rev), *AUTO_FREE id = NULL;
	const char *args[] = {
		"rev-parse", "--verify", "--quiet", "--end-of-options", commit, NULL
	};
	struct buf AUTO_BUF out = BUF_INIT;
	int status = 0, r;

	buf_init(&out, 0);
	r = git_run_status(repo, args, MAX_OUTPUT, &out, &status, err);
	if (r)
		return r;
	id = only_line(&out);
	if (status || !id)
		return err_set(err, ERR_INPUT, "'%s' has no commit '%s'", repo, rev);
	*ret = STEAL(id);
	return 0;
}

static void
add_commit(void *ctx, struct str record)
{
	git_commits *ret = ctx;
	struct git_commit c = { 0 };
	unsigned long long time_s = 0;
	struct str piece;

	if (!str_next(&record, '\n', &piece))
		return;
	c.id = str_dup(piece);
	if (str_next(&record, '\n', &piece) && str_to_u64(piece, &time_s))
		c.time_s = (int64_t)time_s;
	c.subject = str_dup(str_trim(record, "\n"));
	vec_push(ret, c);
}

int
git_log(const char *repo, const char *range, bool first_parent, git_commits *ret, struct err *err)
{
	const char *args[] = { "log",
			       "--reverse",
			       "-z",
			       "--no-show-signature",
			       "--encoding=UTF-8",
			       "--format=%H%n%ct%n%s",
			       first_parent ? "--first-parent" : "--topo-order",
			       "--end-of-options",
			       range,
			       "--",
			       NULL };
	int r = git_run_records(repo, args, MAX_OUTPUT, add_commit, ret, err);

	if (r == -ERR_TOOL && err)
		err->class = ERR_USAGE;
	return r == -ERR_TOOL ? -ERR_USAGE : r;
}

void
git_commits_fini(git_commits *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].id);
		free(c->v[i].subject);
	}
	vec_fini(c);
}

/* Adds a line "added TAB removed TAB path"; false if it counts no lines ("-": binary). */
static bool
add_counts(struct git_lines *sum, struct str line)
{
	unsigned long long added, removed;
	struct str piece;

	if (!str_next(&line, '\t', &piece) || !str_to_u64(piece, &added) ||
	    !str_next(&line, '\t', &piece) || !str_to_u64(piece, &removed))
		return false;
	sum->added += (long)added;
	sum->removed += (long)removed;
	return true;
}

int
git_numstat(const char *repo, const char *before, const char *after, const char *path,
	    struct git_lines *ret, struct err *err)
{
	const char *args[12] = { "diff",          "--numstat",        "--no-renames",
				 "--no-ext-diff", "--end-of-options", before };
	struct git_lines sum = { 0, 0 };
	struct buf AUTO_BUF out = BUF_INIT;
	struct str rest, line;
	size_t n = 6;
	int r;

	if (after)
		args[n++] = after;
	args[n++] = "--";
	args[n++] = path;
	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (r)
		return r;
	/* No line at all: the same, or a file that git does not know. */
	if (!out.len)
		sum = (struct git_lines){ -1, -1 };
	rest = buf_str(&out);
	while (str_next_line(&rest, &line)) {
		if (!add_counts(&sum, line)) {
			sum = (struct git_lines){ -1, -1 };
			break;
		}
	}
	*ret = sum;
	return 0;
}

int
git_last_commit(const char *repo, const char *rev, const char *path, char **ret, struct err *err)
{
	const char *args[] = {
		"log", "-1", "--no-show-signature", "--format=%h", "--end-of-options", rev, "--",
		path,  NULL
	};
	struct buf AUTO_BUF out = BUF_INIT;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (!r)
		*ret = only_line(&out);
	return r;
}

/* A single file is untracked whether or not an ignore file names it; in a folder only those count
 * that git would add. */
static int
has_untracked(const char *repo, const char *path, bool *ret, struct err *err)
{
	char *AUTO_FREE full = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", repo, path);
	struct stat st;
	bool folder = !lstat(full, &st) && S_ISDIR(st.st_mode);
	const char *args[] = { "ls-files",
			       "--others",
			       "--directory",
			       "--no-empty-directory",
			       folder ? "--exclude-standard" : "--",
			       folder ? "--" : path,
			       folder ? path : NULL,
			       NULL };
	struct buf AUTO_BUF out = BUF_INIT;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (!r)
		*ret = out.len > 0;
	return r;
}

int
git_is_dirty(const char *repo, const char *rev, const char *path, bool *ret, struct err *err)
{
	const char *args[] = { "diff", "--quiet", "--no-ext-diff", "--end-of-options", rev, "--",
			       path,   NULL };
	int status = 0, r = git_run_status(repo, args, MAX_OUTPUT, NULL, &status, err);

	if (r || !status)
		return r ? r : has_untracked(repo, path, ret, err);
	*ret = true;
	return 0;
}

static void
add_path(void *ctx, struct str path)
{
	git_paths *ret = ctx;

	vec_push(ret, str_dup(path));
}

int
git_changed_paths(const char *repo, const char *commit, git_paths *ret, struct err *err)
{
	const char *args[] = { "diff-tree",        "-r",          "-z", "--root",
			       "--no-commit-id",   "--name-only", "-m", "--first-parent",
			       "--end-of-options", commit,        NULL };

	return git_run_records(repo, args, MAX_OUTPUT, add_path, ret, err);
}

void
git_paths_fini(git_paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	vec_fini(p);
}
