/* SPDX-License-Identifier: Apache-2.0 */
/* random_ignore.h: small trees and nasty ignore files, the same for the same seed. */
#ifndef LOCKSTEP_TESTS_RANDOM_IGNORE_H
#define LOCKSTEP_TESTS_RANDOM_IGNORE_H

#include "base/buf.h"

#include <stdint.h>

/* xorshift64*: the tests must not depend on the C library's generator. */
struct random {
	uint64_t state;
};

void random_init(struct random *r, uint64_t seed);
/* From 0 to n - 1. */
unsigned random_below(struct random *r, unsigned n);

#define RANDOM_PATHS 10

/* Paths of files; every parent of one is a folder. No path is the parent of another. */
struct random_tree {
	struct buf paths[RANDOM_PATHS];
	size_t n;
};

void random_tree_fini(struct random_tree *t);
void random_tree_make(struct random_tree *t, struct random *r);
/* A few lines for such a tree. */
void random_ignore_make(struct buf *b, struct random *r, const struct random_tree *t);

#endif
