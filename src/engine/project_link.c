/* SPDX-License-Identifier: Apache-2.0 */
/* project_link.c: the edges between the images of a graph, as their Dockerfiles say. */
#include "base/vec.h"
#include "engine/project_priv.h"

#include "model/ref.h"

/* An external must at least be a reference: "x:" is what an argument without a value leaves. */
static void
check_external(struct project *p, const struct recipe *rec, const struct recipe_image *used,
	       struct err_list *errs)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct err *place;
	struct ref ref;

	if (!ref_parse(p->arena, str_c(used->ref), &ref, &err))
		return;
	place = err_list_at(errs, rec->df->file, used->line, 0, "%s %s", recipe_use_name(used->use),
			    err.msg);
	if (str_ends(str_c(used->ref), STR_LIT(":")))
		err_hint(place, "give its argument a value: by a default in ARG, or by `args:` of "
				"the image");
}

int
project_link(struct project *p, struct err_list *errs)
{
	VEC(struct graph_edge) edges = { 0 };
	int r;

	for (size_t i = 0; i < p->graph->nimages; i++) {
		const struct recipe *rec = p->sources[i].edges;

		for (size_t k = 0; rec && k < rec->nimages; k++) {
			struct graph_image *from = graph_image_of_ref(p->graph, rec->images[k].ref);
			struct graph_edge edge = { .from = from,
						   .to = &p->graph->images[i],
						   .file = rec->df->file,
						   .line = rec->images[k].line };

			if (from)
				vec_push(&edges, edge);
			else
				check_external(p, rec, &rec->images[k], errs);
		}
	}
	r = graph_link(p->graph, edges.v, edges.n, errs);
	vec_fini(&edges);
	return r;
}

struct df_ins **
project_triggers(struct project *p, const char *ref, size_t *ret_n)
{
	const struct graph_image *image = graph_image_of_ref(p->graph, ref);
	const struct recipe *rec = image ? p->sources[image->index].edges : NULL;
	const struct df_stage *target;
	struct df_ins **ret;

	*ret_n = 0;
	if (!rec || p->dialect == DIALECT_CONTAINERS)
		return NULL;
	target = rec->stages[rec->nstages - 1].df;
	ret = arena_calloc(p->arena, target->nins + 1, sizeof(*ret));
	for (size_t i = 0; i < target->nins; i++)
		if (target->ins[i]->kw == DF_ONBUILD && target->ins[i]->inner)
			ret[(*ret_n)++] = target->ins[i]->inner;
	return ret;
}

static bool
stands_on_triggers(struct project *p, const struct recipe *rec)
{
	size_t n;

	for (size_t i = 0; i < rec->nstages; i++) {
		if (rec->stages[i].base != RECIPE_BASE_IMAGE)
			continue;
		if (project_triggers(p, rec->images[rec->stages[i].base_image].ref, &n) && n)
			return true;
	}
	return false;
}

void
project_follow_triggers(struct project *p, struct err_list *errs)
{
	for (size_t i = 0; i < p->graph->nimages; i++) {
		struct project_source *src = &p->sources[i];

		if (src->edges && stands_on_triggers(p, src->edges))
			src->edges =
				project_eval(p, &p->graph->images[i], p->arena, NULL, NULL, errs);
	}
}
