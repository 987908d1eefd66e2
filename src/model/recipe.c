/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.c: what one target of a Dockerfile uses. */
#include "model/recipe.h"

#include "model/recipe_priv.h"

ENUM_DEFINE(recipe_base, RECIPE_BASE_LIST);
ENUM_DEFINE(recipe_use, RECIPE_USE_LIST);
ENUM_DEFINE(recipe_read_kind, RECIPE_READ_LIST);

struct recipe *
recipe_eval(struct arena *arena, const struct dockerfile *df, const struct recipe_opts *opts,
	    struct err_list *errs)
{
	struct recipe_impl *r = ARENA_NEW(arena, struct recipe_impl);
	struct recipe_scopes scopes;
	size_t mistakes = errs->n;

	r->pub.df = df;
	r->pub.opts = *opts;
	r->pub.opts.target = opts->target ? arena_strdup(arena, opts->target) : NULL;
	r->arena = arena;
	r->work = arena_calloc(arena, df->nstages, sizeof(*r->work));
	recipe_take_given(r);
	recipe_scopes_init(r, &scopes, errs);
	/* A stage whose base is not known would only give rise to false alarms. */
	if (errs->n == mistakes)
		recipe_reach(r, &scopes, errs);
	if (errs->n == mistakes) {
		recipe_collect(r, &scopes, errs);
		recipe_count_args(r, &scopes, errs);
	}
	recipe_scopes_fini(&scopes);
	return errs->n == mistakes ? &r->pub : NULL;
}

int
recipe_step_line(const struct recipe *r, size_t stage, size_t step)
{
	const struct recipe_stage *s;

	if (stage >= r->nstages || !step)
		return 0;
	s = &r->stages[stage];
	step--;
	/* FROM, and what its base triggers. */
	if (step <= s->nonbuild)
		return s->df->from->line;
	step -= s->nonbuild + 1;
	if (r->opts.mark && !step--)
		return s->df->from->line;
	for (size_t i = 0; i < s->df->nins; i++) {
		size_t parts = recipe_parts(r, s->df->ins[i]);

		if (step < parts)
			return s->df->ins[i]->line;
		step -= parts;
	}
	return 0;
}

struct platform
recipe_stage_platform(const struct recipe *r, size_t stage)
{
	const struct recipe_stage *s = &r->stages[stage];
	struct platform ret;

	while (!s->platform && s->base == RECIPE_BASE_STAGE)
		s = &r->stages[s->base_stage];
	return s->platform && !platform_parse(str_c(s->platform), &ret, NULL) ? ret
									      : r->opts.platform;
}

int
recipe_stage_runs(const struct recipe *r, size_t stage)
{
	const struct recipe_stage *s = &r->stages[stage];

	for (size_t i = 0; i < s->nonbuild; i++)
		if (s->onbuild[i]->kw == DF_RUN)
			return s->df->from->line;
	for (size_t i = 0; i < s->df->nins; i++)
		if (s->df->ins[i]->kw == DF_RUN)
			return s->df->ins[i]->line;
	return 0;
}
