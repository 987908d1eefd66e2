/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_guard.c: guards, which are kept as JSON. */
#include "base/json.h"
#include "base/path.h"
#include "model/graph_load_priv.h"
#include "model/regexp.h"

static void
check_pattern(struct graph_loader *ld, const struct yaml *y, const char *key)
{
	AUTO_ERR struct err why = ERR_INIT;
	struct regexp *re = NULL;

	if (!y->len)
		(void)graph_err(ld, y, "'%s' of a guard of %s is empty", key, ld->image);
	else if (regexp_compile(str_c(y->text), &re, &why))
		err_hint(
			graph_err(ld, y, "'%s' of a guard of %s is no pattern: %s", key, ld->image,
				  why.msg),
			"a regular expression as RE2 and Go know it; '\\' before a sign that is meant "
			"as itself");
	regexp_free(re);
}

static void
check_patterns(struct graph_loader *ld, const struct yaml *item, const char *key)
{
	const struct yaml *y = yaml_get(item, key);

	if (y && y->kind == YAML_SCALAR)
		check_pattern(ld, y, key);
	if (y && y->kind == YAML_SEQ && !y->n)
		(void)graph_err(ld, y, "'%s' of a guard of %s is empty", key, ld->image);
	for (size_t i = 0; y && y->kind == YAML_SEQ && i < y->n; i++)
		if (y->items[i])
			check_pattern(ld, y->items[i], key);
}

static void
finish_input(struct graph_loader *ld, const struct graph_image *img, const struct yaml *item,
	     json_t *spec)
{
	const struct yaml *input = yaml_get(item, "input");
	const char *phrase = arena_printf(ld->arena, "'input' of a guard of %s", ld->image);
	AUTO_FREE char *clean = NULL;

	check_patterns(ld, item, "matches");
	check_patterns(ld, item, "not-matches");
	if (!input || !graph_load_no_references(ld, input, phrase))
		return;
	clean = path_clean(str_c(input->text));
	if (path_escapes(str_c(clean)))
		err_hint(graph_err(ld, input, "%s leaves the context: '%s'", phrase,
				   graph_clip(ld, input->text)),
			 "it is a path from the context, '%s'", img->context);
	json_set_text(spec, "input", clean);
}

void
graph_load_guards(struct graph_loader *ld, struct graph_image *img, const struct yaml *list)
{
	const struct graph_key *key = graph_key_find(&graph_object_image, "guards");

	img->guards = arena_calloc(ld->arena, list ? list->n : 0, sizeof(*img->guards));
	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *item = list->items[i];
		struct graph_guard *guard = &img->guards[img->nguards];
		const struct graph_object *object;

		if (!item)
			continue;
		object = graph_shape_choose(key, item);
		BUG_ON(!graph_guard_kind_parse(str_c(object->keys[0].name), &guard->kind));
		guard->at = (struct graph_place){ item->line, item->col };
		guard->spec = graph_shape_json(object, item);
		img->nguards++;
		if (guard->kind == GRAPH_GUARD_INPUT)
			finish_input(ld, img, item, guard->spec);
		else
			check_patterns(ld, item, "log");
	}
}
