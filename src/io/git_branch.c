/* SPDX-License-Identifier: Apache-2.0 */
/* git_branch.c: fast-import, push with a lease, and what a branch holds. */
#include "io/git_branch.h"

#include "io/git.h"
#include "io/git_priv.h"
#include "io/proc.h"

#include <sys/wait.h>
#include <unistd.h>

#define MAX_OUTPUT (16u << 20)
#define PUSH_MS (10 * 60 * 1000)
#define ZERO_TIME " +0000"

/* As fast-import reads paths between quotes. */
static void
add_path(struct buf *b, const char *path)
{
	buf_addc(b, '"');
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			buf_addc(b, '\\');
		if (*path == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *path);
	}
	buf_addc(b, '"');
}

static void
add_data(struct buf *b, struct str bytes)
{
	buf_addf(b, "data %zu\n", bytes.n);
	buf_add_str(b, bytes);
	buf_addc(b, '\n');
}

static void
add_stream(struct buf *b, const struct git_commit_new *c, const char *ref)
{
	buf_addf(b, "commit %s\nmark :1\n", ref);
	buf_addf(b, "author %s %lld" ZERO_TIME "\n", c->who, (long long)c->time_s);
	buf_addf(b, "committer %s %lld" ZERO_TIME "\n", c->who, (long long)c->time_s);
	add_data(b, str_c(c->message));
	buf_addf(b, "from %s\n", c->parent);
	for (size_t i = 0; i < c->nchanges; i++) {
		buf_addf(b, "M %o inline ", c->changes[i].mode);
		add_path(b, c->changes[i].path);
		buf_addc(b, '\n');
		add_data(b, c->changes[i].text);
	}
	buf_adds(b, "get-mark :1\ndone\n");
}

static int
import(const char *repo, struct str stream, struct buf *out, struct err *err)
{
	const char *const argv[] = { "git",     "-C",     repo,      "fast-import",
				     "--quiet", "--done", "--force", NULL };
	struct git_env env;
	int r;

	git_env_init(&env);
	r = proc_run(&(struct proc_opts){ .argv = argv,
					  .env = env.vars.v,
					  .log_fd = -1,
					  .input = stream },
		     out, err);
	git_env_fini(&env);
	return r;
}

int
git_branch_commit(const char *repo, const struct git_commit_new *c, char **ret, struct err *err)
{
	/* A name of this process alone, so that what a killed one left locked is in nobody's way. */
	AUTO_FREE char *ref = xasprintf("refs/lockstep-new/%ld", (long)getpid());
	const char *const forget[] = { "update-ref", "-d", ref, NULL };
	AUTO_BUF struct buf stream = BUF_INIT, out = BUF_INIT;
	struct str id;
	int r;

	buf_init(&stream, 0);
	buf_init(&out, 0);
	add_stream(&stream, c, ref);
	r = import(repo, buf_str(&stream), &out, err);
	if (!r)
		r = git_run(repo, forget, 0, NULL, err);
	if (r)
		return r;
	id = str_trim(buf_str(&out), "\n");
	if (!git_is_commit_id(id))
		return err_set(err, ERR_TOOL, "git fast-import names no commit in '%s'", repo);
	*ret = str_dup(id);
	return 0;
}

/* Somebody else was there first. */
static bool
is_lost(const char *said)
{
	static const char *const signs[] = { "stale info",          "fetch first",
					     "non-fast-forward",    "failed to update ref",
					     "cannot lock ref",     "reference already exists",
					     "incorrect old value", "remote ref does not exist" };

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(said, signs[i]))
			return true;
	return false;
}

/* The reason in "!  FROM:TO  [remote rejected] (REASON)". */
static struct str
reason(struct str porcelain)
{
	struct str line;

	while (str_next_line(&porcelain, &line)) {
		const char *open = line.n && *line.p == '!' ? memchr(line.p, '(', line.n) : NULL;

		if (open && line.p[line.n - 1] == ')')
			return str_sub(line, (size_t)(open - line.p) + 1, line.n - 1);
	}
	return STR_NULL;
}

