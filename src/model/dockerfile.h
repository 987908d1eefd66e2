/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile.h: a Dockerfile as stages of instructions, comments and continuations gone. */
#ifndef LOCKSTEP_MODEL_DOCKERFILE_H
#define LOCKSTEP_MODEL_DOCKERFILE_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/err.h"
#include "model/dialect.h"

/*
 * The language: BuildKit frontend/dockerfile/parser and docs/reference, with the differences of
 * each dialect (keys.md section 4). Nothing is expanded here; texts are as written, joined to
 * logical lines. What is not understood is an error with its place, never skipped.
 */
#define DF_KW_LIST(X)                                                                              \
	X(DF_ADD, "ADD")                                                                           \
	X(DF_ARG, "ARG")                                                                           \
	X(DF_CMD, "CMD")                                                                           \
	X(DF_COPY, "COPY")                                                                         \
	X(DF_ENTRYPOINT, "ENTRYPOINT")                                                             \
	X(DF_ENV, "ENV")                                                                           \
	X(DF_EXPOSE, "EXPOSE")                                                                     \
	X(DF_FROM, "FROM")                                                                         \
	X(DF_HEALTHCHECK, "HEALTHCHECK")                                                           \
	X(DF_LABEL, "LABEL")                                                                       \
	X(DF_MAINTAINER, "MAINTAINER")                                                             \
	X(DF_ONBUILD, "ONBUILD")                                                                   \
	X(DF_RUN, "RUN")                                                                           \
	X(DF_SHELL, "SHELL")                                                                       \
	X(DF_STOPSIGNAL, "STOPSIGNAL")                                                             \
	X(DF_USER, "USER")                                                                         \
	X(DF_VOLUME, "VOLUME")                                                                     \
	X(DF_WORKDIR, "WORKDIR")
ENUM_DECLARE(df_kw, DF_KW_LIST);

struct df_flag {
	const char *name;  /* "from", without the dashes */
	const char *value; /* NULL for a flag without '=' */
};

struct df_heredoc {
	const char *name; /* the delimiter word */
	unsigned fd;      /* the number before "<<"; 0 when none is written */
	bool expand;      /* false when the word was quoted */
	bool chomp;       /* "<<-" */
	struct str body;  /* with its newlines, before tab-stripping */
};

/* name=value of ENV, LABEL and ARG; both as written (quotes included), value NULL for ARG NAME.
 * The old form `ENV name some text` is one pair, its value the rest of the line. */
struct df_pair {
	const char *name;
	const char *value;
};

struct df_ins {
	enum df_kw kw;
	int line, end_line; /* of the file, from 1 */
	int col;            /* of the keyword, in characters from 1 */
	struct df_flag *flags;
	size_t nflags;
	const char *rest; /* logical line after keyword and flags, without blanks around it;
			      ONBUILD: those at the end stay, as in the image's config */
	bool exec_form;   /* rest is a JSON array of strings; HEALTHCHECK CMD: what follows is */
	char **words;     /* exec form: its strings; ADD, COPY, EXPOSE, FROM, VOLUME: the words
			      as written (quotes kept), unexpanded; MAINTAINER, STOPSIGNAL, USER,
			      WORKDIR: one, the rest; none for shell commands and pairs */
	size_t nwords;
	struct df_pair *pairs; /* ENV, LABEL, ARG */
	size_t npairs;
	struct df_heredoc *heredocs; /* ONBUILD: those of its trigger, which has them as well */
	size_t nheredocs;
	struct df_ins *inner; /* ONBUILD: the trigger */
	char escape;          /* that of the file, for continued lines in print */
	char flag_escape;     /* the one within flags, which is not the same in every dialect */
};

struct df_stage {
	size_t index;         /* in the file, from 0 */
	const char *name;     /* as written after AS, or NULL; buildkit and classic: of the form
			      [a-z][a-z0-9-_.]* when lower-cased; classic: no two alike */
	const char *base;     /* as written: image, stage, "scratch", with variables */
	const char *platform; /* --platform as written, or NULL */
	struct df_ins *from;
	struct df_ins **ins; /* after FROM, in order */
	size_t nins;
};

struct dockerfile {
	const char *file; /* for messages */
	enum dialect dialect;
	char escape;        /* '\\' or '`', from the escape directive */
	const char *syntax; /* buildkit: the frontend's reference of `# syntax=`; else NULL: the
				others pay no heed to it */
	int syntax_line;
	struct df_ins **preamble; /* ARG before the first FROM */
	size_t npreamble;
	struct df_stage *stages;
	size_t nstages;
};

/* Parses text into arena. All mistakes go to errs (file:line:col, what would be right, e.g. the
 * nearest keyword); then NULL is returned. */
struct dockerfile *dockerfile_parse(struct arena *arena, struct str text, const char *file,
				    enum dialect dialect, struct err_list *errs) NODISCARD;
/* Parses one ONBUILD trigger of an image's config; line numbers are 0. The first mistake is err. */
struct df_ins *dockerfile_parse_trigger(struct arena *arena, struct str text, enum dialect dialect,
					struct err *err) NODISCARD;
/* The flag's value; "" for a flag without '='; NULL when absent. The last one wins. */
const char *df_flag_get(const struct df_ins *ins, const char *name);
/* The heredoc that a word of ADD or COPY stands for, or NULL if it is a path. */
const struct df_heredoc *df_heredoc_of(const struct df_ins *ins, const char *word);
/* The whole instruction in one canonical line: KEYWORD, flags and rest as parsed, heredoc
 * bodies after it, each ended by its delimiter line; no newline at the end. A line of 64 KiB or
 * more, which no builder takes, is continued on further ones. parse(print(x)) == x. */
char *df_ins_print(const struct df_ins *ins) NODISCARD;
/* The whole file in canonical form: directives that matter, preamble, stages. Caller frees. */
char *dockerfile_print(const struct dockerfile *df) NODISCARD;

#endif
