/* SPDX-License-Identifier: Apache-2.0 */
/* relock.h: makes the lock file say what the outside world is now. */
#ifndef LOCKSTEP_ENGINE_RELOCK_H
#define LOCKSTEP_ENGINE_RELOCK_H

#include "engine/builder.h"
#include "engine/external.h"
#include "engine/identity.h"

struct relock_opts {
	struct project *project;
	struct source_cache *cache;
	struct builder *builder; /* whose storage images without a registry are in */
	struct identities *identities;
	struct downloads *downloads;
	bool all;          /* look again at everything, too */
	const bool *again; /* by index in externals: look again at these; NULL = none */
};

/* What the lock file has to hold: entries that it has stay as they are unless they are looked at
 * again, what is not named any more is gone. The caller frees *ret. */
int relock(const struct relock_opts *opts, const struct externals *all, struct lockfile **ret,
	   struct err *err) NODISCARD;

/* Marks in again[] what NAMEs mean: an external as the lock file or the Dockerfile writes it, or
 * an image of the graph and with it what it names. ERR_USAGE with the nearest one. */
int relock_choose(struct project *p, const struct externals *all, const char *const *names,
		  size_t n, bool *again, struct err *err) NODISCARD;

/* An entry that is not as it was. */
struct relock_move {
	const struct lockfile_entry *before, *after; /* NULL = was not there, is not there */
	bool *images; /* by image index: who names it, and who stands on them; all false if unknown */
};

struct relock_moves {
	struct relock_move *v;
	size_t n;
};

/* In the order of the file. before may be NULL; both outlive the result. */
struct relock_moves relock_compare(struct project *p, const struct lockfile *before,
				   const struct lockfile *after, struct arena *arena);

#endif
