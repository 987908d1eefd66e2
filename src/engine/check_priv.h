/* SPDX-License-Identifier: Apache-2.0 */
/* check_priv.h: what a kind of check has to bring. */
#ifndef LOCKSTEP_ENGINE_CHECK_PRIV_H
#define LOCKSTEP_ENGINE_CHECK_PRIV_H

#include "base/buf.h"
#include "engine/check.h"

/* One check that is being judged. */
struct check_item {
	struct check_set *set;
	const struct check_opts *opts;
	const struct graph_check *check;
	struct check_result *result;
	int64_t started_ns;
	void *state; /* the kind's own, from start() to the call of check_item_done() */
};

/* A kind has either judge, or start and cancel. */
struct check_ops {
	/* Looks at what the image holds, on a thread of the pool: sets result->outcome and message.
	 * Returns an error when it cannot look. */
	int (*judge)(struct check_item *item, struct err *err);
	/* Starts something; check_item_done() or check_item_broken() is called once by the loop
	 * afterwards, after cancel() too. The running checks of an image come one after the other,
	 * in the order of the graph file. */
	int (*start)(struct check_item *item, struct err *err);
	void (*cancel)(struct check_item *item);
};

extern const struct check_ops check_file_ops, check_absent_ops; /* check_file.c */
extern const struct check_ops check_config_ops;

/* The table in check.c. */
const struct check_ops *check_ops_of(enum graph_check_kind kind);

/* For judge(): collects what is wrong, in clauses: "mode is 0644, not 0755; holds 'x'" … */
void check_add_fault(struct buf *faults, const char *fmt, ...) PRINTF(2, 3);
/* … and sets the result: failed if there are any. */
void check_judged(struct check_item *item, const struct buf *faults);

/* It passed (message NULL), or why it failed. */
void check_item_done(struct check_item *item, const char *message);
/* It could not be judged: ends the set. Takes err. */
void check_item_broken(struct check_item *item, struct err *err);

#endif
