/* SPDX-License-Identifier: Apache-2.0 */
/* shared_event.h: the last event of a group, kept in the registry for machines that know of none. */
#ifndef LOCKSTEP_ENGINE_SHARED_EVENT_H
#define LOCKSTEP_ENGINE_SHARED_EVENT_H

#include "engine/shared.h"
#include "model/event.h"
#include "model/target.h"

/*
 * docs/registry.md: the bytes of the event are an artifact under the tag lockstep-event-GROUP of the
 * graph's first leaf by name; who was told of it is attached to it. All of these wait for their
 * answers, so they are not for callbacks of the loop. The graph has a group.
 */
struct shared_event {
	struct event *event;        /* NULL = there is none */
	struct buf body;            /* the bytes that are sent */
	struct event_image *images; /* the whole state; in the event's arena */
	size_t nimages;
	const struct graph_image *holder; /* in whose repository it is */
	char digest[DIGEST_SIZE];         /* of the artifact's manifest */
};

/* Where the group's event belongs: REGISTRY/NAME:TAG; arena. */
const char *shared_event_place(const struct shared *s, struct arena *a);
/* The group's last event, also where a graph that has changed kept it in another repository. No answer,
 * or one that is no event of this group, is an error and never "none". */
int shared_event_last(struct shared *s, struct shared_event *ret, struct err *err) NODISCARD;
/* Brings an event into the registry, where nobody sees it yet; ret_digest is its manifest's. images:
 * the whole state that it announces. */
int shared_event_upload(struct shared *s, const char *body, const struct event_image *images,
			size_t n, char ret_digest[DIGEST_SIZE], struct err *err) NODISCARD;
/* Puts what was uploaded in its place, whatever is there. */
int shared_event_put(struct shared *s, const char *digest, struct err *err) NODISCARD;
/* Has that target been told of the event? In *ret, one a target. */
int shared_event_told(struct shared *s, const struct shared_event *e, const struct target *targets,
		      size_t ntargets, bool *ret, struct err *err) NODISCARD;
/* Notes that targets have been told; told: one a target. */
int shared_event_note_told(struct shared *s, const struct shared_event *e,
			   const struct target *targets, size_t ntargets, const bool *told,
			   struct err *err) NODISCARD;
void shared_event_fini(struct shared_event *e);
#define AUTO_SHARED_EVENT CLEANUP(shared_event_fini)

#endif
