/* SPDX-License-Identifier: Apache-2.0 */
/* regexp_parse.c: the syntax of Go's regular expressions. */
#include "model/regexp_priv.h"
#include "model/rune.h"

#define REPEAT_MAX 1000

/* What has been read of an open group: the branch at hand, and those before it. */
struct frame {
	VEC(struct node *) items;
	VEC(struct node *) branches;
};

struct parser {
	struct regexp_reader in;
	VEC(struct frame) frames; /* the last is the innermost group */
	bool repeated;            /* the item read last was a repetition: none may follow */
};

static struct node *
new_node(struct parser *p, enum node_kind kind)
{
	struct node *node = ARENA_NEW(p->in.arena, struct node);

	node->kind = kind;
	node->depth = 1;
	return node;
}

static void
skip(struct parser *p, size_t n)
{
	p->in.rest = str_sub(p->in.rest, n, p->in.rest.n);
}

/* An error about what was read since `from`. */
static int
bad_since(struct parser *p, const char *what, struct str from)
{
	return err_set(p->in.err, ERR_INPUT, "%s '%.*s'", what, (int)(from.n - p->in.rest.n),
		       from.p);
}

static int
too_deep(struct parser *p)
{
	return err_set(p->in.err, ERR_INPUT, "groups nest too deeply");
}

static void
push(struct parser *p, struct node *node)
{
	vec_push(&p->frames.v[p->frames.n - 1].items, node);
}

static void
push_ranges(struct parser *p, struct ranges ranges)
{
	struct node *node = new_node(p, NODE_CLASS);

	node->ranges = ranges;
	push(p, node);
}

static void
push_rune(struct parser *p, uint32_t rune)
{
	struct ranges ranges = { 0 };

	regexp_add_range(p->in.arena, &ranges, rune, rune);
	push_ranges(p, ranges);
}

/* A node of these, or the only one of them. */
static struct node *
group(struct parser *p, enum node_kind kind, struct node **subs, size_t n)
{
	struct node *node;

	if (n == 1)
		return subs[0];
	node = new_node(p, n ? kind : NODE_EMPTY);
	node->n_subs = n;
	node->subs = n ? arena_dup(p->in.arena, subs, n * sizeof(*subs)) : NULL;
	for (size_t i = 0; i < n; i++)
		if (node->depth <= subs[i]->depth)
			node->depth = subs[i]->depth + 1;
	return node;
}

static void
close_branch(struct parser *p)
{
	struct frame *f = &p->frames.v[p->frames.n - 1];
	struct node *branch = group(p, NODE_CAT, f->items.v, f->items.n);

	vec_push(&f->branches, branch);
	f->items.n = 0;
}

static void
open_frame(struct parser *p)
{
	struct frame f = { 0 };

	vec_push(&p->frames, f);
}

/* The finished group; its frame is gone. */
static struct node *
close_frame(struct parser *p)
{
	struct frame *f = &p->frames.v[p->frames.n - 1];
	struct node *node;

	close_branch(p);
	node = group(p, NODE_ALT, f->branches.v, f->branches.n);
	vec_fini(&f->items);
	vec_fini(&f->branches);
	p->frames.n--;
	return node;
}

/* A number of a {n,m}, -1 if it is too large; false if there is none or it starts with 0. */
static bool
take_count(struct str *s, int *ret)
{
	size_t n = 0;
	int value = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
		if (value >= 0)
			value = value * 10 + (s->p[n] - '0');
		if (value > REPEAT_MAX)
			value = -1;
		n++;
	}
	if (!n || (n > 1 && s->p[0] == '0'))
		return false;
	*s = str_sub(*s, n, s->n);
	*ret = value;
	return true;
}

/* "{n}", "{n,}", "{n,m}": false if it is none, and '{' is a character. max -1: no limit; min -1:
 * a number is too large. */
static bool
take_counts(struct str *s, int *min, int *max)
{
	struct str t = str_sub(*s, 1, s->n);

	if (!take_count(&t, min) || !t.n)
		return false;
	*max = *min;
	if (t.p[0] == ',') {
		t = str_sub(t, 1, t.n);
		if (t.n && t.p[0] == '}')
			*max = -1;
		else if (!take_count(&t, max))
			return false;
		else if (*max < 0)
			*min = -1;
	}
	if (!t.n || t.p[0] != '}')
		return false;
	*s = str_sub(t, 1, t.n);
	return true;
}

/* False if nested counts multiply to more than `most`; Go does not look below a count of 0. */
static bool
counts_fit(const struct node *node, int most)
{
	if (node->counted) {
		int times = node->max < 0 ? node->min : node->max;

		if (!times)
			return true;
		if (times > most)
			return false;
		most /= times;
	}
	for (size_t i = 0; i < node->n_subs; i++)
		if (!counts_fit(node->subs[i], most))
			return false;
	return true;
}

