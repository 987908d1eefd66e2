/* SPDX-License-Identifier: Apache-2.0 */
/* subject.c: plans one image, whether it is in a graph or not. */
#include "cli/subject.h"

#include "cli/cmd.h"

static int
check(const struct subject *subject, const struct session *s, int argc, struct err *err)
{
	int r = cmd_arity(argc, 1, 1, subject->file ? "a CONTEXT" : "an IMAGE", err);

	if (r)
		return r;
	if (!subject->file && (subject->target || subject->args.n))
		return err_set(
			err, ERR_USAGE,
			"--build-arg and --target need -f DOCKERFILE: for an image of the graph "
			"they are said there");
	if (subject->file && (s->o.graph || s->o.root || s->o.dir || s->o.sets.n))
		return err_set(
			err, ERR_USAGE,
			"-f DOCKERFILE reads no graph: leave out --graph, --root, -C, --set");
	return 0;
}

static int
plan_single(struct subject *subject, struct session *s, const char *context,
	    const struct graph_image **ret, struct err *err)
{
	struct single single = { .dockerfile = subject->file,
				 .context = context,
				 .target = subject->target,
				 .args = subject->args.v,
				 .nargs = subject->args.n };
	char name[] = SINGLE_IMAGE;
	int r;

	s->single = &single;
	r = session_plan_image(s, name, ret, &subject->plan, err);
	s->single = NULL;
	return r;
}

int
subject_plan(struct subject *subject, struct session *s, int argc, char **argv, struct err *err)
{
	const struct graph_image *image;
	int r = check(subject, s, argc, err);

	if (!r && subject->file)
		r = plan_single(subject, s, argv[0], &image, err);
	else if (!r)
		r = session_plan_image(s, argv[0], &image, &subject->plan, err);
	if (!r)
		subject->node = &subject->plan->nodes[image->index];
	return r;
}

void
subject_fini(struct subject *subject)
{
	plan_free(subject->plan);
	vec_fini(&subject->args);
}
