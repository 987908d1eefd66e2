/* SPDX-License-Identifier: Apache-2.0 */
/* graph.c: the images of a graph, found by name and by reference. */
#include "model/graph.h"

#include "base/vec.h"
#include "model/graph_priv.h"
#include "model/ref.h"

ENUM_DEFINE(builder_kind, BUILDER_KIND_LIST);
ENUM_DEFINE(graph_output, GRAPH_OUTPUT_LIST);
ENUM_DEFINE(graph_pull_publish, GRAPH_PULL_PUBLISH_LIST);
ENUM_DEFINE(graph_check_kind, GRAPH_CHECK_LIST);
ENUM_DEFINE(graph_guard_kind, GRAPH_GUARD_LIST);

void
graph_free(struct graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->nimages; i++) {
		for (size_t j = 0; j < g->images[i].nchecks; j++)
			json_decref(g->images[i].checks[j].spec);
		for (size_t j = 0; j < g->images[i].nguards; j++)
			json_decref(g->images[i].guards[j].spec);
	}
	for (size_t i = 0; i < g->npods; i++)
		for (size_t j = 0; j < g->pods[i].nchecks; j++)
			json_decref(g->pods[i].checks[j].spec);
	json_decref(g->dispatch);
	map_free(g->by_name);
	map_free(g->variable_by_name);
	arena_free(g->arena);
	free(g);
}

/* What stands behind "registry/", or NULL. */
static const char *
without_registry(const char *registry, const char *name)
{
	size_t n = strlen(registry);

	return n && !strncmp(name, registry, n) && name[n] == '/' ? name + n + 1 : NULL;
}

const char *
graph_secret_field(const char *secret, const char *field)
{
	struct str rest = str_c(secret), piece;
	size_t n = strlen(field);

	while (str_next(&rest, ',', &piece))
		if (piece.n > n && !strncmp(piece.p, field, n) && piece.p[n] == '=')
			return piece.p + n + 1;
	return NULL;
}

bool
graph_has_parent(const struct graph_image *image, const struct graph_image *other)
{
	for (size_t i = 0; i < image->nparents; i++) {
		if (image->parents[i] == other)
			return true;
	}
	return false;
}

struct graph_image *
graph_find(const struct graph *g, const char *name)
{
	struct graph_image *img = map_get(g->by_name, str_c(name));
	const char *rest = without_registry(g->registry, name);

	return img || !rest ? img : map_get(g->by_name, str_c(rest));
}

bool
graph_own_tag(struct str tag)
{
	static const char *const starts[] = { "key-", "id-", "sha256-", "lockstep-" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (str_starts(tag, str_c(starts[i])))
			return true;
	return str_is_hex(tag, 40) || str_is_hex(tag, 64);
}

struct graph_image *
graph_image_of_ref(const struct graph *g, const char *text)
{
	AUTO_ARENA struct arena *arena = arena_new();
	/* Normalised as the reference is: docker.io/owner and owner are one registry. Two
	 * components, since a single one would become library/x. */
	const char *probe = arena_printf(arena, "%s%sx/x", g->registry, g->registry[0] ? "/" : "");
	struct graph_image *img;
	struct ref ref, registry;
	struct str rest;

	/* A tag that is an unset argument: `FROM x/agent-base:${AGENT_BASE_SHA}` gives "…:". */
	if (str_ends(str_c(text), STR_LIT(":")))
		text = arena_str(arena, str_sub(str_c(text), 0, strlen(text) - 1));
	if (ref_parse(arena, str_c(text), &ref, NULL))
		return NULL;
	BUG_ON(ref_parse(arena, str_c(probe), &registry, NULL));
	rest = str_sub(str_c(registry.name), 0, strlen(registry.name) - strlen("x/x"));
	if (!str_starts(str_c(ref.name), rest))
		return g->registry[0] ? NULL : map_get(g->by_name, str_c(ref.name));
	rest = str_c(ref.name + rest.n);
	img = map_get(g->by_name, rest);
	if (!img && !strcmp(registry.path, "x/x") && !strcmp(ref.domain, "docker.io") &&
	    str_starts(rest, STR_LIT("library/")))
		img = map_get(g->by_name, str_sub(rest, strlen("library/"), rest.n));
	return img;
}

const char *
graph_nearest(const struct graph *g, const char *name)
{
	const char **names = xcalloc(g->nimages + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < g->nimages; i++)
		names[i] = g->images[i].name;
	near = str_nearest(name, names, g->nimages);
	free(names);
	return near;
}

/* Marks img and everything above it. */
static void
mark(struct graph_image *img, bool *flags)
{
	VEC(struct graph_image *) todo = { 0 };

	vec_push(&todo, img);
	while (todo.n) {
		img = todo.v[--todo.n];
		if (flags[img->index])
			continue;
		flags[img->index] = true;
		for (size_t i = 0; i < img->nparents; i++)
			vec_push(&todo, img->parents[i]);
	}
	vec_fini(&todo);
}

int
graph_select(const struct graph *g, const char *const *names, size_t n, bool *flags,
	     struct err_list *errs)
{
	size_t before = errs->n;

	memset(flags, n ? 0 : 1, g->nimages * sizeof(*flags));
	for (size_t i = 0; i < n; i++) {
		struct graph_image *img = graph_find(g, names[i]);
		const char *near;
		struct err *e;

		if (img) {
			mark(img, flags);
			continue;
		}
		near = graph_nearest(g, names[i]);
		e = err_list_at(errs, g->file, 0, 0, "there is no image '%s'", names[i]);
		if (near)
			err_hint(e, "did you mean '%s'?", near);
		else
			err_hint(e, "`lockstep graph` lists them");
	}
	return errs->n > before ? -ERR_INPUT : 0;
}
