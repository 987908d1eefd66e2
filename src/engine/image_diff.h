/* SPDX-License-Identifier: Apache-2.0 */
/* image_diff.h: where two images that should be one differ: layer by layer, file by file, field by field. */
#ifndef LOCKSTEP_ENGINE_IMAGE_DIFF_H
#define LOCKSTEP_ENGINE_IMAGE_DIFF_H

#include "base/enum.h"
#include "base/json.h"
#include "engine/image_export.h"
#include "engine/image_layer.h"
#include "io/pool.h"

/*
 * Of two exported images (engine/image_export). Layers with one diff ID are one layer and are not
 * read; of the others, both are read, two at a time, and their entries compared by path. What a
 * layer adds is compared, not what a container would see in the end: a file that a later layer
 * removes makes the image another one all the same.
 */
#define IMAGE_ASPECT_LIST(X)                                                                       \
	X(IMAGE_ASPECT_ONLY_BEFORE, "only in the first")                                           \
	X(IMAGE_ASPECT_ONLY_AFTER, "only in the second")                                           \
	X(IMAGE_ASPECT_TYPE, "type")                                                               \
	X(IMAGE_ASPECT_CONTENT, "content")                                                         \
	X(IMAGE_ASPECT_TARGET, "target")                                                           \
	X(IMAGE_ASPECT_MODE, "mode")                                                               \
	X(IMAGE_ASPECT_OWNER, "owner")                                                             \
	X(IMAGE_ASPECT_ATTRIBUTES, "attributes")                                                   \
	X(IMAGE_ASPECT_TIME, "time")
ENUM_DECLARE(image_aspect, IMAGE_ASPECT_LIST);

/* A path that a layer has in two ways, or on one side only. */
struct image_change {
	const char *path;
	unsigned aspects; /* 1u << of each that differs */
	bool removal;     /* the layer takes the path away; no entries */
	const struct image_entry *before, *after;
	const char *cause; /* of other content, if it is known; static */
};

struct image_layer_diff {
	size_t number;       /* from 1, the lowest */
	const char *made_by; /* as the history tells it; NULL = it does not */
	const char *only;    /* "first" or "second": the other image has no such layer; else NULL */
	bool order;          /* the same entries, in another order */
	VEC(struct image_change) changes; /* the first IMAGE_DIFF_LISTED, sorted by path */
	size_t nchanges;                  /* all of them */
	unsigned aspects;                 /* of all of them */
};
#define IMAGE_DIFF_LISTED 100

struct image_field_diff {
	const char *field;          /* "config.Env[2]", "history[3].created_by" */
	const char *before, *after; /* canonical JSON, shortened; NULL = not there */
	const char *cause;          /* or NULL */
};

struct image_diff {
	struct arena *arena;
	size_t nlayers[2];
	VEC(struct image_layer_diff) layers; /* those that differ */
	VEC(struct image_field_diff) fields; /* of the config, diff IDs aside */
};

void image_diff_init(struct image_diff *d);
void image_diff_fini(struct image_diff *d);
/* ERR_FAILED when one is damaged. */
int image_diff_read(struct image_diff *d, const struct image_export exports[2], struct pool *pool,
		    struct err *err) NODISCARD;

/* Its parts. Layers must have been read to the end, with contents hashed; texts of changes are in d's
 * arena afterwards. */
void image_diff_layer(struct image_diff *d, const struct image_layer *before,
		      const struct image_layer *after, struct image_layer_diff *ret);
void image_diff_config(struct image_diff *d, const json_t *before, const json_t *after);

#endif
