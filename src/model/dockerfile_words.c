/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_words.c: keyword, flags and words of a logical line. */
#include "base/vec.h"
#include "model/dockerfile_priv.h"
#include "model/rune.h"

static bool
is_blank(char c)
{
	return c && strchr(DF_BLANKS, c);
}

static struct str
skip_blanks(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_sub(s, 1, s.n);
	return s;
}

struct str
dockerfile_take_word(struct str *rest)
{
	struct str s = *rest;
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	*rest = skip_blanks(str_sub(s, n, s.n));
	return str_sub(s, 0, n);
}

char
dockerfile_flag_escape(enum dialect dialect, char escape)
{
	/* Only BuildKit since 0.9 honours the directive here. */
	return dialect == DIALECT_BUILDKIT ? escape : '\\';
}

/* Reads one flag of text up to a blank; -1 on a quote that is not closed. */
static ssize_t
read_flag(struct str text, char escape, struct buf *ret)
{
	char quote = 0;
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!quote && is_blank(c))
			break;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			continue;
		}
		/* Also between single quotes. */
		if (c == escape) {
			if (++i == text.n)
				break;
			c = text.p[i];
		}
		buf_addc(ret, c);
	}
	return quote ? -1 : (ssize_t)(i < text.n ? i : text.n);
}

static struct df_flag
make_flag(struct arena *arena, struct str word)
{
	struct df_flag flag = { 0 };
	size_t eq;

	word = str_sub(word, 2, word.n);
	eq = str_find(word, '=');
	flag.name = arena_str(arena, str_sub(word, 0, eq));
	if (eq < word.n)
		flag.value = arena_str(arena, str_sub(word, eq + 1, word.n));
	return flag;
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}
	return true;
}

bool
dockerfile_take_flags(const struct dockerfile_lex *lex, const struct df_line *line,
		      struct str *rest, struct df_flags *ret)
{
	char escape = dockerfile_flag_escape(lex->dialect, lex->escape);
	VEC(struct df_flag) flags = { 0 };
	VEC(struct str) at = { 0 };
	const char *why = NULL;
	struct str s = *rest;

	while (!why && str_starts(s, STR_LIT("--"))) {
		struct buf AUTO_BUF word = BUF_INIT;
		ssize_t n = read_flag(s, escape, &word);

		if (n < 0) {
			why = "missing closing quote in a flag";
			break;
		}
		/* The builders read flags byte by byte and make two characters of an e-acute. */
		if (!is_ascii(str_sub(s, 0, (size_t)n))) {
			why = "character beyond ASCII in a flag";
			break;
		}
		if (!str_eq_c(buf_str(&word), "--")) {
			vec_push(&flags, make_flag(lex->arena, buf_str(&word)));
			vec_push(&at, str_sub(s, 0, (size_t)n));
			s = skip_blanks(str_sub(s, (size_t)n, s.n));
			continue;
		}
		s = str_sub(s, (size_t)n, s.n);
		break;
	}
	if (why)
		(void)dockerfile_lex_err(lex, line, (size_t)(s.p - line->text.p), "%s", why);
	ret->v = arena_dup(lex->arena, flags.v, flags.n * sizeof(*flags.v));
	ret->at = arena_dup(lex->arena, at.v, at.n * sizeof(*at.v));
	ret->n = flags.n;
	vec_fini(&flags);
	vec_fini(&at);
	*rest = rune_trim_left(s);
	return !why;
}

/* Moves an array into the arena. */
#define WORDS_TAKE(arena, vec, ret)                                                                \
	do {                                                                                       \
		(ret).v = arena_dup((arena), (vec).v, (vec).n * sizeof(*(vec).v));                 \
		(ret).n = (vec).n;                                                                 \
		vec_fini(&(vec));                                                                  \
	} while (0)

struct df_words
dockerfile_split(struct arena *arena, struct str text)
{
	VEC(struct str) words = { 0 };
	struct df_words ret;

	for (size_t i = 0; i < text.n;) {
		size_t start = i;

		while (i < text.n && !is_blank(text.p[i]))
			i++;
		if (i > start)
			vec_push(&words, str_sub(text, start, i));
		while (i < text.n && is_blank(text.p[i]))
			i++;
	}
	WORDS_TAKE(arena, words, ret);
	return ret;
}

/* The end of the word at the start of text, which does not begin with a blank. An escape that
 * ends the text is cut off it. */
static size_t
quoted_word(struct str *text, uint32_t escape)
{
	uint32_t quote = 0, rune;
	size_t i = 0;

	while (i < text->n) {
		size_t n = rune_get(str_sub(*text, i, text->n), &rune);

		if (!quote && rune_is_space(rune))
			break;
		if (quote ? rune == quote : rune == '\'' || rune == '"') {
			quote = quote ? 0 : rune;
		} else if (rune == escape && quote != '\'') {
			if (i + n == text->n) {
				text->n = i;
				break;
			}
			i += n;
			n = rune_get(str_sub(*text, i, text->n), &rune);
		}
		i += n;
	}
	return i;
}

struct df_words
dockerfile_split_quoted(struct arena *arena, struct str text, char escape)
{
	VEC(struct str) words = { 0 };
	struct df_words ret;

	for (text = rune_trim_left(text); text.n;) {
		size_t n = quoted_word(&text, (unsigned char)escape);

		if (n)
			vec_push(&words, str_sub(text, 0, n));
		text = rune_trim_left(str_sub(text, n, text.n));
	}
	WORDS_TAKE(arena, words, ret);
	return ret;
}
