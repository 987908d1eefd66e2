/* SPDX-License-Identifier: Apache-2.0 */
/* image_export.c: an image that a builder wrote into a folder. */
#include "engine/image_export.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "engine/image_archive.h"

#include <fcntl.h>
#include <sys/stat.h>

#define MAX_LAYERS 1000

struct reader {
	struct arena *arena;
	const char *dir;
	bool layout;
};

static int
odd(const struct reader *r, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "the exported image in '%s' %s", r->dir, what);
}

/* text is in the arena. */
static int
read_json(const struct reader *r, const char *path, struct str *text, json_t **ret, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;
	int res;

	buf_init(&b, 0);
	res = file_read(AT_FDCWD, path, MAX_MANIFEST, &b, err);
	if (!res) {
		*text = str_c(arena_str(r->arena, buf_str(&b)));
		res = json_parse(buf_str(&b), path, ret, err);
	}
	return res == -ERR_INPUT ? odd(r, "has no readable manifest", err) : res;
}

/* The file of a descriptor, which must be as long as it says; NULL and err when it is not. */
static const char *
blob(const struct reader *r, const json_t *descriptor, struct err *err)
{
	const char *digest = json_get_text(descriptor, "digest"), *path;
	struct sha256 hash;
	struct stat st;

	if (!digest || !sha256_parse_digest(str_c(digest), &hash)) {
		odd(r, "names a blob without a digest", err);
		return NULL;
	}
	path = arena_printf(r->arena, "%s/%s%s", r->dir, r->layout ? "blobs/sha256/" : "",
			    digest + strlen("sha256:"));
	if (stat(path, &st)) {
		err_sys(err, "cannot read '%s'", path);
		return NULL;
	}
	if (st.st_size != json_integer_value(json_object_get(descriptor, "size"))) {
		odd(r, "has a blob of another size than its manifest says", err);
		return NULL;
	}
	return path;
}

static int
take_layers(const struct reader *r, const json_t *list, struct image_export *ret, struct err *err)
{
	size_t n = json_array_size(list);

	/* BuildKit writes null for an image without layers. */
	if ((!json_is_array(list) && !json_is_null(list)) || n > MAX_LAYERS)
		return odd(r, "has no usable list of layers", err);
	ret->layers = arena_calloc(r->arena, n + 1, sizeof(*ret->layers));
	ret->nlayers = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *layer = json_array_get(list, i);
		const char *type = json_get_text(layer, "mediaType");

		if (!type || !strstr(type, ".tar"))
			return odd(r, "has a layer that is no tar archive", err);
		ret->layers[i].path = blob(r, layer, err);
		if (!ret->layers[i].path)
			return -(int)err->class;
	}
	return 0;
}

static int
take_config(const struct reader *r, const json_t *descriptor, struct image_export *ret,
	    struct err *err)
{
	const char *path = blob(r, descriptor, err);
	AUTO_BUF struct buf text = BUF_INIT;
	int res;

	if (!path)
		return -(int)err->class;
	buf_init(&text, 0);
	res = file_read(AT_FDCWD, path, MAX_CONFIG_BLOB, &text, err);
	if (!res)
		ret->config = str_c(arena_str(r->arena, buf_str(&text)));
	return res;
}

/* What the index of an OCI layout names: one manifest, and nothing beside it. */
static int
find_manifest(const struct reader *r, const char *index, const char **ret, struct err *err)
{
	AUTO_JSON json_t *list = NULL;
	const json_t *manifests;
	struct str text;
	int res = read_json(r, index, &text, &list, err);

	if (res)
		return res;
	manifests = json_object_get(list, "manifests");
	if (json_array_size(manifests) != 1)
		return odd(r, "is not one image", err);
	*ret = blob(r, json_array_get(manifests, 0), err);
	return *ret ? 0 : -(int)err->class;
}

int
image_export_read(struct arena *arena, const char *dir, struct image_export *ret, struct err *err)
{
	struct reader r = { .arena = arena, .dir = dir };
	const char *path = arena_printf(arena, "%s/manifest.json", dir);
	const char *index = arena_printf(arena, "%s/index.json", dir);
	AUTO_JSON json_t *manifest = NULL;
	int res = 0;

	*ret = (struct image_export){ 0 };
	if (file_exists(AT_FDCWD, arena_printf(arena, "%s/" IMAGE_EXPORT_ARCHIVE, dir)))
		return image_archive_read(arena, dir, ret, err);
	r.layout = file_exists(AT_FDCWD, index);
	if (r.layout)
		res = find_manifest(&r, index, &path, err);
	if (!res)
		res = read_json(&r, path, &ret->manifest, &manifest, err);
	if (!res && json_get_text(manifest, "mediaType"))
		ret->type = arena_strdup(arena, json_get_text(manifest, "mediaType"));
	if (!res)
		res = take_config(&r, json_object_get(manifest, "config"), ret, err);
	if (!res)
		res = take_layers(&r, json_object_get(manifest, "layers"), ret, err);
	return res;
}
