/* SPDX-License-Identifier: Apache-2.0 */
/* image_diff.c: two exported images, side by side. */
#include "engine/image_diff.h"

#include "model/cause.h"

ENUM_DEFINE(image_aspect, IMAGE_ASPECT_LIST);

#define ONLY_BEFORE (1u << IMAGE_ASPECT_ONLY_BEFORE)
#define ONLY_AFTER (1u << IMAGE_ASPECT_ONLY_AFTER)

void
image_diff_init(struct image_diff *d)
{
	*d = (struct image_diff){ .arena = arena_new() };
}

void
image_diff_fini(struct image_diff *d)
{
	for (size_t i = 0; i < d->layers.n; i++)
		vec_fini(&d->layers.v[i].changes);
	vec_fini(&d->layers);
	vec_fini(&d->fields);
	arena_free(d->arena);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool
same_xattrs(const struct image_entry *a, const struct image_entry *b)
{
	if (a->nxattrs != b->nxattrs)
		return false;
	for (size_t i = 0; i < a->nxattrs; i++)
		if (strcmp(a->xattrs[i].name, b->xattrs[i].name) != 0 ||
		    !str_eq(a->xattrs[i].value, b->xattrs[i].value))
			return false;
	return true;
}

static unsigned
compare(const struct image_entry *a, const struct image_entry *b)
{
	unsigned aspects = 0;

	if (a->type != b->type)
		aspects |= 1u << IMAGE_ASPECT_TYPE;
	else if (a->type == TAR_FILE && (a->size != b->size || !sha256_eq(a->hash, b->hash)))
		aspects |= 1u << IMAGE_ASPECT_CONTENT;
	else if (!same_text(a->target, b->target) || a->dev_major != b->dev_major ||
		 a->dev_minor != b->dev_minor)
		aspects |= 1u << IMAGE_ASPECT_TARGET;
	if (a->mode != b->mode)
		aspects |= 1u << IMAGE_ASPECT_MODE;
	if (a->uid != b->uid || a->gid != b->gid)
		aspects |= 1u << IMAGE_ASPECT_OWNER;
	if (!same_xattrs(a, b))
		aspects |= 1u << IMAGE_ASPECT_ATTRIBUTES;
	if (a->mtime_s != b->mtime_s || a->mtime_ns != b->mtime_ns)
		aspects |= 1u << IMAGE_ASPECT_TIME;
	return aspects;
}

static const struct image_entry *
keep(struct arena *a, const struct image_entry *e)
{
	struct image_entry *copy;

	if (!e)
		return NULL;
	copy = arena_dup(a, e, sizeof(*e));
	copy->path = arena_strdup(a, e->path);
	copy->target = e->target ? arena_strdup(a, e->target) : NULL;
	copy->xattrs = NULL;
	copy->nxattrs = 0;
	return copy;
}

typedef VEC(struct image_change) changes;

static void
compare_entries(const struct image_layer *before, const struct image_layer *after, changes *ret)
{
	for (size_t i = 0; i < map_len(before->last); i++) {
		const struct image_entry *e = map_value(before->last, i);
		const struct image_entry *other = map_get(after->last, str_c(e->path));
		struct image_change c = { .path = e->path, .before = e, .after = other };

		c.aspects = other ? compare(e, other) : ONLY_BEFORE;
		if (c.aspects)
			vec_push(ret, c);
	}
	for (size_t i = 0; i < map_len(after->last); i++) {
		const struct image_entry *e = map_value(after->last, i);

		if (!map_has(before->last, str_c(e->path)))
			vec_push(ret,
				 ((struct image_change){
					 .path = e->path, .after = e, .aspects = ONLY_AFTER }));
	}
}

/* Of one side that the other does not have. An opaque folder is "/path/" here. */
static void
one_sided_removals(struct arena *a, const struct image_layer *of, const struct image_layer *other,
		   unsigned aspect, changes *ret)
{
	AUTO_MAP struct map *there = map_new();

	for (size_t i = 0; i < other->whiteouts.n; i++)
		map_set(there, str_c(other->whiteouts.v[i]), there);
	for (size_t i = 0; i < other->opaques.n; i++)
		map_set(there, str_c(arena_printf(a, "%s/", other->opaques.v[i])), there);
	for (size_t i = 0; i < of->whiteouts.n + of->opaques.n; i++) {
		const char *path =
			i < of->whiteouts.n
				? of->whiteouts.v[i]
				: arena_printf(a, "%s/", of->opaques.v[i - of->whiteouts.n]);

		if (map_add(there, str_c(path), there))
			vec_push(ret, ((struct image_change){
					      .path = path, .aspects = aspect, .removal = true }));
	}
}

/* What matters first: of thousands of paths with other times, the one with other content. */
static int
cmp_change(const void *a, const void *b)
{
	const struct image_change *x = a, *y = b;
	bool x_time = x->aspects == 1u << IMAGE_ASPECT_TIME;
	bool y_time = y->aspects == 1u << IMAGE_ASPECT_TIME;

	if (x_time != y_time)
		return x_time ? 1 : -1;
	return strcmp(x->path, y->path);
}

static bool
same_order(const struct image_layer *a, const struct image_layer *b)
{
	if (a->entries.n != b->entries.n)
		return false;
	for (size_t i = 0; i < a->entries.n; i++)
		if (strcmp(a->entries.v[i]->path, b->entries.v[i]->path) != 0)
			return false;
	return true;
}

#define ABOUT_CONTENT (1u << IMAGE_ASPECT_CONTENT | ONLY_BEFORE | ONLY_AFTER)

void
image_diff_layer(struct image_diff *d, const struct image_layer *before,
		 const struct image_layer *after, struct image_layer_diff *ret)
{
	changes all = { 0 };

	compare_entries(before, after, &all);
	one_sided_removals(d->arena, before, after, ONLY_BEFORE, &all);
	one_sided_removals(d->arena, after, before, ONLY_AFTER, &all);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), cmp_change);
	for (size_t i = 0; i < all.n; i++) {
		struct image_change c = all.v[i];

		ret->aspects |= c.aspects;
		if (i >= IMAGE_DIFF_LISTED)
			continue;
		c.path = arena_strdup(d->arena, c.path);
		c.before = keep(d->arena, c.before);
		c.after = keep(d->arena, c.after);
		c.cause = c.aspects & ABOUT_CONTENT ? cause_of_file(c.path) : NULL;
		vec_push(&ret->changes, c);
	}
	ret->nchanges = all.n;
	ret->order = !all.n && !same_order(before, after);
	vec_fini(&all);
}

