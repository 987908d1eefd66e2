/* SPDX-License-Identifier: Apache-2.0 */
/* store_run.h: runs and their steps. */
#ifndef LOCKSTEP_STORE_STORE_RUN_H
#define LOCKSTEP_STORE_STORE_RUN_H

#include "base/enum.h"
#include "base/map.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "store/store.h"

#include <stdint.h>

#define STEP_OUTCOME_LIST(X)                                                                       \
	X(STEP_BUILT, "built") /* has a new trace; image_id may equal the one before */            \
	X(STEP_FAILED, "failed")                                                                   \
	X(STEP_SKIPPED, "skipped") /* a parent failed */                                           \
	X(STEP_CANCELLED, "cancelled")
ENUM_DECLARE(step_outcome, STEP_OUTCOME_LIST);

#define RUN_STATE_LIST(X)                                                                          \
	X(RUN_RUNNING, "running")                                                                  \
	X(RUN_DONE, "done")                                                                        \
	X(RUN_FAILED, "failed")                                                                    \
	X(RUN_CANCELLED, "cancelled")                                                              \
	X(RUN_INTERRUPTED, "interrupted") /* the process died; found by the next run */
ENUM_DECLARE(run_state, RUN_STATE_LIST);

/* Texts of rows that are read are owned; of rows that are written, borrowed. */
struct store_run {
	int64_t id;
	int64_t started_ms, ended_ms; /* ended_ms 0 while running */
	enum run_state state;
	char *command;
	char *scope; /* registry, or the root folder of a graph without one */
	char *graph;
	char *root;
	char *git_commit; /* full id, "+" appended when the tree was dirty; NULL outside git */
	int jobs;
};

struct store_step {
	int64_t run_id;
	char *image;
	enum step_outcome outcome;
	bool has_key;
	struct sha256 key;
	char *image_id; /* "sha256:…" or NULL */
	bool has_inputs;
	struct sha256 inputs; /* root node, store_inputs.h */
	char *reasons;        /* JSON array, model/reason.h */
	int64_t started_ms, ended_ms;
	char *log;     /* file name below the logs folder, or NULL */
	char *message; /* of a failure, or NULL */
	char *made_id; /* what the builder made, when image_id was kept instead, as both hold the
			  same; or NULL */
};

typedef VEC(struct store_run) store_runs;
typedef VEC(struct store_step) store_steps;

/* Inserts a running run; marks runs that were left 'running' as interrupted first (the caller
 * holds the lock, so nobody else runs). */
int store_run_begin(struct store *s, struct store_run *run, struct err *err) NODISCARD;
/* The name of a run on every machine. */
int store_run_name(struct store *s, int64_t id, const char *ulid, struct err *err) NODISCARD;
/* 1 and that name, 0 when it has none yet. Caller frees. */
int store_run_ulid(struct store *s, int64_t id, char **ret, struct err *err) NODISCARD;
/* A run of another machine by its ULID: inserted behind all others unless it is known. */
int store_run_import(struct store *s, const struct store_run *run, const char *ulid,
		     int64_t *ret_id, struct err *err) NODISCARD;
int store_run_end(struct store *s, int64_t id, enum run_state state, int64_t ended_ms,
		  struct err *err) NODISCARD;
/* Newest first; scope NULL = all. */
int store_run_list(struct store *s, const char *scope, int64_t limit, store_runs *ret,
		   struct err *err) NODISCARD;
/* Runs that nothing needs any more, oldest first: begun before that time, not among the newest `keep`
 * of their scope, and without the last build of any image. */
int store_run_old(struct store *s, int64_t before_ms, int64_t keep, store_runs *ret,
		  struct err *err) NODISCARD;
/* A run with its steps is gone. */
int store_run_forget(struct store *s, int64_t id, struct err *err) NODISCARD;
/* 1 found, 0 not. */
int store_run_get(struct store *s, int64_t id, struct store_run *ret, struct err *err) NODISCARD;
int store_step_put(struct store *s, const struct store_step *step, struct err *err) NODISCARD;
/* The same for a step that a record tells of, unless the run has it: what was seen here says more. */
int store_step_import(struct store *s, const struct store_step *step, struct err *err) NODISCARD;
int store_step_of_run(struct store *s, int64_t run_id, store_steps *ret, struct err *err) NODISCARD;
/* The newest step of an image in runs up to max_run. 1 found, 0 not. */
struct store_step_query {
	const char *scope, *image;
	int64_t max_run; /* INT64_MAX = any */
	bool built;      /* only steps that built; else of any outcome */
};
int store_step_last(struct store *s, const struct store_step_query *query, struct store_step *ret,
		    struct err *err) NODISCARD;
/* The newest built step of every image of the scope, by image name. */
int store_step_latest(struct store *s, const char *scope, store_steps *ret, struct err *err)
	NODISCARD;
/* Expected build time of an image in ms: mean over its builds in the last 50 runs; 0 = unknown. The map's values are
 * (void *)(intptr_t)ms, keyed by image name. */
int store_durations(struct store *s, const char *scope, struct map *ret, struct err *err) NODISCARD;

void store_run_fini(struct store_run *r);
void store_step_fini(struct store_step *s);
void store_runs_fini(store_runs *v);
void store_steps_fini(store_steps *v);

#endif
