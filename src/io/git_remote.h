/* SPDX-License-Identifier: Apache-2.0 */
/* git_remote.h: repositories elsewhere, and our copies of their commits. */
#ifndef LOCKSTEP_IO_GIT_REMOTE_H
#define LOCKSTEP_IO_GIT_REMOTE_H

#include "base/err.h"

/*
 * Git is called as git.h says, with one difference: what a user or a CI has set up for the way to
 * a repository is kept (GIT_ASKPASS, GIT_SSH*, GIT_SSL_*, GIT_HTTP_*, GIT_PROXY*, GIT_CONFIG_*).
 * Credentials come from git's own helpers; nothing is asked at a terminal. The configuration of the
 * repository that we stand in does not count.
 *
 * url is anything that git fetches from. What it says when something is wrong decides the class:
 * ERR_INPUT when there is no such repository or commit, ERR_REMOTE when we are not let in,
 * ERR_TEMPORARY for the rest, which is the network.
 */

/* A repository elsewhere, and how it is reached beyond what the environment says. */
struct git_way {
	const char *url;
	/* "NAME=value", NULL-terminated, in place of the same names in ours: GIT_CONFIG_* with a
	 * header that holds a token. NULL = nothing. */
	const char *const *env;
};

/* The commit that a reference names: HEAD, a branch, a tag (the commit behind it), or what stands
 * below refs/ ("pull/7/head", "refs/heads/main"); a full commit id is itself, and nobody is asked.
 * NULL in *ret when there is none; ERR_INPUT when it is the name of a branch and of a tag that
 * differ. Caller frees. */
int git_remote_resolve(const char *url, const char *ref, char **ret, struct err *err) NODISCARD;
int git_way_resolve(const struct git_way *way, const char *ref, char **ret, struct err *err)
	NODISCARD;

/* True if the bare repository has that commit and all that belongs to it; no process is started. */
bool git_remote_has(const char *repo, const char *commit);
/* Brings the commit and its history into the bare repository, which is created when it is not
 * there; it is kept under refs/lockstep/COMMIT. One process at a time for one repository. */
int git_remote_fetch(const char *repo, const struct git_way *way, const char *commit,
		     struct err *err) NODISCARD;

/* Commits that are in `after` and not in `before`, and the reverse; -1 both when one of them is not
 * there. */
struct git_distance {
	long ahead, behind;
};
int git_distance(const char *repo, const char *before, const char *after, struct git_distance *ret,
		 struct err *err) NODISCARD;

#endif