/* --- the config */

#define SHOWN 200 /* bytes of a value */

static const char *
shown(struct arena *a, const json_t *value)
{
	AUTO_FREE char *text = value ? json_canonical(value) : NULL;
	size_t n = text ? strlen(text) : 0;

	if (n <= SHOWN)
		return text ? arena_strdup(a, text) : NULL;
	for (n = SHOWN; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80; n--)
		;
	return arena_printf(a, "%.*s…", (int)n, text);
}

static void
add_field(struct image_diff *d, const char *field, const json_t *before, const json_t *after)
{
	struct image_field_diff f = { .field = field,
				      .before = shown(d->arena, before),
				      .after = shown(d->arena, after),
				      .cause = cause_of_field(field) };

	vec_push(&d->fields, f);
}

#define MAX_DEPTH 8

static const char *
member(struct image_diff *d, const char *path, const char *key)
{
	return *path ? arena_printf(d->arena, "%s.%s", path, key) : arena_strdup(d->arena, key);
}

static void
compare_values(struct image_diff *d, const char *path, const json_t *before, const json_t *after,
	       int depth)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_equal(before, after) || !strcmp(path, "rootfs.diff_ids"))
		return;
	if (depth < MAX_DEPTH && json_is_object(before) && json_is_object(after)) {
		json_object_foreach((json_t *)before, key, value)
			compare_values(d, member(d, path, key), value, json_object_get(after, key),
				       depth + 1);
		json_object_foreach((json_t *)after, key, value) if (!json_object_get(before, key))
			add_field(d, member(d, path, key), NULL, value);
	} else if (depth < MAX_DEPTH && json_is_array(before) && json_is_array(after) &&
		   json_array_size(before) == json_array_size(after)) {
		json_array_foreach(before, i, value)
			compare_values(d, arena_printf(d->arena, "%s[%zu]", path, i), value,
				       json_array_get(after, i), depth + 1);
	} else {
		add_field(d, path, before, after);
	}
}

