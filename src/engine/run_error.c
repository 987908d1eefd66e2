/* SPDX-License-Identifier: Apache-2.0 */
/* run_error.c: what a command of a builder meant when it failed. */
#include "engine/complaint.h"
#include "engine/run_priv.h"

#include <errno.h>

/* The place in the Dockerfile where the builder stopped, and what it said. */
static void
build_error(struct job *job, const struct proc_result *result, struct str tail, struct err *err)
{
	const struct recipe *recipe = job->node->made.recipe;
	AUTO_FREE char *status = proc_status_text(result->status);
	struct str said = complaint_line(tail);

	if (result->timed_out)
		err_at(err, recipe->df->file, job->line, 0, "timed out after %lld s",
		       (long long)(result->wall_ms / 1000));
	else
		err_at(err, recipe->df->file, job->line, 0, "%s: %.*s", status, STR_FMT(said));
	err->class = ERR_FAILED;
	err_hint(err, "the whole output: lockstep log %s", job->image->name);
}

void
job_command_error(struct job *job, const struct proc_result *result, struct str tail,
		  struct err *err)
{
	struct str said = complaint_line(tail);

	/* Of a push it may be the registry's disk. */
	if (!result->timed_out && job->state != JOB_PUSHING && complaint_disk_full(tail)) {
		err_set(err, ERR_SYSTEM, "%s has no room: %.*s",
			builder_kind_name(job->run->plan->opts.project->builder), STR_FMT(said));
		err_hint(err, "free some on the disk of its storage; lockstep doctor says where "
			      "that is");
		err->sys_errno = ENOSPC;
	} else if (job->state == JOB_BUILDING) {
		build_error(job, result, tail, err);
	} else if (job->state == JOB_PULLING) {
		err_set(err, complaint_class(tail, ERR_FAILED), "cannot pull '%s': %.*s",
			job->pulling, STR_FMT(said));
		err_hint(err, "needed by %s", job->node->made.recipe->df->file);
	} else if (job->state == JOB_PUSHING) {
		err_set(err, complaint_class(tail, ERR_REMOTE), "cannot push it: %.*s",
			STR_FMT(said));
	} else {
		err_set(err, ERR_FAILED, "%s the image failed: %.*s",
			job->state == JOB_LOADING ? "loading" : "importing", STR_FMT(said));
	}
}

void
job_blame(struct job *job, const struct err *err)
{
	job->message = err_text(err);
	job->hint = err->hint ? xstrdup(err->hint) : NULL;
	job->class = err->class;
	job->cause = err->msg ? xstrdup(err->msg) : NULL;
	job->where = err->where;
	if (err->where.file)
		job->where.file = xstrdup(err->where.file);
}
