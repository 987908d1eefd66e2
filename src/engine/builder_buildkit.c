/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildkit.c: what BuildKit is told and prints, whoever started it. */
#include "engine/builder_priv.h"

const char *
builder_buildkit_ref(struct arena *a, const char *image_id)
{
	return arena_printf(a, BUILDKIT_KEPT ":%s", image_id + strlen("sha256:"));
}

static bool
makes_a_step(const struct df_ins *ins)
{
	return ins->kw == DF_RUN || ins->kw == DF_COPY || ins->kw == DF_ADD ||
	       ins->kw == DF_WORKDIR;
}

/* The line of step n of a stage, counted as BuildKit does: an image that is no named context, and
 * what makes layers. */
static int
line_of_step(const struct recipe_stage *stage, unsigned long long n, bool contexts)
{
	n -= stage->base == RECIPE_BASE_IMAGE && !contexts;
	for (size_t i = 0; i < stage->nonbuild; i++)
		n -= n && makes_a_step(stage->onbuild[i]);
	if (!n)
		return stage->df->from->line;
	for (size_t i = 0; i < stage->df->nins; i++)
		if (makes_a_step(stage->df->ins[i]) && !--n)
			return stage->df->ins[i]->line;
	return -1;
}

/* "#6 ", the number of a vertex, is taken away. */
static bool
vertex(struct str *line)
{
	struct str rest = str_starts(*line, STR_LIT("#")) ? str_sub(*line, 1, line->n) : STR_NULL;
	unsigned long long n;
	struct str number;

	if (!str_next(&rest, ' ', &number) || !str_to_u64(number, &n))
		return false;
	*line = rest;
	return true;
}

/* "#6 [s1 2/3] RUN …"; for what failed, at the end, " > [s1 2/3] …": what is between the brackets. */
static bool
step_head(struct str line, struct str *ret)
{
	if (str_starts(line, STR_LIT(" > ")))
		line = str_sub(line, 3, line.n);
	else if (!vertex(&line))
		return false;
	if (!str_starts(line, STR_LIT("[")))
		return false;
	line = str_sub(line, 1, line.n);
	return str_next(&line, ']', ret);
}

/* The stage has a name where there are several. */
int
builder_buildkit_line(const struct recipe *recipe, struct str line, bool contexts)
{
	unsigned long long stage = 0, n;
	struct str head, number;

	if (!step_head(line, &head))
		return 0;
	if (str_starts(head, STR_LIT("s"))) {
		if (!str_next(&head, ' ', &number) ||
		    !str_to_u64(str_sub(number, 1, number.n), &stage))
			return -1;
		while (str_starts(head, STR_LIT(" ")))
			head = str_sub(head, 1, head.n);
	}
	if (stage >= recipe->nstages || !str_next(&head, '/', &number) || !str_to_u64(number, &n) ||
	    !n)
		return -1;
	return line_of_step(&recipe->stages[stage], n, contexts);
}

/* "#6 0.094 text": seconds since the step began, and what it printed. The daemon stops handing that on
 * at a size and at a rate, and puts one line in its place. */
bool
builder_buildkit_output(struct str *line)
{
	struct str rest = *line, since;

	if (!vertex(&rest) || !str_next(&rest, ' ', &since) || !rest.p ||
	    !memchr(since.p, '.', since.n) || str_trim(since, "-.0123456789").n)
		return true;
	*line = rest;
	return !str_starts(rest, STR_LIT("[output clipped, log limit "));
}
