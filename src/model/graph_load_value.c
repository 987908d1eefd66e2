/* SPDX-License-Identifier: Apache-2.0 */
/* graph_load_value.c: single values of a graph file held against the types of their keys. */
#include "base/buf.h"
#include "model/graph_load_priv.h"

#define MAX_IN_MESSAGE 60

/* Where the password of an address ends, or NULL. */
static const char *
after_password(const char *text)
{
	const char *scheme = strstr(text, "://"), *at;

	if (!scheme)
		return NULL;
	at = strchr(scheme, '@');
	return at && at < scheme + 3 + strcspn(scheme + 3, "/") ? at : NULL;
}

const char *
graph_clip(struct graph_loader *ld, const char *text)
{
	const char *rest = after_password(text);
	size_t n;

	if (rest)
		text = arena_printf(ld->arena, "%.*s://…%s", (int)(strstr(text, "://") - text),
				    text, rest);
	n = strlen(text);
	if (n <= MAX_IN_MESSAGE)
		return text;
	n = MAX_IN_MESSAGE;
	/* Not in the middle of a character. */
	while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return arena_printf(ld->arena, "%.*s…", (int)n, text);
}

const char *
graph_phrase(struct graph_loader *ld, const char *key, const char *label)
{
	static const char of[] = "' of ";
	size_t nkey = strlen(key), nlabel = strlen(label);
	char *phrase = arena_alloc(ld->arena, nkey + nlabel + sizeof("'") + sizeof(of)),
	     *p = phrase;

	/* Made for every value, and seldom needed: printf() would be a fifth of the time. */
	*p++ = '\'';
	p = mempcpy(p, key, nkey);
	if (nlabel) {
		p = mempcpy(p, of, sizeof(of) - 1);
		p = mempcpy(p, label, nlabel);
	} else {
		*p++ = '\'';
	}
	*p = '\0';
	return phrase;
}

