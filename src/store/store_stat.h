/* SPDX-License-Identifier: Apache-2.0 */
/* store_stat.h: hashes of files that need not be read again. */
#ifndef LOCKSTEP_STORE_STORE_STAT_H
#define LOCKSTEP_STORE_STORE_STAT_H

#include "base/sha256.h"
#include "io/tree.h"
#include "store/store.h"

/*
 * A row is believed only if device, inode, size, mtime, ctime and mode are all as they were, and
 * the file was not touched so shortly before it was hashed that a later write could have left the
 * same times ("racily clean": git's racy-git.adoc, and keys.md 9): mtime and ctime must be older
 * than the moment of hashing by 10 ms, or by 2 s on file systems that keep whole seconds. A blind
 * stamp has no row.
 * Few look-ups go to the database one by one; from the 512th on the whole table is loaded.
 */
/* 1 found, 0 not. For entries of a commit the git object id is looked up. */
int store_stat_get(struct store *s, const struct tree_stamp *stamp, struct sha256 *ret,
		   struct err *err) NODISCARD;
/* seen_ns: the clock (CLOCK_REALTIME) read before the file was. Inside a transaction, please. */
int store_stat_put(struct store *s, const struct tree_stamp *stamp, int64_t seen_ns,
		   struct sha256 hash, struct err *err) NODISCARD;

#endif
