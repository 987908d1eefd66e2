/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h: when there is something to tell, and the event that tells it. */
#ifndef LOCKSTEP_ENGINE_OUTBOX_H
#define LOCKSTEP_ENGINE_OUTBOX_H

#include "model/event.h"
#include "model/graph.h"
#include "model/target.h"
#include "store/store_outbox.h"

/*
 * An event is emitted when the digest of some leaf differs from what the latest event of the group
 * said; not when it differs from the last build, so that A, B, A is three events. It is written by
 * outbox_emit() inside the transaction that records the result which it announces: either both are
 * there or neither (store_begin_durable()). Sending comes after, see engine/deliver.h.
 */
struct outbox_last {
	int64_t seq; /* 0 = there is none */
	struct event_image *images;
	size_t n;
};

struct outbox_news {
	const char *group;
	const struct graph_kv *payload; /* of the graph: flat fields */
	size_t npayload;
	/* The whole state, with names that hold the registry, after all of it was pushed and read
	 * back. cause says why an image was rebuilt; it matters for those that changed. */
	const struct event_image *images;
	const bool *leaf; /* one an image; NULL = all count */
	size_t n;
	const char **degraded; /* soft images that stay at an older digest */
	size_t ndegraded;
	const char *repo, *commit, *run_url; /* where known */
	const struct target *targets;
	size_t ntargets;
	const struct outbox_last *last; /* NULL = what outbox_last_event() says */
	int64_t now_ms;
};

/* What the group's latest event in this database said; in the arena. */
int outbox_last_event(struct store *s, const char *group, struct arena *arena,
		      struct outbox_last *ret, struct err *err) NODISCARD;

/* Writes the event and its deliveries. 1: written, *ret is it (the caller ends it); 0: nothing has
 * changed. ERR_INPUT when it is too large, or a flat field needs what is not known. The number is
 * above every number that this database has given, above that of the latest event, and not below the
 * seconds since 1970: a group's numbers rise although the state folder was deleted. */
int outbox_emit(struct store *s, const struct outbox_news *news, struct store_event *ret,
		struct err *err) NODISCARD;

/*
 * Takes an event that was made elsewhere into the outbox, unless it is known: it is due at those
 * targets that have not been told (told: one a target). images: the whole state. 1 taken, 0 known.
 * ERR_REFUSED when another event has its number. Only within a transaction of the caller.
 */
int outbox_take(struct store *s, const struct outbox_news *news, const struct event *event,
		struct str body, const bool *told, struct err *err) NODISCARD;

/* The targets of a graph, as an array in the arena. */
struct target *outbox_targets(struct arena *arena, const struct graph *g, size_t *ret_n) NODISCARD;

#endif
