/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h: a tree of files: the working tree, or a commit read from git objects. */
#ifndef LOCKSTEP_IO_TREE_H
#define LOCKSTEP_IO_TREE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "io/pool.h"

#include <stdint.h>

/*
 * Paths are relative to the tree's root, cleaned, any bytes but NUL. "." is the root. Listings are
 * sorted byte-wise and cached for the life of the tree, so that images which share a context scan
 * it once. A tree never follows a symlink: that is the caller's decision, by tree_stat and
 * tree_readlink. Errors name the path within the tree. A path that is absolute or leaves the root
 * is ERR_INPUT.
 *
 * A commit's files are the bytes of its blobs: no filter, no end-of-line conversion, a file of
 * git-lfs is its pointer. A submodule is an empty directory whose stamp.mode is
 * TREE_SUBMODULE_MODE and whose stamp.oid is the commit that it names: what a checkout without
 * submodules holds.
 */
enum tree_type { TREE_FILE, TREE_DIR, TREE_LINK, TREE_SOCKET, TREE_SPECIAL };

#define TREE_SUBMODULE_MODE 0160000

/* What identifies the content without reading it. For the working tree all of stat's fields; for
 * a commit only mode (git's) and oid are set. */
struct tree_stamp {
	uint64_t dev, ino;
	int64_t size, mtime_ns, ctime_ns;
	uint32_t mode;
	bool blind;      /* it does not: on its file system the times need not tell of a change */
	const char *oid; /* git blob, hex; NULL for the working tree; owned by the tree */
};

struct tree_entry {
	const char *name; /* last component; owned by the tree */
	enum tree_type type;
	bool executable; /* owner's x bit */
	struct tree_stamp stamp;
};

struct tree;

int tree_open_dir(const char *path, struct tree **ret, struct err *err) NODISCARD;
/* repo: a work tree or a git directory; rev: a full commit id; prefix: a folder inside, or ".".
 * ERR_INPUT when rev or prefix does not exist. */
int tree_open_commit(const char *repo, const char *rev, const char *prefix, struct tree **ret,
		     struct err *err) NODISCARD;
/* NULL is fine. */
void tree_free(struct tree *t);
bool tree_is_commit(const struct tree *t);
/* The directory of a working tree; the "repo@rev" of a commit: for messages. */
const char *tree_name(const struct tree *t);

/* Entries of a directory; owned by the tree, valid for its life. ERR_SYSTEM/ENOENT, ENOTDIR. */
int tree_list(struct tree *t, struct str dir, const struct tree_entry **ret, size_t *ret_n,
	      struct err *err) NODISCARD;
/* One path, no symlink of any component followed: a component that is a symlink is
 * ERR_SYSTEM/ENOTDIR. A missing path: *ret = NULL and 0. */
int tree_stat(struct tree *t, struct str path, const struct tree_entry **ret, struct err *err)
	NODISCARD;
/* Target of a symlink, any bytes; caller frees. ERR_SYSTEM/EINVAL if it is none. */
int tree_readlink(struct tree *t, struct str path, char **ret, struct err *err) NODISCARD;
/* Whole small file (Dockerfile, ignore file) into ret, whose contents are replaced; ERR_INPUT when
 * it is larger than max or no regular file. */
int tree_read(struct tree *t, struct str path, size_t max, struct buf *ret, struct err *err)
	NODISCARD;

/* Lists dir and what is below it on the pool's threads, so that tree_list finds it done. A
 * directory that enter() refuses is left out with all below it; enter (NULL = all) is called on
 * any thread and only reads. Failures wait for the tree_list that meets them. */
void tree_prefetch(struct tree *t, struct pool *pool, struct str dir,
		   bool (*enter)(void *ctx, struct str dir), void *ctx);

/* One file to hash, or to copy and hash. */
struct tree_job {
	struct str path;
	const struct tree_entry *entry; /* as listed; the stamp to hold the file to */
	int dst_dirfd;                  /* copy: directory to write into, else -1 */
	const char *dst_path;           /* copy: relative to dst_dirfd; parents exist */
	int64_t dst_time_s;             /* copy: access and modification time, since 1970 */
	struct sha256 hash;             /* result */
	struct err err;                 /* result: a file that is not as listed, before it was read
					   or after, is ERR_INPUT "'x' changed while it was read" */
};

/* Reads every file once (openat, O_NOFOLLOW; what fstat says after it compared with the entry's
 * stamp; retried twice), on the pool's threads. A copy is created by us (O_EXCL), 0644 or 0755 if
 * executable whatever the umask, and written from the very bytes that were hashed; after a failure
 * it is removed. All jobs are tried; returns the first failure in their order. */
int tree_process(struct tree *t, struct pool *pool, struct tree_job *jobs, size_t n,
		 struct err *err) NODISCARD;

#endif
