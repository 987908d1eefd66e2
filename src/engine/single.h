/* SPDX-License-Identifier: Apache-2.0 */
/* single.h: one Dockerfile and its context as a graph of one image. */
#ifndef LOCKSTEP_ENGINE_SINGLE_H
#define LOCKSTEP_ENGINE_SINGLE_H

#include "base/buf.h"
#include "base/err.h"
#include "model/graph.h"

/*
 * `inputs` and `stage` work without a graph file, too. What the command line says is written as the
 * text of a graph, so that it is held against the same rules, and means the same, as in a file. Its
 * image is called SINGLE_IMAGE, and its registry is none, so that no FROM can mean it.
 */
#define SINGLE_IMAGE "image"
#define SINGLE_GRAPH "command line" /* the file of its messages */

struct single {
	const char *dockerfile;  /* as given: relative to the current folder */
	const char *context;     /* likewise */
	const char *target;      /* NULL = the last stage */
	const char *const *args; /* "NAME=VALUE" */
	size_t nargs;
};

/* The nearest folder that holds both the context and the Dockerfile's folder (absolute, caller
 * frees), and the graph's text, appended to graph. ERR_USAGE for an argument without a value, which
 * would be taken from the environment, and for one that is given twice. */
int single_describe(const struct single *s, char **ret_root, struct buf *graph, struct err *err)
	NODISCARD;

#endif
