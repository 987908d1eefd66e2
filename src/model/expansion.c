/* SPDX-License-Identifier: Apache-2.0 */
/* expansion.c: replaces what is known, marks what is not. */
#include "model/expansion.h"

#include "base/buf.h"

#include <ctype.h>

/* Values may name each other; a ring of them ends here. */
#define MAX_DEPTH 6
#define MAX_STEPS 10000

struct expander {
	const struct expansion_scope *scope;
	struct buf out;
	struct str written; /* the expression that is being looked at */
	int depth;
	size_t steps;
};

static void expand(struct expander *e, struct str text);

bool
expansion_known(const char *text)
{
	return !strchr(text, EXPANSION_UNKNOWN);
}

const char *
expansion_bare(struct arena *arena, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT;
	bool inside = false;

	buf_init(&b, 0);
	for (; *text; text++) {
		if (*text == EXPANSION_END)
			inside = false;
		if (!inside)
			buf_addc(&b, *text);
		if (*text == EXPANSION_UNKNOWN)
			inside = true;
	}
	return arena_str(arena, buf_str(&b));
}

const char *
expansion_shown(struct arena *arena, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *text; text++)
		if (*text != EXPANSION_UNKNOWN && *text != EXPANSION_END)
			buf_addc(&b, *text);
	return arena_str(arena, buf_str(&b));
}

/* On one line, since values are taken apart line by line. */
static void
add_unknown(struct buf *out, struct str written)
{
	buf_addc(out, EXPANSION_UNKNOWN);
	for (size_t i = 0; i < written.n; i++)
		buf_addc(out, (unsigned char)written.p[i] < ' ' ? ' ' : written.p[i]);
	buf_addc(out, EXPANSION_END);
}

static void
unknown(struct expander *e)
{
	add_unknown(&e->out, e->written);
}

static void
add_value(struct expander *e, const struct yaml *value)
{
	if (value && value->kind == YAML_SCALAR)
		expand(e, str_c(value->text));
	else if (value && value->kind != YAML_NULL)
		unknown(e);
}

/* What the matrix does not have is empty, as on GitHub. */
static void
add_matrix(struct expander *e, struct str path)
{
	const struct yaml *at = e->scope->matrix;
	struct str part;

	if (!at) {
		unknown(e);
		return;
	}
	while (at && str_next(&path, '.', &part)) {
		AUTO_FREE char *name = str_dup(part);

		at = at->kind == YAML_MAP ? yaml_get(at, name) : NULL;
	}
	add_value(e, at);
}

static void
add_env(struct expander *e, struct str name)
{
	AUTO_FREE char *key = str_dup(name);

	for (size_t i = 0; i < ARRAY_SIZE(e->scope->env); i++) {
		const struct yaml *env = e->scope->env[i], *value = NULL;

		if (env && env->kind == YAML_MAP)
			value = yaml_get(env, key);
		if (value) {
			add_value(e, value);
			return;
		}
	}
	unknown(e);
}

static void
add_github(struct expander *e, struct str name)
{
	const char *repository = e->scope->repository, *slash;

	if (str_eq_c(name, "workspace")) {
		buf_addc(&e->out, '.');
		return;
	}
	slash = repository ? strchr(repository, '/') : NULL;
	if (slash && str_eq_c(name, "repository"))
		buf_adds(&e->out, repository);
	else if (slash && str_eq_c(name, "repository_owner"))
		buf_add(&e->out, repository, (size_t)(slash - repository));
	else if (slash && str_eq_c(name, "event.repository.name"))
		buf_adds(&e->out, slash + 1);
	else
		unknown(e);
}

static bool
is_name(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isalnum((unsigned char)text.p[i]) && !strchr("._-", text.p[i]))
			return false;
	return text.n > 0;
}

static void
add_operand(struct expander *e, struct str text)
{
	text = str_trim(text, " \t\r\n");
	if (text.n >= 2 && text.p[0] == '\'' &&
	    str_find(str_sub(text, 1, text.n), '\'') == text.n - 2)
		buf_add_str(&e->out, str_sub(text, 1, text.n - 1));
	else if (!is_name(text))
		unknown(e);
	else if (str_starts(text, STR_LIT("matrix.")))
		add_matrix(e, str_sub(text, strlen("matrix."), text.n));
	else if (str_starts(text, STR_LIT("env.")))
		add_env(e, str_sub(text, strlen("env."), text.n));
	else if (str_starts(text, STR_LIT("github.")))
		add_github(e, str_sub(text, strlen("github."), text.n));
	else
		unknown(e);
}

/* A || B || …: the first that is not empty. One that is not known could be. */
static void
add_expression(struct expander *e, struct str text)
{
	while (text.n) {
		const char * or = memmem(text.p, text.n, "||", 2);
		size_t n = or ? (size_t)(or -text.p) : text.n, before = e->out.len;

		add_operand(e, str_sub(text, 0, n));
		if (e->out.len != before || ! or)
			return;
		text = str_sub(text, n + 2, text.n);
	}
}

