/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load.c: a graph file read, with every mistake told. */
#include "base/path.h"
#include "lockstep/formats.h"
#include "model/graph_load_priv.h"
#include "model/graph_priv.h"
#include "model/ref.h"

#include <ctype.h>

#define MAX_TIMEOUT_S (7 * 24 * 3600)
/* distribution/reference: a repository name has at most 255 characters. */
#define MAX_REPOSITORY 255
#define MAX_SEARCHES 100

static struct graph_place
place(const struct yaml *y)
{
	return (struct graph_place){ y->line, y->col };
}

/* A newer file would only drown that one sentence in unknown keys. */
static bool
known_version(struct graph_loader *ld, const struct yaml *root)
{
	const struct yaml *y = yaml_get(root, "version");
	long long version;

	if (!y || !yaml_int(y, &version) || version == LOCKSTEP_GRAPH_VERSION)
		return true;
	(void)graph_err(ld, y, "version %lld is not known: this lockstep reads version %d", version,
			LOCKSTEP_GRAPH_VERSION);
	return false;
}

/* Each search compares with every name there is; a file that is wrong in thousands of places needs
 * no help with each. */
static bool
may_search(struct graph_loader *ld)
{
	return ld->searches++ < MAX_SEARCHES;
}

int
graph_load_timeout(struct graph_loader *ld, const struct yaml *y, const char *phrase)
{
	long long s = graph_shape_amount(y->text);

	if (s <= MAX_TIMEOUT_S)
		return (int)s;
	err_hint(graph_err(ld, y, "%s is longer than a week: '%s'", phrase, y->text),
		 "for example: 2h");
	return 0;
}

void
graph_load_references(struct graph_loader *ld, const struct yaml *y, const char *text,
		      const char *phrase)
{
	const struct graph *g = ld->graph;
	struct str rest = str_c(text);
	struct graph_piece piece;

	while (strchr(text, '$') && graph_piece_next(&rest, &piece)) {
		const char *name = arena_str(ld->arena, piece.text);
		struct err *e;

		if (piece.kind == GRAPH_PIECE_LITERAL)
			continue;
		if (piece.kind == GRAPH_PIECE_BAD) {
			err_hint(graph_err(ld, y, "'%s' in %s is no variable", graph_clip(ld, name),
					   phrase),
				 "${NAME}, its default in 'variables'; a dollar is written $$");
			continue;
		}
		if (graph_variable_find(g, piece.text))
			continue;
		e = graph_err(ld, y, "unknown variable '${%s}' in %s", graph_clip(ld, name),
			      phrase);
		if (g->nvariables && may_search(ld)) {
			const char **names = arena_calloc(ld->arena, g->nvariables, sizeof(*names));

			for (size_t i = 0; i < g->nvariables; i++)
				names[i] = g->variables[i].name;
			graph_hint_name(e, name, names, g->nvariables);
		} else if (!g->nvariables) {
			err_hint(e, "say what it is: variables: { %s: { default: … } }",
				 graph_clip(ld, name));
		}
	}
}

bool
graph_load_no_references(struct graph_loader *ld, const struct yaml *y, const char *phrase)
{
	struct str rest = str_c(y->text);
	struct graph_piece piece;

	while (strchr(y->text, '$') && graph_piece_next(&rest, &piece)) {
		if (piece.kind != GRAPH_PIECE_NAME)
			continue;
		err_hint(graph_err(ld, y, "%s holds a variable: '%s'", phrase,
				   graph_clip(ld, y->text)),
			 "variables stand in args, labels, options and the 'ref' of a source");
		return false;
	}
	return true;
}

void
graph_load_variables(struct graph_loader *ld, const struct yaml *map)
{
	struct graph *g = ld->graph;

	g->variables = arena_calloc(ld->arena, map->n, sizeof(*g->variables));
	for (size_t i = 0; i < map->n; i++) {
		const struct yaml *key = map->pairs[i].key, *value = map->pairs[i].value;
		struct graph_variable *v = &g->variables[g->nvariables];

		if (!graph_valid_variable(str_c(key->text)))
			err_hint(graph_err(ld, key, "'%s' is no name of a variable",
					   graph_clip(ld, key->text)),
				 "letters, digits and '_', not beginning with a digit");
		v->name = key->text;
		v->at = place(key);
		if (value && value->kind == YAML_SCALAR) {
			v->fallback = value->text;
		} else if (value) {
			const struct yaml *def = yaml_get(value, "default");
			const struct yaml *event = yaml_get(value, "event");

			v->fallback = def ? def->text : NULL;
			v->event = event ? event->text : NULL;
		}
		(void)map_add(g->variable_by_name, str_c(v->name), v);
		g->nvariables++;
	}
}

