/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_reach.c: the target, and the stages that it needs. */
#include "model/recipe_priv.h"

/* Stages that are reached and not looked at yet. */
struct reacher {
	struct recipe_impl *r;
	const struct recipe_scopes *scopes;
	struct err_list *errs;
	VEC(size_t) todo;
};

const struct df_ins *
recipe_ins(const struct recipe_impl *r, size_t stage, size_t k)
{
	const struct recipe_work *w = &r->work[stage];
	const struct df_stage *own = &r->pub.df->stages[stage];

	if (k < w->nonbuild)
		return w->onbuild[k];
	k -= w->nonbuild;
	return k < own->nins ? own->ins[k] : NULL;
}

bool
recipe_is_trigger(const struct recipe_impl *r, size_t stage, const struct df_ins *ins)
{
	const struct recipe_work *w = &r->work[stage];

	for (size_t i = 0; i < w->nonbuild; i++)
		if (w->onbuild[i] == ins)
			return true;
	return false;
}

int
recipe_line(const struct recipe_impl *r, size_t stage, const struct df_ins *ins)
{
	return recipe_is_trigger(r, stage, ins) ? r->pub.df->stages[stage].from->line : ins->line;
}

void
recipe_complain(const struct recipe_impl *r, size_t stage, const struct df_ins *ins,
		struct err_list *errs, struct err *err)
{
	bool trigger = r->work && recipe_is_trigger(r, stage, ins);
	const struct df_ins *at = trigger ? r->pub.df->stages[stage].from : ins;
	struct err *put = err_list_at(errs, r->pub.df->file, at->line, at->col, "%s%s%s: %s",
				      df_kw_name(at->kw), trigger ? ", ONBUILD " : "",
				      trigger ? df_kw_name(ins->kw) : "", err->msg);

	if (err->hint)
		err_hint(put, "%s", err->hint);
	err_clear(err);
}

static bool
is_target(const struct recipe_impl *r, const struct df_stage *stage)
{
	const char *target = r->pub.opts.target;
	unsigned long long n;

	if (r->pub.opts.dialect != DIALECT_CONTAINERS)
		return stage->name && str_ieq_c(str_c(stage->name), target);
	if (stage->name)
		return !strcmp(stage->name, target);
	return str_to_u64(str_c(target), &n) && n == stage->index;
}

static void
no_target(const struct recipe_impl *r, struct err_list *errs)
{
	const struct dockerfile *df = r->pub.df;
	const char **names = arena_calloc(r->arena, df->nstages, sizeof(*names));
	size_t n = 0;
	const char *near;
	struct err *err;

	for (size_t i = 0; i < df->nstages; i++)
		if (df->stages[i].name)
			names[n++] = df->stages[i].name;
	near = str_nearest(r->pub.opts.target, names, n);
	err = err_list_at(errs, df->file, 0, 0, "there is no stage '%s'", r->pub.opts.target);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err, "name one of the file's stages as the target");
}

/* The index in the file, or nstages after a mistake. */
static size_t
find_target(const struct recipe_impl *r, struct err_list *errs)
{
	const struct dockerfile *df = r->pub.df;
	size_t found = df->nstages;

	if (!r->pub.opts.target)
		return df->nstages - 1;
	for (size_t i = 0; i < df->nstages; i++) {
		/* Of two with that name buildkit takes the last, buildah the first. */
		if (is_target(r, &df->stages[i]) &&
		    (found == df->nstages || r->pub.opts.dialect == DIALECT_BUILDKIT))
			found = i;
	}
	if (found == df->nstages)
		no_target(r, errs);
	return found;
}

static void
reach(struct reacher *x, size_t stage)
{
	if (x->r->work[stage].reached)
		return;
	x->r->work[stage].reached = true;
	vec_push(&x->todo, stage);
}

static int
expand_platform(struct reacher *x, size_t stage, struct err *err)
{
	const char *written = x->r->pub.df->stages[stage].platform;
	struct recipe_text text;
	struct platform p;
	char canonical[PLATFORM_TEXT_SIZE];
	int status;

	if (!written)
		return 0;
	status = recipe_expand(x->r, &x->scopes->global, written, &text, err);
	if (status < 0)
		return status;
	if (!*text.text)
		return err_set(err, ERR_INPUT, "--platform=%s expands to nothing", written);
	status = platform_parse(str_c(text.text), &p, err);
	if (status < 0)
		return status;
	platform_text(&p, canonical);
	x->r->work[stage].platform = arena_strdup(x->r->arena, canonical);
	return 0;
}

