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
 * GIT_TERMINAL_PROMPT=0, GIT_OPTIONAL_LOCKS=0, GIT_LITERAL_PATHSPECS=1 and LC_ALL=C. `repo` is any
 * folder inside a work tree, or a git directory; paths are relative to it, or absolute.
 *
 * Git itself refuses the repository of another user, and a CI job in a container is often not the
 * user that checked out, so safe.directory is set for all calls. What that rule is for is kept by
 * git_toplevel: a repository belongs to us or to the owner of the folder that it lies in, or it is
 * passed over (a .git that somebody left in /tmp). Its configuration, which can name programs to
 * run, comes then from somebody who could as well have written the graph file.
 */

/* Top folder of the work tree that holds path, or path itself if it is a git directory; NULL in
 * *ret (and 0) when there is none. Found by walking up for ".git" (no process is started, git need
 * not be installed). Symlinks are resolved. Caller frees. */
int git_toplevel(const char *path, char **ret, struct err *err) NODISCARD;
/* Full commit id of a revision; ERR_INPUT when there is none. Caller frees. */
int git_resolve(const char *repo, const char *rev, char **ret, struct err *err) NODISCARD;
/* 40 or 64 lower-case hexadecimal digits. */
bool git_is_commit_id(struct str text);
/* Commit of HEAD by reading .git files only (HEAD, refs, packed-refs), no process unless the
 * repository keeps its references as a reftable; NULL in *ret when there is none yet. Caller
 * frees. */
int git_head(const char *toplevel, char **ret, struct err *err) NODISCARD;

struct git_commit {
	char *id; /* full */
	int64_t time_s;
	char *subject;
};
typedef VEC(struct git_commit) git_commits;
/* A revision range, oldest first; first_parent follows merges by their first parent only. ERR_USAGE
 * when git does not take the range. Subjects are UTF-8. */
int git_log(const char *repo, const char *range, bool first_parent, git_commits *ret,
	    struct err *err) NODISCARD;
void git_commits_fini(git_commits *c);

/* Lines that were added and removed; -1 both for binary files or when git cannot tell: a path that
 * it does not know, or one without a difference. */
struct git_lines {
	long added, removed;
};
/* Between two revisions (after == NULL: the working tree) in one path; of a folder, the sum. */
int git_numstat(const char *repo, const char *before, const char *after, const char *path,
		struct git_lines *ret, struct err *err) NODISCARD;
/* Abbreviated id of the newest commit up to rev that touched path; NULL when none. Caller frees. */
int git_last_commit(const char *repo, const char *rev, const char *path, char **ret,
		    struct err *err) NODISCARD;
/* True in *ret if path differs between rev and the working tree, or is an untracked file (ignored
 * or not), or a folder with files that git would add. */
int git_is_dirty(const char *repo, const char *rev, const char *path, bool *ret, struct err *err)
	NODISCARD;

/* git cat-file --batch, kept running: objects one after the other. */
struct git_cat;
int git_cat_open(const char *repo, struct git_cat **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void git_cat_close(struct git_cat *c);
/* Takes an object's bytes in pieces; an error of its own ends the reading of that object. */
typedef int (*git_sink)(void *ctx, const void *bytes, size_t n, struct err *err);
/* Reads an object (id or rev:path) and hands its bytes to sink; a missing object is ERR_INPUT.
 * ret_type (may be NULL) gets "blob", "tree", …: a static text. */
int git_cat_read(struct git_cat *c, const char *object, git_sink sink, void *ctx,
		 const char **ret_type, struct err *err) NODISCARD;

/* The two halves of it, so that git works while we do: up to GIT_CAT_AHEAD objects may be asked for
 * (by their ids: names are too long for that) before the first is read; they come in the order of
 * asking. */
#define GIT_CAT_AHEAD 64
int git_cat_ask(struct git_cat *c, const char *object, struct err *err) NODISCARD;
int git_cat_answer(struct git_cat *c, git_sink sink, void *ctx, const char **ret_type,
		   struct err *err) NODISCARD;

#endif
