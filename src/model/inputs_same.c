/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_same.c: what two input sets have in common, and changes of comments only. */
#include "base/map.h"
#include "model/dockerfile.h"
#include "model/inputs_priv.h"

static size_t
same_lines(const struct inputs *before, const struct inputs *after, enum input_kind wanted)
{
	AUTO_MAP struct map *lines = map_new();
	enum input_kind kind;
	size_t n = 0;

	for (size_t i = 0; i < before->facts.n; i++) {
		if (inputs_line_kind(before->facts.v[i], &kind) && kind == wanted)
			map_set(lines, str_c(before->facts.v[i]), lines);
	}
	for (size_t i = 0; i < after->facts.n; i++) {
		if (inputs_line_kind(after->facts.v[i], &kind) && kind == wanted)
			n += map_has(lines, str_c(after->facts.v[i]));
	}
	return n;
}

/* Without the IDs of images, which are no part of what is written in the Dockerfile. */
static bool
same_dockerfile(struct arena *arena, const struct inputs *before, const struct inputs *after)
{
	struct inputs_diff d = { .arena = arena, .before = before, .after = after };
	size_t common = same_lines(before, after, INPUT_ONBUILD);
	bool same;

	if (!inputs_read_facts(arena, before, &d.b) || !inputs_read_facts(arena, after, &d.a))
		return false;
	inputs_diff_instructions(&d);
	same = !d.found.n && common == same_lines(before, before, INPUT_ONBUILD) &&
	       common == same_lines(after, after, INPUT_ONBUILD);
	vec_fini(&d.found);
	return same;
}

static bool
same_entry(const struct input_file *x, const struct input_file *y)
{
	if (x->kind == INPUT_LINK)
		return str_eq(x->target, y->target);
	return x->kind == INPUT_DIR ||
	       (x->executable == y->executable && sha256_eq(x->hash, y->hash));
}

static size_t
same_files(const struct inputs *before, const struct inputs *after)
{
	size_t i = 0, j = 0, n = 0;

	while (i < before->files.n && j < after->files.n) {
		const struct input_file *x = &before->files.v[i], *y = &after->files.v[j];
		int r = inputs_file_cmp(x, y);

		n += !r && same_entry(x, y);
		i += r <= 0;
		j += r >= 0;
	}
	return n;
}

static size_t
same_images(struct arena *arena, const struct inputs *before, const struct inputs *after)
{
	bool named = inputs_uses_named(before, after);
	struct input_facts fb, fa;
	struct input_uses b, a;
	size_t n = 0;

	if (!inputs_read_facts(arena, before, &fb) || !inputs_read_facts(arena, after, &fa))
		return 0;
	b = inputs_uses(arena, before, &fb, named);
	a = inputs_uses(arena, after, &fa, named);
	for (size_t i = 0; i < a.n; i++) {
		const struct input_use *was = inputs_find_use(&b, a.v[i].key);

		n += was && a.v[i].id[0] && !strcmp(was->id, a.v[i].id);
	}
	return n;
}

static const char *
platform_text_of(const struct inputs *in)
{
	struct input_facts facts;

	return inputs_read_facts(in->arena, in, &facts) ? inputs_platform(in->arena, &facts) : "";
}

void
inputs_same(const struct inputs *before, const struct inputs *after, struct inputs_same *ret)
{
	AUTO_ARENA struct arena *arena = arena_new();

	*ret = (struct inputs_same){
		.dockerfile = same_dockerfile(arena, before, after),
		.files = same_files(before, after),
		.arguments = same_lines(before, after, INPUT_ARG),
		.images = same_images(arena, before, after),
		.platform = same_lines(before, after, INPUT_PLATFORM) == 1,
		.platform_text = platform_text_of(after),
	};
}

static bool
is_comment(struct str line)
{
	line = str_trim(line, " \t\r");
	return !line.n || line.p[0] == '#';
}

struct lines {
	struct str *v;
	size_t n;
};

static struct lines
lines_of(struct arena *arena, struct str text)
{
	struct lines ret = { 0 };
	struct str line;

	for (struct str rest = text; str_next_line(&rest, &line);)
		ret.n++;
	ret.v = arena_calloc(arena, ret.n, sizeof(*ret.v));
	ret.n = 0;
	while (str_next_line(&text, &line))
		ret.v[ret.n++] = line;
	return ret;
}

/* The lines that are no comments, of those from `from` to `to`. */
static struct lines
without_comments(struct arena *arena, struct lines l, size_t from, size_t to)
{
	struct lines ret = { arena_calloc(arena, to - from, sizeof(*ret.v)), 0 };

	for (size_t i = from; i < to; i++) {
		if (!is_comment(l.v[i]))
			ret.v[ret.n++] = l.v[i];
	}
	return ret;
}

static bool
same_text(struct lines x, struct lines y)
{
	for (size_t i = 0; i < x.n && i < y.n; i++) {
		if (!str_eq(x.v[i], y.v[i]))
			return false;
	}
	return x.n == y.n;
}

/* What looks like a comment may be a directive, or lie in a here-document: the parser knows. */
static bool
same_meaning(struct arena *arena, struct str before, struct str after)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	const struct dockerfile *b, *a;
	AUTO_FREE char *text_b = NULL, *AUTO_FREE text_a = NULL;

	b = dockerfile_parse(arena, before, "before", DIALECT_BUILDKIT, &errs);
	a = dockerfile_parse(arena, after, "after", DIALECT_BUILDKIT, &errs);
	if (!b || !a)
		return false;
	text_b = dockerfile_print(b);
	text_a = dockerfile_print(a);
	return !strcmp(text_b, text_a);
}

bool
inputs_comments_only(struct str before, struct str after, int *ret_first, int *ret_last)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct lines b = lines_of(arena, before), a = lines_of(arena, after);
	size_t first = 0, end = 0;

	while (first < b.n && first < a.n && str_eq(b.v[first], a.v[first]))
		first++;
	while (end < b.n - first && end < a.n - first &&
	       str_eq(b.v[b.n - 1 - end], a.v[a.n - 1 - end]))
		end++;
	if (first == b.n && first == a.n)
		return false;
	if (!same_text(without_comments(arena, b, first, b.n - end),
		       without_comments(arena, a, first, a.n - end)) ||
	    !same_meaning(arena, before, after))
		return false;
	/* Where lines only went, the place that they left. */
	*ret_last = (int)(a.n - end > first ? a.n - end : first + 1);
	*ret_first = (int)first + 1;
	return true;
}
