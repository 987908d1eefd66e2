/* SPDX-License-Identifier: Apache-2.0 */
/* check_ask.h: one question to a container that runs, asked until the answer is right. */
#ifndef LOCKSTEP_ENGINE_CHECK_ASK_H
#define LOCKSTEP_ENGINE_CHECK_ASK_H

#include "engine/runner.h"
#include "io/http.h"
#include "model/graph.h"

/*
 * A question is a request over HTTP or a command. A wrong answer is asked again, with pauses, for
 * as long as the check waits; a container that has ended in the meantime is the end, whatever the
 * answer: who answers may be somebody else.
 */
struct check_ask_opts {
	const struct graph_check *check; /* http or exec */
	struct runner *runner;           /* nothing else is done with it meanwhile */
	struct loop *loop;
	struct http *http;
	const char *container;      /* that is asked */
	int host_port;              /* for http */
	const char *const *watched; /* containers that must run; NULL-terminated */
};

struct check_ask;
/* message: what was wrong, NULL when all is well; owned by the question. Called once by the loop,
 * after a cancel as well. */
typedef void (*check_ask_fn)(void *ctx, const char *message);

/* opts is copied; what it points to must outlive the question. */
int check_ask_start(const struct check_ask_opts *opts, check_ask_fn fn, void *ctx,
		    struct check_ask **ret, struct err *err) NODISCARD;
void check_ask_cancel(struct check_ask *q);
/* Only in the function or after it. NULL is fine. */
void check_ask_free(struct check_ask *q);

/* How a command ended, held against status, contains, not-contains: what is wrong, or NULL. Caller
 * frees. */
char *check_ask_wrong(const json_t *keys, const struct runner_result *res) NODISCARD;

#endif
