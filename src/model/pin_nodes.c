/* SPDX-License-Identifier: Apache-2.0 */
/* pin_nodes.c: the nodes of a YAML stream with their bytes. */
#include "model/pin_priv.h"

#define MAX_DEPTH 1000
#define MERGE_DEPTH 8

/* A list or mapping whose end has not been seen. */
struct open {
	size_t node;
	size_t last; /* child */
	size_t key;  /* waits for its value */
};

struct reader {
	struct pin_nodes *out;
	struct map *anchors;
	VEC(struct open) stack;
	bool too_deep;
};

static struct str
keep(struct arena *arena, struct str s)
{
	return (struct str){ arena_str(arena, s), s.n };
}

/* Puts a node below what is open. */
static void
attach(struct reader *r, size_t index)
{
	struct pin_node *node = &r->out->list.v[index];
	struct open *top = r->stack.n ? &r->stack.v[r->stack.n - 1] : NULL;

	if (!top)
		return;
	node->parent = top->node;
	if (top->last)
		r->out->list.v[top->last].next = index;
	else
		r->out->list.v[top->node].child = index;
	top->last = index;
	if (r->out->list.v[top->node].kind != YAML_EVENT_MAP)
		return;
	if (top->key) {
		node->key = top->key;
		top->key = 0;
	} else {
		node->is_key = true;
		top->key = index;
	}
}

static void
add_node(struct reader *r, const struct yaml_event *e)
{
	struct pin_node node = { .kind = e->kind,
				 .style = e->style,
				 .from = e->from,
				 .to = e->to,
				 .line = e->line,
				 .col = e->col,
				 .text = keep(r->out->arena, e->text) };
	size_t index = r->out->list.n;

	if (e->kind == YAML_EVENT_ALIAS)
		node.target = (size_t)(uintptr_t)map_get(r->anchors, e->text);
	vec_push(&r->out->list, node);
	attach(r, index);
	if (e->anchor.p)
		map_set(r->anchors, e->anchor, (void *)(uintptr_t)index);
	if (e->kind == YAML_EVENT_SEQ || e->kind == YAML_EVENT_MAP)
		vec_push(&r->stack, ((struct open){ .node = index }));
}

static bool
on_event(void *ctx, const struct yaml_event *e)
{
	struct reader *r = ctx;

	switch (e->kind) {
	case YAML_EVENT_DOCUMENT:
		map_free(r->anchors);
		r->anchors = map_new();
		break;
	case YAML_EVENT_DOCUMENT_END:
		break;
	case YAML_EVENT_SEQ_END:
	case YAML_EVENT_MAP_END:
		r->stack.n--;
		break;
	default:
		add_node(r, e);
		break;
	}
	r->too_deep = r->stack.n > MAX_DEPTH;
	return !r->too_deep;
}

void
pin_nodes_read(struct arena *arena, struct str text, struct pin_nodes *ret)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct reader r = { .out = ret };

	*ret = (struct pin_nodes){ .arena = arena };
	vec_push(&ret->list, ((struct pin_node){ 0 }));
	r.anchors = map_new();
	if (!yaml_events(text, "", on_event, &r, &errs))
		ret->failed = arena_printf(arena, "line %d: %s", errs.items[0].where.line,
					   errs.items[0].msg);
	else if (r.too_deep)
		ret->failed = "it is nested too deeply";
	map_free(r.anchors);
	vec_fini(&r.stack);
}

void
pin_nodes_fini(struct pin_nodes *nodes)
{
	vec_fini(&nodes->list);
}

static size_t
resolve(const struct pin_nodes *nodes, size_t index)
{
	const struct pin_node *node = &nodes->list.v[index];

	/* An anchor stands on no alias, so one step is enough. */
	return node->kind == YAML_EVENT_ALIAS ? node->target : index;
}

static size_t
get(const struct pin_nodes *nodes, size_t map, const char *key, int depth)
{
	size_t merged = 0;

	if (!map || nodes->list.v[map].kind != YAML_EVENT_MAP)
		return 0;
	for (size_t i = nodes->list.v[map].child; i; i = nodes->list.v[i].next) {
		size_t k = nodes->list.v[i].key;

		if (!k || nodes->list.v[k].kind != YAML_EVENT_SCALAR)
			continue;
		if (str_eq_c(nodes->list.v[k].text, key))
			return resolve(nodes, i);
		if (str_eq_c(nodes->list.v[k].text, "<<"))
			merged = resolve(nodes, i);
	}
	return merged && depth ? get(nodes, merged, key, depth - 1) : 0;
}

size_t
pin_nodes_get(const struct pin_nodes *nodes, size_t map, const char *key)
{
	return get(nodes, map, key, MERGE_DEPTH);
}

size_t
pin_nodes_before(const struct pin_nodes *nodes, size_t byte)
{
	size_t low = 1, high = nodes->list.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (nodes->list.v[mid].from <= byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

size_t
pin_nodes_at(const struct pin_nodes *nodes, size_t byte)
{
	/* Values that are left out, and the marks of mappings, share their place with others. */
	for (size_t i = pin_nodes_before(nodes, byte); i; i--) {
		const struct pin_node *node = &nodes->list.v[i];

		if (node->kind == YAML_EVENT_SCALAR && node->to > node->from)
			return byte < node->to ? i : 0;
	}
	return 0;
}
