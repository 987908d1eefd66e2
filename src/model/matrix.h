/* SPDX-License-Identifier: Apache-2.0 */
/* matrix.h: the jobs of a GitHub workflow's `strategy: matrix:`. */
#ifndef LOCKSTEP_MODEL_MATRIX_H
#define LOCKSTEP_MODEL_MATRIX_H

#include "base/yaml.h"

/* A matrix makes no more jobs; what is beyond them, or more values than anybody gives a job, is left
 * out. */
#define MATRIX_MAX_JOBS 256
#define MATRIX_MAX_VALUES 64

/*
 * Each job as a mapping of its values, which keep their places: the product of the lists, without
 * what `exclude` names, with what `include` adds to jobs or adds as jobs. In the arena. No job at
 * all when a list or the matrix is computed by an expression.
 */
struct yaml **matrix_jobs(struct arena *arena, const struct yaml *matrix, size_t *ret_n);

#endif
