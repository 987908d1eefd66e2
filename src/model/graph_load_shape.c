/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_shape.c: the mappings and lists of a graph file held against the tables of its keys. */
#include "model/graph_load_priv.h"

const struct yaml *
graph_has_key(const struct yaml *map, const char *name)
{
	for (size_t i = 0; i < map->n; i++) {
		if (!strcmp(map->pairs[i].key->text, name))
			return map->pairs[i].key;
	}
	return NULL;
}

const struct graph_object *
graph_shape_choose(const struct graph_key *key, const struct yaml *item)
{
	for (size_t i = 0; key->objects[i]; i++) {
		if (graph_has_key(item, key->objects[i]->keys[0].name))
			return key->objects[i];
	}
	return NULL;
}

/* Two alternatives in one item, or none. */
static bool
shape_ambiguous(struct graph_loader *ld, const struct graph_key *key, const struct yaml *item,
		const char *phrase)
{
	const struct graph_object *object = graph_shape_choose(key, item);
	const char *names[8];
	size_t n = 0;

	for (size_t i = 0; key->objects[i]; i++) {
		const struct graph_key *first = &key->objects[i]->keys[0];
		const struct yaml *second = object ? graph_has_key(item, first->name) : NULL;

		BUG_ON(n == ARRAY_SIZE(names));
		names[n++] = first->name;
		if (!second || key->objects[i] == object)
			continue;
		err_hint(graph_err(ld, second, "'%s' and '%s' stand in one item of %s",
				   object->keys[0].name, first->name, phrase),
			 "start another item: - %s", first->example);
		return true;
	}
	if (object)
		return false;
	if (item->n)
		graph_hint_name(graph_err(ld, item->pairs[0].key, "unknown kind '%s' in %s",
					  graph_clip(ld, item->pairs[0].key->text), phrase),
				item->pairs[0].key->text, names, n);
	else
		graph_hint_name(graph_err(ld, item, "an item of %s is empty", phrase), "", names,
				n);
	return true;
}

static bool
shape_objects(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
	      const char *label)
{
	const char *phrase = graph_phrase(ld, key->name, label);
	const char *item_label =
		key->item ? arena_printf(ld->arena, "%s of %s", key->item, label) : phrase;

	if (y->kind != YAML_SEQ)
		return graph_wrong_kind(ld, key, y, phrase);
	for (size_t i = 0; i < y->n; i++) {
		struct yaml *item = y->items[i];

		if (!item)
			continue;
		if (item->kind != YAML_MAP) {
			err_hint(graph_err(ld, item, "an item of %s is %s, but must be a mapping",
					   phrase, yaml_what(item)),
				 "for example: %s", key->example);
			y->items[i] = NULL;
		} else if (shape_ambiguous(ld, key, item, phrase)) {
			y->items[i] = NULL;
		} else {
			graph_shape(ld, graph_shape_choose(key, item), item, item_label);
		}
	}
	return true;
}

static bool
shape_named(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
	    const char *phrase)
{
	const struct graph_object *object = key->objects[0];
	bool scalars = key->type->shape == GRAPH_SHAPE_VALUES;

	if (y->kind != YAML_MAP)
		return graph_wrong_kind(ld, key, y, phrase);
	for (size_t i = 0; i < y->n; i++) {
		struct yaml_pair *p = &y->pairs[i];
		const char *label;
		struct err *e;

		if (!p->value || (scalars && p->value->kind == YAML_SCALAR))
			continue;
		label = arena_printf(ld->arena, "%s '%s'", object->name,
				     graph_clip(ld, p->key->text));
		if (p->value->kind == YAML_MAP) {
			graph_shape(ld, object, p->value, label);
			continue;
		}
		e = graph_err(ld, p->value, "%s is %s, but must be %sa mapping", label,
			      yaml_what(p->value), scalars ? "text or " : "");
		err_hint(e, "for example: %s: %s%s%s", graph_clip(ld, p->key->text),
			 scalars ? "main" : "{ ", scalars ? "" : object->keys[0].example,
			 scalars ? "" : " }");
		p->value = NULL;
	}
	return true;
}

static bool
shape_any(struct graph_loader *ld, const struct graph_key *key, struct yaml *y, const char *label)
{
	const char *phrase = graph_phrase(ld, key->name, label);

	switch (key->type->shape) {
	case GRAPH_SHAPE_OBJECT:
		if (y->kind != YAML_MAP)
			return graph_wrong_kind(ld, key, y, phrase);
		graph_shape(ld, key->objects[0], y, phrase);
		return true;
	case GRAPH_SHAPE_OBJECTS:
		return shape_objects(ld, key, y, label);
	case GRAPH_SHAPE_NAMED:
	case GRAPH_SHAPE_VALUES:
		return shape_named(ld, key, y, phrase);
	default:
		return graph_shape_value(ld, key, y, phrase);
	}
}

/* The key that an unknown one was meant to be, or NULL. */
static const struct graph_key *
meant_key(const struct graph_object *object, const char *name)
{
	const struct graph_key *key = graph_key_elsewhere(object, name);
	const char *names[32], *near;

	BUG_ON(object->nkeys > ARRAY_SIZE(names));
	if (key)
		return key;
	for (size_t i = 0; i < object->nkeys; i++)
		names[i] = object->keys[i].name;
	near = str_nearest(name, names, object->nkeys);
	return near ? graph_key_find(object, near) : NULL;
}

bool
graph_shape_misspelt(const struct graph_object *object, const struct yaml *map, const char *name)
{
	for (size_t i = 0; i < map->n; i++) {
		const char *text = map->pairs[i].key->text;
		const struct graph_key *key = NULL;

		if (!graph_key_find(object, text))
			key = meant_key(object, text);
		if (key && !strcmp(key->name, name))
			return true;
	}
	return false;
}

static void
unknown_key(struct graph_loader *ld, const struct graph_object *object, const struct yaml *key,
	    const char *label)
{
	const struct graph_key *elsewhere = graph_key_elsewhere(object, key->text);
	const char *names[32];
	struct err *e = graph_err(ld, key, "unknown key '%s'%s%s", graph_clip(ld, key->text),
				  label[0] ? " in " : "", label);

	BUG_ON(object->nkeys > ARRAY_SIZE(names));
	if (elsewhere) {
		err_hint(e, "here it is called '%s'", elsewhere->name);
		return;
	}
	for (size_t i = 0; i < object->nkeys; i++)
		names[i] = object->keys[i].name;
	graph_hint_name(e, key->text, names, object->nkeys);
}

void
graph_shape(struct graph_loader *ld, const struct graph_object *object, struct yaml *map,
	    const char *label)
{
	for (size_t i = 0; i < map->n; i++) {
		struct yaml_pair *p = &map->pairs[i];
		const struct graph_key *key = graph_key_find(object, p->key->text);

		/* Told already, through another alias. */
		if (!p->value)
			continue;
		if (!key)
			unknown_key(ld, object, p->key, label);
		if (!key || !shape_any(ld, key, p->value, label))
			p->value = NULL;
	}
	for (size_t i = 0; i < object->nkeys; i++) {
		const struct graph_key *key = &object->keys[i];

		if (!key->required || graph_has_key(map, key->name) ||
		    graph_shape_misspelt(object, map, key->name))
			continue;
		err_hint(graph_err(ld, map, "%s is missing", graph_phrase(ld, key->name, label)),
			 "for example: %s", key->example);
	}
}