/* What a name that no registry takes was meant to be, or NULL. */
static const char *
better_name(struct graph_loader *ld, const char *name)
{
	const char *registry = ld->graph->registry;
	size_t n = strlen(registry);
	char *better;

	if (n && !strncmp(name, registry, n) && name[n] == '/')
		name += n + 1;
	better = arena_strdup(ld->arena, name);
	for (char *p = better; *p; p++) {
		*p = (char)tolower((unsigned char)*p);
		if (*p == ' ')
			*p = '-';
	}
	return ref_valid_image_name(str_c(better)) ? better : NULL;
}

static void
check_name(struct graph_loader *ld, const struct yaml *key)
{
	const char *name = key->text, *shown = graph_clip(ld, name);
	const char *better = better_name(ld, name);
	size_t registry = strlen(ld->graph->registry);
	struct err *e;

	if (key->len + (registry ? registry + 1 : 0) > MAX_REPOSITORY) {
		(void)graph_err(ld, key, "image name '%s' is too long: %d characters at most%s",
				shown, MAX_REPOSITORY, registry ? " with the registry" : "");
		return;
	}
	if (ref_valid_image_name(str_c(name))) {
		if (better && strlen(better) < key->len)
			err_hint(graph_err(ld, key, "image name '%s' repeats the registry", shown),
				 "write '%s'", better);
		return;
	}
	e = graph_err(ld, key, "no registry takes the image name '%s'", shown);
	if (better)
		err_hint(e, "write '%s'", better);
	else if (strpbrk(name, ":@"))
		err_hint(e, "without tag and digest: lockstep sets them");
	else
		err_hint(e, "lower-case letters and digits, with '.', '_', '__' or '-' between "
			    "them");
}

static void
load_images(struct graph_loader *ld, const struct yaml *map)
{
	struct graph *g = ld->graph;

	if (!map->n)
		err_hint(graph_err(ld, map, "'images' is empty"),
			 "for example: images: { app: { context: app } }");
	g->images = arena_calloc(ld->arena, map->n, sizeof(*g->images));
	for (size_t i = 0; i < map->n; i++) {
		const struct yaml *key = map->pairs[i].key;
		struct graph_image *img = &g->images[g->nimages];

		check_name(ld, key);
		img->name = key->text;
		img->index = g->nimages++;
		img->at = place(key);
		(void)map_add(g->by_name, str_c(img->name), img);
		if (map->pairs[i].value) {
			graph_load_image(ld, img, map->pairs[i].value);
		} else {
			img->context = ".";
			img->platform = ld->platform;
		}
	}
}

static void
check_needs(struct graph_loader *ld, const struct graph_image *img)
{
	const struct graph *g = ld->graph;

	for (size_t i = 0; i < img->nneeds; i++) {
		const struct graph_kv *need = &img->needs[i];
		const struct graph_image *other = graph_find(g, need->name);
		const char *near;
		struct err *e;

		if (other && other != img)
			continue;
		if (other) {
			(void)graph_err(ld, &need->at, "image '%s' needs itself", img->name);
			continue;
		}
		e = graph_err(ld, &need->at, "image '%s' needs '%s', which is not in this graph",
			      graph_clip(ld, img->name), graph_clip(ld, need->name));
		near = may_search(ld) ? graph_nearest(g, need->name) : NULL;
		if (near)
			err_hint(e, "did you mean '%s'?", near);
		else
			err_hint(e, "images of this file belong here, and no others: what FROM "
				    "names is found without it");
	}
}

static void
load_registry(struct graph_loader *ld, const struct yaml *y)
{
	const char *text = y->text;
	const char *host = strstr(text, "://");
	char *AUTO_FREE probe = xasprintf("%s/x", text);
	struct err *e;

	if (!graph_load_no_references(ld, y, "'registry'"))
		return;
	if (!host && ref_valid_repository(str_c(probe))) {
		ld->graph->registry = text;
		return;
	}
	e = graph_err(ld, y, "'registry' is no registry: '%s'", graph_clip(ld, text));
	if (host)
		err_hint(e, "without '%.*s'", (int)(host + 3 - text), text);
	else if (y->len && text[y->len - 1] == '/')
		err_hint(e, "without the '/' at the end");
	else
		err_hint(e, "HOST, HOST:PORT or HOST/PATH in lower case: ghcr.io/owner");
}

