/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_stages.c: the stages and instructions of an input set, as they are compared and shown. */
#include "model/dockerfile.h"
#include "model/dockerfile_priv.h"
#include "model/inputs_stages_priv.h"

/* The fields of ins and heredoc records after their type. */
enum { INS_STAGE, INS_KEYWORD, INS_FLAGS, INS_REST };
enum { DOC_STAGE, DOC_NAME, DOC_FD, DOC_EXPAND, DOC_CHOMP, DOC_BODY };
enum { HEAD_NUMBER, HEAD_KIND, HEAD_BASE, HEAD_PLATFORM };

struct reader {
	struct arena *arena;
	const struct inputs *in;
	const struct input_uses *uses;
	VEC(struct input_stage) stages;
	VEC(struct input_unit) units; /* of the last stage */
};

/* An image ID in a flag says who it is: that it moved is told elsewhere. */
static const char *
without_ids(struct reader *rd, const char *text)
{
	for (size_t i = 0; i < rd->uses->n; i++) {
		const struct input_use *use = &rd->uses->v[i];
		const char *at = use->id[0] ? strstr(text, use->id) : NULL;

		if (at)
			text = arena_printf(rd->arena, "%.*s%s%s", (int)(at - text), text,
					    use->name     ? use->name
					    : use->ref[0] ? use->ref
							  : use->key,
					    without_ids(rd, at + strlen(use->id)));
	}
	return text;
}

static void
end_stage(struct reader *rd)
{
	struct input_stage *s = rd->stages.n ? &rd->stages.v[rd->stages.n - 1] : NULL;

	if (!s)
		return;
	s->n = rd->units.n;
	s->units = arena_dup(rd->arena, rd->units.v, rd->units.n * sizeof(*rd->units.v));
	rd->units.n = 0;
}

static void
begin_stage(struct reader *rd, const struct input_fact *f)
{
	struct input_stage s = { .kind = input_field(f, HEAD_KIND),
				 .base = input_field(f, HEAD_BASE),
				 .platform = input_field(f, HEAD_PLATFORM),
				 .on_image = inputs_stage_on_image(f) };
	const struct input_image *im;

	end_stage(rd);
	if (!s.on_image) {
		s.text = !strcmp(s.kind, "stage") ? arena_printf(rd->arena, "FROM stage %s", s.base)
						  : "FROM scratch";
	} else {
		im = inputs_image_by_id(rd->in, s.base);
		s.text = arena_printf(rd->arena, "FROM %s",
				      !im        ? "another image"
				      : im->name ? im->name
						 : im->ref);
	}
	vec_push(&rd->stages, s);
}

static void
add_unit(struct reader *rd, const struct input_fact *f)
{
	const char *rest = input_field(f, INS_REST);
	struct input_unit u = { .keyword = input_field(f, INS_KEYWORD),
				.flags = without_ids(rd, input_field(f, INS_FLAGS)),
				.rest = rest,
				.body = rest };

	u.text = arena_printf(rd->arena, "%s%s%s%s%s", u.keyword, u.flags[0] ? " " : "", u.flags,
			      rest[0] ? " " : "", rest);
	vec_push(&rd->units, u);
}

static void
add_heredoc(struct reader *rd, const struct input_fact *f)
{
	struct input_unit *u = rd->units.n ? &rd->units.v[rd->units.n - 1] : NULL;

	if (u)
		u->body = arena_printf(rd->arena, "%s\n<<%s %s %s %s\n%s", u->body,
				       input_field(f, DOC_NAME), input_field(f, DOC_FD),
				       input_field(f, DOC_EXPAND), input_field(f, DOC_CHOMP),
				       input_field(f, DOC_BODY));
}

static bool
is_stage(const struct input_stage *s, const struct df_stage *df)
{
	if (s->n != df->nins)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->units[i].keyword, df_kw_name(df->ins[i]->kw)) != 0 ||
		    strcmp(s->units[i].rest, df->ins[i]->rest) != 0)
			return false;
	}
	return true;
}

static const char *
line_text(struct reader *rd, const struct df_ins *ins)
{
	AUTO_BUF struct buf b = BUF_INIT;

	dockerfile_print_line(ins, &b);
	return arena_str(rd->arena, buf_str(&b));
}

static void
take_lines(struct reader *rd, struct input_stage *s, const struct df_stage *df)
{
	s->line = df->from->line;
	s->text = line_text(rd, df->from);
	for (size_t i = 0; i < s->n; i++) {
		s->units[i].line = df->ins[i]->line;
		s->units[i].text = line_text(rd, df->ins[i]);
	}
}

/* The facts have no lines: the Dockerfile that they were made from has. Stages that are not
 * reached are left out of the facts, the others keep their order. */
static void
find_lines(struct reader *rd, const struct input_facts *facts)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	enum dialect dialect = DIALECT_BUILDKIT;
	const struct dockerfile *df;
	size_t next = 0;

	if (!rd->in->dockerfile_text.n)
		return;
	for (size_t i = 0; i < facts->n; i++) {
		if (facts->v[i].kind == INPUT_DIALECT)
			(void)dialect_parse(str_c(input_field(&facts->v[i], 0)), &dialect);
	}
	df = dockerfile_parse(rd->arena, rd->in->dockerfile_text, "Dockerfile", dialect, &errs);
	for (size_t i = 0; df && i < rd->stages.n; i++) {
		size_t j = next;

		while (j < df->nstages && !is_stage(&rd->stages.v[i], &df->stages[j]))
			j++;
		if (j == df->nstages)
			continue;
		take_lines(rd, &rd->stages.v[i], &df->stages[j]);
		next = j + 1;
	}
}

struct input_stages
inputs_read_stages(struct arena *arena, const struct inputs *in, const struct input_facts *facts,
		   const struct input_uses *uses)
{
	struct reader rd = { .arena = arena, .in = in, .uses = uses };
	struct input_stages ret;

	for (size_t i = 0; i < facts->n; i++) {
		const struct input_fact *f = &facts->v[i];

		if (f->kind == INPUT_STAGE)
			begin_stage(&rd, f);
		else if (f->kind == INPUT_INS)
			add_unit(&rd, f);
		else if (f->kind == INPUT_HEREDOC)
			add_heredoc(&rd, f);
	}
	end_stage(&rd);
	find_lines(&rd, facts);
	ret = (struct input_stages){
		arena_dup(arena, rd.stages.v, rd.stages.n * sizeof(*rd.stages.v)), rd.stages.n
	};
	vec_fini(&rd.stages);
	vec_fini(&rd.units);
	return ret;
}
