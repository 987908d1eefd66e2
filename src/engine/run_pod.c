/* SPDX-License-Identifier: Apache-2.0 */
/* run_pod.c: the pods of a run, one after the other, when no image is under way any more. */
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "engine/builder_task.h"
#include "engine/check_text.h"
#include "engine/pod_check.h"
#include "engine/run_priv.h"
#include "engine/shared.h"

#include <fcntl.h>
#include <unistd.h>

struct run_pods {
	struct arena *arena;
	struct run_pod *v; /* one a pod of the graph */
	size_t n, next;
	struct pod_check *checking;
	struct builder_task *task; /* that fetches an image */
	size_t fetching;           /* container of the pod */
	bool pulled;               /* into the user's storage */
	int log_fd;
	struct err err; /* the first reason why the registry was not told */
};

static int
open_log(struct run *run, const struct graph_pod *pod, struct err *err)
{
	AUTO_FREE char *path =
		xasprintf("%s/%lld/pod-%s.log", run->logs_dir, (long long)run->row.id, pod->name);
	AUTO_FREE char *dir = path_dir(path);
	int r = file_mkdirs(dir, err);

	if (r)
		return r;
	run->pods->log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return run->pods->log_fd < 0 ? err_sys(err, "cannot write '%s'", path) : 0;
}

/* The pod's turn is over. */
static void
leave(struct run *run)
{
	struct run_pods *pods = run->pods;

	close_fdp(&pods->log_fd);
	pods->log_fd = -1;
	pods->next++;
	run->active--;
	run_go_on(run);
}

static struct pod_check_opts
check_opts(struct run *run, const struct run_pod *result)
{
	const struct plan_opts *opts = &run->plan->opts;

	return (struct pod_check_opts){ .pod = result->pod,
					.image_ids = plan_pod_images(run->plan, result->pod,
								     run->pods->arena),
					.builder = opts->builder,
					.store = opts->store,
					.loop = run->opts->loop,
					.run_id = run->row.id,
					.log_fd = run->pods->log_fd,
					.stage_dir = run->stage_dir };
}

static void
on_noted(void *ctx, struct shared_image *found)
{
	struct run_pod *result = ctx;
	struct run *run = result->noted_by;

	if (!result->noting) /* the run was stopped */
		return;
	if (found->state == REGISTRY_UNKNOWN && !run->pods->err.class)
		err_move(&run->pods->err, &found->err);
	if (--result->noting)
		return;
	if (run->pods->err.class) {
		(void)err_prefix(&run->pods->err, "pod '%s'", result->pod->graph->name);
		run_fatal(run, &run->pods->err);
	}
	leave(run);
}

/* Beside each of its images in the registry, so that no other machine plays it again. */
static void
tell_registry(struct run *run, struct run_pod *result)
{
	const struct plan *plan = run->plan;
	struct pod_check_opts opts = check_opts(run, result);
	AUTO_FREE char *text = pod_check_text(&opts);
	char digest[DIGEST_SIZE];
	struct shared_note note = { .passed = digest, .text = text };

	sha256_digest(pod_check_digest(&opts), digest);
	result->noted_by = run;
	result->noting = result->pod->ncontainers;
	for (size_t i = 0; i < result->pod->ncontainers; i++) {
		const struct plan_node *node =
			&plan->nodes[result->pod->containers[i].image->index];

		shared_note_passed(plan->opts.shared, node->image, node->digest, &note, on_noted,
				   result);
	}
}

static void
on_checked(void *ctx, struct graph_place place, const char *message, struct err *err)
{
	struct run *run = ctx;
	struct run_pods *pods = run->pods;
	struct run_pod *pod = &pods->v[pods->next];
	struct pod_check *check = pods->checking;

	pods->checking = NULL;
	pod->place = place;
	pod->message = message ? xstrdup(message) : NULL;
	pod->state = message ? RUN_POD_FAILED : RUN_POD_PASSED;
	pod->elapsed_ms = clock_wall_ms() - pod->started_ms;
	if (err->class)
		pod->state = RUN_POD_OPEN;
	if (err->class && err->class != ERR_CANCELLED)
		run_fatal(run, err);
	if (message && !run->opts->keep_going)
		run->stopping = true;
	pod_check_free(check);
	if (pod->state == RUN_POD_PASSED && run->plan->opts.publish)
		tell_registry(run, pod);
	else
		leave(run);
}

static int
start_check(struct run *run, struct err *err)
{
	struct run_pods *pods = run->pods;
	struct pod_check_opts check = check_opts(run, &pods->v[pods->next]);

	return pod_check_start(&check, on_checked, run, &pods->checking, err);
}

static void step(struct run *run);

