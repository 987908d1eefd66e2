/* SPDX-License-Identifier: Apache-2.0 */
/* git_remote.c: ls-remote and fetch, and what their complaints mean. */
#include "io/git_remote.h"

#include "io/git.h"
#include "io/git_priv.h"
#include "io/proc_priv.h"

#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 24
#define MAX_REFS (16u << 20)
#define ASK_MS (2 * 60 * 1000)
#define FETCH_MS (60 * 60 * 1000)

/* Git's variables that tell the way to a repository, and not which one we stand in. */
static bool
is_of_the_way(const char *var)
{
	static const char *const starts[] = { "GIT_ASKPASS=",       "GIT_SSH",   "GIT_SSL_",
					      "GIT_HTTP_",          "GIT_PROXY", "GIT_CONFIG_",
					      "GIT_ALLOW_PROTOCOL=" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(var, starts[i], strlen(starts[i])))
			return true;
	return false;
}

static bool
is_replaced(const char *var, const char *const *by)
{
	size_t n = strcspn(var, "=") + 1;

	for (; by && *by; by++)
		if (!strncmp(*by, var, n))
			return true;
	return false;
}

static void
env_init(struct git_env *e, const char *const *more)
{
	*e = (struct git_env){ 0 };
	for (char **p = environ; *p; p++)
		if (((strncmp(*p, "GIT_", 4) && strncmp(*p, "LC_ALL=", 7)) || is_of_the_way(*p)) &&
		    !is_replaced(*p, more))
			vec_push(&e->vars, *p);
	for (; more && *more; more++)
		vec_push(&e->vars, *more);
	vec_push(&e->vars, "GIT_TERMINAL_PROMPT=0");
	vec_push(&e->vars, "LC_ALL=C");
	vec_push(&e->vars, NULL);
}

