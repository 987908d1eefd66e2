/* SPDX-License-Identifier: Apache-2.0 */
/* render_graph.c: the graph for people, for Graphviz, for Markdown, as JSON. */
#include "base/out.h"
#include "cli/render.h"

static const struct recipe *
edges_of(const struct project *p, const struct graph_image *image)
{
	return p->sources[image->index].edges;
}

/* Externals of one image, each once, in the order of the Dockerfile. */
static size_t
externals(const struct project *p, const struct graph_image *image, const char **ret, size_t max)
{
	const struct recipe *r = edges_of(p, image);
	size_t n = 0;

	for (size_t i = 0; r && i < r->nimages && n < max; i++) {
		bool again = graph_image_of_ref(p->graph, r->images[i].ref) != NULL;

		for (size_t k = 0; k < n; k++)
			again = again || !strcmp(ret[k], r->images[i].ref);
		if (!again)
			ret[n++] = r->images[i].ref;
	}
	return n;
}

#define MAX_EXTERNALS 64

static void
print_image(const struct project *p, const struct graph_image *image)
{
	const char *ext[MAX_EXTERNALS];
	size_t n = externals(p, image, ext, MAX_EXTERNALS);
	const char *sep = "";

	out_print("%*s%s%s%s", image->level * 2, "", out_style(OUT_BOLD), image->name,
		  out_style(OUT_PLAIN));
	if (image->nparents || n)
		out_print("  <- ");
	for (size_t i = 0; i < image->nparents; i++) {
		out_print("%s%s", sep, image->parents[i]->name);
		sep = ", ";
	}
	for (size_t i = 0; i < n; i++) {
		out_print("%s%s%s%s", sep, out_style(OUT_DIM), ext[i], out_style(OUT_PLAIN));
		sep = ", ";
	}
	out_print("%s%s\n", image->soft ? "  (soft)" : "",
		  p->sources[image->index].absent ? "  (absent)" : "");
}

void
render_graph_text(const struct project *p)
{
	size_t leaves = 0;

	for (size_t i = 0; i < p->graph->nimages; i++) {
		print_image(p, p->graph->order[i]);
		leaves += p->graph->order[i]->nchildren == 0;
	}
	out_print("%zu image%s, %zu lea%s\n", p->graph->nimages, p->graph->nimages == 1 ? "" : "s",
		  leaves, leaves == 1 ? "f" : "ves");
}

void
render_graph_dot(const struct project *p, struct buf *b)
{
	buf_adds(b, "digraph lockstep {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < p->graph->nimages; i++) {
		const struct graph_image *image = p->graph->order[i];
		const char *ext[MAX_EXTERNALS];
		size_t n = externals(p, image, ext, MAX_EXTERNALS);

		buf_addf(b, "\t\"%s\"%s;\n", image->name, image->soft ? " [style=dashed]" : "");
		for (size_t k = 0; k < image->nparents; k++)
			buf_addf(b, "\t\"%s\" -> \"%s\";\n", image->parents[k]->name, image->name);
		for (size_t k = 0; k < n; k++)
			buf_addf(b,
				 "\t\"%s\" [shape=plaintext];\n\t\"%s\" -> \"%s\" "
				 "[style=dotted];\n",
				 ext[k], ext[k], image->name);
	}
	buf_adds(b, "}\n");
}

void
render_graph_mermaid(const struct project *p, struct buf *b)
{
	buf_adds(b, "graph LR\n");
	for (size_t i = 0; i < p->graph->nimages; i++) {
		const struct graph_image *image = p->graph->order[i];

		buf_addf(b, "  i%zu[\"%s\"]\n", image->index, image->name);
		for (size_t k = 0; k < image->nparents; k++)
			buf_addf(b, "  i%zu --> i%zu\n", image->parents[k]->index, image->index);
	}
}

static json_t *
image_json(const struct project *p, const struct graph_image *image)
{
	json_t *j = json_object(), *parents = json_array(), *children = json_array();
	json_t *ext = json_array();
	const char *refs[MAX_EXTERNALS];
	size_t n = externals(p, image, refs, MAX_EXTERNALS);
	char platform[PLATFORM_TEXT_SIZE];

	platform_text(&image->platform, platform);
	json_set_text(j, "image", image->name);
	json_set_text(j, "context", image->context);
	json_set_text(j, "dockerfile", p->sources[image->index].df_path);
	json_set_text(j, "platform", platform);
	json_set_int(j, "level", image->level);
	json_set_bool(j, "soft", image->soft);
	for (size_t i = 0; i < image->nparents; i++)
		json_add_text(parents, image->parents[i]->name);
	for (size_t i = 0; i < image->nchildren; i++)
		json_add_text(children, image->children[i]->name);
	for (size_t i = 0; i < n; i++)
		json_add_text(ext, refs[i]);
	json_object_set_new(j, "parents", parents);
	json_object_set_new(j, "children", children);
	json_object_set_new(j, "externals", ext);
	return j;
}

json_t *
render_graph_json(const struct project *p)
{
	json_t *j = json_object(), *images = json_array();

	json_set_text(j, "graph", p->graph_path);
	json_set_text(j, "registry", p->graph->registry);
	for (size_t i = 0; i < p->graph->nimages; i++)
		json_array_append_new(images, image_json(p, p->graph->order[i]));
	json_object_set_new(j, "images", images);
	return j;
}
