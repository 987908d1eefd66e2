/* SPDX-License-Identifier: Apache-2.0 */
/* ocistore.c: OCI layouts that share their blobs. */
#include "engine/ocistore.h"

#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "io/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define NOT_YET ".new" /* the end of a folder's name */

void
ocistore_init(struct ocistore *s, const char *root)
{
	s->root = xstrdup(root);
}

void
ocistore_fini(struct ocistore *s)
{
	free(s->root);
	s->root = NULL;
}

int
ocistore_make(const struct ocistore *s, struct err *err)
{
	AUTO_FREE char *names = path_join(s->root, "names");

	return file_mkdirs(names, err);
}

const char *
ocistore_dir(const struct ocistore *s, struct arena *a, const char *image_id)
{
	return arena_printf(a, "%s/images/%s", s->root, image_id + strlen("sha256:"));
}

const char *
ocistore_name_dir(const struct ocistore *s, struct arena *a, const char *name)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(name, strlen(name)), hex);
	return arena_printf(a, "%s/names/%s", s->root, hex);
}

static int
link_blobs(const char *dir, const char *to, struct err *err)
{
	AUTO_FREE char *path = path_join(dir, "blobs");

	if (unlink(path) && errno != ENOENT)
		return err_sys(err, "cannot remove '%s'", path);
	return symlink(to, path) ? err_sys(err, "cannot make '%s'", path) : 0;
}

int
ocistore_begin(const struct ocistore *s, const char *dir, struct err *err)
{
	AUTO_FREE char *images = path_join(s->root, "images");
	AUTO_FREE char *blobs = path_join(s->root, "blobs");
	AUTO_FREE char *sha256 = path_join(blobs, "sha256");
	int r = file_mkdirs(images, err);

	if (!r)
		r = file_mkdirs(sha256, err);
	if (!r)
		r = file_mkdirs(dir, err);
	return r ? r : link_blobs(dir, blobs, err);
}

static bool
is_image(const struct image_export *image, const char *image_id)
{
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(image->config.p, image->config.n), digest);
	return !strcmp(digest, image_id);
}

int
ocistore_take(const struct ocistore *s, const char *dir, const char *image_id, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *to = ocistore_dir(s, arena, image_id);
	struct image_export image;
	int r = image_export_read(arena, dir, &image, err);

	if (!r && !is_image(&image, image_id))
		r = err_set(err, ERR_FAILED, "what was written to '%s' is not image %s", dir,
			    image_id);
	if (!r)
		r = file_remove_tree(arena_printf(arena, "%s/ingest", dir), err);
	if (!r)
		r = link_blobs(dir, "../../blobs", err);
	if (r)
		return r;
	if (!rename(dir, to))
		return 0;
	if (errno != EEXIST && errno != ENOTEMPTY)
		return err_sys(err, "cannot move '%s' to '%s'", dir, to);
	return file_remove_tree(dir, err);
}

static int
write_blob(const struct ocistore *s, struct str bytes, char digest[DIGEST_SIZE], struct err *err)
{
	AUTO_FREE char *path = NULL;

	sha256_digest(sha256_of(bytes.p, bytes.n), digest);
	path = xasprintf("%s/blobs/sha256/%s", s->root, digest + strlen("sha256:"));
	return file_write(path, bytes, 0600, err);
}

static int
write_index(const struct image_export *image, const char *dir, const char *digest, struct err *err)
{
	AUTO_JSON json_t *index = json_object(), *manifest = json_object();
	AUTO_FREE char *text = NULL, *path = path_join(dir, "index.json");
	AUTO_FREE char *mark = path_join(dir, "oci-layout");
	int r;

	json_set_text(manifest, "mediaType", image->type ? image->type : OCI_MANIFEST);
	json_set_text(manifest, "digest", digest);
	json_set_int(manifest, "size", (long long)image->manifest.n);
	json_set_int(index, "schemaVersion", 2);
	json_object_set_new(index, "manifests", json_pack("[O]", manifest));
	text = json_canonical(index);
	r = file_write(mark, STR_LIT("{\"imageLayoutVersion\":\"1.0.0\"}"), 0600, err);
	return r ? r : file_write(path, str_c(text), 0600, err);
}

