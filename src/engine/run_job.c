/* SPDX-License-Identifier: Apache-2.0 */
/* run_job.c: pull, import, stage, build, load: one image's way through a run. */
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "engine/blame.h"
#include "engine/build.h"
#include "engine/builder_task.h"
#include "engine/run_priv.h"
#include "engine/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct builder *
builder_of(const struct job *job)
{
	return job->run->plan->opts.builder;
}

/* The job's folder and log are of no more use (the log stays on disk). */
static void
tidy(struct job *job)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* the next run removes what is left */

	if (job->log_fd >= 0)
		(void)close(job->log_fd);
	job->log_fd = -1;
	image_tree_free(STEAL(job->tree));
	guard_log_free(STEAL(job->guards));
	if (job->dir && file_remove_tree(job->dir, &ignored))
		err_clear(&ignored);
	free(job->dir);
	job->dir = NULL;
}

void
job_leave(struct job *job, enum job_state state)
{
	if (!job->ended_ms)
		job->ended_ms = clock_wall_ms();
	tidy(job);
	run_set_state(job, state);
	run_job_finished(job);
}

void
job_fail(struct job *job, struct err *err)
{
	AUTO_ERR struct err store_err = ERR_INIT;
	bool cancelled = job->run->signo != 0;
	bool full = err->sys_errno == ENOSPC || err->sys_errno == EDQUOT;

	job->ended_ms = clock_wall_ms();
	if (!cancelled && !job->message) /* what failed first is told */
		job_blame(job, err);
	if (run_record_other(job, cancelled ? STEP_CANCELLED : STEP_FAILED, &store_err))
		run_fatal(job->run, &store_err);
	if (full) /* no image's fault, and the next would meet it too */
		run_fatal(job->run, err);
	err_clear(err);
	if (cancelled || full || job->run->stopping || !run_soft(job))
		job_leave(job, cancelled ? JOB_CANCELLED : JOB_FAILED);
}

static void
guard_line(struct job *job, struct str line)
{
	if (builder_output(builder_of(job), &line))
		guard_log_line(job->guards, line, job->lines);
	else
		guard_log_clipped(job->guards, line, job->lines);
}

static void
on_line(void *ctx, struct str line)
{
	struct job *job = ctx;
	const struct run_observer *o = job->run->opts->observer;
	int begun = builder_step_line(builder_of(job), job->node->made.recipe, line);

	if (begun > 0)
		job->line = begun;
	job->lines++;
	if (job->state == JOB_BUILDING && !begun) /* the text of an instruction is not its output */
		guard_line(job, line);
	if (o && o->line)
		o->line(o->ctx, job, line);
}

static void on_exit_of(void *ctx, const struct proc_result *result);

int
job_start_cmd(struct job *job, struct builder_cmd *cmd, enum job_state state, struct err *err)
{
	int timeout_s = job->image->timeout_s ? job->image->timeout_s : job->run->opts->timeout_s;
	struct builder_task_opts opts = { .loop = job->run->opts->loop,
					  .log_fd = job->log_fd,
					  .timeout_ms = (int64_t)timeout_s * 1000,
					  .on_line = on_line,
					  .on_exit = on_exit_of,
					  .ctx = job };
	int r = builder_task_start(cmd, &opts, &job->task, err);

	if (!r)
		run_set_state(job, state);
	return r;
}

static int
start_pull(struct job *job, const char *ref, const struct platform *platform, struct err *err)
{
	struct builder_cmd cmd;

	job->pulling = ref;
	builder_pull_cmd(builder_of(job), job->node->made.arena, ref, platform, &cmd);
	return job_start_cmd(job, &cmd, JOB_PULLING, err);
}

/* After the pulls: the externals have identities now, so the image has a key. */
static int
decide_again(struct job *job, struct err *err)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	int r = plan_decide(job->run->plan, job->image, &errs, err);

	if (r && errs.n) {
		err_list_sort(&errs);
		return err_move(err, &errs.items[0]);
	}
	if (!r && job->node->state == PLAN_BUILD && !job->node->made.complete)
		return err_set(err, ERR_FAILED, "'%s' was pulled but cannot be found afterwards",
			       job->node->pulls[0].ref);
	return r;
}

/* Brings an image into our storage: from the registry where it is a parent that was found there,
 * then from the user's storage. */
