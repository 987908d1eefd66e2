/* SPDX-License-Identifier: Apache-2.0 */
/* cstorage.c: images.json and config blobs of a containers/storage folder. */
#include "engine/cstorage.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>

void
cstorage_fini(struct cstorage *s)
{
	free(s->root);
	free(s->run);
	free(s->driver);
	json_decref(s->images);
	*s = (struct cstorage){ 0 };
}

static const char *
hex_of(const char *image_id)
{
	struct sha256 h;

	return sha256_parse_digest(str_c(image_id), &h) ? image_id + 7 : NULL;
}

bool
cstorage_has(const struct cstorage *s, const char *image_id)
{
	const char *hex = hex_of(image_id);
	AUTO_FREE char *path = NULL;

	if (!hex)
		return false;
	path = xasprintf("%s/%s-images/%s/manifest", s->root, s->driver, hex);
	return file_exists(AT_FDCWD, path);
}

int
cstorage_config(const struct cstorage *s, const char *image_id, struct buf *ret, struct err *err)
{
	const char *hex = hex_of(image_id);
	AUTO_FREE char *path = NULL, *name = NULL;
	AUTO_ERR struct err own = ERR_INIT;
	struct sha256 want;

	if (!hex || !sha256_parse_digest(str_c(image_id), &want))
		return 0;
	name = base64_encode(str_c(image_id));
	path = xasprintf("%s/%s-images/%s/=%s", s->root, s->driver, hex, name);
	if (file_read(AT_FDCWD, path, MAX_CONFIG_BLOB, ret, &own)) {
		if (own.sys_errno == ENOENT)
			return 0;
		return err_move(err, &own);
	}
	if (!sha256_eq(sha256_of(ret->data, ret->len), want))
		return err_set(err, ERR_FAILED, "the config of image %s in '%s' is damaged",
			       image_id, s->root);
	return 1;
}

static bool
has_name(const json_t *image, const char *name)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(image, "names"), i,
			   value) if (json_is_string(value) &&
				      !strcmp(json_string_value(value), name)) return true;
	return false;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Builders replace the file as a whole, so another inode or time is another list. */
static int
load_images(struct cstorage *s, struct err *err)
{
	AUTO_FREE char *path = xasprintf("%s/%s-images/images.json", s->root, s->driver);
	AUTO_BUF struct buf text = BUF_INIT;
	struct stat now;
	int r;

	if (stat(path, &now)) {
		json_decref(s->images);
		s->images = NULL;
		return errno == ENOENT ? 0 : err_sys(err, "cannot read '%s'", path);
	}
	if (s->images && same_file(&now, &s->stamp))
		return 0;
	json_decref(s->images);
	s->images = NULL;
	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, err);
	if (!r)
		r = json_parse(buf_str(&text), path, &s->images, err);
	s->stamp = now;
	return r;
}

int
cstorage_find(struct cstorage *s, const char *name, char **ret, struct err *err)
{
	const json_t *image;
	size_t i;
	int r = load_images(s, err);

	*ret = NULL;
	if (r)
		return r;
	json_array_foreach(s->images, i, image)
	{
		const char *id = json_get_text(image, "id");

		if (id && has_name(image, name)) {
			*ret = xasprintf("sha256:%s", id);
			return 0;
		}
	}
	return 0;
}

char *
cstorage_spec(const struct cstorage *s)
{
	return xasprintf("[%s@%s+%s]", s->driver, s->root, s->run);
}

json_t *
cstorage_list(const struct cstorage *s, const char *kind, const char *name)
{
	AUTO_FREE char *path = xasprintf("%s/%s-%s/%s", s->root, s->driver, kind, name);
	AUTO_ERR struct err ignored = ERR_INIT; /* an empty storage has none */
	AUTO_BUF struct buf text = BUF_INIT;
	json_t *list = NULL;

	buf_init(&text, 0);
	if (file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, &ignored) ||
	    json_parse(buf_str(&text), path, &list, &ignored))
		return NULL;
	return list;
}
