/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h: a growing, always NUL-terminated byte buffer with a ceiling. */
#ifndef LOCKSTEP_BASE_BUF_H
#define LOCKSTEP_BASE_BUF_H

#include "base/str.h"

/*
 * data is never NULL after buf_init or the first write; data[len] is NUL. What is beyond the
 * ceiling (max; 0 = none) is dropped and `full` is set: for output of children and bodies, where
 * losing the tail is right. Readers that must not lose anything check `full`.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool full;
};

#define BUF_INIT { 0 }

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* empty, memory kept */
/* Room for n more bytes, all NUL; returns where they go. The caller then adds to len. Does not
 * look at the ceiling: the caller bounds n. */
char *buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_add_str(struct buf *b, struct str s);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_addvf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
/* Drops bytes from the front. */
void buf_consume(struct buf *b, size_t n);
/* The bytes as a C string that the caller frees; the buffer is empty afterwards. */
char *buf_steal(struct buf *b) NODISCARD;

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->data, b->len };
}

#define AUTO_BUF CLEANUP(buf_fini)

#endif
