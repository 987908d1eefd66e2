/* SPDX-License-Identifier: Apache-2.0 */
/* run.c: gives jobs their places, tells children of their parents, ends the run. */
#include "engine/run.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "engine/run_priv.h"
#include "engine/runner.h"
#include "io/git.h"

#include <signal.h>

ENUM_DEFINE(job_state, JOB_STATE_LIST);

static bool
over(enum job_state s)
{
	return s >= JOB_BUILT;
}

void
run_set_state(struct job *job, enum job_state state)
{
	const struct run_observer *o = job->run->opts->observer;

	BUG_ON(over(job->state));
	job->state = state;
	if (o && o->job)
		o->job(o->ctx, job);
}

static void
cancel_all(struct run *run)
{
	run->stopping = true;
	for (size_t i = 0; i < run->plan->n; i++)
		job_cancel(&run->jobs[i]);
	run_pod_cancel(run);
}

void
run_fatal(struct run *run, struct err *err)
{
	if (!run->fatal.class)
		err_move(&run->fatal, err);
	else
		err_clear(err);
	cancel_all(run);
}

static void
on_signal(void *ctx, int signo)
{
	struct run *run = ctx;

	if (!run->signo)
		run->signo = signo;
	cancel_all(run);
	run->done = run->active == 0;
}

void
run_go_on(struct run *run)
{
	size_t i;

	while (run->active < run->opts->jobs && !run->stopping && schedule_pop(run->schedule, &i)) {
		run->active++;
		job_start(&run->jobs[i]);
	}
	if (!run->active)
		(void)run_pod_next(run);
	run->done = run->active == 0;
}

static void
skip(struct job *job, const struct job *because)
{
	AUTO_ERR struct err err = ERR_INIT;

	job->message = xasprintf("'%s' %s", because->image->name, job_state_name(because->state));
	if (run_record_other(job, STEP_SKIPPED, &err))
		run_fatal(job->run, &err);
	run_set_state(job, JOB_SKIPPED);
}

/* Descendants of an image that will not be there. */
static void
skip_children(struct job *job)
{
	for (size_t i = 0; i < job->image->nchildren; i++) {
		struct job *child = &job->run->jobs[job->image->children[i]->index];

		if (child->state != JOB_WAITING || !child->image)
			continue;
		skip(child, job);
		skip_children(child);
	}
}

static bool
parents_settled(const struct run *run, const struct graph_image *image)
{
	for (size_t i = 0; i < image->nparents; i++)
		if (!run->jobs[image->parents[i]->index].settled)
			return false;
	return true;
}

/* A mistake that shows only now (a base's ONBUILD names a missing file) fails this image alone. */
static void
decide_failed(struct job *job, struct err_list *errs, struct err *err)
{
	AUTO_ERR struct err store_err = ERR_INIT;

	err_list_sort(errs);
	if (errs->n)
		err_move(err, &errs->items[0]);
	job_blame(job, err);
	job->worked = true;
	if (run_record_other(job, STEP_FAILED, &store_err))
		run_fatal(job->run, &store_err);
	run_set_state(job, JOB_FAILED);
	if (!job->run->opts->keep_going)
		job->run->stopping = true;
	skip_children(job);
}

static bool
must_load(const struct plan *plan, const struct plan_node *node)
{
	AUTO_FREE char *name = NULL;

	if (node->state != PLAN_UP_TO_DATE)
		return false;
	name = run_local_name(plan->opts.project->graph, node->image);
	return !builder_is_loaded(plan->opts.builder, node->image_id, name);
}

bool
run_must_load(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (must_load(plan, &plan->nodes[i]))
			return true;
	return false;
}

static bool
has_work(const struct run *run, const struct plan_node *node)
{
	return node->state == PLAN_BUILD || node->open_checks ||
	       plan_must_ask(run->plan, node->image) || plan_must_push(run->plan, node) ||
	       (run->opts->load && must_load(run->plan, node));
}

static void
decide_child(struct job *child)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err err = ERR_INIT;

	/* What the registry said was of the parents as they were then, and is not kept by deciding. */
	child->node->asked = false;
	child->node->digest[0] = '\0';
	if (plan_decide(child->run->plan, child->image, &errs, &err)) {
		decide_failed(child, &errs, &err);
		return;
	}
	if (has_work(child->run, child->node)) {
		run_set_state(child, JOB_READY);
		schedule_push(child->run->schedule, child->image->index);
		return;
	}
	run_set_state(child, JOB_CURRENT);
	run_job_settled(child);
}

