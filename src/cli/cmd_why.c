/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_why.c: lockstep why. */
#include "base/out.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/recall.h"

#include <limits.h>
#include <unistd.h>

static bool arg_between, arg_shared;
static opt_texts arg_insecure;

static const struct opt options[] = {
	{ 0, "between", OPT_FLAG, NULL, "compare two builds: why --between IMAGE A B",
	  &arg_between },
	{ 0, "shared", OPT_FLAG, NULL, "ask the registry, also of what was built here",
	  &arg_shared },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0 },
};

/* The path that the user means, from the root on; ERR_USAGE when it is outside. Caller frees. */
static int
from_root(struct session *s, const char *path, char **ret, struct err *err)
{
	char cwd[PATH_MAX];
	AUTO_FREE char *abs = NULL;
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;

	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(err, "cannot tell the current folder");
	abs = path_join(cwd, path);
	if (path_within(str_c(abs), str_c(s->project->root))) {
		const char *rest = abs + strlen(s->project->root);

		*ret = xstrdup(*rest ? rest + strspn(rest, "/") : ".");
		return 0;
	}
	/* asked from elsewhere with -C: the path may be meant from the root */
	*ret = path_clean(str_c(path));
	if (!path_is_abs(str_c(path)) &&
	    !tree_stat(s->project->own.tree, str_c(*ret), &entry, &ignored) && entry)
		return 0;
	free(*ret);
	*ret = NULL;
	return err_set(err, ERR_USAGE, "'%s' is outside of '%s'", path, s->project->root);
}

static int
why_path(struct session *s, char *name, const char *path, struct err *err)
{
	const struct graph_image *image;
	struct explain_path answer;
	AUTO_FREE char *rooted = NULL;
	struct plan *plan = NULL;
	struct plan_opts opts;
	int r = session_engine(s, err);

	if (!r)
		r = session_image(s, name, &image, err);
	if (!r && image->source.git)
		rooted = path_clean(str_c(path)); /* from the top of its repository on */
	else if (!r)
		r = from_root(s, path, &rooted, err);
	if (r)
		return r;
	opts = session_plan_opts(s, &name, 1);
	r = session_plan(s, &opts, &plan, err);
	if (!r)
		r = explain_path(plan, image, rooted, &answer, err);
	if (!r && s->o.json)
		render_json(render_explain_path_json(&answer, image->name));
	else if (!r)
		render_explain_path_text(&answer, image->name);
	plan_free(plan);
	return r;
}

/* Nothing of the image was built here? */
static int
is_strange(struct session *s, const struct graph_image *image, bool *ret, struct err *err)
{
	struct store_step_query query = { s->project->scope, image->name, INT64_MAX, true };
	struct store_step step;
	int r = store_step_last(s->store, &query, &step, err);

	if (r > 0)
		store_step_fini(&step);
	*ret = r == 0;
	return r < 0 ? r : 0;
}

/* What this machine does not know, the records in the registry tell. */
static int
recall(struct session *s, const struct graph_image *image, struct err *err)
{
	struct recall_opts opts = { .store = s->store,
				    .graph = s->project->graph,
				    .tag = s->project->graph->tags[0],
				    .causes = true };
	struct recalled found;
	bool strange;
	int r = is_strange(s, image, &strange, err);

	if (r || !*s->project->graph->registry || (!strange && !arg_shared))
		return r;
	s->o.insecure = arg_insecure;
	r = session_shared(s, err);
	if (r)
		return r;
	opts.shared = s->shared;
	r = recall_images(&opts, &image, 1, NULL, &found, err);
	if (found.unknown) {
		AUTO_FREE char *why = err_text(&found.err);

		out_err("lockstep: the registry did not tell all that was asked: %s\n", why);
	}
	err_clear(&found.err);
	return r;
}

static int
why_image(struct session *s, char **argv, struct err *err)
{
	AUTO_FREE char *name = xstrdup(argv[0]);
	char *at = arg_between ? NULL : strchr(name, '@');
	const struct graph_image *image;
	struct explanation e;
	int r = session_project(s, err);

	if (at)
		*at++ = '\0';
	if (!r)
		r = session_image(s, name, &image, err);
	if (!r)
		r = session_store(s, err);
	if (r)
		return r;
	r = recall(s, image, err);
	if (r)
		return r;
	if (arg_between)
		r = explain_between(s->store, s->project->scope, image->name,
				    (const char *const[]){ argv[1], argv[2] }, &e, err);
	else
		r = explain_image(s->store, s->project->scope, image->name, at, &e, err);
	if (r)
		return r;
	if (s->o.json)
		render_json(render_explanation_json(&e, image->name));
	else
		render_explanation_text(&e, image->name);
	explanation_fini(&e);
	return 0;
}

static int
why(struct session *s, int argc, char **argv, struct err *err)
{
	int r = arg_between ? cmd_arity(argc, 3, 3, "IMAGE A B", err)
			    : cmd_arity(argc, 1, 2, "an IMAGE", err);

	if (r)
		return r;
	return argc == 2 ? why_path(s, argv[0], argv[1], err) : why_image(s, argv, err);
}

const struct cmd cmd_why = {
	.name = "why",
	.args = "IMAGE[@REF] [PATH]",
	.summary = "why an image was rebuilt, or why a path did not rebuild it",
	.about =
		"Prints the last rebuild of an image down to its root causes: which file, argument,\n"
		"parent or base moved, from what to what, and what did not. REF names an earlier\n"
		"build: a run number, or the beginning of a commit, an image ID or a key.\n"
		"What was never built on this machine is read from the records in the registry.\n"
		"With a PATH it answers the other question: whether that path is an input of the\n"
		"image, through which instruction, and if not, why not.",
	.examples = "  $ lockstep why secure-agent-kali\n"
		    "  $ lockstep why secure-agent-kali@2\n"
		    "  $ lockstep why secure-agent-kali kali/docs/x.md\n"
		    "  $ lockstep why --between secure-agent-kali 1 2 --json\n",
	.opts = options,
	.run = why,
};
