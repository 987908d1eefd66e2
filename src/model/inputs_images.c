/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_images.c: which images two input sets stand on. */
#include "base/map.h"
#include "model/inputs_priv.h"

/* The fields of a stage record after its type: number, kind of base, base, platform. */
#define STAGE_KIND 1
#define STAGE_BASE 2

bool
inputs_stage_on_image(const struct input_fact *stage)
{
	const char *kind = input_field(stage, STAGE_KIND);

	return strcmp(kind, "scratch") != 0 && strcmp(kind, "stage") != 0;
}

static void
add_use(struct arena *arena, struct input_uses *uses, struct map *seen, struct input_use use)
{
	size_t n = 2;

	/* One reference used twice is one image; two places are two. */
	if (use.ref[0] && map_has(seen, str_c(use.key)))
		return;
	for (const char *key = use.key; !map_add(seen, str_c(use.key), seen); n++)
		use.key = arena_printf(arena, "%s %zu", key, n);
	uses->v[uses->n++] = use;
}

static void
by_provenance(struct arena *arena, const struct inputs *in, struct input_uses *uses)
{
	AUTO_MAP struct map *seen = map_new();

	uses->v = arena_calloc(arena, in->images.n, sizeof(*uses->v));
	for (size_t i = 0; i < in->images.n; i++) {
		const struct input_image *im = &in->images.v[i];
		const char *platform = strstr(im->use, INPUT_USE_PLATFORM);

		add_use(arena, uses, seen,
			(struct input_use){ .key = arena_printf(arena, "%s %s%s",
								im->name ? "image" : "ref",
								im->name ? im->name : im->ref,
								platform ? platform : ""),
					    .name = im->name,
					    .ref = im->ref,
					    .id = im->id });
	}
}

static void
by_place(struct arena *arena, const struct input_facts *facts, struct input_uses *uses)
{
	AUTO_MAP struct map *seen = map_new();

	uses->v = arena_calloc(arena, facts->n, sizeof(*uses->v));
	for (size_t i = 0; i < facts->n; i++) {
		const struct input_fact *f = &facts->v[i];
		struct input_use use = { .ref = "" };

		if (f->kind == INPUT_STAGE && inputs_stage_on_image(f)) {
			use.key = arena_printf(arena, "the base of stage %s", input_field(f, 0));
			use.id = input_field(f, STAGE_BASE);
		} else if (f->kind == INPUT_IMAGE) {
			use.key = arena_printf(arena, "the image of %s", input_field(f, 0));
			use.id = input_field(f, 1);
		} else if (f->kind == INPUT_FRONTEND) {
			use.key = "the frontend";
			use.id = input_field(f, 0);
		} else {
			continue;
		}
		add_use(arena, uses, seen, use);
	}
}

struct input_uses
inputs_uses(struct arena *arena, const struct inputs *in, const struct input_facts *facts,
	    bool named)
{
	struct input_uses uses = { 0 };

	if (named)
		by_provenance(arena, in, &uses);
	else
		by_place(arena, facts, &uses);
	return uses;
}

bool
inputs_uses_named(const struct inputs *before, const struct inputs *after)
{
	/* A record from elsewhere has no names: then both are compared place by place. */
	return (before->images.n || after->images.n) && !before->images.n == !after->images.n;
}

const struct input_image *
inputs_image_by_id(const struct inputs *in, const char *id)
{
	for (size_t i = 0; i < in->images.n; i++) {
		if (!strcmp(in->images.v[i].id, id))
			return &in->images.v[i];
	}
	return NULL;
}

const struct input_use *
inputs_find_use(const struct input_uses *uses, const char *key)
{
	for (size_t i = 0; i < uses->n; i++) {
		if (!strcmp(uses->v[i].key, key))
			return &uses->v[i];
	}
	return NULL;
}

static bool
has_id(const struct input_uses *uses, const char *id)
{
	for (size_t i = 0; i < uses->n; i++) {
		if (!strcmp(uses->v[i].id, id))
			return true;
	}
	return false;
}

static void
report(struct inputs_diff *d, const struct input_use *use, const char *before, const char *after,
       enum reason_kind kind)
{
	const struct input_image *im = NULL;
	const char *name = use->name, *subject;

	if (!use->ref[0] && after)
		im = inputs_image_by_id(d->after, after);
	if (!use->ref[0] && !im && before)
		im = inputs_image_by_id(d->before, before);
	if (im)
		name = im->name;
	if ((name ? REASON_PARENT : REASON_EXTERNAL) != kind)
		return;
	subject = name ? name : im ? im->ref : use->ref[0] ? use->ref : use->key;
	inputs_diff_add(d, kind, subject, before && before[0] ? before : NULL,
			after && after[0] ? after : NULL);
}

static void
diff_kind(struct inputs_diff *d, const struct input_uses *b, const struct input_uses *a,
	  enum reason_kind kind)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct input_use *was = inputs_find_use(b, a->v[i].key);

		if (was && strcmp(was->id, a->v[i].id) != 0)
			report(d, &a->v[i], was->id, a->v[i].id, kind);
		/* Another name for what was there is no other image. */
		if (!was && !has_id(b, a->v[i].id))
			report(d, &a->v[i], NULL, a->v[i].id, kind);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (!inputs_find_use(a, b->v[i].key) && !has_id(a, b->v[i].id))
			report(d, &b->v[i], b->v[i].id, NULL, kind);
	}
}

void
inputs_diff_images(struct inputs_diff *d)
{
	bool named = inputs_uses_named(d->before, d->after);
	struct input_uses b = inputs_uses(d->arena, d->before, &d->b, named);
	struct input_uses a = inputs_uses(d->arena, d->after, &d->a, named);

	diff_kind(d, &b, &a, REASON_PARENT);
	diff_kind(d, &b, &a, REASON_EXTERNAL);
}

int
input_image_platform(const struct input_image *im, const struct platform *own, struct platform *ret,
		     struct err *err)
{
	const char *text = strstr(im->use, INPUT_USE_PLATFORM);

	*ret = *own;
	return text ? platform_parse(str_c(text + strlen(INPUT_USE_PLATFORM)), ret, err) : 0;
}