/* What other tools fetched becomes an image: its layers are linked, not copied. */
static int
adopt(const struct ocistore *s, const struct image_export *image, const char *image_id,
      struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	const char *dir = arena_printf(a, "%s" NOT_YET, ocistore_dir(s, a, image_id));
	char digest[DIGEST_SIZE];
	int r = file_remove_tree(dir, err);

	if (!r)
		r = ocistore_begin(s, dir, err);
	for (size_t i = 0; !r && i < image->nlayers; i++) {
		const char *to = arena_printf(a, "%s/blobs/sha256/%s", s->root,
					      path_base(image->layers[i].path));

		if (link(image->layers[i].path, to) && errno != EEXIST)
			r = err_sys(err, "cannot link '%s' to '%s'", image->layers[i].path, to);
	}
	if (!r)
		r = write_blob(s, image->config, digest, err);
	if (!r)
		r = write_blob(s, image->manifest, digest, err);
	if (!r)
		r = write_index(image, dir, digest, err);
	return r ? r : ocistore_take(s, dir, image_id, err);
}

/* The names of what is in a folder, which may be missing; the tree owns them. */
static int
list(const char *dir, struct tree **tree, const struct tree_entry **ret, size_t *n, struct err *err)
{
	int r = file_mkdirs(dir, err);

	*n = 0;
	if (!r)
		r = tree_open_dir(dir, tree, err);
	return r ? r : tree_list(*tree, STR_LIT("."), ret, n, err);
}

/* Half an image is none: who needs it fetches it again. */
static bool
read_name(struct arena *a, const char *dir, struct image_export *ret)
{
	AUTO_ERR struct err ignored = ERR_INIT;

	return !image_export_read(a, dir, ret, &ignored);
}

static int
adopt_from_names(const struct ocistore *s, const char *image_id, struct err *err)
{
	AUTO_FREE char *names = path_join(s->root, "names");
	const struct tree_entry *entries;
	struct tree *tree = NULL;
	bool found = false;
	size_t n;
	int r = list(names, &tree, &entries, &n, err);

	for (size_t i = 0; !r && !found && i < n; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		AUTO_FREE char *dir = path_join(names, entries[i].name);
		struct image_export image;

		found = read_name(a, dir, &image) && is_image(&image, image_id);
		if (found)
			r = adopt(s, &image, image_id, err);
	}
	tree_free(tree);
	return r ? r : found;
}

static bool
is_taken(const struct ocistore *s, const char *image_id)
{
	AUTO_ARENA struct arena *a = arena_new();

	return file_exists(AT_FDCWD,
			   arena_printf(a, "%s/index.json", ocistore_dir(s, a, image_id)));
}

int
ocistore_has(const struct ocistore *s, const char *image_id, struct err *err)
{
	AUTO_FREE char *names = path_join(s->root, "names");

	if (is_taken(s, image_id))
		return 1;
	return file_exists(AT_FDCWD, names) ? adopt_from_names(s, image_id, err) : 0;
}

int
ocistore_read(const struct ocistore *s, const char *image_id, struct arena *a,
	      struct image_export *ret, struct err *err)
{
	int r = ocistore_has(s, image_id, err);

	if (r > 0) {
		r = image_export_read(a, ocistore_dir(s, a, image_id), ret, err);
		return r ? r : 1;
	}
	return r;
}

int
ocistore_find(const struct ocistore *s, const char *name, char **ret, struct err *err UNUSED)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct image_export image;
	char digest[DIGEST_SIZE];

	*ret = NULL;
	if (!read_name(a, ocistore_name_dir(s, a, name), &image))
		return 0;
	sha256_digest(sha256_of(image.config.p, image.config.n), digest);
	*ret = xstrdup(digest);
	return 0;
}

/* --- removal */

static void
mark(struct map *used, struct str bytes)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(bytes.p, bytes.n), hex);
	(void)map_add(used, str_c(hex), used);
}

static void
mark_image(struct map *used, const struct image_export *image)
{
	mark(used, image->config);
	mark(used, image->manifest);
	for (size_t i = 0; i < image->nlayers; i++)
		(void)map_add(used, str_c(path_base(image->layers[i].path)), used);
}

/* Calls fn for each image of a folder; image is NULL when it is not whole. */
static int
each_image(const struct ocistore *s, const char *folder,
	   int (*fn)(void *ctx, const char *dir, const struct image_export *image, struct err *err),
	   void *ctx, struct err *err)
{
	AUTO_FREE char *images = path_join(s->root, folder);
	const struct tree_entry *entries;
	struct tree *tree = NULL;
	size_t n;
	int r = list(images, &tree, &entries, &n, err);

	for (size_t i = 0; !r && i < n; i++) {
		AUTO_ARENA struct arena *a = arena_new();
		AUTO_FREE char *dir = path_join(images, entries[i].name);
		struct image_export image;
		bool whole = !strstr(entries[i].name, NOT_YET) && read_name(a, dir, &image);

		r = fn(ctx, dir, whole ? &image : NULL, err);
	}
	tree_free(tree);
	return r;
}

