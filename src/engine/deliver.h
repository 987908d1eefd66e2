/* SPDX-License-Identifier: Apache-2.0 */
/* deliver.h: takes what is in the outbox to its targets. */
#ifndef LOCKSTEP_ENGINE_DELIVER_H
#define LOCKSTEP_ENGINE_DELIVER_H

#include "engine/outbox.h"
#include "io/loop.h"
#include "remote/sender.h"

struct http;

/* Told of every attempt. */
struct deliver_note {
	const struct target *target;
	const char *event; /* its id */
	int64_t seq;
	const struct sender_reply *reply;
	enum delivery_state then;
	int64_t wait_ms; /* of a pending one */
};

struct deliver_opts {
	struct store *store;
	struct loop *loop;
	const char *group;
	const struct target *targets;
	size_t ntargets;
	const char *root; /* files of secrets are seen from here */
	/* The value of an environment variable; NULL = unset. */
	const char *(*env)(void *ctx, const char *name);
	void (*note)(void *ctx, const struct deliver_note *note);
	void *ctx;
	int64_t timeout_ms; /* go on trying so long; 0 = each target once */
	bool watch;         /* for ever, and for events that others write */
};

struct deliver_result {
	size_t sent, dead;
	size_t pending; /* targets that have something left */
	int signo;      /* that ended it; 0 = none */
};

/*
 * Sends what is due, target by target, each in order, with at least DELIVERY_GAP_MS between requests
 * to one host. Several processes may do this at once: each delivery has one sender (see
 * store/store_outbox.h); leases of senders that are known to be dead end at once.
 *
 * 0 when nothing is left; ERR_REMOTE when some delivery was given up, ERR_TEMPORARY when some are
 * left for later, ERR_USAGE when a target with work to do has no secret (the others were served),
 * ERR_CANCELLED after a signal. ret is filled in every case.
 */
int deliver(const struct deliver_opts *opts, struct deliver_result *ret, struct err *err) NODISCARD;

/* Sends one event that is in no outbox to all targets, once each. event is the parsed body. */
int deliver_once(const struct deliver_opts *opts, const struct event *event, struct str body,
		 struct deliver_result *ret, struct err *err) NODISCARD;

#endif
