/* SPDX-License-Identifier: Apache-2.0 */
/* cstorage_layers.c: the layers of an image in a containers/storage folder. */
#include "base/file.h"
#include "base/vec.h"
#include "engine/cstorage.h"
#include "engine/image_export.h"

#include <fcntl.h>

#define MAX_LAYERS 1000

struct finder {
	const struct cstorage *s;
	struct arena *arena;
	json_t *images, *layers, *volatile_layers;
};

/* In a list of the storage, by its ID. */
static const json_t *
find(const json_t *list, const char *id)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const char *name = json_get_text(entry, "id");

		if (name && !strcmp(name, id))
			return entry;
	}
	return NULL;
}

/* "<root>/overlay/<id>/diff" and the like; NULL for a driver that is not known. */
static const char *
folder(const struct finder *f, const char *id)
{
	if (!strcmp(f->s->driver, "overlay"))
		return arena_printf(f->arena, "%s/overlay/%s/diff", f->s->root, id);
	if (!strcmp(f->s->driver, "vfs"))
		return arena_printf(f->arena, "%s/vfs/dir/%s", f->s->root, id);
	return NULL;
}

static bool
take_layer(const struct finder *f, const json_t *layer, const char *diff_id,
	   struct image_layer_at *ret)
{
	const char *id = json_get_text(layer, "id"), *digest = json_get_text(layer, "diff-digest");

	if (!digest || !diff_id || strcmp(digest, diff_id) != 0 ||
	    !sha256_parse_digest(str_c(digest), &ret->digest))
		return false;
	ret->path = arena_printf(f->arena, "%s/%s-layers/%s.tar-split.gz", f->s->root, f->s->driver,
				 id);
	ret->files = folder(f, id);
	return ret->files && file_exists(AT_FDCWD, ret->path);
}

/* From the topmost layer down, each the one that the config says. */
static bool
take_layers(const struct finder *f, const char *top, const json_t *diff_ids,
	    struct image_export *ret)
{
	size_t n = json_array_size(diff_ids);

	if (n > MAX_LAYERS)
		return false;
	ret->nlayers = n;
	ret->layers = arena_calloc(f->arena, n + 1, sizeof(*ret->layers));
	for (; n > 0 && top && *top; n--) {
		const json_t *layer = find(f->layers, top);

		layer = layer ? layer : find(f->volatile_layers, top);
		if (!take_layer(f, layer, json_string_value(json_array_get(diff_ids, n - 1)),
				&ret->layers[n - 1]))
			return false;
		top = json_get_text(layer, "parent");
	}
	return n == 0 && (!top || !*top);
}

static bool
take_image(const struct finder *f, const char *image_id, struct image_export *ret)
{
	const json_t *image = find(f->images, image_id + strlen("sha256:"));
	AUTO_ERR struct err ignored = ERR_INIT; /* whoever exports it says the same */
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_JSON json_t *config = NULL;

	buf_init(&text, MAX_CONFIG_BLOB);
	if (!image || cstorage_config(f->s, image_id, &text, &ignored) <= 0 ||
	    json_parse(buf_str(&text), "config", &config, &ignored))
		return false;
	ret->config = str_c(arena_str(f->arena, buf_str(&text)));
	return take_layers(f, json_get_text(image, "layer"),
			   json_object_get(json_object_get(config, "rootfs"), "diff_ids"), ret);
}

bool
cstorage_layers(const struct cstorage *s, struct arena *a, const char *image_id,
		struct image_export *ret)
{
	struct finder f = { .s = s,
			    .arena = a,
			    .images = cstorage_list(s, "images", "images.json"),
			    .layers = cstorage_list(s, "layers", "layers.json"),
			    .volatile_layers = cstorage_list(s, "layers", "volatile-layers.json") };
	bool found;

	*ret = (struct image_export){ 0 };
	found = take_image(&f, image_id, ret);
	json_decref(f.images);
	json_decref(f.layers);
	json_decref(f.volatile_layers);
	return found;
}
