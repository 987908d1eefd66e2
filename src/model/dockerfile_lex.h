/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_lex.h: the logical lines of a Dockerfile: directives, comments, continuations. */
#ifndef LOCKSTEP_MODEL_DOCKERFILE_LEX_H
#define LOCKSTEP_MODEL_DOCKERFILE_LEX_H

#include "base/arena.h"
#include "base/err.h"
#include "model/dialect.h"

/*
 * A logical line is one physical line, or several that an escape character at the end joins;
 * comment lines (first non-blank byte '#') and blank lines vanish, also between joined lines;
 * leading blanks of the first line are dropped, those of joined lines are kept. The dialects
 * differ in whether an escaped escape at the end joins too (containers only), in how many
 * carriage returns are dropped at the end (containers, classic: one; buildkit: all) and in the
 * directives they know (containers: escape; classic: syntax, escape; buildkit: syntax, escape,
 * check). Directives stand before anything else, one that is not known included.
 */

/* Bytes of a physical line without its '\n'. buildah 1.28 silently drops the rest of a file after
 * a longer one; here it is an error in every dialect. */
#define DOCKERFILE_LINE_MAX 65535u

/* Where text[off] of a logical line, and what follows up to the next seg, stands in the file. */
struct df_seg {
	size_t off;
	int line;
	struct str before; /* what precedes it in its physical line */
	const char *at;
};

struct df_line {
	struct str text; /* joined; in the lexer's arena */
	int line, end_line;
	struct df_seg *segs;
	size_t nsegs;
	bool cut; /* the file ends where this line wants to be continued */
};

struct dockerfile_lex {
	struct arena *arena;
	const char *file;
	enum dialect dialect;
	struct err_list *errs;
	char escape;        /* '\\' or '`' */
	const char *syntax; /* buildkit only: the frontend's reference, or NULL */
	int syntax_line;
	/* private */
	struct str rest;
	int line;
	bool numbered; /* places are told; not so in a trigger */
	size_t looked; /* bytes looked through in vain for ends of heredocs */
	bool directives_done;
	unsigned directives_seen;
};

/* text must outlive the lexer. A syntax directive in one of its odd places (after "#!", as "//"
 * comment, as JSON) is looked for here. */
void dockerfile_lex_init(struct dockerfile_lex *lex, struct arena *arena, struct str text,
			 const char *file, enum dialect dialect, struct err_list *errs);
/* The next logical line with an instruction; false at the end. Mistakes go to errs, and the
 * physical line that has one is left out. */
bool dockerfile_lex_next(struct dockerfile_lex *lex, struct df_line *ret);
/* Takes physical lines up to one that is name (with chomp: after leading TABs); ret_body is what
 * precedes it, with its newlines. False, and nothing is taken, when there is no such line, or
 * when too much was looked through in vain already. */
bool dockerfile_lex_heredoc(struct dockerfile_lex *lex, const char *name, bool chomp,
			    struct str *ret_body);
/* Adds a mistake at an offset of a logical line. */
struct err *dockerfile_lex_err(const struct dockerfile_lex *lex, const struct df_line *line,
			       size_t off, const char *fmt, ...) PRINTF(4, 5);
/* The line and the column, in characters from 1, of an offset of a logical line. */
void dockerfile_lex_place(const struct df_line *line, size_t off, int *ret_line, int *ret_col);
/* Whether a physical line asks for its continuation; then without what asks. */
bool dockerfile_lex_continues(enum dialect dialect, char escape, struct str *line);

#endif
