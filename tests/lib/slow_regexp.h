/* SPDX-License-Identifier: Apache-2.0 */
/* slow_regexp.h: Go's regular expressions by their definition. */
#ifndef LOCKSTEP_TESTS_SLOW_REGEXP_H
#define LOCKSTEP_TESTS_SLOW_REGEXP_H

#include "base/str.h"

#define SLOW_RUNES 120

/* True if the expression is well formed; text without more than SLOW_RUNES characters. */
bool slow_regexp_valid(struct str expression);
bool slow_regexp_matches(struct str expression, struct str text);

#endif
