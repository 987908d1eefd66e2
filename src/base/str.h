/* SPDX-License-Identifier: Apache-2.0 */
/* str.h: borrowed slices of bytes, which is what every parser sees. */
#ifndef LOCKSTEP_BASE_STR_H
#define LOCKSTEP_BASE_STR_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A slice never owns its bytes and is not terminated by NUL. */
struct str {
	const char *p;
	size_t n;
};

#define STR_LIT(s) ((struct str){ (s), sizeof(s) - 1 })
#define STR_NULL ((struct str){ NULL, 0 })
/* For printf's "%.*s". */
#define STR_FMT(s) (int)(s).n, (s).p

static inline struct str
str_c(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline struct str
str_sub(struct str s, size_t from, size_t to)
{
	return (struct str){ s.p + from, to - from };
}

bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
bool str_same(const char *a, const char *b); /* C strings; NULL is "" */
bool str_ieq_c(struct str a, const char *b); /* ASCII case folded */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Byte-wise order, as memcmp and then length; never the locale's. */
int str_cmp(struct str a, struct str b);
/* Without leading and trailing bytes that are in set (a C string), e.g. " \t\r". */
struct str str_trim(struct str s, const char *set);
/* Index of the first c, or s.n. */
size_t str_find(struct str s, char c);
/* Takes the next piece up to sep off *rest; false when rest is exhausted. An empty *rest with
 * p == NULL is exhausted; "a,b," yields "a", "b", "". */
bool str_next(struct str *rest, char sep, struct str *ret_piece);
/* The next line without its '\n'; a last line without '\n' counts, an empty tail does not. */
bool str_next_line(struct str *rest, struct str *ret_line);
char *str_dup(struct str s) NODISCARD;
/* n lower-case hexadecimal digits and nothing else. */
bool str_is_hex(struct str s, size_t n);
/* Decimal digits only, no sign, no blanks; false on overflow or anything else. */
bool str_to_u64(struct str s, unsigned long long *ret);

/* Bytes of the UTF-8 character at the start of s, its code point in *ret; 0 when s is empty or
 * starts with bytes that are none (overlong forms and surrogates are none). */
size_t str_utf8(struct str s, uint32_t *ret);

/* bsearch/qsort helpers for arrays of char *. */
int strp_cmp(const void *a, const void *b);

/* The candidate nearest to name by edit distance (transpositions count one) when it is near
 * enough to be a likely slip (distance <= 1 + len/4, and something in common), else NULL. ASCII
 * case does not count. Ties: the first. */
const char *str_nearest(const char *name, const char *const *candidates, size_t n);

#endif
