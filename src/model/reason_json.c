/* SPDX-License-Identifier: Apache-2.0 */
/* reason_json.c: reasons as JSON and back. */
#include "model/reason.h"

json_t *
reason_to_json(const struct reason *r)
{
	json_t *j = json_object();

	json_set_text(j, "kind", reason_kind_name(r->kind));
	json_set_text(j, "subject", r->subject);
	json_set_text(j, "before", r->before);
	json_set_text(j, "after", r->after);
	if (r->file)
		json_set_text(j, "file", r->file);
	if (r->line > 0)
		json_set_int(j, "line", r->line);
	if ((r->kind == REASON_FILE_CHANGED || r->kind == REASON_SOURCE) && r->added >= 0 &&
	    r->removed >= 0) {
		json_set_int(j, "added", r->added);
		json_set_int(j, "removed", r->removed);
	}
	if (r->commit)
		json_set_text(j, "commit", r->commit);
	return j;
}

static const char *
text_of(struct arena *arena, const json_t *j, const char *key)
{
	const char *s = json_get_text(j, key);

	return s ? arena_strdup(arena, s) : NULL;
}

static long
number_of(const json_t *j, const char *key, long absent)
{
	const json_t *n = json_object_get(j, key);

	return json_is_integer(n) ? (long)json_integer_value(n) : absent;
}

void
reason_from_json(struct arena *arena, const json_t *j, struct reason *ret)
{
	const char *kind = json_get_text(j, "kind"), *subject = text_of(arena, j, "subject");

	*ret = (struct reason){ .kind = REASON_OTHER,
				.subject = subject ? subject : "",
				.before = text_of(arena, j, "before"),
				.after = text_of(arena, j, "after"),
				.file = text_of(arena, j, "file"),
				.line = (int)number_of(j, "line", 0),
				.added = number_of(j, "added", -1),
				.removed = number_of(j, "removed", -1),
				.commit = text_of(arena, j, "commit") };
	if (kind)
		(void)reason_kind_parse(str_c(kind), &ret->kind);
}

json_t *
reasons_to_json(const struct reasons *rs)
{
	json_t *array = json_array();

	for (size_t i = 0; i < rs->n; i++)
		json_array_append_new(array, reason_to_json(&rs->v[i]));
	return array;
}

struct reasons
reasons_from_json(struct arena *arena, const json_t *array)
{
	struct reasons rs = { .n = json_array_size(array) };

	rs.v = arena_calloc(arena, rs.n, sizeof(*rs.v));
	for (size_t i = 0; i < rs.n; i++)
		reason_from_json(arena, json_array_get(array, i), &rs.v[i]);
	return rs;
}
