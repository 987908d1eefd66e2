/* SPDX-License-Identifier: Apache-2.0 */
/* ignore_match.c: a path against the patterns, and what its parents have to say. */
#include "model/ignore_priv.h"

#define NO_PATTERN SIZE_MAX

/* Where the components of a path end, and which patterns match what ends there. */
struct grid {
	size_t n_ends;
	size_t *ends;
	size_t n_rows;
	size_t *rows; /* the patterns that match any of it, in order */
	bool *hits;   /* [row * n_ends + end] */
	size_t small_ends[32], small_rows[64];
	bool small_hits[1024];
};

static void
grid_init(struct grid *g, const struct ignore *ig, struct str path)
{
	g->n_ends = 1;
	for (size_t i = 0; i < path.n; i++)
		g->n_ends += path.p[i] == '/';
	g->n_rows = 0;
	g->ends = g->small_ends;
	g->rows = g->small_rows;
	g->hits = g->small_hits;
	if (g->n_ends > ARRAY_SIZE(g->small_ends))
		g->ends = xcalloc(g->n_ends, sizeof(*g->ends));
	if (ig->patterns.n > ARRAY_SIZE(g->small_rows))
		g->rows = xcalloc(ig->patterns.n, sizeof(*g->rows));
	if (g->n_ends * ig->patterns.n > ARRAY_SIZE(g->small_hits))
		g->hits = xcalloc(g->n_ends * ig->patterns.n, sizeof(*g->hits));
	for (size_t i = 0, n = 0; n + 1 < g->n_ends; i++)
		if (path.p[i] == '/')
			g->ends[n++] = i;
	g->ends[g->n_ends - 1] = path.n;
}

static void
grid_fini(struct grid *g)
{
	if (g->ends != g->small_ends)
		free(g->ends);
	if (g->rows != g->small_rows)
		free(g->rows);
	if (g->hits != g->small_hits)
		free(g->hits);
}

/* True if path is dir or lies below it. */
static bool
is_at_or_below(struct str path, struct str dir)
{
	return path.n >= dir.n && (path.n == dir.n || path.p[dir.n] == '/') &&
	       str_starts(path, dir);
}

/* A pattern that is no regexp against one path; containers have literals only. */
static bool
matches_short(const struct ignore_pattern *p, enum dialect dialect, struct str path)
{
	struct str s = p->literal;

	switch (p->how) {
	case IGNORE_LITERAL:
		if (dialect != DIALECT_CONTAINERS)
			return str_eq(path, s);
		/* The expression ends in (/.*)?$, and '.' is no newline. */
		return is_at_or_below(path, s) && !memchr(path.p + s.n, '\n', path.n - s.n);
	case IGNORE_PREFIX:
		return str_starts(path, s);
	case IGNORE_SUFFIX:
		return str_ends(path, s) ||
		       (s.n && s.p[0] == '/' && str_eq(path, str_sub(s, 1, s.n)));
	case IGNORE_REGEXP:
		break;
	}
	BUG_ON(true);
}

/* False if the pattern matches neither the path nor a parent of it. */
static bool
may_match(const struct ignore_pattern *p, struct str path)
{
	struct str s = p->literal;

	switch (p->how) {
	case IGNORE_LITERAL:
		return is_at_or_below(path, s);
	case IGNORE_PREFIX:
		return str_starts(path, s);
	case IGNORE_SUFFIX:
		s = str_sub(s, s.n && s.p[0] == '/', s.n);
		return !s.n || memmem(path.p, path.n, s.p, s.n);
	case IGNORE_REGEXP:
		return !s.n || memmem(path.p, path.n, s.p, s.n);
	}
	BUG_ON(true);
}

static void
fill(struct grid *g, const struct ignore *ig, struct str path)
{
	for (size_t i = 0; i < ig->patterns.n; i++) {
		const struct ignore_pattern *p = &ig->patterns.v[i];
		bool *hits = g->hits + g->n_rows * g->n_ends, any = false;

		if (!may_match(p, path))
			continue;
		if (p->how == IGNORE_REGEXP)
			regexp_match_prefixes(p->regexp, path, g->ends, g->n_ends, hits);
		for (size_t k = 0; k < g->n_ends; k++) {
			if (p->how != IGNORE_REGEXP)
				hits[k] =
					matches_short(p, ig->dialect, str_sub(path, 0, g->ends[k]));
			any |= hits[k];
		}
		if (any)
			g->rows[g->n_rows++] = i;
	}
}