/* Puts a repetition around the last item. */
static int
repeat(struct parser *p, struct node counts, struct str from)
{
	struct frame *f = &p->frames.v[p->frames.n - 1];
	struct node *node;

	if (p->repeated)
		return bad_since(p, "invalid nested repetition operator", from);
	if (!f->items.n)
		return bad_since(p, "nothing to repeat before", from);
	node = arena_dup(p->in.arena, &counts, sizeof(counts));
	node->n_subs = 1;
	node->subs = arena_dup(p->in.arena, &f->items.v[f->items.n - 1], sizeof(*node->subs));
	node->depth = node->subs[0]->depth + 1;
	if (node->depth > REGEXP_MAX_DEPTH)
		return too_deep(p);
	if ((node->min > 1 || node->max > 1) && !counts_fit(node, REPEAT_MAX))
		return bad_since(p, "invalid repeat count", from);
	f->items.v[f->items.n - 1] = node;
	p->repeated = true;
	return 0;
}

/* A '*', '+', '?' or '{' at the front. */
static int
take_repeat(struct parser *p)
{
	struct node counts = { .kind = NODE_REPEAT, .max = -1 };
	struct str from = p->in.rest;

	if (from.p[0] != '{') {
		counts.min = from.p[0] == '+';
		counts.max = from.p[0] == '?' ? 1 : -1;
		skip(p, 1);
	} else if (take_counts(&p->in.rest, &counts.min, &counts.max)) {
		counts.counted = true;
		if (counts.min < 0 || (counts.max >= 0 && counts.min > counts.max))
			return bad_since(p, "invalid repeat count", from);
	} else {
		skip(p, 1);
		push_rune(p, '{');
		p->repeated = false;
		return 0;
	}
	if (str_starts(p->in.rest, STR_LIT("?")))
		skip(p, 1); /* a lazy match is a match as well */
	return repeat(p, counts, from);
}

static int
take_paren(struct parser *p)
{
	struct node *node;

	if (p->in.rest.p[0] == '(') {
		skip(p, 1);
		if (str_starts(p->in.rest, STR_LIT("?")))
			return err_set(p->in.err, ERR_INPUT, "'(?' is not supported");
		if (p->frames.n > REGEXP_MAX_DEPTH)
			return too_deep(p);
		open_frame(p);
		return 0;
	}
	if (p->frames.n == 1)
		return err_set(p->in.err, ERR_INPUT, "unexpected ')'");
	skip(p, 1);
	node = close_frame(p);
	if (node->depth > REGEXP_MAX_DEPTH)
		return too_deep(p);
	push(p, node);
	return 0;
}

/* The characters from "\Q" up to "\E" or the end, each standing for itself. */
static void
take_quoted(struct parser *p)
{
	while (p->in.rest.n && !str_starts(p->in.rest, STR_LIT("\\E"))) {
		uint32_t c;

		skip(p, rune_get(p->in.rest, &c));
		push_rune(p, c);
	}
	skip(p, p->in.rest.n ? 2 : 0);
}

static int
take_backslash(struct parser *p)
{
	static const char anchors[] = "AzbB";
	static const enum node_kind kinds[] = { NODE_BEGIN, NODE_END, NODE_WORD, NODE_NOWORD };
	char c = p->in.rest.n > 1 ? p->in.rest.p[1] : '\0';
	const char *anchor = c ? strchr(anchors, c) : NULL;
	struct ranges ranges = { 0 };
	uint32_t rune;
	int r;

	if (anchor) {
		skip(p, 2);
		push(p, new_node(p, kinds[anchor - anchors]));
		return 0;
	}
	if (c == 'Q') {
		skip(p, 2);
		take_quoted(p);
		return 0;
	}
	r = regexp_take_perl_class(&p->in, &ranges);
	if (!r)
		push_ranges(p, ranges);
	if (r != 1)
		return r;
	r = regexp_take_escape(&p->in, &rune);
	if (!r)
		push_rune(p, rune);
	return r;
}

static int
take_item(struct parser *p)
{
	struct ranges ranges = { 0 };
	char c = p->in.rest.p[0];
	uint32_t rune;
	int r;

	if (c == '*' || c == '+' || c == '?' || c == '{')
		return take_repeat(p);
	p->repeated = false;
	switch (c) {
	case '(':
	case ')':
		return take_paren(p);
	case '[':
		r = regexp_take_class(&p->in, &ranges);
		if (!r)
			push_ranges(p, ranges);
		return r;
	case '\\':
		return take_backslash(p);
	case '|':
		skip(p, 1);
		close_branch(p);
		return 0;
	case '^':
	case '$':
		skip(p, 1);
		push(p, new_node(p, c == '^' ? NODE_BEGIN : NODE_END));
		return 0;
	case '.':
		skip(p, 1);
		regexp_add_range(p->in.arena, &ranges, '\n', '\n');
		push_ranges(p, regexp_negate(p->in.arena, ranges));
		return 0;
	default:
		skip(p, rune_get(p->in.rest, &rune));
		push_rune(p, rune);
		return 0;
	}
}

int
regexp_parse(struct arena *arena, struct str text, struct node **ret, struct err *err)
{
	struct parser p = { .in = { .arena = arena, .rest = text, .err = err } };
	struct node *tree;
	int r = 0;

	open_frame(&p);
	while (!r && p.in.rest.n)
		r = take_item(&p);
	if (!r && p.frames.n > 1)
		r = err_set(err, ERR_INPUT, "missing ')'");
	while (p.frames.n > 1)
		(void)close_frame(&p); /* frees what a mistake left open */
	tree = close_frame(&p);
	vec_fini(&p.frames);
	if (!r)
		*ret = tree;
	return r;
}
