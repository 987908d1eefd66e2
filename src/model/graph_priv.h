/* SPDX-License-Identifier: Apache-2.0 */
/* graph_priv.h: what the loader and the variables of a graph share. */
#ifndef LOCKSTEP_MODEL_GRAPH_PRIV_H
#define LOCKSTEP_MODEL_GRAPH_PRIV_H

#include "model/graph.h"

/* A piece of a text with variables. */
enum graph_piece_kind {
	GRAPH_PIECE_LITERAL, /* text stands as it is; "$$" gives "$" */
	GRAPH_PIECE_NAME,    /* text is the name in ${NAME} */
	GRAPH_PIECE_BAD,     /* "${" that is not followed by a name and "}"; text is all of it */
};

struct graph_piece {
	enum graph_piece_kind kind;
	struct str text;
};

/* Takes the next piece off *rest; false at the end. */
bool graph_piece_next(struct str *rest, struct graph_piece *ret);
/* The variable with that name, or NULL. */
struct graph_variable *graph_variable_find(const struct graph *g, struct str name);
/* True for a name of a variable or an argument: a letter or '_', then those and digits. */
bool graph_valid_variable(struct str name);
/* True for what git can take as a branch, tag or commit, and as no option. */
bool graph_valid_git_ref(const char *ref);

/* The name of an image that is near, or NULL. */
const char *graph_nearest(const struct graph *g, const char *name);

#endif
