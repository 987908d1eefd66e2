/* SPDX-License-Identifier: Apache-2.0 */
/* run_priv.h: the state of one run, shared by its files. */
#ifndef LOCKSTEP_ENGINE_RUN_PRIV_H
#define LOCKSTEP_ENGINE_RUN_PRIV_H

#include "engine/image_read.h"
#include "engine/run.h"
#include "engine/schedule.h"
#include "model/event.h"

struct run {
	const struct run_opts *opts;
	struct plan *plan;
	struct schedule *schedule;
	struct job *jobs; /* by image index */
	size_t active;    /* jobs that hold a place */
	bool stopping;    /* nothing new is started */
	bool done;
	int signo;
	struct store_run row;
	struct err fatal; /* what ended the run itself */
	char *logs_dir, *stage_dir;
	char *commit;  /* "+" appended for an unclean tree; NULL outside git */
	char *builder; /* "buildah 1.28.2"; only where records are made */
	char ulid[EVENT_ID_SIZE];
	struct run_pods *pods;
	struct image_layers *layers; /* that were read, of images that stand on each other */
};

/* run_job.c: one job's way. */
void job_start(struct job *job);
void job_cancel(struct job *job);
void job_leave(struct job *job, enum job_state state);
/* Takes err. */
void job_fail(struct job *job, struct err *err);
/* run_soft.c: a job that has failed, and whose failure is recorded: if it is a soft image's, and of a
 * kind that may leave it at its last good one, it goes on with looking for that. */
bool run_soft(struct job *job);
/* An empty name for job->dir, which is removed when the job is over. */
int job_make_dir(struct job *job, struct err *err) NODISCARD;
/* An image that is up to date has passed its checks. */
void job_go_on(struct job *job);
/* The image in built_id has passed its checks: it is recorded, and then loaded. */
void job_record(struct job *job);
/* run_check.c: reads and checks the image in built_id (job_record() comes after), or the node's,
 * which is up to date (job_go_on()); or job_fail(). */
void job_check(struct job *job);
/* What checks need that may have to be run: says what the machine lacks before anything is built. */
int run_check_tools(struct run *run, struct err *err) NODISCARD;
/* Nothing is left to do but loading. */
void job_finish(struct job *job);
/* The next step of an image that is not built yet. */
void job_advance(struct job *job);
int job_start_cmd(struct job *job, struct builder_cmd *cmd, enum job_state state, struct err *err)
	NODISCARD;
/* run_need.c: the next used image that our storage lacks; NULL when all are there. */
int job_missing_image(struct job *job, const struct input_image **ret, struct err *err) NODISCARD;
/* Starts to download the next body that is staged and not here yet; job_advance() or job_fail()
 * comes after. Starts nothing when all are here. */
int job_download(struct job *job, struct err *err) NODISCARD;
/* run_error.c: why a command of the builder that a job ran has failed. tail: what it said last. */
void job_command_error(struct job *job, const struct proc_result *result, struct str tail,
		       struct err *err);
/* Notes why the job failed; err stays. */
void job_blame(struct job *job, const struct err *err);
/* run_push.c: what the records of this run have in common. */
int run_push_begin(struct run *run, struct err *err) NODISCARD;
/* The record of what the job has built becomes its own, where the caller of the run wants it. */
int job_keep_record(struct job *job, struct err *err) NODISCARD;
/* The registry is asked for the image's key; job_advance() comes after. */
void job_ask(struct job *job);
/* The image gets its key in the registry; job_finish() or job_fail() comes after. */
int job_push(struct job *job, struct err *err) NODISCARD;
/* An image that was in the registry already has passed checks now: that is noted there; job_go_on() or
 * job_fail() comes after. */
bool job_must_note(const struct job *job);
void job_note(struct job *job);
/* What was pushed gets its record and its key. */
void job_pushed(struct job *job);
/* run_pod.c: run_pod_next() starts the next pod that has to be looked at, and takes a place for it;
 * run_go_on() comes after. */
void run_pod_begin(struct run *run);
bool run_pod_next(struct run *run);
void run_pod_cancel(struct run *run);
void run_pod_end(struct run *run, struct run_result *ret);
/* run.c: what a job tells the run. */
void run_go_on(struct run *run);
void run_set_state(struct job *job, enum job_state state);
/* The job has left its place; its children are decided or skipped. */
void run_job_finished(struct job *job);
/* The image is there and passed its checks; children may start although the job still loads. */
void run_job_settled(struct job *job);
/* Stops everything: the store cannot be written, the state folder is full. Takes err. */
void run_fatal(struct run *run, struct err *err);
/* run_record.c */
int run_record_built(struct job *job, const char *image_id, struct err *err) NODISCARD;
/* The tree ID of an image that was there already. */
int run_record_tree(struct job *job, struct err *err) NODISCARD;
int run_record_other(struct job *job, enum step_outcome outcome, struct err *err) NODISCARD;

#endif