void
graph_hint_name(struct err *e, const char *name, const char *const *known, size_t n)
{
	const char *near = str_nearest(name, known, n);
	struct buf b CLEANUP(buf_fini) = BUF_INIT;

	if (near) {
		err_hint(e, "did you mean '%s'?", near);
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", known[i]);
	if (n)
		err_hint(e, "known here: %s", b.data);
}

static bool
is_number(const struct yaml *y)
{
	return y->kind == YAML_SCALAR && y->plain && !strcmp(yaml_what(y), "a number");
}

static bool
fits(struct graph_loader *ld, const struct graph_type *type, const char *text)
{
	struct graph_pattern *p = NULL;

	for (size_t i = 0; i < ld->npatterns && !p; i++) {
		if (ld->patterns[i].type == type)
			p = &ld->patterns[i];
	}
	if (!p) {
		BUG_ON(ld->npatterns == GRAPH_MAX_PATTERNS);
		p = &ld->patterns[ld->npatterns++];
		p->type = type;
		BUG_ON(regcomp(&p->regex, type->pattern, REG_EXTENDED | REG_NOSUB));
	}
	return !regexec(&p->regex, text, 0, NULL, 0);
}

static const char *
noun_of(const struct graph_type *type)
{
	if (type->shape == GRAPH_SHAPE_TEXTS)
		return "a list of text";
	if (type->shape == GRAPH_SHAPE_ONE_OR_MORE)
		return "text or a list of text";
	return type->noun;
}

bool
graph_wrong_kind(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
		 const char *phrase)
{
	const struct graph_type *type = key->type;
	struct err *e =
		graph_err(ld, y, "%s is %s, but must be %s", phrase, yaml_what(y), noun_of(type));
	struct yaml bare = *y;

	bare.plain = true;
	if (y->kind == YAML_SCALAR && type->shape == GRAPH_SHAPE_TEXT &&
	    (!type->pattern || fits(ld, type, y->text)))
		err_hint(e, "in quotes it is text: \"%s\"", graph_clip(ld, y->text));
	else if (type->shape == GRAPH_SHAPE_NUMBER && is_number(&bare))
		err_hint(e, "without quotes it is a number: %s", graph_clip(ld, y->text));
	else if (y->kind == YAML_SCALAR && type->rule)
		err_hint(e, "%s", type->rule);
	else
		err_hint(e, "for example: %s", key->example);
	return false;
}

void
graph_shape_fini(struct graph_loader *ld)
{
	for (size_t i = 0; i < ld->npatterns; i++)
		regfree(&ld->patterns[i].regex);
	ld->npatterns = 0;
}

static bool
shape_pattern(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	      const char *phrase)
{
	struct err *e;

	if (!key->type->pattern || fits(ld, key->type, y->text))
		return true;
	e = graph_err(ld, y, "%s is no %s%s%s%s", phrase, strchr(key->type->noun, ' ') + 1,
		      key->type->hidden ? "" : ": '",
		      key->type->hidden ? "" : graph_clip(ld, y->text),
		      key->type->hidden ? "" : "'");
	err_hint(e, "%s", key->type->rule);
	return false;
}

static bool
shape_text(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	   const char *phrase)
{
	bool flag;

	if (y->kind != YAML_SCALAR || yaml_bool(y, &flag) || is_number(y))
		return graph_wrong_kind(ld, key, y, phrase);
	if (!y->len) {
		err_hint(graph_err(ld, y, "%s is empty", phrase), "for example: %s", key->example);
		return false;
	}
	return shape_pattern(ld, key, y, phrase);
}

static bool
shape_numeral(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	      const char *phrase)
{
	bool flag;

	if (y->kind != YAML_SCALAR || yaml_bool(y, &flag))
		return graph_wrong_kind(ld, key, y, phrase);
	return shape_pattern(ld, key, y, phrase);
}

static bool
shape_scalar(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	     const char *phrase)
{
	/* Quoted or not, it is taken as it stands: `22`, `1.10` and `true` are fine values. */
	if (y->kind != YAML_SCALAR)
		return graph_wrong_kind(ld, key, y, phrase);
	return shape_pattern(ld, key, y, phrase);
}

static bool
shape_number(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	     const char *phrase)
{
	long long value;
	struct err *e;

	if (!yaml_int(y, &value)) {
		if (y->kind != YAML_SCALAR || !is_number(y))
			return graph_wrong_kind(ld, key, y, phrase);
		e = graph_err(ld, y, "%s is no whole number: '%s'", phrase,
			      graph_clip(ld, y->text));
		err_hint(e, "for example: %s", key->example);
		return false;
	}
	if (value >= key->min && value <= key->max)
		return true;
	e = graph_err(ld, y, "%s is %lld, but must be between %lld and %lld", phrase, value,
		      key->min, key->max);
	err_hint(e, "for example: %s", key->example);
	return false;
}

static bool
shape_bool(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	   const char *phrase)
{
	bool flag;
	struct err *e;

	if (yaml_bool(y, &flag))
		return true;
	if (y->kind != YAML_SCALAR)
		return graph_wrong_kind(ld, key, y, phrase);
	e = graph_err(ld, y, "%s is '%s', but must be true or false", phrase,
		      graph_clip(ld, y->text));
	if (!y->plain)
		err_hint(e, "without quotes: %s", key->example);
	else
		err_hint(e, "for example: %s", key->example);
	return false;
}

static bool
shape_choice(struct graph_loader *ld, const struct graph_key *key, const struct yaml *y,
	     const char *phrase)
{
	if (y->kind != YAML_SCALAR)
		return graph_wrong_kind(ld, key, y, phrase);
	for (size_t i = 0; i < *key->nchoices; i++) {
		if (!strcmp(y->text, key->choices[i]))
			return true;
	}
	graph_hint_name(graph_err(ld, y, "%s cannot be '%s'", phrase, graph_clip(ld, y->text)),
			y->text, key->choices, *key->nchoices);
	return false;
}

static bool
shape_texts(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
	    const char *phrase)
{
	bool scalar_allowed = key->type->shape == GRAPH_SHAPE_ONE_OR_MORE;
	struct err *e;

	if (y->kind == YAML_SCALAR && scalar_allowed)
		return shape_pattern(ld, key, y, phrase);
	if (y->kind != YAML_SEQ)
		return graph_wrong_kind(ld, key, y, phrase);
	for (size_t i = 0; i < y->n; i++) {
		if (!y->items[i])
			continue;
		if (y->items[i]->kind != YAML_SCALAR) {
			e = graph_err(ld, y->items[i], "an item of %s is %s, but must be text",
				      phrase, yaml_what(y->items[i]));
			err_hint(e, "for example: %s", key->example);
			y->items[i] = NULL;
		} else if (!shape_pattern(ld, key, y->items[i],
					  arena_printf(ld->arena, "an item of %s", phrase))) {
			y->items[i] = NULL;
		}
	}
	return true;
}

static bool
shape_pair_item(struct graph_loader *ld, const struct yaml *y, const char *phrase)
{
	struct err *e;

	if (y->kind != YAML_SCALAR) {
		e = graph_err(ld, y, "an item of %s is %s, but must be text", phrase, yaml_what(y));
		err_hint(e, "NAME=VALUE");
		return false;
	}
	if (strchr(y->text, '=') && y->text[0] != '=')
		return true;
	e = graph_err(ld, y, "'%s' in %s has no %s", graph_clip(ld, y->text), phrase,
		      y->text[0] == '=' ? "name" : "value");
	if (y->text[0] == '=')
		err_hint(e, "NAME=VALUE");
	else
		err_hint(e, "'%s=' is an empty value; none is taken from the environment",
			 graph_clip(ld, y->text));
	return false;
}

static bool
shape_pairs(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
	    const char *phrase)
{
	struct err *e;

	if (y->kind != YAML_MAP && y->kind != YAML_SEQ)
		return graph_wrong_kind(ld, key, y, phrase);
	for (size_t i = 0; y->kind == YAML_SEQ && i < y->n; i++) {
		if (y->items[i] && !shape_pair_item(ld, y->items[i], phrase))
			y->items[i] = NULL;
	}
	for (size_t i = 0; y->kind == YAML_MAP && i < y->n; i++) {
		struct yaml_pair *p = &y->pairs[i];

		if (!p->value || p->value->kind == YAML_SCALAR)
			continue;
		e = graph_err(ld, p->value, "'%s' in %s is %s, but must be text",
			      graph_clip(ld, p->key->text), phrase, yaml_what(p->value));
		if (p->value->kind == YAML_NULL)
			err_hint(e, "an empty value is \"\"");
		else
			err_hint(e, "for example: %s", key->example);
		p->value = NULL;
	}
	return true;
}

bool
graph_shape_value(struct graph_loader *ld, const struct graph_key *key, struct yaml *y,
		  const char *phrase)
{
	switch (key->type->shape) {
	case GRAPH_SHAPE_TEXT:
		return shape_text(ld, key, y, phrase);
	case GRAPH_SHAPE_SCALAR:
		return shape_scalar(ld, key, y, phrase);
	case GRAPH_SHAPE_NUMERAL:
	case GRAPH_SHAPE_OCTAL:
		return shape_numeral(ld, key, y, phrase);
	case GRAPH_SHAPE_NUMBER:
		return shape_number(ld, key, y, phrase);
	case GRAPH_SHAPE_BOOL:
		return shape_bool(ld, key, y, phrase);
	case GRAPH_SHAPE_CHOICE:
		return shape_choice(ld, key, y, phrase);
	case GRAPH_SHAPE_TEXTS:
	case GRAPH_SHAPE_ONE_OR_MORE:
		return shape_texts(ld, key, y, phrase);
	case GRAPH_SHAPE_PAIRS:
		return shape_pairs(ld, key, y, phrase);
	default:
		BUG_ON(true);
	}
}
