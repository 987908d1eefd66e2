/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h: memory that is loaded once and dies together. */
#ifndef LOCKSTEP_BASE_ARENA_H
#define LOCKSTEP_BASE_ARENA_H

#include "base/str.h"

/* For parsed models (graph, Dockerfile, plan): nothing in an arena holds a descriptor or a
 * thread, and nothing in it is freed alone. Memory is zeroed. */
struct arena;

struct arena *arena_new(void) NODISCARD;
void arena_free(struct arena *a);
void *arena_alloc(struct arena *a, size_t size) NODISCARD;
void *arena_calloc(struct arena *a, size_t n, size_t size) NODISCARD;
char *arena_strdup(struct arena *a, const char *s) NODISCARD;
char *arena_str(struct arena *a, struct str s) NODISCARD;
char *arena_printf(struct arena *a, const char *fmt, ...) NODISCARD PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) NODISCARD PRINTF(2, 0);
/* A copy of n bytes. */
void *arena_dup(struct arena *a, const void *p, size_t n) NODISCARD;

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

static inline void
arena_freep(struct arena **a)
{
	arena_free(*a);
}

#define AUTO_ARENA CLEANUP(arena_freep)

#endif
