/* SPDX-License-Identifier: Apache-2.0 */
/* enc.c: the escaping of the key's canonical form. */
#include "model/enc.h"

static const char digits[] = "0123456789ABCDEF";

static bool
is_plain(char c)
{
	return c >= 0x21 && c <= 0x7e && c != '%';
}

void
enc_add(struct buf *b, struct str s)
{
	for (size_t i = 0, run; i < s.n; i += run) {
		for (run = 0; i + run < s.n && is_plain(s.p[i + run]); run++)
			;
		if (run > 0) {
			buf_add(b, s.p + i, run);
			continue;
		}
		unsigned char c = (unsigned char)s.p[i];
		char hex[3] = { '%', digits[c >> 4], digits[c & 15] };

		buf_add(b, hex, sizeof(hex));
		run = 1;
	}
}

void
enc_field(struct buf *b, struct str s)
{
	buf_addc(b, '\t');
	enc_add(b, s);
}

/* The value of an upper-case hexadecimal digit, or -1. */
static int
digit(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool
enc_decode(struct str s, struct buf *ret)
{
	struct buf AUTO_BUF out = BUF_INIT;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			if (!is_plain(s.p[i]))
				return false;
			buf_addc(&out, s.p[i]);
			continue;
		}
		int high = i + 2 < s.n ? digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? digit(s.p[i + 2]) : -1;
		char c = (char)(high * 16 + low);

		/* One text for one value: what needs no escape has none. */
		if (high < 0 || low < 0 || is_plain(c))
			return false;
		buf_addc(&out, c);
		i += 2;
	}
	buf_add(ret, out.data, out.len);
	return true;
}
