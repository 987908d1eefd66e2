/* SPDX-License-Identifier: Apache-2.0 */
/* collect_priv.h: the state of one collection. */
#ifndef LOCKSTEP_ENGINE_COLLECT_PRIV_H
#define LOCKSTEP_ENGINE_COLLECT_PRIV_H

#include "engine/collect.h"

struct collect_item {
	struct input_file file;
	const char *tree_path; /* below the root */
	const struct tree_entry *entry;
	bool believed; /* file.hash is the stat cache's, and is to be held against the bytes */
};

struct collect {
	struct project *p;
	const struct graph_image *image;
	struct project_files *files;
	const struct recipe *recipe;
	const struct recipe_read *read; /* the one at work */
	const struct ignore *ignore;
	struct store *store;
	struct pool *pool; /* NULL: nothing is hashed */
	struct collect_trust trust;
	struct inputs *in;
	struct err_list *errs;
	struct map *seen; /* context paths */
	VEC(struct collect_item) items;
};

/* dir "/" name in the arena of the inputs; dir may be ".". */
const char *collect_join(struct collect *c, struct str dir, const char *name);

/* Gives every file its hash. */
int collect_hash(struct collect *c, struct pool *pool, struct err *err) NODISCARD;

#endif
