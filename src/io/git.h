/* SPDX-License-Identifier: Apache-2.0 */
/* git.h: what lockstep asks the git program. */
#ifndef LOCKSTEP_IO_GIT_H
#define LOCKSTEP_IO_GIT_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

/*
 * Git is used through its program only. Every call is an argv with "--" before paths and
 * "--end-of-options" before revisions; the environment is ours without GIT_* except
 * GIT_TERMINAL_PROMPT=0, GIT_OPTIONAL_LOCKS=0 and LC_ALL=C. `repo` is any folder inside a work tree, or a git directory.
 */

/* Top folder of the work tree that holds path; NULL in *ret (and 0) when there is none or git is
 * not installed. Found by walking up for ".git" (no process is started). Caller frees. */
int git_toplevel(const char *path, char **ret, struct err *err) NODISCARD;
/* Full commit id of a revision; ERR_INPUT when there is none. Caller frees. */
int git_resolve(const char *repo, const char *rev, char **ret, struct err *err) NODISCARD;
/* Commit of HEAD by reading .git files only (HEAD, refs, packed-refs), no process; NULL in *ret
 * when there is none yet. Caller frees. */
int git_head(const char *toplevel, char **ret, struct err *err) NODISCARD;

struct git_commit {
	char *id; /* full */
	int64_t time_s;
	char *subject;
};
typedef VEC(struct git_commit) git_commits;
/* A revision range, oldest first; first_parent follows merges by their first parent only. */
int git_log(const char *repo, const char *range, bool first_parent, git_commits *ret,
	    struct err *err) NODISCARD;
void git_commits_fini(git_commits *c);

/* Lines that were added and removed; -1 both for binary files or when git cannot tell. */
struct git_lines {
	long added, removed;
};
/* Between two revisions (after == NULL: the working tree) in one path. */
int git_numstat(const char *repo, const char *before, const char *after, const char *path,
		struct git_lines *ret, struct err *err) NODISCARD;
/* Abbreviated id of the newest commit up to rev that touched path; NULL when none. Caller frees. */
int git_last_commit(const char *repo, const char *rev, const char *path, char **ret,
		    struct err *err) NODISCARD;
/* True in *ret if path differs between rev and the working tree (or is untracked). */
int git_is_dirty(const char *repo, const char *rev, const char *path, bool *ret, struct err *err)
	NODISCARD;

/* git cat-file --batch, kept running: objects one after the other. */
struct git_cat;
int git_cat_open(const char *repo, struct git_cat **ret, struct err *err) NODISCARD;
void git_cat_close(struct git_cat *c);
/* Reads an object (id or rev:path) and hands its bytes to sink in pieces; a missing object is
 * ERR_INPUT. ret_type (may be NULL) gets "blob", "tree", …: a static text. */
typedef int (*git_sink)(void *ctx, const void *bytes, size_t n, struct err *err);
int git_cat_read(struct git_cat *c, const char *object, git_sink sink, void *ctx,
		 const char **ret_type, struct err *err) NODISCARD;

#endif
