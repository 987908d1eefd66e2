/* SPDX-License-Identifier: Apache-2.0 */
/* git.c: calls of the git program, and what can be read without it. */
#include "io/git.h"

#include "base/file.h"
#include "base/path.h"
#include "io/git_paths.h"
#include "io/git_priv.h"
#include "io/proc_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define MAX_ARGS 24
#define MAX_OUTPUT (64u << 20)
#define MAX_REF_FILE (16u << 20)
#define MAX_SYMREFS 5

void
git_env_init(struct git_env *e)
{
	static const char *const extra[] = { "GIT_TERMINAL_PROMPT=0",
					     "GIT_OPTIONAL_LOCKS=0",
					     "LC_ALL=C",
					     "GIT_CONFIG_COUNT=1",
					     "GIT_CONFIG_KEY_0=safe.directory",
					     "GIT_CONFIG_VALUE_0=*" };

	*e = (struct git_env){ 0 };
	for (char **p = environ; *p; p++)
		if (strncmp(*p, "GIT_", 4) != 0 && strncmp(*p, "LC_ALL=", 7) != 0)
			vec_push(&e->vars, *p);
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		vec_push(&e->vars, (char *)extra[i]);
	vec_push(&e->vars, NULL);
}

void
git_env_fini(struct git_env *e)
{
	vec_fini(&e->vars);
}

int
git_run_status(const char *repo, const char *const *args, size_t max, struct buf *out,
	       int *ret_status, struct err *err)
{
	const char *argv[MAX_ARGS + 4] = { "git", "-C", repo };
	struct proc_result result = { 0 };
	AUTO_FREE char *said = NULL;
	AUTO_BUF struct buf none = BUF_INIT;
	struct git_env env;
	size_t n = 3;
	int r;

	for (; *args; args++) {
		BUG_ON(n == MAX_ARGS + 3);
		argv[n++] = *args;
	}
	buf_init(&none, 0);
	git_env_init(&env);
	r = proc_run_status(&(struct proc_opts){ .argv = argv,
						 .env = (const char *const *)env.vars.v,
						 .log_fd = -1,
						 .split_stdout = true,
						 .stdout_max = max },
			    out ? out : &none, &result, &said, err);
	git_env_fini(&env);
	if (r)
		return r;
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) > 1) {
		AUTO_FREE char *status = proc_status_text(result.status);

		return err_set(err, ERR_TOOL, "git %s: %s: %s", argv[3], status, said ? said : "");
	}
	*ret_status = WEXITSTATUS(result.status);
	return 0;
}

int
git_run(const char *repo, const char *const *args, size_t max, struct buf *out, struct err *err)
{
	int status = 0, r = git_run_status(repo, args, max, out, &status, err);

	if (!r && status)
		return err_set(err, ERR_TOOL, "git %s failed in '%s'", args[0], repo);
	return r;
}

/* True for a git directory itself (bare, or a stored snapshot). */
static bool
is_git_dir(const char *dir)
{
	AUTO_FREE char *objects = path_join(dir, "objects"), *head = path_join(dir, "HEAD");
	struct stat st;

	return stat(objects, &st) == 0 && S_ISDIR(st.st_mode) && stat(head, &st) == 0;
}

int
git_toplevel(const char *path, char **ret, struct err *err)
{
	char *at = realpath(path, NULL);

	*ret = NULL;
	if (!at)
		return err_sys(err, "cannot open '%s'", path);
	for (;;) {
		AUTO_FREE char *dot_git = path_join(at, ".git");
		char *up;

		if (access(dot_git, F_OK) == 0 || is_git_dir(at)) {
			*ret = at;
			return 0;
		}
		if (!strcmp(at, "/"))
			break;
		up = path_dir(at);
		free(at);
		at = up;
	}
	free(at);
	return 0;
}

static bool
is_full_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdef", s.p[i]))
			return false;
	return s.n == 40 || s.n == 64;
}

int
git_resolve(const char *repo, const char *rev, char **ret, struct err *err)
{
	AUTO_FREE char *commit = xasprintf("%s^{commit}", rev);
	const char *args[] = {
		"rev-parse", "--verify", "--quiet", "--end-of-options", commit, NULL
	};
	AUTO_BUF struct buf out = BUF_INIT;
	int status = 0, r;
	struct str id;

	buf_init(&out, 0);
	r = git_run_status(repo, args, MAX_OUTPUT, &out, &status, err);
	if (r)
		return r;
	id = str_trim(buf_str(&out), "\n");
	if (status || !is_full_id(id))
		return err_set(err, ERR_INPUT, "'%s' has no commit '%s'", repo, rev);
	*ret = str_dup(id);
	return 0;
}

/* The folder behind .git: itself, or what a worktree's or submodule's .git file names. */
static char *
git_dir(const char *toplevel)
{
	AUTO_FREE char *dot_git = path_join(toplevel, ".git");
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	struct stat st;
	struct str line;

	if (stat(dot_git, &st))
		return is_git_dir(toplevel) ? xstrdup(toplevel) : NULL;
	if (S_ISDIR(st.st_mode))
		return STEAL(dot_git);
	buf_init(&text, 0);
	if (file_read(AT_FDCWD, dot_git, PATH_MAX, &text, &ignored))
		return NULL;
	line = str_trim(buf_str(&text), " \n");
	if (!str_starts(line, STR_LIT("gitdir: ")))
		return NULL;
	AUTO_FREE char *target = str_dup(str_sub(line, 8, line.n));

	return path_join(toplevel, target);
}