static void
on_fetched(void *ctx, const struct proc_result *res)
{
	struct run *run = ctx;
	struct run_pods *pods = run->pods;
	struct builder_task *task = STEAL(pods->task);
	AUTO_ERR struct err err = ERR_INIT;

	if (res->cancelled) {
		err_set(&err, ERR_CANCELLED, "cancelled");
	} else if (res->status != 0) {
		AUTO_FREE char *last = check_text_last_line(builder_task_tail(task));

		err_set(&err, ERR_TEMPORARY, "cannot fetch an image for pod '%s': %s",
			pods->v[pods->next].pod->graph->name, last);
	}
	builder_task_free(task);
	if (err.class) {
		on_checked(run, (struct graph_place){ 0 }, NULL, &err);
		return;
	}
	pods->fetching += pods->pulled;
	pods->pulled = !pods->pulled;
	step(run);
}

/* From the registry into the user's storage, and from there into ours. */
static int
fetch(struct run *run, const struct plan_node *node, struct err *err)
{
	const struct plan_opts *plan = &run->plan->opts;
	struct run_pods *pods = run->pods;
	struct builder_task_opts opts = {
		.loop = run->opts->loop, .log_fd = pods->log_fd, .on_exit = on_fetched, .ctx = run
	};
	struct builder_cmd cmd;

	if (!pods->pulled && *node->digest)
		builder_pull_cmd(plan->builder, pods->arena,
				 shared_ref(plan->shared, pods->arena, node->image, NULL,
					    node->digest),
				 &node->image->platform, &cmd);
	else
		builder_import_cmd(plan->builder, pods->arena, node->image_id, &cmd);
	if (!*node->digest)
		pods->pulled = true;
	return builder_task_start(&cmd, &opts, &pods->task, err);
}

/* Fetches the next image that is not here, or starts the pod. */
static int
fetch_or_check(struct run *run, struct err *err)
{
	struct run_pods *pods = run->pods;
	const struct pod *pod = pods->v[pods->next].pod;

	for (; pods->fetching < pod->ncontainers; pods->fetching++) {
		const struct graph_image *image = pod->containers[pods->fetching].image;
		const struct plan_node *node = &run->plan->nodes[image->index];
		int r = pods->pulled ? 0
				     : builder_has(run->plan->opts.builder, node->image_id, err);

		if (r <= 0)
			return r ? r : fetch(run, node, err);
	}
	return start_check(run, err);
}

static void
step(struct run *run)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (fetch_or_check(run, &err))
		on_checked(run, (struct graph_place){ 0 }, NULL, &err);
}

static int
start(struct run *run, struct run_pod *result, struct err *err)
{
	int r = open_log(run, result->pod->graph, err);

	result->started_ms = clock_wall_ms();
	run->pods->fetching = 0;
	run->pods->pulled = false;
	return r ? r : fetch_or_check(run, err);
}

bool
run_pod_next(struct run *run)
{
	struct run_pods *pods = run->pods;

	for (; pods->next < pods->n && !run->stopping; pods->next++) {
		struct run_pod *result = &pods->v[pods->next];
		AUTO_ERR struct err err = ERR_INIT;
		int r = plan_pod_open(run->plan, result->pod, &err);

		if (r > 0)
			r = start(run, result, &err);
		else if (!r)
			continue;
		if (r) {
			run_fatal(run, &err);
			return false;
		}
		run->active++;
		if (run->opts->observer && run->opts->observer->pod)
			run->opts->observer->pod(run->opts->observer->ctx, result);
		return true;
	}
	return false;
}

void
run_pod_cancel(struct run *run)
{
	if (run->pods && run->pods->checking)
		pod_check_cancel(run->pods->checking);
	if (run->pods && run->pods->task)
		builder_task_end(run->pods->task);
	if (run->pods && run->pods->next < run->pods->n && run->pods->v[run->pods->next].noting) {
		run->pods->v[run->pods->next].noting = 0;
		leave(run);
	}
}

void
run_pod_begin(struct run *run)
{
	const struct project *p = run->plan->opts.project;
	struct run_pods *pods = xcalloc(1, sizeof(*pods));

	pods->arena = arena_new();
	pods->log_fd = -1;
	pods->n = p->graph->npods;
	pods->v = xcalloc(pods->n + 1, sizeof(*pods->v));
	for (size_t i = 0; i < pods->n; i++)
		pods->v[i].pod = &p->pods[i];
	run->pods = pods;
}

void
run_pod_end(struct run *run, struct run_result *ret)
{
	struct run_pods *pods = run->pods;

	if (!pods)
		return;
	for (size_t i = 0; i < pods->n; i++)
		ret->pods_failed += pods->v[i].state == RUN_POD_FAILED;
	ret->pods = STEAL(pods->v);
	ret->npods = pods->n;
	arena_free(pods->arena);
	err_clear(&pods->err);
	free(pods);
	run->pods = NULL;
}
