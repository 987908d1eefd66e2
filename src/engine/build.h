/* SPDX-License-Identifier: Apache-2.0 */
/* build.h: from an image with a key to the command that builds it, and to the image ID afterwards. */
#ifndef LOCKSTEP_ENGINE_BUILD_H
#define LOCKSTEP_ENGINE_BUILD_H

#include "engine/builder.h"
#include "engine/download.h"
#include "engine/key.h"

struct build_opts {
	struct project *project;
	struct builder *builder;
	const struct downloads *downloads; /* with all that the recipe stages */
	struct pool *pool;
	const struct graph_image *image;
	const struct key_result *made; /* complete, and what it stands on is in our storage */
	const char *dir;               /* of this build alone: context, Dockerfile and image ID */
	bool no_cache;
};

/* The values of --build-context that a build needs besides RECIPE_FILES: images that triggers of its
 * bases name, by the references that they have for the builder; of docker's first builder, which has
 * no such flag, none. Each once; arena. */
size_t build_contexts(const struct key_result *made, enum builder_kind kind, struct arena *a,
		      const char ***ret);
/* Stages below dir, and makes the command line, with the
 * variables of secrets. */
int build_prepare(const struct build_opts *opts, struct builder_cmd *ret, struct err *err)
	NODISCARD;
/* What the command left in dir. */
int build_image_id(const char *dir, char ret[DIGEST_SIZE], struct err *err) NODISCARD;

#endif
