/* SPDX-License-Identifier: Apache-2.0 */
/* gc.h: gives room back: what is old, and what can be brought back. */
#ifndef LOCKSTEP_ENGINE_GC_H
#define LOCKSTEP_ENGINE_GC_H

#include "engine/plan.h"

/*
 * Runs that are older than keep_ms, not among the newest keep_runs of their graph and not the last
 * that built some image are forgotten, with their logs. What a run that is not forgotten made or used
 * stays, and so does what the plan uses: so the last build of every image stays, the last good one
 * of a soft image, and `why` has what it explains. Beyond that, images, downloads and git
 * repositories that are older than keep_ms go, and whatever killed runs left. The caller holds the
 * state folder's lock, so that nobody builds.
 */
#define GC_KIND_LIST(X)                                                                            \
	X(GC_RUNS, "runs")                                                                         \
	X(GC_LOGS, "logs")                                                                         \
	X(GC_IMAGES, "images")                                                                     \
	X(GC_DOWNLOADS, "downloads")                                                               \
	X(GC_GIT, "git repositories")                                                              \
	X(GC_LEFTOVERS, "leftovers")
ENUM_DECLARE(gc_kind, GC_KIND_LIST);
#define GC_KINDS (GC_LEFTOVERS + 1)

struct gc_opts {
	const struct plan *plan;
	const char *state_dir;
	int64_t now_ms, keep_ms, keep_runs;
	bool dry_run;
};

struct gc_result {
	struct {
		size_t n;
		int64_t bytes;
	} kinds[GC_KINDS]; /* by kind */
};

int gc_collect(const struct gc_opts *opts, struct gc_result *ret, struct err *err) NODISCARD;

/* Until which run some were forgotten, ever; 0 = none. */
int gc_forgotten(struct store *s, int64_t *ret, struct err *err) NODISCARD;

#endif