static int
start_fetch(struct job *job, const char *image_id, const struct graph_image *parent,
	    struct err *err)
{
	const struct plan *plan = job->run->plan;
	struct arena *a = job->node->made.arena;
	struct builder_cmd cmd;

	if (parent && *plan->nodes[parent->index].digest && !job->fetched) {
		job->fetched = true;
		return start_pull(job,
				  shared_ref(plan->opts.shared, a, parent, NULL,
					     plan->nodes[parent->index].digest),
				  &parent->platform, err);
	}
	job->fetched = false;
	builder_import_cmd(builder_of(job), a, image_id, &cmd);
	return job_start_cmd(job, &cmd, JOB_IMPORTING, err);
}

/* The next used image that our storage lacks. */
static int
start_import(struct job *job, const struct input_image *used, struct err *err)
{
	const struct graph *g = job->run->plan->opts.project->graph;
	const struct graph_image *parent = used->name ? graph_find(g, used->name) : NULL;
	int r = start_fetch(job, used->id, parent, err);

	job->next_import += !job->fetched;
	return r;
}

int
job_make_dir(struct job *job, struct err *err)
{
	free(job->dir);
	job->dir = path_join(job->run->stage_dir, path_base(job->log));
	return file_remove_tree(job->dir, err);
}

static int
start_build(struct job *job, struct err *err)
{
	const struct plan *plan = job->run->plan;
	struct build_opts build = { .project = plan->opts.project,
				    .builder = builder_of(job),
				    .pool = plan->opts.pool,
				    .image = job->image,
				    .made = &job->node->made,
				    .downloads = job->run->opts->downloads,
				    .no_cache = job->node->no_cache ||
						plan->forced[job->image->index] };
	struct builder_cmd cmd;
	int r = job_make_dir(job, err);

	build.dir = job->dir;
	if (!r)
		r = build_prepare(&build, &cmd, err);
	if (r)
		return r;
	job->line = 0;
	guard_log_free(job->guards);
	job->guards = guard_log_new(job->image);
	r = job_start_cmd(job, &cmd, JOB_BUILDING, err);
	if (!r && job->node->previous) {
		struct store_run last = { 0 };
		AUTO_ERR struct err ignored = ERR_INIT; /* only the explanation is poorer */

		if (store_run_get(job->run->plan->opts.store, job->node->last.run_id, &last,
				  &ignored) > 0)
			blame_reasons(job->run->plan->opts.project, job->image, last.git_commit,
				      job->run->plan->arena, &job->node->reasons);
		store_run_fini(&last);
	}
	return r;
}

static int
start_load(struct job *job, struct err *err)
{
	AUTO_FREE char *name = run_local_name(job->run->plan->opts.project->graph, job->image);
	struct builder_cmd cmd;

	if (builder_is_loaded(builder_of(job), job->node->image_id, name)) {
		job_leave(job, job->rebuilt ? JOB_BUILT : JOB_CURRENT);
		return 0;
	}
	builder_load_cmd(builder_of(job), job->node->made.arena, job->node->image_id, name, &cmd);
	return job_start_cmd(job, &cmd, JOB_LOADING, err);
}

/* What an image that needs no build may need: its checks, its key in the registry, its name. */
static int
start_current(struct job *job, struct err *err)
{
	struct plan_node *node = job->node;
	int r;

	if (!node->open_checks) {
		job_go_on(job);
		return 0;
	}
	r = builder_has(builder_of(job), node->image_id, err);
	if (r < 0)
		return r;
	if (!r)
		return start_fetch(job, node->image_id, job->image, err);
	job_check(job);
	return 0;
}

static int
step_on(struct job *job, struct err *err)
{
	const struct input_image *missing;
	int r;

	if (job->next_pull < job->node->npulls) {
		const struct plan_pull *pull = &job->node->pulls[job->next_pull++];

		return start_pull(job, pull->ref, &pull->platform, err);
	}
	if (job->node->npulls) {
		r = decide_again(job, err);
		if (r)
			return r;
		job->node->npulls = 0;
	}
	if (plan_must_ask(job->run->plan, job->image)) {
		job_ask(job);
		return 0;
	}
	if (job->node->state == PLAN_UP_TO_DATE)
		return start_current(job, err);
	r = job_missing_image(job, &missing, err);
	if (r)
		return r;
	if (missing)
		return start_import(job, missing, err);
	r = job_download(job, err);
	return r || job->download ? r : start_build(job, err);
}

