/* SPDX-License-Identifier: Apache-2.0 */
/* pin_find.c: what each reference in a text is. */
#include "model/pin_priv.h"

#include "base/path.h"

ENUM_DEFINE(pin_kind, PIN_KIND_LIST);

struct finder {
	struct arena *arena;
	const struct pin_set *set;
	struct str text;
	struct pin_nodes nodes;
	bool parsed;
	pins found;
	/* The line of the hit or mark that is being looked at. */
	int line;
	size_t line_from, line_to;
};

/* Moves on to the line that holds a byte; bytes come in order. */
static void
go_to(struct finder *f, size_t byte)
{
	while (f->line_to < f->text.n && f->line_to < byte) {
		f->line++;
		f->line_from = f->line_to + 1;
		f->line_to =
			f->line_from + str_find(str_sub(f->text, f->line_from, f->text.n), '\n');
	}
}

static void
first_line(struct finder *f)
{
	f->line = 1;
	f->line_from = 0;
	f->line_to = str_find(f->text, '\n');
}

/* In characters, from 1; a byte-order mark is none. */
static int
column(const struct finder *f, size_t byte)
{
	int col = 1;

	for (size_t i = f->line_from; i < byte; i++)
		col += ((unsigned char)f->text.p[i] & 0xc0) != 0x80;
	return col - (f->line_from == 0 && str_starts(f->text, STR_LIT("\xef\xbb\xbf")));
}

static bool
holds(struct str s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what));
}

static struct str
line_text(const struct finder *f)
{
	return str_sub(f->text, f->line_from, f->line_to);
}

static bool
in_comment(const struct finder *f, size_t byte)
{
	for (size_t i = f->line_from; i < byte; i++)
		if (f->text.p[i] == '#' &&
		    (i == f->line_from || f->text.p[i - 1] == ' ' || f->text.p[i - 1] == '\t'))
			return true;
	return false;
}

static struct pin
pin_of(struct finder *f, const struct pin_hit *hit, enum pin_kind kind)
{
	return (struct pin){ .kind = hit->template ? PIN_KIND_TEMPLATE : kind,
			     .image = hit->image,
			     .tag = hit->tag.p ? arena_str(f->arena, hit->tag) : NULL,
			     .digest = hit->digest.p ? arena_str(f->arena, hit->digest) : NULL,
			     .line = f->line,
			     .col = column(f, hit->from),
			     .at = hit->from,
			     .from = hit->name_to,
			     .to = hit->to };
}

/* Bytes of s that are in set, from its start or before its end. */
static struct str
trim_left(struct str s, const char *set)
{
	while (s.n && s.p[0] && strchr(set, s.p[0]))
		s = str_sub(s, 1, s.n);
	return s;
}

/* `- "image": "REF", # …` in a file that is no YAML as a whole. */
static bool
is_image_line(const struct finder *f, const struct pin_hit *hit)
{
	struct str before = str_sub(f->text, f->line_from, hit->start);
	struct str after = str_sub(f->text, hit->to, f->line_to);

	before = trim_left(before, " \t");
	if (str_starts(before, STR_LIT("- ")))
		before = trim_left(str_sub(before, 2, before.n), " \t");
	before = trim_left(before, "\"'");
	if (!str_starts(before, STR_LIT("image")))
		return false;
	before = trim_left(str_sub(before, strlen("image"), before.n), "\"'");
	if (!before.n || before.p[0] != ':' || trim_left(str_sub(before, 1, before.n), " \t\"'").n)
		return false;
	after = str_trim(trim_left(after, "\"'"), " \t\r,");
	return !after.n || after.p[0] == '#';
}

static enum pin_kind
kind_without_nodes(const struct finder *f, const struct pin_hit *hit)
{
	if (is_image_line(f, hit))
		return PIN_KIND_IMAGE;
	if (in_comment(f, hit->from))
		return PIN_KIND_COMMENT;
	return holds(line_text(f), "{{") ? PIN_KIND_TEMPLATE : PIN_KIND_OTHER;
}

