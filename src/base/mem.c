/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c: allocation that aborts instead of failing. */
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

_Noreturn void
bug_at(const char *file, int line, const char *cond)
{
	fprintf(stderr, "lockstep: internal error at %s:%d: %s\n", file, line, cond);
	abort();
}

static _Noreturn void
out_of_memory(size_t n, size_t size)
{
	fprintf(stderr, "lockstep: out of memory (%zu x %zu bytes)\n", n, size);
	abort();
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory(1, size);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		out_of_memory(n, size);
	return p;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory(n, size);
	p = realloc(p, total ? total : 1);
	if (!p)
		out_of_memory(n, size);
	return p;
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

char *
xstrndup(const char *s, size_t n)
{
	size_t len = n ? strnlen(s, n) : 0;
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void *
xmemdup(const void *p, size_t n)
{
	void *copy = xmalloc(n);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

char *
xvasprintf(const char *fmt, va_list ap)
{
	char *s;
	int n = vasprintf(&s, fmt, ap);

	if (n < 0)
		out_of_memory(1, 0);
	return s;
}

void
free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}
