/* SPDX-License-Identifier: Apache-2.0 */
/* sender.h: tells one target of one event, once. */
#ifndef LOCKSTEP_REMOTE_SENDER_H
#define LOCKSTEP_REMOTE_SENDER_H

#include "model/delivery.h"

struct http;

struct sender_reply {
	enum delivery_verdict verdict; /* never DELIVERY_MOVED: what that led to */
	int status;                    /* of the last answer; 0 = there was none */
	int64_t wait_ms;               /* asked for by the other side; 0 = nothing */
	char *request_id;              /* what the service calls the request, or NULL */
	char *error;                   /* of everything but DELIVERY_SENT; never holds the secret */
	bool stopped;                  /* *wake came first; the event may have arrived or not */
};

/* One attempt: no second try, redirects only where delivery_classify() says so (at most
 * DELIVERY_MAX_REDIRECTS, never to another scheme, without the token to another host). Ends early
 * when somebody sets *wake. An error is ours, not the target's: a secret that is of no use, or a
 * system that cannot wait. Everything else is in the reply, which the caller ends. */
int sender_send(struct http *http, const struct target *target,
		const struct delivery_message *message, bool *wake, struct sender_reply *ret,
		struct err *err) NODISCARD;
void sender_reply_fini(struct sender_reply *r);

#endif
