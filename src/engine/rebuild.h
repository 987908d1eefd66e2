/* SPDX-License-Identifier: Apache-2.0 */
/* rebuild.h: builds an image anew, for comparing it: nothing is recorded and nothing replaced. */
#ifndef LOCKSTEP_ENGINE_REBUILD_H
#define LOCKSTEP_ENGINE_REBUILD_H

#include "engine/download.h"
#include "engine/image_diff.h"
#include "engine/key.h"
#include "io/loop.h"

/*
 * One step after the other: what the image stands on is brought into lockstep's own storage, the
 * image is built there without any cache, and two images are written out and compared. No trace
 * names what was built, so no plan finds it. The caller holds the state folder's lock.
 *
 * Each function that starts the builder waits for its end in the loop, and is ERR_CANCELLED, with
 * the signal as sys_errno, after a signal.
 */
struct rebuild;

struct rebuild_opts {
	struct project *project;
	struct builder *builder;
	struct downloads *downloads;
	struct pool *pool;
	struct loop *loop;
	const char *state_dir;
	const struct graph_image *image;
	void (*say)(void *ctx, const char *what); /* a step begins: "building leaf"; may be NULL */
	void *ctx;
};

/* Makes ready: the builder, the folder for staging, the log. */
int rebuild_new(const struct rebuild_opts *opts, struct rebuild **ret, struct err *err) NODISCARD;
/* Removes what was staged and written out. NULL is fine. */
void rebuild_free(struct rebuild *rb);
/* Where what the builder prints is kept, until the next time. */
const char *rebuild_log(const struct rebuild *rb);

/* An image, and where it can be had if it is not here. */
struct rebuild_source {
	const char *image_id;
	const char *ref; /* NULL = nowhere */
	struct platform platform;
};
/* The image is in our storage afterwards: it is there, or in the user's, or pulled by the reference.
 * ERR_FAILED when it is nowhere, or the reference means another image by now; ERR_TEMPORARY when the
 * registry does not answer. */
int rebuild_fetch(struct rebuild *rb, const struct rebuild_source *from, struct err *err) NODISCARD;
/* A second build of one object starts no earlier than two seconds after the first: that long it takes
 * until every clock that is written into images (zip counts in steps of two) has moved. */
int rebuild_build(struct rebuild *rb, const struct key_result *made, char ret_id[DIGEST_SIZE],
		  struct err *err) NODISCARD;

struct rebuild_comparison {
	struct image_diff diff;
	bool same_content; /* by tree ID: times, history and layers aside */
};
/* Of two images of our storage. On success ret is the caller's: image_diff_fini(). */
int rebuild_compare(struct rebuild *rb, const char *const ids[2], struct rebuild_comparison *ret,
		    struct err *err) NODISCARD;

#endif
