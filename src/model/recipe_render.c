/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_render.c: the Dockerfile that the builder gets. */
#include "model/dockerfile_priv.h"
#include "model/recipe_priv.h"

struct render {
	const struct recipe_impl *r;
	recipe_image_id image_name;
	void *ctx;
	struct buf *b;
	struct recipe_scopes *scopes; /* containers only: what is written is expanded */
	const char **names;           /* of stages, by index in the file */
	size_t stage;                 /* at work */
};

/* The name or image that stands for one in a flag of the stage at work. */
static const char *
new_name(void *ctx, const struct recipe_from *from)
{
	struct render *x = ctx;
	struct recipe_link link;

	if (recipe_link(x->r, x->stage, from->use, from->name, &link, NULL) < 0 ||
	    link.kind == RECIPE_LINK_SCRATCH)
		return NULL;
	if (link.kind == RECIPE_LINK_STAGE)
		return x->names[link.stage];
	return x->image_name(x->ctx, recipe_image_of(x->r, x->stage, from));
}

/* Triggers stand in the configs of images: the stages that they name must keep their names. */
static int
keep_name(struct render *x, size_t stage, const struct recipe_from *from, struct err *err)
{
	struct recipe_link link;
	unsigned long long n;

	if (recipe_link(x->r, stage, from->use, from->name, &link, NULL) < 0 ||
	    link.kind != RECIPE_LINK_STAGE)
		return 0;
	if (!str_to_u64(str_c(from->name), &n)) {
		x->names[link.stage] = from->name;
		return 0;
	}
	if (x->r->work[link.stage].number == n)
		return 0;
	err_at(err, x->r->pub.df->file, x->r->pub.df->stages[stage].from->line, 0,
	       "FROM: an ONBUILD trigger of the base takes stage %llu by its number", n);
	err_hint(err, "that number moves when unused stages are left out: name the stage there");
	return -ERR_INPUT;
}

static int
keep_names(struct render *x, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < x->r->pub.nstages; i++) {
		const struct recipe_stage *stage = &x->r->pub.stages[i];

		for (size_t k = 0; k < stage->nonbuild; k++) {
			struct recipe_from *froms;
			size_t n;

			status = recipe_froms(x->r, stage->onbuild[k], &froms, &n, err);
			for (size_t f = 0; status == 0 && f < n; f++)
				status = keep_name(x, stage->index, &froms[f], err);
			if (status < 0)
				return status;
		}
	}
	return 0;
}

static bool
is_kept(const struct render *x, const char *name)
{
	for (size_t i = 0; i < x->r->pub.nstages; i++) {
		const char *kept = x->names[x->r->pub.stages[i].index];

		if (kept && str_ieq_c(str_c(kept), name))
			return true;
	}
	return false;
}

/* s0, s1, ... unless a trigger knows a stage by such a name. */
static int
name_stages(struct render *x, struct err *err)
{
	const struct recipe *pub = &x->r->pub;
	const char **kept = x->names;
	int status;

	x->names = arena_calloc(x->r->arena, pub->df->nstages, sizeof(*x->names));
	status = keep_names(x, err);
	if (status < 0)
		return status;
	kept = arena_dup(x->r->arena, x->names, pub->df->nstages * sizeof(*x->names));
	for (size_t i = 0; i < pub->nstages; i++) {
		size_t stage = pub->stages[i].index;
		const char *name = arena_printf(x->r->arena, "s%zu", i);

		if (kept[stage])
			continue;
		while (is_kept(x, name))
			name = arena_printf(x->r->arena, "s%s", name);
		kept[stage] = name;
	}
	x->names = kept;
	return 0;
}

static int
put_ins(struct render *x, const struct df_ins *ins, struct err *err)
{
	if (!dockerfile_wrap(ins, x->b))
		return err_at(err, x->r->pub.df->file, ins->line, ins->col,
			      "%s: too long to be broken into lines", df_kw_name(ins->kw));
	for (size_t i = 0; i < ins->nheredocs; i++) {
		buf_addc(x->b, '\n');
		buf_add_str(x->b, ins->heredocs[i].body);
		buf_adds(x->b, ins->heredocs[i].name);
	}
	buf_addc(x->b, '\n');
	return 0;
}

static int
put_add(struct render *x, const struct df_ins *ins, const struct recipe_texts *texts,
	struct err *err)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i + 1 < texts->n;)
		status = put_ins(x, recipe_add_part(x->r, ins, texts, &i), err);
	return status;
}

static int
render_ins(struct render *x, const struct df_ins *ins, struct err *err)
{
	struct df_ins *own = recipe_renamed(x->r, ins, new_name, x);
	struct buf AUTO_BUF rest = BUF_INIT;
	struct recipe_texts texts;
	int status;

	if (!x->scopes) {
		recipe_pin_repositories(x->r, ins, own);
		return put_ins(x, own, err);
	}
	status = recipe_expand_ins(x->r, &x->scopes->stages[x->stage], ins, &texts, err);
	if (status < 0)
		return status;
	if (recipe_has_staged(&x->r->pub, ins))
		return put_add(x, ins, &texts, err);
	if (recipe_expanded_rest(ins, &texts, &rest) == RECIPE_SAID_ANEW)
		own->rest = arena_str(x->r->arena, buf_str(&rest));
	status = put_ins(x, own, err);
	if (status == 0)
		status = recipe_scope_apply(x->r, x->scopes, x->stage, ins, &texts, err);
	return status;
}

