/* SPDX-License-Identifier: Apache-2.0 */
/* toml_value.c: what stands to the right of '='. */
#include "model/toml_priv.h"

static int
text_value(struct toml *t, json_t **ret)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = toml_text(t, false, &text);
	if (!r)
		*ret = json_stringn(text.data, text.len);
	return r;
}

static int
number(struct toml *t, json_t **ret)
{
	AUTO_BUF struct buf digits = BUF_INIT;
	bool minus = toml_take(t, "-");
	unsigned long long n = 0;
	size_t from;

	if (!minus)
		(void)toml_take(t, "+");
	from = t->at;
	while (toml_peek(t) && strchr("0123456789_", toml_peek(t))) {
		char c = toml_peek(t);
		char before = t->at > from ? t->text.p[t->at - 1] : '_';

		t->at++;
		if (c != '_')
			buf_addc(&digits, c);
		else if (before == '_' || !strchr("0123456789", toml_peek(t)) || !toml_peek(t))
			return toml_mistake(t, "'_' stands between digits only");
	}
	if (!digits.len)
		return toml_mistake(t, "a value is missing, or is none that is read here");
	if (toml_peek(t) && strchr(".eE-:xob", toml_peek(t)))
		return toml_mistake(t, "of numbers only decimal integers are read here");
	if ((digits.len > 1 && digits.data[0] == '0') || !str_to_u64(buf_str(&digits), &n) ||
	    n > INT64_MAX)
		return toml_mistake(t, "an integer with a leading zero, or too large");
	*ret = json_integer(minus ? -(json_int_t)n : (json_int_t)n);
	return 0;
}

static int
array(struct toml *t, json_t **ret)
{
	AUTO_JSON json_t *items = json_array();

	toml_mark(t, items, TOML_MARK_VALUE);
	for (;;) {
		json_t *item = NULL;
		int r;

		toml_skip_space(t);
		if (toml_take(t, "]"))
			break;
		r = toml_value(t, &item);
		if (r)
			return r;
		BUG_ON(json_array_append_new(items, item));
		toml_skip_space(t);
		if (toml_take(t, "]"))
			break;
		if (!toml_take(t, ","))
			return toml_mistake(t, "',' or ']' is missing in an array");
	}
	*ret = STEAL(items);
	return 0;
}

static int
inline_table(struct toml *t, json_t **ret)
{
	AUTO_JSON json_t *table = json_object();

	toml_skip_blanks(t);
	if (!toml_take(t, "}")) {
		do {
			int r;

			toml_skip_blanks(t);
			r = toml_pair(t, table);
			if (r)
				return r;
			toml_skip_blanks(t);
		} while (toml_take(t, ","));
		if (!toml_take(t, "}"))
			return toml_mistake(t, "',' or '}' is missing in an inline table");
	}
	toml_mark(t, table, TOML_MARK_VALUE);
	*ret = STEAL(table);
	return 0;
}

static int
nested(struct toml *t, json_t **ret)
{
	int r;

	if (t->depth == TOML_DEPTH_MAX)
		return toml_mistake(t, "nested too deeply");
	t->depth++;
	r = toml_take(t, "[") ? array(t, ret) : toml_take(t, "{") ? inline_table(t, ret) : 0;
	t->depth--;
	return r;
}

int
toml_value(struct toml *t, json_t **ret)
{
	switch (toml_peek(t)) {
	case '"':
	case '\'':
		return text_value(t, ret);
	case '[':
	case '{':
		return nested(t, ret);
	default:
		break;
	}
	if (toml_take(t, "true")) {
		*ret = json_true();
		return 0;
	}
	if (toml_take(t, "false")) {
		*ret = json_false();
		return 0;
	}
	return number(t, ret);
}
