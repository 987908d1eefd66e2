/* SPDX-License-Identifier: Apache-2.0 */
/* run_soft.c: a soft image that failed, and its last good one, which takes its place. */
#include "engine/recall.h"
#include "engine/run_priv.h"
#include "engine/shared.h"

#include <stdio.h>

static bool
may_stay(const struct job *job)
{
	return job->image->soft && !job->rebuilt &&
	       (job->state == JOB_PULLING || job->state == JOB_BUILDING ||
		job->state == JOB_CHECKING);
}

static void
degrade(struct job *job, const char *image_id)
{
	plan_set_built(job->run->plan, job->image, image_id);
	job->node->degraded = true;
	job->node->open_checks = 0;
	job_leave(job, JOB_DEGRADED);
}

/* As any other image; message: what else went wrong, or NULL. */
static void
give_up(struct job *job, const struct err *err)
{
	AUTO_FREE char *more = err && err->class ? err_text(err) : NULL;

	if (more) {
		AUTO_FREE char *first = STEAL(job->message);

		job->message =
			xasprintf("%s; and its last good image is not to be had: %s", first, more);
	}
	job_leave(job, JOB_FAILED);
}

static int
take_config(struct job *job, struct shared_image *found)
{
	struct plan *p = job->run->plan;

	if (!found->config.len)
		return 0;
	job->node->config =
		oci_config_parse(p->arena, buf_str(&found->config), job->image->name, &found->err);
	return job->node->config ? 0 : -ERR_INPUT;
}

static void
on_released(void *ctx, struct shared_image *found)
{
	struct job *job = ctx;

	if (!job->asking)
		return;
	job->asking = false;
	if (found->state != REGISTRY_PRESENT || take_config(job, found)) {
		give_up(job, &found->err);
		return;
	}
	plan_set_manifest(job->run->plan, job->node, found);
	degrade(job, found->image_id);
}

static void
ask(struct job *job)
{
	struct shared_question q = { .image = job->image,
				     .tag = job->run->plan->opts.project->graph->tags[0],
				     .moves = true,
				     .config = job->image->nchildren > 0 };

	job->asking = true;
	run_set_state(job, JOB_ASKING);
	shared_find(job->run->plan->opts.shared, &q, on_released, job);
}

/* The newest image that was built and is still here. 1 found, 0 not. */
static int
find_here(struct job *job, char ret[DIGEST_SIZE], struct err *err)
{
	const struct plan_opts *o = &job->run->plan->opts;
	struct store_step_query query = { .scope = o->project->scope,
					  .image = job->image->name,
					  .max_run = INT64_MAX,
					  .built = true };
	int r;

	do {
		struct store_step step = { 0 };

		r = store_step_last(o->store, &query, &step, err);
		if (r <= 0)
			return r;
		r = step.image_id ? builder_has(o->builder, step.image_id, err) : 0;
		if (r > 0)
			(void)snprintf(ret, DIGEST_SIZE, "%s", step.image_id);
		query.max_run = step.run_id - 1;
		store_step_fini(&step);
	} while (!r);
	return r;
}

bool
run_soft(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;
	char image_id[DIGEST_SIZE];

	if (!may_stay(job))
		return false;
	if (job->run->plan->opts.shared)
		ask(job);
	else if (find_here(job, image_id, &err) > 0)
		degrade(job, image_id);
	else
		give_up(job, &err);
	return true;
}
