/* SPDX-License-Identifier: Apache-2.0 */
/* json.c: the little that lockstep adds to jansson. */
#include "base/json.h"

static int
mistake_at(struct str text, size_t at, const char *file, const char *what, struct err *err)
{
	int line = 1, col = 1;

	for (size_t i = 0; i < at; i++) {
		/* Continuation bytes of UTF-8 are no columns. */
		col += (text.p[i] & 0xc0) != 0x80;
		if (text.p[i] == '\n') {
			line++;
			col = 1;
		}
	}
	return err_at(err, file, line, col, "invalid JSON: %s", what);
}

static int
parse(struct str text, const char *file, size_t more_flags, json_t **ret, struct err *err)
{
	/* The check for the end of the text is ours: that of jansson 2.14 leaks the value. */
	const size_t flags =
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | more_flags;
	size_t nul = str_find(text, '\0');
	json_error_t why;
	json_t *value;
	struct str rest;

	/* It is skipped as if it were not there. */
	if (nul < text.n)
		return mistake_at(text, nul, file, "NUL byte", err);
	value = json_loadb(text.p ? text.p : "", text.n, flags, &why);
	if (!value)
		return err_at(err, file, why.line, why.column, "invalid JSON: %s", why.text);
	rest = str_trim(str_sub(text, (size_t)why.position, text.n), " \t\r\n");
	if (rest.n) {
		json_decref(value);
		return mistake_at(text, (size_t)(rest.p - text.p), file,
				  "something follows the value", err);
	}
	*ret = value;
	return 0;
}

int
json_parse(struct str text, const char *file, json_t **ret, struct err *err)
{
	return parse(text, file, 0, ret, err);
}

int
json_parse_printed(struct str text, const char *file, json_t **ret, struct err *err)
{
	return parse(text, file, JSON_ALLOW_NUL, ret, err);
}

struct str
json_get_str(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return (struct str){ json_string_value(value), json_string_length(value) };
}

static char *
dump(const json_t *value, size_t flags)
{
	char *text = json_dumps(value, flags | JSON_ENCODE_ANY);

	/* Only memory can lack: values come from json_parse() or from the setters below. */
	BUG_ON(!text);
	return text;
}

char *
json_canonical(const json_t *value)
{
	return dump(value, JSON_SORT_KEYS | JSON_COMPACT);
}

char *
json_pretty(const json_t *value)
{
	return dump(value, JSON_INDENT(2));
}

/* A JSON string of s, with what is no text replaced. */
static json_t *
text_value(struct str s)
{
	struct buf AUTO_BUF clean = BUF_INIT;
	json_t *value;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = 0;
		size_t n = str_utf8(str_sub(s, i, s.n), &c);

		if (n && c)
			buf_add(&clean, s.p + i, n);
		else
			buf_adds(&clean, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
	value = json_stringn(clean.data ? clean.data : "", clean.len);
	BUG_ON(!value);
	return value;
}

static void
set_new(json_t *object, const char *key, json_t *take_value)
{
	BUG_ON(json_object_set_new(object, key, take_value));
}

void
json_set_text(json_t *object, const char *key, const char *value)
{
	set_new(object, key, value ? text_value(str_c(value)) : json_null());
}

void
json_set_str(json_t *object, const char *key, struct str value)
{
	set_new(object, key, text_value(value));
}

void
json_set_int(json_t *object, const char *key, long long value)
{
	set_new(object, key, json_integer(value));
}

void
json_set_bool(json_t *object, const char *key, bool value)
{
	set_new(object, key, json_boolean(value));
}

void
json_add_text(json_t *array, const char *value)
{
	json_t *item = value ? text_value(str_c(value)) : json_null();

	BUG_ON(json_array_append_new(array, item));
}

const char *
json_get_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
