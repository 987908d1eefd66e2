/* SPDX-License-Identifier: Apache-2.0 */
/* shellword_dollar.c: what $x and ${x...} stand for, in each dialect. */
#include "model/shellword_priv.h"

/* ${a:-${b:-...}}: the builders stop at the end of their memory only. */
#define DEPTH_MAX 100

int
shellword_bad(struct shellword_lex *l, const char *why)
{
	return err_set(l->err, ERR_INPUT, "%s in '%.*s'", why, STR_FMT(l->text));
}

/*
 * Letters and digits of all scripts belong to a name. Which characters these are depends on the
 * Unicode version of the builder, so here whatever is not surely something else counts as one.
 */
static bool
is_letter(uint32_t c)
{
	bool other = (c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) ||
		     (c >= 0x2000 && c < 0x2070) || (c >= 0x20a0 && c < 0x20d0) ||
		     (c >= 0x1f300 && c < 0x1fb00);

	return c >= 0x80 && c != RUNE_BAD && c != SHELLWORD_END && !other;
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

bool
shellword_is_name(uint32_t c)
{
	return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes the variable's name, which may be empty. */
static int
take_name(struct shellword_lex *l, struct str *ret)
{
	bool containers = l->sw->dialect == DIALECT_CONTAINERS;
	bool raw = l->flags & SHELLWORD_RAW_UNSET;
	size_t start = l->pos;
	uint32_t c = peek(l);
	int r;

	if (is_digit(c)) {
		do
			(void)next(l); /* seen by peek */
		while (!containers && is_digit(peek(l)));
	} else if (!containers && c < 0x80 && c && strchr("@*#?-$!", (int)c)) {
		(void)next(l); /* seen by peek */
	} else {
		/* In raw text it does not matter where the name ends. */
		while (shellword_is_name(c) || (raw && is_letter(c))) {
			(void)next(l); /* seen by peek */
			c = peek(l);
		}
		if (is_letter(c)) {
			r = shellword_bad(l, "name of a variable beyond ASCII");
			err_hint(l->err, "write '${NAME}', or '\\$' where no variable is meant");
			return r;
		}
	}
	*ret = str_sub(l->text, start, l->pos);
	return 0;
}

/* The value, or NULL when unset. */
static const char *
value_of(const struct shellword_lex *l, struct str name)
{
	if (l->flags & SHELLWORD_RAW_UNSET || !name.n)
		return NULL;
	if (l->sw->seen)
		l->sw->seen(l->sw->ctx, name);
	return l->sw->lookup(l->sw->ctx, name);
}

/* The value of $name or ${name}; a '$' that no name follows stands for itself. */
static void
add_value(const struct shellword_lex *l, struct str name, struct str written, struct buf *out)
{
	const char *value = value_of(l, name);

	if (l->flags & SHELLWORD_RAW_UNSET || (!name.n && written.n == 1))
		buf_add_str(out, written);
	else
		buf_adds(out, value ? value : "");
}

/* One operand of ${x:-operand}. */
static int
operand(struct shellword_lex *l, uint32_t stop, bool raw_escapes, struct buf *out)
{
	bool outer = l->raw_escapes;
	int r;

	if (l->depth == DEPTH_MAX)
		return err_set(l->err, ERR_INPUT, "more than %d variables in each other",
			       DEPTH_MAX);
	l->depth++;
	l->raw_escapes = raw_escapes;
	r = shellword_until(l, stop, out, NULL);
	l->raw_escapes = outer;
	l->depth--;
	return r;
}

static int
replace(struct shellword_lex *l, struct str name, struct buf *out)
{
	struct buf AUTO_BUF pattern = BUF_INIT;
	struct buf AUTO_BUF by = BUF_INIT;
	bool all = peek(l) == '/';
	const char *value;
	int r;

	if (all)
		(void)next(l); /* the second '/' */
	r = operand(l, '/', true, &pattern);
	if (r == 0)
		r = operand(l, '}', true, &by);
	if (r < 0)
		return r;
	value = value_of(l, name);
	if (l->flags & SHELLWORD_RAW_UNSET) {
		buf_addf(out, "${%.*s/%.*s/%.*s}", STR_FMT(name), STR_FMT(text_of(&pattern)),
			 STR_FMT(text_of(&by)));
		return 0;
	}
	return shellword_replace(text_of(&pattern), text_of(&by), str_c(value ? value : ""), all,
				 out, l->err);
}

static int
strip(struct shellword_lex *l, uint32_t op, struct str pattern, const char *value, struct buf *out)
{
	bool greedy = pattern.n && (unsigned char)pattern.p[0] == op;
	enum shellword_strip how;

	if (op == '#')
		how = greedy ? SHELLWORD_PREFIX_LONG : SHELLWORD_PREFIX_SHORT;
	else
		how = greedy ? SHELLWORD_SUFFIX_LONG : SHELLWORD_SUFFIX_SHORT;
	return shellword_strip(how, str_sub(pattern, greedy, pattern.n), str_c(value ? value : ""),
			       out, l->err);
}

/* ${name op word}: op is one of - + ? # %, with colon: ":" op. */
static int
substitute(struct shellword_lex *l, struct str name, bool colon, uint32_t op, struct buf *out)
{
	struct buf AUTO_BUF word = BUF_INIT;
	bool pattern = op == '#' || op == '%';
	const char *value;
	bool missing;
	int r = operand(l, '}', pattern, &word);

	if (r < 0)
		return r;
	value = value_of(l, name);
	if (l->flags & SHELLWORD_RAW_UNSET) {
		buf_addf(out, "${%.*s%s%c%.*s}", STR_FMT(name), colon ? ":" : "", (char)op,
			 STR_FMT(text_of(&word)));
		return 0;
	}
	if (pattern)
		return strip(l, op, text_of(&word), value, out);
	missing = !value || (colon && !*value);
	if (op == '?' && missing && word.len)
		return err_set(l->err, ERR_INPUT, "%.*s: %s", STR_FMT(name), word.data);
	if (op == '?' && missing)
		return err_set(l->err, ERR_INPUT, "'%.*s' must be set%s", STR_FMT(name),
			       colon ? " and not empty" : "");
	if (op == '+' ? !missing : missing)
		buf_add_str(out, text_of(&word));
	else if (op != '+')
		buf_adds(out, value);
	return 0;
}

/* Which operators stand directly behind the name, and which behind its colon. */
static const char *const operators[] = {
	[DIALECT_CONTAINERS] = "",
	[DIALECT_CLASSIC] = "?",
	[DIALECT_BUILDKIT] = "-+?#%/",
};
static const char *const colon_operators[] = {
	[DIALECT_CONTAINERS] = "-+",
	[DIALECT_CLASSIC] = "-+?",
	[DIALECT_BUILDKIT] = "-+?",
};

static bool
is_one_of(uint32_t c, const char *set)
{
	return c && c < 0x80 && strchr(set, (int)c);
}

static const char *const known[] = {
	[DIALECT_CONTAINERS] = "${x}, ${x:-word} and ${x:+word}; BuildKit knows more",
	[DIALECT_CLASSIC] = "${x}, ${x:-word}, ${x:+word}, ${x:?word} and ${x?word}; BuildKit "
			    "knows more",
	[DIALECT_BUILDKIT] = "${x}, ${x:-word}, ${x:+word}, ${x:?word}, these three without ':', "
			     "${x#p}, ${x##p}, ${x%p}, ${x%%p}, ${x/p/r} and ${x//p/r}",
};

static int
bad_operator(struct shellword_lex *l, size_t start)
{
	enum dialect d = l->sw->dialect;
	int r = err_set(l->err, ERR_INPUT, "'%.*s...' is no substitution of dialect '%s'",
			STR_FMT(str_sub(l->text, start, l->pos)), dialect_name(d));

	err_hint(l->err, "it knows %s", known[d]);
	return r;
}

/* After "${". */
static int
braced(struct shellword_lex *l, size_t start, struct buf *out)
{
	enum dialect d = l->sw->dialect;
	struct str name;
	bool colon;
	uint32_t c;
	int r;

	if (d != DIALECT_CONTAINERS && is_one_of(peek(l), "{}:"))
		return shellword_bad(l, "bad substitution");
	r = take_name(l, &name);
	if (r < 0)
		return r;
	c = next(l);
	if (c == SHELLWORD_END)
		return shellword_bad(l, "missing '}'");
	if (c == '}') {
		add_value(l, name, str_sub(l->text, start, l->pos), out);
		return 0;
	}
	colon = c == ':';
	if (colon)
		c = next(l);
	if (c == SHELLWORD_END)
		return shellword_bad(l, "missing '}'");
	if (!is_one_of(c, colon ? colon_operators[d] : operators[d]))
		return bad_operator(l, start);
	return c == '/' ? replace(l, name, out) : substitute(l, name, colon, c, out);
}

int
shellword_dollar(struct shellword_lex *l, struct buf *out)
{
	size_t start = l->pos;
	struct str name;
	int r;

	(void)next(l); /* '$' */
	if (peek(l) == '{') {
		(void)next(l); /* '{' */
		r = braced(l, start, out);
	} else {
		r = take_name(l, &name);
		if (r == 0)
			add_value(l, name, str_sub(l->text, start, l->pos), out);
	}
	if (r == 0 && out->len > SHELLWORD_RESULT_MAX)
		return err_set(l->err, ERR_INPUT, "expands to more than %u bytes",
			       SHELLWORD_RESULT_MAX);
	return r;
}
