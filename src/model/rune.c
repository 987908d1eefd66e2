/* SPDX-License-Identifier: Apache-2.0 */
/* rune.c: text as the builders see it: UTF-8 characters in the way of the Go language. */
#include "model/rune.h"

size_t
rune_get(struct str s, uint32_t *ret_rune)
{
	size_t n = str_utf8(s, ret_rune);

	BUG_ON(!s.n);
	if (!n)
		*ret_rune = RUNE_BAD;
	return n ? n : 1;
}

void
rune_add(struct buf *b, uint32_t rune)
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = RUNE_BAD;
	if (rune < 0x80) {
		buf_addc(b, (char)rune);
		return;
	}
	if (rune < 0x800) {
		buf_addc(b, (char)(0xc0 | rune >> 6));
	} else {
		if (rune < 0x10000) {
			buf_addc(b, (char)(0xe0 | rune >> 12));
		} else {
			buf_addc(b, (char)(0xf0 | rune >> 18));
			buf_addc(b, (char)(0x80 | (rune >> 12 & 0x3f)));
		}
		buf_addc(b, (char)(0x80 | (rune >> 6 & 0x3f)));
	}
	buf_addc(b, (char)(0x80 | (rune & 0x3f)));
}

bool
rune_is_space(uint32_t rune)
{
	switch (rune) {
	case '\t' ... '\r':
	case ' ':
	case 0x85:
	case 0xa0:
	case 0x1680:
	case 0x2000 ... 0x200a:
	case 0x2028:
	case 0x2029:
	case 0x202f:
	case 0x205f:
	case 0x3000:
		return true;
	default:
		return false;
	}
}

size_t
rune_count(struct str s)
{
	size_t n = 0;
	uint32_t rune;

	for (size_t i = 0; i < s.n; n++)
		i += rune_get(str_sub(s, i, s.n), &rune);
	return n;
}

struct str
rune_trim_left(struct str s)
{
	uint32_t rune;

	while (s.n) {
		size_t n = rune_get(s, &rune);

		if (!rune_is_space(rune))
			break;
		s = str_sub(s, n, s.n);
	}
	return s;
}

struct str
rune_trim(struct str s)
{
	uint32_t rune;

	s = rune_trim_left(s);
	while (s.n) {
		size_t start = s.n - 1;

		while (start > 0 && s.n - start < 3 && ((unsigned char)s.p[start] & 0xc0) == 0x80)
			start--;
		/* No white space lies beyond U+FFFF, so three bytes are enough. */
		if (rune_get(str_sub(s, start, s.n), &rune) != s.n - start || !rune_is_space(rune))
			break;
		s.n = start;
	}
	return s;
}
