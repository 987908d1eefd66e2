/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c: which image of the graph each build of a workflow is. */
#include "model/audit_priv.h"

#include "base/path.h"

ENUM_DEFINE(audit_rule, AUDIT_RULE_LIST);

void
audit_add(struct audit *a, enum audit_rule rule, struct survey_place at, const char *fmt, ...)
{
	struct audit_finding f = { rule, at, NULL };
	va_list ap;

	va_start(ap, fmt);
	f.text = arena_vprintf(a->arena, fmt, ap);
	va_end(ap);
	vec_push(&a->findings, f);
}

static bool
same_recipe(const struct audit *a, const struct graph_image *image, const struct survey_build *b)
{
	const struct audit_inputs *in = &a->inputs[image->index];

	return in->context && !strcmp(in->context, b->context) &&
	       !strcmp(in->dockerfile, b->dockerfile) && str_same(image->target, b->target);
}

/* The build gives all arguments that the graph does. */
static bool
same_args(const struct graph_image *image, const struct survey_build *b)
{
	for (size_t i = 0; i < image->nargs; i++) {
		size_t k = 0;

		while (k < b->nargs && (strcmp(b->args[k].name, image->args[i].name) != 0 ||
					strcmp(b->args[k].value, image->args[i].value) != 0))
			k++;
		if (k == b->nargs)
			return false;
	}
	return true;
}

/* The only image that is built like that; NULL if there is none, or several. */
static const struct graph_image *
by_recipe(const struct audit *a, const struct survey_build *b, bool with_args)
{
	const struct graph_image *found = NULL;

	for (size_t i = 0; i < a->graph->nimages; i++) {
		const struct graph_image *image = &a->graph->images[i];

		if (!same_recipe(a, image, b) || (with_args && !same_args(image, b)))
			continue;
		if (found)
			return NULL;
		found = image;
	}
	return found;
}

static const struct graph_image *
by_name(const struct audit *a, const struct survey_build *b)
{
	if (b->repository && *a->graph->registry)
		return graph_image_of_ref(a->graph, b->repository);
	if (b->repository)
		return graph_find(a->graph, path_base(b->repository));
	return b->name ? graph_find(a->graph, b->name) : NULL;
}

static void
find_image(struct audit *a, struct audit_build *b)
{
	const struct survey_build *build = b->build;
	const struct graph_image *like = by_recipe(a, build, false), *exact;
	const char *name = build->repository ? build->repository : build->name;

	b->image = by_name(a, build);
	/* Of one name with several tags, the graph has images that its arguments tell apart. */
	exact = b->image && !(same_recipe(a, b->image, build) && same_args(b->image, build))
			? by_recipe(a, build, true)
			: NULL;
	if (exact)
		b->image = exact;
	/* A build that is pushed nowhere, as a test, is called nothing. */
	if (!b->image && !build->repository)
		b->image = like;
	if (b->image) {
		a->built[b->image->index] = true;
		return;
	}
	if (like)
		audit_add(a, AUDIT_UNKNOWN, build->at,
			  "'%s' is not in the graph, where '%s' is built from the same Dockerfile",
			  name ? name : build->dockerfile, like->name);
	else
		audit_add(a, AUDIT_UNKNOWN, build->at, "'%s' is not in the graph",
			  name ? name : build->dockerfile);
}

void
audit_workflow(struct audit *a, const char *file, const struct yaml *document)
{
	size_t first = a->survey->builds.n, notes = a->survey->notes.n;
	struct audit_builds builds = { 0 };

	survey_workflow(a->survey, file, document);
	for (size_t i = notes; i < a->survey->notes.n; i++)
		audit_add(a, AUDIT_UNKNOWN, a->survey->notes.v[i].at, "%s",
			  a->survey->notes.v[i].text);
	builds.n = a->survey->builds.n - first;
	if (!builds.n)
		return;
	builds.v = arena_calloc(a->arena, builds.n, sizeof(*builds.v));
	for (size_t i = 0; i < builds.n; i++) {
		/* A copy, since the next workflow moves the survey's. */
		builds.v[i].build = arena_dup(a->arena, &a->survey->builds.v[first + i],
					      sizeof(*builds.v[i].build));
		find_image(a, &builds.v[i]);
	}
	audit_needs(a, builds.v[0].build->at.file, yaml_get(document, "jobs"), &builds);
	audit_tags(a, &builds);
	audit_paths(a, builds.v[0].build->at.file, document, &builds);
}

void
audit_free(struct audit *a)
{
	if (!a)
		return;
	vec_fini(&a->findings);
	survey_free(a->survey);
	arena_free(a->arena);
	free(a);
}

static int
by_place(const void *x, const void *y)
{
	const struct audit_finding *a = x, *b = y;
	int r = strcmp(a->at.file, b->at.file);

	if (!r)
		r = a->at.line - b->at.line;
	if (!r)
		r = a->at.col - b->at.col;
	return r ? r : strcmp(a->text, b->text);
}

void
audit_end(struct audit *a)
{
	for (size_t i = 0; i < a->graph->nimages; i++) {
		const struct graph_image *image = &a->graph->images[i];
		struct survey_place at = { a->graph->file, image->at.line, image->at.col };

		if (!a->built[i])
			audit_add(a, AUDIT_UNBUILT, at, "no job builds '%s'", image->name);
	}
	if (a->findings.n)
		qsort(a->findings.v, a->findings.n, sizeof(*a->findings.v), by_place);
}
