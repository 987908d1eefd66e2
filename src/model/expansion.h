/* SPDX-License-Identifier: Apache-2.0 */
/* expansion.h: the texts of workflows, compose and bake files with their variables replaced. */
#ifndef LOCKSTEP_MODEL_EXPANSION_H
#define LOCKSTEP_MODEL_EXPANSION_H

#include "base/yaml.h"

/*
 * What is only known when a job runs (secrets, outputs, the commit) stays in the result as it is
 * written, between EXPANSION_UNKNOWN and EXPANSION_END, two bytes that texts do not hold:
 * "ghcr.io/o/app:\1${{ github.sha }}\2" has a known name and an unknown tag. Results live in the
 * arena and are cut at EXPANSION_MAX bytes.
 */
#define EXPANSION_UNKNOWN '\x01'
#define EXPANSION_END '\x02'
#define EXPANSION_MAX (64u << 10)

/* What the ${{ expressions }} of a GitHub workflow can name. */
struct expansion_scope {
	struct arena *arena;
	const char *repository;    /* github.repository, "OWNER/NAME"; NULL = not known */
	const struct yaml *env[3]; /* of step, job and workflow, the nearest first; may be NULL */
	const struct yaml *matrix; /* the job's values, a mapping; NULL = no matrix */
};

/* Replaces ${{ A }} and ${{ A || 'B' }}, where A is a name in matrix, env or github, or a literal. A
 * value that has expressions itself is expanded, too. */
const char *expansion_actions(const struct expansion_scope *s, const char *text);

/* The value that a variable has when nobody sets it; NULL = none. */
typedef const char *(*expansion_default)(void *ctx, struct str name);

/* Replaces $NAME, ${NAME}, ${NAME:-VALUE}, ${NAME-VALUE}, as compose does, with the environment
 * empty; "$$" is a dollar, and what is none of these (a function of bake's) is not known. */
const char *expansion_shell(struct arena *arena, const char *text, expansion_default fallback,
			    void *ctx);

/* False if the text holds something unknown. */
bool expansion_known(const char *text);
/* The text with the two bytes alone where something is unknown: for taking it apart at ':' and '/'. */
const char *expansion_bare(struct arena *arena, const char *text);
/* The text for people: as it is written. */
const char *expansion_shown(struct arena *arena, const char *text);
/* True if the whole text is ${{ NAME || 'DEFAULT' }} with an unknown name. */
bool expansion_choice(struct arena *arena, const char *text, const char **ret_name,
		      const char **ret_default);

#endif