void
image_diff_config(struct image_diff *d, const json_t *before, const json_t *after)
{
	compare_values(d, "", before, after, 0);
}

/* --- from folders */

struct side {
	const struct image_export *export;
	json_t *config;
	const json_t *diff_ids;
};

static int
open_side(const struct image_export *export, struct side *ret, struct err *err)
{
	int r = json_parse(export->config, "the image's config", &ret->config, err);

	if (r)
		return r;
	ret->export = export;
	ret->diff_ids = json_object_get(json_object_get(ret->config, "rootfs"), "diff_ids");
	if (json_array_size(ret->diff_ids) != export->nlayers)
		return err_set(err, ERR_FAILED,
			       "the image has %zu layers, and its config names %zu",
			       export->nlayers, json_array_size(ret->diff_ids));
	return 0;
}

/* The history's entries that made a layer are in the order of the layers. */
static const char *
made_by(struct arena *a, const json_t *config, size_t layer)
{
	const json_t *history = json_object_get(config, "history"), *item;
	size_t i, at = 0;

	json_array_foreach(history, i, item)
	{
		const char *text = json_get_text(item, "created_by");

		if (json_is_true(json_object_get(item, "empty_layer")))
			continue;
		if (at++ == layer)
			return text ? arena_strdup(a, text) : NULL;
	}
	return NULL;
}

static void
step_layer(void *ctx, size_t i)
{
	struct image_layer *l = ctx;

	image_layer_step(&l[i]);
}

static int
read_pair(struct image_layer l[2], struct pool *pool, struct err *err)
{
	while (!l[0].done || !l[1].done) {
		pool_run(pool, 2, step_layer, l);
		for (int i = 0; i < 2; i++)
			if (l[i].err.class)
				return err_move(err, &l[i].err);
	}
	return 0;
}

static int
compare_layers(struct image_diff *d, const struct side side[2], size_t i, struct pool *pool,
	       struct err *err)
{
	struct image_layer_diff diff = { .number = i + 1 };
	struct image_layer l[2];
	int r = 0;

	diff.made_by = made_by(d->arena, side[i >= side[0].export->nlayers].config, i);
	if (i >= side[0].export->nlayers || i >= side[1].export->nlayers) {
		diff.only = i < side[0].export->nlayers ? "first" : "second";
	} else {
		for (int k = 0; k < 2; k++)
			image_layer_init(&l[k], &side[k].export->layers[i], i, true);
		r = read_pair(l, pool, err);
		if (!r)
			image_diff_layer(d, &l[0], &l[1], &diff);
		for (int k = 0; k < 2; k++)
			image_layer_fini(&l[k]);
	}
	if (!r)
		vec_push(&d->layers, diff);
	return r;
}

int
image_diff_read(struct image_diff *d, const struct image_export exports[2], struct pool *pool,
		struct err *err)
{
	struct side side[2] = { 0 };
	int r = open_side(&exports[0], &side[0], err);
	size_t n;

	if (!r)
		r = open_side(&exports[1], &side[1], err);
	for (int i = 0; i < 2; i++)
		d->nlayers[i] = exports[i].nlayers;
	n = d->nlayers[0] > d->nlayers[1] ? d->nlayers[0] : d->nlayers[1];
	for (size_t i = 0; !r && i < n; i++)
		if (!json_equal(json_array_get(side[0].diff_ids, i),
				json_array_get(side[1].diff_ids, i)))
			r = compare_layers(d, side, i, pool, err);
	if (!r)
		image_diff_config(d, side[0].config, side[1].config);
	json_decref(side[0].config);
	json_decref(side[1].config);
	return r;
}
