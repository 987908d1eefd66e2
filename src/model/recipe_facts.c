/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_facts.c: the key's lines for stages and instructions. */
#include "model/recipe_priv.h"

#include "model/dockerfile_priv.h"
#include "model/enc.h"

#include <stdio.h>

struct facts {
	const struct recipe_impl *r;
	recipe_image_id id;
	void *ctx;
	struct buf *b;
	size_t stage;    /* in the file */
	char number[24]; /* among the reached ones, as text */
};

static void
field(struct facts *f, const char *s)
{
	enc_field(f->b, str_c(s));
}

static void
start(struct facts *f, const char *record)
{
	buf_adds(f->b, record);
	field(f, f->number);
}

size_t
recipe_image_of(const struct recipe_impl *r, size_t stage, const struct recipe_from *from)
{
	for (size_t i = 0; i < r->pub.nimages; i++) {
		const struct recipe_image *image = &r->pub.images[i];

		if (image->use == from->use && image->stage == r->work[stage].number &&
		    !strcmp(image->ref, from->name))
			return i;
	}
	BUG_ON(true); /* recipe_eval() noted every one */
}

/* How a stage or an image is called cannot be seen in what is built, only which it is. */
static const char *
identity(void *ctx, const struct recipe_from *from)
{
	struct facts *f = ctx;
	struct recipe_link link;

	if (recipe_link(f->r, f->stage, from->use, from->name, &link, NULL) < 0 ||
	    link.kind == RECIPE_LINK_SCRATCH)
		return NULL;
	if (link.kind == RECIPE_LINK_STAGE)
		return arena_printf(f->r->arena, "#%zu", f->r->work[link.stage].number);
	return f->id(f->ctx, recipe_image_of(f->r, f->stage, from));
}

static void
stage_line(struct facts *f, const struct recipe_stage *stage)
{
	const char *id = "";

	if (stage->base == RECIPE_BASE_IMAGE)
		id = f->id(f->ctx, stage->base_image);
	else if (stage->base == RECIPE_BASE_STAGE)
		id = arena_printf(f->r->arena, "%zu", stage->base_stage);
	start(f, "stage");
	field(f, recipe_base_name(stage->base));
	field(f, id);
	field(f, stage->platform ? stage->platform : "-");
	buf_addc(f->b, '\n');
}

static void
onbuild_line(struct facts *f, const struct df_ins *ins)
{
	struct df_ins *own = recipe_renamed(f->r, ins, identity, f);
	struct buf AUTO_BUF text = BUF_INIT;

	dockerfile_print_line(own, &text);
	for (size_t i = 0; i < own->nheredocs; i++) {
		buf_addc(&text, '\n');
		buf_add_str(&text, own->heredocs[i].body);
		buf_adds(&text, own->heredocs[i].name);
	}
	start(f, "onbuild");
	enc_field(f->b, buf_str(&text));
	buf_addc(f->b, '\n');
}

static void
heredoc_lines(struct facts *f, const struct df_ins *ins)
{
	for (size_t i = 0; i < ins->nheredocs; i++) {
		const struct df_heredoc *doc = &ins->heredocs[i];

		start(f, "heredoc");
		field(f, doc->name);
		buf_addf(f->b, "\t%u\t%d\t%d", doc->fd, doc->expand, doc->chomp);
		enc_field(f->b, doc->body);
		buf_addc(f->b, '\n');
	}
}

static void
ins_lines(struct facts *f, const struct df_ins *ins)
{
	struct df_ins *own = recipe_renamed(f->r, ins, identity, f);
	struct buf AUTO_BUF flags = BUF_INIT;

	buf_init(&flags, 0);
	recipe_flags_text(own, &flags);
	start(f, "ins");
	field(f, df_kw_name(own->kw));
	enc_field(f->b, buf_str(&flags));
	field(f, own->rest ? own->rest : "");
	buf_addc(f->b, '\n');
	heredoc_lines(f, own);
}

/* The same text means something else under another escape character. */
static void
escape_line(struct facts *f)
{
	char text[] = { 'e', 's', 'c', 'a', 'p', 'e', '=', f->r->pub.df->escape, '\0' };

	if (f->r->pub.df->escape == '\\')
		return;
	start(f, "ins");
	field(f, "#");
	field(f, "");
	field(f, text);
	buf_addc(f->b, '\n');
}

void
recipe_facts(const struct recipe *r, recipe_image_id id, void *ctx, struct buf *b)
{
	struct facts f = { .r = recipe_impl(r), .id = id, .ctx = ctx, .b = b };

	for (size_t i = 0; i < r->nstages; i++) {
		const struct recipe_stage *stage = &r->stages[i];

		f.stage = stage->index;
		(void)snprintf(f.number, sizeof(f.number), "%zu", i); /* 20 digits at most */
		stage_line(&f, stage);
		if (i == 0)
			escape_line(&f);
		for (size_t k = 0; k < stage->nonbuild; k++)
			onbuild_line(&f, stage->onbuild[k]);
		for (size_t k = 0; k < stage->df->nins; k++)
			ins_lines(&f, stage->df->ins[k]);
	}
}
