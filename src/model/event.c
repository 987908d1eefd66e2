/* SPDX-License-Identifier: Apache-2.0 */
/* event.c: an event as text, as a hash, and as the difference of two states. */
#include "model/event.h"

#include "base/map.h"
#include "lockstep/formats.h"
#include "model/event_priv.h"

#define ULID_TIME_BYTES 6
#define ULID_CHARS (EVENT_ID_SIZE - 1)
#define CUT "…"

void
event_free(struct event *e)
{
	/* The event lies in its own arena. */
	if (e)
		arena_free(e->arena);
}

void
event_id(int64_t wall_ms, const unsigned char *chance, char out[EVENT_ID_SIZE])
{
	unsigned char bytes[ULID_TIME_BYTES + EVENT_ID_RANDOM];
	uint64_t ms = (uint64_t)wall_ms;

	for (size_t i = 0; i < ULID_TIME_BYTES; i++)
		bytes[i] = (unsigned char)(ms >> (8 * (ULID_TIME_BYTES - 1 - i)));
	memcpy(bytes + ULID_TIME_BYTES, chance, EVENT_ID_RANDOM);
	/* 128 bits in groups of five from the right end; the first digit has three. */
	for (size_t i = 0; i < ULID_CHARS; i++) {
		unsigned value = 0;

		for (size_t bit = 0; bit < 5; bit++) {
			size_t at = 5 * i + bit; /* of 130, the first two are zero */

			value <<= 1;
			if (at >= 2)
				value |= bytes[(at - 2) / 8] >> (7 - (at - 2) % 8) & 1u;
		}
		out[i] = EVENT_ID_DIGITS[value];
	}
	out[ULID_CHARS] = '\0';
}

/* One line: control characters become blanks, and what is too long is cut at a character. */
static char *
one_line(const char *text)
{
	size_t n = strlen(text);
	AUTO_BUF struct buf b = BUF_INIT;

	if (n > EVENT_MAX_CAUSE) {
		n = EVENT_MAX_CAUSE - strlen(CUT);
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		buf_addc(&b, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
	if (n < strlen(text))
		buf_adds(&b, CUT);
	return buf_steal(&b);
}

static void
set_known(json_t *object, const char *key, const char *value)
{
	if (value)
		json_set_text(object, key, value);
}

static json_t *
image_json(const struct event_image *image, bool changed, bool with_was)
{
	json_t *j = json_object(), *was;

	json_set_text(j, "image", image->image);
	set_known(j, "tag", image->tag);
	json_set_text(j, "digest", image->digest);
	if (changed && image->cause) {
		AUTO_FREE char *cause = one_line(image->cause);

		json_set_text(j, "cause", cause);
	}
	if (!changed || !with_was || !image->was_digest)
		return j;
	was = json_object();
	set_known(was, "tag", image->was_tag);
	json_set_text(was, "digest", image->was_digest);
	json_object_set_new(j, "was", was);
	return j;
}

static json_t *
source_json(const struct event *e)
{
	json_t *j = json_object(), *list;

	set_known(j, "repo", e->repo);
	set_known(j, "commit", e->commit);
	set_known(j, "run_url", e->run_url);
	if (!e->ndegraded)
		return j;
	list = json_array();
	for (size_t i = 0; i < e->ndegraded; i++)
		json_add_text(list, e->degraded[i]);
	json_object_set_new(j, "degraded", list);
	return j;
}

enum detail { DETAIL_ALL, DETAIL_NO_WAS, DETAIL_CHANGED_ONLY, DETAIL_COUNT };

static json_t *
event_json(const struct event *e, enum detail detail)
{
	json_t *j = json_object(), *changed = json_array(), *images, *compat;

	json_set_text(j, "schema", LOCKSTEP_EVENT_SCHEMA);
	json_set_text(j, "id", e->id);
	json_set_int(j, "seq", e->seq);
	json_set_text(j, "group", e->group);
	json_set_text(j, "time", e->time);
	json_object_set_new(j, "source", source_json(e));
	for (size_t i = 0; i < e->nchanged; i++)
		json_array_append_new(changed,
				      image_json(&e->changed[i], true, detail == DETAIL_ALL));
	json_object_set_new(j, "changed", changed);
	if (e->nimages && detail != DETAIL_CHANGED_ONLY) {
		images = json_array();
		for (size_t i = 0; i < e->nimages; i++)
			json_array_append_new(images, image_json(&e->images[i], false, false));
		json_object_set_new(j, "images", images);
	}
	if (e->ncompat) {
		compat = json_object();
		for (size_t i = 0; i < e->ncompat; i++)
			json_set_text(compat, e->compat[i].name, e->compat[i].value);
		json_object_set_new(j, "compat", compat);
	}
	return j;
}

int
event_text(const struct event *e, char **ret, struct err *err)
{
	size_t n = 0;

	BUG_ON(!e->nchanged || e->ncompat > EVENT_MAX_COMPAT);
	for (enum detail detail = DETAIL_ALL; detail < DETAIL_COUNT; detail++) {
		AUTO_JSON json_t *j = event_json(e, detail);
		AUTO_FREE char *text = json_canonical(j);

		n = strlen(text);
		if (n > EVENT_BUDGET)
			continue;
		*ret = STEAL(text);
		return 0;
	}
	err_set(err, ERR_INPUT, "the event of group '%s' has %zu bytes: %zu images changed at once",
		e->group, n, e->nchanged);
	err_hint(err, "an event has at most %d bytes; split the graph", EVENT_BUDGET);
	return -ERR_INPUT;
}

json_t *
event_payload(const json_t *event)
{
	json_t *payload = json_copy((json_t *)event);
	AUTO_JSON json_t *compat = json_incref(json_object_get(event, "compat"));

	(void)json_object_del(payload, "compat"); /* absent is fine */
	if (compat)
		(void)json_object_update_missing(payload, compat); /* only memory could lack */
	return payload;
}

static int
by_name(const void *a, const void *b)
{
	const struct event_image *const *x = a, *const *y = b;

	return strcmp((*x)->image, (*y)->image);
}

struct sha256
event_content_key(const char *group, const struct event_image *images, size_t n)
{
	const struct event_image **AUTO_FREE_PTR sorted =
		xcalloc(n + 1, sizeof(struct event_image *));
	AUTO_BUF struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		sorted[i] = &images[i];
	qsort(sorted, n, sizeof(struct event_image *), by_name);
	/* None of these texts can hold a line feed. */
	buf_addf(&b, "%s\n", group);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s@%s\n", sorted[i]->image, sorted[i]->digest);
	return sha256_of(b.data, b.len);
}

size_t
event_changes(const struct event_image *before, size_t nbefore, const struct event_image *now,
	      size_t nnow, struct event_image *ret)
{
	struct map *AUTO_MAP old = map_new();
	size_t n = 0;

	for (size_t i = 0; i < nbefore; i++)
		map_set(old, str_c(before[i].image), (void *)&before[i]);
	for (size_t i = 0; i < nnow; i++) {
		const struct event_image *was = map_get(old, str_c(now[i].image));

		if (was && !strcmp(was->digest, now[i].digest))
			continue;
		ret[n] = now[i];
		ret[n].was_tag = was ? was->tag : NULL;
		ret[n].was_digest = was ? was->digest : NULL;
		n++;
	}
	return n;
}
