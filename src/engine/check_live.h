/* SPDX-License-Identifier: Apache-2.0 */
/* check_live.h: what the checks share that start a container. */
#ifndef LOCKSTEP_ENGINE_CHECK_LIVE_H
#define LOCKSTEP_ENGINE_CHECK_LIVE_H

#include "engine/check_priv.h"
#include "engine/runner.h"

/*
 * item->state from start() on. Whatever becomes of the check, check_live_end() comes last: it
 * removes the container, whether or not that was started, and then says what was found.
 */
struct check_live {
	struct check_item *item;
	struct runner *runner;
	char *name;    /* of the container */
	char *folders; /* staged for its mounts, or NULL */
	char *message; /* what is wrong, or NULL; owned */
	bool cancelled, ending;
	void (*on_cancel)(struct check_live *live); /* besides runner_cancel(); may be NULL */
	void (*fini)(struct check_live *live);      /* of own; may be NULL */
	void *own;                                  /* the kind's */
};

/* Fills c's name, image and folders. *ret is there on failure too, for check_live_give_up(). */
int check_live_new(struct check_item *item, struct runner_container *c, struct check_live **ret,
		   struct err *err) NODISCARD;
/* Frees it when nothing was started; returns r. */
int check_live_give_up(struct check_live *live, int r) NODISCARD;
void check_live_end(struct check_live *live);
void check_live_cancel(struct check_item *item);

extern const struct check_ops check_run_ops, check_serve_ops;

#endif
