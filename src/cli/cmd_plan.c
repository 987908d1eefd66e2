/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_plan.c: lockstep plan. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/work.h"

#define FORMAT_LIST(X)                                                                             \
	X(FORMAT_TEXT, "text")                                                                     \
	X(FORMAT_JSON, "json")                                                                     \
	X(FORMAT_GITHUB, "github-matrix")                                                          \
	X(FORMAT_GITLAB, "gitlab")                                                                 \
	X(FORMAT_ARGO, "argo")                                                                     \
	X(FORMAT_MAKE, "make")
ENUM_DECLARE(plan_format, FORMAT_LIST);
ENUM_DEFINE(plan_format, FORMAT_LIST);

static const char *arg_commit, *arg_format;
static bool arg_exit_code, arg_frozen, arg_pull, arg_shared;
static opt_texts arg_insecure;

static const struct opt options[] = {
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0, "exit-code", OPT_FLAG, NULL, "exit with 4 when there is work to do", &arg_exit_code },
	{ 0, "format", OPT_TEXT, "FORMAT", "text, json, github-matrix, gitlab, argo or make",
	  &arg_format },
	{ 0, "shared", OPT_FLAG, NULL, "what the registry has needs no build", &arg_shared },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0, "frozen", OPT_FLAG, NULL, "let no `refresh:` period end", &arg_frozen },
	{ 0, "pull", OPT_FLAG, NULL, "ask registries for images from outside that are here, too",
	  &arg_pull },
	{ 0 },
};

/* One line, as $GITHUB_OUTPUT wants it. */
static void
show_matrix(const struct plan *p, struct buf *b)
{
	AUTO_JSON json_t *jobs = render_jobs_github(p);
	AUTO_FREE char *line = json_canonical(jobs);

	buf_addf(b, "%s\n", line);
}

static void
show(const struct plan *p, enum plan_format format)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	switch (format) {
	case FORMAT_TEXT:
		render_plan_text(p);
		break;
	case FORMAT_JSON:
		render_json(render_plan_json(p));
		break;
	case FORMAT_GITHUB:
		show_matrix(p, &b);
		break;
	case FORMAT_GITLAB:
		render_json(render_jobs_gitlab(p));
		break;
	case FORMAT_ARGO:
		render_json(render_jobs_argo(p));
		break;
	case FORMAT_MAKE:
		render_jobs_make(p, &b);
		break;
	}
	out_write(buf_str(&b));
}

static int
plan(struct session *s, int argc, char **argv, struct err *err)
{
	struct work_opts opts = {
		.images = argv, .nimages = argc, .frozen = arg_frozen, .shared = arg_shared
	};
	struct plan *p = NULL;
	enum plan_format format = s->o.json ? FORMAT_JSON : FORMAT_TEXT;
	int r;

	if (arg_format && !plan_format_parse(str_c(arg_format), &format))
		return err_set(err, ERR_USAGE,
			       "--format: '%s' is none of text, json, github-matrix, gitlab, argo, "
			       "make",
			       arg_format);
	s->o.commit = arg_commit;
	s->o.pull = arg_pull;
	s->o.insecure = arg_insecure;
	r = work_plan(s, &opts, &p, err);
	if (!r && (p->nbuild || p->nwait))
		r = plan_load_durations(p, err);
	if (r) {
		plan_free(p);
		return r;
	}
	show(p, format);
	/* The jobs of other formats are for other machines. */
	if (format == FORMAT_TEXT || format == FORMAT_JSON)
		r = plan_check_machine(p, err);
	if (!r && arg_exit_code && (p->nbuild || p->nwait || p->ncheck || p->npods))
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
		"is started. An image that is up to date may have checks to run, new or edited ones:\n"
		"they are work for `build` too. Where this machine cannot run what an image for another\n"
		"platform runs, that is said behind the plan, with status 3.\n"
		"\n"
		"Other engines can do the work: --format prints what has to be built as the matrices\n"
		"of a GitHub workflow, one a wave of 256 at most, as a GitLab child pipeline, an Argo\n"
		"Workflow or a makefile. Each job is `lockstep build --only IMAGE --push` in a checkout\n"
		"of the same commit, and the registry is the only thing that they share.",
	.examples = "  $ lockstep plan\n"
		    "  $ lockstep plan secure-agent-kali --json\n"
		    "  $ lockstep plan --commit HEAD~1\n"
		    "  $ lockstep plan --format github-matrix >>jobs.json\n"
		    "  $ lockstep plan --format make\n"
		    "  $ lockstep plan --exit-code >/dev/null || echo there is work to do\n",
	.opts = options,
	.run = plan,
};
