/* SPDX-License-Identifier: Apache-2.0 */
/* stage.h: the context that the builder gets: exactly what was hashed, made uniform. */
#ifndef LOCKSTEP_ENGINE_STAGE_H
#define LOCKSTEP_ENGINE_STAGE_H

#include "engine/builder.h"
#include "engine/download.h"
#include "engine/plan.h"

/*
 * keys.md 2.5: files 0644 or 0755 by the owner's x bit, folders 0755, links as they are, all times
 * the epoch, owned by us, no extended attributes. Bytes are hashed again while they are copied and
 * compared with the key's hash, so that what is not in the key cannot reach the build: an edit in
 * between is ERR_INPUT "'x' changed while it was read".
 *
 * Below dir: context/ and Dockerfile, and files/ with what was downloaded (RECIPE_FILES). dir must not exist or be empty.
 */
struct stage_opts {
	struct project *project;
	const struct graph_image *image;
	const struct key_result *made; /* complete */
	struct pool *pool;
	const struct downloads *downloads; /* that has what recipe->remotes stage */
	const char *dir;
};

/* The folder for builder_build.files of a stage at dir; NULL when it needs none. arena. */
const char *stage_files(const struct recipe *recipe, const char *dir, struct arena *arena);
int stage_make(const struct stage_opts *opts, struct err *err) NODISCARD;

#endif
