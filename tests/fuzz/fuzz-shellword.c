/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-shellword.c: any bytes as a text with variables: what was looked up is mentioned. */
#include "model/shellword.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
lookup(void *ctx, struct str name)
{
	static const char *const values[][2] = {
		{ "E", "" },
		{ "x", "a/b.tar.gz" },
		{ "y", "two words" },
		{ "p", "*" },
		{ "q", "\"quoted\" $x" },
		{ "u", "\xc3\xa9\xff\xe2\x82\xac" },
		{ "n", "one\ntwo\nthree" },
		{ "s", "\\\\ab\\" },
	};

	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (str_eq_c(name, values[i][0]))
			return values[i][1];
	}
	return NULL;
}

static void
seen(void *ctx, struct str name)
{
	const struct str *text = ctx;
	char *AUTO_FREE copy = str_dup(name);

	if (!shellword_mentions(*text, copy)) {
		fprintf(stderr, "'%s' was looked up, but is not mentioned in:\n%.*s\n", copy,
			STR_FMT(*text));
		abort();
	}
}

/* A text without anything special is what it expands to. */
static void
check_plain(struct str text, const char *expanded)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c > '~' || strchr("$'\"\\`", c))
			return;
	}
	if (!str_eq_c(text, expanded)) {
		fprintf(stderr, "'%.*s' became '%s'\n", STR_FMT(text), expanded);
		abort();
	}
}

static void
run(struct str text, enum dialect dialect, char escape)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct shellword sw = {
		.dialect = dialect,
		.escape = escape,
		.lookup = lookup,
		.ctx = &text,
		.seen = seen,
	};
	struct err AUTO_ERR err = ERR_INIT;
	char *expanded = NULL, **words = NULL;
	size_t n = 0;
	int r = shellword_expand(&sw, arena, text, &expanded, &err);

	if (r == 0)
		check_plain(text, expanded);
	/* Both read the same, so they fail on the same. */
	if (r != shellword_expand_words(&sw, arena, text, &words, &n, &err))
		abort();
	for (size_t i = 0; i < n; i++) {
		if (!*words[i])
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { size ? (const char *)data : "", size };

	/* dockerfile_parse() lets none through. */
	if (str_find(text, '\0') < size)
		return 0;
	for (size_t d = 0; d < dialect_count; d++) {
		run(text, (enum dialect)d, '\\');
		run(text, (enum dialect)d, '`');
	}
	return 0;
}
