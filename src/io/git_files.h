/* SPDX-License-Identifier: Apache-2.0 */
/* git_files.h: the files that git knows, and what commits say about themselves. */
#ifndef LOCKSTEP_IO_GIT_FILES_H
#define LOCKSTEP_IO_GIT_FILES_H

#include "base/err.h"
#include "base/vec.h"

#include <stdint.h>

struct git_file {
	char *path;    /* from the top of the repository */
	uint32_t mode; /* git's: 0100644, 0100755, 0120000 a link, 0160000 a submodule */
};
typedef VEC(struct git_file) git_files;

/* The files of a commit, or with rev == NULL those of the index, in byte-wise order. top is the top
 * of a work tree, or a git directory. */
int git_list_files(const char *top, const char *rev, git_files *ret, struct err *err) NODISCARD;
void git_files_fini(git_files *f);

/* The value of a trailer ("Name: value" at the end of a message) of the newest commit up to rev that
 * has it and whose message holds text; NULL in *ret when there is none. Caller frees. */
int git_last_trailer(const char *top, const char *rev, const char *text, const char *trailer,
		     char **ret, struct err *err) NODISCARD;

#endif
