/* SPDX-License-Identifier: Apache-2.0 */
/* bump.h: from the flags of bump to its pins. */
#ifndef LOCKSTEP_CLI_BUMP_H
#define LOCKSTEP_CLI_BUMP_H

#include "cli/render_pins.h"
#include "cli/session.h"
#include "engine/pullrequest.h"
#include "model/pin_want.h"

#define BUMP_GATE_LIST(X)                                                                          \
	X(BUMP_GATE_CLOSED, "closed")                                                              \
	X(BUMP_GATE_WARN, "warn")                                                                  \
	X(BUMP_GATE_OFF, "off")
ENUM_DECLARE(bump_gate, BUMP_GATE_LIST);

struct bump_flags {
	const char *event, *group, *repo, *via, *pin, *format, *body_file, *gate, *gate_auth;
	const char *base, *repo_url, *api_url, *token_env, *author, *close_superseded;
	opt_texts *images, *paths, *also, *labels, *reviewers;
	bool github_event, allow_downgrade, dry_run, diff, check, list, skip_missing;
	bool no_pr, overwrite;
};

struct bump {
	struct event *event; /* NULL = none */
	struct pin_want want;
	struct pins_opts opts;
	struct pins *pins; /* planned, unless they are only looked at */
	enum render_format format;
	enum pullrequest_via via;
	char *top;
	VEC(const char *) paths, globs; /* in want.arena */
	bool outdated;                  /* an event of a later seq was applied */
	char *applied;                  /* that seq */
	opt_texts skipped;              /* images that are not there, with --skip-missing */
};

/* Reads what is wanted, and, unless a pull request is, the pins that are there. To be closed whatever
 * it returns. */
int bump_open(struct session *s, const struct bump_flags *flags, struct bump *b, struct err *err)
	NODISCARD;
void bump_close(struct bump *b);
/* Asks the registries for what is to be pinned, as the flags say; bump_open does. */
int bump_prove(const struct bump_flags *flags, struct bump *b, struct err *err) NODISCARD;
/* Has branch and pull request made; *ret is to be ended whatever it returns, and its pins are also in
 * b->pins until then. */
int bump_pull(struct session *s, const struct bump_flags *flags, struct bump *b,
	      struct pullrequest *ret, struct err *err) NODISCARD;
/* Adds the pins that would be left behind to the session's mistakes, and returns their number. */
size_t bump_tell_uncovered(struct session *s, const struct pins *p);
/* The same for pins that nobody could move, whatever is wanted. */
size_t bump_tell_unknown(struct session *s, const struct pins *p);

#endif
