/* SPDX-License-Identifier: Apache-2.0 */
/* regexp_class.c: single characters and classes of them in a regular expression. */
#include "model/regexp_priv.h"
#include "model/rune.h"

#define RUNE_MAX 0x10ffff

static int
bad(struct regexp_reader *in, const char *what, struct str text)
{
	return err_set(in->err, ERR_INPUT, "%s '%.*s'", what, STR_FMT(text));
}

static void
skip(struct regexp_reader *in, size_t n)
{
	in->rest = str_sub(in->rest, n, in->rest.n);
}

static bool
looking_at(const struct regexp_reader *in, const char *text)
{
	return str_starts(in->rest, str_c(text));
}

void
regexp_add_range(struct arena *arena, struct ranges *r, uint32_t lo, uint32_t hi)
{
	/* Grown at each power of two; what it outgrows dies with the arena. */
	if (!(r->n & (r->n - 1))) {
		struct range *v = arena_calloc(arena, r->n ? 2 * r->n : 1, sizeof(*v));

		if (r->n)
			memcpy(v, r->v, r->n * sizeof(*v));
		r->v = v;
	}
	r->v[r->n++] = (struct range){ lo, hi };
}

static int
range_cmp(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* All characters that are in none of the ranges; reorders them. */
struct ranges
regexp_negate(struct arena *arena, struct ranges r)
{
	struct ranges out = { 0 };
	uint32_t from = 0;

	if (r.n)
		qsort(r.v, r.n, sizeof(*r.v), range_cmp);
	for (size_t i = 0; i < r.n; i++) {
		if (r.v[i].lo > from)
			regexp_add_range(arena, &out, from, r.v[i].lo - 1);
		if (r.v[i].hi >= from)
			from = r.v[i].hi + 1;
	}
	if (from <= RUNE_MAX)
		regexp_add_range(arena, &out, from, RUNE_MAX);
	return out;
}

/* Classes with a name. Each is pairs of first and last character, ended by NUL. */
struct named {
	const char *name;
	const char *pairs;
};

#define DIGIT "09"
#define LOWER "az"
#define UPPER "AZ"

static const struct named perl_classes[] = {
	{ "d", DIGIT },
	{ "s", "\t\n\f\r  " },
	{ "w", DIGIT UPPER "__" LOWER },
};

/* NUL cannot stand in a pair: [:ascii:] and [:cntrl:] get it by hand. */
static const struct named posix_classes[] = {
	{ "alnum", DIGIT UPPER LOWER },
	{ "alpha", UPPER LOWER },
	{ "ascii", "\x01\x7f" },
	{ "blank", "\t\t  " },
	{ "cntrl", "\x01\x1f\x7f\x7f" },
	{ "digit", DIGIT },
	{ "graph", "!~" },
	{ "lower", LOWER },
	{ "print", " ~" },
	{ "punct", "!/:@[`{~" },
	{ "space", "\t\r  " },
	{ "upper", UPPER },
	{ "word", DIGIT UPPER LOWER "__" },
	{ "xdigit", DIGIT "AFaf" },
};

static bool
add_named(struct regexp_reader *in, struct ranges *r, const struct named *list, size_t n,
	  struct str name)
{
	bool negated = name.n && name.p[0] == '^';
	struct ranges own = { 0 };

	if (negated)
		name = str_sub(name, 1, name.n);
	for (size_t i = 0; i < n; i++) {
		if (!str_eq_c(name, list[i].name))
			continue;
		if (list[i].pairs[0] == '\x01')
			regexp_add_range(in->arena, &own, 0, 0);
		for (const char *pair = list[i].pairs; *pair; pair += 2)
			regexp_add_range(in->arena, &own, (unsigned char)pair[0],
					 (unsigned char)pair[1]);
		if (negated)
			own = regexp_negate(in->arena, own);
		for (size_t k = 0; k < own.n; k++)
			regexp_add_range(in->arena, r, own.v[k].lo, own.v[k].hi);
		return true;
	}
	return false;
}

int
regexp_take_perl_class(struct regexp_reader *in, struct ranges *r)
{
	char name[2] = "^";
	char c;

	if (in->rest.n < 2 || in->rest.p[0] != '\\')
		return 1;
	c = in->rest.p[1];
	if (c == 'p' || c == 'P')
		return err_set(in->err, ERR_INPUT, "Unicode class '\\%c' is not supported", c);
	if (c == 'd' || c == 's' || c == 'w') {
		(void)add_named(in, r, perl_classes, ARRAY_SIZE(perl_classes),
				(struct str){ &c, 1 });
	} else if (c == 'D' || c == 'S' || c == 'W') {
		name[1] = (char)(c - 'A' + 'a');
		(void)add_named(in, r, perl_classes, ARRAY_SIZE(perl_classes),
				(struct str){ name, 2 });
	} else {
		return 1;
	}
	skip(in, 2);
	return 0;
}

static int
hex_value(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (int)(c - 'a' + 10);
	return c >= 'A' && c <= 'F' ? (int)(c - 'A' + 10) : -1;
}

/* After "\x": two digits, or any number in braces; false if it is none. */
static bool
take_hex(struct regexp_reader *in, uint32_t *ret)
{
	bool braces = looking_at(in, "{");
	uint32_t value = 0;
	size_t digits = 0;

	if (braces)
		skip(in, 1);
	while (in->rest.n && (braces || digits < 2)) {
		int d = hex_value((unsigned char)in->rest.p[0]);

		if (d < 0)
			break;
		value = value * 16 + (uint32_t)d;
		if (value > RUNE_MAX)
			return false;
		digits++;
		skip(in, 1);
	}
	if (braces && !looking_at(in, "}"))
		return false;
	skip(in, braces ? 1 : 0);
	*ret = value;
	return digits >= (braces ? 1u : 2u);
}

static uint32_t
take_octal(struct regexp_reader *in, uint32_t value)
{
	for (int i = 0; i < 2 && in->rest.n && in->rest.p[0] >= '0' && in->rest.p[0] <= '7'; i++) {
		value = value * 8 + (uint32_t)(in->rest.p[0] - '0');
		skip(in, 1);
	}
	return value;
}

int
regexp_take_escape(struct regexp_reader *in, uint32_t *ret)
{
	static const char letters[] = "afnrtv", meaning[] = "\a\f\n\r\t\v";
	struct str from = in->rest;
	const char *letter;
	uint32_t c;

	skip(in, 1);
	if (!in->rest.n)
		return err_set(in->err, ERR_INPUT, "trailing '\\'");
	skip(in, rune_get(in->rest, &c));
	*ret = c;
	if (c < 0x80 && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
	    !(c >= 'A' && c <= 'Z'))
		return 0;
	letter = c && c < 0x80 ? strchr(letters, (char)c) : NULL;
	if (letter) {
		*ret = (unsigned char)meaning[letter - letters];
		return 0;
	}
	if (c == 'x' && take_hex(in, ret))
		return 0;
	/* One digit from 1 on would refer to a group, which Go does not have. */
	if (c == '0' ||
	    (c >= '1' && c <= '7' && in->rest.n && in->rest.p[0] >= '0' && in->rest.p[0] <= '7')) {
		*ret = take_octal(in, c - '0');
		return 0;
	}
	return bad(in, "invalid escape", str_sub(from, 0, from.n - in->rest.n));
}

static int
take_class_char(struct regexp_reader *in, uint32_t *ret)
{
	if (!in->rest.n)
		return err_set(in->err, ERR_INPUT, "missing ']'");
	if (in->rest.p[0] == '\\')
		return regexp_take_escape(in, ret);
	skip(in, rune_get(in->rest, ret));
	return 0;
}

/* "[:alpha:]" inside of a class; 0 = taken, 1 = it is something else. */
static int
take_posix_class(struct regexp_reader *in, struct ranges *r)
{
	struct str name;
	size_t end = 2;

	if (in->rest.n < 3 || !looking_at(in, "[:"))
		return 1;
	while (end + 1 < in->rest.n && (in->rest.p[end] != ':' || in->rest.p[end + 1] != ']'))
		end++;
	if (end + 1 >= in->rest.n)
		return 1;
	name = str_sub(in->rest, 2, end);
	if (!add_named(in, r, posix_classes, ARRAY_SIZE(posix_classes), name))
		return bad(in, "invalid character class", str_sub(in->rest, 0, end + 2));
	skip(in, end + 2);
	return 0;
}

static int
take_class_item(struct regexp_reader *in, struct ranges *r)
{
	struct str from;
	uint32_t lo, hi;
	int got = take_posix_class(in, r);

	if (got == 1)
		got = regexp_take_perl_class(in, r);
	if (got != 1)
		return got;
	from = in->rest;
	got = take_class_char(in, &lo);
	if (got)
		return got;
	hi = lo;
	if (in->rest.n >= 2 && in->rest.p[0] == '-' && in->rest.p[1] != ']') {
		skip(in, 1);
		got = take_class_char(in, &hi);
		if (got)
			return got;
		if (hi < lo)
			return bad(in, "invalid range", str_sub(from, 0, from.n - in->rest.n));
	}
	regexp_add_range(in->arena, r, lo, hi);
	return 0;
}

int
regexp_take_class(struct regexp_reader *in, struct ranges *ret)
{
	struct ranges ranges = { 0 };
	bool negated, first = true;

	skip(in, 1);
	negated = looking_at(in, "^");
	skip(in, negated ? 1 : 0);
	while (first || !looking_at(in, "]")) {
		int r = take_class_item(in, &ranges);

		if (r)
			return r;
		first = false;
	}
	skip(in, 1);
	*ret = negated ? regexp_negate(in->arena, ranges) : ranges;
	return 0;
}
