/* SPDX-License-Identifier: Apache-2.0 */
/* recall.h: takes the history of images from the registry into the store. */
#ifndef LOCKSTEP_ENGINE_RECALL_H
#define LOCKSTEP_ENGINE_RECALL_H

#include "engine/shared.h"
#include "store/store.h"

/*
 * What a new state folder does not know, the records of published images tell: runs, steps, reasons
 * and input sets become rows as if they had been made here, so that plan and explain need not know
 * the difference. What is known already is left as it is. Runs are numbered in the order of their
 * times, behind those that are here: recall is for before a run begins.
 */
struct recall_opts {
	struct shared *shared;
	struct store *store;
	const struct graph *graph;
	const char *
		tag; /* of the images to begin with: the graph's first unless something else is known */
	bool causes; /* also the builds before them, and those of parents that moved */
};

struct recalled {
	size_t images;  /* whose records were found */
	size_t unknown; /* that the registry gave no answer about */
	struct err err; /* the first reason for that */
};

/* images: n of the graph. digests: where not NULL, gets what tag names for each ("" = nothing);
 * n rows of DIGEST_SIZE. Answers that are missing are no failure. */
int recall_images(const struct recall_opts *opts, const struct graph_image *const *images, size_t n,
		  char (*ret_digests)[DIGEST_SIZE], struct recalled *ret, struct err *err)
	NODISCARD;

#endif
