/* SPDX-License-Identifier: Apache-2.0 */
/* random_ignore.c: small trees and nasty ignore files, the same for the same seed. */
#include "lib/random_ignore.h"

void
random_init(struct random *r, uint64_t seed)
{
	r->state = seed * 0x9e3779b97f4a7c15u + 0x1234567;
	for (int i = 0; i < 8; i++)
		(void)random_below(r, 2); /* small seeds start alike */
}

unsigned
random_below(struct random *r, unsigned n)
{
	if (!r->state)
		r->state = 1;
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (unsigned)((r->state * 0x2545f4914f6cdd1du >> 33) % n);
}

static bool
percent(struct random *r, unsigned chance)
{
	return random_below(r, 100) < chance;
}

#define PICK(r, list) (list)[random_below((r), ARRAY_SIZE(list))]

static const char *const plain_names[] = { "a",    "b",    "c",    "ab",  "a.b",
					   "docs", "x.md", "foo1", "keep" };

static const char *const odd_names[] = {
	"lib++",         "(p)", "a|b", "^",    "$x",  "{2}",          "aa", "é",   "\xff", "\342a",
	"a b",           "!a",  "#x",  "a\nb", "-",   "x y.md",       "\\", "[a]", "*",    "…",
	"\357\273\277a", "..a", ".",   "a\r",  "A_1", "\xef\xbf\xbd",
};

static const char *
random_name(struct random *r)
{
	const char *name = percent(r, 80) ? PICK(r, plain_names) : PICK(r, odd_names);

	return strcmp(name, ".") ? name : "dot";
}

void
random_tree_fini(struct random_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_fini(&t->paths[i]);
	t->n = 0;
}

/* True if one of them is the other, or a parent of it. */
static bool
collide(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return !memcmp(a.p, b.p, n) && (a.n == b.n || (a.n > n ? a.p[n] : b.p[n]) == '/');
}

void
random_tree_make(struct random_tree *t, struct random *r)
{
	t->n = 0;
	for (unsigned tries = 2 + random_below(r, RANDOM_PATHS - 1); tries > 0; tries--) {
		struct buf *b = &t->paths[t->n];
		bool bad = false;

		buf_init(b, 0);
		/* Below a folder that is there already, more often than not. */
		if (t->n && percent(r, 60)) {
			struct str other = buf_str(&t->paths[random_below(r, (unsigned)t->n)]);
			size_t cut = 0;

			for (size_t i = 0; i < other.n; i++)
				if (other.p[i] == '/' && (!cut || percent(r, 60)))
					cut = i + 1;
			buf_add_str(b, str_sub(other, 0, cut));
		}
		for (unsigned depth = 1 + random_below(r, 4); depth > 0; depth--) {
			buf_adds(b, random_name(r));
			buf_adds(b, depth > 1 ? "/" : "");
		}
		for (size_t i = 0; i < t->n; i++)
			bad |= collide(buf_str(&t->paths[i]), buf_str(b));
		if (bad)
			buf_fini(b);
		else
			t->n++;
	}
}

static const char *const tokens[] = {
	"*",          "*",           "**",     "**/",   "/**",
	"/*",         "?",           "/",      "[a-c]", "[^a]",
	"[^x]",       "\\*",         "\\d",    "\\.",   ".",
	"..",         "/../",        "[",      "]",     "[b-a]",
	"[*]",        "[?]",         "[a\\]]", "[\\d]", "+",
	"++",         "(",           ")",      "|",     "{2}",
	"{1,2}",      "{",           "}",      "^",     "$",
	"\\",         "[[:alpha:]]", "[.]",    "[^/]",  "\\w",
	"\\b",        "\\B",         "\\Q",    "\\E",   "\\x61",
	"\\141",      "\\x{e9}",     "\\A",    "\\z",   "(a|b)",
	"(a",         "|b)",         "\\pL",   "[]a]",  "\xef\xbb\xbf",
	"\\\xc3\xa9", "!",           "#",      "\\S",   "[[:^digit:]]",
	"***",        "{0}",         "{,2}",   "(.)",   "\\q",
	"\\_",        "{1,}",
};

/* A path of the tree with wildcards put in, or cut short. */
static void
add_like_path(struct buf *b, struct random *r, struct str path)
{
	struct str rest = path, part;
	bool first = true;

	while (str_next(&rest, '/', &part)) {
		if (!first)
			buf_addc(b, '/');
		first = false;
		if (percent(r, 18)) {
			buf_adds(b, percent(r, 50) ? "*" : "**");
		} else if (percent(r, 10)) {
			buf_add_str(b, part);
			b->data[b->len - 1] = '?';
		} else if (percent(r, 10)) {
			buf_addc(b, '*');
			buf_addc(b, part.p[part.n - 1]);
		} else {
			buf_add_str(b, part);
		}
		if (percent(r, 15))
			return;
	}
}

static void
add_line(struct buf *b, struct random *r, const struct random_tree *t)
{
	if (percent(r, 6)) {
		buf_adds(b, "# comment");
		return;
	}
	buf_adds(b, percent(r, 5) ? " " : "");
	buf_adds(b, percent(r, 40) ? "!" : "");
	buf_adds(b, percent(r, 5) ? " " : "");
	buf_adds(b, percent(r, 8) ? "/" : "");
	if (percent(r, 12))
		buf_adds(b, percent(r, 60) ? "**/" : "**");
	if (percent(r, 65)) {
		add_like_path(b, r, buf_str(&t->paths[random_below(r, (unsigned)t->n)]));
	} else {
		for (unsigned n = 1 + random_below(r, 5); n > 0; n--)
			buf_adds(b, percent(r, 45) ? random_name(r) : PICK(r, tokens));
	}
	if (percent(r, 15))
		buf_adds(b, PICK(r, tokens));
	buf_adds(b, percent(r, 6) ? "/" : "");
	buf_adds(b, percent(r, 5) ? " " : "");
	buf_adds(b, percent(r, 5) ? "\r" : "");
}

void
random_ignore_make(struct buf *b, struct random *r, const struct random_tree *t)
{
	buf_adds(b, percent(r, 3) ? "\xef\xbb\xbf" : "");
	for (unsigned n = 1 + random_below(r, 4); n > 0; n--) {
		add_line(b, r, t);
		if (n > 1 || percent(r, 80))
			buf_addc(b, '\n');
	}
}
