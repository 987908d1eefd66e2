/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h: manifests held against the rules of docs/verify.md, without a cluster. */
#ifndef LOCKSTEP_ENGINE_VERIFY_H
#define LOCKSTEP_ENGINE_VERIFY_H

#include "engine/pins.h"
#include "engine/presence.h"
#include "model/graph.h"
#include "model/kube_check.h"

struct verify_opts {
	const char *const *paths; /* files, and folders with all below them */
	size_t npaths;
	const struct pin_image *images; /* whose pins have to agree; borrowed */
	size_t nimages;
	const struct graph *graph; /* whose pods say what is shared; borrowed; NULL = none */
	unsigned skip;             /* bits 1 << enum verify_rule */
	const struct presence_opts *registry; /* whom to ask for images; NULL = nobody */
};

struct verify {
	struct arena *arena;
	struct verify_finding *findings; /* by file and place */
	size_t nfindings;
	size_t nfiles, npods, ntemplates; /* templates that are no YAML are not judged */
	struct pins *pins;                /* of the images, or NULL */
};

/* Files are those named, and below folders what ends in .yaml, .yml or .json; .git is left out and
 * no link is followed. Finding something is no error; a path that is not there is, and
 * so is a registry of which it cannot be told what it has. */
int verify_run(const struct verify_opts *opts, struct verify **ret, struct err *err) NODISCARD;
void verify_free(struct verify *v);

#endif
