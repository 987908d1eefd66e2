/* SPDX-License-Identifier: Apache-2.0 */
/* event_parse.c: reads an event that comes from outside. */
#include "base/map.h"
#include "lockstep/formats.h"
#include "model/event_priv.h"
#include "model/ref.h"

#include <stdio.h>

#define SHOWN 60     /* bytes of a wrong value in a message */
#define MAX_TEXT 255 /* bytes of a repository's name, or a value of compat */
#define MAX_URL 2048
#define MAX_IMAGES 10000 /* in one list */
#define PLACE_SIZE 64

struct reader {
	struct arena *arena;
	const char *file;
	struct err_list *errs;
};

static struct err *
mistake(struct reader *rd, const char *place, const char *what, const char *value)
{
	AUTO_BUF struct buf shown = BUF_INIT;

	if (!value)
		return err_list_at(rd->errs, rd->file, 0, 0, "%s: %s", place, what);
	buf_init(&shown, SHOWN);
	buf_adds(&shown, value);
	return err_list_at(rd->errs, rd->file, 0, 0, "%s: %s: '%s%s'", place, what, shown.data,
			   shown.full ? "…" : "");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
event_valid_id(struct str id)
{
	if (id.n != EVENT_ID_SIZE - 1 || id.p[0] > '7')
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (!id.p[i] || !strchr(EVENT_ID_DIGITS, id.p[i]))
			return false;
	return true;
}

bool
event_valid_group(struct str group)
{
	bool word = false;

	if (group.n > EVENT_MAX_GROUP || str_ends(group, STR_LIT(".lock")))
		return false;
	for (size_t i = 0; i < group.n; i++) {
		char c = group.p[i];

		if (is_letter(c) || is_digit(c))
			word = true;
		else if (word && (c == '.' || c == '_' || c == '-'))
			word = false;
		else
			return false;
	}
	return word;
}

bool
event_valid_field(struct str name)
{
	static const char *const own[] = { "schema", "id",      "seq",    "group", "time",
					   "source", "changed", "images", "compat" };

	if (!name.n || name.n > EVENT_MAX_GROUP || is_digit(name.p[0]) || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_letter(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '_' &&
		    name.p[i] != '-')
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (str_eq_c(name, own[i]))
			return false;
	return true;
}

bool
event_valid_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= MAX_TEXT;
}

static bool
valid_commit(struct str s)
{
	return str_is_hex(s, 40) || str_is_hex(s, 64);
}

static bool
valid_url(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n <= MAX_URL &&
	       (str_starts(s, STR_LIT("https://")) || str_starts(s, STR_LIT("http://")));
}

/* By its form, as the schema has it: the 31st of February is none of our business. */
static bool
valid_time(struct str s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	if (s.n != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (form[i] == 'd' ? !is_digit(s.p[i]) : s.p[i] != form[i])
			return false;
	return true;
}

static bool
valid_digest(struct str s)
{
	struct sha256 hash;

	return sha256_parse_digest(s, &hash);
}

static bool
valid_image(struct str s)
{
	size_t slash = str_find(s, '/');
	struct str host = str_sub(s, 0, slash);

	/* A registry is named: what a short name means depends on who reads it. */
	return slash < s.n && ref_valid_repository(s) &&
	       (str_find(host, '.') < host.n || str_find(host, ':') < host.n ||
		str_eq_c(host, "localhost"));
}

static bool
valid_schema(struct str s)
{
	return str_eq_c(s, LOCKSTEP_EVENT_SCHEMA);
}

struct rule {
	bool (*valid)(struct str s);
	const char *wrong;
	const char *right;
};

static const struct rule rule_schema = { valid_schema, "not a schema that this lockstep reads",
					 LOCKSTEP_EVENT_SCHEMA };
static const struct rule rule_id = { event_valid_id, "no event id",
				     "a ULID: 26 of 0-9 and A-Z without I, L, O, U" };
static const struct rule rule_group = {
	event_valid_group, "no name of a group",
	"letters and digits with single '.', '_' or '-' in between, 64 at most"
};
static const struct rule rule_time = { valid_time, "no time", "2026-08-15T19:26:54Z" };
static const struct rule rule_line = { event_valid_line, "no text on one line",
				       "1 to 255 bytes without control characters" };
static const struct rule rule_commit = { valid_commit, "no commit", "40 or 64 of 0-9 and a-f" };
static const struct rule rule_url = { valid_url, "no address", "http:// or https://, no blanks" };
static const struct rule rule_image = { valid_image, "no name of an image",
					"REGISTRY/NAME without tag and digest" };
static const struct rule rule_tag = {
	ref_valid_tag, "no tag",
	"1 to 128 of a-z, A-Z, 0-9, '_', '.', '-', not starting with '.' or '-'"
};
static const struct rule rule_digest = { valid_digest, "no digest",
					 "sha256: and 64 of 0-9 and a-f" };

static const char *
checked(struct reader *rd, const json_t *value, const char *place, const struct rule *rule)
{
	struct str s = { json_string_value(value), json_string_length(value) };

	if (!json_is_string(value)) {
		err_hint(mistake(rd, place, "must be text", NULL), "%s", rule->right);
		return NULL;
	}
	/* Parsed JSON can hold no NUL, but an object that came some other way can. */
	if (strlen(s.p) != s.n || !rule->valid(s)) {
		err_hint(mistake(rd, place, rule->wrong, s.p), "%s", rule->right);
		return NULL;
	}
	return arena_str(rd->arena, s);
}

/* The text under key of the object at `at` ("" = the top), NULL when it is absent or wrong. */
static const char *
text_at(struct reader *rd, const json_t *object, const char *at, const char *key,
	const struct rule *rule)
{
	const json_t *value = json_object_get(object, key);
	AUTO_FREE char *place = xasprintf("%s%s%s", at, *at ? "." : "", key);

	return value ? checked(rd, value, place, rule) : NULL;
}

static const char *
need_text(struct reader *rd, const json_t *object, const char *at, const char *key,
	  const struct rule *rule)
{
	AUTO_FREE char *place = xasprintf("%s%s%s", at, *at ? "." : "", key);

	if (json_object_get(object, key))
		return text_at(rd, object, at, key, rule);
	err_hint(mistake(rd, place, "is missing", NULL), "%s", rule->right);
	return NULL;
}

/* The array under key; NULL when it is absent or wrong. */
static const json_t *
array_at(struct reader *rd, const json_t *object, const char *place, const char *key)
{
	const json_t *list = json_object_get(object, key);

	if (!list)
		return NULL;
	if (!json_is_array(list) || json_array_size(list) > MAX_IMAGES) {
		(void)mistake(rd, place, "must be a list, of 10000 items at most", NULL);
		return NULL;
	}
	return list;
}

static void
read_was(struct reader *rd, const json_t *item, const char *at, struct event_image *ret)
{
	const json_t *was = json_object_get(item, "was");
	AUTO_FREE char *place = xasprintf("%s.was", at);

	if (!was)
		return;
	if (!json_is_object(was)) {
		(void)mistake(rd, place, "must be an object", NULL);
		return;
	}
	ret->was_tag = text_at(rd, was, place, "tag", &rule_tag);
	ret->was_digest = need_text(rd, was, place, "digest", &rule_digest);
}

static void
read_images(struct reader *rd, const json_t *list, const char *key, struct event_image **ret,
	    size_t *ret_n)
{
	struct map *AUTO_MAP seen = map_new();
	size_t n = json_array_size(list);

	*ret = arena_calloc(rd->arena, n, sizeof(**ret));
	*ret_n = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		struct event_image *image = &(*ret)[i];
		char place[PLACE_SIZE];

		(void)snprintf(place, sizeof(place), "%s[%zu]", key, i);
		if (!json_is_object(item)) {
			(void)mistake(rd, place, "must be an object", NULL);
			continue;
		}
		image->image = need_text(rd, item, place, "image", &rule_image);
		image->tag = text_at(rd, item, place, "tag", &rule_tag);
		image->digest = need_text(rd, item, place, "digest", &rule_digest);
		image->cause = text_at(rd, item, place, "cause", &rule_line);
		read_was(rd, item, place, image);
		if (image->image && !map_add(seen, str_c(image->image), image))
			(void)mistake(rd, place, "names an image twice", image->image);
	}
}

/* What changed is a part of the state, if that is there. */
static void
check_agreement(struct reader *rd, const struct event *e)
{
	struct map *AUTO_MAP state = map_new();

	for (size_t i = 0; i < e->nimages; i++)
		if (e->images[i].image)
			map_set(state, str_c(e->images[i].image), &e->images[i]);
	for (size_t i = 0; e->nimages && i < e->nchanged; i++) {
		const struct event_image *c = &e->changed[i], *s;
		char place[PLACE_SIZE];

		if (!c->image || !c->digest)
			continue;
		(void)snprintf(place, sizeof(place), "changed[%zu]", i);
		s = map_get(state, str_c(c->image));
		if (!s)
			(void)mistake(rd, place, "is not among 'images'", c->image);
		else if (s->digest && strcmp(s->digest, c->digest) != 0)
			(void)mistake(rd, place, "has another digest in 'images'", c->image);
	}
}

static void
read_source(struct reader *rd, const json_t *json, struct event *e)
{
	const json_t *source = json_object_get(json, "source"), *list;

	if (!json_is_object(source)) {
		(void)mistake(rd, "source", source ? "must be an object" : "is missing", NULL);
		return;
	}
	e->repo = text_at(rd, source, "source", "repo", &rule_line);
	e->commit = text_at(rd, source, "source", "commit", &rule_commit);
	e->run_url = text_at(rd, source, "source", "run_url", &rule_url);
	list = array_at(rd, source, "source.degraded", "degraded");
	e->ndegraded = json_array_size(list);
	e->degraded = arena_calloc(rd->arena, e->ndegraded, sizeof(*e->degraded));
	for (size_t i = 0; i < e->ndegraded; i++) {
		char place[PLACE_SIZE];

		(void)snprintf(place, sizeof(place), "source.degraded[%zu]", i);
		e->degraded[i] = checked(rd, json_array_get(list, i), place, &rule_image);
	}
}

static void
read_compat(struct reader *rd, const json_t *json, struct event *e)
{
	json_t *compat = json_object_get(json, "compat"), *value;
	const char *name;

	if (!compat)
		return;
	if (!json_is_object(compat) || json_object_size(compat) > EVENT_MAX_COMPAT) {
		(void)mistake(rd, "compat", "must be an object, with two fields at most", NULL);
		return;
	}
	e->compat = arena_calloc(rd->arena, json_object_size(compat), sizeof(*e->compat));
	json_object_foreach(compat, name, value)
	{
		struct event_field *field = &e->compat[e->ncompat];

		if (!event_valid_field(str_c(name))) {
			(void)mistake(rd, "compat", "has a field of a name that cannot be", name);
			continue;
		}
		field->name = arena_strdup(rd->arena, name);
		field->value = text_at(rd, compat, "compat", name, &rule_line);
		e->ncompat++;
	}
}

static int64_t
read_seq(struct reader *rd, const json_t *json)
{
	const json_t *seq = json_object_get(json, "seq");
	int64_t value = json_integer_value(seq);

	if (!json_is_integer(seq) || value < 1 || value >= EVENT_MAX_SEQ) {
		err_hint(mistake(rd, "seq", seq ? "no number of an event" : "is missing", NULL),
			 "a whole number from 1 on");
		return 0;
	}
	return value;
}

static void
read_event(struct reader *rd, const json_t *json, struct event *e)
{
	const json_t *changed, *images;

	(void)need_text(rd, json, "", "schema", &rule_schema);
	e->id = need_text(rd, json, "", "id", &rule_id);
	e->seq = read_seq(rd, json);
	e->group = need_text(rd, json, "", "group", &rule_group);
	e->time = need_text(rd, json, "", "time", &rule_time);
	read_source(rd, json, e);
	changed = array_at(rd, json, "changed", "changed");
	if (!json_object_get(json, "changed"))
		(void)mistake(rd, "changed", "is missing", NULL);
	else if (changed && !json_array_size(changed))
		(void)mistake(rd, "changed", "is empty", NULL);
	images = array_at(rd, json, "images", "images");
	read_images(rd, changed, "changed", &e->changed, &e->nchanged);
	read_images(rd, images, "images", &e->images, &e->nimages);
	check_agreement(rd, e);
	read_compat(rd, json, e);
}

struct event *
event_from_json(const json_t *json, const char *file, struct err_list *errs)
{
	struct arena *arena = arena_new();
	struct event *e = ARENA_NEW(arena, struct event);
	struct reader rd = { .arena = arena, .file = file, .errs = errs };
	size_t before = errs->n;

	e->arena = arena;
	if (json_is_object(json))
		read_event(&rd, json, e);
	else
		(void)mistake(&rd, "the event", "must be an object", NULL);
	if (errs->n == before)
		return e;
	event_free(e);
	return NULL;
}

struct event *
event_parse(struct str text, const char *file, struct err_list *errs)
{
	AUTO_JSON json_t *json = NULL;
	AUTO_ERR struct err err = ERR_INIT;

	if (json_parse(text, file, &json, &err)) {
		err_list_take(errs, &err);
		return NULL;
	}
	return event_from_json(json, file, errs);
}
