/* SPDX-License-Identifier: Apache-2.0 */
/* tar_write.h: a folder as a tar archive, made while it is read. */
#ifndef LOCKSTEP_IO_TAR_WRITE_H
#define LOCKSTEP_IO_TAR_WRITE_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

/*
 * For sending a folder to somebody: never more of it is in memory than a piece of one file. Files,
 * folders and symlinks, sorted by their paths, with their modes and times, owned by 0:0; names are
 * any bytes (GNU's format). Files of one's own come behind them. The folder must stay as it is: a
 * file that has another size by then is an error. libarchive does the work and is loaded by
 * tar_write_new().
 */
struct tar_write;

struct tar_extra {
	const char *name; /* in the archive, which must not have it yet */
	struct str content;
};

/* extras are borrowed. ERR_TOOL without libarchive, ERR_INPUT for a socket or the like. */
int tar_write_new(const char *dir, const struct tar_extra *extras, size_t nextras,
		  struct tar_write **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void tar_write_free(struct tar_write *w);
/* The next bytes of the archive, at most max; 0 at its end, -1 when it cannot go on. */
ssize_t tar_write_read(struct tar_write *w, char *to, size_t max);
/* Why tar_write_read() could not go on: 0, and err untouched, when it could. */
int tar_write_error(const struct tar_write *w, struct err *err) NODISCARD;

#endif
