/* SPDX-License-Identifier: Apache-2.0 */
/* release.h: gives the images of a finished run their tags, all of them or none. */
#ifndef LOCKSTEP_ENGINE_RELEASE_H
#define LOCKSTEP_ENGINE_RELEASE_H

#include "engine/plan.h"
#include "engine/shared.h"

/*
 * After every image of the plan is in the registry under its key, which is asked once more of those
 * that this run gave their key: ERR_TEMPORARY where that stands for another image. First each gets
 * the tag of the commit, unchanged ones too, so that every image exists at every commit. Only when
 * all have it, the tags that move are moved, and only where they point elsewhere. What fails half
 * way is made good by the next run of the same commit: each step sets a tag to what it has to be. At
 * the end the generation is noted for the next runner (model/generation.h).
 *
 * One commit can give two images: of another value of a variable, another base, another week. What a
 * release has called by the commit keeps that name, as pins that are tags would not see a change; the
 * later image is called by the commit and the beginning of its digest.
 */
struct release_opts {
	const struct plan *plan;
	struct shared *shared;
	const char *commit;        /* full; NULL = none: a tree that is no commit */
	const char *const *moving; /* "latest" and the like */
	size_t nmoving;
	bool as_planned; /* nothing was done since the plan saw where the released tag points */
};

#define RELEASE_TAG_SIZE 64 /* 40 digits of a commit, '-', 12 of a digest */

struct release_image {
	const struct plan_node *node;
	char tag[RELEASE_TAG_SIZE]; /* of the commit; "" without one */
	bool again;                 /* the commit alone names an earlier image */
	char was[DIGEST_SIZE];      /* where the first moving tag pointed before; "" = nowhere */
	bool moved;                 /* it points elsewhere now */
};

struct release {
	struct release_image *images; /* of the plan, in the graph's order; owned */
	size_t n;
	struct err unnoted; /* why the next runner is not told of it: it has more to ask then */
};

/* ERR_REFUSED when an image of the plan has no manifest; ERR_TEMPORARY or ERR_REMOTE when a tag
 * could not be set or read: no moving tag was moved unless the message says so. */
int release_tags(const struct release_opts *opts, struct release *ret, struct err *err) NODISCARD;
void release_fini(struct release *r);

#endif
