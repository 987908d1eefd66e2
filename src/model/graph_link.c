/* SPDX-License-Identifier: Apache-2.0 */
/* graph_link.c: edges, their agreement with `needs`, cycles and order. */
#include "base/path.h"
#include "base/vec.h"
#include "model/graph_priv.h"

static int
image_cmp(const void *a, const void *b)
{
	const struct graph_image *x = *(struct graph_image *const *)a;
	const struct graph_image *y = *(struct graph_image *const *)b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static int
order_cmp(const void *a, const void *b)
{
	const struct graph_image *x = *(struct graph_image *const *)a;
	const struct graph_image *y = *(struct graph_image *const *)b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return image_cmp(a, b);
}

static size_t
sort_unique(struct graph_image **v, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof(struct graph_image *), image_cmp);
	for (size_t i = 0; i < n; i++) {
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	return kept;
}

static void
add_edges(struct graph *g, const struct graph_edge *edges, size_t n)
{
	for (size_t i = 0; i < g->nimages; i++)
		g->images[i].nparents = g->images[i].nchildren = 0;
	for (size_t i = 0; i < n; i++) {
		edges[i].to->nparents++;
		edges[i].from->nchildren++;
	}
	for (size_t i = 0; i < g->nimages; i++) {
		struct graph_image *img = &g->images[i];

		img->parents = arena_calloc(g->arena, img->nparents, sizeof(*img->parents));
		img->children = arena_calloc(g->arena, img->nchildren, sizeof(*img->children));
		img->nparents = img->nchildren = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct graph_image *from = edges[i].from, *to = edges[i].to;

		to->parents[to->nparents++] = from;
		from->children[from->nchildren++] = to;
	}
	for (size_t i = 0; i < g->nimages; i++) {
		struct graph_image *img = &g->images[i];

		img->nparents = sort_unique(img->parents, img->nparents);
		img->nchildren = sort_unique(img->children, img->nchildren);
	}
}

/* The first place where `to` uses `from`, or where it uses anything if from is NULL. */
static const struct graph_edge *
find_edge(const struct graph_edge *edges, size_t n, const struct graph_image *from,
	  const struct graph_image *to)
{
	const struct graph_edge *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (edges[i].to != to || (from && edges[i].from != from))
			continue;
		if (!found || edges[i].line < found->line)
			found = &edges[i];
	}
	return found;
}

static const char *
dockerfile_of(struct graph *g, const struct graph_edge *edges, size_t n,
	      const struct graph_image *img)
{
	const struct graph_edge *any = find_edge(edges, n, NULL, img);
	char *AUTO_FREE path = NULL;

	if (any)
		return any->file;
	path = path_join(img->context, img->dockerfile ? img->dockerfile : "Dockerfile");
	return arena_strdup(g->arena, path);
}

static const struct graph_kv *
find_need(const struct graph *g, const struct graph_image *img, const struct graph_image *parent)
{
	for (size_t i = 0; i < img->nneeds; i++) {
		if (graph_find(g, img->needs[i].name) == parent)
			return &img->needs[i];
	}
	return NULL;
}

static void
check_needs(struct graph *g, const struct graph_image *img, const struct graph_edge *edges,
	    size_t n, struct err_list *errs)
{
	for (size_t i = 0; i < img->nneeds; i++) {
		const struct graph_kv *need = &img->needs[i];
		const struct graph_image *parent = graph_find(g, need->name);
		struct err *e;

		if (!parent || graph_has_parent(img, parent))
			continue;
		e = err_list_at(errs, g->file, need->at.line, need->at.col,
				"image '%s' needs '%s', but %s does not use it", img->name,
				need->name, dockerfile_of(g, edges, n, img));
		err_hint(e, "an edge is a FROM, a COPY --from or a RUN --mount with from; without "
			    "'needs' they are found");
	}
	for (size_t i = 0; i < img->nparents; i++) {
		const struct graph_edge *edge;

		if (find_need(g, img, img->parents[i]))
			continue;
		edge = find_edge(edges, n, img->parents[i], img);
		err_hint(err_list_at(errs, edge->file, edge->line, 0,
				     "this uses '%s', which 'needs' of image '%s' does not name "
				     "(%s:%d)",
				     img->parents[i]->name, img->name, g->file,
				     img->nneeds ? img->needs[0].at.line : img->at.line),
			 "add it there, or leave 'needs' away: the edges are found");
	}
}

