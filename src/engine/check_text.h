/* SPDX-License-Identifier: Apache-2.0 */
/* check_text.h: what was read, held against what a check says that it contains. */
#ifndef LOCKSTEP_ENGINE_CHECK_TEXT_H
#define LOCKSTEP_ENGINE_CHECK_TEXT_H

#include "base/json.h"

/* keys: with lists `contains` and `not-contains`, either may be absent; what: "the output". NULL
 * when all is well, else "the output holds 'x'"; caller frees. */
char *check_text_wrong(const json_t *keys, struct str text, const char *what) NODISCARD;
/* The last line of a text that is not blank, without what could drive a terminal, and not too
 * long; "no output" when there is none. Caller frees. */
char *check_text_last_line(struct str text) NODISCARD;

#endif
