/* SPDX-License-Identifier: Apache-2.0 */
/* tar_split.h: an archive that was unpacked, read again as the bytes that it was. */
#ifndef LOCKSTEP_IO_TAR_SPLIT_H
#define LOCKSTEP_IO_TAR_SPLIT_H

#include "base/sha256.h"
#include "io/tar.h"

/*
 * containers/storage unpacks the archive of a layer, and keeps beside the files what the archive had
 * between them (https://github.com/vbatts/tar-split, "tar-split.gz": a JSON value a line, of type 2
 * with bytes, of type 1 with a file's name and size). Both together are the archive again, byte for
 * byte, without a copy of it. Somebody else's program writes both: files are opened below their
 * folder and through no symlink, and what was read proves itself by its digest.
 */
struct tar_split;

/* split: the file that keeps the rest, files: the folder. ERR_SYSTEM with EACCES where this user may
 * not read them. */
int tar_split_open(const char *split, const char *files, struct tar_split **ret, struct err *err)
	NODISCARD;
/* NULL is fine. */
void tar_split_close(struct tar_split *s);
/* The reader of the archive; lives as long as s. */
struct tar *tar_split_archive(const struct tar_split *s);
/* After the last entry: reads what is left. ERR_FAILED when the archive does not have that digest. */
int tar_split_verify(struct tar_split *s, struct sha256 digest, struct err *err) NODISCARD;

#endif
