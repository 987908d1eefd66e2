/* SPDX-License-Identifier: Apache-2.0 */
/* ignore_compile.c: from a pattern to what it is compared by, in each dialect. */
#include "base/buf.h"
#include "model/glob.h"
#include "model/ignore_priv.h"
#include "model/rune.h"

#define RUNE_BOM 0xfeff

/* An expression while it is written. */
struct translation {
	enum dialect dialect;
	struct str rest; /* of the pattern */
	struct buf out;
	bool first;    /* at the first character */
	bool dangling; /* a '\' is the last */
	enum ignore_how how;
};

static bool
take(struct translation *t, char c)
{
	if (!t->rest.n || t->rest.p[0] != c)
		return false;
	t->rest = str_sub(t->rest, 1, t->rest.n);
	return true;
}

static uint32_t
take_rune(struct translation *t)
{
	uint32_t c;
	size_t n = rune_get(t->rest, &c);

	t->rest = str_sub(t->rest, n, t->rest.n);
	return c;
}

/* One or two stars; the first is taken. */
static void
translate_star(struct translation *t)
{
	if (!take(t, '*')) {
		buf_adds(&t->out, "[^/]*");
		t->how = IGNORE_REGEXP;
		return;
	}
	(void)take(t, '/'); /* "**" covers it */
	if (t->rest.n) {
		buf_adds(&t->out, "(.*/)?");
		t->how = IGNORE_REGEXP;
	} else if (t->how == IGNORE_LITERAL) {
		t->how = IGNORE_PREFIX;
	} else {
		t->how = IGNORE_REGEXP;
	}
	if (!t->rest.n)
		buf_adds(&t->out, ".*");
	/* A "**" at the start overrules: more of them make it a regexp again. */
	if (t->first)
		t->how = IGNORE_SUFFIX;
}

/*
 * The builders put a '\' before these, the others stay what they are to a regexp. BuildKit means
 * to quote "|{}" as well, but its table of bits has no room for characters from 64 on.
 */
static bool
is_quoted(enum dialect dialect, uint32_t c)
{
	return c && c < 0x80 && strchr(dialect == DIALECT_BUILDKIT ? ".+()$" : ".$", (char)c);
}

static void
translate_rune(struct translation *t, uint32_t c)
{
	switch (c) {
	case '*':
		translate_star(t);
		return;
	case '?':
		buf_adds(&t->out, "[^/]");
		t->how = IGNORE_REGEXP;
		return;
	case '\\':
		/* Without a next character it quotes what the translation ends in. */
		buf_addc(&t->out, '\\');
		t->dangling = !t->rest.n;
		if (t->dangling)
			return;
		rune_add(&t->out, take_rune(t));
		t->how = IGNORE_REGEXP;
		return;
	case '[':
	case ']':
		t->how = IGNORE_REGEXP;
		break;
	default:
		/* In the others all patterns are regexps; LITERAL says that it makes no
		 * difference. */
		if (t->dialect != DIALECT_BUILDKIT &&
		    (c == RUNE_BAD || (c && c < 0x80 && strchr("+()|{}^", (char)c))))
			t->how = IGNORE_REGEXP;
		break;
	}
	if (is_quoted(t->dialect, c))
		buf_addc(&t->out, '\\');
	rune_add(&t->out, c);
}

static void
translate(struct translation *t, struct str pattern)
{
	uint32_t c;
	size_t n;

	t->rest = pattern;
	t->first = true;
	buf_addc(&t->out, '^');
	n = pattern.n ? rune_get(pattern, &c) : 0;
	/* The scanner that the builders use drops it, though not where they compare bytes. */
	if (n && c == RUNE_BOM) {
		t->rest = str_sub(t->rest, n, t->rest.n);
		if (t->dialect != DIALECT_BUILDKIT)
			t->how = IGNORE_REGEXP;
	}
	for (; t->rest.n; t->first = false)
		translate_rune(t, take_rune(t));
	buf_adds(&t->out, t->dialect == DIALECT_CONTAINERS ? "(/.*)?$" : "$");
	if (t->dialect != DIALECT_BUILDKIT && t->how != IGNORE_LITERAL)
		t->how = IGNORE_REGEXP;
}

struct str
ignore_without_glob(struct str clean)
{
	if (str_ends(clean, STR_LIT("/**")))
		clean.n -= 3;
	if (str_ends(clean, STR_LIT("/*")))
		clean.n -= 2;
	return clean;
}

