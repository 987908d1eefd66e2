/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_stage.c: lockstep stage. */
#include "base/file.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/subject.h"
#include "engine/build.h"
#include "engine/stage.h"

#include <fcntl.h>

static const char *arg_into, *arg_commit;
static struct subject arg_subject;

static const struct opt options[] = {
	{ 0, "into", OPT_TEXT, "DIR", "write there; must not exist", &arg_into },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	SUBJECT_OPTIONS(arg_subject),
	{ 0 },
};

static int
stage_node(struct session *s, const struct plan_node *node, struct err *err)
{
	struct stage_opts opts = { .project = s->project,
				   .image = node->image,
				   .made = &node->made,
				   .pool = s->pool,
				   .downloads = s->downloads,
				   .dir = arg_into };
	const char **contexts;
	size_t n;
	json_t *j, *list;
	int r;

	if (!node->made.complete) {
		err_set(err, ERR_REFUSED,
			"'%s' cannot be staged yet: a parent or an external is not known",
			node->image->name);
		err_hint(err, "lockstep build %s, or pull its externals", node->image->name);
		return -ERR_REFUSED;
	}
	r = stage_make(&opts, err);
	if (r)
		return r;
	n = build_contexts(&node->made, s->project->builder, node->made.arena, &contexts);
	if (!s->o.json) {
		out_print("%s/context: %zu entries\n%s/Dockerfile\n", arg_into,
			  node->made.inputs->files.n, arg_into);
		for (size_t i = 0; i < n; i++)
			out_print("--build-context %s\n", contexts[i]);
		return 0;
	}
	j = json_object();
	json_set_text(j, "image", node->image->name);
	json_set_text(j, "directory", arg_into);
	json_set_int(j, "entries", (long long)node->made.inputs->files.n);
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_add_text(list, contexts[i]);
	json_object_set_new(j, "contexts", list);
	render_json(j);
	return 0;
}

static int
stage(struct session *s, int argc, char **argv, struct err *err)
{
	int r = 0;

	if (!arg_into || !*arg_into)
		r = err_set(err, ERR_USAGE, "--into DIR is missing");
	else if (file_exists(AT_FDCWD, arg_into))
		r = err_set(err, ERR_USAGE, "--into: '%s' exists already", arg_into);
	s->o.commit = arg_commit;
	if (!r)
		r = subject_plan(&arg_subject, s, argc, argv, err);
	if (!r)
		r = stage_node(s, arg_subject.node, err);
	subject_fini(&arg_subject);
	return r;
}

const struct cmd cmd_stage = {
	.name = "stage",
	.args = "IMAGE | -f DOCKERFILE CONTEXT --into DIR",
	.summary = "the context and the Dockerfile that the builder would get",
	.about =
		"Writes the staged context (exactly the files that count, with uniform modes and\n"
		"times) and the Dockerfile as it is given to the builder, to look at or to build by\n"
		"hand. What ADD takes from addresses is in DIR/files, if anything: the build then\n"
		"needs --build-context lockstep-files=DIR/files. Images that only triggers of a base\n"
		"name are printed as the --build-context that the build needs for each.",
	.examples = "  $ lockstep stage agent-base --into staged\n"
		    "  $ lockstep stage -f base/Dockerfile base --into by-hand\n",
	.opts = options,
	.run = stage,
};
