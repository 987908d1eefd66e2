/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h: allocation that aborts, and the cleanup attributes that free locals. */
#ifndef LOCKSTEP_BASE_MEM_H
#define LOCKSTEP_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * Memory has three owners and no others: a local with a cleanup attribute, a struct whose
 * _free function frees it, or an arena. Out of memory is not an error that anyone handles here:
 * every x function aborts with a message. Sizes from outside must be bounded before they come
 * here (see the ceilings in base/file.h and base/buf.h).
 */
#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Aborts with file and line when a programmer's assumption is broken; never for outside data. */
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (cond)                                                                          \
			bug_at(__FILE__, __LINE__, #cond);                                         \
	} while (0)

_Noreturn void bug_at(const char *file, int line, const char *cond);

void *xmalloc(size_t size) NODISCARD;
void *xcalloc(size_t n, size_t size) NODISCARD;
/* n * size with overflow check; the result replaces p. */
void *xreallocarray(void *p, size_t n, size_t size) NODISCARD;
char *xstrdup(const char *s) NODISCARD;
char *xstrndup(const char *s, size_t n) NODISCARD;
void *xmemdup(const void *p, size_t n) NODISCARD;
char *xasprintf(const char *fmt, ...) NODISCARD PRINTF(1, 2);
char *xvasprintf(const char *fmt, va_list ap) NODISCARD PRINTF(1, 0);

/* Frees a text that is nobody's business, overwriting it first. NULL is fine. */
void free_secret(char *text);

static inline void
free_charp(char **p)
{
	free(*p);
}

static inline void
free_voidp(void *p)
{
	free(*(void **)p);
}

/* char *AUTO_FREE s = NULL; frees s at the end of its scope. */
#define AUTO_FREE CLEANUP(free_charp)
#define AUTO_FREE_PTR CLEANUP(free_voidp)

static inline void *
steal_ptr(void *pp)
{
	void **p = pp, *v = *p;

	*p = NULL;
	return v;
}

/* Takes a cleanup-protected pointer out of its local, so that it survives the scope. */
#define STEAL(p) ((__typeof__(p))steal_ptr(&(p)))

#endif
