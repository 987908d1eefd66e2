/* SPDX-License-Identifier: Apache-2.0 */
/* ignore_priv.h: what the lines of an ignore file become. */
#ifndef LOCKSTEP_MODEL_IGNORE_PRIV_H
#define LOCKSTEP_MODEL_IGNORE_PRIV_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/ignore.h"
#include "model/regexp.h"

/* How a pattern is compared; all but the last are short cuts, or rules of buildkit's own. */
enum ignore_how {
	IGNORE_LITERAL, /* the path itself; containers: or what lies below it */
	IGNORE_PREFIX,  /* buildkit: "x**", a path that starts with x */
	IGNORE_SUFFIX,  /* buildkit: "**x", a path that ends with x */
	IGNORE_REGEXP,
};

struct ignore_pattern {
	bool exception; /* it had a '!' */
	int line, col;
	const char *text; /* as written, without blanks around it */
	struct str clean; /* what the builder goes on with: cleaned, without '!' */
	size_t n_parts;   /* components of clean */
	enum ignore_how how;
	struct str literal; /* what to compare with; of a regexp: what must occur, or n == 0 */
	struct regexp *regexp;
};

struct ignore {
	struct arena *arena; /* of the texts */
	enum dialect dialect;
	VEC(struct ignore_pattern) patterns;
	bool exceptions; /* there are any */
	/* buildkit: no exception has wildcards other than a last component of them, so that a
	 * comparison of prefixes tells where to look. */
	bool plain_exceptions;
};

/* Reads the lines into patterns, as far as clean. Mistakes go to errs. */
void ignore_read_lines(struct ignore *ig, struct str text, const char *file, struct err_list *errs);
/* Makes a pattern ready to be compared. Mistakes go to errs. */
void ignore_compile(struct ignore_pattern *p, enum dialect dialect, const char *file,
		    struct err_list *errs);
/* buildkit: a pattern without a last component of only stars. */
struct str ignore_without_glob(struct str clean);

#endif
