/* SPDX-License-Identifier: Apache-2.0 */
/* ci_events.h: what a job does once its images are released: the event, and its delivery. */
#ifndef LOCKSTEP_CLI_CI_EVENTS_H
#define LOCKSTEP_CLI_CI_EVENTS_H

#include "cli/work.h"
#include "engine/announce.h"
#include "engine/deliver.h"

struct ci_events_opts {
	const char *commit;
	const struct release *release;
	unsigned timeout_s; /* go on trying so long */
	bool no_send;       /* the event is recorded and stored in the registry; nobody is told */
};

/* Records the end of the run, and, where the graph has `events`, what is new, and delivers it. It says
 * what happened unless the session wants JSON; *ret_json is the same as an object, new, or NULL
 * without `events`. */
int ci_events(struct session *s, const struct work *w, const struct ci_events_opts *opts,
	      json_t **ret_json, struct err *err) NODISCARD;
/* The end of a run whose images could not be released. */
void ci_events_fail(struct session *s, const struct work *w);
/* What is in the registry is taken into the outbox. */
int ci_events_take(struct session *s, const struct target *targets, size_t ntargets,
		   struct err *err) NODISCARD;
/* deliver(), and whoever was told is noted in the registry. */
int ci_events_send(struct session *s, const struct deliver_opts *deliver_opts,
		   struct deliver_result *result, struct err *err) NODISCARD;

#endif
