/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-graph.c: any bytes as a graph file. */
#include "model/graph.h"

#include <stdint.h>

#define MAX_INPUT (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
some_value(void *ctx, const struct graph_variable *var)
{
	(void)ctx;
	return var->event ? "1.0" : NULL;
}

/* The first half of the images is a chain. */
static void
link_all(struct graph *g, struct err_list *errs)
{
	struct graph_edge *edges = xcalloc(g->nimages + 1, sizeof(*edges));
	bool *flags = xcalloc(g->nimages + 1, sizeof(*flags));
	size_t n = g->nimages / 2;

	for (size_t i = 0; i < n; i++)
		edges[i] = (struct graph_edge){ .from = &g->images[i],
						.to = &g->images[i + 1],
						.file = "Dockerfile",
						.line = (int)i };
	if (!graph_link(g, edges, n, errs)) {
		BUG_ON(!g->order);
		BUG_ON(graph_select(g, &g->images[n].name, 1, flags, errs));
		BUG_ON(!flags[0]);
	}
	free(edges);
	free(flags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g;

	if (size > MAX_INPUT)
		return 0;
	g = graph_load((struct str){ (const char *)data, size }, "lockstep.yaml", &errs);
	/* Either a graph or a reason why not, never both. */
	BUG_ON(!g == !errs.n);
	if (g) {
		for (size_t i = 0; i < g->nimages; i++)
			BUG_ON(graph_find(g, g->images[i].name) != &g->images[i]);
		if (!graph_set_variables(g, some_value, NULL, &errs))
			link_all(g, &errs);
	}
	err_list_sort(&errs);
	graph_free(g);
	return 0;
}
