/* SPDX-License-Identifier: Apache-2.0 */
/* image_layer.h: what one layer of an image adds and takes away. */
#ifndef LOCKSTEP_ENGINE_IMAGE_LAYER_H
#define LOCKSTEP_ENGINE_IMAGE_LAYER_H

#include "base/arena.h"
#include "base/map.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "io/tar.h"

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

struct image_layer {
	const char *path; /* the archive; borrowed */
	size_t index;     /* 0 = the lowest */
	bool hash;        /* contents too */
	struct arena *arena;
	VEC(struct image_entry *) entries; /* in the archive's order */
	struct map *last;                  /* path → its last entry */
	VEC(const char *) whiteouts;       /* paths that are gone */
	VEC(const char *) opaques;         /* folders whose content below is gone */
	bool done;
	struct err err; /* what ended the reading */

	int fd;
	struct tar *tar;
	struct sha256_ctx *sha;
	size_t position;
};

void image_layer_init(struct image_layer *l, const char *path, size_t index, bool hash);
void image_layer_fini(struct image_layer *l);
/* Reads on, for about 64 MB or 20000 entries; sets done at the end or when err was set. */
void image_layer_step(struct image_layer *l);
/* Hands the content of one file, by its position, to sink in pieces, which may end it with an
 * error of its own or with true in *ret_enough. */
typedef int (*image_sink)(void *ctx, struct str piece, bool *ret_enough, struct err *err);
int image_layer_read(const char *path, size_t position, image_sink sink, void *ctx, struct err *err)
	NODISCARD;

#endif
