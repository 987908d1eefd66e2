/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c: chunks of zeroed memory that are freed together. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>

#define CHUNK_FIRST ((size_t)4 << 10)
#define CHUNK_MOST ((size_t)256 << 10)

/* Under the address sanitizer each piece is an allocation of its own, so that running over the
 * end of one is found. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_SINGLE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(ARENA_SINGLE)
#define ARENA_SINGLE 1
#endif
#ifndef ARENA_SINGLE
#define ARENA_SINGLE 0
#endif

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char mem[];
};

struct arena {
	struct chunk *chunks; /* the first one is being filled */
	size_t next_size;
};

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c;

	BUG_ON(size > SIZE_MAX / 2);
	c = xcalloc(1, sizeof(*c) + size);
	c->size = size;
	return c;
}

struct arena *
arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->next_size = CHUNK_FIRST;
	a->chunks = chunk_new(ARENA_SINGLE ? 0 : CHUNK_FIRST - sizeof(struct chunk));
	return a;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static void *
take_own_chunk(struct arena *a, size_t size)
{
	struct chunk *c = chunk_new(size);

	/* Behind the first, whose rest stays in use. */
	c->used = size;
	c->next = a->chunks->next;
	a->chunks->next = c;
	return c->mem;
}

static void *
take(struct arena *a, size_t size, size_t align)
{
	struct chunk *c = a->chunks;
	size_t at = (c->used + align - 1) & ~(align - 1);

	if (ARENA_SINGLE)
		return take_own_chunk(a, size);
	if (at > c->size || size > c->size - at) {
		if (size > a->next_size / 4)
			return take_own_chunk(a, size);
		if (a->next_size < CHUNK_MOST)
			a->next_size *= 2;
		c = chunk_new(a->next_size - sizeof(*c));
		c->next = a->chunks;
		a->chunks = c;
		at = 0;
	}
	c->used = at + size;
	return c->mem + at;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return take(a, size ? size : 1, alignof(max_align_t));
}

void *
arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t total;

	BUG_ON(__builtin_mul_overflow(n, size, &total));
	return arena_alloc(a, total);
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_str(a, str_c(s));
}

char *
arena_str(struct arena *a, struct str s)
{
	char *copy = take(a, s.n + 1, 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	BUG_ON(n < 0);
	s = take(a, (size_t)n + 1, 1);
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap); /* the length is known */
	return s;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

void *
arena_dup(struct arena *a, const void *p, size_t n)
{
	void *copy = arena_alloc(a, n);

	if (n)
		memcpy(copy, p, n);
	return copy;
}