/* True if the whole file could be read. */
static bool
slurp(const char *dir, const char *name, struct buf *ret)
{
	AUTO_FREE char *path = path_join(dir, name);
	AUTO_ERR struct err ignored = ERR_INIT;

	buf_clear(ret);
	return !file_read(AT_FDCWD, path, MAX_REF_FILE, ret, &ignored);
}

static char *
packed_ref(const char *dir, const char *ref, struct buf *text)
{
	struct str rest, line;

	if (!slurp(dir, "packed-refs", text))
		return NULL;
	rest = buf_str(text);
	while (str_next_line(&rest, &line)) {
		size_t blank = str_find(line, ' ');
		struct str id = str_sub(line, 0, blank);

		if (blank < line.n && is_full_id(id) &&
		    str_eq_c(str_sub(line, blank + 1, line.n), ref))
			return str_dup(id);
	}
	return NULL;
}

/* A linked work tree keeps HEAD in its own folder and the branches in the common one. */
static char *
common_dir(const char *dir, struct buf *text)
{
	AUTO_FREE char *name = NULL;

	if (!slurp(dir, "commondir", text))
		return xstrdup(dir);
	name = str_dup(str_trim(buf_str(text), " \n"));
	return path_join(dir, name);
}

static char *
read_head(const char *dir)
{
	AUTO_FREE char *ref = xstrdup("HEAD"), *common = NULL;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_init(&text, 0);
	common = common_dir(dir, &text);
	for (int i = 0; i < MAX_SYMREFS; i++) {
		struct str line;
		bool have = slurp(i ? common : dir, ref, &text);

		if (!have)
			return packed_ref(common, ref, &text);
		line = str_trim(buf_str(&text), " \n");
		if (is_full_id(line))
			return str_dup(line);
		if (!str_starts(line, STR_LIT("ref: ")))
			return NULL;
		free(ref);
		ref = str_dup(str_sub(line, 5, line.n));
	}
	return NULL;
}

int
git_head(const char *toplevel, char **ret, struct err *err UNUSED)
{
	AUTO_FREE char *dir = git_dir(toplevel);

	*ret = dir ? read_head(dir) : NULL;
	return 0;
}

static void
add_commit(git_commits *ret, struct str record)
{
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
			       "--format=%H%n%ct%n%s",
			       first_parent ? "--first-parent" : "--topo-order",
			       "--end-of-options",
			       range,
			       "--",
			       NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	struct str rest, record;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (r) {
		if (err->class == ERR_TOOL)
			err->class = ERR_USAGE;
		return -ERR_USAGE;
	}
	rest = buf_str(&out);
	while (rest.n && str_next(&rest, '\0', &record))
		if (record.n)
			add_commit(ret, record);
	return 0;
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

int
git_numstat(const char *repo, const char *before, const char *after, const char *path,
	    struct git_lines *ret, struct err *err)
{
	const char *args[] = { "diff",
			       "--numstat",
			       "--no-renames",
			       "--no-ext-diff",
			       "--end-of-options",
			       before,
			       NULL,
			       NULL,
			       NULL,
			       NULL };
	unsigned long long added, removed;
	AUTO_BUF struct buf out = BUF_INIT;
	struct str rest, piece;
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
	*ret = (struct git_lines){ -1, -1 };
	rest = buf_str(&out);
	if (str_next(&rest, '\t', &piece) && str_to_u64(piece, &added) &&
	    str_next(&rest, '\t', &piece) && str_to_u64(piece, &removed)) {
		*ret = (struct git_lines){ (long)added, (long)removed };
	}
	return 0;
}

int
git_last_commit(const char *repo, const char *rev, const char *path, char **ret, struct err *err)
{
	const char *args[] = {
		"log", "-1", "--format=%h", "--end-of-options", rev, "--", path, NULL
	};
	AUTO_BUF struct buf out = BUF_INIT;
	struct str id;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (r)
		return r;
	id = str_trim(buf_str(&out), "\n");
	*ret = id.n ? str_dup(id) : NULL;
	return 0;
}

int
git_is_dirty(const char *repo, const char *rev, const char *path, bool *ret, struct err *err)
{
	const char *diff[] = { "diff", "--quiet", "--no-ext-diff", "--end-of-options", rev, "--",
			       path,   NULL };
	const char *others[] = { "ls-files", "--others", "--exclude-standard", "--", path, NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	int status = 0, r = git_run_status(repo, diff, MAX_OUTPUT, NULL, &status, err);

	if (r || status) {
		*ret = status != 0;
		return r;
	}
	buf_init(&out, 0);
	r = git_run(repo, others, MAX_OUTPUT, &out, err);
	if (!r)
		*ret = out.len > 0;
	return r;
}

int
git_changed_paths(const char *repo, const char *commit, git_paths *ret, struct err *err)
{
	const char *args[] = { "diff-tree",        "-r",          "-z", "--root",
			       "--no-commit-id",   "--name-only", "-m", "--first-parent",
			       "--end-of-options", commit,        NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	struct str rest, path;
	int r;

	buf_init(&out, 0);
	r = git_run(repo, args, MAX_OUTPUT, &out, err);
	if (r)
		return r;
	rest = buf_str(&out);
	while (rest.n && str_next(&rest, '\0', &path))
		if (path.n)
			vec_push(ret, str_dup(path));
	return 0;
}

void
git_paths_fini(git_paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	vec_fini(p);
}
