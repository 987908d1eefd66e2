/* SPDX-License-Identifier: Apache-2.0 */
/* identity.h: which image a reference to something outside of the graph means. */
#ifndef LOCKSTEP_ENGINE_IDENTITY_H
#define LOCKSTEP_ENGINE_IDENTITY_H

#include "engine/builder.h"
#include "engine/external.h"

/*
 * The one place that decides it, for plans and for runs. What the lock file holds is exactly what is
 * meant. Without it, a name that is in the user's storage means what it means there.
 */
struct identity {
	const char *id;   /* image ID; NULL while it is unknown */
	const char *pull; /* the reference to pull before a build can use it; NULL = it is here */
};

struct identity_opts {
	struct project *project;
	struct builder *builder;
	bool locked; /* what is neither in the lock file nor pinned by itself is ERR_REFUSED */
};

/* Texts live in arena. */
int identity_find(const struct identity_opts *opts, struct arena *arena, const char *ref,
		  struct identity *ret, struct err *err) NODISCARD;

#endif
