/* SPDX-License-Identifier: Apache-2.0 */
/* slow_regexp.c: Go's regular expressions by their definition. */
#include "lib/slow_regexp.h"

#include "model/rune.h"

/* Places in the text: before character i, or at the end. */
struct places {
	bool at[SLOW_RUNES + 1];
};

struct reader {
	struct str s; /* what is left of the expression */
	bool bad;
	const uint32_t *text;
	size_t n;
};

static bool
looks_at(const struct reader *r, const char *what)
{
	return str_starts(r->s, str_c(what));
}

static uint32_t
next(struct reader *r)
{
	uint32_t c;
	size_t n;

	if (!r->s.n) {
		r->bad = true;
		return 0;
	}
	n = rune_get(r->s, &c);
	r->s = str_sub(r->s, n, r->s.n);
	return c;
}

static bool
between(uint32_t c, char lo, char hi)
{
	return c >= (unsigned char)lo && c <= (unsigned char)hi;
}

static bool
is_digit(uint32_t c)
{
	return between(c, '0', '9');
}

static bool
is_alpha(uint32_t c)
{
	return between(c, 'a', 'z') || between(c, 'A', 'Z');
}

static bool
is_word(uint32_t c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static int
hex(uint32_t c)
{
	return is_digit(c)            ? (int)(c - '0')
	       : between(c, 'a', 'f') ? (int)(c - 'a' + 10)
	       : between(c, 'A', 'F') ? (int)(c - 'A' + 10)
				      : -1;
}

/* What follows "\x". */
static uint32_t
hex_escape(struct reader *r)
{
	uint32_t value = 0;
	int a, b;

	if (!looks_at(r, "{")) {
		a = hex(next(r));
		b = hex(next(r));
		r->bad |= a < 0 || b < 0;
		return (uint32_t)(a * 16 + b);
	}
	(void)next(r);
	r->bad |= looks_at(r, "}");
	while (!r->bad && !looks_at(r, "}")) {
		a = hex(next(r));
		value = value * 16 + (uint32_t)a;
		r->bad |= a < 0 || value > 0x10ffff;
	}
	(void)next(r);
	return value;
}

/* What follows a backslash and stands for one character. */
static uint32_t
escape(struct reader *r)
{
	uint32_t c = next(r), value = c - '0';
	bool octal = between(c, '1', '7') && r->s.n && between((unsigned char)r->s.p[0], '0', '7');

	switch (c) {
	case 'a':
		return '\a';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	case 'x':
		return hex_escape(r);
	default:
		break;
	}
	if (c == '0' || octal) {
		for (int i = 0; i < 2 && r->s.n && between((unsigned char)r->s.p[0], '0', '7'); i++)
			value = value * 8 + (next(r) - '0');
		return value;
	}
	r->bad |= c >= 0x80 || is_alpha(c) || is_digit(c);
	return c;
}

/* "\d" and its kin: true if it is one, with *ret telling whether c is in it. */
static bool
shorthand(struct reader *r, uint32_t c, bool *ret)
{
	bool in;

	if (looks_at(r, "\\d") || looks_at(r, "\\D"))
		in = is_digit(c);
	else if (looks_at(r, "\\w") || looks_at(r, "\\W"))
		in = is_word(c);
	else if (looks_at(r, "\\s") || looks_at(r, "\\S"))
		in = is_blank(c);
	else
		return false;
	*ret = in == (r->s.p[1] >= 'a');
	r->s = str_sub(r->s, 2, r->s.n);
	return true;
}

/* "[:alpha:]": true if it is one. The generator knows two. */
static bool
posix(struct reader *r, uint32_t c, bool *ret)
{
	static const char alpha[] = "[:alpha:]", no_digit[] = "[:^digit:]";

	if (looks_at(r, alpha)) {
		*ret = is_alpha(c);
		r->s = str_sub(r->s, sizeof(alpha) - 1, r->s.n);
		return true;
	}
	if (looks_at(r, no_digit)) {
		*ret = !is_digit(c);
		r->s = str_sub(r->s, sizeof(no_digit) - 1, r->s.n);
		return true;
	}
	for (size_t i = 2; looks_at(r, "[:") && i + 1 < r->s.n; i++)
		r->bad |= r->s.p[i] == ':' && r->s.p[i + 1] == ']';
	return false;
}

static uint32_t
class_rune(struct reader *r)
{
	uint32_t c = next(r);

	return c == '\\' ? escape(r) : c;
}

/* The rest of a class behind its '['; is c in it? */
static bool
class(struct reader *r, uint32_t c)
{
	bool negated = looks_at(r, "^"), in = false, one;

	if (negated)
		(void)next(r);
	for (bool first = true; !r->bad && (first || !looks_at(r, "]")); first = false) {
		uint32_t lo, hi;

		if (posix(r, c, &one) || shorthand(r, c, &one)) {
			in |= one;
			continue;
		}
		lo = hi = class_rune(r);
		if (r->s.n >= 2 && r->s.p[0] == '-' && r->s.p[1] != ']') {
			(void)next(r);
			hi = class_rune(r);
		}
		r->bad |= hi < lo;
		in |= lo <= c && c <= hi;
	}
	(void)next(r);
	return in != negated;
}

/* An item that is one character: is c one? */
static bool
single(struct reader *r, uint32_t c)
{
	bool in = false;
	uint32_t want;

	if (shorthand(r, c, &in))
		return in;
	want = next(r);
	if (want == '[')
		return class(r, c);
	if (want == '.')
		return c != '\n';
	return c == (want == '\\' ? escape(r) : want);
}

static void alternatives(struct reader *r, const struct places *from, struct places *to);

/* "^" and such: true if it is one, with the places where it holds. */
static bool
anchor(struct reader *r, const struct places *from, struct places *to)
{
	static const char *const all[] = { "^", "\\A", "$", "\\z", "\\b", "\\B" };
	size_t kind = 0;

	while (kind < ARRAY_SIZE(all) && !looks_at(r, all[kind]))
		kind++;
	if (kind == ARRAY_SIZE(all))
		return false;
	r->s = str_sub(r->s, strlen(all[kind]), r->s.n);
	for (size_t i = 0; i <= r->n; i++) {
		bool before = i > 0 && is_word(r->text[i - 1]),
		     after = i < r->n && is_word(r->text[i]);
		bool holds = kind < 2   ? i == 0
			     : kind < 4 ? i == r->n
					: (before != after) == (kind == 4);

		to->at[i] = from->at[i] && holds;
	}
	return true;
}

/* A number without leading zeros; false if there is none. */
static bool
number(struct str *s, unsigned *ret)
{
	size_t n = 0;

	*ret = 0;
	while (n < s->n && is_digit((unsigned char)s->p[n])) {
		*ret = *ret > 100000 ? *ret : *ret * 10 + (unsigned)(s->p[n] - '0');
		n++;
	}
	if (!n || (n > 1 && s->p[0] == '0'))
		return false;
	*s = str_sub(*s, n, s->n);
	return true;
}

#define FOREVER 1001u

/* What repeats an item, if anything does. */
static bool
repetition(struct reader *r, unsigned *min, unsigned *max)
{
	struct str s = r->s;

	if (!s.n)
		return false;
	*min = s.p[0] == '+';
	*max = s.p[0] == '?' ? 1 : FOREVER;
	if (s.p[0] == '*' || s.p[0] == '+' || s.p[0] == '?') {
		(void)next(r);
		return true;
	}
	if (s.p[0] != '{')
		return false;
	s = str_sub(s, 1, s.n);
	if (!number(&s, min))
		return false;
	*max = *min;
	if (str_starts(s, STR_LIT(",}"))) {
		*max = FOREVER;
		s = str_sub(s, 1, s.n);
	} else if (s.n && s.p[0] == ',') {
		s = str_sub(s, 1, s.n);
		if (!number(&s, max))
			return false;
		if (*max > 1000)
			*min = FOREVER + 1;
	}
	if (!s.n || s.p[0] != '}')
		return false;
	r->s = str_sub(s, 1, s.n);
	r->bad |= *min > 1000 || *max < *min;
	return true;
}

/* One item without what repeats it. */
static void
item(struct reader *r, const struct places *from, struct places *to)
{
	struct reader start;
	unsigned min, max;

	memset(to, 0, sizeof(*to));
	if (looks_at(r, "(")) {
		(void)next(r);
		alternatives(r, from, to);
		r->bad |= !looks_at(r, ")");
		(void)next(r);
		return;
	}
	if (anchor(r, from, to))
		return;
	start = *r;
	r->bad |= repetition(&start, &min, &max); /* of nothing */
	start = *r;
	(void)single(r, 0);
	for (size_t i = 0; i < r->n && !r->bad; i++) {
		struct reader again = start;

		if (from->at[i] && single(&again, r->text[i]))
			to->at[i + 1] = true;
	}
}

/* Adds places to a set, and leaves in *more those that are new; false if none is. */
static bool
join(struct places *to, struct places *more)
{
	bool grown = false;

	for (size_t i = 0; i <= SLOW_RUNES; i++) {
		more->at[i] = more->at[i] && !to->at[i];
		to->at[i] |= more->at[i];
		grown |= more->at[i];
	}
	return grown;
}

/* The item that starts at `start` min to max times. */
static void
repeated(const struct reader *start, const struct places *from, unsigned min, unsigned max,
	 struct places *to)
{
	struct places now = *from, then;

	memset(to, 0, sizeof(*to));
	for (unsigned i = 0; i <= max; i++) {
		struct reader r = *start;

		if (i >= min && !join(to, &now))
			return;
		item(&r, &now, &then);
		now = then;
	}
}

static void
sequence(struct reader *r, const struct places *from, struct places *to)
{
	struct places now = *from, then;

	while (!r->bad && r->s.n && !looks_at(r, "|") && !looks_at(r, ")")) {
		struct reader start = *r;
		unsigned min, max;

		item(r, &now, &then);
		if (repetition(r, &min, &max)) {
			repeated(&start, &now, min, max, &then);
			r->bad |= repetition(r, &min, &max);
		}
		now = then;
	}
	*to = now;
}

static void
alternatives(struct reader *r, const struct places *from, struct places *to)
{
	struct places one;

	sequence(r, from, to);
	while (!r->bad && looks_at(r, "|")) {
		(void)next(r);
		sequence(r, from, &one);
		(void)join(to, &one);
	}
}

static bool
run(struct str expression, const uint32_t *text, size_t n, bool *ret_matches)
{
	struct reader r = { .s = expression, .text = text, .n = n };
	struct places from = { 0 }, to;

	for (size_t i = 0; i <= n; i++)
		from.at[i] = true;
	alternatives(&r, &from, &to);
	*ret_matches = false;
	for (size_t i = 0; i <= n; i++)
		*ret_matches |= to.at[i];
	return !r.bad && !r.s.n;
}

bool
slow_regexp_valid(struct str expression)
{
	static const uint32_t none[1] = { 0 };
	bool matches;

	return run(expression, none, 0, &matches);
}

bool
slow_regexp_matches(struct str expression, struct str text)
{
	uint32_t runes[SLOW_RUNES];
	size_t n = 0;
	bool matches;

	while (text.n && n < SLOW_RUNES) {
		size_t len = rune_get(text, &runes[n++]);

		text = str_sub(text, len, text.n);
	}
	return run(expression, runes, n, &matches) && matches;
}
