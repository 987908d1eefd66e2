/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_history.c: lockstep history. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/gc.h"

#define DEFAULT_RUNS 20

static unsigned arg_number;
static const char *arg_image;

static const struct opt options[] = {
	{ 'n', "number", OPT_COUNT, "N", "the last N runs (20)", &arg_number },
	{ 0, "image", OPT_TEXT, "IMAGE", "only runs that had to do with IMAGE", &arg_image },
	{ 0 },
};

static bool
concerns(const store_steps *steps)
{
	if (!arg_image)
		return true;
	for (size_t i = 0; i < steps->n; i++)
		if (!strcmp(steps->v[i].image, arg_image))
			return true;
	return false;
}

static void
print_step(const struct store_step *step)
{
	char took[CLOCK_TEXT_SIZE];

	clock_duration(step->ended_ms - step->started_ms, took);
	out_print("    %-24s %s", step->image, step_outcome_name(step->outcome));
	if (step->outcome == STEP_BUILT)
		out_print("  %s  %s", took, render_id(step->image_id));
	else if (step->message)
		out_print(": %s", step->message);
	out_print("\n");
}

static void
print_run(const struct store_run *run, const store_steps *steps)
{
	char when[CLOCK_TEXT_SIZE], took[CLOCK_TEXT_SIZE];

	clock_local(run->started_ms, when);
	out_print("%srun %lld%s  %s  %s", out_style(OUT_BOLD), (long long)run->id,
		  out_style(OUT_PLAIN), when, run_state_name(run->state));
	if (run->ended_ms) {
		clock_duration(run->ended_ms - run->started_ms, took);
		out_print(" in %s", took);
	}
	if (run->git_commit)
		out_print("  commit %.7s%s", run->git_commit,
			  strchr(run->git_commit, '+') ? " and changes" : "");
	out_print("  %s\n", run->command);
	for (size_t i = 0; i < steps->n; i++)
		print_step(&steps->v[i]);
}

static json_t *
step_json(const struct store_step *step)
{
	json_t *j = json_object();
	char key[DIGEST_SIZE];

	json_set_text(j, "image", step->image);
	json_set_text(j, "outcome", step_outcome_name(step->outcome));
	if (step->has_key) {
		sha256_digest(step->key, key);
		json_set_text(j, "key", key);
	}
	json_set_text(j, "image_id", step->image_id);
	json_set_int(j, "duration_ms", step->ended_ms - step->started_ms);
	if (step->message)
		json_set_text(j, "message", step->message);
	return j;
}

static json_t *
run_json(const struct store_run *run, const store_steps *steps)
{
	json_t *j = json_object(), *list = json_array();
	char when[CLOCK_TEXT_SIZE];

	clock_rfc3339(run->started_ms, when);
	json_set_int(j, "run", run->id);
	json_set_text(j, "time", when);
	json_set_text(j, "state", run_state_name(run->state));
	json_set_text(j, "command", run->command);
	json_set_text(j, "commit", run->git_commit);
	if (run->ended_ms)
		json_set_int(j, "elapsed_ms", run->ended_ms - run->started_ms);
	for (size_t i = 0; i < steps->n; i++)
		json_array_append_new(list, step_json(&steps->v[i]));
	json_object_set_new(j, "images", list);
	return j;
}

static int
show(struct session *s, const store_runs *runs, json_t *list, struct err *err)
{
	for (size_t i = 0; i < runs->n; i++) {
		store_steps steps = { 0 };
		int r = store_step_of_run(s->store, runs->v[i].id, &steps, err);

		if (!r && concerns(&steps) && list)
			json_array_append_new(list, run_json(&runs->v[i], &steps));
		else if (!r && concerns(&steps))
			print_run(&runs->v[i], &steps);
		store_steps_fini(&steps);
		if (r)
			return r;
	}
	return 0;
}

/* In a list that goes to its end. */
static int
tell_forgotten(struct session *s, size_t shown, struct err *err)
{
	int64_t last;
	int r = gc_forgotten(s->store, &last, err);

	if (!r && last && shown < (arg_number ? arg_number : DEFAULT_RUNS))
		out_print("runs up to %lld: forgotten by `lockstep gc`, but for the last builds of "
			  "images\n",
			  (long long)last);
	return r;
}

static int
history(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	store_runs runs = { 0 };
	json_t *list = NULL;
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	if (!r)
		r = session_project(s, err);
	if (!r)
		r = session_store(s, err);
	if (!r)
		r = store_run_list(s->store, s->project->scope,
				   arg_number ? (int64_t)arg_number : DEFAULT_RUNS, &runs, err);
	if (!r && s->o.json)
		list = json_array();
	if (!r)
		r = show(s, &runs, list, err);
	if (!r && list)
		render_json(list);
	else if (!r && !runs.n)
		out_print("no runs yet\n");
	if (!r && !list)
		r = tell_forgotten(s, runs.n, err);
	store_runs_fini(&runs);
	return r;
}

const struct cmd cmd_history = {
	.name = "history",
	.args = "",
	.summary = "past runs",
	.about = "Prints the runs of this graph that had something to do, the newest first. A run\n"
		 "that found everything up to date is not recorded.",
	.examples = "  $ lockstep history\n"
		    "  $ lockstep history -n 3 --json\n"
		    "  $ lockstep history --image vk-local\n",
	.opts = options,
	.run = history,
};
