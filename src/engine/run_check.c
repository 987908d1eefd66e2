/* SPDX-License-Identifier: Apache-2.0 */
/* run_check.c: the checks of an image, between its build and its record. */
#include "base/file.h"
#include "base/path.h"
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

static void
start_checks(struct job *job)
{
	const struct plan_opts *opts = &job->run->plan->opts;
	struct check_opts check = { .image = job->image,
				    .image_id = job->check_id,
				    .tree = job->tree,
				    .builder = opts->builder,
				    .store = opts->store,
				    .pool = opts->pool,
				    .loop = job->run->opts->loop,
				    .run_id = job->run->row.id,
				    .log_fd = job->log_fd };

	job->checking = check_start(&check, on_checked, job);
	run_set_state(job, JOB_CHECKING);
}

static void
on_read(void *ctx, struct image_tree *take_tree, struct err *err)
{
	struct job *job = ctx;
	struct image_read *reading = STEAL(job->reading);

	job->tree = take_tree;
	if (err->class)
		job_fail(job, err);
	else
		start_checks(job);
	image_read_free(reading);
}

static int
start_reading(struct job *job, struct err *err)
{
	const struct plan_opts *plan = &job->run->plan->opts;
	struct image_read_opts opts = { .builder = plan->builder,
					.image_id = job->check_id,
					.flags = IMAGE_TREE_HASH,
					.pool = plan->pool,
					.loop = job->run->opts->loop,
					.log_fd = job->log_fd };
	int r = job->dir ? 0 : job_make_dir(job, err);

	if (!r)
		r = file_mkdirs(job->dir, err);
	if (r)
		return r;
	opts.dir = arena_printf(job->node->made.arena, "%s/image", job->dir);
	r = image_read_start(&opts, on_read, job, &job->reading, err);
	if (!r)
		run_set_state(job, JOB_READING);
	return r;
}

void
job_check(struct job *job, const char *image_id)
{
	AUTO_ERR struct err err = ERR_INIT;
	bool tree;
	int r = check_needs_tree(job->run->plan->opts.store, job->image, image_id, &tree, &err);

	job->check_id = image_id;
	if (!r && tree)
		r = start_reading(job, &err);
	if (r)
		job_fail(job, &err);
	else if (!tree)
		start_checks(job);
}