/* An image that cannot be read is in nobody's way but its own: it is built or fetched again. */
static int
tidy_image(void *ctx, const char *dir, const struct image_export *image, struct err *err)
{
	if (!image)
		return file_remove_tree(dir, err);
	mark_image(ctx, image);
	return 0;
}

static int
tidy_name(void *ctx UNUSED, const char *dir, const struct image_export *image, struct err *err)
{
	return image ? 0 : file_remove_tree(dir, err);
}

static int
tidy_blobs(const struct ocistore *s, const struct map *used, struct err *err)
{
	AUTO_FREE char *blobs = path_join(s->root, "blobs/sha256");
	const struct tree_entry *entries;
	struct tree *tree = NULL;
	size_t n;
	int r = list(blobs, &tree, &entries, &n, err);

	for (size_t i = 0; !r && i < n; i++) {
		AUTO_FREE char *path = path_join(blobs, entries[i].name);

		if (!map_has(used, str_c(entries[i].name)) && unlink(path))
			r = err_sys(err, "cannot remove '%s'", path);
	}
	tree_free(tree);
	return r;
}

int
ocistore_tidy(const struct ocistore *s, struct err *err)
{
	AUTO_MAP struct map *used = map_new();
	int r;

	if (!file_exists(AT_FDCWD, s->root))
		return 0;
	r = each_image(s, "names", tidy_name, NULL, err);
	if (!r)
		r = each_image(s, "images", tidy_image, used, err);
	return r ? r : tidy_blobs(s, used, err);
}

struct collector {
	const struct ocistore *s;
	const struct ocistore_gc *gc;
	struct ocistore_gone *gone;
	struct map *used; /* blobs of images that stay; then, counted */
};

static void
id_of(const struct image_export *image, char ret[DIGEST_SIZE])
{
	sha256_digest(sha256_of(image->config.p, image->config.n), ret);
}

static bool
stays(const struct collector *x, const char *dir, const struct image_export *image)
{
	char id[DIGEST_SIZE];
	struct stat st;

	id_of(image, id);
	return map_has(x->gc->keep, str_c(id)) || stat(dir, &st) ||
	       (int64_t)st.st_mtim.tv_sec * 1000 >= x->gc->before_ms;
}

static int
mark_kept(void *ctx, const char *dir, const struct image_export *image, struct err *err UNUSED)
{
	struct collector *x = ctx;

	if (image && stays(x, dir, image))
		mark_image(x->used, image);
	return 0;
}

static void
count(struct collector *x, const struct image_export *image)
{
	struct stat st;

	x->gone->images++;
	for (size_t i = 0; i < image->nlayers; i++)
		if (map_add(x->used, str_c(path_base(image->layers[i].path)), x->used) &&
		    !stat(image->layers[i].path, &st))
			x->gone->bytes += st.st_size;
	x->gone->bytes += (int64_t)(image->config.n + image->manifest.n);
}

static int
drop_image(void *ctx, const char *dir, const struct image_export *image, struct err *err)
{
	struct collector *x = ctx;

	if (!image || stays(x, dir, image))
		return 0;
	count(x, image);
	return x->gc->dry_run ? 0 : file_remove_tree(dir, err);
}

/* What was taken from here is counted there. */
static int
drop_name(void *ctx, const char *dir, const struct image_export *image, struct err *err)
{
	struct collector *x = ctx;
	char id[DIGEST_SIZE];

	if (!image || stays(x, dir, image))
		return 0;
	id_of(image, id);
	if (!is_taken(x->s, id))
		count(x, image);
	return x->gc->dry_run ? 0 : file_remove_tree(dir, err);
}

int
ocistore_collect(const struct ocistore *s, const struct ocistore_gc *gc, struct ocistore_gone *ret,
		 struct err *err)
{
	AUTO_MAP struct map *used = map_new();
	struct collector x = { s, gc, ret, used };
	int r;

	*ret = (struct ocistore_gone){ 0 };
	if (!file_exists(AT_FDCWD, s->root))
		return 0;
	r = each_image(s, "images", mark_kept, &x, err);
	if (!r)
		r = each_image(s, "names", drop_name, &x, err);
	if (!r)
		r = each_image(s, "images", drop_image, &x, err);
	return r || gc->dry_run ? r : ocistore_tidy(s, err);
}
