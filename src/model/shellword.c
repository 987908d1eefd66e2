/* SPDX-License-Identifier: Apache-2.0 */
/* shellword.c: variable expansion and word splitting as Dockerfile instructions do them. */
#include "model/shellword.h"

#include "model/shellword_priv.h"

static void
words_end(struct shellword_words *w)
{
	if (!w->word.len)
		return;
	vec_push(&w->v, arena_str(w->arena, text_of(&w->word)));
	buf_clear(&w->word);
	w->inside = false;
}

static void
words_add_raw(struct shellword_words *w, struct str s)
{
	if (!w)
		return;
	buf_add_str(&w->word, s);
	w->inside = true;
}

/* Blanks end words here. */
static void
words_add(struct shellword_words *w, struct str s)
{
	for (size_t i = 0, n; w && i < s.n; i += n) {
		uint32_t rune;

		n = rune_get(str_sub(s, i, s.n), &rune);
		if (!rune_is_space(rune))
			words_add_raw(w, str_sub(s, i, i + n));
		else if (w->inside)
			words_end(w);
	}
}

static int
single_quoted(struct shellword_lex *l, struct buf *out)
{
	bool raw = l->flags & SHELLWORD_RAW_QUOTES;
	uint32_t c = next(l);

	if (raw)
		rune_add(out, c);
	while ((c = next(l)) != '\'') {
		if (c == SHELLWORD_END)
			return shellword_bad(l, "missing closing \"'\"");
		rune_add(out, c);
	}
	if (raw)
		rune_add(out, c);
	return 0;
}

static int
double_quoted(struct shellword_lex *l, struct buf *out)
{
	bool raw = l->flags & SHELLWORD_RAW_QUOTES;
	uint32_t escape = (unsigned char)l->sw->escape;
	uint32_t c = next(l);
	int r;

	if (raw)
		rune_add(out, c);
	for (;;) {
		c = peek(l);
		if (c == '$') {
			r = shellword_dollar(l, out);
			if (r < 0)
				return r;
			continue;
		}
		(void)next(l); /* seen by peek */
		if (c == SHELLWORD_END)
			return shellword_bad(l, "missing closing '\"'");
		if (c == '"')
			break;
		if (c == escape) {
			uint32_t after = peek(l);

			if (l->raw_escapes)
				rune_add(out, c);
			if (after == SHELLWORD_END)
				continue;
			/* Before anything else the escape is a character as any other. */
			if (after == '"' || after == '$' || after == escape)
				c = next(l);
		}
		rune_add(out, c);
	}
	if (raw)
		rune_add(out, c);
	return 0;
}

/* "<<" and the blanks behind it stay together, so that `<< EOF` is one word. */
static void
maybe_heredoc(struct shellword_lex *l, struct buf *out)
{
	uint32_t c = next(l);

	rune_add(out, c);
	if (peek(l) != '<')
		return;
	rune_add(out, next(l));
	for (c = peek(l); c == '\t' || c == '\r' || c == ' '; c = peek(l))
		rune_add(out, next(l));
}

static void
plain(struct shellword_lex *l, struct buf *out, struct shellword_words *words)
{
	struct buf AUTO_BUF one = BUF_INIT;
	bool escaped = peek(l) == (unsigned char)l->sw->escape;

	if (escaped) {
		if (l->raw_escapes)
			rune_add(&one, next(l));
		else
			(void)next(l); /* an escape */
	}
	if (peek(l) != SHELLWORD_END)
		rune_add(&one, next(l));
	buf_add_str(out, text_of(&one));
	if (!escaped)
		words_add(words, text_of(&one));
	else if (one.len)
		words_add_raw(words, text_of(&one));
}

/* Up to stop, which is taken, or to the end of the text if stop is SHELLWORD_END. words may be NULL. */
int
shellword_until(struct shellword_lex *l, uint32_t stop, struct buf *out,
		struct shellword_words *words)
{
	uint32_t c;

	while ((c = peek(l)) != stop) {
		struct buf AUTO_BUF piece = BUF_INIT;
		int r = 0;

		if (c == SHELLWORD_END)
			return shellword_bad(l, stop == '}' ? "missing '}'" : "missing '/'");
		if (c == '\'')
			r = single_quoted(l, &piece);
		else if (c == '"')
			r = double_quoted(l, &piece);
		else if (c == '$')
			r = shellword_dollar(l, &piece);
		else if (c == '<' && l->sw->dialect == DIALECT_BUILDKIT)
			maybe_heredoc(l, &piece);
		else
			plain(l, out, words);
		if (r < 0)
			return r;
		buf_add_str(out, text_of(&piece));
		if (c == '$')
			words_add(words, text_of(&piece));
		else if (c == '\'' || c == '"' || piece.len)
			words_add_raw(words, text_of(&piece));
		if (out->len > SHELLWORD_RESULT_MAX)
			return err_set(l->err, ERR_INPUT, "expands to more than %u bytes",
				       SHELLWORD_RESULT_MAX);
	}
	(void)next(l); /* stop */
	return 0;
}

static int
expand(const struct shellword *sw, unsigned flags, struct str text, struct buf *out,
       struct shellword_words *words, struct err *err)
{
	struct shellword own = *sw;
	struct shellword_lex l = {
		.sw = &own,
		.flags = flags,
		.raw_escapes = flags & SHELLWORD_RAW_ESCAPES,
		.text = text,
		.err = err,
	};

	if (own.dialect == DIALECT_CONTAINERS)
		own.escape = '\\';
	/* Go's scanner skips a byte order mark. */
	if (str_starts(text, STR_LIT("\xef\xbb\xbf")))
		l.pos = 3;
	return shellword_until(&l, SHELLWORD_END, out, words);
}

int
shellword_expand(const struct shellword *sw, struct arena *arena, struct str word, char **ret,
		 struct err *err)
{
	struct buf AUTO_BUF out = BUF_INIT;
	int r = expand(sw, 0, word, &out, NULL, err);

	if (r < 0)
		return r;
	*ret = arena_str(arena, text_of(&out));
	return 0;
}

int
shellword_split(const struct shellword *sw, unsigned flags, struct arena *arena, struct str text,
		struct shellword_list *ret, struct err *err)
{
	struct buf AUTO_BUF out = BUF_INIT;
	struct shellword_words words = { .arena = arena };
	int r = expand(sw, flags, text, &out, &words, err);

	if (r == 0) {
		words_end(&words);
		ret->v = arena_dup(arena, words.v.v, words.v.n * sizeof(*words.v.v));
		ret->n = words.v.n;
	}
	vec_fini(&words.v);
	buf_fini(&words.word);
	return r;
}

int
shellword_expand_words(const struct shellword *sw, struct arena *arena, struct str text,
		       char ***ret_words, size_t *ret_n, struct err *err)
{
	struct shellword_list words;
	int r = shellword_split(sw, 0, arena, text, &words, err);

	if (r == 0) {
		*ret_words = words.v;
		*ret_n = words.n;
	}
	return r;
}

bool
shellword_mentions(struct str text, const char *name)
{
	struct str wanted = str_c(name);
	/* $1x is the variable 1, and in buildah so is $12. */
	bool word =
		wanted.n && !strchr("0123456789", *name) && shellword_is_name((unsigned char)*name);

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '$')
			continue;
		bool brace = i + 1 < text.n && text.p[i + 1] == '{';
		struct str rest = str_sub(text, i + 1 + brace, text.n);

		if (str_starts(rest, wanted) &&
		    (!word || rest.n == wanted.n ||
		     !shellword_is_name((unsigned char)rest.p[wanted.n])))
			return true;
	}
	return false;
}
