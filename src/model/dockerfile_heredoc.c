/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_heredoc.c: which words of a line announce a heredoc. */
#include "base/vec.h"
#include "model/dockerfile_priv.h"
#include "model/shellword_priv.h"

#include <limits.h>

/* BuildKit's reader of words in its own, never the file's escape character. */
static const struct shellword reader = { .dialect = DIALECT_BUILDKIT, .escape = '\\' };

static size_t
count_quotes(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\'' || *s == '"';
	return n;
}

/* [digits]<<[-][blanks]REST, where REST has no '<'. */
static bool
match(struct str word, struct df_heredoc *ret, struct str *ret_rest)
{
	size_t i = 0;
	unsigned long long fd = 0;

	while (i < word.n && word.p[i] >= '0' && word.p[i] <= '9')
		i++;
	if (i > 0 && (!str_to_u64(str_sub(word, 0, i), &fd) || fd > UINT_MAX))
		fd = UINT_MAX;
	ret->fd = (unsigned)fd;
	word = str_sub(word, i, word.n);
	if (!str_starts(word, STR_LIT("<<")))
		return false;
	word = str_sub(word, 2, word.n);
	ret->chomp = word.n && word.p[0] == '-';
	word = str_sub(word, ret->chomp, word.n);
	while (word.n && word.p[0] && strchr("\t\n\f\r ", word.p[0]))
		word = str_sub(word, 1, word.n);
	*ret_rest = word;
	return word.n && str_find(word, '<') == word.n;
}

/* 1 if the word announces one, 0 if not. */
static int
heredoc_of(struct arena *arena, struct str word, struct df_heredoc *ret, struct err *err)
{
	struct shellword_list plain, raw;
	struct str rest;
	int r;

	*ret = (struct df_heredoc){ 0 };
	if (!match(word, ret, &rest))
		return 0;
	r = shellword_split(&reader, SHELLWORD_RAW_UNSET, arena, rest, &plain, err);
	if (r < 0)
		return r;
	if (plain.n != 1)
		return 0;
	r = shellword_split(&reader, SHELLWORD_RAW_UNSET | SHELLWORD_RAW_QUOTES, arena, rest, &raw,
			    err);
	if (r < 0)
		return r;
	if (raw.n != 1)
		return err_set(err, ERR_INPUT, "cannot read the heredoc word '%.*s'",
			       STR_FMT(rest));
	ret->name = plain.v[0];
	ret->expand = count_quotes(plain.v[0]) == count_quotes(raw.v[0]);
	return 1;
}

int
dockerfile_heredocs(struct arena *arena, struct str line, struct df_heredoc **ret, size_t *ret_n,
		    struct err *err)
{
	struct err AUTO_ERR ignored = ERR_INIT;
	VEC(struct df_heredoc) docs = { 0 };
	struct shellword_list words;
	int r = 0;

	*ret = NULL;
	*ret_n = 0;
	/* A line that is no sequence of words, RUN echo it's <<EOF, announces none. */
	if (!memmem(line.p, line.n, "<<", 2) ||
	    shellword_split(&reader,
			    SHELLWORD_RAW_QUOTES | SHELLWORD_RAW_ESCAPES | SHELLWORD_RAW_UNSET,
			    arena, line, &words, &ignored) < 0)
		return 0;
	for (size_t i = 0; r >= 0 && i < words.n; i++) {
		struct df_heredoc doc;

		r = heredoc_of(arena, str_c(words.v[i]), &doc, err);
		if (r > 0)
			vec_push(&docs, doc);
	}
	if (r >= 0) {
		*ret = arena_dup(arena, docs.v, docs.n * sizeof(*docs.v));
		*ret_n = docs.n;
	}
	vec_fini(&docs);
	return r < 0 ? r : 0;
}

const struct df_heredoc *
df_heredoc_of(const struct df_ins *ins, const char *word)
{
	struct arena *AUTO_ARENA scratch = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	const struct df_heredoc *found = NULL;
	struct df_heredoc doc;

	if (heredoc_of(scratch, str_c(word), &doc, &err) <= 0)
		return NULL;
	/* Of two with one name BuildKit takes the last. */
	for (size_t i = 0; i < ins->nheredocs; i++) {
		if (!strcmp(ins->heredocs[i].name, doc.name))
			found = &ins->heredocs[i];
	}
	return found;
}
