/* SPDX-License-Identifier: Apache-2.0 */
/* t-graph_schema.c: docs/lockstep.schema.json says what the loader's tables say. */
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "model/graph_keys.h"
#include "model/ref.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <regex.h>

/* What the tables cannot say, as the loader's code has it. */
#define VARIABLE_NAMES "^[A-Za-z_][A-Za-z0-9_]*$"
#define ONE_OF "[{\"required\":[\"context\"]},{\"required\":[\"source\"]}]"

static json_t *schema;
static struct map *seen; /* definitions that the tables name */

static void
read_source(const char *name, struct buf *ret)
{
	AUTO_ERR struct err err = ERR_INIT;
	const char *top = getenv("top_srcdir");
	AUTO_FREE char *path = xasprintf("%s/%s", top ? top : ".", name);

	buf_init(ret, 0);
	if (file_read(AT_FDCWD, path, MAX_JSON_FILE, ret, &err))
		fail_msg("%s", err.msg);
}

static int
load_schema(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	(void)state;
	read_source("docs/lockstep.schema.json", &text);
	if (json_parse(buf_str(&text), "the schema", &schema, &err)) {
		print_error("%s\n", err.msg);
		return -1;
	}
	seen = map_new();
	return 0;
}

static int
free_schema(void **state)
{
	(void)state;
	json_decref(schema);
	map_free(seen);
	return 0;
}

static json_t *
parsed(const char *text)
{
	json_t *j = NULL;

	assert_int_equal(json_parse(str_c(text), "test", &j, NULL), 0);
	return j;
}

/* A copy of a schema without what is only for people. */
static json_t *
bare(const json_t *j)
{
	static const char *const prose[] = { "description", "title", "$schema", "definitions" };
	json_t *copy = json_deep_copy(j), *child;
	const char *key;
	void *tmp;

	for (size_t i = 0; i < ARRAY_SIZE(prose); i++)
		json_object_del(copy, prose[i]);
	/* Below "properties" every key is the user's, "description" too. */
	json_object_foreach_safe(json_object_get(copy, "properties"), tmp, key, child)
		json_object_set_new(json_object_get(copy, "properties"), key, bare(child));
	return copy;
}

static void
same(const json_t *got, json_t *want, const char *what)
{
	AUTO_JSON json_t *got_bare = bare(got), *AUTO_JSON want_owned = want;
	AUTO_FREE char *a = json_canonical(got_bare), *AUTO_FREE b = json_canonical(want_owned);
	AUTO_FREE char *got_text = xasprintf("%s: %s", what, a);
	AUTO_FREE char *want_text = xasprintf("%s: %s", what, b);

	assert_string_equal(got_text, want_text);
}

static const json_t *
definition(const char *name)
{
	const json_t *d = json_object_get(json_object_get(schema, "definitions"), name);

	if (!d)
		fail_msg("the schema has no definition '%s'", name);
	map_set(seen, str_c(name), seen);
	return d;
}

static json_t *
reference(const char *name)
{
	AUTO_FREE char *text = xasprintf("#/definitions/%s", name);

	return json_pack("{s:s}", "$ref", text);
}

#define SCALAR_TYPES "[\"string\",\"number\",\"boolean\"]"

/* A scalar with the type's pattern. */
static json_t *
scalar(const struct graph_type *type, const char *types)
{
	json_t *j = json_object();

	json_object_set_new(j, "type", parsed(types));
	if (type->pattern)
		json_set_text(j, "pattern", type->pattern);
	return j;
}

static bool
fits(const char *pattern, const char *text)
{
	regex_t regex;
	bool ok;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ok = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return ok;
}