/* The nearest way from an image up to itself, by breadth; steps[i] is built from steps[i + 1]. */
static size_t
find_cycle(struct graph_image *start, size_t nimages, struct graph_image **steps)
{
	struct graph_image **via = xcalloc(nimages, sizeof(*via)), *at;
	VEC(struct graph_image *) todo = { 0 };
	size_t n = 0;

	vec_push(&todo, start);
	for (size_t i = 0; i < todo.n && !via[start->index]; i++) {
		struct graph_image *img = todo.v[i];

		for (size_t j = 0; j < img->nparents; j++) {
			if (via[img->parents[j]->index])
				continue;
			via[img->parents[j]->index] = img;
			vec_push(&todo, img->parents[j]);
		}
	}
	vec_fini(&todo);
	/* via leads down, from a parent to the child that named it: collected from the end. */
	if (via[start->index]) {
		for (at = via[start->index]; at != start; at = via[at->index])
			n++;
		steps[0] = start;
		at = via[start->index];
		for (size_t i = n; i > 0; i--, at = via[at->index])
			steps[i] = at;
		n++;
	}
	free(via);
	return n;
}

static void
report_cycle(struct graph_image **steps, size_t nsteps, const struct graph_edge *edges, size_t n,
	     struct err_list *errs)
{
	const struct graph_edge *first = find_edge(edges, n, steps[1 % nsteps], steps[0]);
	struct buf b CLEANUP(buf_fini) = BUF_INIT;

	for (size_t i = 0; i < nsteps; i++) {
		const struct graph_image *parent = steps[(i + 1) % nsteps];
		const struct graph_edge *edge = find_edge(edges, n, parent, steps[i]);

		buf_addf(&b, "%s'%s' is built from '%s' (%s:%d)", i ? ", " : "", steps[i]->name,
			 parent->name, edge->file, edge->line);
	}
	if (nsteps == 1)
		err_hint(err_list_at(errs, first->file, first->line, 0,
				     "image '%s' is built from itself", steps[0]->name),
			 "if another image is meant, give it its registry: FROM "
			 "docker.io/library/%s",
			 steps[0]->name);
	else
		err_hint(err_list_at(errs, first->file, first->line, 0,
				     "these images are built from each other: %s", b.data),
			 "one of these steps has to go, for example into an image of its own that "
			 "both use");
}

/* Levels by Kahn's way. Images in a cycle, and below one, keep level -1. */
static size_t
set_levels(struct graph *g)
{
	size_t *open = xcalloc(g->nimages + 1, sizeof(*open));
	VEC(struct graph_image *) ready = { 0 };
	size_t done;

	for (size_t i = 0; i < g->nimages; i++) {
		struct graph_image *img = &g->images[i];

		open[i] = img->nparents;
		img->level = img->nparents ? -1 : 0;
		if (!img->nparents)
			vec_push(&ready, img);
	}
	for (done = 0; done < ready.n; done++) {
		struct graph_image *img = ready.v[done];

		for (size_t i = 0; i < img->nparents; i++) {
			if (img->parents[i]->level >= img->level)
				img->level = img->parents[i]->level + 1;
		}
		for (size_t i = 0; i < img->nchildren; i++) {
			if (!--open[img->children[i]->index])
				vec_push(&ready, img->children[i]);
		}
	}
	vec_fini(&ready);
	free(open);
	return done;
}

static void
report_cycles(struct graph *g, const struct graph_edge *edges, size_t n, struct err_list *errs)
{
	struct graph_image **steps = xcalloc(g->nimages, sizeof(*steps));
	bool *told = xcalloc(g->nimages, sizeof(*told));

	for (size_t i = 0; i < g->nimages; i++) {
		size_t nsteps;

		if (g->images[i].level >= 0 || told[i])
			continue;
		nsteps = find_cycle(&g->images[i], g->nimages, steps);
		for (size_t j = 0; j < nsteps; j++)
			told[steps[j]->index] = true;
		if (nsteps)
			report_cycle(steps, nsteps, edges, n, errs);
	}
	free(told);
	free(steps);
}

int
graph_link(struct graph *g, const struct graph_edge *edges, size_t n, struct err_list *errs)
{
	size_t before = errs->n;

	add_edges(g, edges, n);
	for (size_t i = 0; i < g->nimages; i++) {
		if (g->images[i].needs_given)
			check_needs(g, &g->images[i], edges, n, errs);
	}
	if (set_levels(g) < g->nimages)
		report_cycles(g, edges, n, errs);
	if (errs->n > before)
		return -ERR_INPUT;
	g->order = arena_calloc(g->arena, g->nimages, sizeof(*g->order));
	for (size_t i = 0; i < g->nimages; i++)
		g->order[i] = &g->images[i];
	if (g->nimages)
		qsort(g->order, g->nimages, sizeof(struct graph_image *), order_cmp);
	return 0;
}