void
run_job_settled(struct job *job)
{
	struct run *run = job->run;

	job->settled = true;
	for (size_t i = 0; i < job->image->nchildren && !run->stopping; i++) {
		struct job *child = &run->jobs[job->image->children[i]->index];

		if (child->image && child->state == JOB_WAITING &&
		    parents_settled(run, child->image))
			decide_child(child);
	}
}

void
run_job_finished(struct job *job)
{
	struct run *run = job->run;

	run->active--;
	if (job->state == JOB_FAILED || job->state == JOB_CANCELLED) {
		if (job->state == JOB_FAILED && !run->opts->keep_going)
			run->stopping = true;
		skip_children(job);
	} else if (job->state == JOB_CURRENT || job->state == JOB_DEGRADED) {
		run_job_settled(job);
	}
	run_go_on(run);
}

/* Parents come before their children. */
static void
make_jobs(struct run *run)
{
	const struct graph *g = run->plan->opts.project->graph;

	run->jobs = xcalloc(run->plan->n, sizeof(*run->jobs));
	for (size_t i = 0; i < run->plan->n; i++) {
		size_t index = g->order[i]->index;
		struct plan_node *node = &run->plan->nodes[index];
		struct job *job = &run->jobs[index];

		*job = (struct job){ .run = run, .node = node, .log_fd = -1 };
		if (node->state > PLAN_WAITS)
			continue;
		job->image = node->image;
		job->state = JOB_WAITING;
		if (node->state == PLAN_WAITS || !parents_settled(run, job->image))
			continue;
		job->state = has_work(run, node) ? JOB_READY : JOB_CURRENT;
		job->settled = node->state == PLAN_UP_TO_DATE && !node->open_checks;
		if (job->state == JOB_READY)
			schedule_push(run->schedule, index);
	}
}

static int
make_schedule(struct run *run, struct err *err)
{
	size_t n = run->plan->n;
	int64_t *expected = xcalloc(n + 1, sizeof(*expected));
	bool *needed = xcalloc(n + 1, sizeof(*needed));
	int r = plan_load_durations(run->plan, err);

	for (size_t i = 0; i < n; i++) {
		expected[i] = run->plan->nodes[i].expected_ms;
		needed[i] = run->plan->nodes[i].state == PLAN_BUILD ||
			    run->plan->nodes[i].state == PLAN_WAITS;
	}
	if (!r)
		run->schedule = schedule_new(run->plan->opts.project->graph, expected, needed);
	free(expected);
	free(needed);
	return r;
}

static int
begin(struct run *run, struct err *err)
{
	const struct project *p = run->plan->opts.project;
	int r = builder_prepare(run->plan->opts.builder, err);

	run->commit = project_commit(p);

	if (!r)
		r = run_check_tools(run, err);
	if (!r)
		r = runner_tidy(run->plan->opts.builder, err);
	if (!r)
		r = builder_tidy(run->plan->opts.builder, err);
	if (!r)
		r = make_schedule(run, err);
	if (!r)
		r = file_remove_tree(run->stage_dir, err);
	if (!r)
		r = file_mkdirs(run->stage_dir, err);
	if (r)
		return r;
	run->row = (struct store_run){ .started_ms = clock_wall_ms(),
				       .command = (char *)run->opts->command,
				       .scope = p->scope,
				       .graph = p->graph_path,
				       .root = p->root,
				       .git_commit = run->commit,
				       .jobs = (int)run->opts->jobs };
	r = store_run_begin(run->plan->opts.store, &run->row, err);
	if (!r && (run->plan->opts.publish || run->opts->records))
		r = run_push_begin(run, err);
	return r;
}

static void
count(struct run *run, struct run_result *ret)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		const struct job *job = &run->jobs[i];

		if (!job->image)
			continue;
		ret->built += job->state == JOB_BUILT;
		ret->current += job->state == JOB_CURRENT;
		ret->pushed += job->pushed;
		ret->degraded += job->state == JOB_DEGRADED;
		ret->failed += job->state == JOB_FAILED;
		ret->skipped += job->state == JOB_SKIPPED;
		ret->cancelled += job->state == JOB_CANCELLED;
		if (job->state == JOB_CURRENT)
			ret->saved_ms += job->node->expected_ms;
	}
	ret->jobs = STEAL(run->jobs);
	ret->n = run->plan->n;
	ret->run_id = run->row.id;
	ret->signo = run->signo;
	ret->elapsed_ms = clock_wall_ms() - run->row.started_ms;
}

