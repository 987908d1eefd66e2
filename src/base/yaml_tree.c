/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_tree.c: YAML as a tree with places. */
#include "base/yaml_priv.h"

#include "base/map.h"
#include "base/vec.h"

/* Below this, looking through the pairs is faster than making a map of them. */
#define FEW_PAIRS 16

/* What `&name` stands for. */
struct anchor {
	struct yaml *node;
	size_t weight;
	bool open; /* its end has not been seen */
};

/* A list or mapping whose end has not been seen. */
struct frame {
	struct yaml *node;
	struct anchor *anchor; /* or NULL */
	size_t first;          /* where its children begin in load.done */
	size_t weight;         /* nodes in it, aliases written out */
};

struct load {
	struct arena *arena;
	const char *file;
	struct err_list *errs;
	struct map *anchors;
	VEC(struct frame) frames;
	VEC(struct yaml *) done; /* finished nodes that wait for the end of what holds them */
	VEC(struct yaml *) roots;
	size_t n_documents;
	size_t most; /* documents that are allowed */
	int line, col;
	bool broken; /* the document has no usable tree */
	bool stop;   /* going on is pointless */
};

static struct yaml *
new_node(struct load *l, enum yaml_kind kind)
{
	struct yaml *y = ARENA_NEW(l->arena, struct yaml);

	y->kind = kind;
	y->line = l->line;
	y->col = l->col;
	y->text = "";
	return y;
}

static struct anchor *
new_anchor(struct load *l, const struct yaml_event *e, struct yaml *node)
{
	struct anchor *a;

	if (!e->anchor.p)
		return NULL;
	a = ARENA_NEW(l->arena, struct anchor);
	*a = (struct anchor){ .node = node, .weight = 1 };
	a->open = node->kind == YAML_SEQ || node->kind == YAML_MAP;
	map_set(l->anchors, e->anchor, a);
	return a;
}

static void
give_up(struct load *l, const char *why)
{
	(void)err_list_at(l->errs, l->file, l->line, l->col, "%s", why);
	l->broken = l->stop = true;
}

static void
add_done(struct load *l, struct yaml *node, size_t weight)
{
	vec_push(&l->done, node);
	if (!l->frames.n)
		return;
	l->frames.v[l->frames.n - 1].weight += weight;
	if (l->frames.v[l->frames.n - 1].weight > YAML_MAX_NODES)
		give_up(l, "the document is too large with its aliases written out");
}

/* Only the tags of YAML's core schema are known: one that is not would change the meaning. */
static void
read_tag(struct load *l, const struct yaml_event *e, struct yaml *node)
{
	static const char *const known[] = { "str", "map", "seq", "int", "float", "bool", "null" };
	struct str tag = e->tag, core = STR_LIT("tag:yaml.org,2002:");

	if (!tag.p)
		return;
	if (str_eq_c(tag, "!")) {
		node->plain = false;
		return;
	}
	for (size_t i = 0; str_starts(tag, core) && i < ARRAY_SIZE(known); i++) {
		if (str_eq_c(str_sub(tag, core.n, tag.n), known[i])) {
			node->plain = i > 2;
			return;
		}
	}
	(void)err_list_at(l->errs, l->file, node->line, node->col, "tag '%.*s' has no meaning here",
			  STR_FMT(tag));
}

static void
on_scalar(struct load *l, const struct yaml_event *e)
{
	struct yaml *y = new_node(l, YAML_SCALAR);

	y->text = arena_str(l->arena, e->text);
	y->len = e->text.n;
	y->plain = e->style == YAML_PLAIN;
	y->from = e->from;
	y->to = e->to;
	read_tag(l, e, y);
	if (yaml_is_null(y))
		y->kind = YAML_NULL;
	if (memchr(y->text, '\0', y->len)) {
		(void)err_list_at(l->errs, l->file, y->line, y->col, "text holds a NUL character");
		y->len = strlen(y->text);
	}
	(void)new_anchor(l, e, y); /* the map of anchors has it */
	add_done(l, y, 1);
}

