/* SPDX-License-Identifier: Apache-2.0 */
/* path.h: arithmetic on path names; touches no file system. */
#ifndef LOCKSTEP_BASE_PATH_H
#define LOCKSTEP_BASE_PATH_H

#include "base/str.h"

/* Lexical cleaning as Go's path.Clean: "a//b/./c/.." is "a/b", "" is ".", "/.." is "/".
 * Symlinks are not known here. Caller frees. */
char *path_clean(struct str path) NODISCARD;
/* a + "/" + b, cleaned; b alone when it is absolute; a may be "" or ".". Caller frees. */
char *path_join(const char *a, const char *b) NODISCARD;
bool path_is_abs(struct str path);
/* True if a cleaned relative path leaves its root: "..", "../x". */
bool path_escapes(struct str cleaned);
/* Last component; points into path. "a/b/" is not cleaned: clean first. */
const char *path_base(const char *path);
/* Everything before the last component: "a/b" is "a", "b" is "."; caller frees. */
char *path_dir(const char *path) NODISCARD;
/* True if path is dir or lies below it; both cleaned; "." holds everything relative. */
bool path_within(struct str path, struct str dir);

#endif