/* What was never started: the run stopped before. */
static void
close_waiting(struct run *run)
{
	for (size_t i = 0; i < run->plan->n; i++) {
		struct job *job = &run->jobs[i];

		if (job->image && !over(job->state))
			run_set_state(job, JOB_CANCELLED);
	}
}

static enum err_class
worst(const struct run_result *res)
{
	bool all_temporary = true;

	for (size_t i = 0; i < res->n; i++)
		if (res->jobs[i].image && res->jobs[i].state == JOB_FAILED)
			all_temporary = all_temporary && res->jobs[i].class == ERR_TEMPORARY;
	return all_temporary ? ERR_TEMPORARY : ERR_FAILED;
}

static int
end(struct run *run, struct run_result *ret, struct err *err)
{
	enum run_state state = RUN_DONE;
	int r;

	close_waiting(run);
	count(run, ret);
	run_pod_end(run, ret);
	ret->open = run->opts->leave_open && !ret->failed && !ret->pods_failed &&
		    !run->fatal.class && !run->signo;
	if (ret->failed || ret->pods_failed || run->fatal.class ||
	    (ret->degraded && !run->opts->allow_soft))
		state = RUN_FAILED;
	if (run->signo)
		state = RUN_CANCELLED;
	ret->state = state;
	r = ret->open ? 0
		      : store_run_end(run->plan->opts.store, run->row.id, state, clock_wall_ms(),
				      err);
	if (run->fatal.class)
		return err_move(err, &run->fatal);
	if (r)
		return r;
	if (run->signo)
		return err_set(err, ERR_CANCELLED, "stopped by %s", strsignal(run->signo));
	if (ret->failed)
		return err_set(err, worst(ret), "%zu of %zu images failed", ret->failed,
			       ret->built + ret->degraded + ret->failed + ret->skipped +
				       ret->cancelled);
	if (ret->pods_failed)
		return err_set(err, ERR_FAILED, "%zu of %zu pods failed", ret->pods_failed,
			       ret->npods);
	return 0;
}

static void
fini(struct run *run)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* an empty folder; the next run removes it */

	runner_rest(run->plan->opts.builder);
	if (file_remove_tree(run->stage_dir, &ignored))
		err_clear(&ignored);
	schedule_free(run->schedule);
	image_layers_free(run->layers);
	free(run->jobs);
	free(run->logs_dir);
	free(run->stage_dir);
	free(run->commit);
	free(run->builder);
	err_clear(&run->fatal);
}

int
run_execute(const struct run_opts *opts, struct run_result *ret, struct err *err)
{
	struct run run = { .opts = opts, .plan = opts->plan };
	int r;

	*ret = (struct run_result){ 0 };
	run.logs_dir = run_logs_dir(opts->state_dir);
	run.stage_dir = path_join(opts->state_dir, "stage");
	run.layers = image_layers_new();
	r = begin(&run, err);
	if (!r) {
		loop_on_signal(opts->loop, on_signal, &run);
		make_jobs(&run);
		run_pod_begin(&run);
		run_go_on(&run);
		r = loop_run(opts->loop, &run.done, &run.fatal);
		loop_on_signal(opts->loop, NULL, NULL);
		if (r)
			cancel_all(&run);
		r = end(&run, ret, err);
	}
	fini(&run);
	return r;
}

void
run_result_fini(struct run_result *res)
{
	for (size_t i = 0; i < res->n; i++) {
		free(res->jobs[i].message);
		free(res->jobs[i].hint);
		free(res->jobs[i].cause);
		free(res->jobs[i].where.file);
		free(res->jobs[i].log);
		free(res->jobs[i].record);
		check_results_fini(&res->jobs[i].checks);
	}
	for (size_t i = 0; i < res->npods; i++)
		free(res->pods[i].message);
	free(res->pods);
	free(res->jobs);
	*res = (struct run_result){ 0 };
}

char *
run_logs_dir(const char *state_dir)
{
	return path_join(state_dir, "logs");
}

char *
run_local_name(const struct graph *g, const struct graph_image *image)
{
	if (*g->registry)
		return xasprintf("%s/%s:latest", g->registry, image->name);
	return xasprintf("localhost/%s:latest", image->name);
}