static bool
is_whole(const struct pin_hit *hit, const struct pin_node *node, struct str raw)
{
	if (node->style == YAML_LITERAL || node->style == YAML_FOLDED)
		return str_trim(raw, " \t\r\n").n == hit->to - hit->start;
	return hit->start == node->from && hit->to == node->to;
}

static bool
holds_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(" \t\r\n", s.p[i]))
			return true;
	return false;
}

static enum pin_kind
kind_in_scalar(const struct finder *f, const struct pin_hit *hit, const struct pin_node *node)
{
	struct str raw = str_sub(f->text, node->from, node->to);

	if (is_whole(hit, node, raw))
		return node->is_key ? PIN_KIND_OTHER : PIN_KIND_IMAGE;
	if (node->style == YAML_LITERAL || node->style == YAML_FOLDED)
		return PIN_KIND_EMBEDDED;
	if (holds(raw, "{{"))
		return PIN_KIND_TEMPLATE;
	return holds_blank(raw) ? PIN_KIND_EMBEDDED : PIN_KIND_OTHER;
}

static bool
is_image_key(const struct finder *f, const struct pin_node *node)
{
	return node->key && str_eq_c(f->nodes.list.v[node->key].text, "image");
}

/* A mark turns what could not be explained, and what would only be told, into a pin; not what others
 * fill in, of which only a part is there. False for what stands in the mark itself. */
static bool
apply_mark(struct finder *f, const struct pin_hit *hit, struct pin *pin)
{
	struct pin_mark mark;

	if (!pin_mark_read(f->set, f->arena, f->text, f->line_from, f->line_to, &mark))
		return true;
	if (pin->at > mark.at)
		return mark.kind == PIN_MARK_FLUX;
	if ((pin->tag || pin->digest || pin->kind == PIN_KIND_IMAGE) && !hit->template &&
	    (mark.kind == PIN_MARK_FLUX ||
	     (mark.kind == PIN_MARK_LINE && mark.image == pin->image)))
		pin->kind = PIN_KIND_MARKED;
	return true;
}

/* What is no value (an anchor, a tag) is never edited. */
static struct pin
no_value(struct finder *f, const struct pin_hit *hit)
{
	struct pin pin = pin_of(f, hit, PIN_KIND_OTHER);

	pin.tag = pin.digest = NULL;
	pin.to = pin.from;
	return pin;
}

/* False: the name alone, which is no version of anything. */
static bool
read_hit(struct finder *f, const struct pin_hit *hit, struct pin *ret)
{
	size_t at = f->parsed ? pin_nodes_at(&f->nodes, hit->from) : 0;
	const struct pin_node *node = &f->nodes.list.v[at];
	bool versioned = hit->tag.p || hit->digest.p || hit->template || hit->broken, told;

	if (at && node->used && !versioned)
		return false;
	if (at)
		*ret = pin_of(f, hit, kind_in_scalar(f, hit, node));
	else if (f->parsed)
		*ret = in_comment(f, hit->from) ? pin_of(f, hit, PIN_KIND_COMMENT)
						: no_value(f, hit);
	else
		*ret = pin_of(f, hit, kind_without_nodes(f, hit));
	told = ret->kind == PIN_KIND_IMAGE && (!at || is_image_key(f, node));
	if ((!versioned && !told) || !apply_mark(f, hit, ret))
		return false;
	if (ret->kind == PIN_KIND_OTHER)
		ret->why = hit->broken          ? "it is no whole reference"
			   : at && node->is_key ? "it is a key"
			   : at                 ? "it is a part of a value"
			   : f->parsed          ? "it is no value"
						: "the file cannot be read as YAML";
	return true;
}

/* The value that ends last before a byte of the same line, or 0: never one further in front. */
static size_t
value_before(const struct finder *f, size_t byte)
{
	for (size_t i = pin_nodes_before(&f->nodes, byte); i; i--) {
		const struct pin_node *node = &f->nodes.list.v[i];

		if (node->child)
			continue;
		if (node->from < f->line_from || node->kind != YAML_EVENT_SCALAR || node->is_key ||
		    node->to == node->from || node->to > byte)
			return 0;
		return i;
	}
	return 0;
}

