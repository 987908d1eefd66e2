/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c: a growing byte buffer with a ceiling. */
#include "base/buf.h"

#include <stdio.h>

#define BUF_LEAST 64

static void
buf_room(struct buf *b, size_t n)
{
	size_t need, cap;

	BUG_ON(__builtin_add_overflow(b->len, n, &need) || __builtin_add_overflow(need, 1, &need));
	if (need <= b->cap)
		return;
	if (__builtin_add_overflow(b->cap, b->cap / 2, &cap) || cap < need)
		cap = need;
	if (cap < BUF_LEAST)
		cap = BUF_LEAST;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
	buf_room(b, 0);
}

void
buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data)
		b->data[0] = '\0';
}

char *
buf_reserve(struct buf *b, size_t n)
{
	buf_room(b, n);
	/* Whatever part of it the caller uses, data[len] has to be NUL afterwards. */
	memset(b->data + b->len, 0, n + 1);
	return b->data + b->len;
}

static size_t
buf_allowed(struct buf *b, size_t n)
{
	size_t left = b->len < b->max ? b->max - b->len : 0;

	if (!b->max || n <= left)
		return n;
	b->full = true;
	return left;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	n = buf_allowed(b, n);
	buf_room(b, n);
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addvf(b, fmt, ap);
	va_end(ap);
}

void
buf_addvf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t n;
	int len;

	buf_room(b, 0);
	va_copy(again, ap);
	len = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	BUG_ON(len < 0);
	n = (size_t)len;
	if (n >= b->cap - b->len) {
		buf_room(b, n);
		(void)vsnprintf(b->data + b->len, n + 1, fmt, again); /* the length is known */
	}
	va_end(again);
	b->len += buf_allowed(b, n);
	b->data[b->len] = '\0';
}

void
buf_consume(struct buf *b, size_t n)
{
	BUG_ON(n > b->len);
	if (!n)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len + 1);
}

char *
buf_steal(struct buf *b)
{
	char *data;

	buf_room(b, 0);
	data = STEAL(b->data);
	buf_fini(b);
	return data;
}
