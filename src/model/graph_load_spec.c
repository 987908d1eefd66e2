/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_spec.c: checks, which are kept as JSON. */
#include "base/json.h"
#include "model/graph_load_priv.h"

#define DEFAULT_HTTP_STATUS 200
#define DEFAULT_HTTP_WAIT_S 30

long long
graph_shape_amount(const char *text)
{
	static const struct {
		char unit;
		long long factor;
	} units[] = {
		{ 's', 1 }, { 'm', 60 },      { 'h', 3600 },    { 'd', 1 },
		{ 'w', 7 }, { 'k', 1 << 10 }, { 'M', 1 << 20 }, { 'G', 1 << 30 },
	};
	char *end;
	long long n = strtoll(text, &end, 10);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (*end == units[i].unit)
			return n * units[i].factor;
	}
	return n;
}

static json_t *
text_json(const struct yaml *y)
{
	json_t *j = json_stringn(y->text, y->len);

	/* An escape can name what is no character. */
	return j ? j : json_string("\xef\xbf\xbd");
}

static json_t *
list_json(const struct yaml *y)
{
	json_t *list = json_array();

	if (y->kind == YAML_SCALAR) {
		json_array_append_new(list, text_json(y));
		return list;
	}
	for (size_t i = 0; i < y->n; i++) {
		if (y->items[i])
			json_array_append_new(list, text_json(y->items[i]));
	}
	return list;
}

/* A mapping, or a list of NAME=VALUE. */
static json_t *
pairs_json(const struct yaml *y)
{
	json_t *j = json_object();

	for (size_t i = 0; y->kind == YAML_MAP && i < y->n; i++)
		if (y->pairs[i].value)
			json_object_set_new(j, y->pairs[i].key->text, text_json(y->pairs[i].value));
	for (size_t i = 0; y->kind == YAML_SEQ && i < y->n; i++) {
		struct str text = str_c(y->items[i] ? y->items[i]->text : NULL);
		size_t at = str_find(text, '=');

		if (at < text.n) {
			AUTO_FREE char *name = str_dup(str_sub(text, 0, at));

			json_set_str(j, name, str_sub(text, at + 1, text.n));
		}
	}
	return j;
}

static json_t *
value_json(const struct graph_key *key, const struct yaml *y)
{
	long long number;
	bool flag;

	switch (key->type->shape) {
	case GRAPH_SHAPE_NUMBER:
		BUG_ON(!yaml_int(y, &number));
		return json_integer(number);
	case GRAPH_SHAPE_BOOL:
		BUG_ON(!yaml_bool(y, &flag));
		return json_boolean(flag);
	case GRAPH_SHAPE_NUMERAL:
		return json_integer(graph_shape_amount(y->text));
	case GRAPH_SHAPE_OCTAL:
		return json_sprintf("%04lo", strtoul(y->text, NULL, 8));
	case GRAPH_SHAPE_TEXTS:
	case GRAPH_SHAPE_ONE_OR_MORE:
		return list_json(y);
	case GRAPH_SHAPE_PAIRS:
		return pairs_json(y);
	case GRAPH_SHAPE_OBJECT:
		return graph_shape_json(key->objects[0], y);
	default:
		return text_json(y);
	}
}

json_t *
graph_shape_json(const struct graph_object *object, const struct yaml *map)
{
	json_t *j = json_object();

	for (size_t i = 0; i < object->nkeys; i++) {
		const struct yaml *y = yaml_get(map, object->keys[i].name);

		if (y)
			json_object_set_new(j, object->keys[i].name,
					    value_json(&object->keys[i], y));
	}
	return j;
}

static void
default_int(json_t *object, const char *key, long long value)
{
	if (!json_object_get(object, key))
		json_set_int(object, key, value);
}

static void
finish_file(struct graph_loader *ld, const struct graph_image *img, const struct yaml *item,
	    json_t *spec)
{
	const json_t *least = json_object_get(spec, "min-size");
	const json_t *most = json_object_get(spec, "max-size");

	if (least && most && json_integer_value(least) > json_integer_value(most))
		(void)graph_err(ld, yaml_get(item, "min-size"),
				"'min-size' of a check of image '%s' is more than 'max-size'",
				img->name);
}

static void
finish_config(struct graph_loader *ld, const struct graph_image *img, const struct yaml *item)
{
	const struct yaml *config = yaml_get(item, "config");

	if (config && !config->n)
		err_hint(graph_err(ld, config, "'config' of a check of image '%s' is empty",
				   img->name),
			 "for example: config: { user: claude }");
}

static void
finish_http(json_t *spec)
{
	json_t *http = json_object_get(spec, "http");

	if (!http)
		return;
	if (!json_object_get(http, "path"))
		json_set_text(http, "path", "/");
	default_int(http, "status", DEFAULT_HTTP_STATUS);
	default_int(http, "wait", DEFAULT_HTTP_WAIT_S);
}

static void
finish_check(struct graph_loader *ld, const struct graph_image *img, const struct yaml *item,
	     struct graph_check *c)
{
	switch (c->kind) {
	case GRAPH_CHECK_FILE:
		finish_file(ld, img, item, c->spec);
		break;
	case GRAPH_CHECK_CONFIG:
		finish_config(ld, img, item);
		break;
	case GRAPH_CHECK_HTTP:
		finish_http(c->spec);
		break;
	case GRAPH_CHECK_RUN:
	case GRAPH_CHECK_EXEC:
		graph_load_command(ld, item, graph_check_kind_name(c->kind), c->spec);
		break;
	case GRAPH_CHECK_ABSENT:
		break;
	}
}

static void
read_check(const struct graph_key *key, const struct yaml *item, struct graph_check *c)
{
	const struct graph_object *object = graph_shape_choose(key, item);

	BUG_ON(!graph_check_kind_parse(str_c(object->keys[0].name), &c->kind));
	c->at = (struct graph_place){ item->line, item->col };
	c->spec = graph_shape_json(object, item);
}

void
graph_load_checks(struct graph_loader *ld, struct graph_image *img, const struct yaml *list)
{
	const struct graph_key *key = graph_key_find(&graph_object_image, "checks");

	img->checks = arena_calloc(ld->arena, list ? list->n : 0, sizeof(*img->checks));
	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *item = list->items[i];
		struct graph_check *c = &img->checks[img->nchecks];

		if (!item)
			continue;
		read_check(key, item, c);
		img->nchecks++;
		finish_check(ld, img, item, c);
		if (c->kind >= GRAPH_CHECK_HTTP)
			graph_load_container(ld, item, c->spec);
	}
}

void
graph_load_pod_checks(struct graph_loader *ld, struct graph_pod *pod, const struct yaml *list)
{
	const struct graph_key *key = graph_key_find(&graph_object_pod, "checks");

	pod->checks = arena_calloc(ld->arena, list->n, sizeof(*pod->checks));
	for (size_t i = 0; i < list->n; i++) {
		struct graph_check *c = &pod->checks[pod->nchecks];

		if (!list->items[i])
			continue;
		read_check(key, list->items[i], c);
		pod->nchecks++;
		finish_check(ld, NULL, list->items[i], c);
	}
}
