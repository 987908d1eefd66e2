/* SPDX-License-Identifier: Apache-2.0 */
/* run_check.c: the checks of an image, between its build and its record. */
#include "base/file.h"
#include "base/path.h"
#include "engine/run_priv.h"
#include "engine/runner.h"
#include "store/store_trace.h"

/* What is checked: a new image, or one that is up to date. */
static const char *
image_id(const struct job *job)
{
	return *job->built_id ? job->built_id : job->node->image_id;
}

static void
go_on(struct job *job)
{
	if (*job->built_id)
		job_record(job);
	else if (job_must_note(job))
		job_note(job);
	else
		job_go_on(job);
}

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
	else {
		job->node->open_checks = 0;
		go_on(job);
	}
	check_free(set);
}

static void
start_checks(struct job *job)
{
	const struct plan_opts *opts = &job->run->plan->opts;
	struct check_opts check = { .image = job->image,
				    .image_id = image_id(job),
				    .tree = job->tree,
				    .project = opts->project,
				    .builder = opts->builder,
				    .store = opts->store,
				    .pool = opts->pool,
				    .loop = job->run->opts->loop,
				    .run_id = job->run->row.id,
				    .log_fd = job->log_fd,
				    .stage_dir = job->run->stage_dir };

	if (!job->image->nchecks) {
		go_on(job);
		return;
	}
	job->checking = check_start(&check, on_checked, job);
	run_set_state(job, JOB_CHECKING);
}

/*
 * An image that holds what the one before held, times and history aside, is not worth a change of
 * identity: its children, and who runs it, keep what they have (docs/key.md, "Tree ID").
 */
static int
keep_previous(struct job *job, struct err *err)
{
	const struct plan_opts *opts = &job->run->plan->opts;
	const struct store_step *last = &job->node->last;
	struct store_trace trace = { 0 };
	int r;

	if (!job->node->previous || !last->has_key || !last->image_id ||
	    !strcmp(last->image_id, job->built_id))
		return 0;
	r = store_trace_get(opts->store, last->key, &trace, err);
	if (r <= 0 || !trace.has_tree || strcmp(trace.image_id, last->image_id) != 0 ||
	    !sha256_eq(trace.tree, job->tree_id))
		return r < 0 ? r : 0;
	r = builder_has(opts->builder, last->image_id, err);
	if (r <= 0)
		return r;
	memcpy(job->made_id, job->built_id, sizeof(job->made_id));
	memcpy(job->built_id, trace.image_id, sizeof(job->built_id));
	job->same_content = true;
	return 0;
}

static int
take_tree(struct job *job, struct err *err)
{
	job->tree_id = image_tree_id(job->tree);
	job->has_tree_id = true;
	return *job->built_id ? keep_previous(job, err) : run_record_tree(job, err);
}

static void
on_read(void *ctx, struct image_tree *take_it, struct err *err)
{
	struct job *job = ctx;
	struct image_read *reading = STEAL(job->reading);

	job->tree = take_it;
	if (err->class || take_tree(job, err))
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
					.image_id = image_id(job),
					.flags = IMAGE_TREE_HASH,
					.shared = job->run->layers,
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

/* Reading costs an export: only what has to be looked at is read. */
static int
wants_tree(struct job *job, bool *ret, struct err *err)
{
	const struct plan_opts *opts = &job->run->plan->opts;
	int r = check_needs_tree(opts->store, job->image, image_id(job), ret, err);

	if (*job->built_id && !builder_reproduces(opts->builder))
		*ret = true;
	return r;
}

void
job_check(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;
	bool tree = false;
	int r = job->run->signo ? err_set(&err, ERR_CANCELLED, "cancelled")
				: wants_tree(job, &tree, &err);

	if (!r && tree)
		r = start_reading(job, &err);
	if (r)
		job_fail(job, &err);
	else if (!tree)
		start_checks(job);
}

/* A job that can come to its checks. */
static bool
may_check(const struct plan_node *node)
{
	return node->state == PLAN_BUILD || node->state == PLAN_WAITS || node->open_checks;
}

int
run_check_tools(struct run *run, struct err *err)
{
	bool pods = run->plan->opts.project->graph->npods > 0, needed = pods, network = false;

	for (size_t i = 0; i < run->plan->n; i++) {
		const struct plan_node *node = &run->plan->nodes[i];

		for (size_t k = 0; may_check(node) && k < node->image->nchecks; k++) {
			const struct graph_check *check = &node->image->checks[k];
			const char *way = json_get_text(check->spec, "network");

			needed = needed || check->kind >= GRAPH_CHECK_HTTP;
			network = network || check->kind == GRAPH_CHECK_HTTP ||
				  (way && strcmp(way, "none") != 0);
		}
	}
	if (!needed)
		return 0;
	return runner_probe(run->plan->opts.builder,
			    (network ? RUNNER_PORTS : 0u) | (pods ? RUNNER_PODS : 0u), err);
}
