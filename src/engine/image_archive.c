/* SPDX-License-Identifier: Apache-2.0 */
/* image_archive.c: unpacks what docker saved. */
#include "engine/image_archive.h"

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "io/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MAX_MEMBERS 10000 /* three for each of a thousand layers, and more */

struct archive {
	struct arena *arena;
	const char *dir;
	struct tar *tar;
	struct map *files; /* cleaned name in the archive → file of ours */
	struct map *links; /* the same → cleaned name of the target */
};

static int
odd(const struct archive *a, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "the saved image in '%s' %s", a->dir, what);
}

static int
write_all(int fd, struct str piece)
{
	while (piece.n) {
		ssize_t n = write(fd, piece.p, piece.n);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			piece = str_sub(piece, (size_t)n, piece.n);
	}
	return 0;
}

static int
unpack_file(struct archive *a, const char *name, struct err *err)
{
	char *path = arena_printf(a->arena, "%s/member-%zu", a->dir, map_len(a->files));
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct str piece = { 0 };
	int r;

	if (fd < 0)
		return err_sys(err, "cannot write '%s'", path);
	do {
		r = tar_read(a->tar, &piece, err);
		if (!r && write_all(fd, piece))
			r = err_sys(err, "cannot write '%s'", path);
	} while (!r && piece.n);
	map_set(a->files, str_c(name), path);
	return r;
}

static int
unpack(struct archive *a, struct err *err)
{
	struct tar_entry entry;
	int r;

	while ((r = tar_next(a->tar, &entry, err)) > 0) {
		AUTO_FREE char *clean = path_clean(entry.path), *up = path_dir(clean);
		const char *name = arena_strdup(a->arena, clean);

		if (map_len(a->files) + map_len(a->links) > MAX_MEMBERS)
			return odd(a, "has too many members", err);
		if (entry.type == TAR_FILE) {
			r = unpack_file(a, name, err);
			if (r)
				return r;
		} else if (entry.type == TAR_SYMLINK || entry.type == TAR_HARDLINK) {
			AUTO_FREE char *target = str_dup(entry.target);
			AUTO_FREE char *joined =
				path_join(entry.type == TAR_SYMLINK ? up : ".", target);
			AUTO_FREE char *to = path_clean(str_c(joined));

			map_set(a->links, str_c(name), arena_strdup(a->arena, to));
		}
	}
	return r;
}

/* The file of a member, through at most one link; NULL and err when it is not there. */
static const char *
member(const struct archive *a, const char *name, struct err *err)
{
	AUTO_FREE char *clean = path_clean(str_c(name ? name : ""));
	const char *target = map_get(a->links, str_c(clean));
	const char *path = map_get(a->files, str_c(target ? target : clean));

	if (!path)
		odd(a, "lacks a file that its manifest names", err);
	return path;
}

static int
read_text(const struct archive *a, const char *path, size_t max, struct str *ret, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, max, &text, err);
	if (!r)
		*ret = str_c(arena_str(a->arena, buf_str(&text)));
	return r;
}

static int
take(const struct archive *a, const json_t *image, struct image_export *ret, struct err *err)
{
	const json_t *layers = json_object_get(image, "Layers");
	const char *path = member(a, json_get_text(image, "Config"), err);
	int r = path ? read_text(a, path, MAX_CONFIG_BLOB, &ret->config, err) : -(int)err->class;

	ret->nlayers = json_array_size(layers);
	ret->layers = arena_calloc(a->arena, ret->nlayers + 1, sizeof(*ret->layers));
	for (size_t i = 0; !r && i < ret->nlayers; i++) {
		ret->layers[i].path = member(a, json_string_value(json_array_get(layers, i)), err);
		if (!ret->layers[i].path)
			r = -(int)err->class;
	}
	return r;
}

static int
read_unpacked(const struct archive *a, struct image_export *ret, struct err *err)
{
	const char *path = member(a, "manifest.json", err);
	AUTO_JSON json_t *manifest = NULL;
	struct str text;
	int r = path ? read_text(a, path, MAX_MANIFEST, &text, err) : -(int)err->class;

	if (!r && (json_parse(text, path, &manifest, err) || json_array_size(manifest) != 1)) {
		err_clear(err);
		r = odd(a, "has no readable manifest", err);
	}
	return r ? r : take(a, json_array_get(manifest, 0), ret, err);
}

int
image_archive_read(struct arena *arena, const char *dir, struct image_export *ret, struct err *err)
{
	AUTO_MAP struct map *files = map_new(), *links = map_new();
	struct archive a = { .arena = arena, .dir = dir, .files = files, .links = links };
	const char *path = arena_printf(arena, "%s/" IMAGE_EXPORT_ARCHIVE, dir);
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "cannot read '%s'", path);
	r = tar_open(fd, path, &a.tar, err);
	if (!r)
		r = unpack(&a, err);
	tar_close(a.tar);
	if (!r && unlink(path))
		r = err_sys(err, "cannot remove '%s'", path);
	return r ? r : read_unpacked(&a, ret, err);
}
