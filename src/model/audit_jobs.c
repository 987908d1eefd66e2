/* SPDX-License-Identifier: Apache-2.0 */
/* audit_jobs.c: the order of jobs, and the tags that they hand to each other. */
#include "model/audit_priv.h"

#include "model/expansion.h"

#define MAX_CHAIN 256

/* Item i of `needs`, which is a text or a list; NULL behind the last. */
static const struct yaml *
need(const struct yaml *jobs, const char *job, size_t i)
{
	const struct yaml *needs = yaml_get(yaml_get(jobs, job), "needs");

	if (needs && needs->kind == YAML_SEQ)
		return i < needs->n ? needs->items[i] : NULL;
	return needs && needs->kind == YAML_SCALAR && i == 0 ? needs : NULL;
}

/* Marks all that a job waits for. */
static void
follow(const struct yaml *jobs, const char *job, struct map *seen, int depth)
{
	const struct yaml *y;

	for (size_t i = 0; depth < MAX_CHAIN && (y = need(jobs, job, i)); i++)
		if (y->kind == YAML_SCALAR && map_add(seen, str_c(y->text), seen))
			follow(jobs, y->text, seen, depth + 1);
}

static struct survey_place
place_of(const char *file, const struct yaml *jobs, const char *job)
{
	const struct yaml *needs = yaml_get(yaml_get(jobs, job), "needs");

	for (size_t i = 0; !needs && i < jobs->n; i++)
		if (!strcmp(jobs->pairs[i].key->text, job))
			needs = jobs->pairs[i].key;
	return (struct survey_place){ file, needs->line, needs->col };
}

/* Both are built in one job: one after the other, or at the same time. */
static bool
is_before(const struct survey_build *parent, const struct survey_build *child)
{
	return parent->row == child->row && parent->step < child->step;
}

/* Of one pair of jobs, one image is enough to say it. */
static bool
is_new(struct audit *a, struct map *told, const char *job, const char *other)
{
	return map_add(told, str_c(arena_printf(a->arena, "%s %s", job, other)), told);
}

static void
check_edge(struct audit *a, const char *file, const struct yaml *jobs, struct map *told,
	   const struct audit_build *parent, const struct audit_build *child)
{
	AUTO_MAP struct map *seen = map_new();
	const char *job = child->build->job, *other = parent->build->job;

	if (!strcmp(job, other)) {
		if (!is_before(parent->build, child->build) && is_new(a, told, job, other))
			audit_add(a, AUDIT_NEEDS, child->build->at,
				  "job '%s' builds '%s' and its parent '%s' in no order", job,
				  child->image->name, parent->image->name);
		return;
	}
	follow(jobs, job, seen, 0);
	if (!map_has(seen, str_c(other)) && is_new(a, told, job, other))
		audit_add(
			a, AUDIT_NEEDS, place_of(file, jobs, job),
			"job '%s' builds '%s' and does not wait for '%s', which builds its parent "
			"'%s'",
			job, child->image->name, other, parent->image->name);
}

static bool
builds(const struct audit_builds *all, const char *job)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].build->job, job))
			return true;
	return false;
}

/* True if something that a job builds stands on something that the other one builds, or if that cannot
 * be told. */
static bool
has_reason(struct audit *a, const struct audit_builds *all, const char *job, const char *other)
{
	const char **names = arena_calloc(a->arena, all->n, sizeof(*names));
	bool *below = arena_calloc(a->arena, a->graph->nimages, sizeof(*below));
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->v[i].build->job, job) != 0)
			continue;
		if (!all->v[i].image)
			return true;
		names[n++] = all->v[i].image->name;
	}
	if (graph_select(a->graph, names, n, below, &errs))
		return true;
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].build->job, other) &&
		    (!all->v[i].image || below[all->v[i].image->index]))
			return true;
	return false;
}