/* The pattern that decides, containers: the last that matches. There is only one end. */
static size_t
decide_containers(const struct ignore *ig, struct str path)
{
	for (size_t i = ig->patterns.n; i-- > 0;) {
		const struct ignore_pattern *p = &ig->patterns.v[i];

		if (may_match(p, path) &&
		    (p->how == IGNORE_REGEXP ? regexp_match(p->regexp, path)
					     : matches_short(p, ig->dialect, path)))
			return i;
	}
	return NO_PATTERN;
}

/*
 * classic: the last that matches the path, or the parent that has as many components as the
 * pattern. Which parent that is, is wrong for "**", and docker 20.10 does it all the same.
 */
static size_t
decide_classic(const struct ignore *ig, const struct grid *g, size_t end)
{
	for (size_t i = g->n_rows; i-- > 0;) {
		const bool *hits = g->hits + i * g->n_ends;
		size_t parts = ig->patterns.v[g->rows[i]].n_parts;

		if (hits[end] || (parts <= end && hits[parts - 1]))
			return g->rows[i];
	}
	return NO_PATTERN;
}

/*
 * buildkit: a pattern that has matched a parent matches, unless it was not asked there: a pattern
 * that would change nothing is not asked. Has to be called for each end in turn, as `sticky`
 * holds what the parent left.
 */
static size_t
decide_buildkit(const struct ignore *ig, struct grid *g, size_t end)
{
	bool ignored = false;
	size_t last = NO_PATTERN;

	for (size_t i = 0; i < g->n_rows; i++) {
		bool *hits = g->hits + i * g->n_ends;
		bool exception = ig->patterns.v[g->rows[i]].exception;
		bool inherited = end > 0 && hits[end - 1];

		/* What was found is put back, and is the next end's inheritance. */
		hits[end] = inherited || (exception == ignored && hits[end]);
		if (hits[end]) {
			ignored = !exception;
			last = g->rows[i];
		}
	}
	return last;
}

static struct ignore_verdict
verdict(const struct ignore *ig, size_t pattern)
{
	struct ignore_verdict v = { 0 };

	if (pattern != NO_PATTERN) {
		v.ignored = !ig->patterns.v[pattern].exception;
		v.line = ig->patterns.v[pattern].line;
		v.text = ig->patterns.v[pattern].text;
	}
	return v;
}

struct ignore_verdict
ignore_match(const struct ignore *ig, struct str path)
{
	struct ignore_verdict v = { 0 };
	struct grid g;

	if (!ig->patterns.n || !path.n || str_eq_c(path, "."))
		return v;
	if (ig->dialect == DIALECT_CONTAINERS)
		return verdict(ig, decide_containers(ig, path));
	grid_init(&g, ig, path);
	fill(&g, ig, path);
	for (size_t end = 0; g.n_rows && end < g.n_ends; end++) {
		v = verdict(ig, ig->dialect == DIALECT_CLASSIC ? decide_classic(ig, &g, end)
							       : decide_buildkit(ig, &g, end));
		/* The builder does not enter it, so nothing below can come back. */
		if (v.ignored && end + 1 < g.n_ends &&
		    !ignore_may_include_below(ig, str_sub(path, 0, g.ends[end])))
			break;
	}
	grid_fini(&g);
	return v;
}

bool
ignore_may_include_below(const struct ignore *ig, struct str dir)
{
	if (!ig->exceptions)
		return false;
	if (ig->dialect == DIALECT_BUILDKIT && !ig->plain_exceptions)
		return true;
	for (size_t i = 0; i < ig->patterns.n; i++) {
		const struct ignore_pattern *p = &ig->patterns.v[i];
		struct str s = p->clean;

		if (!p->exception)
			continue;
		if (ig->dialect == DIALECT_BUILDKIT)
			s = ignore_without_glob(s);
		/* containers compare without a '/' after dir: "doc" is entered for "!docs/x". */
		if (ig->dialect == DIALECT_CONTAINERS ? str_starts(s, dir) : is_at_or_below(s, dir))
			return true;
	}
	return false;
}
