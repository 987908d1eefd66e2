/* SPDX-License-Identifier: Apache-2.0 */
/* git_priv.h: how the git program is called. */
#ifndef LOCKSTEP_IO_GIT_PRIV_H
#define LOCKSTEP_IO_GIT_PRIV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

/* An environment of our own: ours without GIT_*, with what makes git quiet, English, literal about
 * paths, and willing to read a repository that somebody else owns (a CI checkout often is another
 * user's; whose repository is trusted is decided by git_toplevel). */
struct git_env {
	VEC(const char *) vars; /* NULL-terminated; the texts are not owned */
};

void git_env_init(struct git_env *e);
void git_env_fini(struct git_env *e);

/* Runs git with "-C repo" and the given arguments (NULL-terminated); its output goes to out (may be
 * NULL), at most max bytes. */
int git_run(const char *repo, const char *const *args, size_t max, struct buf *out, struct err *err)
	NODISCARD;

/* The same for output with a NUL byte behind each record (-z): the sink gets them one by one, empty ones
 * left out. */
typedef void (*git_record)(void *ctx, struct str record);
int git_run_records(const char *repo, const char *const *args, size_t max, git_record sink,
		    void *ctx, struct err *err) NODISCARD;

/* As git_run(), but an exit status of 1, which is git's way to say no, is no error: it goes to
 * *ret_status. */
int git_run_status(const char *repo, const char *const *args, size_t max, struct buf *out,
		   int *ret_status, struct err *err) NODISCARD;

/* Git that speaks to a repository elsewhere, with the environment of git_remote.h. */
struct git_remote_call {
	const char *repo;        /* where git stands; NULL = in none */
	const char *const *args; /* NULL-terminated */
	const char *const *env;  /* of git_way */
	int64_t timeout_ms;
};

/* What it printed goes to out (may be NULL); ret_status as of waitpid, and ret_said, the lines of
 * stderr, which the caller frees. */
int git_remote_run(const struct git_remote_call *c, struct buf *out, int *ret_status,
		   char **ret_said, struct err *err) NODISCARD;
/* The error that the lines of stderr stand for: "git cannot WHAT 'URL': …". */
int git_remote_complaint(const char *what, const char *url, const char *said, struct err *err);

#endif
