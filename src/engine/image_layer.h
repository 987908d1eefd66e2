/* SPDX-License-Identifier: Apache-2.0 */
/* image_layer.h: what one layer of an image adds and takes away. */
#ifndef LOCKSTEP_ENGINE_IMAGE_LAYER_H
#define LOCKSTEP_ENGINE_IMAGE_LAYER_H

#include "base/arena.h"
#include "base/map.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "io/tar_split.h"

/*
 * A layer is read in slices, so that a thread of the pool can read one while the loop still hears
 * signals and builders between two slices. Paths are absolute and cleaned, whatever the archive
 * says ("./etc/", "../x"): "/" is the root.
 */
struct image_entry {
	const char *path;
	enum tar_type type;
	uint32_t mode; /* 07777 */
	int64_t uid, gid, size;
	int64_t mtime_s, mtime_ns;
	const char *target; /* of a link; a hard link's is cleaned like a path */
	uint32_t dev_major, dev_minor;
	struct sha256 hash;             /* of a file, when the layer was asked for it */
	const struct tar_xattr *xattrs; /* sorted by name */
	size_t nxattrs;
	size_t layer, position; /* where its content is; position counts from 1, 0 = none */
};

/* Where the archive of a layer is: in a file, plain or compressed; or unpacked, and then reading all
 * of it with its contents ends with ERR_FAILED unless it has that digest. */
struct image_layer_at {
	const char *path;  /* the archive, or what goes with its files (io/tar_split.h) */
	const char *files; /* NULL = it is not unpacked */
	struct sha256 digest;
};

struct image_layer {
	const struct image_layer_at *at; /* borrowed */
	size_t index;                    /* 0 = the lowest */
	bool hash;                       /* contents too */
	struct arena *arena;
	VEC(struct image_entry *) entries; /* in the archive's order */
	struct map *last;                  /* path → its last entry */
	VEC(const char *) whiteouts;       /* paths that are gone */
	VEC(const char *) opaques;         /* folders whose content below is gone */
	bool done, failed;
	struct err err; /* what ended the reading; once it failed, who took this knows why */

	struct image_layer_archive {
		int fd;                  /* of a file */
		struct tar_split *split; /* of what is unpacked */
		struct tar *tar;
	} archive;
	struct sha256_ctx *sha;
	size_t position;
};

/* Layers that were read for one image, for the others that stand on them. All trees of one thread. */
struct image_layers;

struct image_layers *image_layers_new(void) NODISCARD;
/* NULL is fine. After the trees that have its layers. */
void image_layers_free(struct image_layers *s);
/* The layer that is unpacked there, at that height; owned by the set, perhaps read already. */
struct image_layer *image_layers_get(struct image_layers *s, const struct image_layer_at *at,
				     size_t index, bool hash);

/* A copy. */
struct image_layer_at *image_layer_at_dup(struct arena *arena, const struct image_layer_at *at);
void image_layer_init(struct image_layer *l, const struct image_layer_at *at, size_t index,
		      bool hash);
void image_layer_fini(struct image_layer *l);
/* Reads on, for about 64 MB or 20000 entries; sets done at the end or when err was set. */
void image_layer_step(struct image_layer *l);
/* Hands the content of one file, by its position, to sink in pieces, which may end it with an
 * error of its own or with true in *ret_enough. */
typedef int (*image_sink)(void *ctx, struct str piece, bool *ret_enough, struct err *err);
int image_layer_read(const struct image_layer_at *at, size_t position, image_sink sink, void *ctx,
		     struct err *err) NODISCARD;

#endif
