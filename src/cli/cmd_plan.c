/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_plan.c: lockstep plan. */
#include "cli/cmd.h"
#include "cli/render.h"

static const char *arg_commit;
static bool arg_exit_code, arg_frozen;

static const struct opt options[] = {
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0, "exit-code", OPT_FLAG, NULL, "exit with 4 when there is work to do", &arg_exit_code },
	{ 0, "frozen", OPT_FLAG, NULL, "let no `refresh:` period end", &arg_frozen },
	{ 0 },
};

static int
plan(struct session *s, int argc, char **argv, struct err *err)
{
	struct plan_opts opts;
	struct plan *p = NULL;
	int r;

	s->o.commit = arg_commit;
	r = session_engine(s, err);
	if (r)
		return r;
	opts = session_plan_opts(s, argv, argc);
	opts.frozen = arg_frozen;
	r = plan_make(&opts, &p, &s->errs, err);
	if (!r && (p->nbuild || p->nwait))
		r = plan_load_durations(p, err);
	if (r) {
		plan_free(p);
		return r;
	}
	if (s->o.json)
		render_json(render_plan_json(p));
	else
		render_plan_text(p);
	if (arg_exit_code && (p->nbuild || p->nwait || p->ncheck))
		r = err_set(err, ERR_REFUSED, "%zu to build, %zu waiting, %zu to check", p->nbuild,
			    p->nwait, p->ncheck);
	plan_free(p);
	return r;
}

const struct cmd cmd_plan = {
	.name = "plan",
	.args = "[IMAGE...]",
	.summary = "what build would do, and why",
	.about =
		"Prints for each image whether it is up to date, would be built, or waits for a\n"
		"parent that would be built first, and what moved. Nothing is built and no builder\n"
		"is started.",
	.examples = "  $ lockstep plan\n"
		    "  $ lockstep plan secure-agent-kali --json\n"
		    "  $ lockstep plan --commit HEAD~1\n"
		    "  $ lockstep plan --exit-code >/dev/null || echo there is work to do\n",
	.opts = options,
	.run = plan,
};