static void
read_mark(struct finder *f, const struct pin_mark *mark)
{
	size_t value = f->parsed ? value_before(f, mark->at) : 0;
	bool tag = mark->kind == PIN_MARK_TAG;
	struct pin pin = { .kind = PIN_KIND_MARKED,
			   .image = mark->image,
			   .line = f->line,
			   .col = column(f, mark->at),
			   .at = mark->at };

	if (!value) {
		pin.why = f->parsed ? "the mark stands behind no value"
				    : "the file cannot be read as YAML";
	} else {
		pin.col = column(f, f->nodes.list.v[value].from);
		pin.at = f->nodes.list.v[value].from;
		if (!pin_apart_values(&f->nodes, f->text, &pin, tag ? value : 0, tag ? 0 : value) &&
		    !pin.why)
			pin.why = tag ? "the marked value is no tag"
				      : "the marked value is no digest";
	}
	if (pin.why) {
		pin.kind = PIN_KIND_OTHER;
		pin.tag = pin.digest = NULL;
	}
	vec_push(&f->found, pin);
}

/* Marks of values that are apart from the name. A "#" inside of a value begins no comment. */
static void
find_marks(struct finder *f)
{
	if (!holds(f->text, "lockstep:"))
		return;
	for (first_line(f);; go_to(f, f->line_to + 1)) {
		struct pin_mark mark;

		if (pin_mark_read(f->set, f->arena, f->text, f->line_from, f->line_to, &mark) &&
		    (mark.kind == PIN_MARK_TAG || mark.kind == PIN_MARK_DIGEST) &&
		    !(f->parsed && pin_nodes_at(&f->nodes, mark.at)))
			read_mark(f, &mark);
		if (f->line_to >= f->text.n)
			break;
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->image != y->image)
		return x->image < y->image ? -1 : 1;
	/* A name that several mappings share. */
	if (x->tag_at.from != y->tag_at.from)
		return x->tag_at.from < y->tag_at.from ? -1 : 1;
	return x->digest_at.from < y->digest_at.from ? -1 : x->digest_at.from > y->digest_at.from;
}

static bool
is_yaml_name(struct str path)
{
	return str_ends(path, STR_LIT(".yaml")) || str_ends(path, STR_LIT(".yml")) ||
	       str_ends(path, STR_LIT(".json"));
}

static void
find_hits(struct finder *f, const pin_hits *hits, bool yaml)
{
	first_line(f);
	for (size_t i = 0; i < hits->n; i++) {
		const struct pin_hit *hit = &hits->v[i];
		struct pin pin;

		go_to(f, hit->from);
		if (yaml && read_hit(f, hit, &pin))
			vec_push(&f->found, pin);
		else if (!yaml && (hit->tag.p || hit->digest.p))
			vec_push(&f->found, pin_of(f, hit, PIN_KIND_PROSE));
	}
}

void
pin_find(struct arena *arena, const struct pin_set *set, const char *path, struct str text,
	 struct pin_file *ret)
{
	struct finder f = { .arena = arena, .set = set, .text = text };
	pin_hits hits = { 0 };

	*ret = (struct pin_file){ .path = path, .text = text, .yaml = is_yaml_name(str_c(path)) };
	if (!pin_maybe(set, text))
		return;
	pin_hits_find(set, text, &hits);
	if (ret->yaml) {
		pin_nodes_read(arena, text, &f.nodes);
		ret->unparsed = f.nodes.failed;
		f.parsed = !f.nodes.failed;
		if (f.parsed)
			pin_apart_find(set, &f.nodes, text, &f.found);
		find_marks(&f);
	} else {
		vec_push(&f.nodes.list, ((struct pin_node){ 0 }));
	}
	find_hits(&f, &hits, ret->yaml);
	if (f.found.n)
		qsort(f.found.v, f.found.n, sizeof(*f.found.v), by_place);
	ret->pins = arena_dup(arena, f.found.v, f.found.n * sizeof(*ret->pins));
	ret->npins = f.found.n;
	vec_fini(&f.found);
	vec_fini(&hits);
	pin_nodes_fini(&f.nodes);
}