static int
set_base(struct reacher *x, size_t stage, struct err *err)
{
	struct recipe_work *w = &x->r->work[stage];
	const char *written = x->r->pub.df->stages[stage].base;
	struct recipe_text text;
	struct recipe_link link;
	int status = expand_platform(x, stage, err);

	if (status == 0)
		status = recipe_expand(x->r, &x->scopes->global, written, &text, err);
	if (status == 0 && !*text.text) {
		status = err_set(err, ERR_INPUT, "'%s' expands to nothing", written);
		err_hint(err, "FROM sees only what an ARG before the first FROM declares");
	}
	if (status == 0)
		status = recipe_link(x->r, stage, RECIPE_USE_FROM, text.text, &link, err);
	if (status < 0)
		return status;
	if (link.kind == RECIPE_LINK_STAGE) {
		w->base = RECIPE_BASE_STAGE;
		w->base_stage = link.stage;
		reach(x, link.stage);
	} else if (link.kind == RECIPE_LINK_IMAGE) {
		w->base = RECIPE_BASE_IMAGE;
		w->ref = text.text;
		w->config = x->r->pub.opts.config(x->r->pub.opts.ctx, w->ref, w->platform);
	}
	return 0;
}

/* What the config of an image has its children do. */
static int
take_triggers(struct reacher *x, struct recipe_work *w, struct err *err)
{
	if (!w->config) {
		if (x->r->pub.opts.triggers)
			w->onbuild =
				x->r->pub.opts.triggers(x->r->pub.opts.ctx, w->ref, &w->nonbuild);
		return 0;
	}
	w->onbuild = arena_calloc(x->r->arena, w->config->nonbuild, sizeof(struct df_ins *));
	for (size_t i = 0; i < w->config->nonbuild; i++) {
		struct df_ins *ins =
			dockerfile_parse_trigger(x->r->arena, str_c(w->config->onbuild[i]),
						 x->r->pub.opts.dialect, err);

		if (!ins)
			return err_prefix(err, "ONBUILD of '%s'", w->ref);
		w->onbuild[w->nonbuild++] = ins;
	}
	return 0;
}

/* Those of a stage of this file; buildah drops them when it writes the stage's image as OCI. */
static void
copy_triggers(struct reacher *x, struct recipe_work *w)
{
	const struct df_stage *base = &x->r->pub.df->stages[w->base_stage];

	if (x->r->pub.opts.dialect == DIALECT_CONTAINERS)
		return;
	w->onbuild = arena_calloc(x->r->arena, base->nins, sizeof(struct df_ins *));
	for (size_t i = 0; i < base->nins; i++)
		if (base->ins[i]->kw == DF_ONBUILD && base->ins[i]->inner)
			w->onbuild[w->nonbuild++] = base->ins[i]->inner;
}

static int
follow(struct reacher *x, size_t stage, const struct df_ins *ins, struct err *err)
{
	struct recipe_from *froms;
	size_t n;
	int status = recipe_froms(x->r, ins, &froms, &n, err);

	for (size_t i = 0; i < n && status == 0; i++) {
		struct recipe_link link;

		status = recipe_link(x->r, stage, froms[i].use, froms[i].name, &link, err);
		if (status == 0 && link.kind == RECIPE_LINK_STAGE)
			reach(x, link.stage);
	}
	return status;
}

static void
look_at(struct reacher *x, size_t stage)
{
	struct recipe_work *w = &x->r->work[stage];
	struct err AUTO_ERR err = ERR_INIT;
	const struct df_ins *ins;
	int status = set_base(x, stage, &err);

	if (status == 0 && w->base == RECIPE_BASE_IMAGE)
		status = take_triggers(x, w, &err);
	if (status == 0 && w->base == RECIPE_BASE_STAGE)
		copy_triggers(x, w);
	if (status < 0)
		recipe_complain(x->r, stage, x->r->pub.df->stages[stage].from, x->errs, &err);
	for (size_t k = 0; (ins = recipe_ins(x->r, stage, k)); k++)
		if (follow(x, stage, ins, &err) < 0)
			recipe_complain(x->r, stage, ins, x->errs, &err);
}

static void
number_stages(struct recipe_impl *r)
{
	const struct dockerfile *df = r->pub.df;
	size_t n = 0;

	r->pub.stages = arena_calloc(r->arena, df->nstages, sizeof(*r->pub.stages));
	for (size_t i = 0; i < df->nstages; i++) {
		struct recipe_work *w = &r->work[i];

		if (!w->reached)
			continue;
		w->number = n;
		r->pub.stages[n++] = (struct recipe_stage){
			.index = i,
			.base = w->base,
			.base_stage =
				w->base == RECIPE_BASE_STAGE ? r->work[w->base_stage].number : 0,
			.platform = w->platform,
			.df = &df->stages[i],
			.onbuild = w->onbuild,
			.nonbuild = w->nonbuild,
			.config_known = w->base != RECIPE_BASE_IMAGE || w->config,
		};
		if (w->base == RECIPE_BASE_STAGE)
			r->pub.stages[n - 1].config_known =
				r->pub.stages[r->work[w->base_stage].number].config_known;
	}
	r->pub.nstages = n;
}

void
recipe_reach(struct recipe_impl *r, const struct recipe_scopes *s, struct err_list *errs)
{
	struct reacher x = { .r = r, .scopes = s, .errs = errs };
	size_t target = find_target(r, errs);

	if (target == r->pub.df->nstages)
		return;
	reach(&x, target);
	while (x.todo.n)
		look_at(&x, x.todo.v[--x.todo.n]);
	vec_fini(&x.todo);
	number_stages(r);
}
