/* SPDX-License-Identifier: Apache-2.0 */
/* slow_ignore.h: ignore files by their definition, slow and short, to compare the real matcher with. */
#ifndef LOCKSTEP_TESTS_SLOW_IGNORE_H
#define LOCKSTEP_TESTS_SLOW_IGNORE_H

#include "base/str.h"
#include "model/dialect.h"

/*
 * Written from the definitions, not from the matcher: no tree, no program, no table. An expression is
 * read again for each question, and maps the set of places where a match may stand to the set of
 * places where it may stand after it.
 */
struct slow;

/* SLOW_UNKNOWN: it has something that is not worth defining twice (\Q...\E, long paths). */
enum slow_answer { SLOW_NO, SLOW_YES, SLOW_BAD, SLOW_UNKNOWN };

/* *ret_state is SLOW_YES for a good file, SLOW_BAD for one with mistakes, or SLOW_UNKNOWN. */
struct slow *slow_new(struct str text, enum dialect dialect, enum slow_answer *ret_state) NODISCARD;
void slow_free(struct slow *s);
/* Is the path left out? */
enum slow_answer slow_ignored(const struct slow *s, struct str path);
/* Is an ignored folder entered? */
bool slow_enters(const struct slow *s, struct str dir);

#endif
