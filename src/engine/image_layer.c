/* SPDX-License-Identifier: Apache-2.0 */
/* image_layer.c: what one layer of an image adds and takes away. */
#include "engine/image_layer.h"

#include "base/file.h"
#include "base/path.h"

#include <fcntl.h>

#define SLICE_BYTES (64u << 20)
#define SLICE_ENTRIES 20000
#define MAX_ENTRIES 5000000 /* of one layer: more is no image but an attack */

/* OCI image-spec layer.md, "Whiteouts"; other names with the prefix twice are aufs's own. */
#define WHITEOUT ".wh."
#define WHITEOUT_META ".wh..wh."
#define OPAQUE ".wh..wh..opq"

void
image_layer_init(struct image_layer *l, const char *path, size_t index, bool hash)
{
	*l = (struct image_layer){ .path = path, .index = index, .hash = hash, .fd = -1 };
	l->arena = arena_new();
	l->last = map_new();
	l->sha = sha256_new();
}

static void
close_archive(struct image_layer *l)
{
	tar_close(l->tar);
	l->tar = NULL;
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}

void
image_layer_fini(struct image_layer *l)
{
	close_archive(l);
	sha256_free(l->sha);
	map_free(l->last);
	arena_free(l->arena);
	vec_fini(&l->entries);
	vec_fini(&l->whiteouts);
	vec_fini(&l->opaques);
	err_clear(&l->err);
}

static int
open_archive(const char *path, int *ret_fd, struct tar **ret, struct err *err)
{
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0)
		return err_sys(err, "cannot read '%s'", path);
	return tar_open(*ret_fd, path, ret, err);
}

static const char *
absolute(struct arena *arena, struct str path)
{
	AUTO_FREE char *rooted = xasprintf("/%.*s", STR_FMT(path));
	AUTO_FREE char *clean = path_clean(str_c(rooted));

	return arena_strdup(arena, clean);
}

static int
cmp_xattr(const void *a, const void *b)
{
	return strcmp(((const struct tar_xattr *)a)->name, ((const struct tar_xattr *)b)->name);
}

static const struct tar_xattr *
keep_xattrs(struct arena *arena, const struct tar_entry *e)
{
	struct tar_xattr *v = arena_calloc(arena, e->nxattrs, sizeof(*v));

	for (size_t i = 0; i < e->nxattrs; i++) {
		struct str value = e->xattrs[i].value;

		v[i].name = arena_strdup(arena, e->xattrs[i].name);
		v[i].value = (struct str){ arena_dup(arena, value.p, value.n), value.n };
	}
	if (e->nxattrs)
		qsort(v, e->nxattrs, sizeof(*v), cmp_xattr);
	return v;
}

/* True when the entry takes something away rather than adding it. */
static bool
take_whiteout(struct image_layer *l, const char *path)
{
	const char *name = path_base(path);
	AUTO_FREE char *dir = path_dir(path);

	if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) != 0)
		return false;
	if (!strcmp(name, OPAQUE)) {
		vec_push(&l->opaques, arena_strdup(l->arena, dir));
	} else if (strncmp(name, WHITEOUT_META, strlen(WHITEOUT_META)) != 0) {
		AUTO_FREE char *gone = path_join(dir, name + strlen(WHITEOUT));

		vec_push(&l->whiteouts, arena_strdup(l->arena, gone));
	}
	return true;
}

static int
hash_content(struct image_layer *l, struct image_entry *entry)
{
	struct str piece;
	int r;

	do {
		r = tar_read(l->tar, &piece, &l->err);
		if (!r)
			sha256_update(l->sha, piece.p, piece.n);
	} while (!r && piece.n);
	entry->hash = sha256_final(l->sha);
	return r;
}

static int
take(struct image_layer *l, const struct tar_entry *e)
{
	const char *path = absolute(l->arena, e->path);
	struct image_entry *entry;

	if (take_whiteout(l, path))
		return 0;
	entry = ARENA_NEW(l->arena, struct image_entry);
	*entry = (struct image_entry){
		.path = path,
		.type = e->type,
		.mode = e->mode,
		.uid = e->uid,
		.gid = e->gid,
		.size = e->size,
		.mtime_s = e->mtime_s,
		.mtime_ns = e->mtime_ns,
		.dev_major = e->dev_major,
		.dev_minor = e->dev_minor,
		.xattrs = keep_xattrs(l->arena, e),
		.nxattrs = e->nxattrs,
		.layer = l->index,
		.position = l->position,
	};
	if (e->type == TAR_HARDLINK)
		entry->target = absolute(l->arena, e->target);
	else if (e->type == TAR_SYMLINK)
		entry->target = arena_str(l->arena, e->target);
	vec_push(&l->entries, entry);
	map_set(l->last, str_c(path), entry);
	return l->hash && e->type == TAR_FILE ? hash_content(l, entry) : 0;
}

static int
slice(struct image_layer *l)
{
	int64_t bytes = 0;
	int r = 1;

	if (!l->tar) {
		r = open_archive(l->path, &l->fd, &l->tar, &l->err);
		if (r)
			return r;
	}
	for (size_t n = 0; n < SLICE_ENTRIES && bytes < SLICE_BYTES; n++) {
		struct tar_entry e;

		r = tar_next(l->tar, &e, &l->err);
		if (r <= 0)
			return r;
		if (++l->position > MAX_ENTRIES)
			return err_set(&l->err, ERR_FAILED, "'%s' has more than %d entries",
				       l->path, MAX_ENTRIES);
		bytes += l->hash ? e.size : 0;
		r = take(l, &e);
		if (r)
			return r;
	}
	return 1;
}

void
image_layer_step(struct image_layer *l)
{
	if (l->done || slice(l) > 0)
		return;
	l->done = true;
	close_archive(l);
}

static int
read_at(struct tar *t, size_t position, image_sink sink, void *ctx, struct err *err)
{
	struct tar_entry e;
	struct str piece;
	bool enough = false;
	int r = 1;

	for (size_t i = 0; r > 0 && i < position; i++)
		r = tar_next(t, &e, err);
	if (r <= 0)
		return r ? r : err_set(err, ERR_FAILED, "the layer has become shorter");
	do {
		r = tar_read(t, &piece, err);
		if (!r && piece.n)
			r = sink(ctx, piece, &enough, err);
	} while (!r && piece.n && !enough);
	return r;
}

int
image_layer_read(const char *path, size_t position, image_sink sink, void *ctx, struct err *err)
{
	struct tar *t = NULL;
	AUTO_FD int fd = -1;
	int r = open_archive(path, &fd, &t, err);

	if (!r)
		r = read_at(t, position, sink, ctx, err);
	tar_close(t);
	return r;
}
