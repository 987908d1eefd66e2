/* SPDX-License-Identifier: Apache-2.0 */
/* source.h: commits of other repositories, fetched once and kept below the state folder. */
#ifndef LOCKSTEP_ENGINE_SOURCE_H
#define LOCKSTEP_ENGINE_SOURCE_H

#include "base/err.h"

/*
 * One bare repository for each address, DIR/HASH.git, that only grows: a commit that is there is
 * never fetched again, and files are read from its objects. Two processes at once are safe (a lock
 * beside each repository). A reference is asked for once in the life of this object, so that all
 * images and all steps of one command see one commit.
 */
struct source_cache;

/* dir need not exist; NULL = there is none, and every use is ERR_USAGE. */
struct source_cache *source_cache_new(const char *dir) NODISCARD;
/* NULL is fine. */
void source_cache_free(struct source_cache *c);

/* What git needs beyond our environment to reach them (git_way); borrowed. */
void source_cache_env(struct source_cache *c, const char *const *env);

/* As git_remote_resolve; NULL in *ret when the repository has no such reference. Lives as long as
 * the cache. */
int source_resolve(struct source_cache *c, const char *url, const char *ref, const char **ret,
		   struct err *err) NODISCARD;
/* The repository that has the commit, after fetching it if need be. Lives as long as the cache. */
int source_fetch(struct source_cache *c, const char *url, const char *commit, const char **ret_repo,
		 struct err *err) NODISCARD;
/* What the repository of an address is called in the cache; caller frees. */
char *source_repo_name(const char *url) NODISCARD;

#endif
