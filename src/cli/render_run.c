/* SPDX-License-Identifier: Apache-2.0 */
/* render_run.c: the summary of a run. */
#include "base/clock.h"
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/render.h"

#include <fcntl.h>

#define TAIL_LINES 12
#define MAX_LOG (64u << 20)

/* The last lines of a failed image's log. */
static void
print_tail(const struct job *job, const char *state_dir)
{
	AUTO_FREE char *dir = run_logs_dir(state_dir), *path = NULL;
	AUTO_ERR struct err ignored = ERR_INIT; /* a log that is gone is told by `log` */
	AUTO_BUF struct buf text = BUF_INIT, safe = BUF_INIT;
	size_t from, lines = 0;

	if (!job->log)
		return;
	path = path_join(dir, job->log);
	buf_init(&text, 0);
	if (file_read(AT_FDCWD, path, MAX_LOG, &text, &ignored) || !text.len)
		return;
	for (from = text.len; from > 0; from--)
		if (text.data[from - 1] == '\n' && from != text.len && ++lines == TAIL_LINES)
			break;
	struct str rest = str_sub(buf_str(&text), from, text.len), line;

	while (str_next_line(&rest, &line)) {
		buf_init(&safe, 0);
		out_safe(&safe, line);
		out_err("  | %s\n", safe.data);
		buf_fini(&safe);
	}
}

static void
print_check(const struct check_result *r, const char *graph_file)
{
	AUTO_FREE char *subject = check_subject(r->check);
	AUTO_BUF struct buf safe = BUF_INIT;

	buf_init(&safe, 0);
	out_safe(&safe, str_c(subject));
	buf_adds(&safe, ": ");
	out_safe(&safe, str_c(r->message));
	out_err("%s:%d:%d: check failed: %s\n", graph_file, r->check->at.line, r->check->at.col,
		safe.data);
}

/* Of an image that failed a check, every check that failed: the log would tell nothing. */
static void
print_checks(const struct job *job, const char *graph_file)
{
	out_err("\n%s%s failed%s: %zu of %zu checks\n", out_style_err(OUT_RED), job->image->name,
		out_style_err(OUT_PLAIN), check_results_count(&job->checks, CHECK_FAILED),
		job->checks.n);
	for (size_t i = 0; i < job->checks.n; i++)
		if (job->checks.v[i].outcome == CHECK_FAILED)
			print_check(&job->checks.v[i], graph_file);
}

static void
print_failure(const struct job *job, const char *state_dir)
{
	AUTO_BUF struct buf safe = BUF_INIT;

	buf_init(&safe, 0);
	out_safe(&safe, str_c(job->message ? job->message : ""));
	if (job_went_wrong(job)) {
		out_err("\n%s%s failed%s\n", out_style_err(OUT_RED), job->image->name,
			out_style_err(OUT_PLAIN));
		print_tail(job, state_dir);
		out_err("%s\n", safe.data);
		if (job->hint)
			out_err("    %s\n", job->hint);
	} else if (job->state == JOB_SKIPPED) {
		out_err("%s skipped: %s\n", job->image->name, safe.data);
	}
}

static void
print_degraded(const struct job *job)
{
	out_err("%s is degraded: it stays at %s\n", job->image->name,
		render_id(*job->node->digest ? job->node->digest : job->node->image_id));
}

static void
print_pod(const struct run_pod *pod, const char *graph_file)
{
	char took[CLOCK_TEXT_SIZE];
	AUTO_BUF struct buf safe = BUF_INIT;

	clock_duration(pod->elapsed_ms, took);
	if (pod->state == RUN_POD_PASSED)
		out_err("pod %s  passed  %s\n", pod->pod->graph->name, took);
	if (pod->state != RUN_POD_FAILED)
		return;
	buf_init(&safe, 0);
	out_safe(&safe, str_c(pod->message));
	out_err("\n%spod %s failed%s\n", out_style_err(OUT_RED), pod->pod->graph->name,
		out_style_err(OUT_PLAIN));
	out_err("%s:%d:%d: check failed: %s\n", graph_file, pod->place.line, pod->place.col,
		safe.data);
}

void
render_run_text(const struct plan *p, const struct run_result *res, const char *state_dir)
{
	const struct graph *g = p->opts.project->graph;
	char took[CLOCK_TEXT_SIZE], saved[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < g->nimages; i++) {
		const struct job *job = &res->jobs[g->order[i]->index];

		if (job->image && check_results_count(&job->checks, CHECK_FAILED))
			print_checks(job, p->opts.project->graph_path);
		else if (job->image)
			print_failure(job, state_dir);
		if (job->image && job->state == JOB_DEGRADED)
			print_degraded(job);
		if (job->node && job->node->not_reproducible)
			out_err("%s is not reproducible: the registry had another image under its "
				"key, %s, which is kept\n",
				job->image->name, render_id(job->node->image_id));
	}
	for (size_t i = 0; i < res->npods; i++)
		print_pod(&res->pods[i], p->opts.project->graph_path);
	clock_duration(res->elapsed_ms, took);
	clock_duration(res->saved_ms, saved);
	out_print("run %lld: %zu built, %zu up to date", (long long)res->run_id, res->built,
		  res->current);
	if (res->pushed)
		out_print(", %zu pushed", res->pushed);
	if (res->degraded)
		out_print(", %s%zu degraded%s", out_style(OUT_RED), res->degraded,
			  out_style(OUT_PLAIN));
	if (res->failed)
		out_print(", %s%zu failed%s", out_style(OUT_RED), res->failed,
			  out_style(OUT_PLAIN));
	if (res->skipped)
		out_print(", %zu skipped", res->skipped);
	if (res->cancelled)
		out_print(", %zu not built", res->cancelled);
	out_print(" in %s", took);
	if (res->saved_ms >= 1000)
		out_print(" (about %s saved)", saved);
	out_print("\n");
}

