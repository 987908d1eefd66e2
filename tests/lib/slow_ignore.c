/* SPDX-License-Identifier: Apache-2.0 */
/* slow_ignore.c: ignore files by their definition. */
#include "lib/slow_ignore.h"

#include "base/buf.h"
#include "base/path.h"
#include "lib/slow_regexp.h"
#include "model/glob.h"
#include "model/rune.h"

#define MAX_PATTERNS 16

struct pattern {
	bool exception;
	char *clean;
	char *expression; /* NULL: buildkit compares bytes */
	enum { WHOLE, STARTS, ENDS } how;
};

struct slow {
	enum dialect dialect;
	struct pattern patterns[MAX_PATTERNS];
	size_t n;
	enum slow_answer state;
};

static char *
trimmed(const char *s)
{
	return str_dup(rune_trim(str_c(s)));
}

static char *
cleaned(const char *s)
{
	return path_clean(str_c(s));
}

/* The expression that the pattern stands for; buildkit: NULL where it compares bytes. */
static void
translate(struct pattern *p, enum dialect dialect)
{
	const char *quoted = dialect == DIALECT_BUILDKIT ? ".$+()" : ".$";
	struct str s = str_c(p->clean);
	struct buf b = BUF_INIT;
	bool simple = true, begun = false, begins_double = false, ends_double = false;

	buf_adds(&b, "^");
	if (str_starts(s, STR_LIT("\xef\xbb\xbf")))
		s = str_sub(s, 3, s.n);
	while (s.n) {
		uint32_t c;
		bool first = !begun;

		begun = true;
		s = str_sub(s, rune_get(s, &c), s.n);
		if (c == '*' && str_starts(s, STR_LIT("*"))) {
			s = str_sub(s, 1, s.n);
			if (str_starts(s, STR_LIT("/")))
				s = str_sub(s, 1, s.n);
			buf_adds(&b, s.n ? "(.*/)?" : ".*");
			begins_double |= first;
			ends_double |= !s.n && !first;
			simple = simple && (first || !s.n);
		} else if (c == '*' || c == '?') {
			buf_adds(&b, c == '*' ? "[^/]*" : "[^/]");
			simple = false;
		} else if (c == '\\') {
			buf_addc(&b, '\\');
			if (s.n) {
				s = str_sub(s, rune_get(s, &c), s.n);
				rune_add(&b, c);
				simple = false;
			} else if (dialect == DIALECT_CONTAINERS) {
				p->expression = xstrdup("("); /* refused */
			}
		} else {
			simple = simple && c != '[' && c != ']';
			if (c && c < 0x80 && strchr(quoted, (char)c))
				buf_addc(&b, '\\');
			rune_add(&b, c);
		}
	}
	buf_adds(&b, dialect == DIALECT_CONTAINERS ? "(/.*)?$" : "$");
	p->how = begins_double ? ENDS : ends_double ? STARTS : WHOLE;
	if (dialect == DIALECT_BUILDKIT && simple && !(begins_double && ends_double)) {
		buf_fini(&b);
		return;
	}
	if (p->expression)
		buf_fini(&b);
	else
		p->expression = buf_steal(&b);
}

/* What the builder is given for a line: the pattern still with its '!'. NULL: nothing. */
static char *
given(struct str line, enum dialect dialect, bool first)
{
	AUTO_FREE char *text = NULL, *clean = NULL, *rest = NULL;
	bool exception;

	if (dialect == DIALECT_CONTAINERS) {
		if (!line.n || line.p[0] == '#')
			return NULL;
		return str_dup(str_trim(line, "/"));
	}
	if (first && str_starts(line, STR_LIT("\xef\xbb\xbf")))
		line = str_sub(line, 3, line.n);
	if (line.n && line.p[0] == '#')
		return NULL;
	text = str_dup(rune_trim(line));
	exception = text[0] == '!';
	rest = trimmed(text + exception);
	if (!*text)
		return NULL;
	clean = *rest ? cleaned(rest) : xstrdup("");
	return xasprintf("%s%s", exception ? "!" : "",
			 clean[0] == '/' && clean[1] ? clean + 1 : clean);
}

static enum slow_answer
add(struct slow *s, const char *text)
{
	struct pattern *p = &s->patterns[s->n];
	AUTO_FREE char *trim = trimmed(text), *clean = NULL, *again = NULL;
	enum slow_answer state = SLOW_YES;

	if (!*trim)
		return SLOW_YES;
	clean = cleaned(trim);
	*p = (struct pattern){ .exception = clean[0] == '!' };
	if (p->exception && !clean[1])
		return SLOW_BAD;
	if (p->exception && s->dialect == DIALECT_CONTAINERS) {
		again = cleaned(clean + 1);
		p->clean = xstrdup(again + (again[0] == '/'));
	} else {
		p->clean = xstrdup(clean + p->exception);
	}
	s->n++;
	translate(p, s->dialect);
	if (glob_match(str_c(p->clean), STR_LIT(".")) == GLOB_BAD)
		state = SLOW_BAD;
	else if (strstr(p->clean, "\\Q"))
		state = SLOW_UNKNOWN;
	else if (p->expression && !slow_regexp_valid(str_c(p->expression)))
		state = SLOW_BAD;
	return state;
}

