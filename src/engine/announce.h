/* SPDX-License-Identifier: Apache-2.0 */
/* announce.h: from a release to an event that outlives the machine. */
#ifndef LOCKSTEP_ENGINE_ANNOUNCE_H
#define LOCKSTEP_ENGINE_ANNOUNCE_H

#include "engine/outbox.h"
#include "engine/plan.h"
#include "engine/shared_event.h"

/*
 * After release_tags(): what the leaves are now is held against the group's last event, which is
 * the newer one of those in the database and in the registry. What a run came to and the event that
 * tells it are one transaction; then the event is put into the registry, before anybody is told. An
 * event of another runner that was not told everybody is taken into the outbox.
 *
 * Registries have no compare-and-swap. An event is put, and after a while read again: whoever finds
 * another one with its number has lost, takes its own back, and announces what still differs from
 * the winner's under a higher number. One with a higher number came after it. docs/events.md says what is left of the race.
 */
struct release;

struct announce_opts {
	struct store *store;
	struct shared *shared;
	struct loop *loop; /* of shared */
	const struct plan *plan;
	int64_t run_id;                /* whose end is to be recorded with it; 0 = none */
	enum run_state state;          /* that end */
	const char *commit;            /* of the graph */
	const struct release *release; /* what the images are called since */
	const char *repo, *run_url;
	const char **degraded; /* names in the graph */
	size_t ndegraded;
	const struct target *targets;
	size_t ntargets;
};

struct announced {
	bool emitted;           /* the event is new */
	char id[EVENT_ID_SIZE]; /* of the group's last event; "" = none */
	int64_t seq;
	size_t nchanged; /* images, of a new one */
};

/* The graph has a group. ERR_TEMPORARY when the registry gives no answer: then nothing is recorded
 * but the end of the run. */
int announce_release(const struct announce_opts *opts, struct announced *ret, struct err *err)
	NODISCARD;
/* Takes the registry's event of the group into the outbox, due at those who were not told of it,
 * unless it is known or older than what is here. 1: the registry has one; 0: none. */
int announce_take(struct store *s, struct shared *shared, const struct target *targets,
		  size_t ntargets, struct err *err) NODISCARD;
/* Notes in the registry whom the group's last event has reached. */
int announce_note_told(struct store *s, struct shared *shared, const char *group,
		       const struct target *targets, size_t ntargets, struct err *err) NODISCARD;

#endif
