/* SPDX-License-Identifier: Apache-2.0 */
/* header.c: the HTTP header fields that have a grammar of their own. */
#include "model/header.h"

#include "base/buf.h"
#include "base/vec.h"

ENUM_DEFINE(header_scheme, HEADER_SCHEME_LIST);

/* Of one field nobody sends more. */
#define CHALLENGES_MAX 32

static void
skip(struct str *rest, const char *set)
{
	while (rest->n && rest->p[0] && strchr(set, rest->p[0]))
		*rest = str_sub(*rest, 1, rest->n);
}

static bool
take(struct str *rest, char c)
{
	if (!rest->n || rest->p[0] != c)
		return false;
	*rest = str_sub(*rest, 1, rest->n);
	return true;
}

/* RFC 9110, 5.6.2 */
static struct str
take_token(struct str *rest)
{
	struct str token = *rest;
	size_t n = 0;

	for (; n < rest->n; n++) {
		unsigned char c = (unsigned char)rest->p[n];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
			break;
	}
	*rest = str_sub(*rest, n, rest->n);
	return str_sub(token, 0, n);
}

/* RFC 9110, 5.6.4, after the first quote. */
static bool
take_quoted(struct str *rest, struct buf *out)
{
	while (rest->n) {
		if (take(rest, '"'))
			return true;
		if (take(rest, '\\') && !rest->n)
			return false;
		if (!rest->p[0])
			return false;
		buf_addc(out, rest->p[0]);
		*rest = str_sub(*rest, 1, rest->n);
	}
	return false;
}

static bool
take_value(struct str *rest, struct buf *out)
{
	struct str token;

	buf_clear(out);
	if (take(rest, '"'))
		return take_quoted(rest, out);
	token = take_token(rest);
	buf_add_str(out, token);
	return token.n > 0;
}

static void
set_parameter(struct arena *arena, struct header_challenge *c, struct str name, struct buf *value)
{
	const char **field = str_ieq_c(name, "realm")     ? &c->realm
			     : str_ieq_c(name, "service") ? &c->service
			     : str_ieq_c(name, "scope")   ? &c->scope
							  : NULL;

	if (field && !*field)
		*field = arena_str(arena, buf_str(value));
}

static enum header_scheme
scheme_of(struct str name)
{
	return str_ieq_c(name, "Basic")    ? HEADER_BASIC
	       : str_ieq_c(name, "Bearer") ? HEADER_BEARER
					   : HEADER_OTHER;
}

/* name=value or name="value"; false when what comes is no parameter; *bad when it is half of one. */
static bool
take_parameter(struct arena *arena, struct str *rest, struct header_challenge *c, bool *bad)
{
	AUTO_BUF struct buf value = BUF_INIT;
	struct str at = *rest, name = take_token(&at);

	buf_init(&value, 0);
	skip(&at, " \t");
	if (!name.n || !take(&at, '='))
		return false;
	skip(&at, " \t");
	if (!at.n || at.p[0] == '=' || at.p[0] == ',') {
		skip(&at, "="); /* a token68 with its padding */
	} else if (take_value(&at, &value)) {
		set_parameter(arena, c, name, &value);
	} else {
		*bad = true;
	}
	*rest = at;
	return true;
}

static bool
take_challenge(struct arena *arena, struct str *rest, struct header_challenge *ret)
{
	struct str name = take_token(rest);
	bool bad = false;

	*ret = (struct header_challenge){ .scheme = scheme_of(name) };
	if (!name.n)
		return false;
	skip(rest, " \t");
	while (!bad && take_parameter(arena, rest, ret, &bad)) {
		skip(rest, " \t");
		if (rest->n && rest->p[0] != ',')
			return false;
		skip(rest, " \t,");
	}
	return !bad;
}

size_t
header_challenges(struct arena *arena, struct str value, struct header_challenge **ret)
{
	struct header_challenge *all = arena_calloc(arena, CHALLENGES_MAX, sizeof(*all));
	size_t n = 0;

	skip(&value, " \t,");
	while (value.n) {
		if (n == CHALLENGES_MAX || !take_challenge(arena, &value, &all[n]))
			return 0;
		n++;
		skip(&value, " \t,");
	}
	*ret = all;
	return n;
}

/* ; name=value …; whether rel has the word "next". */
static bool
take_link_parameters(struct str *rest, bool *ret_next)
{
	AUTO_BUF struct buf value = BUF_INIT;

	buf_init(&value, 0);
	for (skip(rest, " \t"); take(rest, ';'); skip(rest, " \t")) {
		struct str name, words, word;

		skip(rest, " \t");
		name = take_token(rest);
		skip(rest, " \t");
		if (!take(rest, '='))
			continue;
		skip(rest, " \t");
		if (!take_value(rest, &value))
			return false;
		words = buf_str(&value);
		while (str_ieq_c(name, "rel") && str_next(&words, ' ', &word))
			*ret_next |= str_ieq_c(word, "next");
	}
	return true;
}

bool
header_link_next(struct str value, struct str *ret_target)
{
	skip(&value, " \t,");
	while (value.n) {
		struct str target;
		bool next = false;
		size_t end = str_find(value, '>');

		if (!take(&value, '<') || end > value.n)
			return false;
		target = str_sub(value, 0, end - 1);
		value = str_sub(value, end, value.n);
		if (!take_link_parameters(&value, &next))
			return false;
		if (next && target.n) {
			*ret_target = target;
			return true;
		}
		if (value.n && value.p[0] != ',')
			return false;
		skip(&value, " \t,");
	}
	return false;
}
