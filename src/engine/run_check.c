/* SPDX-License-Identifier: Apache-2.0 */
/* run_check.c: the checks of an image, between its build and its record. */
#include "base/clock.h"
#include "engine/run_priv.h"

static void
on_checked(void *ctx, struct check_results *results, struct err *err)
{
	struct job *job = ctx;
	struct check_set *set = STEAL(job->checking);

	job->checks = *results;
	*results = (struct check_results){ 0 };
	if (err->class ||
	    check_results_error(&job->checks, job->run->plan->opts.project->graph_path, err))
		job_fail(job, err);
	else if (*job->built_id)
		job_record(job);
	else
		job_go_on(job);
	check_free(set);
}

void
job_check(struct job *job, const char *image_id)
{
	const struct plan_opts *opts = &job->run->plan->opts;
	struct check_opts check = { .image = job->image,
				    .image_id = image_id,
				    .builder = opts->builder,
				    .store = opts->store,
				    .pool = opts->pool,
				    .loop = job->run->opts->loop,
				    .run_id = job->run->row.id,
				    .log_fd = job->log_fd };

	job->checking = check_start(&check, on_checked, job);
	run_set_state(job, JOB_CHECKING);
}