void
audit_needs(struct audit *a, const char *file, const struct yaml *jobs,
	    const struct audit_builds *all)
{
	AUTO_MAP struct map *told = map_new();
	const struct yaml *y;

	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; all->v[i].image && k < all->n; k++)
			if (all->v[k].image && graph_has_parent(all->v[i].image, all->v[k].image))
				check_edge(a, file, jobs, told, &all->v[k], &all->v[i]);
	for (size_t i = 0; i < jobs->n; i++) {
		const char *job = jobs->pairs[i].key->text;

		for (size_t k = 0; builds(all, job) && (y = need(jobs, job, k)); k++)
			if (y->kind == YAML_SCALAR && builds(all, y->text) &&
			    !has_reason(a, all, job, y->text))
				audit_add(
					a, AUDIT_NEEDS,
					(struct survey_place){ file, y->line, y->col },
					"job '%s' waits for '%s', and builds nothing that stands on "
					"what that builds",
					job, y->text);
	}
}

/* What the argument is for a build; NULL when that is only known when it runs, or not at all. */
static const char *
argument(const struct survey_build *b, const struct dockerfile *df, struct str name)
{
	const char *value = NULL;

	for (size_t i = 0; i < df->npreamble; i++)
		for (size_t k = 0; k < df->preamble[i]->npairs; k++)
			if (str_eq_c(name, df->preamble[i]->pairs[k].name))
				value = df->preamble[i]->pairs[k].value;
	for (size_t i = 0; i < b->nargs; i++)
		if (str_eq_c(name, b->args[i].name))
			value = b->args[i].value;
	return value && expansion_known(value) && !strchr(value, '$') ? value : NULL;
}

/* The tag of a reference as it is for a build; NULL when it is not known, or there is a digest. */
static const char *
tag_of(const struct survey_build *b, const struct dockerfile *df, const char *ref, size_t name)
{
	struct str tag = str_c(ref + name);

	if (!tag.n)
		return "latest";
	if (tag.p[0] != ':' || memchr(tag.p, '@', tag.n))
		return NULL;
	tag = str_sub(tag, 1, tag.n);
	if (!memchr(tag.p, '$', tag.n))
		return tag.p;
	if (tag.n > 3 && tag.p[1] == '{' && tag.p[tag.n - 1] == '}')
		tag = str_sub(tag, 2, tag.n - 1);
	else
		tag = str_sub(tag, 1, tag.n);
	return argument(b, df, tag);
}

static void
check_ref(struct audit *a, const struct audit_builds *all, const struct audit_build *b,
	  const struct df_ins *ins, const char *ref)
{
	const char *slash = strrchr(ref, '/');
	size_t n = (size_t)((slash ? slash : ref) - ref) + strcspn(slash ? slash : ref, ":@");
	const struct dockerfile *df = map_get(a->survey->files, str_c(b->build->dockerfile));
	const char *name = arena_str(a->arena, (struct str){ ref, n }), *tag;
	const struct graph_image *parent = graph_image_of_ref(a->graph, name);

	tag = parent ? tag_of(b->build, df, ref, n) : NULL;
	for (size_t i = 0; tag && i < all->n; i++) {
		if (all->v[i].image != parent || all->v[i].image == b->image)
			continue;
		audit_add(
			a, AUDIT_TAGS, b->build->at,
			"'%s' stands on '%s:%s' (%s:%d), which is whatever was pushed last: hand on "
			"the tag of this run",
			b->image->name, parent->name, tag, b->build->dockerfile, ins->line);
		return;
	}
}

void
audit_tags(struct audit *a, const struct audit_builds *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct audit_build *b = &all->v[i];
		const struct dockerfile *df =
			map_get(a->survey->files, str_c(b->build->dockerfile));

		for (size_t s = 0; b->image && df && s < df->nstages; s++) {
			const struct df_stage *stage = &df->stages[s];

			check_ref(a, all, b, stage->from, stage->base);
			for (size_t k = 0; k < stage->nins; k++) {
				const char *from = df_flag_get(stage->ins[k], "from");

				if (from && stage->ins[k]->kw == DF_COPY)
					check_ref(a, all, b, stage->ins[k], from);
			}
		}
	}
}
