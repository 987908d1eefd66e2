/* SPDX-License-Identifier: Apache-2.0 */
/* toml_text.c: the four kinds of TOML strings. */
#include "model/rune.h"
#include "model/toml_priv.h"

#define QUOTES_MAX 5 /* a string in three may end in two of its own */

static int
unicode_escape(struct toml *t, int digits, struct buf *out)
{
	uint32_t c = 0;

	for (int i = 0; i < digits; i++, t->at++) {
		const char *all = "0123456789abcdefABCDEF", *p;
		char digit = toml_peek(t);

		p = digit ? strchr(all, digit) : NULL;
		if (!p)
			return toml_mistake(t, "a digit of 0-9, a-f is missing in an escape");
		c = c << 4 | (uint32_t)(p - all < 16 ? p - all : p - all - 6);
	}
	if (!c || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_mistake(t, "an escape that is no character");
	rune_add(out, c);
	return 0;
}

/* After the backslash. */
static int
escape(struct toml *t, bool many_lines, struct buf *out)
{
	static const char names[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
	char c = toml_peek(t);
	const char *name = c ? strchr(names, c) : NULL;

	if (name) {
		buf_addc(out, meant[name - names]);
		t->at++;
		return 0;
	}
	if (c == 'u' || c == 'U') {
		t->at++;
		return unicode_escape(t, c == 'u' ? 4 : 8, out);
	}
	if (many_lines && c && strchr(" \t\r\n", c)) {
		toml_skip_blanks(t);
		(void)toml_take(t, "\r");
		if (toml_peek(t) != '\n')
			return toml_mistake(t, "a line must end after this '\\'");
		while (toml_peek(t) && strchr(" \t\r\n", toml_peek(t)))
			t->at++;
		return 0;
	}
	return toml_mistake(t, "an escape that TOML does not have");
}

static bool
is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static int
one_line_text(struct toml *t, char quote, struct buf *out)
{
	for (;;) {
		char c = toml_peek(t);

		if (is_control(c))
			return toml_mistake(t, "a string that does not end on its line");
		t->at++;
		if (c == quote)
			return 0;
		if (c == '\\' && quote == '"') {
			int r = escape(t, false, out);

			if (r)
				return r;
		} else {
			buf_addc(out, c);
		}
	}
}

/* Quotes at the reader: three or more end the string, what is before the last three belongs to
 * it. */
static bool
ends_here(struct toml *t, char quote, struct buf *out)
{
	size_t n = 0;

	while (n < QUOTES_MAX && t->at + n < t->text.n && t->text.p[t->at + n] == quote)
		n++;
	for (size_t i = n >= 3 ? 3 : 0; i < n; i++)
		buf_addc(out, quote);
	t->at += n;
	return n >= 3;
}

static int
many_lines_text(struct toml *t, char quote, struct buf *out)
{
	if (!toml_take(t, "\r\n"))
		(void)toml_take(t, "\n");
	for (;;) {
		char c = toml_peek(t);

		if (c == quote) {
			if (ends_here(t, quote, out))
				return 0;
			continue;
		}
		if (is_control(c) && c != '\n' && c != '\r')
			return toml_mistake(t, "a string that does not end");
		t->at++;
		if (c == '\\' && quote == '"') {
			int r = escape(t, true, out);

			if (r)
				return r;
		} else {
			buf_addc(out, c);
		}
	}
}

int
toml_text(struct toml *t, bool one_line, struct buf *ret)
{
	char quote = toml_peek(t);
	const char *three = quote == '"' ? "\"\"\"" : "'''";

	if (!one_line && toml_take(t, three))
		return many_lines_text(t, quote, ret);
	t->at++;
	return one_line_text(t, quote, ret);
}
