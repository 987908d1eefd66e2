/* SPDX-License-Identifier: Apache-2.0 */
/* trigger.c: asks for the configurations of base images from outside. */
#include "engine/trigger.h"

struct asker {
	struct project *p;
	struct identities *ids;
	const struct graph_image *image; /* whose bases are asked for */
	bool unknown;                    /* one of them is */
	bool triggers;                   /* one of them has some */
};

static const struct oci_config *
config(void *ctx, const char *ref, const char *platform)
{
	struct asker *x = ctx;
	struct platform wanted = x->image->platform;
	struct identity_query query = {
		.project = x->p, .ref = ref, .platform = &wanted, .loose = true
	};
	AUTO_ERR struct err ignored = ERR_INIT;
	struct oci_config *ret = NULL;
	struct identity found;

	if (graph_image_of_ref(x->p->graph, ref))
		return NULL;
	if (platform && platform_parse(str_c(platform), &wanted, &ignored))
		wanted = x->image->platform; /* recipe_eval() normalised it */
	if (identity_find(x->ids, &query, x->p->arena, &found, &ignored) || !found.id ||
	    identity_config(x->ids, x->p->arena, ref, found.id, &ret, &ignored))
		ret = NULL;
	x->unknown = x->unknown || !ret;
	x->triggers = x->triggers || (ret && ret->nonbuild);
	return ret;
}

static void
ask(struct asker *x, const struct recipe *edges)
{
	for (size_t i = 0; i < edges->nimages; i++)
		if (edges->images[i].use == RECIPE_USE_FROM)
			(void)config(x, edges->images[i].ref, edges->images[i].platform);
}

int
trigger_link(struct project *p, struct identities *ids, struct err_list *errs)
{
	bool any = false;

	if (p->bases_seen)
		return 0;
	p->bases_seen = p->bases_known = true;
	for (size_t i = 0; i < p->graph->nimages; i++) {
		struct asker x = { .p = p, .ids = ids, .image = &p->graph->images[i] };
		struct project_source *src = &p->sources[i];

		if (!src->edges)
			continue;
		ask(&x, src->edges);
		p->bases_known = p->bases_known && !x.unknown;
		if (!x.triggers)
			continue;
		any = true;
		src->edges = project_eval(p, x.image, p->arena, config, &x, errs);
		if (!src->edges)
			return -ERR_INPUT;
	}
	return any ? project_link(p, errs) : 0;
}
