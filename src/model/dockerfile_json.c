/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_json.c: the exec form of instructions: a JSON array of strings. */
#include "base/json.h"
#include "model/dockerfile_priv.h"
#include "model/rune.h"

/* The code unit of "\uXXXX" at the start of s, or -1. */
static long
code_unit(struct str s)
{
	long unit = 0;

	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		const char *hex = "0123456789abcdefABCDEF";
		const char *at = s.p[i] ? strchr(hex, s.p[i]) : NULL;

		if (!at)
			return -1;
		unit = unit * 16 + (at - hex < 16 ? at - hex : at - hex - 6);
	}
	return unit;
}

static bool
is_between(long unit, long from, long to)
{
	return unit >= from && unit <= to;
}

/* Appends the escape sequence at the start of s; how many bytes it has. */
static size_t
add_escape(struct buf *b, struct str s)
{
	long unit = code_unit(s);

	if (!is_between(unit, 0xd800, 0xdfff)) {
		/* \" and the like; the rest of \u is plain text. */
		buf_add_str(b, str_sub(s, 0, s.n > 1 ? 2 : 1));
		return s.n > 1 ? 2 : 1;
	}
	if (unit < 0xdc00 && is_between(code_unit(str_sub(s, 6, s.n)), 0xdc00, 0xdfff)) {
		buf_add_str(b, str_sub(s, 0, 12));
		return 12;
	}
	buf_adds(b, "\\ufffd");
	return 6;
}

/* As Go's decoder sees it: half pairs and bytes that are no UTF-8 are U+FFFD, not mistakes. */
static void
as_go(struct buf *b, struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		uint32_t rune;

		if (s.p[i] == '\\') {
			n = add_escape(b, str_sub(s, i, s.n));
			continue;
		}
		n = rune_get(str_sub(s, i, s.n), &rune);
		rune_add(b, rune);
	}
}

static enum df_json
take_strings(struct arena *arena, const json_t *array, char ***ret_words, size_t *ret_n)
{
	size_t n = json_array_size(array);
	char **words = arena_calloc(arena, n, sizeof(*words));

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(array, i);
		const char *text = json_string_value(item);

		if (!text)
			return DF_JSON_OTHERS;
		if (strlen(text) != json_string_length(item))
			return DF_JSON_NUL;
		words[i] = arena_strdup(arena, text);
	}
	*ret_words = words;
	*ret_n = n;
	return DF_JSON_YES;
}

enum df_json
dockerfile_json(struct arena *arena, enum dialect dialect, struct str text, char ***ret_words,
		size_t *ret_n)
{
	size_t flags = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
	struct buf AUTO_BUF clean = BUF_INIT;
	json_t *AUTO_JSON array = NULL;
	json_error_t why;

	if (!text.n || text.p[0] != '[')
		return DF_JSON_NO;
	/* CMD ["a"] b: the older readers take the array and drop the rest. */
	if (dialect != DIALECT_BUILDKIT)
		flags |= JSON_DISABLE_EOF_CHECK;
	as_go(&clean, text);
	array = json_loadb(clean.data, clean.len, flags, &why);
	if (!array)
		return json_error_code(&why) == json_error_stack_overflow ? DF_JSON_OTHERS
									  : DF_JSON_NO;
	return take_strings(arena, array, ret_words, ret_n);
}
