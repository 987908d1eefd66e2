/* SPDX-License-Identifier: Apache-2.0 */
/* tree_priv.h: what tree.c and the two kinds of tree share. */
#ifndef LOCKSTEP_IO_TREE_PRIV_H
#define LOCKSTEP_IO_TREE_PRIV_H

#include "base/map.h"
#include "io/tree.h"

#include <sys/types.h>

/* One directory; the entries are sorted. */
struct tree_listing {
	struct tree_entry *entries;
	size_t n;
	char *names; /* what the entries' names point into, or NULL */
};

/* Paths come in cleaned, as C strings; tree.c has looked into the cache before it asks. */
struct tree_ops {
	/* Lists a directory that is not in the cache. */
	int (*list)(struct tree *t, const char *dir, struct tree_listing **ret, struct err *err);
	/* As tree_stat, for a path whose parent is not in the cache. */
	int (*stat)(struct tree *t, const char *path, const struct tree_entry **ret,
		    struct err *err);
	int (*readlink)(struct tree *t, const char *path, char **ret, struct err *err);
	int (*read)(struct tree *t, const char *path, size_t max, struct buf *ret, struct err *err);
	void (*process)(struct tree *t, struct pool *pool, struct tree_job *jobs, size_t n);
	/* NULL when all is in the cache from the beginning. */
	void (*prefetch)(struct tree *t, struct pool *pool, const char *dir,
			 bool (*enter)(void *ctx, struct str dir), void *ctx);
	void (*fini)(struct tree *t);
};

struct tree {
	const struct tree_ops *ops;
	char *name;
	struct map *listings; /* cleaned path → struct tree_listing *, owned */
	void *own;            /* of the kind of tree; freed by its fini */
};

/* take_own goes to the tree. */
struct tree *tree_new(const struct tree_ops *ops, char *take_name, void *take_own) NODISCARD;
struct tree_listing *tree_cached(const struct tree *t, struct str dir);
/* Keeps a sorted listing; the tree owns it afterwards. */
void tree_cache(struct tree *t, struct str dir, struct tree_listing *take_listing);
void tree_listing_sort(struct tree_listing *l);
void tree_listing_free(struct tree_listing *l);
const struct tree_entry *tree_find(const struct tree_listing *l, struct str name);
/* Type and executable bit by a mode as of stat(2). */
void tree_set_mode(struct tree_entry *e, uint32_t mode);
/* ERR_SYSTEM with the given errno, about path. */
int tree_fail(const char *path, int why, struct err *err);
int tree_changed(const char *path, struct err *err);

/* The file that a job copies to: created when the reading begins, emptied for a second try. Errors
 * are set in job->err. */
struct tree_copy {
	int fd; /* -1 = this job copies nothing */
};

int tree_copy_open(struct tree_copy *c, struct tree_job *job) NODISCARD;
int tree_copy_write(struct tree_copy *c, struct tree_job *job, struct str bytes) NODISCARD;
int tree_copy_rewind(struct tree_copy *c, struct tree_job *job) NODISCARD;
/* Mode and time, and the last errors of the disk. A job that has failed, then or before, leaves no
 * copy. */
void tree_copy_close(struct tree_copy *c, struct tree_job *job);

#endif
