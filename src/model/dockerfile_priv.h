/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_priv.h: what the parts of the Dockerfile parser share. */
#ifndef LOCKSTEP_MODEL_DOCKERFILE_PRIV_H
#define LOCKSTEP_MODEL_DOCKERFILE_PRIV_H

#include "base/buf.h"
#include "model/dockerfile.h"
#include "model/dockerfile_lex.h"

/* The blanks that separate keyword, flags and words; Go's and Unicode's other ones do not. */
#define DF_BLANKS "\t\v\f\r "

/* Of dockerfile_directive.c. */

/* Looks at a line before the first instruction: escape is set, repeated directives and bad values
 * are mistakes. */
void dockerfile_directive(struct dockerfile_lex *lex, const struct df_line *line, struct str s);
/* Looks for the syntax directive as BuildKit's gateway does, which is not as its parser does. */
void dockerfile_syntax(struct dockerfile_lex *lex, struct str text);

/* Of dockerfile_words.c; slices of the logical line, so that their place is known. */

struct df_words {
	struct str *v; /* in the arena */
	size_t n;
};

struct df_flags {
	struct df_flag *v; /* in the arena */
	struct str *at;    /* where each was written */
	size_t n;
};

/* What precedes the first blank is returned; *rest is what follows, without leading blanks. */
struct str dockerfile_take_word(struct str *rest);
/* Takes the flags that lead *rest, and a "--" that ends them; false after a mistake, which it
 * told. */
bool dockerfile_take_flags(const struct dockerfile_lex *lex, const struct df_line *line,
			   struct str *rest, struct df_flags *ret);
struct df_words dockerfile_split(struct arena *arena, struct str text);
/* Blanks between quotes and after an escape do not separate; quotes and escapes are kept. */
struct df_words dockerfile_split_quoted(struct arena *arena, struct str text, char escape);
/* The escape character within flags. */
char dockerfile_flag_escape(enum dialect dialect, char escape);

/* Of dockerfile_json.c. */

enum df_json {
	DF_JSON_NO,     /* shell form */
	DF_JSON_YES,    /* exec form */
	DF_JSON_OTHERS, /* an array of more than strings, which is a mistake everywhere */
	DF_JSON_NUL,    /* a string holds U+0000 */
};

enum df_json dockerfile_json(struct arena *arena, enum dialect dialect, struct str text,
			     char ***ret_words, size_t *ret_n);

/* Of dockerfile_flags.c: which flags there are in which dialect, and what they may hold. */
bool dockerfile_check_flags(const struct dockerfile_lex *lex, const struct df_line *line,
			    enum df_kw kw, const struct df_flags *flags);

/* Of dockerfile_heredoc.c: the heredocs that a line announces, without their bodies. */
int dockerfile_heredocs(struct arena *arena, struct str line, struct df_heredoc **ret,
			size_t *ret_n, struct err *err) NODISCARD;

/* Of dockerfile_print.c: keyword, flags and rest. */
void dockerfile_print_line(const struct df_ins *ins, struct buf *b);
/* The same on as many physical lines as are needed; false if it cannot be broken. */
bool dockerfile_wrap(const struct df_ins *ins, struct buf *b);

/* Of dockerfile_ins.c: one instruction of a logical line, of which text is the part that counts;
 * NULL after a mistake. *ret_is_from tells FROM, right or wrong. */
struct df_ins *dockerfile_ins(struct dockerfile_lex *lex, const struct df_line *line,
			      struct str text, bool *ret_is_from);

#endif
