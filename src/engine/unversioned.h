/* SPDX-License-Identifier: Apache-2.0 */
/* unversioned.h: what images are made from and their commit does not have. */
#ifndef LOCKSTEP_ENGINE_UNVERSIONED_H
#define LOCKSTEP_ENGINE_UNVERSIONED_H

#include "engine/plan.h"

/*
 * A file that git ignores does not make a working tree differ from its commit, and may be an input
 * all the same: what an earlier step of the job has made. An image with one is a function of its
 * inputs as any other, but nobody else can build it from the commit.
 */
struct unversioned_file {
	const char *image; /* in the graph; borrowed of the plan */
	const char *path;  /* from the graph's root on; arena */
};

typedef VEC(struct unversioned_file) unversioned_files;

/* Inputs of the plan's images that are not in the commit of the working tree; none outside git, of a
 * commit's own files, and of images from other repositories. The caller frees the vector. */
int unversioned_find(const struct plan *plan, struct arena *arena, unversioned_files *ret,
		     struct err *err) NODISCARD;

#endif
