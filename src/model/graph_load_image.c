/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_image.c: one image of a graph file. */
#include "base/path.h"
#include "base/vec.h"
#include "model/graph_load_priv.h"
#include "model/graph_priv.h"

struct kv_list {
	VEC(struct graph_kv) kv;
	struct map *places; /* of each name */
};

static struct graph_place
place(const struct yaml *y)
{
	return (struct graph_place){ y->line, y->col };
}

static const char *
phrase_of(struct graph_loader *ld, const char *key)
{
	return graph_phrase(ld, key, ld->image);
}

static void
add_kv(struct graph_loader *ld, struct kv_list *list, struct graph_kv kv, struct yaml *at,
       const char *phrase)
{
	const struct yaml *first;

	if (!list->places)
		list->places = map_new();
	first = map_get(list->places, str_c(kv.name));
	if (first) {
		(void)graph_err(ld, at, "'%s' is twice in %s, first in line %d",
				graph_clip(ld, kv.name), phrase, first->line);
		return;
	}
	map_set(list->places, str_c(kv.name), at);
	vec_push(&list->kv, kv);
}

/* A mapping, or a list of NAME=VALUE. */
static void
read_pairs(struct graph_loader *ld, const struct yaml *y, const char *phrase, struct kv_list *list)
{
	for (size_t i = 0; y->kind == YAML_MAP && i < y->n; i++) {
		const struct yaml_pair *p = &y->pairs[i];

		if (!p->value)
			continue;
		graph_load_references(ld, p->value, p->value->text, phrase);
		add_kv(ld, list, (struct graph_kv){ p->key->text, p->value->text, place(p->key) },
		       p->key, phrase);
	}
	for (size_t i = 0; y->kind == YAML_SEQ && i < y->n; i++) {
		struct yaml *item = y->items[i];
		size_t at;

		if (!item)
			continue;
		at = str_find(str_c(item->text), '=');
		graph_load_references(ld, item, item->text + at + 1, phrase);
		add_kv(ld, list,
		       (struct graph_kv){ arena_str(ld->arena, str_sub(str_c(item->text), 0, at)),
					  item->text + at + 1, place(item) },
		       item, phrase);
	}
}

static struct graph_kv *
keep_kv(struct graph_loader *ld, struct kv_list *list, size_t *ret_n)
{
	size_t size = list->kv.n * sizeof(*list->kv.v);
	struct graph_kv *kv = arena_dup(ld->arena, list->kv.v, size);

	*ret_n = list->kv.n;
	vec_fini(&list->kv);
	map_free(list->places);
	return kv;
}

struct graph_kv *
graph_load_pairs(struct graph_loader *ld, const struct yaml *y, const char *phrase, size_t *ret_n)
{
	struct kv_list list = { 0 };

	read_pairs(ld, y, phrase, &list);
	return keep_kv(ld, &list, ret_n);
}

static bool
valid_label(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '=')
			return false;
	}
	return name.n > 0;
}

static void
load_args(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "args");

	img->args = graph_load_pairs(ld, y, phrase, &img->nargs);
	for (size_t i = 0; i < img->nargs; i++) {
		if (!graph_valid_variable(str_c(img->args[i].name)))
			err_hint(graph_err(ld, &img->args[i].at,
					   "'%s' in %s is no name of an argument",
					   graph_clip(ld, img->args[i].name), phrase),
				 "letters, digits and '_', not beginning with a digit");
	}
}

static void
load_labels(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "labels");

	img->labels = graph_load_pairs(ld, y, phrase, &img->nlabels);
	for (size_t i = 0; i < img->nlabels; i++) {
		if (!valid_label(str_c(img->labels[i].name)))
			err_hint(
				graph_err(ld, &img->labels[i].at,
					  "'%s' in %s is no name of a label",
					  graph_clip(ld, img->labels[i].name), phrase),
				"no blanks and no '='; for example org.opencontainers.image.title");
	}
}

static void
read_option(struct graph_loader *ld, const char *name, const struct yaml *y, const char *phrase,
	    struct kv_list *list)
{
	if (y->kind == YAML_SEQ) {
		for (size_t i = 0; i < y->n; i++) {
			if (y->items[i])
				read_option(ld, name, y->items[i], phrase, list);
		}
		return;
	}
	graph_load_references(ld, y, y->text, phrase);
	vec_push(&list->kv, ((struct graph_kv){ name, y->text, place(y) }));
}

