/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_build.c: lockstep build. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/live.h"
#include "cli/render.h"

static unsigned arg_jobs;
static bool arg_dry_run, arg_force, arg_keep_going, arg_only, arg_load, arg_no_load, arg_frozen,
	arg_pull;
static const char *arg_commit;

static const struct opt options[] = {
	{ 'j', "jobs", OPT_COUNT, "N", "build up to N images at once (processors)", &arg_jobs },
	{ 'n', "dry-run", OPT_FLAG, NULL, "print the plan and build nothing", &arg_dry_run },
	{ 'f', "force", OPT_FLAG, NULL, "build the named images even if up to date", &arg_force },
	{ 'k', "keep-going", OPT_FLAG, NULL, "finish what does not need a failed image",
	  &arg_keep_going },
	{ 0, "only", OPT_FLAG, NULL, "build nothing but the named images", &arg_only },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0, "frozen", OPT_FLAG, NULL, "let no `refresh:` period end", &arg_frozen },
	{ 0, "pull", OPT_FLAG, NULL, "ask registries for images from outside that are here, too",
	  &arg_pull },
	{ 0, "load", OPT_FLAG, NULL, "put built images into your container storage", &arg_load },
	{ 0, "no-load", OPT_FLAG, NULL, "do not, also on a terminal", &arg_no_load },
	{ 0 },
};

static unsigned
jobs(void)
{
	const char *env = getenv("LOCKSTEP_JOBS");
	unsigned long long n;

	if (arg_jobs)
		return arg_jobs;
	if (env && str_to_u64(str_c(env), &n) && n > 0 && n < 10000)
		return (unsigned)n;
	return pool_processors();
}

static int
make_plan(struct session *s, int argc, char **argv, struct plan **ret, struct err *err)
{
	struct plan_opts opts = session_plan_opts(s, argv, argc);

	opts.force = arg_force;
	opts.only = arg_only;
	opts.frozen = arg_frozen;
	return session_plan(s, &opts, ret, err);
}

static bool
loads(void)
{
	return arg_load || (!arg_no_load && out_stdout_is_tty());
}

static bool
is_done(const struct plan *plan)
{
	return !plan->nbuild && !plan->nwait && !plan->ncheck && !(loads() && run_must_load(plan));
}

/* --only: the ancestors are up to date (plan_make saw to it), so only the named can be built. */
static int
run_plan(struct session *s, struct plan *plan, struct err *err)
{
	struct run_opts opts = { .plan = plan,
				 .state_dir = s->state_dir,
				 .command = s->command,
				 .jobs = jobs(),
				 .timeout_s = s->project->graph->timeout_s,
				 .keep_going = arg_keep_going,
				 .load = loads() };
	struct run_result res = { 0 };
	struct live *live;
	int r = loop_new(&s->loop, err);

	if (r)
		return r;
	opts.loop = s->loop;
	live = live_new(s->loop, plan);
	opts.observer = live_observer(live);
	r = run_execute(&opts, &res, err);
	live_free(live);
	if (res.run_id && s->o.json)
		render_json(render_run_json(plan, &res));
	else if (res.run_id)
		render_run_text(plan, &res, s->state_dir);
	if (res.signo)
		err->sys_errno = res.signo;
	run_result_fini(&res);
	return r;
}

/* What the graph file asks for and this version does not do yet is said, never passed over. */
static void
say_unchecked(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; plan->selected[i] && k < plan->nodes[i].image->nchecks; k++)
			n += !check_is_judged(plan->nodes[i].image->checks[k].kind);
	if (n)
		out_err("lockstep: note: this version does not run checks: %zu of the graph "
			"%s not looked at\n",
			n, n == 1 ? "was" : "were");
}

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

static int
build(struct session *s, int argc, char **argv, struct err *err)
{
	struct plan *plan = NULL;
	int r;

	if (arg_only && !argc)
		return err_set(err, ERR_USAGE, "--only needs the name of an image");
	s->o.commit = arg_commit;
	s->o.pull = arg_pull;
	r = session_engine(s, err);
	if (!r)
		r = make_plan(s, argc, argv, &plan, err);
	if (r)
		return r;
	if (arg_dry_run && s->o.json) {
		render_json(render_plan_json(plan));
	} else if (arg_dry_run) {
		render_plan_text(plan);
	} else if (is_done(plan)) {
		nothing_to_do(s, plan);
	} else {
		plan_free(plan);
		plan = NULL;
		r = session_lock(s, err);
		if (!r)
			r = session_reload(s, err);
		if (!r)
			r = make_plan(s, argc, argv, &plan, err);
		if (!r && is_done(plan))
			nothing_to_do(s, plan);
		else if (!r)
			r = run_plan(s, plan, err);
		if (plan)
			say_unchecked(plan);
	}
	plan_free(plan);
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
		"check of it is new or was edited.",
	.examples = "  $ lockstep build\n"
		    "  $ lockstep build vk-local -j 4\n"
		    "  $ lockstep build --dry-run\n"
		    "  $ lockstep build --force agent-base --keep-going\n",
	.opts = options,
	.run = build,
};
