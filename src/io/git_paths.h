/* SPDX-License-Identifier: Apache-2.0 */
/* git_paths.h: the paths that a commit changed. */
#ifndef LOCKSTEP_IO_GIT_PATHS_H
#define LOCKSTEP_IO_GIT_PATHS_H

#include "base/err.h"
#include "base/vec.h"

typedef VEC(char *) git_paths;

/* Paths that differ between a commit and its first parent (all of them for a root commit), from
 * the top of the repository. */
int git_changed_paths(const char *repo, const char *commit, git_paths *ret, struct err *err)
	NODISCARD;
void git_paths_fini(git_paths *p);

#endif