void
job_advance(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (job->run->stopping && job->run->signo) {
		err_set(&err, ERR_CANCELLED, "cancelled");
		job_fail(job, &err);
		return;
	}
	if (step_on(job, &err))
		job_fail(job, &err);
}

void
job_record(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	job->same_image = !job->same_content && job->node->previous && job->node->last.image_id &&
			  !strcmp(job->node->last.image_id, job->built_id);
	if (run_record_built(job, job->built_id, &err)) {
		run_fatal(job->run, &err);
		job_leave(job, JOB_CANCELLED);
		return;
	}
	job->rebuilt = true;
	plan_set_built(job->run->plan, job->image, job->built_id);
	if (job->run->plan->opts.publish ? job_push(job, &err) : job_keep_record(job, &err))
		job_fail(job, &err);
	else if (!job->run->plan->opts.publish)
		job_finish(job);
}

static void
built(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	job->ended_ms = clock_wall_ms();
	if (guard_log_end(job->guards, job->run->plan->opts.project->graph_path, &err) ||
	    build_image_id(job->dir, job->built_id, &err) ||
	    builder_keep(builder_of(job), job->dir, job->built_id, &err))
		job_fail(job, &err);
	else
		job_check(job);
}

void
job_go_on(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (!plan_must_push(job->run->plan, job->node))
		job_finish(job);
	else if (job_push(job, &err))
		job_fail(job, &err);
}

void
job_finish(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;
	bool load = job->run->opts->load && !job->run->stopping;
	int r = load ? builder_has(builder_of(job), job->node->image_id, &err) : 0;

	run_job_settled(job);
	if (r < 0)
		job_fail(job, &err);
	else if (!r)
		job_leave(job, job->rebuilt ? JOB_BUILT : JOB_CURRENT);
	else if (start_load(job, &err))
		job_fail(job, &err);
}

static void
on_exit_of(void *ctx, const struct proc_result *result)
{
	struct job *job = ctx;
	struct builder_task *task = STEAL(job->task);
	struct str tail = builder_task_tail(task);
	bool ok = result->status == 0 && !result->timed_out && !result->cancelled;
	AUTO_ERR struct err err = ERR_INIT;

	if (!ok && job->state == JOB_BUILDING && !job->retried && !result->timed_out &&
	    !result->cancelled && builder_should_retry(builder_of(job), tail)) {
		job->retried = true;
		job_advance(job);
	} else if (!ok) {
		job_command_error(job, result, tail, &err);
		job_fail(job, &err);
	} else if (job->state == JOB_BUILDING) {
		built(job);
	} else if (job->state == JOB_PUSHING) {
		job_pushed(job);
	} else if (job->state == JOB_LOADING) {
		job_leave(job, job->rebuilt ? JOB_BUILT : JOB_CURRENT);
	} else {
		job_advance(job);
	}
	builder_task_free(task);
}

static int
open_log(struct job *job, struct err *err)
{
	AUTO_BUF struct buf name = BUF_INIT;
	AUTO_FREE char *dir = NULL, *path = NULL;
	int r;

	buf_init(&name, 0);
	for (const char *p = job->image->name; *p; p++) {
		if (*p == '/')
			buf_adds(&name, "%2F"); /* names may have slashes, files may not */
		else
			buf_addc(&name, *p);
	}
	job->log = xasprintf("%lld/%s.log", (long long)job->run->row.id, name.data);
	path = path_join(job->run->logs_dir, job->log);
	dir = path_dir(path);
	r = file_mkdirs(dir, err);
	if (r)
		return r;
	job->log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return job->log_fd < 0 ? err_sys(err, "cannot write '%s'", path) : 0;
}

void
job_start(struct job *job)
{
	AUTO_ERR struct err err = ERR_INIT;

	job->worked = true;
	job->started_ms = clock_wall_ms();
	if (open_log(job, &err))
		job_fail(job, &err);
	else
		job_advance(job);
}

void
job_cancel(struct job *job)
{
	if (job->task)
		builder_task_end(job->task);
	if (job->reading)
		image_read_cancel(job->reading);
	if (job->checking)
		check_cancel(job->checking);
	if (job->asking || job->download) {
		AUTO_ERR struct err err = ERR_INIT;

		if (job->download)
			download_cancel(STEAL(job->download));
		job->asking = false;
		err_set(&err, ERR_CANCELLED, "cancelled");
		job_fail(job, &err);
	}
}
