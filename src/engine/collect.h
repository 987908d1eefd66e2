/* SPDX-License-Identifier: Apache-2.0 */
/* collect.h: the context files that a recipe can read, with their hashes. */
#ifndef LOCKSTEP_ENGINE_COLLECT_H
#define LOCKSTEP_ENGINE_COLLECT_H

#include "engine/project.h"
#include "model/inputs.h"
#include "store/store.h"

/* How far the stat cache is believed. */
struct collect_trust {
	bool none;    /* not at all: every file is read, and the cache is written anew */
	int sample;   /* percent of what it knows that is read all the same, as a tripwire */
	int64_t salt; /* decides which */
};

struct collect_opts {
	struct project *project;
	const struct graph_image *image;
	const struct recipe *recipe;
	struct store *store; /* its stat cache is used; may be NULL */
	struct collect_trust trust;
	struct pool *pool; /* NULL: nothing is hashed, only looked at */
	bool skip_widened; /* the recipe's "whole context" reads are left out: the result is for
				showing and for early mistakes, never for a key */
};

/*
 * Adds the file, link and dir records of every context path that recipe can read after the
 * ignore file: only the subtrees that can match are walked; symlinks that a source names are
 * followed inside the context, with every link on the way recorded; symlinks below a copied folder
 * stay links. Hashes come from the store's stat cache or the pool.
 * A literal source that is missing or left out, a glob that matches nothing where the dialect
 * needs a match, a device or FIFO, a name that the builder would misread: errs, with the
 * instruction's line and what would be right. ERR_REFUSED for a hash of the stat cache that turns out
 * to be wrong.
 */
int collect_files(const struct collect_opts *opts, struct inputs *in, struct err_list *errs,
		  struct err *err) NODISCARD;

/* Whether and why one context-relative path is read; for `inputs --explain` and `why IMAGE PATH`. */
struct collect_answer {
	bool is_input;
	const struct recipe_read *read; /* the first that matches; NULL = none does */
	struct ignore_verdict ignore;   /* of the ignore file, if it decides */
};
int collect_explain(struct project *p, const struct graph_image *image, const struct recipe *recipe,
		    struct str path, struct collect_answer *ret, struct err *err) NODISCARD;

#endif
