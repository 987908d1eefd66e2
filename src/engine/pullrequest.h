/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest.h: the pins of a group, moved by one branch and one pull request. */
#ifndef LOCKSTEP_ENGINE_PULLREQUEST_H
#define LOCKSTEP_ENGINE_PULLREQUEST_H

#include "engine/pins.h"
#include "io/git_remote.h"

struct github;
struct source_cache;

/*
 * The branch lockstep/bump/GROUP holds one commit on the tip of its base, and is computed anew each
 * time: read both tips, edit the base's files, compare, move the branch from where it was seen, see
 * to the pull request. Whoever moves one of the tips in between makes us begin again, so that any
 * number of runs at once, and one that was killed anywhere, end in the same state. The user's work
 * tree is not touched: everything happens in objects of a bare repository (engine/source).
 *
 * What people did counts more than what we would do: commits of theirs on the branch, a label `hold`,
 * a file `.lockstep/hold` on the base. docs/pullrequest.md is the contract.
 */
#define PULLREQUEST_VIA_LIST(X)                                                                    \
	X(PULLREQUEST_VIA_NONE, "none") /* the working tree; not for pullrequest_run() */          \
	X(PULLREQUEST_VIA_PUSH, "push")                                                            \
	X(PULLREQUEST_VIA_GRAPHQL, "graphql") /* GitHub makes the commit, and signs it */
ENUM_DECLARE(pullrequest_via, PULLREQUEST_VIA_LIST);

#define PULLREQUEST_STATE_LIST(X)                                                                  \
	X(PULLREQUEST_NOTHING, "nothing")     /* all pins are right, and nothing was open */       \
	X(PULLREQUEST_OUTDATED, "outdated")   /* a newer event was applied */                      \
	X(PULLREQUEST_PLANNED, "planned")     /* a dry run */                                      \
	X(PULLREQUEST_WITHDRAWN, "withdrawn") /* all pins are right: closed, branch deleted */     \
	X(PULLREQUEST_OPENED, "opened")                                                            \
	X(PULLREQUEST_UPDATED, "updated")                                                          \
	X(PULLREQUEST_UNCHANGED, "unchanged")                                                      \
	X(PULLREQUEST_PUSHED, "pushed") /* a branch, and no pull request was asked for */
ENUM_DECLARE(pullrequest_state, PULLREQUEST_STATE_LIST);

enum pullrequest_flags {
	PULLREQUEST_OVERWRITE = 1 << 0, /* commits of others on the branch */
	PULLREQUEST_DOWNGRADE = 1 << 1, /* apply an event older than the last one */
	PULLREQUEST_DRY_RUN = 1 << 2,
	/* Ask whether we may open pull requests before anything is pushed: for a token of Actions. */
	PULLREQUEST_PROBE = 1 << 3,
};

/* Images that keep their pins since they are not in their registry. */
struct pullrequest_proof {
	const char *const *skipped;
	size_t nskipped;
};

struct pullrequest_opts {
	enum pullrequest_via via;
	unsigned flags;
	struct source_cache *sources; /* with the same environment */
	struct github *hub;           /* NULL = a branch is enough */
	struct git_way way;           /* to what git reads and writes; no secret in its address */
	const char *owner;            /* of the repository */
	const char *base;             /* NULL = the repository's default branch */
	const char *group;
	const char *who;           /* "Name <address>" of the commit */
	const struct event *event; /* NULL = by hand */
	struct pins_opts pins;     /* without top and rev */
	const struct pin_image *images;
	size_t nimages;
	const char *const *labels, *const *reviewers;
	size_t nlabels, nreviewers;
	const char *
		close_superseded; /* pattern of branches whose pull requests are closed; NULL = none */
	/* Says whether planned pins may be written (pins_gate), and plans them again where some are to
	 * stay. */
	int (*prove)(void *ctx, struct pins *p, struct pullrequest_proof *ret, struct err *err);
	/* Something that went wrong and is survived, such as a label. */
	void (*note)(void *ctx, const char *text);
	void *ctx;
};

struct pullrequest {
	enum pullrequest_state state;
	char *branch, *base, *commit; /* commit: of the branch; NULL = none */
	char *url;                    /* of the pull request; NULL = none */
	int number;
	bool draft;
	char *applied;     /* PULLREQUEST_OUTDATED: the seq of the newer event */
	struct pins *pins; /* of the base's tip, planned; NULL = it did not come to that */
	char *body;        /* of the pull request, as it should be; NULL likewise */
};

/*
 * ERR_REFUSED when commits of others are in the way, or pins would be left behind (pins->nuncovered;
 * the caller names them); ERR_TOOL when the token or the repository lacks a permission, with what to
 * do about it; ERR_TEMPORARY when trying again helps. After any error running it again is safe, and
 * no branch without a pull request is left behind unless we were killed. ret is filled as far as it
 * came, and ended by the caller.
 */
int pullrequest_run(const struct pullrequest_opts *opts, struct pullrequest *ret, struct err *err)
	NODISCARD;
void pullrequest_fini(struct pullrequest *pr);

#endif
