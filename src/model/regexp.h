/* SPDX-License-Identifier: Apache-2.0 */
/* regexp.h: Go's regular expressions, reduced to yes or no. */
#ifndef LOCKSTEP_MODEL_REGEXP_H
#define LOCKSTEP_MODEL_REGEXP_H

#include "base/err.h"
#include "base/str.h"

/*
 * The builders turn the patterns of an ignore file into expressions of Go's package regexp, so a
 * pattern means what that package makes of it (https://pkg.go.dev/regexp/syntax), its operators
 * and its mistakes included. Here is that language without (?flags), without Unicode classes
 * (\pL) and without captures. Time is linear in the text: no expression can make it explode.
 *
 * Text is read as UTF-8; each byte that is none is one U+FFFD. '.' does not match a newline,
 * '^' and '$' are the ends of the text, and a match may lie anywhere between them.
 */
struct regexp;

/* Deepest nesting, and largest program after {n,m} is written out; beyond is ERR_INPUT. */
#define REGEXP_MAX_DEPTH 200
#define REGEXP_MAX_PROGRAM (1u << 18)

/* ERR_INPUT with what is wrong ("missing ')'"), without the expression. */
int regexp_compile(struct str text, struct regexp **ret, struct err *err) NODISCARD;
void regexp_free(struct regexp *re);
/* Go's MatchString. */
bool regexp_match(const struct regexp *re, struct str text);
/* regexp_match() of the first ends[i] bytes of text for each of n ends, in one pass. The ends
 * rise, are at most text.n, and do not split a character. */
void regexp_match_prefixes(const struct regexp *re, struct str text, const size_t *ends, size_t n,
			   bool *ret);

#endif
