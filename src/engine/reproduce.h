/* SPDX-License-Identifier: Apache-2.0 */
/* reproduce.h: an image built again from the record of a build, and held against what that gave. */
#ifndef LOCKSTEP_ENGINE_REPRODUCE_H
#define LOCKSTEP_ENGINE_REPRODUCE_H

#include "engine/plan.h"
#include "engine/rebuild.h"
#include "model/record.h"

/*
 * docs/reproduce.md. The record says what went into an image: the project is loaded from its commit,
 * arguments, parents, externals and the refresh period are taken as they were recorded, and the key
 * of all that has to come out as recorded before anything is built. What the machine lacks is found
 * before, too.
 */
struct reproduce_opts {
	const struct plan_opts *plan; /* of the session: project, store, builder, … */
	struct loop *loop;
	struct downloads *downloads;
	const char *state_dir;
	bool any_version; /* another version of the builder will do */
	void (*say)(void *ctx, const char *what);
	void *ctx;
};

struct reproduction {
	struct arena *arena;
	const struct graph_image *image;
	char first_id
		[DIGEST_SIZE]; /* what was recorded, or the first of two builds; "" = none yet */
	char second_id[DIGEST_SIZE]; /* what came out now */
	VEC(const char *) lacks;     /* what this machine lacks, a sentence each */
	VEC(const char *) gone; /* parents among that, or that no registry answered for: names */
	struct sha256 key;      /* of the record, or of both builds */
	struct reasons reasons; /* where the inputs found here differ from the record's */
	bool same;              /* one image ID */
	const char *unknown;    /* why the two could not be compared; NULL = they were */
	struct rebuild_comparison comparison; /* unless same, or unknown */
};

/* The lock entries that a record stands for: the commit of its git source, under whatever reference
 * the graph of its commit names it today. The project is to be loaded with them. NULL = none. */
struct lockfile *reproduce_pins(const struct record *record, const struct graph *graph) NODISCARD;

/*
 * Of the image whose manifest has that digest (NULL = not known). ret is valid whatever is returned,
 * and is for reproduction_fini(). ERR_TOOL: the machine lacks something. ERR_REFUSED: the inputs differ,
 * or the image does. errs: mistakes in the files of the commit.
 */
int reproduce_record(const struct reproduce_opts *opts, const struct record *record,
		     const char *digest, struct reproduction *ret, struct err_list *errs,
		     struct err *err) NODISCARD;
/* Twice here: node is that of an image whose key is known. */
int reproduce_twice(const struct reproduce_opts *opts, const struct plan_node *node,
		    struct reproduction *ret, struct err *err) NODISCARD;
void reproduction_fini(struct reproduction *r);

#endif
