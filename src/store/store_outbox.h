/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox.h: events that are to be told, and to whom, until they are. */
#ifndef LOCKSTEP_STORE_STORE_OUTBOX_H
#define LOCKSTEP_STORE_STORE_OUTBOX_H

#include "base/enum.h"
#include "base/vec.h"
#include "model/event.h"
#include "store/store.h"

/*
 * An event and its deliveries, one for each target, are written in the transaction that records
 * the result which they announce: see store_begin_durable(). A sender then claims one delivery at a
 * time, which gives it a lease; what it does not end before the lease does is pending again, and
 * may be sent twice, with the same id. Each target gets the events of a group in the order of their
 * numbers, one at a time. A newer event supersedes older ones that are still pending at the same
 * target: an event is the whole state, so nothing is lost.
 */
#define DELIVERY_STATE_LIST(X)                                                                     \
	X(DELIVERY_PENDING, "pending")                                                             \
	X(DELIVERY_INFLIGHT, "inflight") /* a sender has the lease */                              \
	X(DELIVERY_DONE, "done")                                                                   \
	X(DELIVERY_DEAD, "dead")             /* given up; see store_outbox_retry() */              \
	X(DELIVERY_SUPERSEDED, "superseded") /* a newer event came before it was sent */           \
	X(DELIVERY_DROPPED, "dropped")       /* by hand */
ENUM_DECLARE(delivery_state, DELIVERY_STATE_LIST);

/* Texts of rows that are read are owned; of rows that are written, borrowed. */
struct store_event {
	int64_t seq;
	char *id;
	char *group;
	int64_t created_ms;
	char *body; /* canonical JSON: the bytes that are sent */
	struct sha256 content_key;
};

struct store_delivery {
	int64_t seq;
	char *id;
	int64_t created_ms;
	char *target; /* NULL: the event was told nobody */
	enum delivery_state state;
	int attempts;
	int64_t not_before_ms;
	int http_status; /* 0 = none */
	char *request_id, *error;
	int64_t done_ms;
};

typedef VEC(struct store_delivery) store_deliveries;

/* A delivery that is ours until the lease ends: the first four are said by who claims. */
struct store_claim {
	const char *group, *target;
	const char *owner;
	int64_t lease_ms;
	int64_t seq;
	int attempts;     /* before this one */
	int64_t since_ms; /* when it became pending */
};

struct store_attempt {
	int64_t started_ms, ended_ms;
	int http_status;          /* 0 = none */
	int64_t retry_after_ms;   /* 0 = none */
	const char *request_id;   /* may be NULL */
	const char *error;        /* may be NULL; holds no secret */
	enum delivery_state then; /* done, dead or pending */
	bool burns;               /* counts as one of the attempts that a delivery has */
	int64_t not_before_ms;    /* of a pending one */
};

/* The latest event of a group, the one with that id, the one with that number. 1 found, 0 not. */
int store_outbox_last(struct store *s, const char *group, struct store_event *ret, struct err *err)
	NODISCARD;
int store_outbox_get(struct store *s, const char *group, const char *id, struct store_event *ret,
		     struct err *err) NODISCARD;
int store_outbox_by_seq(struct store *s, int64_t seq, struct store_event *ret, struct err *err)
	NODISCARD;
/* The state that an event announced: *ret_n images in the arena, by name. */
int store_outbox_images(struct store *s, int64_t seq, struct arena *arena, struct event_image **ret,
			size_t *ret_n, struct err *err) NODISCARD;
/* The highest number of any event; 0 when there is none. */
int store_outbox_max_seq(struct store *s, int64_t *ret, struct err *err) NODISCARD;

/* Inserts the event with the whole state of its group; who is told is said
 * by store_outbox_address(). Only within a transaction of the caller. */
int store_outbox_put(struct store *s, const struct store_event *event,
		     const struct event_image *images, size_t n, struct err *err) NODISCARD;
/* Makes the event's delivery to that target pending, whatever it was (but for one that is under way),
 * and older pending ones superseded. Only within a transaction of the caller. */
int store_outbox_address(struct store *s, const struct store_event *event, const char *target,
			 int64_t now_ms, struct err *err) NODISCARD;

/* Takes an event back that no target has heard. 1 when it is gone, 0 when somebody has. */
int store_outbox_remove(struct store *s, int64_t seq, struct err *err) NODISCARD;

/* Takes back the leases that have ended by now, or whose owner is gone (gone may be NULL). */
int store_outbox_release(struct store *s, int64_t now_ms, bool (*gone)(const char *owner),
			 struct err *err) NODISCARD;
/* Claims the target's next delivery of that group if it is due. 1 claimed, 0 none. A transaction of
 * its own. */
int store_outbox_claim(struct store *s, struct store_claim *claim, int64_t now_ms, struct err *err)
	NODISCARD;
/* Records how it went and lets go of it; 0 in *ret_ours when the lease had ended and another has
 * it. A transaction of its own. */
int store_outbox_end(struct store *s, const struct store_claim *claim,
		     const struct store_attempt *attempt, bool *ret_ours, struct err *err)
	NODISCARD;
/* When something of that target is next to be done; 0 = nothing is left. */
int store_outbox_next(struct store *s, const char *group, const char *target, int64_t *ret_ms,
		      struct err *err) NODISCARD;

/* Deliveries of the last `limit` events of a group, newest first, then by target. */
int store_outbox_list(struct store *s, const char *group, int64_t limit, store_deliveries *ret,
		      struct err *err) NODISCARD;
/* Dead, dropped and waiting deliveries of an event are due again; dead and pending ones are
 * dropped. Returns how many, or an error. */
int store_outbox_retry(struct store *s, int64_t seq, int64_t now_ms, struct err *err) NODISCARD;
int store_outbox_drop(struct store *s, int64_t seq, int64_t now_ms, struct err *err) NODISCARD;

void store_event_fini(struct store_event *e);
#define AUTO_STORE_EVENT CLEANUP(store_event_fini)

void store_deliveries_fini(store_deliveries *v);

#endif
