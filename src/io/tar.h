/* SPDX-License-Identifier: Apache-2.0 */
/* tar.h: the entries of a tar archive, one after the other. */
#ifndef LOCKSTEP_IO_TAR_H
#define LOCKSTEP_IO_TAR_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * A reader over a descriptor: plain, gzip or zstd, in the tar formats that image layers come in
 * (ustar, GNU, pax). The archive is somebody else's: names are any bytes, relative or not, and
 * nothing is written anywhere. A reader is used by one thread at a time; different readers by
 * different threads. libarchive does the work and is loaded by the first tar_open().
 */
enum tar_type { TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_DIR, TAR_CHAR, TAR_BLOCK, TAR_FIFO };

struct tar_xattr {
	const char *name;
	struct str value;
};

/* What is borrowed is valid until the next tar_next(). */
struct tar_entry {
	enum tar_type type;
	struct str path;   /* as it is in the archive */
	struct str target; /* of a link */
	uint32_t mode;     /* 07777 */
	int64_t uid, gid;
	int64_t size;                   /* of a file */
	int64_t mtime_s, mtime_ns;      /* since 1970 */
	uint32_t dev_major, dev_minor;  /* of a device */
	const struct tar_xattr *xattrs; /* in no order */
	size_t nxattrs;
};

struct tar;

/* name is for messages. fd is not owned and is read from where it stands; a plain archive in a file
 * that can seek is not read where content is skipped. ERR_TOOL without libarchive. */
int tar_open(int fd, const char *name, struct tar **ret, struct err *err) NODISCARD;
/* The archive's bytes come from read, a piece at a time: each is borrowed until the next call, and an
 * empty one is the end. What it fails with is what the reader fails with. */
typedef int (*tar_source)(void *ctx, struct str *ret, struct err *err);
int tar_open_source(tar_source read, void *ctx, const char *name, struct tar **ret, struct err *err)
	NODISCARD;
/* No archive but one file, plain, gzip or zstd, whose bytes tar_read() has at once. */
int tar_open_packed(int fd, const char *name, struct tar **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void tar_close(struct tar *t);
/* 1 and an entry, 0 at the end; ERR_FAILED when the archive is damaged. Content that was not read
 * is skipped. Entries that are none of the types are left out. */
int tar_next(struct tar *t, struct tar_entry *ret, struct err *err) NODISCARD;
/* The next piece of the entry's content; empty at its end. Valid until the next call. */
int tar_read(struct tar *t, struct str *ret, struct err *err) NODISCARD;

#endif