static void
load_options(struct graph_loader *ld, struct graph_image *img, const struct yaml *map)
{
	static const char *const names[] = { "network", "add-host", "ulimit" };
	const struct yaml *size = yaml_get(map, "shm-size");
	struct kv_list list = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct yaml *y = yaml_get(map, names[i]);

		if (y)
			read_option(ld, names[i], y, phrase_of(ld, names[i]), &list);
	}
	if (size)
		vec_push(&list.kv, ((struct graph_kv){ "shm-size",
						       arena_printf(ld->arena, "%lld",
								    graph_shape_amount(size->text)),
						       place(size) }));
	img->options = keep_kv(ld, &list, &img->noptions);
}

static void
load_needs(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "needs");
	struct kv_list list = { 0 };

	for (size_t i = 0; i < y->n; i++) {
		if (y->items[i])
			add_kv(ld, &list,
			       (struct graph_kv){ y->items[i]->text, NULL, place(y->items[i]) },
			       y->items[i], phrase);
	}
	img->needs = keep_kv(ld, &list, &img->nneeds);
	img->needs_given = true;
}

/* "id=NAME,env=VARIABLE" or "id=NAME,src=FILE". */
static bool
check_secret(struct graph_loader *ld, const struct yaml *y, const char *phrase, struct str *ret_id)
{
	static const char *const fields[] = { "id", "env", "src" };
	const char *seen[ARRAY_SIZE(fields)] = { 0 };
	struct str rest = str_c(y->text), piece;

	while (str_next(&rest, ',', &piece)) {
		size_t at = str_find(piece, '='), i = 0;
		const char *name = arena_str(ld->arena, str_sub(piece, 0, at));

		while (i < ARRAY_SIZE(fields) && strcmp(name, fields[i]) != 0)
			i++;
		if (i == ARRAY_SIZE(fields)) {
			graph_hint_name(graph_err(ld, y, "unknown field '%s' in an item of %s",
						  graph_clip(ld, name), phrase),
					name, fields, ARRAY_SIZE(fields));
			return false;
		}
		if (seen[i]) {
			(void)graph_err(ld, y, "'%s' is twice in an item of %s", name, phrase);
			return false;
		}
		seen[i] = arena_str(ld->arena, str_sub(piece, at + 1, piece.n));
	}
	if (!seen[0] || !seen[1] == !seen[2]) {
		err_hint(graph_err(ld, y, "an item of %s needs 'id' and either 'env' or 'src'",
				   phrase),
			 "id=NAME,env=VARIABLE or id=NAME,src=FILE");
		return false;
	}
	if (seen[1] && !graph_valid_variable(str_c(seen[1]))) {
		err_hint(graph_err(ld, y, "'env' in an item of %s is no name of a variable",
				   phrase),
			 "the name of the variable that holds it, never the value");
		return false;
	}
	*ret_id = str_c(seen[0]);
	return true;
}

static void
load_secrets(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "secrets");
	VEC(const char *) list = { 0 };
	struct kv_list ids = { 0 };

	for (size_t i = 0; i < y->n; i++) {
		struct yaml *item = y->items[i];
		size_t before = ids.kv.n;
		struct str id;

		if (!item || !check_secret(ld, item, phrase, &id))
			continue;
		add_kv(ld, &ids, (struct graph_kv){ arena_str(ld->arena, id), "", place(item) },
		       item, phrase);
		if (ids.kv.n > before)
			vec_push(&list, item->text);
	}
	img->nsecrets = list.n;
	img->secrets = arena_dup(ld->arena, list.v, list.n * sizeof(*list.v));
	vec_fini(&list);
	vec_fini(&ids.kv);
	map_free(ids.places);
}

static bool
has_password(const char *url)
{
	const char *host = strstr(url, "://");
	const char *at, *colon;

	if (!host)
		return false;
	host += 3;
	at = strchr(host, '@');
	colon = strchr(host, ':');
	return at && colon && colon < at && at < host + strcspn(host, "/");
}

static const char *
clean_path(struct graph_loader *ld, const char *path)
{
	char *AUTO_FREE clean = path_clean(str_c(path));

	return arena_strdup(ld->arena, clean);
}

static void
check_inside(struct graph_loader *ld, const struct yaml *y, const char *path, const char *phrase,
	     const struct graph_image *img)
{
	if (!path_escapes(str_c(path)))
		return;
	err_hint(graph_err(ld, y, "%s leaves the repository: '%s'", phrase,
			   graph_clip(ld, y->text)),
		 img->source.git ? "it must lie in the repository of 'source'"
				 : "it must lie in the folder of the graph file or below");
}

