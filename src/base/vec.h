/* SPDX-License-Identifier: Apache-2.0 */
/* vec.h: a growing array of any type. */
#ifndef LOCKSTEP_BASE_VEC_H
#define LOCKSTEP_BASE_VEC_H

#include "base/mem.h"

/*
 * VEC(struct image *) images = { 0 };   vec_push(&images, img);
 * for (size_t i = 0; i < images.n; i++) use(images.v[i]);   vec_fini(&images);
 * The elements are the owner's business; the vector owns only the array.
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

#define vec_push(vec, item)                                                                        \
	do {                                                                                       \
		if ((vec)->n == (vec)->cap)                                                        \
			(vec)->v = vec_grow((vec)->v, &(vec)->cap, sizeof(*(vec)->v));             \
		(vec)->v[(vec)->n++] = (item);                                                     \
	} while (0)

#define vec_fini(vec)                                                                              \
	do {                                                                                       \
		free((vec)->v);                                                                    \
		(vec)->v = NULL;                                                                   \
		(vec)->n = (vec)->cap = 0;                                                         \
	} while (0)

/* Doubles *cap (from 8) and reallocates; for vec_push only. */
void *vec_grow(void *v, size_t *cap, size_t size) NODISCARD;

#endif
