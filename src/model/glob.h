/* SPDX-License-Identifier: Apache-2.0 */
/* glob.h: Go's filepath.Match, which COPY and ADD sources are written in. */
#ifndef LOCKSTEP_MODEL_GLOB_H
#define LOCKSTEP_MODEL_GLOB_H

#include "base/str.h"

/*
 * Pattern of one path component or a whole path: '*' any run without '/', '?' one rune but
 * '/', [a-z] [^a] classes, '\' quotes the next. Bytes are read as UTF-8 runes; an invalid byte
 * is U+FFFD, one at a time. No "**" here: it is '*' twice.
 */
enum glob_result { GLOB_NO, GLOB_YES, GLOB_BAD };

/* Go path/filepath.Match (unix): GLOB_BAD is ErrBadPattern. As there, a mistake that lies behind the
 * first mismatch goes unseen: GLOB_NO. */
enum glob_result glob_match(struct str pattern, struct str name);
/* True if the text has a metacharacter: one of * ? [ \ */
bool glob_has_meta(struct str pattern);
/* True if the whole pattern is well formed, so that no name makes it GLOB_BAD. */
bool glob_valid(struct str pattern);
/* Number of leading components (split at '/') that have no metacharacter: where a walk starts. */
size_t glob_literal_prefix(struct str pattern);

#endif
