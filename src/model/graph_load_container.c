/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_container.c: what a check says of the container that it starts. */
#include "base/json.h"
#include "base/path.h"
#include "model/graph_load_priv.h"
#include "model/graph_priv.h"

#define DEFAULT_RUN_TIMEOUT_S 60
#define DEFAULT_EXEC_WAIT_S 10

static const char *
phrase_of(struct graph_loader *ld, const char *key)
{
	return arena_printf(ld->arena, "'%s' of a check of %s", key, ld->image);
}

/* A text is a line for the shell; a list is what is started. */
static void
shape_command(struct graph_loader *ld, const struct yaml *item, const char *key, json_t *spec)
{
	const struct yaml *y = yaml_get(item, key);
	json_t *argv = json_object_get(spec, key);

	if (!y)
		return;
	if (y->kind == YAML_SEQ ? !y->n || (y->items[0] && !y->items[0]->len) : !y->len)
		err_hint(graph_err(ld, y, "%s is empty", phrase_of(ld, key)),
			 "a command and its arguments: %s: [node, --version]", key);
	if (y->kind != YAML_SCALAR)
		return;
	json_array_insert_new(argv, 0, json_string("-c"));
	json_array_insert_new(argv, 0, json_string("/bin/sh"));
}

void
graph_load_command(struct graph_loader *ld, const struct yaml *item, const char *key, json_t *spec)
{
	bool runs = !strcmp(key, "run");

	shape_command(ld, item, key, spec);
	if (!json_object_get(spec, "status"))
		json_set_int(spec, "status", 0);
	if (runs && !json_object_get(spec, "timeout"))
		json_set_int(spec, "timeout", DEFAULT_RUN_TIMEOUT_S);
	if (!runs && !json_object_get(spec, "wait"))
		json_set_int(spec, "wait", DEFAULT_EXEC_WAIT_S);
}

static void
check_env(struct graph_loader *ld, const struct yaml *env)
{
	const char *phrase = phrase_of(ld, "env");
	AUTO_MAP struct map *seen = map_new();

	for (size_t i = 0; i < env->n; i++) {
		const struct yaml *y = env->kind == YAML_MAP ? env->pairs[i].key : env->items[i];
		struct str rest, name;

		if (!y)
			continue;
		rest = str_c(y->text);
		(void)str_next(&rest, '=', &name);
		if (env->kind == YAML_MAP)
			name = str_c(y->text);
		if (!graph_valid_variable(name))
			err_hint(graph_err(ld, y, "'%s' in %s is no name of a variable",
					   graph_clip(ld, arena_str(ld->arena, name)), phrase),
				 "letters, digits and '_', not beginning with a digit");
		else if (!map_add(seen, name, (void *)y))
			(void)graph_err(ld, y, "'%.*s' is given twice in %s", STR_FMT(name),
					phrase);
		(void)graph_load_no_references(ld,
					       env->kind == YAML_MAP && env->pairs[i].value
						       ? env->pairs[i].value
						       : y,
					       phrase);
	}
}

static void
check_folder(struct graph_loader *ld, const struct yaml *y, const char *folder)
{
	if (path_escapes(str_c(folder)))
		err_hint(graph_err(ld, y, "%s leaves the repository: '%s'", phrase_of(ld, "mounts"),
				   graph_clip(ld, y->text)),
			 "it must lie in the folder of the graph file or below");
	else if (!strcmp(folder, "."))
		err_hint(graph_err(ld, y, "%s is the whole repository: '%s'",
				   phrase_of(ld, "mounts"), graph_clip(ld, y->text)),
			 "a folder in it: testdata:/data");
}

/* One mount, with its parts cleaned, as it goes into the spec. */
static json_t *
clean_mount(struct graph_loader *ld, const struct yaml *y, struct map *targets)
{
	struct str rest = str_c(y->text), what;
	AUTO_FREE char *target = NULL, *folder = NULL;

	(void)str_next(&rest, ':', &what);
	target = path_clean(rest);
	if (!map_add(targets, str_c(target), (void *)y))
		(void)graph_err(ld, y, "%s has two at '%s'", phrase_of(ld, "mounts"),
				graph_clip(ld, target));
	if (!strcmp(target, "/"))
		err_hint(graph_err(ld, y, "%s is at '/'", phrase_of(ld, "mounts")),
			 "a folder of the image: tmpfs:/tmp");
	if (str_eq_c(what, "tmpfs") || str_eq_c(what, "volume"))
		return json_sprintf("%.*s:%s", STR_FMT(what), target);
	folder = path_clean(what);
	check_folder(ld, y, folder);
	/* A folder of that name is not what is meant by the bare word. */
	return json_sprintf("%s%s:%s",
			    !strcmp(folder, "tmpfs") || !strcmp(folder, "volume") ? "./" : "",
			    folder, target);
}

static void
load_mounts(struct graph_loader *ld, const struct yaml *y, json_t *spec)
{
	AUTO_MAP struct map *targets = map_new();
	json_t *list = json_array();

	for (size_t i = 0; y->kind == YAML_SEQ && i < y->n; i++)
		if (y->items[i])
			json_array_append_new(list, clean_mount(ld, y->items[i], targets));
	if (y->kind == YAML_SCALAR)
		json_array_append_new(list, clean_mount(ld, y, targets));
	json_object_set_new(spec, "mounts", list);
}

void
graph_load_container(struct graph_loader *ld, const struct yaml *item, json_t *spec)
{
	const struct yaml *env = yaml_get(item, "env"), *mounts = yaml_get(item, "mounts");

	shape_command(ld, item, "command", spec);
	if (env)
		check_env(ld, env);
	if (mounts)
		load_mounts(ld, mounts, spec);
}