static void
load_tags(struct graph_loader *ld, const struct yaml *list)
{
	struct graph *g = ld->graph;

	g->tags = arena_calloc(g->arena, list->n + 1, sizeof(*g->tags));
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml *y = list->items[i];

		if (!y)
			continue;
		if (graph_own_tag(str_c(y->text)))
			err_hint(graph_err(ld, y,
					   "'tags' cannot have '%s', a name that lockstep gives by "
					   "itself",
					   graph_clip(ld, y->text)),
				 "every image has the tag of its commit without that");
		g->tags[g->ntags++] = y->text;
	}
	if (!list->n)
		err_hint(graph_err(ld, list, "'tags' is empty"), "without it, 'latest' moves");
}

static void
load_top(struct graph_loader *ld, const struct yaml *root)
{
	const struct yaml *registry = yaml_get(root, "registry");
	const struct yaml *builder = yaml_get(root, "builder");
	const struct yaml *platform = yaml_get(root, "platform");
	const struct yaml *timeout = yaml_get(root, "timeout"), *tags = yaml_get(root, "tags");
	const struct yaml *publish = yaml_get(yaml_get(root, "pull-requests"), "publish");
	struct err AUTO_ERR err = ERR_INIT;

	ld->platform = platform_host();
	if (registry)
		load_registry(ld, registry);
	if (tags)
		load_tags(ld, tags);
	if (publish)
		BUG_ON(!graph_pull_publish_parse(str_c(publish->text), &ld->graph->pull_publish));
	if (builder)
		BUG_ON(!builder_kind_parse(str_c(builder->text), &ld->graph->builder));
	if (platform && platform_parse(str_c(platform->text), &ld->platform, &err))
		(void)graph_err(ld, platform, "'platform': %s", err.msg);
	if (timeout)
		ld->graph->timeout_s = graph_load_timeout(ld, timeout, "'timeout'");
}

static void
load_file(struct graph_loader *ld, struct yaml *root)
{
	const struct yaml *variables, *images, *events, *dispatch;

	if (root->kind != YAML_MAP) {
		err_hint(graph_err(ld, root, "a graph file is a mapping, and this is %s",
				   yaml_what(root)),
			 "it begins with: version: %d", LOCKSTEP_GRAPH_VERSION);
		return;
	}
	if (!known_version(ld, root))
		return;
	graph_shape(ld, &graph_object_file, root, "");
	load_top(ld, root);
	variables = yaml_get(root, "variables");
	images = yaml_get(root, "images");
	dispatch = yaml_get(root, "dispatch");
	if (variables)
		graph_load_variables(ld, variables);
	if (images)
		load_images(ld, images);
	for (size_t i = 0; i < ld->graph->nimages; i++)
		check_needs(ld, &ld->graph->images[i]);
	if (yaml_get(root, "pods"))
		graph_load_pods(ld, yaml_get(root, "pods"));
	events = yaml_get(root, "events");
	if (events)
		graph_load_events(ld, events);
	if (dispatch)
		graph_load_dispatch(ld, dispatch);
	if (dispatch && !graph_has_key(root, "events") &&
	    !graph_shape_misspelt(&graph_object_file, root, "events"))
		err_hint(graph_err(ld, dispatch, "'events' is missing, which 'dispatch' needs"),
			 "what the images are called together: events: { group: agent-images }");
}

struct graph *
graph_load(struct str text, const char *file, struct err_list *errs)
{
	struct graph *g = xcalloc(1, sizeof(*g));
	struct graph_loader ld = { .graph = g, .file = file, .errs = errs };
	size_t before = errs->n;
	struct yaml *root;

	g->arena = ld.arena = arena_new();
	g->by_name = map_new();
	g->variable_by_name = map_new();
	g->file = arena_strdup(g->arena, file);
	g->registry = "";
	g->builder = BUILDER_AUTO;
	root = yaml_parse(g->arena, text, file, errs);
	if (root)
		load_file(&ld, root);
	graph_shape_fini(&ld);
	if (!g->ntags) {
		g->tags = arena_calloc(g->arena, 1, sizeof(*g->tags));
		g->tags[g->ntags++] = "latest";
	}
	if (root && errs->n == before)
		return g;
	graph_free(g);
	return NULL;
}
