/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_pod.c: the pods of a graph file. */
#include "base/path.h"
#include "model/graph_load_priv.h"
#include "model/graph_priv.h"

#define DEFAULT_SETTLE_S 10
#define MAX_NAME 42

static void
add_manifest(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *y)
{
	AUTO_FREE char *clean = path_clean((struct str){ y->text, y->len });
	const char *phrase = arena_printf(ld->arena, "'manifest' of %s", ld->image);

	(void)graph_load_no_references(ld, y, phrase);
	if (path_escapes(str_c(clean)))
		err_hint(graph_err(ld, y, "%s leaves the repository: '%s'", phrase,
				   graph_clip(ld, y->text)),
			 "it must lie in the folder of the graph file or below");
	pod->manifests[pod->nmanifests++] = arena_strdup(ld->arena, clean);
}

static void
load_manifests(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *y)
{
	size_t n = y->kind == YAML_SEQ ? y->n : 1;

	pod->manifests = arena_calloc(ld->arena, n, sizeof(*pod->manifests));
	pod->manifest_at = (struct graph_place){ y->line, y->col };
	if (y->kind == YAML_SEQ && !n)
		err_hint(graph_err(ld, y, "'manifest' of %s is empty", ld->image),
			 "for example: manifest: deploy/pod.yaml");
	for (size_t i = 0; i < n; i++) {
		const struct yaml *item = y->kind == YAML_SEQ ? y->items[i] : y;

		if (item)
			add_manifest(ld, pod, item);
	}
}

static bool
is_sharer(const struct graph_shared *s, const char *name)
{
	for (size_t i = 0; i < s->nimages; i++)
		if (!strcmp(s->images[i], name))
			return true;
	return false;
}

/* Names of images of this graph, each once. */
static void
load_sharers(struct graph_loader *ld, struct graph_shared *s, const struct yaml *list)
{
	bool unknown = false;

	s->images = arena_calloc(ld->arena, list->n, sizeof(*s->images));
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml *y = list->items[i];
		const struct graph_image *image = y ? graph_find(ld->graph, y->text) : NULL;
		const char *near;
		struct err *e;

		if (!y)
			continue;
		if (image) {
			if (!is_sharer(s, image->name))
				s->images[s->nimages++] = image->name;
			continue;
		}
		unknown = true;
		e = graph_err(ld, y, "'images' of 'shared' of %s: '%s' is not in this graph",
			      ld->image, graph_clip(ld, y->text));
		near = graph_nearest(ld->graph, y->text);
		if (near)
			err_hint(e, "did you mean '%s'?", near);
	}
	if (s->nimages < 2 && !unknown)
		err_hint(graph_err(ld, list, "'images' of 'shared' of %s has fewer than two images",
				   ld->image),
			 "those that have one volume at that path: images: [ app, sidecar ]");
}

static void
load_shared(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *list)
{
	pod->shared = arena_calloc(ld->arena, list->n, sizeof(*pod->shared));
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml *item = list->items[i];
		const struct yaml *path = item ? yaml_get(item, "path") : NULL;
		const struct yaml *images = item ? yaml_get(item, "images") : NULL;
		struct graph_shared s = { 0 };

		if (images)
			load_sharers(ld, &s, images);
		if (path) {
			AUTO_FREE char *clean = path_clean((struct str){ path->text, path->len });

			s.path = arena_strdup(ld->arena, clean);
			s.at = (struct graph_place){ path->line, path->col };
		}
		if (s.path && s.nimages)
			pod->shared[pod->nshared++] = s;
	}
}

static void
load_pod(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *map)
{
	const struct yaml *manifest = yaml_get(map, "manifest"), *settle = yaml_get(map, "settle");
	const struct yaml *workload = yaml_get(map, "workload"), *checks = yaml_get(map, "checks");
	const struct yaml *shared = yaml_get(map, "shared");

	ld->image = arena_printf(ld->arena, "pod '%s'", graph_clip(ld, pod->name));
	pod->settle_s = DEFAULT_SETTLE_S;
	if (settle)
		pod->settle_s =
			graph_load_timeout(ld, settle,
					   arena_printf(ld->arena, "'settle' of %s", ld->image));
	if (manifest)
		load_manifests(ld, pod, manifest);
	if (workload)
		pod->workload = workload->text;
	if (checks)
		graph_load_pod_checks(ld, pod, checks);
	if (shared)
		load_shared(ld, pod, shared);
}

/* It becomes part of the names of containers, which are those of hosts. */
static bool
is_pod_name(const char *name)
{
	size_t n = strlen(name), i = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && i == n && n <= MAX_NAME && name[0] != '-' && name[n - 1] != '-';
}

void
graph_load_pods(struct graph_loader *ld, const struct yaml *map)
{
	struct graph *g = ld->graph;

	if (!map->n)
		err_hint(graph_err(ld, map, "'pods' is empty"),
			 "for example: pods: { agents: { manifest: deploy/pod.yaml } }");
	g->pods = arena_calloc(ld->arena, map->n, sizeof(*g->pods));
	for (size_t i = 0; i < map->n; i++) {
		const struct yaml *key = map->pairs[i].key, *value = map->pairs[i].value;
		struct graph_pod *pod = &g->pods[g->npods++];

		if (!is_pod_name(key->text))
			err_hint(graph_err(ld, key, "'%s' is no name of a pod",
					   graph_clip(ld, key->text)),
				 "lower-case letters and digits, with '-' between them: agents");
		pod->name = key->text;
		pod->at = (struct graph_place){ key->line, key->col };
		if (value)
			load_pod(ld, pod, value);
	}
}
