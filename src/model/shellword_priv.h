/* SPDX-License-Identifier: Apache-2.0 */
/* shellword_priv.h: what the parts of variable expansion share, and the Dockerfile parser uses. */
#ifndef LOCKSTEP_MODEL_SHELLWORD_PRIV_H
#define LOCKSTEP_MODEL_SHELLWORD_PRIV_H

#include "base/vec.h"
#include "model/rune.h"
#include "model/shellword.h"

/* How a line is looked through for heredocs: it is split, but its text stays as it is. */
enum shellword_flags {
	SHELLWORD_RAW_QUOTES = 1,  /* quotes stay in the result */
	SHELLWORD_RAW_ESCAPES = 2, /* so do escapes */
	SHELLWORD_RAW_UNSET = 4,   /* so do variables, none of which is looked up */
};

struct shellword_list {
	char **v; /* arena */
	size_t n;
};

/* shellword_expand_words() with flags. */
int shellword_split(const struct shellword *sw, unsigned flags, struct arena *arena,
		    struct str text, struct shellword_list *ret, struct err *err) NODISCARD;

/* A text that grows beyond this by expansion is an error. */
#define SHELLWORD_RESULT_MAX (1u << 20)
/* What peek and next give at the end of the text; beside every code point. */
#define SHELLWORD_END UINT32_MAX

/* The words found so far. */
struct shellword_words {
	struct buf word;
	bool inside; /* of a word, be it empty so far: "" */
	VEC(char *) v;
	struct arena *arena;
};

struct shellword_lex {
	const struct shellword *sw;
	unsigned flags;
	bool raw_escapes; /* here: patterns keep theirs */
	struct str text;
	size_t pos;
	unsigned depth;
	struct err *err;
};

static inline uint32_t
shellword_peek(const struct shellword_lex *l, size_t *ret_len)
{
	uint32_t rune = SHELLWORD_END;

	*ret_len = 0;
	if (l->pos < l->text.n)
		*ret_len = rune_get(str_sub(l->text, l->pos, l->text.n), &rune);
	return rune;
}

static inline uint32_t
peek(const struct shellword_lex *l)
{
	size_t len;

	return shellword_peek(l, &len);
}

static inline uint32_t
next(struct shellword_lex *l)
{
	size_t len;
	uint32_t rune = shellword_peek(l, &len);

	l->pos += len;
	return rune;
}

/* What a buffer holds, where it may never have been written to. */
static inline struct str
text_of(const struct buf *b)
{
	return b->data ? buf_str(b) : STR_LIT("");
}

/* Appends the expansion up to stop, which is taken, or to the end of the text if stop is
 * SHELLWORD_END. words may be NULL. */
int shellword_until(struct shellword_lex *l, uint32_t stop, struct buf *out,
		    struct shellword_words *words) NODISCARD;
/* Appends what the variable that starts here ($x, ${x…}) stands for. */
int shellword_dollar(struct shellword_lex *l, struct buf *out) NODISCARD;
/* "WHY in 'the text'". */
int shellword_bad(struct shellword_lex *l, const char *why);
/* Letters, digits and '_' of ASCII. */
bool shellword_is_name(uint32_t rune);

/* ${value#pattern} and its kin. The pattern knows * ? and \ before these, before '}' and '/'. */
enum shellword_strip {
	SHELLWORD_PREFIX_SHORT, /* # */
	SHELLWORD_PREFIX_LONG,  /* ## */
	SHELLWORD_SUFFIX_SHORT, /* % */
	SHELLWORD_SUFFIX_LONG,  /* %% */
};

int shellword_strip(enum shellword_strip how, struct str pattern, struct str value, struct buf *ret,
		    struct err *err) NODISCARD;
/* ${value/pattern/replacement}, with all: ${value//pattern/replacement}. */
int shellword_replace(struct str pattern, struct str replacement, struct str value, bool all,
		      struct buf *ret, struct err *err) NODISCARD;

#endif