static void
on_alias(struct load *l, const struct yaml_event *e)
{
	const struct anchor *a = map_get(l->anchors, e->text);

	if (a && !a->open) {
		add_done(l, a->node, a->weight);
		return;
	}
	(void)err_list_at(l->errs, l->file, l->line, l->col,
			  a ? "alias '*%.*s' stands inside of what it names"
			    : "nothing above is named '&%.*s'",
			  STR_FMT(e->text));
	l->broken = true;
	add_done(l, new_node(l, YAML_NULL), 1);
}

static void
on_start(struct load *l, const struct yaml_event *e, enum yaml_kind kind)
{
	struct frame f = { .node = new_node(l, kind), .first = l->done.n, .weight = 1 };

	if (l->frames.n >= YAML_MAX_DEPTH) {
		give_up(l, "the document is nested too deeply");
		return;
	}
	read_tag(l, e, f.node);
	f.node->plain = false;
	f.anchor = new_anchor(l, e, f.node);
	vec_push(&l->frames, f);
}

/* The pairs of a mapping that is being put together. */
struct pairs {
	VEC(struct yaml_pair) list;
	struct map *by_key; /* made when there are more than a few */
};

static struct str
key_text(const struct yaml *key)
{
	return (struct str){ key->text, key->len };
}

static struct yaml *
find_key(struct pairs *p, const struct yaml *key)
{
	if (p->by_key)
		return map_get(p->by_key, key_text(key));
	for (size_t i = 0; i < p->list.n; i++)
		if (str_eq(key_text(p->list.v[i].key), key_text(key)))
			return p->list.v[i].key;
	return NULL;
}

static void
add_pair(struct pairs *p, struct yaml_pair pair)
{
	vec_push(&p->list, pair);
	if (!p->by_key && p->list.n > FEW_PAIRS) {
		p->by_key = map_new();
		for (size_t i = 0; i < p->list.n; i++)
			map_set(p->by_key, key_text(p->list.v[i].key), p->list.v[i].key);
	} else if (p->by_key) {
		map_set(p->by_key, key_text(pair.key), pair.key);
	}
}

static bool
is_merge(const struct yaml *key)
{
	return key->kind == YAML_SCALAR && key->plain && !strcmp(key->text, "<<");
}

static void
check_key(struct load *l, struct pairs *p, struct yaml_pair pair)
{
	struct yaml *key = pair.key, *first;

	/* `null:` and `~:` are keys of that name. */
	if (key->kind == YAML_NULL && key->len)
		key->kind = YAML_SCALAR;
	if (key->kind != YAML_SCALAR) {
		(void)err_list_at(l->errs, l->file, key->line, key->col,
				  "a key has to be text and is %s", yaml_what(key));
		return;
	}
	first = find_key(p, key);
	if (first)
		(void)err_list_at(l->errs, l->file, key->line, key->col,
				  "key '%s' is repeated, first in line %d", key->text, first->line);
	else
		add_pair(p, pair);
}

/* Adds the pairs of one mapping whose keys are not there. */
static void
merge_one(struct load *l, struct pairs *p, const struct yaml *source)
{
	if (source->kind != YAML_MAP) {
		(void)err_list_at(l->errs, l->file, source->line, source->col,
				  "'<<' takes a mapping or a list of them, and this is %s",
				  yaml_what(source));
		return;
	}
	for (size_t i = 0; i < source->n; i++)
		if (!find_key(p, source->pairs[i].key))
			add_pair(p, source->pairs[i]);
}

static void
merge(struct load *l, struct pairs *p, struct yaml *source)
{
	bool is_list = source->kind == YAML_SEQ;
	struct yaml **sources = is_list ? source->items : &source;

	for (size_t i = 0; i < (is_list ? source->n : 1); i++)
		merge_one(l, p, sources[i]);
}

