/* SPDX-License-Identifier: Apache-2.0 */
/* image_read.h: gets the files of an image out of the builder's storage, beside the loop's work. */
#ifndef LOCKSTEP_ENGINE_IMAGE_READ_H
#define LOCKSTEP_ENGINE_IMAGE_READ_H

#include "engine/builder.h"
#include "engine/image_tree.h"
#include "io/loop.h"

struct image_read_opts {
	struct builder *builder;
	const char *image_id;
	const char *dir; /* a new folder for the export; the caller removes it, after the tree */
	unsigned flags;  /* of image_tree_open */
	struct image_layers *shared; /* as image_tree_of() takes them */
	struct pool *pool;
	struct loop *loop;
	int log_fd; /* for what the builder says; not owned */
};

struct image_read;
/* Called once by the loop: with a tree that is the callee's, or NULL and err. */
typedef void (*image_read_fn)(void *ctx, struct image_tree *take_tree, struct err *err);

/* opts is copied; what it points to must outlive the reading. */
int image_read_start(const struct image_read_opts *opts, image_read_fn done, void *ctx,
		     struct image_read **ret, struct err *err) NODISCARD;
/* done still comes, with ERR_CANCELLED. */
void image_read_cancel(struct image_read *r);
/* Only in done or after it. NULL is fine. */
void image_read_free(struct image_read *r);

#endif