static void
load_source(struct graph_loader *ld, struct graph_image *img, const struct yaml *map)
{
	const struct yaml *git = yaml_get(map, "git"), *ref = yaml_get(map, "ref");
	const struct yaml *path = yaml_get(map, "path");
	const char *label = phrase_of(ld, "source");

	/* Without an address the rest cannot be judged, and that was told. */
	img->source = (struct graph_source){
		.git = git ? git->text : "",
		.ref = ref ? ref->text : "HEAD",
		.path = path ? clean_path(ld, path->text) : ".",
		.at = place(ref ? ref : map),
	};
	if (git && has_password(git->text))
		err_hint(graph_err(ld, git, "'git' of %s holds a password", label),
			 "leave it out: git's credential helpers and ssh keys are used");
	if (git)
		(void)graph_load_no_references(ld, git,
					       arena_printf(ld->arena, "'git' of %s", label));
	if (ref)
		graph_load_references(ld, ref, ref->text,
				      arena_printf(ld->arena, "'ref' of %s", label));
	if (path) {
		label = arena_printf(ld->arena, "'path' of %s", label);
		(void)graph_load_no_references(ld, path, label);
		check_inside(ld, path, img->source.path, label, img);
	}
}

static void
load_context(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "context");

	img->context = clean_path(ld, y->text);
	img->context_at = place(y);
	(void)graph_load_no_references(ld, y, phrase);
	check_inside(ld, y, img->context, phrase, img);
}

static void
load_dockerfile(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	const char *phrase = phrase_of(ld, "dockerfile");
	char *AUTO_FREE joined = path_join(img->context, y->text);

	img->dockerfile = clean_path(ld, y->text);
	img->dockerfile_at = place(y);
	(void)graph_load_no_references(ld, y, phrase);
	check_inside(ld, y, joined, phrase, img);
}

/* Where the files are: exactly one of context and source. */
static void
load_place(struct graph_loader *ld, struct graph_image *img, const struct yaml *map)
{
	const struct yaml *context = yaml_get(map, "context"), *source = yaml_get(map, "source");
	const struct yaml *dockerfile = yaml_get(map, "dockerfile");
	/* What was wrong is NULL above, and is still there. */
	const struct yaml *context_key = graph_has_key(map, "context");
	const struct yaml *source_key = graph_has_key(map, "source");

	img->context = ".";
	if (context_key && source_key)
		err_hint(graph_err(ld, source_key,
				   "image '%s' has a 'source' and a 'context' (line %d)", img->name,
				   context_key->line),
			 "a folder inside the source is its 'path'");
	else if (!context_key && !source_key &&
		 !graph_shape_misspelt(&graph_object_image, map, "context") &&
		 !graph_shape_misspelt(&graph_object_image, map, "source"))
		err_hint(graph_err(ld, &img->at, "image '%s' has neither 'context' nor 'source'",
				   img->name),
			 "for example: context: %s", img->name);
	if (source)
		load_source(ld, img, source);
	if (context)
		load_context(ld, img, context);
	else if (source)
		img->context = img->source.path;
	if (dockerfile)
		load_dockerfile(ld, img, dockerfile);
}

static void
load_platform(struct graph_loader *ld, struct graph_image *img, const struct yaml *y)
{
	struct err AUTO_ERR err = ERR_INIT;

	img->platform = ld->platform;
	if (y && platform_parse(str_c(y->text), &img->platform, &err))
		(void)graph_err(ld, y, "%s: %s", phrase_of(ld, "platform"), err.msg);
}

void
graph_load_image(struct graph_loader *ld, struct graph_image *img, struct yaml *map)
{
	const struct yaml *target = yaml_get(map, "target"), *output = yaml_get(map, "output");
	const struct yaml *timeout = yaml_get(map, "timeout"), *refresh = yaml_get(map, "refresh");
	const struct yaml *args = yaml_get(map, "args"), *labels = yaml_get(map, "labels");
	const struct yaml *secrets = yaml_get(map, "secrets"), *needs = yaml_get(map, "needs");

	ld->image = arena_printf(ld->arena, "image '%s'", graph_clip(ld, img->name));
	load_place(ld, img, map);
	if (args)
		load_args(ld, img, args);
	if (labels)
		load_labels(ld, img, labels);
	load_options(ld, img, map);
	if (secrets)
		load_secrets(ld, img, secrets);
	if (needs)
		load_needs(ld, img, needs);
	load_platform(ld, img, yaml_get(map, "platform"));
	if (target) {
		img->target = target->text;
		(void)graph_load_no_references(ld, target, phrase_of(ld, "target"));
	}
	if (output)
		BUG_ON(!graph_output_parse(str_c(output->text), &img->output));
	(void)yaml_bool(yaml_get(map, "soft"), &img->soft);
	if (timeout)
		img->timeout_s = graph_load_timeout(ld, timeout, phrase_of(ld, "timeout"));
	if (refresh)
		img->refresh_days = (int)graph_shape_amount(refresh->text);
	graph_load_guards(ld, img, yaml_get(map, "guards"));
	graph_load_checks(ld, img, yaml_get(map, "checks"));
}
