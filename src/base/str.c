/* SPDX-License-Identifier: Apache-2.0 */
/* str.c: borrowed slices of bytes. */
#include "base/str.h"

#define NEAREST_MAX 128

static unsigned char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : (unsigned char)c;
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool
str_eq_c(struct str a, const char *b)
{
	return str_eq(a, str_c(b));
}

bool
str_same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

bool
str_ieq_c(struct str a, const char *b)
{
	size_t n = strlen(b);

	if (a.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fold(a.p[i]) != fold(b[i]))
			return false;
	return true;
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){ s.p, prefix.n }, prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && (!suffix.n || str_eq(str_sub(s, s.n - suffix.n, s.n), suffix));
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool
str_is_hex(struct str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == n;
}

struct str
str_trim(struct str s, const char *set)
{
	size_t from = 0, to = s.n;

	/* A NUL byte is in no set: strchr would find it at the end of every one. */
	while (from < to && s.p[from] && strchr(set, s.p[from]))
		from++;
	while (to > from && s.p[to - 1] && strchr(set, s.p[to - 1]))
		to--;
	return s.p ? str_sub(s, from, to) : s;
}

size_t
str_find(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

bool
str_next(struct str *rest, char sep, struct str *ret_piece)
{
	size_t i;

	if (!rest->p)
		return false;
	i = str_find(*rest, sep);
	*ret_piece = str_sub(*rest, 0, i);
	*rest = i < rest->n ? str_sub(*rest, i + 1, rest->n) : STR_NULL;
	return true;
}

bool
str_next_line(struct str *rest, struct str *ret_line)
{
	return rest->n && str_next(rest, '\n', ret_line);
}

char *
str_dup(struct str s)
{
	char *copy = xmalloc(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

bool
str_to_u64(struct str s, unsigned long long *ret)
{
	unsigned long long value = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned)(s.p[i] - '0'), &value))
			return false;
	}
	*ret = value;
	return true;
}

size_t
str_utf8(struct str s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t c;
	size_t n;

	if (!s.n)
		return 0;
	n = p[0] < 0x80   ? 1
	    : p[0] < 0xc2 ? 0
	    : p[0] < 0xe0 ? 2
	    : p[0] < 0xf0 ? 3
	    : p[0] < 0xf5 ? 4
			  : 0;
	if (!n || n > s.n)
		return 0;
	c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

int
strp_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment; both lengths are at most NEAREST_MAX. */
static size_t
edit_distance(const char *a, size_t an, const char *b, size_t bn)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= bn; j++)
		above[j] = j;
	for (size_t i = 1; i <= an; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);

			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[bn];
}

const char *
str_nearest(const char *name, const char *const *candidates, size_t n)
{
	size_t len = strlen(name), best = 2 + len / 4;
	const char *nearest = NULL;

	if (len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t cn = strlen(candidates[i]), d;

		/* Lengths that differ too much cannot be near. */
		if (cn > NEAREST_MAX || (cn > len ? cn - len : len - cn) >= best)
			continue;
		d = edit_distance(name, len, candidates[i], cn);
		if (d < best && (d < len || d < cn)) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
