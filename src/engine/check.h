/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: what must hold of a finished image before anyone may use it. */
#ifndef LOCKSTEP_ENGINE_CHECK_H
#define LOCKSTEP_ENGINE_CHECK_H

#include "engine/builder.h"
#include "engine/image_tree.h"
#include "engine/project.h"
#include "io/loop.h"
#include "io/pool.h"
#include "model/graph.h"
#include "store/store.h"

/*
 * The checks of an image are judged after its build, before it is recorded, loaded or pushed and
 * before its children start. All of them are judged, so that a run tells everything that is wrong.
 * What was found is remembered by image ID and check_digest(): a check that passed is not judged
 * again for the same image; one that failed is, as what it met may have been the machine's fault.
 * An image that is up to date is checked when a check is new or was edited, without a build.
 *
 * Kinds are judged in one of two ways, see check_priv.h: on what the image holds, without running
 * it, or by running it.
 */
#define CHECK_OUTCOME_LIST(X)                                                                      \
	X(CHECK_PASSED, "passed")                                                                  \
	X(CHECK_FAILED, "failed")                                                                  \
	X(CHECK_NOT_RUN, "not run") /* it was cancelled */
ENUM_DECLARE(check_outcome, CHECK_OUTCOME_LIST);

struct check_result {
	const struct graph_check *check;
	enum check_outcome outcome;
	bool remembered;     /* from an earlier run: nothing was looked at */
	char *message;       /* of a failure: "holds 'Please build …'"; owned */
	int64_t duration_ms; /* of the judging, also when remembered */
};

struct check_results {
	struct check_result *v; /* in the order of the graph file; owned */
	size_t n;
};
void check_results_fini(struct check_results *rs);
size_t check_results_count(const struct check_results *rs, enum check_outcome outcome);
/* The first failure as an error at its place in the graph file, with the number of the others. */
int check_results_error(const struct check_results *rs, const char *graph_file, struct err *err);

/* "file /server", "http :8081/api/health": what a check is about; caller frees. */
char *check_subject(const struct graph_check *check) NODISCARD;
/* Of all that it demands; where it is written does not count. */
struct sha256 check_digest(const struct graph_check *check);
/* How many of an image's checks have to be judged for this image ID. */
int check_count_open(struct store *store, const struct graph_image *image, const char *image_id,
		     size_t *ret, struct err *err) NODISCARD;

/* Whether any of them looks at what the image holds, so that check_start() needs its tree. */
int check_needs_tree(struct store *store, const struct graph_image *image, const char *image_id,
		     bool *ret, struct err *err) NODISCARD;

struct check_opts {
	const struct graph_image *image;
	const char *image_id;          /* in the builder's storage */
	const struct image_tree *tree; /* of that image; NULL = none is needed */
	struct project *project;       /* for the folders that checks mount */
	struct builder *builder;
	struct store *store;
	struct pool *pool;
	struct loop *loop;
	int64_t run_id;        /* for the record */
	int log_fd;            /* for what running checks print; not owned */
	const char *stage_dir; /* for their files; the next run empties it */
};

/* All checks of one image. */
struct check_set;
/* Called once by the loop. The results are recorded already, and may be moved out of the set. err
 * is ERR_NONE, or says why they could not be judged at all: that is no failure of a check. */
typedef void (*check_done_fn)(void *ctx, struct check_results *results, struct err *err);

/* opts is copied; what it points to must outlive the set. */
struct check_set *check_start(const struct check_opts *opts, check_done_fn done, void *ctx)
	NODISCARD;
/* done still comes, with ERR_CANCELLED unless it was over; nothing that was started is left. */
void check_cancel(struct check_set *set);
/* Only in done or after it. NULL is fine. */
void check_free(struct check_set *set);

#endif