int
git_branch_push(const char *repo, const struct git_way *way, const char *branch, const char *old,
		const char *new, struct err *err)
{
	AUTO_FREE char *lease =
		xasprintf("--force-with-lease=refs/heads/%s:%s", branch, old ? old : "");
	AUTO_FREE char *refspec = xasprintf("%s:refs/heads/%s", new ? new : "", branch);
	const char *const args[] = { "push", "--quiet", "--porcelain", "--no-verify", lease,
				     "--",   way->url,  refspec,       NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	AUTO_FREE char *said = NULL;
	struct str why;
	int status = 0, r;

	buf_init(&out, 0);
	r = git_remote_run(&(struct git_remote_call){ .repo = repo,
						      .args = args,
						      .env = way->env,
						      .timeout_ms = PUSH_MS },
			   &out, &status, &said, err);
	if (r)
		return r;
	if (!status)
		return 1;
	why = reason(buf_str(&out));
	if (is_lost(out.data) || (!why.n && is_lost(said)))
		return 0;
	if (why.n)
		return err_set(err, ERR_REMOTE, "'%s' does not take branch '%s': %.*s", way->url,
			       branch, STR_FMT(why));
	return git_remote_complaint("write", way->url, said, err);
}

int
git_branch_edit(const char *repo, const char *from, const char *to, struct buf *ret,
		struct err *err)
{
	const char *const args[] = { "diff-tree",        "-r", "-z", "--no-renames",
				     "--end-of-options", from, to,   NULL };

	return git_run(repo, args, MAX_OUTPUT, ret, err);
}

/* The six lines of one commit, see FORMAT. */
static void
add_made(void *ctx, struct str fields)
{
	git_mades *ret = ctx;
	struct str f[7] = { { 0 } };
	unsigned long long author = 0, committer = 0;
	struct git_made m = { 0 };
	struct str parents, parent = STR_NULL, merged = STR_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(f); i++)
		if (!str_next(&fields, '\n', &f[i]))
			return;
	m.id = str_dup(f[0]);
	m.parents = f[1].n > 0;
	for (size_t i = 0; i < f[1].n; i++)
		m.parents += f[1].p[i] == ' ';
	parents = f[1];
	(void)str_next(&parents, ' ', &parent); /* there may be none */
	(void)str_next(&parents, ' ', &merged);
	m.parent = str_dup(parent);
	m.merged = str_dup(merged);
	m.author = str_dup(f[2]);
	m.committer = str_dup(f[4]);
	if (str_to_u64(f[3], &author))
		m.author_s = (int64_t)author;
	if (str_to_u64(f[5], &committer))
		m.committer_s = (int64_t)committer;
	m.trailer = str_dup(str_trim(f[6], " "));
	vec_push(ret, m);
}

int
git_branch_log(const char *repo, const char *base, const char *tip, const char *trailer,
	       git_mades *ret, struct err *err)
{
	AUTO_FREE char *format =
		xasprintf("--format=%%H%%n%%P%%n%%an <%%ae>%%n%%at%%n%%cn <%%ce>%%n%%ct%%n"
			  "%%(trailers:key=%s,valueonly,unfold,separator=%%x20)",
			  trailer);
	AUTO_FREE char *without = xasprintf("^%s", base);
	const char *const args[] = { "log",
				     "-z",
				     "--no-show-signature",
				     "--no-mailmap",
				     "--encoding=UTF-8",
				     format,
				     "--end-of-options",
				     tip,
				     without,
				     "--",
				     NULL };

	return git_run_records(repo, args, MAX_OUTPUT, add_made, ret, err);
}

void
git_mades_fini(git_mades *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].id);
		free(m->v[i].parent);
		free(m->v[i].merged);
		free(m->v[i].author);
		free(m->v[i].committer);
		free(m->v[i].trailer);
	}
	vec_fini(m);
}

int
git_branch_is_plain_merge(const char *repo, const struct git_made *m, struct err *err)
{
	const char *const args[] = { "merge-tree",
				     "--write-tree",
				     "--no-messages",
				     "--end-of-options",
				     m->parent,
				     m->merged,
				     NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	AUTO_ERR struct err cannot = ERR_INIT;
	AUTO_FREE char *tree = NULL;
	int status = 0, r;

	if (m->parents != 2)
		return 0;
	buf_init(&out, 0);
	if (git_run_status(repo, args, MAX_OUTPUT, &out, &status, &cannot) || status)
		return 0;
	r = git_commit_tree(repo, m->id, &tree, err);
	return r ? r : str_eq_c(str_trim(buf_str(&out), "\n"), tree);
}

static int
show(const char *repo, const char *commit, const char *format, struct buf *out, struct err *err)
{
	const char *const args[] = {
		"log", "-1", "--no-show-signature", format, "--end-of-options", commit, "--", NULL
	};

	buf_init(out, 0);
	return git_run(repo, args, MAX_OUTPUT, out, err);
}

int
git_commit_time(const char *repo, const char *commit, int64_t *ret, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT;
	unsigned long long value;
	int r = show(repo, commit, "--format=%ct", &out, err);

	if (r)
		return r;
	if (!str_to_u64(str_trim(buf_str(&out), "\n"), &value))
		return err_set(err, ERR_TOOL, "git tells no time of commit %s", commit);
	*ret = (int64_t)value;
	return 0;
}

int
git_commit_tree(const char *repo, const char *commit, char **ret, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT;
	int r = show(repo, commit, "--format=%T", &out, err);

	if (!r)
		*ret = str_dup(str_trim(buf_str(&out), "\n"));
	return r;
}

int
git_remote_url(const char *top, const char *remote, char **ret, struct err *err)
{
	AUTO_FREE char *key = xasprintf("remote.%s.url", remote);
	const char *const args[] = { "config", "--get", "--", key, NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	int status = 0, r;

	*ret = NULL;
	buf_init(&out, 0);
	r = git_run_status(top, args, MAX_OUTPUT, &out, &status, err);
	if (!r && !status)
		*ret = str_dup(str_trim(buf_str(&out), "\n"));
	return r;
}
