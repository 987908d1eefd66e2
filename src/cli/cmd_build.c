/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_build.c: lockstep build. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/work.h"

static unsigned arg_jobs;
static bool arg_dry_run, arg_force, arg_keep_going, arg_only, arg_load, arg_no_load, arg_frozen,
	arg_pull, arg_push, arg_shared, arg_allow_soft;
static opt_texts arg_insecure;
static const char *arg_commit;

static const struct opt options[] = {
	{ 'j', "jobs", OPT_COUNT, "N", "build up to N images at once (processors)", &arg_jobs },
	{ 'n', "dry-run", OPT_FLAG, NULL, "print the plan and build nothing", &arg_dry_run },
	{ 'f', "force", OPT_FLAG, NULL, "build the named images even if up to date", &arg_force },
	{ 'k', "keep-going", OPT_FLAG, NULL, "finish what does not need a failed image",
	  &arg_keep_going },
	{ 0, "allow-soft", OPT_FLAG, NULL,
	  "status 0 although soft images failed and stay as last built", &arg_allow_soft },
	{ 0, "only", OPT_FLAG, NULL, "build nothing but the named images", &arg_only },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0, "frozen", OPT_FLAG, NULL, "let no `refresh:` period end", &arg_frozen },
	{ 0, "pull", OPT_FLAG, NULL, "ask registries for images from outside that are here, too",
	  &arg_pull },
	{ 0, "push", OPT_FLAG, NULL, "take from the registry what is there, push what is not",
	  &arg_push },
	{ 0, "shared", OPT_FLAG, NULL, "take from the registry what is there", &arg_shared },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0, "load", OPT_FLAG, NULL, "put built images into your container storage", &arg_load },
	{ 0, "no-load", OPT_FLAG, NULL, "do not, also on a terminal", &arg_no_load },
	{ 0 },
};

static void
nothing_to_do(struct session *s, const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += plan->nodes[i].state == PLAN_UP_TO_DATE;
	if (s->o.json)
		render_json(render_plan_json(plan));
	else
		out_print("nothing to do: %zu image%s up to date\n", n, n == 1 ? "" : "s");
}

static void
show(struct session *s, const struct work *w)
{
	if (!w->plan)
		return;
	if (!w->res.run_id)
		nothing_to_do(s, w->plan);
	else if (s->o.json)
		render_json(render_run_json(w->plan, &w->res));
	else
		render_run_text(w->plan, &w->res, s->state_dir);
}

static int
dry_run(struct session *s, const struct work_opts *opts, struct err *err)
{
	struct plan *plan = NULL;
	int r = work_plan(s, opts, &plan, err);

	if (r)
		return r;
	if (s->o.json)
		render_json(render_plan_json(plan));
	else
		render_plan_text(plan);
	r = plan_check_machine(plan, err);
	plan_free(plan);
	return r;
}

static int
build(struct session *s, int argc, char **argv, struct err *err)
{
	struct work_opts opts = { .images = argv,
				  .nimages = argc,
				  .jobs = arg_jobs,
				  .force = arg_force,
				  .only = arg_only,
				  .frozen = arg_frozen,
				  .keep_going = arg_keep_going,
				  .allow_soft = arg_allow_soft,
				  .load = arg_load || (!arg_no_load && out_stdout_is_tty()),
				  .shared = arg_shared || arg_push };
	struct work w;
	int r;

	if (arg_only && !argc)
		return err_set(err, ERR_USAGE, "--only needs the name of an image");
	s->o.commit = arg_commit;
	s->o.pull = arg_pull;
	s->o.insecure = arg_insecure;
	opts.publish = arg_push && work_may_publish(session_origin(s));
	if (arg_dry_run)
		return dry_run(s, &opts, err);
	r = work_do(s, &opts, &w, err);
	if (!r || w.res.run_id)
		show(s, &w);
	if (!r)
		r = work_degraded(&w, &opts, err);
	work_fini(&w);
	return r;
}

const struct cmd cmd_build = {
	.name = "build",
	.args = "[IMAGE...]",
	.summary = "build what changed, and what it needs",
	.about =
		"Builds the images named (all without a name) and what they are built from, as far\n"
		"as their inputs changed. Independent images are built at once, the longest\n"
		"remaining path first. Finished images are recorded one by one; Ctrl-C stops\n"
		"everything and leaves nothing half recorded.\n\n"
		"Guards of the graph file are looked at before anything is built, the checks of an\n"
		"image after its build: one that fails a check is not recorded, not loaded, and\n"
		"nothing is built on it. An image that is up to date is checked again only when a\n"
		"check of it is new or was edited. Pods of the graph file are started last, from the\n"
		"images as they were built, when one of these or a question is new.\n"
		"\n"
		"An image with 'soft: true' that cannot be pulled for, built or checked keeps its last\n"
		"good image, which its children are then built on: with the registry the one that\n"
		"'latest' names there, else the last one that was built and is still here. The run is\n"
		"degraded, and ends with status 1 unless --allow-soft is given.\n"
		"\n"
		"With --shared, an image that the graph's registry has under the same key is taken\n"
		"as it is there, without pulling it. With --push, what the registry does not have is\n"
		"pushed under its key, with the record of its inputs; release tags do not move. A job\n"
		"for a pull request from a fork pushes nothing, says so, and is --shared.",
	.examples = "  $ lockstep build\n"
		    "  $ lockstep build vk-local -j 4\n"
		    "  $ lockstep build --dry-run\n"
		    "  $ lockstep build --only vk-local --push\n"
		    "  $ lockstep build --force agent-base --keep-going\n",
	.opts = options,
	.run = build,
};
