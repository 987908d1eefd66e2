/* SPDX-License-Identifier: Apache-2.0 */
/* ignore_lines.c: from the bytes of an ignore file to patterns. */
#include "base/path.h"
#include "model/ignore_priv.h"
#include "model/rune.h"

/* Go's bufio.Scanner takes no longer lines; containers would, but nobody means them. */
#define LINE_MAX_BYTES ((1u << 16) - 1)

static const struct str bom = { "\xef\xbb\xbf", 3 };

struct reader {
	struct ignore *ig;
	const char *file;
	struct err_list *errs;
	int line;
	struct str raw; /* the line at hand */
};

static struct str
clean(struct ignore *ig, struct str s)
{
	AUTO_FREE char *cleaned = path_clean(s);

	return str_c(arena_strdup(ig->arena, cleaned));
}

static int
column(const struct reader *r, struct str part)
{
	return (int)rune_count((struct str){ r->raw.p, (size_t)(part.p - r->raw.p) }) + 1;
}

static size_t
count_parts(struct str s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

/*
 * What all builders do with a pattern that they are given, the '!' still before it. Only
 * containers clean what stands behind it once more, which also takes its '/' away.
 */
static void
add_pattern(struct reader *r, struct str given)
{
	struct str text = rune_trim(r->raw), s = rune_trim(given);
	struct ignore_pattern p = { .line = r->line, .col = column(r, text) };
	struct err *err;

	if (!s.n)
		return;
	s = clean(r->ig, s);
	p.exception = s.p[0] == '!';
	if (p.exception)
		s = str_sub(s, 1, s.n);
	if (p.exception && !s.n) {
		err = err_list_at(r->errs, r->file, p.line, p.col, "'!' has no pattern after it");
		err_hint(err, "write '!NAME' for an exception, or remove the line");
		return;
	}
	if (p.exception && r->ig->dialect == DIALECT_CONTAINERS) {
		s = clean(r->ig, s);
		if (s.p[0] == '/')
			s = str_sub(s, 1, s.n);
	}
	p.text = arena_str(r->ig->arena, text);
	p.clean = s;
	p.n_parts = count_parts(s);
	r->ig->exceptions |= p.exception;
	vec_push(&r->ig->patterns, p);
}

/* The reader of docker and BuildKit. */
static void
read_moby(struct reader *r)
{
	struct str s = rune_trim(r->raw);
	bool exception = s.n && s.p[0] == '!';

	if (!s.n)
		return;
	if (exception)
		s = rune_trim(str_sub(s, 1, s.n));
	if (s.n)
		s = clean(r->ig, s);
	if (s.n > 1 && s.p[0] == '/')
		s = str_sub(s, 1, s.n);
	if (exception)
		s = str_c(arena_printf(r->ig->arena, "!%.*s", STR_FMT(s)));
	add_pattern(r, s);
}

/* The reader of buildah and podman: the slashes go before the blanks do. */
static void
read_containers(struct reader *r)
{
	add_pattern(r, str_trim(r->raw, "/"));
}

static void
read_line(struct reader *r)
{
	struct err *err;

	if (r->raw.n > LINE_MAX_BYTES) {
		(void)err_list_at(r->errs, r->file, r->line, 1, "the line has 64 KiB or more");
		return;
	}
	if (r->line == 1 && r->ig->dialect != DIALECT_CONTAINERS && str_starts(r->raw, bom))
		r->raw = str_sub(r->raw, bom.n, r->raw.n);
	if (r->raw.n && r->raw.p[0] == '#')
		return;
	if (str_find(r->raw, '\0') < r->raw.n) {
		err = err_list_at(r->errs, r->file, r->line, 1, "the line has a NUL byte");
		err_hint(err, "save the file as UTF-8");
		return;
	}
	if (r->ig->dialect == DIALECT_CONTAINERS)
		read_containers(r);
	else
		read_moby(r);
}

void
ignore_read_lines(struct ignore *ig, struct str text, const char *file, struct err_list *errs)
{
	struct reader r = { .ig = ig, .file = file, .errs = errs };
	struct str rest = text;

	while (str_next_line(&rest, &r.raw)) {
		r.line++;
		read_line(&r);
	}
}