struct slow *
slow_new(struct str text, enum dialect dialect, enum slow_answer *ret_state)
{
	struct slow *s = xcalloc(1, sizeof(*s));
	struct str rest = text, line;

	s->dialect = dialect;
	s->state = SLOW_YES;
	for (bool first = true; str_next_line(&rest, &line); first = false) {
		AUTO_FREE char *pattern = given(line, dialect, first);
		enum slow_answer state = SLOW_YES;

		if (pattern)
			state = s->n < MAX_PATTERNS ? add(s, pattern) : SLOW_UNKNOWN;
		/* What is bad is bad, whatever else is not known. */
		if (state == SLOW_BAD || s->state == SLOW_YES)
			s->state = state;
	}
	*ret_state = s->state;
	return s;
}

void
slow_free(struct slow *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->patterns[i].clean);
		free(s->patterns[i].expression);
	}
	free(s);
}

static bool
matches(const struct pattern *p, struct str path)
{
	struct str clean = str_c(p->clean), tail;

	if (p->expression)
		return slow_regexp_matches(str_c(p->expression), path);
	switch (p->how) {
	case WHOLE:
		return str_eq(path, clean);
	case STARTS:
		return str_starts(path, str_sub(clean, 0, clean.n - 2));
	case ENDS:
		tail = str_sub(clean, 2, clean.n);
		return str_ends(path, tail) ||
		       (tail.n && tail.p[0] == '/' && str_eq(path, str_sub(tail, 1, tail.n)));
	}
	return false;
}

static struct str
parent_of(struct str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	path.n -= path.n > 0;
	return path;
}

static size_t
parts_of(struct str path)
{
	size_t n = path.n > 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n;
}

static bool
left_out_by_containers(const struct slow *s, struct str path)
{
	bool out = false;

	for (size_t i = 0; i < s->n; i++)
		if (matches(&s->patterns[i], path))
			out = !s->patterns[i].exception;
	return out;
}

static bool
left_out_by_classic(const struct slow *s, struct str path)
{
	bool out = false;

	for (size_t i = 0; i < s->n; i++) {
		struct str parent = parent_of(path);
		size_t parts = parts_of(str_c(s->patterns[i].clean));

		/* "/x" has an empty component. */
		parts += s->patterns[i].clean[0] == '\0';
		while (parts_of(parent) > parts)
			parent = parent_of(parent);
		if (matches(&s->patterns[i], path) ||
		    (parent.n && parts_of(parent) == parts && matches(&s->patterns[i], parent)))
			out = !s->patterns[i].exception;
	}
	return out;
}

/* Fills `stuck` with the patterns that have matched the path or are stuck from its parents. */
static bool
left_out_by_buildkit(const struct slow *s, struct str path, bool stuck[MAX_PATTERNS])
{
	bool out = false;

	memset(stuck, 0, MAX_PATTERNS * sizeof(*stuck));
	if (!path.n)
		return false;
	(void)left_out_by_buildkit(s, parent_of(path), stuck);
	for (size_t i = 0; i < s->n; i++) {
		if (!stuck[i] && s->patterns[i].exception == out)
			stuck[i] = matches(&s->patterns[i], path);
		if (stuck[i])
			out = !s->patterns[i].exception;
	}
	return out;
}

static bool
left_out(const struct slow *s, struct str path)
{
	bool stuck[MAX_PATTERNS];

	switch (s->dialect) {
	case DIALECT_CONTAINERS:
		return left_out_by_containers(s, path);
	case DIALECT_CLASSIC:
		return left_out_by_classic(s, path);
	case DIALECT_BUILDKIT:
		return left_out_by_buildkit(s, path, stuck);
	}
	return false;
}

static char *
without(const char *s, const char *tail)
{
	return str_ends(str_c(s), str_c(tail)) ? xstrndup(s, strlen(s) - strlen(tail)) : xstrdup(s);
}

bool
slow_enters(const struct slow *s, struct str dir)
{
	bool enters = false;

	for (size_t i = 0; i < s->n; i++) {
		AUTO_FREE char *one = without(s->patterns[i].clean, "/**"),
			       *two = without(one, "/*");
		AUTO_FREE char *path = str_dup(dir), *with = NULL, *slash = NULL;

		if (!s->patterns[i].exception)
			continue;
		with = xasprintf("%s/",
				 s->dialect == DIALECT_BUILDKIT ? two : s->patterns[i].clean);
		slash = xasprintf("%s%s", path, s->dialect == DIALECT_CONTAINERS ? "" : "/");
		enters |= !strncmp(with, slash, strlen(slash));
		enters |= s->dialect == DIALECT_BUILDKIT && strpbrk(two, "*[]?^\\");
	}
	return enters;
}

enum slow_answer
slow_ignored(const struct slow *s, struct str path)
{
	if (s->state != SLOW_YES)
		return s->state;
	if (rune_count(path) > SLOW_RUNES)
		return SLOW_UNKNOWN;
	/* docker and BuildKit decide for the whole context, which they walk from the top. */
	for (struct str dir = parent_of(path); s->dialect != DIALECT_CONTAINERS && dir.n;
	     dir = parent_of(dir))
		if (left_out(s, dir) && !slow_enters(s, dir))
			return SLOW_YES;
	return left_out(s, path) ? SLOW_YES : SLOW_NO;
}