static json_t *
checks_json(const struct check_results *rs)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rs->n; i++) {
		const struct check_result *r = &rs->v[i];
		AUTO_FREE char *subject = check_subject(r->check);
		json_t *j = json_object();

		json_set_text(j, "kind", graph_check_kind_name(r->check->kind));
		json_set_text(j, "subject", subject);
		json_set_text(j, "outcome", check_outcome_name(r->outcome));
		json_set_bool(j, "remembered", r->remembered);
		json_set_text(j, "message", r->message);
		json_set_int(j, "line", r->check->at.line);
		json_set_int(j, "column", r->check->at.col);
		json_set_int(j, "duration_ms", r->duration_ms);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
job_json(const struct plan *p, const struct job *job)
{
	const struct plan_node *node = &p->nodes[job->image->index];
	json_t *j = json_object();
	char key[DIGEST_SIZE];

	json_set_text(j, "image", job->image->name);
	json_set_text(j, "state", job_state_name(job->state));
	if (node->made.inputs && node->made.complete && node->state != PLAN_WAITS) {
		sha256_digest(node->made.inputs->key, key);
		json_set_text(j, "key", key);
	}
	if (*node->image_id)
		json_set_text(j, "image_id", node->image_id);
	if (node->previous && node->last.image_id)
		json_set_text(j, "previous_image_id", node->last.image_id);
	if (*node->digest)
		json_set_text(j, "digest", node->digest);
	json_set_bool(j, "pushed", job->pushed);
	json_set_bool(j, "not_reproducible", node->not_reproducible);
	json_set_bool(j, "same_image", job->same_image);
	json_set_bool(j, "same_content", job->same_content);
	if (*job->made_id)
		json_set_text(j, "made_image_id", job->made_id);
	json_object_set_new(j, "notes", render_notes_json(node));
	json_object_set_new(j, "reasons", reasons_to_json(&node->reasons));
	json_object_set_new(j, "checks", checks_json(&job->checks));
	if (job->ended_ms && job->started_ms)
		json_set_int(j, "duration_ms", job->ended_ms - job->started_ms);
	if (job->message)
		json_set_text(j, "message", job->message);
	if (job->where.file) {
		json_set_text(j, "file", job->where.file);
		json_set_int(j, "line", job->where.line);
	}
	if (job->log)
		json_set_text(j, "log", job->log);
	return j;
}

json_t *
render_pods_json(const struct plan *p, const struct run_result *res)
{
	static const char *const names[] = { "not run", "passed", "failed" };
	const struct graph *g = p->opts.project->graph;
	json_t *list = json_array();

	for (size_t i = 0; i < g->npods; i++) {
		const struct run_pod *pod = res && i < res->npods ? &res->pods[i] : NULL;
		json_t *j = json_object();

		json_set_text(j, "pod", g->pods[i].name);
		json_set_text(j, "outcome", names[pod ? pod->state : RUN_POD_OPEN]);
		if (pod && pod->message)
			json_set_text(j, "message", pod->message);
		json_set_int(j, "elapsed_ms", pod ? pod->elapsed_ms : 0);
		json_array_append_new(list, j);
	}
	return list;
}

json_t *
render_run_json(const struct plan *p, const struct run_result *res)
{
	const struct graph *g = p->opts.project->graph;
	json_t *j = json_object(), *images = json_array();

	json_set_int(j, "run", res->run_id);
	json_set_int(j, "built", (long long)res->built);
	json_set_int(j, "up_to_date", (long long)res->current);
	json_set_int(j, "pushed", (long long)res->pushed);
	json_set_int(j, "degraded", (long long)res->degraded);
	json_set_int(j, "failed", (long long)res->failed);
	json_set_int(j, "skipped", (long long)res->skipped);
	json_set_int(j, "cancelled", (long long)res->cancelled);
	json_set_int(j, "elapsed_ms", res->elapsed_ms);
	for (size_t i = 0; i < g->nimages; i++) {
		const struct job *job = &res->jobs[g->order[i]->index];

		if (job->image)
			json_array_append_new(images, job_json(p, job));
	}
	json_object_set_new(j, "images", images);
	json_object_set_new(j, "pods", render_pods_json(p, res));
	return j;
}
