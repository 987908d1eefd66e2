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
image_layer_init(struct image_layer *l, const struct image_layer_at *at, size_t index, bool hash)
{
	*l = (struct image_layer){
		.at = at, .index = index, .hash = hash, .archive = { .fd = -1 }
	};
	l->arena = arena_new();
	l->last = map_new();
	l->sha = sha256_new();
}

static void
close_archive(struct image_layer_archive *a)
{
	if (a->split)
		tar_split_close(a->split); /* with its reader */
	else
		tar_close(a->tar);
	close_fdp(&a->fd);
	*a = (struct image_layer_archive){ .fd = -1 };
}

void
image_layer_fini(struct image_layer *l)
{
	close_archive(&l->archive);
	sha256_free(l->sha);
	map_free(l->last);
	arena_free(l->arena);
	vec_fini(&l->entries);
	vec_fini(&l->whiteouts);
	vec_fini(&l->opaques);
	err_clear(&l->err);
}

static int
open_archive(const struct image_layer_at *at, struct image_layer_archive *a, struct err *err)
{
	int r;

	if (at->files) {
		r = tar_split_open(at->path, at->files, &a->split, err);
		a->tar = r ? NULL : tar_split_archive(a->split);
		return r;
	}
	a->fd = open(at->path, O_RDONLY | O_CLOEXEC);
	if (a->fd < 0)
		return err_sys(err, "cannot read '%s'", at->path);
	return tar_open(a->fd, at->path, &a->tar, err);
}

struct image_layers {
	struct arena *arena;
	struct map *map;
};

struct image_layers *
image_layers_new(void)
{
	struct image_layers *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	s->map = map_new();
	return s;
}

void
image_layers_free(struct image_layers *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < map_len(s->map); i++)
		image_layer_fini(map_value(s->map, i));
	map_free(s->map);
	arena_free(s->arena);
	free(s);
}

struct image_layer_at *
image_layer_at_dup(struct arena *arena, const struct image_layer_at *at)
{
	struct image_layer_at *copy = arena_dup(arena, at, sizeof(*at));

	copy->path = arena_strdup(arena, at->path);
	copy->files = at->files ? arena_strdup(arena, at->files) : NULL;
	return copy;
}

struct image_layer *
image_layers_get(struct image_layers *s, const struct image_layer_at *at, size_t index, bool hash)
{
	AUTO_FREE char *key = xasprintf("%zu %d %s", index, hash, at->path);
	struct image_layer *l = map_get(s->map, str_c(key));

	if (!l) {
		l = ARENA_NEW(s->arena, struct image_layer);
		image_layer_init(l, image_layer_at_dup(s->arena, at), index, hash);
		map_set(s->map, str_c(key), l);
	}
	return l;
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
		r = tar_read(l->archive.tar, &piece, &l->err);
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

/* Who reads no contents has not read all of it. */
static int
verify(struct image_layer *l)
{
	if (!l->archive.split || !l->hash)
		return 0;
	return tar_split_verify(l->archive.split, l->at->digest, &l->err);
}

static int
slice(struct image_layer *l)
{
	int64_t bytes = 0;
	int r = 1;

	if (!l->archive.tar) {
		r = open_archive(l->at, &l->archive, &l->err);
		if (r)
			return r;
	}
	for (size_t n = 0; n < SLICE_ENTRIES && bytes < SLICE_BYTES; n++) {
		struct tar_entry e;

		r = tar_next(l->archive.tar, &e, &l->err);
		if (r <= 0)
			return r ? r : verify(l);
		if (++l->position > MAX_ENTRIES)
			return err_set(&l->err, ERR_FAILED, "'%s' has more than %d entries",
				       l->at->path, MAX_ENTRIES);
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
	l->failed = l->err.class != ERR_NONE;
	close_archive(&l->archive);
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
image_layer_read(const struct image_layer_at *at, size_t position, image_sink sink, void *ctx,
		 struct err *err)
{
	struct image_layer_archive a = { .fd = -1 };
	int r = open_archive(at, &a, err);

	if (!r)
		r = read_at(a.tar, position, sink, ctx, err);
	close_archive(&a);
	return r;
}
