/* SPDX-License-Identifier: Apache-2.0 */
/* pin_apart.c: pins whose name and version are values of their own: Helm values, kustomize. */
#include "model/pin_priv.h"

#include "model/ref.h"

struct search {
	const struct pin_set *set;
	struct pin_nodes *nodes;
	struct str text;
	pins *out;
};

static struct pin_node *
node(struct search *s, size_t index)
{
	return &s->nodes->list.v[index];
}

/* The scalar under key, or 0. */
static size_t
scalar(struct search *s, size_t map, const char *key)
{
	size_t index = pin_nodes_get(s->nodes, map, key);

	return index && node(s, index)->kind == YAML_EVENT_SCALAR ? index : 0;
}

static bool
is_empty(struct search *s, size_t index)
{
	return !index || !node(s, index)->text.n;
}

static struct pin_value
value_of(const struct pin_node *node)
{
	return (struct pin_value){ true, node->style == YAML_PLAIN, node->from, node->to };
}

/* Why a value cannot be replaced by another one, or NULL. */
static const char *
why_stuck(const struct pin_node *node, struct str text)
{
	struct str raw = str_sub(text, node->from, node->to);

	if (node->is_key)
		return "its version is a key as well";
	if (node->style == YAML_LITERAL || node->style == YAML_FOLDED ||
	    str_find(raw, '\n') < raw.n || str_find(raw, '\r') < raw.n)
		return "its version is more than one line";
	return NULL;
}

/* By the grammar of references, and not what others fill in. */
static bool
is_version(struct arena *arena, const struct pin *pin)
{
	struct ref ref;
	const char *text =
		arena_printf(arena, "x%s%s%s%s", pin->tag ? ":" : "", pin->tag ? pin->tag : "",
			     pin->digest ? "@" : "", pin->digest ? pin->digest : "");

	/* "x:80/y" is a host with its port. */
	return (!pin->tag || ref_valid_tag(str_c(pin->tag))) &&
	       !ref_parse(arena, str_c(text), &ref, NULL);
}

bool
pin_apart_values(const struct pin_nodes *nodes, struct str text, struct pin *pin, size_t tag,
		 size_t digest)
{
	const struct pin_node *t = &nodes->list.v[tag], *d = &nodes->list.v[digest];
	size_t at = str_find(t->text, '@');

	pin->apart = true;
	if (tag) {
		pin->tag_at = value_of(t);
		pin->tag = arena_str(nodes->arena, str_sub(t->text, 0, at));
		if (at < t->text.n)
			pin->digest = arena_str(nodes->arena, str_sub(t->text, at + 1, t->text.n));
		pin->why = why_stuck(t, text);
	}
	if (digest) {
		pin->digest_at = value_of(d);
		pin->why = pin->digest ? "it has two digests"
			   : pin->why  ? pin->why
				       : why_stuck(d, text);
		pin->digest = arena_str(nodes->arena, d->text);
	}
	return !pin->why && is_version(nodes->arena, pin);
}

static void
add(struct search *s, enum pin_kind kind, size_t image, const size_t name[3],
    const size_t version[2])
{
	struct pin pin = { .kind = kind, .image = image };
	size_t tag = is_empty(s, version[0]) ? 0 : version[0];
	size_t digest = is_empty(s, version[1]) ? 0 : version[1];

	pin.line = node(s, name[0])->line;
	pin.col = node(s, name[0])->col;
	pin.at = node(s, name[0])->from;
	for (size_t i = 0; i < ARRAY_SIZE(pin.name_at); i++)
		if (name[i])
			pin.name_at[i] = value_of(node(s, name[i]));
	if (!pin_apart_values(s->nodes, s->text, &pin, tag, digest))
		pin.kind = pin.why ? PIN_KIND_OTHER : PIN_KIND_TEMPLATE;
	if (pin.why)
		pin.tag = pin.digest = NULL;
	vec_push(s->out, pin);
}

/* An item of `images:` in a kustomization, or in what Flux makes one of. */
static bool
is_kustomize(struct search *s, size_t map)
{
	size_t list = node(s, map)->parent, key = list ? node(s, list)->key : 0;

	return key && node(s, list)->kind == YAML_EVENT_SEQ &&
	       str_eq_c(node(s, key)->text, "images") && scalar(s, map, "name") &&
	       (scalar(s, map, "newTag") || scalar(s, map, "newName") || scalar(s, map, "digest"));
}

static void
find_kustomize(struct search *s, size_t map)
{
	size_t name = scalar(s, map, "name"), new_name = scalar(s, map, "newName"), image;

	node(s, name)->used = true;
	if (new_name) {
		node(s, new_name)->used = true;
		name = new_name;
	}
	image = pin_set_lookup(s->set, s->nodes->arena, node(s, name)->text);
	if (image < s->set->n)
		add(s, PIN_KIND_KUSTOMIZE, image, (size_t[]){ name, 0, 0 },
		    (size_t[]){ scalar(s, map, "newTag"), scalar(s, map, "digest") });
}

/* The image that [registry/]part[/name] means, or set->n. */
static size_t
helm_image(struct search *s, size_t registry, size_t part, size_t name)
{
	struct arena *arena = s->nodes->arena;
	struct str host = is_empty(s, registry) ? STR_LIT("") : node(s, registry)->text;
	struct str path = node(s, part)->text;
	const char *text = arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_FMT(host), host.n ? "/" : "",
					STR_FMT(path), name ? "/" : "",
					STR_FMT(name ? node(s, name)->text : STR_LIT("")));

	return pin_set_lookup(s->set, arena, str_c(text));
}

static void
find_helm(struct search *s, size_t map)
{
	static const char *const parts[] = { "repository", "image", "name" };
	size_t registry = scalar(s, map, "registry"), name = scalar(s, map, "name");
	size_t tag = scalar(s, map, "tag"), digest = scalar(s, map, "digest");
	size_t version = scalar(s, map, "version");

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t part = scalar(s, map, parts[i]), last = 0, image;

		if (is_empty(s, part) || (i && !tag && !digest))
			continue;
		image = helm_image(s, registry, part, 0);
		if (image == s->set->n && part != name && !is_empty(s, name))
			image = helm_image(s, registry, part, last = name);
		if (image == s->set->n)
			continue;
		node(s, part)->used = true;
		/* Behind a name alone it is a chart's own version. */
		add(s, PIN_KIND_HELM, image, (size_t[]){ part, registry, last },
		    (size_t[]){ tag || i ? tag : version, digest });
		return;
	}
}

void
pin_apart_find(const struct pin_set *set, struct pin_nodes *nodes, struct str text, pins *out)
{
	struct search s = { set, nodes, text, out };

	for (size_t i = 1; i < nodes->list.n; i++) {
		if (nodes->list.v[i].kind != YAML_EVENT_MAP)
			continue;
		if (is_kustomize(&s, i))
			find_kustomize(&s, i);
		else
			find_helm(&s, i);
	}
}