/* The builder runs triggers by itself; here they only set variables. */
static int
apply_triggers(struct render *x, const struct recipe_stage *stage, struct err *err)
{
	int status = 0;

	for (size_t k = 0; k < stage->nonbuild && status == 0; k++) {
		struct recipe_texts texts;

		status = recipe_expand_ins(x->r, &x->scopes->stages[x->stage], stage->onbuild[k],
					   &texts, err);
		if (status == 0)
			status = recipe_scope_apply(x->r, x->scopes, x->stage, stage->onbuild[k],
						    &texts, err);
	}
	return status;
}

static const char *
base_name(const struct render *x, const struct recipe_stage *stage)
{
	switch (stage->base) {
	case RECIPE_BASE_SCRATCH:
		return "scratch";
	case RECIPE_BASE_STAGE:
		return x->names[x->r->pub.stages[stage->base_stage].index];
	case RECIPE_BASE_IMAGE:
		return x->image_name(x->ctx, stage->base_image);
	}
	BUG_ON(true);
}

static int
render_stage(struct render *x, const struct recipe_stage *stage, struct err *err)
{
	int status = 0;

	if (!stage->config_known) {
		status = err_at(err, x->r->pub.df->file, stage->df->from->line, 0,
				"FROM: the config of '%s' is not known", stage->df->base);
		err_hint(err, "it decides what ONBUILD and variables do here");
		return status;
	}
	x->stage = stage->index;
	buf_adds(x->b, "FROM ");
	if (stage->platform)
		buf_addf(x->b, "--platform=%s ", stage->platform);
	buf_addf(x->b, "%s AS %s\n", base_name(x, stage), x->names[x->stage]);
	if (x->scopes) {
		recipe_scope_begin(x->r, x->scopes, x->stage);
		status = apply_triggers(x, stage, err);
	}
	if (x->r->pub.opts.mark)
		buf_addf(x->b, "ARG %s=\n", x->r->pub.opts.mark);
	for (size_t k = 0; k < stage->df->nins && status == 0; k++)
		status = render_ins(x, stage->df->ins[k], err);
	return status;
}

static void
put_directives(const struct render *x)
{
	const struct recipe *pub = &x->r->pub;

	for (size_t i = 0; i < pub->nimages; i++)
		if (pub->images[i].use == RECIPE_USE_SYNTAX)
			buf_addf(x->b, "# syntax=%s\n", x->image_name(x->ctx, i));
	if (pub->df->escape != '\\')
		buf_addf(x->b, "# escape=%c\n", pub->df->escape);
}

static bool
is_in_preamble(const struct dockerfile *df, const char *name)
{
	for (size_t i = 0; i < df->npreamble; i++)
		for (size_t k = 0; k < df->preamble[i]->npairs; k++)
			if (!strcmp(df->preamble[i]->pairs[k].name, name))
				return true;
	return false;
}

static int
put_preamble(const struct render *x, struct err *err)
{
	const struct recipe *pub = &x->r->pub;

	for (size_t i = 0; i < pub->nargs; i++) {
		const struct recipe_argument *arg = &pub->args[i];
		struct buf AUTO_BUF value = BUF_INIT;

		/* The stage has another name than its author's, so its name is said here. */
		if (!is_in_preamble(pub->df, arg->name) && strcmp(arg->name, "TARGETSTAGE") != 0)
			continue;
		buf_addf(x->b, "ARG %s", arg->name);
		if (arg->value && recipe_quote(arg->value, &value))
			buf_addf(x->b, "=%s", value.data);
		else if (arg->value && !arg->given)
			return err_at(err, pub->df->file, arg->line, 0,
				      "ARG: no line can hold the value of '%s'", arg->name);
		buf_addc(x->b, '\n');
	}
	return 0;
}

int
recipe_render(const struct recipe *r, recipe_image_id image_name, void *ctx, struct buf *b,
	      struct err *err)
{
	struct render x = { .r = recipe_impl(r), .image_name = image_name, .ctx = ctx, .b = b };
	struct recipe_scopes scopes;
	struct err_list AUTO_ERR_LIST told = ERR_LIST_INIT; /* by recipe_eval() */
	int status = name_stages(&x, err);

	if (status < 0)
		return status;
	if (r->opts.dialect == DIALECT_CONTAINERS) {
		recipe_scopes_init(x.r, &scopes, &told);
		x.scopes = &scopes;
	}
	put_directives(&x);
	status = put_preamble(&x, err);
	for (size_t i = 0; i < r->nstages && status == 0; i++)
		status = render_stage(&x, &r->stages[i], err);
	if (x.scopes)
		recipe_scopes_fini(&scopes);
	return status;
}