/* What a definition of a value should be. */
static json_t *
value_schema(const struct graph_type *type)
{
	json_t *item;

	switch (type->shape) {
	case GRAPH_SHAPE_TEXT:
		item = scalar(type, "\"string\"");
		json_set_int(item, "minLength", 1);
		return item;
	case GRAPH_SHAPE_SCALAR:
		return scalar(type, SCALAR_TYPES);
	case GRAPH_SHAPE_NUMERAL:
	case GRAPH_SHAPE_OCTAL:
		item = scalar(type, "[\"string\",\"integer\"]");
		json_set_int(item, "minimum",
			     fits(type->pattern, "000") || fits(type->pattern, "0") ? 0 : 1);
		return item;
	case GRAPH_SHAPE_TEXTS:
		return json_pack("{s:s, s:o}", "type", "array", "items",
				 scalar(type, SCALAR_TYPES));
	case GRAPH_SHAPE_ONE_OR_MORE:
		return json_pack("{s:[o, {s:s, s:o}]}", "anyOf", scalar(type, SCALAR_TYPES), "type",
				 "array", "items", scalar(type, SCALAR_TYPES));
	case GRAPH_SHAPE_PAIRS:
		return parsed(
			"{\"anyOf\":[{\"type\":\"object\",\"additionalProperties\":{\"type\":" SCALAR_TYPES
			"}},{\"type\":\"array\",\"items\":{\"type\":" SCALAR_TYPES
			",\"pattern\":\"^[^=]+=\"}}]}");
	default:
		fail_msg("type '%s' has no definition", type->name);
		return NULL;
	}
}

static void check_object(const struct graph_object *object, const json_t *got, const char *what);

static json_t *
alternatives(const struct graph_key *key)
{
	json_t *list = json_array();

	for (size_t i = 0; key->objects[i]; i++) {
		const char *name = key->objects[i]->name;

		json_array_append_new(list, reference(name));
		if (!map_has(seen, str_c(name)))
			check_object(key->objects[i], definition(name), name);
	}
	return json_pack("{s:s, s:{s:o}}", "type", "array", "items", "anyOf", list);
}

/* `images` and `variables`: mappings whose keys are names. */
static json_t *
named(const struct graph_key *key, const json_t *got)
{
	const char *name = key->objects[0]->name;
	const char *pattern = json_get_text(json_object_get(got, "propertyNames"), "pattern");

	if (!map_has(seen, str_c(name)))
		check_object(key->objects[0], definition(name), name);
	if (key->type->shape == GRAPH_SHAPE_VALUES)
		return json_pack("{s:s, s:{s:s}, s:{s:[o,o]}}", "type", "object", "propertyNames",
				 "pattern", VARIABLE_NAMES, "additionalProperties", "anyOf",
				 reference("value"), reference(name));
	/* The pattern of image names is held against model/ref below. */
	return json_pack("{s:s, s:i, s:{s:s}, s:o}", "type", "object", "minProperties", 1,
			 "propertyNames", "pattern", pattern ? pattern : "", "additionalProperties",
			 reference(name));
}

static json_t *
choices(const struct graph_key *key)
{
	json_t *list = json_array();

	for (size_t i = 0; i < *key->nchoices; i++)
		json_add_text(list, key->choices[i]);
	return json_pack("{s:o}", "enum", list);
}

/* What a property should be. */
static json_t *
property(const struct graph_key *key, const json_t *got)
{
	switch (key->type->shape) {
	case GRAPH_SHAPE_NUMBER:
		return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
				 (json_int_t)key->min, "maximum", (json_int_t)key->max);
	case GRAPH_SHAPE_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case GRAPH_SHAPE_CHOICE:
		return choices(key);
	case GRAPH_SHAPE_OBJECT:
		if (!map_has(seen, str_c(key->objects[0]->name)))
			check_object(key->objects[0], definition(key->objects[0]->name),
				     key->objects[0]->name);
		return reference(key->objects[0]->name);
	case GRAPH_SHAPE_OBJECTS:
		return alternatives(key);
	case GRAPH_SHAPE_NAMED:
	case GRAPH_SHAPE_VALUES:
		return named(key, got);
	default:
		if (!key->type->name)
			return value_schema(key->type);
		same(definition(key->type->name), value_schema(key->type), key->type->name);
		return reference(key->type->name);
	}
}

