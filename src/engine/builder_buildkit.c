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

/* "#6 [s1 2/3] RUN …"; for what failed, at the end, " > [s1 2/3] …": what is between the brackets. */
static bool
step_head(struct str line, struct str *ret)
{
	unsigned long long vertex;
	struct str number;

	if (str_starts(line, STR_LIT(" > "))) {
		line = str_sub(line, 3, line.n);
	} else {
		if (!str_starts(line, STR_LIT("#")))
			return false;
		line = str_sub(line, 1, line.n);
		if (!str_next(&line, ' ', &number) || !str_to_u64(number, &vertex))
			return false;
	}
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
