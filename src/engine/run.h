/* SPDX-License-Identifier: Apache-2.0 */
/* run.h: carries a plan out: jobs in parallel, recorded one by one. */
#ifndef LOCKSTEP_ENGINE_RUN_H
#define LOCKSTEP_ENGINE_RUN_H

#include "engine/check.h"
#include "engine/download.h"
#include "engine/guard.h"
#include "engine/plan.h"
#include "engine/pod.h"
#include "io/loop.h"

/*
 * A job is one image. It waits for its parents, is decided (plan_decide), and if it has to be
 * built goes through pull, import, stage, build, check and load, in at most `jobs` places at once.
 * What is finished is recorded in one transaction (input set, trace, step) before any child starts,
 * so that killing the process at any moment loses at most the images in flight. An image that fails
 * a check has failed: no trace says that its key gave an image, and what stands on it is skipped,
 * also where it was up to date and only the check is new. The caller holds the state folder's lock.
 * A soft image that fails is degraded: its last good image stands in its place, for its children
 * too; where there is none, it has failed.
 */
#define JOB_STATE_LIST(X)                                                                          \
	X(JOB_WAITING, "waiting")                                                                  \
	X(JOB_READY, "ready")                                                                      \
	X(JOB_PULLING, "pulling")                                                                  \
	X(JOB_IMPORTING, "importing")                                                              \
	X(JOB_BUILDING, "building")                                                                \
	X(JOB_READING, "reading")                                                                  \
	X(JOB_CHECKING, "checking")                                                                \
	X(JOB_ASKING, "asking the registry")                                                       \
	X(JOB_PUSHING, "pushing")                                                                  \
	X(JOB_LOADING, "loading")                                                                  \
	X(JOB_BUILT, "built")                                                                      \
	X(JOB_CURRENT, "up to date")                                                               \
	X(JOB_DEGRADED, "degraded") /* soft, and failed: its last good image is kept */            \
	X(JOB_FAILED, "failed")                                                                    \
	X(JOB_SKIPPED, "skipped")                                                                  \
	X(JOB_CANCELLED, "cancelled")
ENUM_DECLARE(job_state, JOB_STATE_LIST);

struct run;

struct job {
	struct run *run;
	const struct graph_image *image;
	struct plan_node *node;
	enum job_state state;
	bool worked;       /* it had something to do: shown and counted */
	bool settled;      /* the image is there and passed: children may start */
	bool rebuilt;      /* its build ended well and is recorded; only loading is left */
	bool same_image;   /* rebuilt to the image that it was */
	bool same_content; /* to one that holds the same: the image before was kept */
	int64_t started_ms, ended_ms; /* wall clock, of the work */
	char *message;                /* of a failure or a skip; owned */
	char *hint;                   /* owned, may be NULL */
	enum err_class class;         /* of a failure */
	struct err_where where;       /* of a failure in a file; owned */
	char *cause;                  /* its message without that place; owned */
	char *log;                    /* below the logs folder; owned; NULL before it starts */
	char *record; /* of what it built (model/record.h), with run_opts.records; owned */
	struct check_results checks; /* empty when none had to be looked at; owned */
	int line; /* of the Dockerfile: the step that the builder is at; 0 = none seen */

	struct guard_log *guards; /* of the build's output; NULL = none */
	size_t lines;             /* of the log so far */
	struct builder_task *task;
	struct download *download;
	struct image_read *reading;
	struct image_tree *tree; /* of the image that is checked */
	struct check_set *checking;
	char built_id[DIGEST_SIZE]; /* to be recorded: what the builder made, or what is kept */
	char made_id[DIGEST_SIZE];  /* what the builder made, when the image before is kept */
	bool has_tree_id;
	struct sha256 tree_id;
	int log_fd;
	size_t next_pull, next_import;
	bool retried;
	const char *pulling; /* the reference of the last pull */
	bool fetched;        /* a parent came from the registry into the user's storage */
	bool pushed;         /* what it stands for got its key in the registry */
	bool asking; /* an answer of the registry is awaited; it counts only while this holds */
	char *dir;   /* staging */
};

/* A pod of the graph, started from the images of the run when all of them are there, one is new, and
 * no image is under way any more. */
enum run_pod_state { RUN_POD_OPEN, RUN_POD_PASSED, RUN_POD_FAILED };

struct run_pod {
	const struct pod *pod;
	enum run_pod_state state; /* open: not looked at, or stopped */
	struct graph_place place; /* of the question that failed */
	char *message;            /* of a failure; owned */
	int64_t started_ms, elapsed_ms;
	size_t noting; /* answers of the registry that are awaited; they count only while this holds */
	struct run *noted_by;
};

/* Called on every change of a job's state, and for every line that a builder prints. */
struct run_observer {
	void (*job)(void *ctx, const struct job *job);
	void (*line)(void *ctx, const struct job *job, struct str line);
	void (*pod)(void *ctx, const struct run_pod *pod); /* it is started; may be NULL */
	void *ctx;
};

struct run_opts {
	struct plan *plan;
	struct loop *loop;
	struct downloads *downloads;
	const char *state_dir;
	const char *command; /* for history */
	const char *run_url; /* of the CI job, for records; NULL = none */
	unsigned jobs;
	int timeout_s; /* for images without one of their own; 0 = none */
	bool keep_going;
	bool allow_soft; /* a soft image that failed does not make the run a failed one */
	bool leave_open; /* a run that went well is ended by the caller, with what it announces */
	bool load;       /* put built images into the user's storage */
	bool records;    /* the result holds the record of each image that was built */
	const struct run_observer *observer; /* may be NULL */
};

struct run_result {
	int64_t run_id;
	struct job *jobs; /* by image index; owned by the result */
	size_t n;
	size_t built, current, pushed, degraded, failed, skipped, cancelled;
	struct run_pod *pods; /* in the order of the graph; owned by the result */
	size_t npods, pods_failed;
	int64_t elapsed_ms;
	int64_t saved_ms;     /* expected time of selected images that were not built */
	int signo;            /* that ended it; 0 = none */
	bool open;            /* its end is not recorded: leave_open */
	enum run_state state; /* that end */
};

/* The image could not be built as it is now; message and log say why. */
static inline bool
job_went_wrong(const struct job *job)
{
	return job->state == JOB_FAILED || job->state == JOB_DEGRADED;
}

/* Some image that is up to date is not in the user's storage under its name, or an older one is. */
bool run_must_load(const struct plan *plan);

/* 0 when everything asked for is there, be it degraded; ERR_FAILED when an image failed (see the jobs);
 * ERR_CANCELLED after a signal; another class when the run itself could not go on. */
int run_execute(const struct run_opts *opts, struct run_result *ret, struct err *err) NODISCARD;
void run_result_fini(struct run_result *r);

/* Where the logs are: <state>/logs; caller frees. */
char *run_logs_dir(const char *state_dir) NODISCARD;
/* Name under which an image is put into the user's storage; caller frees. */
char *run_local_name(const struct graph *g, const struct graph_image *image) NODISCARD;

#endif
