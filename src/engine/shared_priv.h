/* SPDX-License-Identifier: Apache-2.0 */
/* shared_priv.h: what the files of shared have in common. */
#ifndef LOCKSTEP_ENGINE_SHARED_PRIV_H
#define LOCKSTEP_ENGINE_SHARED_PRIV_H

#include "engine/shared.h"

/* Annotations of an attached record, so that the right one is found without reading them all. */
#define NOTE_KEY "dev.lockstep.key"
#define NOTE_BUILT "dev.lockstep.built-ms"
#define NOTE_TOOK "dev.lockstep.took-ms"
#define NOTE_PASSED "dev.lockstep.passed"

struct shared {
	const struct graph *graph;
	struct registry *reg;
	struct generation *generation; /* NULL = there is none, or none that can be had */
	bool generation_read;
};

/* In whose repository lies what is about the graph as a whole: the first leaf by name. */
const struct graph_image *shared_holder(const struct graph *g);

/* Milliseconds in an annotation; 0 when it has none. */
unsigned long long shared_note_ms(const struct registry_descriptor *d, const char *note);
/* shared_passed.c: adds what a list of referrers says of checks and of the build's duration. */
void shared_take_passed(const struct registry_answer *a, struct shared_image *found);

#endif
