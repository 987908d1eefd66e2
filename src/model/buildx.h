/* SPDX-License-Identifier: Apache-2.0 */
/* buildx.h: what `buildx inspect` says of a builder and its nodes. */
#ifndef LOCKSTEP_MODEL_BUILDX_H
#define LOCKSTEP_MODEL_BUILDX_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/platform.h"

/*
 * Lines "Key: value", those of the builder first, then those of each node. Keys that are not known
 * are passed over, and a value that is missing is not an error: what a version does not say is not
 * judged. Texts and the list are in the arena.
 */
struct buildx_info {
	const char *name, *driver; /* NULL = not said */
	const char *version; /* of the oldest BuildKit of the nodes, "v0.12.5"; NULL = unknown */
	unsigned minor;      /* 12 of it; 0 = unknown */
	const char *error;   /* why a node cannot be reached, or NULL */
	struct platform *platforms; /* of all nodes */
	size_t nplatforms;
};

void buildx_parse(struct arena *a, struct str text, struct buildx_info *ret);
/* True if none of the nodes that said something builds for it. */
bool buildx_lacks(const struct buildx_info *info, const struct platform *platform);

#endif
