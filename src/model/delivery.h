/* SPDX-License-Identifier: Apache-2.0 */
/* delivery.h: how an event is told to a target: the request, what its answer means, when to try again. */
#ifndef LOCKSTEP_MODEL_DELIVERY_H
#define LOCKSTEP_MODEL_DELIVERY_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/err.h"
#include "model/event.h"
#include "model/target.h"

/* What is to be sent, and how it is vouched for. */
struct delivery_message {
	const struct event *event;
	struct str body;    /* the event's bytes, as they are stored */
	const char *secret; /* token or signing secret, or NULL */
	int64_t now_ms;     /* signatures hold the time of the attempt */
};

struct delivery_header {
	const char *name, *value;
};

#define DELIVERY_MAX_HEADERS 12

/* A POST. All texts in the arena; authorization and body may hold the secret. */
struct delivery_request {
	const char *url;
	struct delivery_header headers[DELIVERY_MAX_HEADERS];
	size_t nheaders;
	const char *authorization; /* value of the header, or NULL */
	struct str body;
};

/* ERR_INPUT when the secret is of no use for that (its text is not in the message). */
int delivery_request(struct arena *arena, const struct target *target,
		     const struct delivery_message *message, struct delivery_request *ret,
		     struct err *err) NODISCARD;

/* Whether it can go into a header: no blanks, nothing but ASCII, not empty. */
bool delivery_valid_token(const char *token);

#define DELIVERY_VERDICT_LIST(X)                                                                   \
	X(DELIVERY_SENT, "sent")                                                                   \
	X(DELIVERY_LIMITED, "limited")     /* a rate limit: later, and no attempt is lost */       \
	X(DELIVERY_TRANSIENT, "transient") /* may pass: the schedule says when to try again */     \
	X(DELIVERY_REFUSED, "refused")     /* for good: a person has to do something */            \
	X(DELIVERY_MOVED, "moved")         /* ask again at `location`, if that is allowed */
ENUM_DECLARE(delivery_verdict, DELIVERY_VERDICT_LIST);

/* The last answer; status 0 = there was none. Texts are borrowed, and NULL when absent. */
struct delivery_answer {
	int status;
	int64_t retry_after_s;                     /* 0 = not said */
	const char *limit_remaining, *limit_reset; /* x-ratelimit-* */
	struct str body;
	int64_t now_ms;
};

/* What an answer means. ret_wait_ms is what the other side asks to wait, 0 = nothing. */
enum delivery_verdict delivery_classify(const struct target *target,
					const struct delivery_answer *answer, int64_t *ret_wait_ms);
/* What a person can do about a refusal, in one sentence; caller frees; NULL = nothing known. */
char *delivery_advice(const struct target *target, int status) NODISCARD;
/* What the body of an answer says, on one line of at most 200 bytes, "" when it is no text or no
 * JSON with a message; caller frees. */
char *delivery_message_of(struct str body) NODISCARD;

#define DELIVERY_MAX_ATTEMPTS 12
#define DELIVERY_MAX_AGE_MS ((int64_t)72 * 3600 * 1000)
#define DELIVERY_MAX_REDIRECTS 3
#define DELIVERY_GAP_MS 1000 /* between writes to one host */

/* How long until the attempt after the attempts-th (from 1): 5 s, 30 s, 2 min, … 24 h, give or take a
 * fifth by chance, and never less than wait_ms. -1: no more, there were DELIVERY_MAX_ATTEMPTS, or it
 * would be more than DELIVERY_MAX_AGE_MS after it became pending. */
int64_t delivery_backoff(int attempts, int64_t age_ms, int64_t wait_ms, uint32_t chance);

/* Replaces every occurrence of secret in text by "***". Caller frees. */
char *delivery_mask(const char *text, const char *secret) NODISCARD;

#endif
