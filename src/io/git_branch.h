/* SPDX-License-Identifier: Apache-2.0 */
/* git_branch.h: a commit without a work tree, and a branch elsewhere that is moved to it. */
#ifndef LOCKSTEP_IO_GIT_BRANCH_H
#define LOCKSTEP_IO_GIT_BRANCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "io/git_remote.h"

#include <stdint.h>

/*
 * For a program that makes commits of its own in a bare repository and is not alone: other runs of
 * it, and people, move the same branch. Nothing is checked out, no index is used, and a branch is
 * moved only from where it was seen (compare and swap). Git is called as git.h and git_remote.h
 * say; no hook of ours runs.
 */

/* New bytes for a file of the parent. */
struct git_change {
	const char *path; /* from the top */
	uint32_t mode;    /* git's: 0100644 or 0100755 */
	struct str text;
};

struct git_commit_new {
	const char *parent;  /* full id */
	const char *who;     /* "Name <address>": author and committer */
	int64_t time_s;      /* the same fields give the same commit */
	const char *message; /* UTF-8 */
	const struct git_change *changes;
	size_t nchanges;
};

/* Writes the parent's tree with these changes, as a commit that no reference names. Caller frees
 * its id. */
int git_branch_commit(const char *repo, const struct git_commit_new *c, char **ret, struct err *err)
	NODISCARD;

/* Moves (or creates: old NULL; or deletes: new NULL) a branch of the repository there, if it is at
 * old. 1: done; 0: it is somewhere else by now. */
int git_branch_push(const char *repo, const struct git_way *way, const char *branch,
		    const char *old, const char *new, struct err *err) NODISCARD;

/* Appends the edit that leads from one commit to the other, as git's raw lines (modes, ids of the
 * files before and after, paths): two edits are the same if and only if their bytes are. */
int git_branch_edit(const char *repo, const char *from, const char *to, struct buf *ret,
		    struct err *err) NODISCARD;

/* A commit, as far as it tells who made it. */
struct git_made {
	char *id;
	unsigned parents;
	char *parent, *merged;    /* the first two; "" = it has none */
	char *author, *committer; /* "Name <address>" */
	int64_t author_s, committer_s;
	char *trailer; /* the value of the trailer that was asked for; "" = it has none */
};
typedef VEC(struct git_made) git_mades;
/* The commits up to tip that base has not, newest first. */
int git_branch_log(const char *repo, const char *base, const char *tip, const char *trailer,
		   git_mades *ret, struct err *err) NODISCARD;
void git_mades_fini(git_mades *m);
/* 1: a merge of two commits that came out as git makes it without being helped, so it is nobody's
 * work; 0: it is not, or this git (before 2.38) cannot tell. */
int git_branch_is_plain_merge(const char *repo, const struct git_made *m, struct err *err)
	NODISCARD;

/* What a work tree calls a remote's address; NULL in *ret when it has no such remote. Caller frees. */
int git_remote_url(const char *top, const char *remote, char **ret, struct err *err) NODISCARD;

/* Seconds since 1970 of a commit. */
int git_commit_time(const char *repo, const char *commit, int64_t *ret, struct err *err) NODISCARD;
/* The tree of a commit; caller frees. */
int git_commit_tree(const char *repo, const char *commit, char **ret, struct err *err) NODISCARD;

#endif