static enum err_class
class_of(const char *said)
{
	static const struct {
		const char *sign;
		enum err_class class;
	} signs[] = {
		{ "Authentication failed", ERR_REMOTE },
		{ "could not read Username", ERR_REMOTE },
		{ "could not read Password", ERR_REMOTE },
		{ "Permission denied", ERR_REMOTE },
		{ "Host key verification failed", ERR_REMOTE },
		{ "requested URL returned error: 401", ERR_REMOTE },
		{ "requested URL returned error: 403", ERR_REMOTE },
		{ "not allowed", ERR_REMOTE },
		{ "does not appear to be a git repository", ERR_INPUT },
		{ "not found", ERR_INPUT },
		{ "does not exist", ERR_INPUT },
		{ "not exported", ERR_INPUT },
		{ "not our ref", ERR_INPUT },
		{ "Unable to find remote helper", ERR_INPUT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(said, signs[i].sign))
			return signs[i].class;
	return ERR_TEMPORARY;
}

/* Of all that git says the line that tells most. */
static struct str
gist(const char *said)
{
	struct str rest = str_c(said), first = STR_NULL, piece, fatal = STR_LIT("fatal: ");

	while (rest.n) {
		const char *end = memmem(rest.p, rest.n, "; ", 2);

		piece = end ? str_sub(rest, 0, (size_t)(end - rest.p)) : rest;
		rest = end ? str_sub(rest, piece.n + 2, rest.n) : STR_NULL;
		if (!first.p)
			first = piece;
		if (str_starts(piece, fatal) &&
		    !str_starts(piece, STR_LIT("fatal: Could not read from remote")))
			return str_sub(piece, fatal.n, piece.n);
	}
	return first.p ? first : STR_LIT("it says nothing");
}

int
git_remote_run(const struct git_remote_call *c, struct buf *out, int *ret_status, char **ret_said,
	       struct err *err)
{
	/* The first fetch of a repository may pack; nothing of git's may outlive the call. */
	const char *argv[MAX_ARGS] = { "git",
				       "-C",
				       c->repo ? c->repo : "/",
				       "-c",
				       "gc.auto=0",
				       "-c",
				       "maintenance.auto=false",
				       "-c",
				       "http.lowSpeedLimit=1000",
				       "-c",
				       "http.lowSpeedTime=60" };
	struct proc_result result = { 0 };
	struct git_env env;
	size_t n = 11;
	int r;

	for (const char *const *a = c->args; *a; a++) {
		BUG_ON(n == MAX_ARGS - 1);
		argv[n++] = *a;
	}
	env_init(&env, c->env);
	r = proc_run_status(&(struct proc_opts){ .argv = argv,
						 .env = env.vars.v,
						 .log_fd = -1,
						 .stdout_max = MAX_REFS,
						 .timeout_ms = c->timeout_ms },
			    out, &result, ret_said, err);
	vec_fini(&env.vars);
	if (r == -ERR_TOOL && result.timed_out)
		err->class = ERR_TEMPORARY;
	if (!r)
		*ret_status = result.status;
	return r;
}

int
git_remote_complaint(const char *what, const char *url, const char *said, struct err *err)
{
	return err_set(err, class_of(said), "git cannot %s '%s': %.*s", what, url,
		       STR_FMT(gist(said)));
}

static int
call(const struct git_way *way, const struct git_remote_call *c, struct buf *out, struct err *err)
{
	AUTO_FREE char *said = NULL;
	int status = 0, r = git_remote_run(c, out, &status, &said, err);

	return r || !status ? r : git_remote_complaint("read", way->url, said, err);
}

struct named {
	struct str exact, tag, peeled, branch, other; /* ids */
};

static void
note(struct named *n, const char *ref, struct str id, struct str name)
{
	struct str below = STR_LIT("refs/");
	AUTO_FREE char *peeled = xasprintf("%s^{}", ref);

	if (str_eq_c(name, ref) && !n->exact.p)
		n->exact = id;
	if (str_eq_c(name, peeled))
		n->exact = id;
	if (!str_starts(name, below))
		return;
	name = str_sub(name, below.n, name.n);
	if (str_eq_c(name, ref))
		n->other = id;
	if (str_starts(name, STR_LIT("heads/")) && str_eq_c(str_sub(name, 6, name.n), ref))
		n->branch = id;
	if (!str_starts(name, STR_LIT("tags/")))
		return;
	name = str_sub(name, 5, name.n);
	if (str_eq_c(name, ref))
		n->tag = id;
	if (str_eq_c(name, peeled))
		n->peeled = id;
}

static int
choose(const struct named *n, const char *url, const char *ref, struct str *ret, struct err *err)
{
	struct str tag = n->peeled.p ? n->peeled : n->tag;

	*ret = STR_NULL;
	if (n->exact.p) {
		*ret = n->exact;
		return 0;
	}
	if (tag.p && n->branch.p && !str_eq(tag, n->branch)) {
		err_set(err, ERR_INPUT, "'%s' is a branch and a tag of '%s', and they differ", ref,
			url);
		err_hint(err, "write refs/heads/%s or refs/tags/%s", ref, ref);
		return -ERR_INPUT;
	}
	*ret = tag.p ? tag : n->branch.p ? n->branch : n->other;
	return 0;
}

int
git_remote_resolve(const char *url, const char *ref, char **ret, struct err *err)
{
	return git_way_resolve(&(struct git_way){ .url = url }, ref, ret, err);
}

int
git_way_resolve(const struct git_way *way, const char *ref, char **ret, struct err *err)
{
	AUTO_FREE char *peeled = xasprintf("%s^{}", ref);
	const char *const args[] = { "ls-remote", "--quiet", "--", way->url, ref, peeled, NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	struct named named = { 0 };
	struct str rest, line, id;
	int r;

	*ret = NULL;
	if (git_is_commit_id(str_c(ref))) {
		*ret = xstrdup(ref);
		return 0;
	}
	buf_init(&out, 0);
	r = call(way,
		 &(struct git_remote_call){ .args = args, .env = way->env, .timeout_ms = ASK_MS },
		 &out, err);
	if (r)
		return r;
	rest = buf_str(&out);
	while (str_next_line(&rest, &line)) {
		size_t tab = str_find(line, '\t');

		id = str_sub(line, 0, tab);
		if (tab < line.n && git_is_commit_id(id))
			note(&named, ref, id, str_sub(line, tab + 1, line.n));
	}
	r = choose(&named, way->url, ref, &id, err);
	if (!r && id.p)
		*ret = str_dup(id);
	return r;
}

/* The name is made by git after everything that belongs to the commit is there; nothing here packs
 * references. */
bool
git_remote_has(const char *repo, const char *commit)
{
	AUTO_FREE char *path = xasprintf("%s/refs/lockstep/%s", repo, commit);

	return !access(path, F_OK);
}

static int
fetch(const char *repo, const struct git_way *way, const char *const *refspecs, struct err *err)
{
	const char *args[MAX_ARGS] = {
		"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
		"--",    way->url
	};
	size_t n = 7;

	while (*refspecs)
		args[n++] = *refspecs++;
	return call(way,
		    &(struct git_remote_call){
			    .repo = repo, .args = args, .env = way->env, .timeout_ms = FETCH_MS },
		    NULL, err);
}

/* A server of the old kind gives only what its references name: all of them, then. */
static int
fetch_all(const char *repo, const struct git_way *way, const char *commit, struct err *err)
{
	static const char *const all[] = { "+refs/heads/*:refs/remotes/source/*",
					   "+refs/tags/*:refs/remotes/source-tags/*", NULL };
	AUTO_FREE char *name = xasprintf("refs/lockstep/%s", commit);
	const char *const args[] = { "update-ref", name, commit, NULL };
	int status = 0, r = fetch(repo, way, all, err);

	if (!r)
		r = git_run_status(repo, args, 0, NULL, &status, NULL);
	if (r == -ERR_TOOL || status)
		return err_set(err, ERR_INPUT, "'%s' has no commit %s", way->url, commit);
	return r;
}

int
git_remote_fetch(const char *repo, const struct git_way *way, const char *commit, struct err *err)
{
	AUTO_FREE char *refspec = xasprintf("%s:refs/lockstep/%s", commit, commit);
	const char *const init[] = { "init", "--quiet", "--bare", "--", repo, NULL };
	const char *const refspecs[] = { refspec, NULL };
	AUTO_ERR struct err own = ERR_INIT;
	int r = git_run("/", init, 0, NULL, err);

	if (!r)
		r = fetch(repo, way, refspecs, &own);
	if (!own.class)
		return r;
	if (strstr(own.msg, "unadvertised object"))
		return fetch_all(repo, way, commit, err);
	if (strstr(own.msg, "not our ref"))
		return err_set(err, ERR_INPUT, "'%s' has no commit %s", way->url, commit);
	return err_move(err, &own);
}

int
git_distance(const char *repo, const char *before, const char *after, struct git_distance *ret,
	     struct err *err)
{
	AUTO_FREE char *range = xasprintf("%s...%s", before, after);
	const char *const args[] = { "rev-list",         "--count", "--left-right",
				     "--end-of-options", range,     NULL };
	AUTO_BUF struct buf out = BUF_INIT;
	unsigned long long behind, ahead;
	struct str text;
	size_t tab;
	int r;

	*ret = (struct git_distance){ -1, -1 };
	if (!git_remote_has(repo, before) || !git_remote_has(repo, after))
		return 0;
	buf_init(&out, 0);
	r = git_run(repo, args, 0, &out, err);
	if (r)
		return r;
	text = str_trim(buf_str(&out), "\n");
	tab = str_find(text, '\t');
	if (tab < text.n && str_to_u64(str_sub(text, 0, tab), &behind) &&
	    str_to_u64(str_sub(text, tab + 1, text.n), &ahead))
		*ret = (struct git_distance){ (long)ahead, (long)behind };
	return 0;
}
