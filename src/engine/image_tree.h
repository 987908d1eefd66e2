/* SPDX-License-Identifier: Apache-2.0 */
/* image_tree.h: the files of a finished image, as a container of it would see them. */
#ifndef LOCKSTEP_ENGINE_IMAGE_TREE_H
#define LOCKSTEP_ENGINE_IMAGE_TREE_H

#include "base/json.h"
#include "engine/image_export.h"
#include "engine/image_layer.h"
#include "io/pool.h"

/*
 * Made from an exported image (engine/image_export); nothing is unpacked. Layers are laid over
 * each other as OCI image-spec layer.md says: whiteouts and opaque folders take away what is below
 * them, a later entry wins, a hard link has the content that its name had in its layer. Entries of
 * the result are never hard links. Folders that no layer names are there with mode 0755, owner 0:0.
 *
 * The exported files must stay as long as image_tree_read() is used.
 */
struct image_tree;

enum image_tree_flags {
	IMAGE_TREE_HASH = 1, /* contents are read and hashed: needed for the tree ID */
};

/* Reads manifest and config of the export in dir; no layer yet. */
int image_tree_open(const char *dir, unsigned flags, struct image_tree **ret, struct err *err)
	NODISCARD;
/* The same for what was read of an export already. Of shared, which lives longer than the tree, are
 * the layers that are read where they lie; NULL = each tree reads its own. */
int image_tree_of(const struct image_export *export, unsigned flags, struct image_layers *shared,
		  struct image_tree **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void image_tree_free(struct image_tree *t);
/* Reads on for a moment, every layer on a thread of the pool. 1 = there is more to read, 0 = the
 * tree is complete: what follows may be called now, on any thread. */
int image_tree_step(struct image_tree *t, struct pool *pool, struct err *err) NODISCARD;

/* The config blob: an object with os, architecture, config, … */
const json_t *image_tree_config(const struct image_tree *t);
/* All entries, sorted byte-wise by path. */
const struct image_entry *const *image_tree_entries(const struct image_tree *t, size_t *ret_n);
/* By absolute, cleaned path; no symlink is followed. NULL = not there. */
const struct image_entry *image_tree_get(const struct image_tree *t, const char *path);
/* The same, with every symlink on the way and at the end followed inside the image. NULL = not
 * there, or links that go in a circle. */
const struct image_entry *image_tree_follow(const struct image_tree *t, const char *path);
/* As follow, but a symlink at the end is what is found, not where it points to. */
const struct image_entry *image_tree_link(const struct image_tree *t, const char *path);
/* Where a command is in the folders of the image's PATH, as execvp would find it: a path that leads to a
 * regular file that somebody may execute. NULL = in none; caller frees. */
char *image_tree_which(const struct image_tree *t, const char *name) NODISCARD;
/* That file, at the end of all links. */
const struct image_entry *image_tree_command(const struct image_tree *t, const char *name);
/* Hands the content of a file to sink; see image_layer_read. */
int image_tree_read(const struct image_tree *t, const struct image_entry *file, image_sink sink,
		    void *ctx, struct err *err) NODISCARD;

/* docs/key.md, "Tree ID": what the image holds, times and history aside. Needs IMAGE_TREE_HASH. */
struct sha256 image_tree_id(const struct image_tree *t);
/* The canonical form that the tree ID is the SHA-256 of, appended to b. */
void image_tree_canonical(const struct image_tree *t, struct buf *b);

#endif
