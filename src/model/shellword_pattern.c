/* SPDX-License-Identifier: Apache-2.0 */
/* shellword_pattern.c: the patterns of ${x#p}, ${x%p} and ${x/p/r}. */
#include "model/shellword_priv.h"

/* Pattern times value, in characters; far beyond what anybody writes. */
#define PATTERN_WORK_MAX (16u << 20)

/* What a character of a pattern stands for, beside itself; above every code point. */
enum { ANY = 0x110000, STAR };

struct runes {
	uint32_t *v;
	size_t n;
};

static void
runes_fini(struct runes *r)
{
	free(r->v);
}

#define AUTO_RUNES CLEANUP(runes_fini)

static void
runes_init(struct runes *r, struct str s)
{
	r->v = xcalloc(s.n + 1, sizeof(*r->v));
	r->n = 0;
	for (size_t i = 0; i < s.n;)
		i += rune_get(str_sub(s, i, s.n), &r->v[r->n++]);
}

static void
runes_reverse(struct runes *r)
{
	for (size_t i = 0; i < r->n / 2; i++) {
		uint32_t swap = r->v[i];

		r->v[i] = r->v[r->n - 1 - i];
		r->v[r->n - 1 - i] = swap;
	}
}

/* Replaces wildcards by ANY and STAR, and drops what escapes. */
static int
compile(struct runes *p, struct str pattern, struct err *err)
{
	size_t n = 0;

	runes_init(p, pattern);
	for (size_t i = 0; i < p->n; i++) {
		uint32_t c = p->v[i];

		if (c == '\\') {
			uint32_t next = ++i < p->n ? p->v[i] : 0;

			if (next == 0 || next > 0x7f || !strchr("}/*?\\", (int)next))
				return err_set(
					err, ERR_INPUT,
					"'\\' in pattern '%.*s' stands before none of * ? \\ / }",
					STR_FMT(pattern));
			c = next;
		} else if (c == '*') {
			c = STAR;
		} else if (c == '?') {
			c = ANY;
		}
		p->v[n++] = c;
	}
	p->n = n;
	return 0;
}

/* can[i * (value.n + 1) + j]: the pattern from i on matches the value from j on. */
struct matcher {
	struct runes pattern, value;
	unsigned char *can;
};

static void
matcher_fini(struct matcher *m)
{
	runes_fini(&m->pattern);
	runes_fini(&m->value);
	free(m->can);
}

#define AUTO_MATCHER CLEANUP(matcher_fini)

static bool
can(const struct matcher *m, size_t i, size_t j)
{
	return m->can[i * (m->value.n + 1) + j];
}

/* No wildcard matches a line end. */
static bool
wild(const struct matcher *m, size_t j)
{
	return j < m->value.n && m->value.v[j] != '\n';
}

static int
matcher_init(struct matcher *m, struct str pattern, struct str value, bool reverse, struct err *err)
{
	int r = compile(&m->pattern, pattern, err);

	if (r < 0)
		return r;
	runes_init(&m->value, value);
	if (reverse) {
		runes_reverse(&m->pattern);
		runes_reverse(&m->value);
	}
	if ((m->pattern.n + 1) > PATTERN_WORK_MAX / (m->value.n + 1))
		return err_set(err, ERR_INPUT, "pattern and value are too long");
	m->can = xcalloc((m->pattern.n + 1) * (m->value.n + 1), 1);
	memset(m->can + m->pattern.n * (m->value.n + 1), 1, m->value.n + 1);
	for (size_t i = m->pattern.n; i-- > 0;) {
		for (size_t j = m->value.n + 1; j-- > 0;) {
			uint32_t c = m->pattern.v[i];
			bool yes;

			if (c == STAR)
				yes = can(m, i + 1, j) || (wild(m, j) && can(m, i, j + 1));
			else if (c == ANY)
				yes = wild(m, j) && can(m, i + 1, j + 1);
			else
				yes = j < m->value.n && m->value.v[j] == c && can(m, i + 1, j + 1);
			m->can[i * (m->value.n + 1) + j] = yes;
		}
	}
	return 0;
}

/* Where the match that starts at j ends. Each * takes as much (or as little) as it can. */
static size_t
match_end(const struct matcher *m, size_t j, bool greedy)
{
	for (size_t i = 0; i < m->pattern.n; i++) {
		if (m->pattern.v[i] != STAR) {
			j++;
			continue;
		}
		while (greedy ? wild(m, j) && can(m, i, j + 1) : !can(m, i + 1, j))
			j++;
	}
	return j;
}

static void
add_runes(struct buf *b, const struct runes *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		rune_add(b, r->v[i]);
}

int
shellword_strip(enum shellword_strip how, struct str pattern, struct str value, struct buf *ret,
		struct err *err)
{
	struct matcher AUTO_MATCHER m = { 0 };
	bool suffix = how == SHELLWORD_SUFFIX_SHORT || how == SHELLWORD_SUFFIX_LONG;
	bool greedy = how == SHELLWORD_PREFIX_LONG || how == SHELLWORD_SUFFIX_LONG;
	int r = matcher_init(&m, pattern, value, suffix, err);
	size_t end;

	if (r < 0)
		return r;
	end = can(&m, 0, 0) ? match_end(&m, 0, greedy) : 0;
	m.value.n -= end;
	memmove(m.value.v, m.value.v + end, m.value.n * sizeof(*m.value.v));
	if (suffix)
		runes_reverse(&m.value);
	add_runes(ret, &m.value, 0, m.value.n);
	return 0;
}

int
shellword_replace(struct str pattern, struct str replacement, struct str value, bool all,
		  struct buf *ret, struct err *err)
{
	struct matcher AUTO_MATCHER m = { 0 };
	int r = matcher_init(&m, pattern, value, false, err);
	size_t done = 0;

	if (r < 0)
		return r;
	/* BuildKit gives it to a regular expression's ReplaceAll, where $1 and ${x} have a meaning. */
	if (all && str_find(replacement, '$') < replacement.n)
		return err_set(err, ERR_INPUT, "'$' in the replacement of ${x//p/r}");
	for (size_t at = 0; at <= m.value.n;) {
		if (!can(&m, 0, at)) {
			at++;
			continue;
		}
		size_t end = match_end(&m, at, true);

		add_runes(ret, &m.value, done, at);
		/* An empty match right behind another is none. */
		if (end > done || at == 0)
			buf_add_str(ret, replacement);
		if (ret->len > SHELLWORD_RESULT_MAX)
			return err_set(err, ERR_INPUT, "expands to more than %u bytes",
				       SHELLWORD_RESULT_MAX);
		done = end;
		at = end > at ? end : at + 1;
		if (!all)
			break;
	}
	add_runes(ret, &m.value, done, m.value.n);
	return 0;
}
