/* SPDX-License-Identifier: Apache-2.0 */
/* builder_containers_gc.c: which images of our storage nobody needs, and their removal. */
#include "base/map.h"
#include "engine/builder_containers.h"

#include <sys/stat.h>

struct collector {
	struct containers_builder *c;
	const struct builder_gc *gc;
	struct arena *arena;
	json_t *images, *layers, *volatile_layers; /* as containers/storage lists them */
	struct map *layer;                         /* ID → its entry */
	struct map *kept;                          /* layers of images that stay; then, counted */
	VEC(const char *) ids;
	int64_t bytes;
};

static void
index_layers(struct collector *x, const json_t *list)
{
	json_t *layer;
	size_t i;

	json_array_foreach(list, i, layer)
	{
		if (json_get_text(layer, "id"))
			map_set(x->layer, str_c(json_get_text(layer, "id")), layer);
	}
}

/* Marks what is below a layer, and adds up the layers that were not marked before. */
static int64_t
mark(struct collector *x, const char *id)
{
	int64_t sum = 0;

	while (id && *id && !map_has(x->kept, str_c(id))) {
		const json_t *layer = map_get(x->layer, str_c(id));

		map_set(x->kept, str_c(id), x);
		sum += json_integer_value(json_object_get(layer, "diff-size"));
		id = layer ? json_get_text(layer, "parent") : NULL;
	}
	return sum;
}

static bool
stays(const struct collector *x, const char *id)
{
	const struct cstorage *s = &x->c->own;
	const char *digest = arena_printf(x->arena, "sha256:%s", id);
	const char *dir = arena_printf(x->arena, "%s/%s-images/%s", s->root, s->driver, id);
	struct stat st;

	return map_has(x->gc->keep, str_c(digest)) || stat(dir, &st) ||
	       (int64_t)st.st_mtim.tv_sec * 1000 >= x->gc->before_ms;
}

static void
choose(struct collector *x)
{
	const json_t *image;
	size_t i;

	json_array_foreach(x->images, i, image)
	{
		if (json_get_text(image, "id") && stays(x, json_get_text(image, "id")))
			(void)mark(x, json_get_text(image, "layer"));
	}
	json_array_foreach(x->images, i, image)
	{
		const char *id = json_get_text(image, "id"), *layer = json_get_text(image, "layer");

		/* The layer cache of what stays is made of images that end within its layers. */
		if (!id || stays(x, id) || (layer && *layer && map_has(x->kept, str_c(layer))))
			continue;
		vec_push(&x->ids, id);
	}
	for (i = 0; i < json_array_size(x->images); i++) {
		image = json_array_get(x->images, i);
		for (size_t k = 0; k < x->ids.n; k++)
			if (x->ids.v[k] == json_get_text(image, "id"))
				x->bytes += mark(x, json_get_text(image, "layer"));
	}
}

static int
remove_images(struct collector *x, struct err *err)
{
	struct builder_cmd cmd;
	int r;

	builder_remove_cmd(x->c, x->arena, x->ids.v, x->ids.n, &cmd);
	r = proc_run(&(struct proc_opts){ .argv = cmd.argv.v,
					  .env = cmd.env.v,
					  .log_fd = -1,
					  .split_stdout = true },
		     NULL, err);
	builder_cmd_fini(&cmd);
	return r;
}

int
builder_containers_collect(struct builder *b, const struct builder_gc *gc,
			   struct builder_gc_result *ret, struct err *err)
{
	struct collector x = { .c = (struct containers_builder *)b, .gc = gc };
	int r = 0;

	if (!builder_containers_driver(x.c))
		return 0;
	x.arena = arena_new();
	x.layer = map_new();
	x.kept = map_new();
	x.images = cstorage_list(&x.c->own, "images", "images.json");
	x.layers = cstorage_list(&x.c->own, "layers", "layers.json");
	x.volatile_layers = cstorage_list(&x.c->own, "layers", "volatile-layers.json");
	index_layers(&x, x.layers);
	index_layers(&x, x.volatile_layers);
	choose(&x);
	if (x.ids.n && !gc->dry_run)
		r = remove_images(&x, err);
	*ret = (struct builder_gc_result){ x.ids.n, x.bytes };
	vec_fini(&x.ids);
	json_decref(x.images);
	json_decref(x.layers);
	json_decref(x.volatile_layers);
	map_free(x.kept);
	map_free(x.layer);
	arena_free(x.arena);
	return r;
}