/* True if the builder refuses the pattern before it translates it, or while it does. */
static bool
is_refused(const struct translation *t, struct str pattern)
{
	return glob_match(pattern, STR_LIT(".")) == GLOB_BAD ||
	       (t->dangling && t->dialect == DIALECT_CONTAINERS);
}

/*
 * The longest piece of a pattern that every match has in it, so that most paths need no look at
 * the expression; empty for a pattern with more than stars and question marks.
 */
static struct str
needed(struct str pattern)
{
	struct str longest = { "", 0 };
	size_t from = 0;

	for (size_t i = 0; i <= pattern.n; i++) {
		unsigned char c = i < pattern.n ? (unsigned char)pattern.p[i] : '*';

		/* What is no ASCII may be U+FFFD, which matches bytes that are not its own. */
		if (c >= 0x80 || (c && strchr("\\[]+()|{}^", c)))
			return (struct str){ "", 0 };
		if (c != '*' && c != '?')
			continue;
		if (i - from > longest.n)
			longest = str_sub(pattern, from, i);
		from = i + 1;
		/* The '/' of a double star may be missing. */
		if (c == '*' && i > 0 && pattern.p[i - 1] == '*' && from < pattern.n &&
		    pattern.p[from] == '/')
			from++;
	}
	return longest;
}

static int
compile(struct ignore_pattern *p, enum dialect dialect, struct err *err)
{
	struct translation t = { .dialect = dialect, .out = BUF_INIT, .how = IGNORE_LITERAL };
	int r = 0;

	translate(&t, p->clean);
	p->how = t.how;
	p->literal = p->how == IGNORE_REGEXP ? needed(p->clean) : p->clean;
	if (p->how == IGNORE_PREFIX)
		p->literal.n -= 2;
	if (p->how == IGNORE_SUFFIX)
		p->literal = str_sub(p->clean, 2, p->clean.n);
	if (is_refused(&t, p->clean))
		r = err_set(err, ERR_INPUT,
			    "a '[' without ']', an empty class, or a '\\' at the end");
	else if (p->how == IGNORE_REGEXP)
		r = regexp_compile(buf_str(&t.out), &p->regexp, err);
	buf_fini(&t.out);
	return r;
}

/*
 * The pattern with '\' before all that only some builders take for operators, and without it
 * before letters and digits: it then means the same, and what was meant, to all of them.
 */
static void
add_safe(struct buf *b, struct str clean)
{
	bool in_class = false;

	for (size_t i = 0; i < clean.n; i++) {
		char c = clean.p[i];

		if (c == '\\' && i + 1 < clean.n) {
			char next = clean.p[++i];
			bool word = (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
				    (next >= 'A' && next <= 'Z') || (unsigned char)next >= 0x80;

			if (!word)
				buf_addc(b, c);
			buf_addc(b, next);
			continue;
		}
		if (!in_class && c && strchr("+()|{}^", c))
			buf_addc(b, '\\');
		in_class = c == '[' || (in_class && c != ']');
		buf_addc(b, c);
	}
}

/* Adds a spelling that every builder understands, if there is another and it is one. */
static void
hint_safe(struct err *err, const struct ignore_pattern *p)
{
	static const enum dialect all[] = { DIALECT_CONTAINERS, DIALECT_CLASSIC, DIALECT_BUILDKIT };
	struct buf AUTO_BUF safe = BUF_INIT;
	bool works = true;

	add_safe(&safe, p->clean);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct ignore_pattern other = { .clean = buf_str(&safe) };

		works = works && !compile(&other, all[i], NULL);
		regexp_free(other.regexp);
	}
	if (works && !str_eq(buf_str(&safe), p->clean))
		err_hint(err, "builders read this differently; write '%s%s'",
			 p->exception ? "!" : "", safe.data);
}

void
ignore_compile(struct ignore_pattern *p, enum dialect dialect, const char *file,
	       struct err_list *errs)
{
	struct err AUTO_ERR why = ERR_INIT;
	struct err *err;

	if (!compile(p, dialect, &why))
		return;
	err = err_list_at(errs, file, p->line, p->col, "pattern '%s' is bad to %s: %s", p->text,
			  dialect_name(dialect), why.msg);
	hint_safe(err, p);
}