static void
expand(struct expander *e, struct str text)
{
	struct str outer = e->written;

	if (++e->depth > MAX_DEPTH) {
		unknown(e);
		text.n = 0;
	}
	while (text.n && !e->out.full && e->steps++ < MAX_STEPS) {
		const char *open = memmem(text.p, text.n, "${{", 3);
		size_t n = open ? (size_t)(open - text.p) : text.n;
		const char *close = open ? memmem(open, text.n - n, "}}", 2) : NULL;

		buf_add_str(&e->out, str_sub(text, 0, n));
		if (!open)
			break;
		if (!close) {
			buf_addc(&e->out, EXPANSION_UNKNOWN);
			buf_addc(&e->out, EXPANSION_END);
			break;
		}
		e->written = (struct str){ open, (size_t)(close - open) + 2 };
		add_expression(e, (struct str){ open + 3, (size_t)(close - open) - 3 });
		text = str_sub(text, (size_t)(close - text.p) + 2, text.n);
	}
	e->written = outer;
	e->depth--;
}

const char *
expansion_actions(const struct expansion_scope *s, const char *text)
{
	struct expander e = { .scope = s };
	const char *ret;

	buf_init(&e.out, EXPANSION_MAX);
	expand(&e, str_c(text));
	ret = arena_str(s->arena, buf_str(&e.out));
	buf_fini(&e.out);
	return ret;
}

static size_t
name_length(struct str text)
{
	size_t n = 0;

	while (n < text.n && (isalnum((unsigned char)text.p[n]) || text.p[n] == '_'))
		n++;
	return n;
}

/* What follows the dollar, which is not another one; returns its length. */
static size_t
add_variable(struct buf *out, struct str text, expansion_default fallback, void *ctx)
{
	bool braces = text.n && text.p[0] == '{';
	struct str body = str_sub(text, braces, text.n), rest;
	size_t n, end = braces ? str_find(body, '}') : name_length(body);
	const char *value;

	if (end == body.n && braces) {
		add_unknown(out, text);
		return text.n;
	}
	body.n = end;
	n = name_length(body);
	rest = str_sub(body, n, body.n);
	value = n && fallback ? fallback(ctx, str_sub(body, 0, n)) : NULL;
	if (value && !rest.n)
		buf_adds(out, value);
	else if (n && str_starts(rest, STR_LIT(":-")) && !memchr(rest.p, '$', rest.n))
		buf_add_str(out, str_sub(rest, 2, rest.n));
	else if (n && str_starts(rest, STR_LIT("-")) && !memchr(rest.p, '$', rest.n))
		buf_add_str(out, str_sub(rest, 1, rest.n));
	else
		add_unknown(out, (struct str){ text.p - 1, end + 2 * (size_t)braces + 1 });
	return end + 2 * (size_t)braces;
}

const char *
expansion_shell(struct arena *arena, const char *text, expansion_default fallback, void *ctx)
{
	AUTO_BUF struct buf out = BUF_INIT;
	struct str rest = str_c(text);

	buf_init(&out, EXPANSION_MAX);
	while (rest.n) {
		size_t n = str_find(rest, '$');

		buf_add_str(&out, str_sub(rest, 0, n));
		if (n == rest.n)
			break;
		rest = str_sub(rest, n + 1, rest.n);
		if (rest.n && rest.p[0] == '$') {
			buf_addc(&out, '$');
			rest = str_sub(rest, 1, rest.n);
		} else {
			n = add_variable(&out, rest, fallback, ctx);
			rest = str_sub(rest, n, rest.n);
		}
	}
	return arena_str(arena, buf_str(&out));
}

bool
expansion_choice(struct arena *arena, const char *text, const char **ret_name,
		 const char **ret_default)
{
	struct str all = str_c(text), name, rest;
	const char * or ;

	if (all.n < 7 || text[0] != EXPANSION_UNKNOWN || text[all.n - 1] != EXPANSION_END ||
	    strchr(text + 1, EXPANSION_UNKNOWN))
		return false;
	all = str_sub(all, 4, all.n - 3);
	or = memmem(all.p, all.n, "||", 2);
	if (! or)
		return false;
	name = str_trim(str_sub(all, 0, (size_t)(or -all.p)), " ");
	rest = str_trim(str_sub(all, (size_t)(or -all.p) + 2, all.n), " ");
	if (!is_name(name) || rest.n < 2 || rest.p[0] != '\'' ||
	    str_find(str_sub(rest, 1, rest.n), '\'') != rest.n - 2)
		return false;
	*ret_name = arena_str(arena, name);
	*ret_default = arena_str(arena, str_sub(rest, 1, rest.n - 1));
	return true;
}
