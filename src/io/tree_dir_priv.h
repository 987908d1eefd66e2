/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dir_priv.h: the parts of a tree that is a directory. All of it may run in threads. */
#ifndef LOCKSTEP_IO_TREE_DIR_PRIV_H
#define LOCKSTEP_IO_TREE_DIR_PRIV_H

#include "io/tree_priv.h"

#include <stdatomic.h>
#include <sys/stat.h>

struct tree_dir {
	int fd;               /* of the root, O_PATH */
	atomic_bool stepwise; /* there is no openat2(2) */
	struct map *stats;    /* path → struct tree_entry *, owned; by the main thread only */
};

/* openat(2) below the root, no component a symlink; -1 and errno (ELOOP or ENOTDIR where one is). */
int tree_dir_open(struct tree_dir *d, const char *path, int flags);
/* The same for a directory to list or to look into; a symlink is ENOTDIR. */
int tree_dir_open_dir(struct tree_dir *d, const char *path);
/* All but blind. */
struct tree_stamp tree_dir_stamp(const struct stat *st);
/* Lists without any cache; 0 or an errno. */
int tree_dir_list(struct tree_dir *d, const char *path, struct tree_listing **ret) NODISCARD;

/* See struct tree_ops. */
void tree_dir_prefetch(struct tree *t, struct pool *pool, const char *dir,
		       bool (*enter)(void *ctx, struct str dir), void *ctx);
void tree_dir_process(struct tree *t, struct pool *pool, struct tree_job *jobs, size_t n);

#endif
