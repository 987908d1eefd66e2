/* SPDX-License-Identifier: Apache-2.0 */
/* toml.c: TOML, as far as the containers tools' configuration files use it. */
#include "model/toml_priv.h"

static struct str
address(const json_t *const *value)
{
	return (struct str){ (const char *)value, sizeof(*value) };
}

void
toml_mark(struct toml *t, const json_t *value, const char *mark)
{
	map_set(t->marks, address(&value), (char *)mark);
}

const char *
toml_marked(const struct toml *t, const json_t *value)
{
	return map_get(t->marks, address(&value));
}

int
toml_mistake(struct toml *t, const char *what)
{
	int line = 1, col = 1;

	for (size_t i = 0; i < t->at && i < t->text.n; i++) {
		col += (t->text.p[i] & 0xc0) != 0x80;
		if (t->text.p[i] == '\n') {
			line++;
			col = 1;
		}
	}
	return err_at(t->err, t->file, line, col, "invalid TOML: %s", what);
}

char
toml_peek(const struct toml *t)
{
	return t->at < t->text.n ? t->text.p[t->at] : '\0';
}

bool
toml_take(struct toml *t, const char *literal)
{
	if (!str_starts(str_sub(t->text, t->at, t->text.n), str_c(literal)))
		return false;
	t->at += strlen(literal);
	return true;
}

void
toml_skip_blanks(struct toml *t)
{
	while (toml_peek(t) == ' ' || toml_peek(t) == '\t')
		t->at++;
}

static void
skip_comment(struct toml *t)
{
	toml_skip_blanks(t);
	if (toml_peek(t) == '#')
		while (toml_peek(t) && toml_peek(t) != '\n')
			t->at++;
}

void
toml_skip_space(struct toml *t)
{
	do
		skip_comment(t);
	while (toml_take(t, "\n") || toml_take(t, "\r\n"));
}

static int
end_of_line(struct toml *t)
{
	skip_comment(t);
	(void)toml_take(t, "\r");
	if (!toml_peek(t) || toml_take(t, "\n"))
		return 0;
	return toml_mistake(t, "something follows on the line");
}

static int
key_part(struct toml *t, struct buf *ret)
{
	size_t from;

	if (toml_peek(t) == '"' || toml_peek(t) == '\'')
		return toml_text(t, true, ret);
	for (from = t->at; toml_peek(t); t->at++) {
		char c = toml_peek(t);

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			break;
		buf_addc(ret, c);
	}
	return t->at > from ? 0 : toml_mistake(t, "a key is missing");
}

/* The table below `table` of that name, which is made when it is not there; of tables the last. */
static int
descend(struct toml *t, json_t **table, const struct buf *name)
{
	json_t *next = json_object_get(*table, name->data);
	const char *mark;

	if (!next) {
		next = json_object();
		BUG_ON(json_object_set_new(*table, name->data, next));
	}
	mark = toml_marked(t, next);
	if (mark && !strcmp(mark, TOML_MARK_TABLES))
		next = json_array_get(next, json_array_size(next) - 1);
	else if (!json_is_object(next) || (mark && !strcmp(mark, TOML_MARK_VALUE)))
		return toml_mistake(t, "this was given as a value before");
	*table = next;
	return 0;
}

/* a.b.c: descends to a.b and leaves "c" in ret. */
static int
key(struct toml *t, json_t **table, struct buf *ret)
{
	for (int depth = 0;; depth++) {
		int r;

		buf_clear(ret);
		toml_skip_blanks(t);
		r = key_part(t, ret);
		toml_skip_blanks(t);
		if (r || !toml_take(t, "."))
			return r;
		if (depth == TOML_DEPTH_MAX)
			return toml_mistake(t, "nested too deeply");
		r = descend(t, table, ret);
		if (r)
			return r;
	}
}

int
toml_pair(struct toml *t, json_t *table)
{
	AUTO_BUF struct buf name = BUF_INIT;
	json_t *value = NULL;
	int r;

	buf_init(&name, 0);
	r = key(t, &table, &name);
	if (r)
		return r;
	if (json_object_get(table, name.data))
		return toml_mistake(t, "this key was given before");
	if (!toml_take(t, "="))
		return toml_mistake(t, "'=' is missing after a key");
	toml_skip_blanks(t);
	r = toml_value(t, &value);
	if (!r)
		BUG_ON(json_object_set_new(table, name.data, value));
	return r;
}

/* [a.b] */
static int
open_table(struct toml *t, json_t *root, json_t **ret)
{
	AUTO_BUF struct buf name = BUF_INIT;
	json_t *table = root;
	int r;

	buf_init(&name, 0);
	r = key(t, &table, &name);
	if (!r && !toml_take(t, "]"))
		r = toml_mistake(t, "']' is missing");
	if (!r)
		r = descend(t, &table, &name);
	if (r)
		return r;
	if (toml_marked(t, table))
		return toml_mistake(t, "this table was given before");
	toml_mark(t, table, TOML_MARK_TABLE);
	*ret = table;
	return 0;
}

/* [[a.b]] */
static int
open_next_table(struct toml *t, json_t *root, json_t **ret)
{
	AUTO_BUF struct buf name = BUF_INIT;
	json_t *table = root, *all;
	int r;

	buf_init(&name, 0);
	r = key(t, &table, &name);
	if (!r && !toml_take(t, "]]"))
		r = toml_mistake(t, "']]' is missing");
	if (r)
		return r;
	all = json_object_get(table, name.data);
	if (!all) {
		all = json_array();
		BUG_ON(json_object_set_new(table, name.data, all));
		toml_mark(t, all, TOML_MARK_TABLES);
	}
	if (!toml_marked(t, all) || strcmp(toml_marked(t, all), TOML_MARK_TABLES) != 0)
		return toml_mistake(t, "this was given before, as something else");
	table = json_object();
	BUG_ON(json_array_append_new(all, table));
	toml_mark(t, table, TOML_MARK_TABLE);
	*ret = table;
	return 0;
}

static int
check_bytes(struct toml *t)
{
	uint32_t c;

	for (size_t n; t->at < t->text.n; t->at += n) {
		n = str_utf8(str_sub(t->text, t->at, t->text.n), &c);
		if (!n || !c)
			return toml_mistake(t, "a byte that is no text");
	}
	t->at = 0;
	return 0;
}

static int
lines(struct toml *t, json_t *root)
{
	json_t *table = root;
	int r = check_bytes(t);

	(void)toml_take(t, "\xef\xbb\xbf");
	for (toml_skip_space(t); !r && toml_peek(t); toml_skip_space(t)) {
		if (toml_take(t, "[["))
			r = open_next_table(t, root, &table);
		else if (toml_take(t, "["))
			r = open_table(t, root, &table);
		else
			r = toml_pair(t, table);
		if (!r)
			r = end_of_line(t);
	}
	return r;
}

int
toml_parse(struct str text, const char *file, json_t **ret, struct err *err)
{
	struct map *AUTO_MAP marks = map_new();
	struct toml t = { .text = text, .file = file, .err = err, .marks = marks };
	AUTO_JSON json_t *root = json_object();
	int r = lines(&t, root);

	if (!r)
		*ret = STEAL(root);
	return r;
}
