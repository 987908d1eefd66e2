/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h: what is in folders, and what it takes on the disk. */
#ifndef LOCKSTEP_IO_DISK_H
#define LOCKSTEP_IO_DISK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* The bytes that a file, or a folder with all below it, takes; links are not followed, and a file of
 * two names counts twice. 0 for what is not there or cannot be read. */
int64_t disk_use(const char *path);
/* The names in a folder, sorted byte-wise; none when it is not there. The caller frees each, and the
 * list. */
int disk_list(const char *path, char ***ret, size_t *ret_n, struct err *err) NODISCARD;

#endif
