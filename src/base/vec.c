/* SPDX-License-Identifier: Apache-2.0 */
/* vec.c: how a growing array grows. */
#include "base/vec.h"

void *
vec_grow(void *v, size_t *cap, size_t size)
{
	size_t grown = 8;

	if (*cap)
		BUG_ON(__builtin_mul_overflow(*cap, 2, &grown));
	v = xreallocarray(v, grown, size);
	*cap = grown;
	return v;
}
