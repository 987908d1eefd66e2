/* SPDX-License-Identifier: Apache-2.0 */
/* file.h: whole files: read with a ceiling, write beside and rename. */
#ifndef LOCKSTEP_BASE_FILE_H
#define LOCKSTEP_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <sys/types.h>
#include <unistd.h>

/* Ceilings on what is read from outside, in bytes; one list for the whole program. */
#define MAX_GRAPH_FILE (1u << 20)
#define MAX_LOCK_FILE (1u << 20)
#define MAX_DOCKERFILE (1u << 20)
#define MAX_IGNORE_FILE (1u << 20)
#define MAX_JSON_FILE (64u << 20)
#define MAX_EVENT_FILE (1u << 20)
#define MAX_GENERATION (16u << 20) /* what a release leaves for the next runner */
#define MAX_PINNED_FILE (8u << 20) /* a file in which pins are looked for */
#define MAX_LOG_FILE (64u << 20)   /* of a build, where its digest is recorded */
#define MAX_CONFIG_BLOB (8u << 20)
#define MAX_SECRET_FILE (500u << 10) /* as BuildKit takes it */
#define MAX_GUARDED_FILE (64u << 20)
#define MAX_DOWNLOAD (8ull << 30)   /* of what ADD takes from an address */
#define MAX_CHILD_KEPT (256u << 10) /* of a child's output kept in memory */
#define MAX_HTTP_HEADERS (64u << 10)
#define MAX_HTTP_BODY (8u << 20)    /* unless the request says otherwise */
#define MAX_HTTP_ERROR (64u << 10)  /* body of an answer that is no 2xx */
#define MAX_MANIFEST (4u << 20)     /* what registries promise to take (distribution-spec) */
#define MAX_TOKEN_ANSWER (1u << 20) /* of a token server */
#define MAX_TAG_PAGES 1000          /* answers to one question for tags or referrers */
#define MAX_CONFIG_FILE (1u << 20)  /* credentials, registries.conf */
#define MAX_CA_FILE (16u << 20)     /* of the system */

/* Reads a whole regular file; ERR_INPUT when it is larger than max. A missing file is
 * ERR_SYSTEM with sys_errno ENOENT. dirfd may be AT_FDCWD. ret is initialised by the caller; what
 * it held is replaced, and it is empty after an error. */
int file_read(int dirfd, const char *path, size_t max, struct buf *ret, struct err *err) NODISCARD;
/* The same for an open descriptor of any kind, such as standard input; name is for messages. */
int file_read_fd(int fd, const char *name, size_t max, struct buf *ret, struct err *err) NODISCARD;
/* Writes path + ".XXXXXX.tmp" beside, fsync, rename; mode is subject to no umask. */
int file_write(const char *path, struct str data, mode_t mode, struct err *err) NODISCARD;
/* The first half of it: the file beside is there, synced, and to be renamed or removed by the caller,
 * who frees its name. */
int file_write_beside(const char *path, struct str data, mode_t mode, char **ret, struct err *err)
	NODISCARD;
/* Creates a directory and its parents (mode 0700 for new ones). Existing ones are fine. */
int file_mkdirs(const char *path, struct err *err) NODISCARD;
bool file_exists(int dirfd, const char *path);
/* Removes a tree, never following links; a missing one is fine. Folders without write
 * permission for the owner are made writable first. */
int file_remove_tree(const char *path, struct err *err) NODISCARD;

static inline void
close_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define AUTO_FD CLEANUP(close_fdp)

#endif
