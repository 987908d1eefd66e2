/* SPDX-License-Identifier: Apache-2.0 */
/* replace.h: new contents for several files: all of them, or none. */
#ifndef LOCKSTEP_IO_REPLACE_H
#define LOCKSTEP_IO_REPLACE_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

struct replace {
	const char *path;
	struct str old; /* what is there, as the caller read it */
	struct str new;
	mode_t mode; /* kept */
};

/*
 * Writes every new content beside its file and syncs it, looks whether the files still hold what
 * the caller read (ERR_REFUSED if not), and only then renames. When a rename fails, the ones before
 * it are taken back. A process that is killed in between leaves each file old or new, never half.
 */
int replace_all(const struct replace *files, size_t n, struct err *err) NODISCARD;

#endif
