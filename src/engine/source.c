/* SPDX-License-Identifier: Apache-2.0 */
/* source.c: resolves and fetches, once each. */
#include "engine/source.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/sha256.h"
#include "io/git_remote.h"
#include "io/lock.h"

struct source_cache {
	char *dir;
	struct arena *arena;
	struct map *commits; /* url LF ref → commit */
	const char *const *env;
};

struct source_cache *
source_cache_new(const char *dir)
{
	struct source_cache *c = xcalloc(1, sizeof(*c));

	c->dir = dir ? xstrdup(dir) : NULL;
	c->arena = arena_new();
	c->commits = map_new();
	return c;
}

void
source_cache_free(struct source_cache *c)
{
	if (!c)
		return;
	free(c->dir);
	arena_free(c->arena);
	map_free(c->commits);
	free(c);
}

void
source_cache_env(struct source_cache *c, const char *const *env)
{
	c->env = env;
}

int
source_resolve(struct source_cache *c, const char *url, const char *ref, const char **ret,
	       struct err *err)
{
	AUTO_FREE char *name = xasprintf("%s\n%s", url, ref), *commit = NULL;
	int r;

	*ret = map_get(c->commits, str_c(name));
	if (*ret)
		return 0;
	r = git_way_resolve(&(struct git_way){ url, c->env }, ref, &commit, err);
	if (r || !commit)
		return r;
	*ret = arena_strdup(c->arena, commit);
	map_set(c->commits, str_c(name), (char *)*ret);
	return 0;
}

static void
waiting(void *ctx UNUSED, const char *holder UNUSED)
{
	/* A fetch ends by itself, and soon. */
}

static int
fetch_alone(const char *repo, const struct git_way *way, const char *commit, struct err *err)
{
	static const struct lock_wait wait = { .waiting = waiting };
	AUTO_FREE char *path = xasprintf("%s.lock", repo);
	struct lock *lock = NULL;
	int r = lock_acquire(path, "a fetch", &wait, &lock, err);

	if (r)
		return r;
	/* Another may have brought it while we waited. */
	if (!git_remote_has(repo, commit))
		r = git_remote_fetch(repo, way, commit, err);
	lock_release(lock);
	return r;
}

char *
source_repo_name(const char *url)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(url, strlen(url)), hex);
	return xasprintf("%.16s.git", hex);
}

int
source_fetch(struct source_cache *c, const char *url, const char *commit, const char **ret_repo,
	     struct err *err)
{
	AUTO_FREE char *name = NULL;
	const char *repo;
	int r;

	if (!c->dir)
		return err_set(err, ERR_USAGE,
			       "no state folder: set HOME, LOCKSTEP_STATE or --state");
	name = source_repo_name(url);
	repo = arena_printf(c->arena, "%s/%s", c->dir, name);
	if (!git_remote_has(repo, commit)) {
		r = file_mkdirs(c->dir, err);
		if (!r)
			r = fetch_alone(repo, &(struct git_way){ url, c->env }, commit, err);
		if (r)
			return r;
	}
	*ret_repo = repo;
	return 0;
}
