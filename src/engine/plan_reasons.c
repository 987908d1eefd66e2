/* SPDX-License-Identifier: Apache-2.0 */
/* plan_reasons.c: what moved since the last build of an image. */
#include "engine/plan_priv.h"
#include "store/store_inputs.h"

/* Of one image: nobody reads more, and the input sets hold them all. */
#define MAX_REASONS 1000

static void
add_reasons(struct plan *p, struct plan_node *node, const struct reason *add, size_t n)
{
	struct reason *v = arena_calloc(p->arena, node->reasons.n + n, sizeof(*v));

	if (node->reasons.n)
		memcpy(v, node->reasons.v, node->reasons.n * sizeof(*v));
	memcpy(v + node->reasons.n, add, n * sizeof(*v));
	node->reasons.v = v;
	node->reasons.n += n;
}

void
plan_add_reason(struct plan *p, struct plan_node *node, const struct reason *reason)
{
	add_reasons(p, node, reason, 1);
}

int
plan_last_build(struct plan *p, struct plan_node *node, struct err *err)
{
	struct store_step_query query = { .scope = p->opts.project->scope,
					  .image = node->image->name,
					  .max_run = INT64_MAX,
					  .built = true };
	int r;

	store_step_fini(&node->last);
	r = store_step_last(p->opts.store, &query, &node->last, err);
	node->previous = r > 0;
	return r < 0 ? r : 0;
}

/* What moved since the last build of this image; first-build when there is none. */
int
plan_explain(struct plan *p, struct plan_node *node, struct err *err)
{
	struct inputs *before = NULL;
	struct reasons rs;
	int r = plan_last_build(p, node, err);

	if (r)
		return r;
	if (!node->previous) {
		plan_add_reason(p, node, &(struct reason){ .kind = REASON_FIRST, .subject = "" });
		return 0;
	}
	if (node->last.has_inputs) {
		r = store_inputs_get(p->opts.store, node->last.inputs, &before, err);
		if (r < 0)
			return r;
	}
	if (!before) {
		plan_add_reason(p, node,
				&(struct reason){ .kind = REASON_OTHER,
						  .subject = "its last inputs are no "
							     "longer recorded" });
		return 0;
	}
	rs = inputs_diff(p->arena, before, node->made.inputs);
	for (size_t i = 0; i < rs.n && i < MAX_REASONS; i++)
		project_name_reason(p->opts.project, node->image, p->arena, &rs.v[i]);
	if (rs.n)
		add_reasons(p, node, rs.v, rs.n < MAX_REASONS ? rs.n : MAX_REASONS);
	if (rs.n > MAX_REASONS) {
		const char *more =
			arena_printf(p->arena, "%zu more inputs moved", rs.n - MAX_REASONS);

		plan_add_reason(p, node, &(struct reason){ .kind = REASON_OTHER, .subject = more });
	}
	inputs_free(before);
	return 0;
}