static void
check_object(const struct graph_object *object, const json_t *got, const char *what)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *want = json_pack("{s:s, s:b, s:o}", "type", "object", "additionalProperties", 0,
				 "properties", properties);

	for (size_t i = 0; i < object->nkeys; i++) {
		const struct graph_key *key = &object->keys[i];

		json_object_set_new(properties, key->name,
				    property(key,
					     json_object_get(json_object_get(got, "properties"),
							     key->name)));
		if (key->required)
			json_add_text(required, key->name);
	}
	if (json_array_size(required))
		json_object_set(want, "required", required);
	json_decref(required);
	if (object == &graph_object_image)
		json_object_set_new(want, "oneOf", parsed(ONE_OF));
	same(got, want, what);
}

static void
every_key_is_in_both(void **state)
{
	const char *name;
	json_t *unused;

	(void)state;
	check_object(&graph_object_file, schema, "the file");
	json_object_foreach(json_object_get(schema, "definitions"), name, unused)
	{
		if (!map_has(seen, str_c(name)))
			fail_msg("nothing uses the definition '%s'", name);
	}
}

static void
every_definition_says_what_it_is(void **state)
{
	const char *name, *key;
	json_t *d, *p;

	(void)state;
	json_object_foreach(json_object_get(schema, "definitions"), name, d)
	{
		if (!json_get_text(d, "description"))
			fail_msg("definition '%s' has no description", name);
		json_object_foreach(json_object_get(d, "properties"), key, p)
		{
			if (!json_get_text(p, "description"))
				fail_msg("'%s' of '%s' has no description", key, name);
		}
	}
}

static void
in_manual(const struct graph_object *object, const char *manual)
{
	for (size_t i = 0; i < object->nkeys; i++) {
		const struct graph_key *key = &object->keys[i];
		AUTO_FREE char *macro = xasprintf("Ic %s", key->name);

		if (!strstr(manual, macro))
			fail_msg("the manual does not describe '%s' of '%s'", key->name,
				 object->name);
		for (size_t j = 0; key->objects && key->objects[j]; j++)
			in_manual(key->objects[j], manual);
	}
}

static void
every_key_is_in_the_manual(void **state)
{
	AUTO_BUF struct buf text = BUF_INIT;

	(void)state;
	read_source("man/lockstep-graph.5", &text);
	in_manual(&graph_object_file, text.data);
}

static void
names_of_images_are_those_that_registries_take(void **state)
{
	static const char *const names[] = {
		"a",   "a1",   "1",    "a-b", "a--b", "a---b", "a_b",   "a__b", "a___b",
		"a.b", "a..b", "-a",   "a-",  ".a",   "a.",    "_a",    "A",    "a/b",
		"a/",  "/a",   "a//b", "a/B", "a b",  "",      "a:b",   "a@b",  "ghcr.io/a/b",
		"é",   "a-_b", "a.-b", "a+b", "a_/b", "a/_b",  "a-b/c", "a\nb",
	};
	const json_t *images = json_object_get(json_object_get(schema, "properties"), "images");
	const char *pattern = json_get_text(json_object_get(images, "propertyNames"), "pattern");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *got = xasprintf("'%s': %d", names[i], fits(pattern, names[i]));
		AUTO_FREE char *want =
			xasprintf("'%s': %d", names[i], ref_valid_image_name(str_c(names[i])));

		assert_string_equal(got, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_in_both),
		cmocka_unit_test(every_definition_says_what_it_is),
		cmocka_unit_test(every_key_is_in_the_manual),
		cmocka_unit_test(names_of_images_are_those_that_registries_take),
	};

	return cmocka_run_group_tests(tests, load_schema, free_schema);
}