static void
close_map(struct load *l, struct yaml *map, struct yaml **children, size_t n)
{
	struct pairs p = { 0 };
	const struct yaml *merged = NULL;

	/* What is written here counts before what is merged, wherever "<<" stands. */
	for (size_t i = 0; i + 1 < n; i += 2) {
		if (!is_merge(children[i]))
			check_key(l, &p, (struct yaml_pair){ children[i], children[i + 1] });
		else if (merged)
			(void)err_list_at(l->errs, l->file, children[i]->line, children[i]->col,
					  "key '<<' is repeated, first in line %d", merged->line);
		else
			merged = children[i];
	}
	for (size_t i = 0; i + 1 < n; i += 2)
		if (children[i] == merged)
			merge(l, &p, children[i + 1]);
	map->n = p.list.n;
	map->pairs = arena_dup(l->arena, p.list.v, p.list.n * sizeof(*p.list.v));
	vec_fini(&p.list);
	map_free(p.by_key);
}

static void
on_end(struct load *l)
{
	struct frame f = l->frames.v[--l->frames.n];
	struct yaml **children = l->done.v ? l->done.v + f.first : NULL;
	size_t n = l->done.n - f.first;

	if (f.node->kind == YAML_MAP) {
		close_map(l, f.node, children, n);
	} else {
		f.node->n = n;
		f.node->items = arena_dup(l->arena, children, n * sizeof(struct yaml *));
	}
	if (f.anchor) {
		f.anchor->weight = f.weight;
		f.anchor->open = false;
	}
	l->done.n = f.first;
	add_done(l, f.node, f.weight);
}

static void
on_document_start(struct load *l)
{
	if (l->n_documents == l->most)
		give_up(l, "a second document starts here, and one is allowed");
	l->n_documents++;
	l->broken = false;
	map_free(l->anchors);
	l->anchors = map_new();
}

static void
on_document_end(struct load *l)
{
	struct yaml *root = l->done.n ? l->done.v[0] : NULL;

	l->done.n = 0;
	if (root && !l->broken && (root->kind != YAML_NULL || root->len))
		vec_push(&l->roots, root);
}

static bool
on_event(void *ctx, const struct yaml_event *e)
{
	struct load *l = ctx;

	l->line = e->line;
	l->col = e->col;
	switch (e->kind) {
	case YAML_EVENT_DOCUMENT:
		on_document_start(l);
		break;
	case YAML_EVENT_DOCUMENT_END:
		on_document_end(l);
		break;
	case YAML_EVENT_SCALAR:
		on_scalar(l, e);
		break;
	case YAML_EVENT_ALIAS:
		on_alias(l, e);
		break;
	case YAML_EVENT_SEQ:
	case YAML_EVENT_MAP:
		on_start(l, e, e->kind == YAML_EVENT_MAP ? YAML_MAP : YAML_SEQ);
		break;
	case YAML_EVENT_SEQ_END:
	case YAML_EVENT_MAP_END:
		on_end(l);
		break;
	}
	return !l->stop;
}

static void
load_fini(struct load *l)
{
	map_free(l->anchors);
	vec_fini(&l->frames);
	vec_fini(&l->done);
	vec_fini(&l->roots);
}

struct yaml *
yaml_parse(struct arena *arena, struct str text, const char *file, struct err_list *errs)
{
	struct load CLEANUP(load_fini)
		l = { .arena = arena, .file = file, .errs = errs, .most = 1 };
	size_t before = errs->n;

	yaml_events(text, file, on_event, &l, errs);
	if (l.roots.n)
		return l.roots.v[0];
	if (errs->n == before)
		(void)err_list_at(errs, file, 1, 1, "there is nothing in this file");
	return NULL;
}

struct yaml **
yaml_parse_all(struct arena *arena, struct str text, const char *file, size_t *ret_n,
	       struct err_list *errs)
{
	struct load CLEANUP(load_fini)
		l = { .arena = arena, .file = file, .errs = errs, .most = SIZE_MAX };

	yaml_events(text, file, on_event, &l, errs);
	*ret_n = l.roots.n;
	return arena_dup(arena, l.roots.v, l.roots.n * sizeof(struct yaml *));
}
