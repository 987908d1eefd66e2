/* SPDX-License-Identifier: Apache-2.0 */
/* generation.c: generations as JSON and back. */
#include "model/generation.h"

#include "lockstep/formats.h"
#include "model/manifest.h"
#include "model/ref.h"

/* NULL where it cannot be told byte by byte. */
static json_t *
text_json(struct str text)
{
	return memchr(text.p, '\0', text.n) ? NULL : json_stringn(text.p, text.n);
}

static json_t *
image_json(const struct generation_image *im)
{
	json_t *manifest = text_json(im->manifest);
	json_t *config = im->config.n ? text_json(im->config) : json_null();
	json_t *j = NULL;
	char key[DIGEST_SIZE];

	if (manifest && config) {
		j = json_object();
		sha256_digest(im->key, key);
		json_set_text(j, "key", key);
		json_set_text(j, "media_type", im->media_type);
		json_set_text(j, "passed", im->passed);
		json_set_int(j, "took_ms", im->took_ms);
		json_object_set(j, "manifest", manifest);
		json_object_set(j, "config", config);
	}
	json_decref(manifest);
	json_decref(config);
	return j;
}

char *
generation_text(const struct generation *g)
{
	AUTO_JSON json_t *j = json_object();
	json_t *images = json_object();

	json_set_text(j, "schema", LOCKSTEP_GENERATION_SCHEMA);
	json_set_text(j, "tag", g->tag);
	for (size_t i = 0; i < g->n; i++) {
		json_t *image = image_json(&g->images[i]);

		if (image)
			json_object_set_new(images, g->images[i].name, image);
	}
	json_object_set_new(j, "images", images);
	return json_canonical(j);
}

/* --- reading */

static int
mistake(const char *file, const char *name, const char *what, struct err *err)
{
	return err_at(err, file, 0, 0, "%s: %s", name, what);
}

static struct str
bytes(struct arena *arena, const json_t *from, const char *key)
{
	const json_t *text = json_object_get(from, key);

	if (!json_is_string(text))
		return STR_NULL;
	return (struct str){ arena_dup(arena, json_string_value(text), json_string_length(text)),
			     json_string_length(text) };
}

static bool
are_digests(const char *list)
{
	struct str rest = str_c(list), piece;
	struct sha256 digest;

	while (rest.n && str_next(&rest, ' ', &piece))
		if (!sha256_parse_digest(piece, &digest))
			return false;
	return true;
}

static const char *
digest_of(struct arena *arena, struct str text)
{
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(text.p, text.n), digest);
	return arena_strdup(arena, digest);
}

/* What the texts say of each other. */
static int
read_manifest(struct arena *arena, const char *file, struct generation_image *im, struct err *err)
{
	struct manifest *AUTO_MANIFEST m = NULL;
	AUTO_FREE char *where = xasprintf("%s: %s", file, im->name);

	if (manifest_parse(im->manifest, im->media_type, where, &m, err))
		return -ERR_INPUT;
	if (m->is_index)
		return mistake(file, im->name, "its manifest is an index", err);
	im->digest = digest_of(arena, im->manifest);
	im->image_id = arena_strdup(arena, m->config.digest);
	if (im->config.n && strcmp(digest_of(arena, im->config), im->image_id) != 0)
		return mistake(file, im->name, "its config is that of another image", err);
	return 0;
}

static int
read_image(struct arena *arena, const char *file, const json_t *j, struct generation_image *im,
	   struct err *err)
{
	const char *key = json_get_text(j, "key"), *type = json_get_text(j, "media_type"),
		   *passed = json_get_text(j, "passed");
	const json_t *took = json_object_get(j, "took_ms");

	if (!ref_valid_image_name(str_c(im->name)))
		return mistake(file, im->name, "is no name of an image", err);
	if (!key || !sha256_parse_digest(str_c(key), &im->key))
		return mistake(file, im->name, "has no key", err);
	if (!type || !passed || !are_digests(passed))
		return mistake(file, im->name, "media_type or passed is not what it should be",
			       err);
	if (!json_is_integer(took) || json_integer_value(took) < 0)
		return mistake(file, im->name, "took_ms is no number from 0 on", err);
	im->took_ms = json_integer_value(took);
	im->media_type = arena_strdup(arena, type);
	im->passed = arena_strdup(arena, passed);
	im->manifest = bytes(arena, j, "manifest");
	im->config = bytes(arena, j, "config");
	return read_manifest(arena, file, im, err);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct generation_image *)a)->name,
		      ((const struct generation_image *)b)->name);
}

static int
read_all(struct generation *g, const char *file, json_t *j, struct err *err)
{
	const char *schema = json_get_text(j, "schema"), *tag = json_get_text(j, "tag"), *name;
	json_t *images = json_object_get(j, "images"), *image;

	if (!schema || strcmp(schema, LOCKSTEP_GENERATION_SCHEMA) != 0)
		return mistake(file, "schema", "is not '" LOCKSTEP_GENERATION_SCHEMA "'", err);
	if (!tag || !ref_valid_tag(str_c(tag)))
		return mistake(file, "tag", "is no tag", err);
	g->tag = arena_strdup(g->arena, tag);
	g->images = arena_calloc(g->arena, json_object_size(images) + 1, sizeof(*g->images));
	json_object_foreach(images, name, image)
	{
		struct generation_image *im = &g->images[g->n++];
		int r;

		im->name = arena_strdup(g->arena, name);
		r = read_image(g->arena, file, image, im, err);
		if (r)
			return r;
	}
	qsort(g->images, g->n, sizeof(*g->images), by_name);
	return 0;
}

int
generation_parse(struct str text, const char *file, struct generation **ret, struct err *err)
{
	AUTO_JSON json_t *j = NULL;
	struct generation *g;
	int r = json_parse(text, file, &j, err);

	if (r)
		return r;
	g = xcalloc(1, sizeof(*g));
	g->arena = arena_new();
	r = read_all(g, file, j, err);
	if (r) {
		generation_free(g);
		return r;
	}
	*ret = g;
	return 0;
}

const struct generation_image *
generation_find(const struct generation *g, const char *name, struct sha256 key)
{
	struct generation_image wanted = { .name = name };
	const struct generation_image *im =
		bsearch(&wanted, g->images, g->n, sizeof(*g->images), by_name);

	return im && sha256_eq(im->key, key) ? im : NULL;
}

void
generation_free(struct generation *g)
{
	if (!g)
		return;
	arena_free(g->arena);
	free(g);
}
