/* SPDX-License-Identifier: Apache-2.0 */
/* ci_origin.h: whose files a CI job works on, and so what it may write. */
#ifndef LOCKSTEP_CLI_CI_ORIGIN_H
#define LOCKSTEP_CLI_CI_ORIGIN_H

#include "base/enum.h"
#include "base/json.h"

/*
 * The first two are branches of the repository itself, which only those may push to who may publish.
 * CI_ORIGIN_UNKNOWN is a request, too, of which nobody says where it comes from. It may be a fork's.
 */
#define CI_ORIGIN_LIST(X)                                                                          \
	X(CI_ORIGIN_BRANCH, "branch")                                                              \
	X(CI_ORIGIN_REQUEST, "pull request")                                                       \
	X(CI_ORIGIN_FORK, "pull request from a fork")                                              \
	X(CI_ORIGIN_UNKNOWN, "pull request of unknown origin")
ENUM_DECLARE(ci_origin, CI_ORIGIN_LIST);

/*
 * Goes by what GitHub Actions (and what imitates it) and GitLab say in the environment; event is what
 * GitHub's job was started by, NULL = none. Without a CI system it is a branch. What is started by a
 * workflow is what that was started by. A merge queue is a request of the repository: what it tries
 * was let in, and is not on the branch yet.
 */
enum ci_origin ci_origin_read(const json_t *event);

#endif
