/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h: what a history would have built, commit by commit, from git objects alone. */
#ifndef LOCKSTEP_ENGINE_REPLAY_H
#define LOCKSTEP_ENGINE_REPLAY_H

#include "engine/project.h"
#include "model/inputs.h"
#include "store/store.h"

/*
 * Nothing is built and nothing is checked out. A parent counts by its key, since no image says that
 * it came out the same; externals count by their reference, or by what the commit's lock file has for it,
 * and are taken to carry no ONBUILD. So the figures are an upper bound of what `build` does.
 */
struct replay_image {
	const char *image;
	bool leaf; /* without children in the newest graph that has it: consumers pin these */
	struct reasons reasons;
};

struct replay_commit {
	const char *id, *subject;
	int64_t time_s;
	const char *mistake;  /* the graph cannot be read at this commit; nothing is counted */
	const char **present; /* images whose Dockerfile exists */
	size_t npresent;
	struct replay_image *built;
	size_t nbuilt;
	bool triggers; /* a push that a workflow with that paths-ignore would build; has images */
};

struct replay {
	struct arena *arena;
	struct replay_commit *commits; /* oldest first */
	size_t n;
	size_t builds, idle, pins; /* idle: commits that trigger, with nothing to build */
	size_t triggers, matrix_builds, matrix_pins;
};

struct replay_opts {
	const char *dir;                 /* inside the repository */
	const char *range;               /* REV..REV, or REV for all its history */
	const char *graph_file;          /* NULL = the one of each commit */
	const char *const *paths_ignore; /* globs of a workflow's paths-ignore */
	size_t npaths_ignore;
	graph_lookup lookup;
	void *ctx;
	struct store *store; /* blob hashes are kept there */
	struct pool *pool;
	struct source_cache *cache; /* a reference of a source is taken as it is now */
	enum builder_kind builder;  /* as in project_opts */
};

int replay_run(const struct replay_opts *opts, struct replay **ret, struct err *err) NODISCARD;
void replay_free(struct replay *r);

#endif
