/* SPDX-License-Identifier: Apache-2.0 */
/* image_tree_id.c: the canonical form of an image's content. */
#include "engine/image_tree.h"
#include "model/enc.h"

/* What no two builds agree on, and what says how an image was made rather than what it is. */
static const char *const dropped[] = { "created",          "history",        "rootfs", "container",
				       "container_config", "docker_version", "parent" };
/* Of the part that a container gets: the builder's last container, in docker's format. */
static const char *const dropped_inside[] = { "Hostname", "Domainname", "Image" };

#define BUILDER_LABEL "io.buildah.version"

/* Builders write what is unset as nothing, null, "", [], {} or false. */
static bool
is_unset(const json_t *value)
{
	return json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

static void
drop_unset(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value) if (is_unset(value))(void)
		json_object_del(object, key); /* it is there */
}

static char *
canonical_config(const struct image_tree *t)
{
	AUTO_JSON json_t *all = json_deep_copy(image_tree_config(t));
	json_t *inside = json_object_get(all, "config");

	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++)
		(void)json_object_del(all, dropped[i]); /* perhaps not there */
	for (size_t i = 0; i < ARRAY_SIZE(dropped_inside); i++)
		(void)json_object_del(inside, dropped_inside[i]);
	(void)json_object_del(json_object_get(inside, "Labels"), BUILDER_LABEL);
	drop_unset(inside);
	drop_unset(all);
	return json_canonical(all);
}

/* Mount points that builders make for RUN and leave behind, always empty. */
static bool
is_artefact(const struct image_entry *e)
{
	static const char *const paths[] = { "/etc/hosts", "/etc/hostname", "/etc/resolv.conf",
					     "/.dockerenv" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(e->path, paths[i]))
			return e->type == TAR_FILE && !e->size;
	return false;
}

static const char *
type_name(enum tar_type type)
{
	static const char *const names[] = {
		[TAR_FILE] = "file", [TAR_HARDLINK] = "file", [TAR_SYMLINK] = "link",
		[TAR_DIR] = "dir",   [TAR_CHAR] = "char",     [TAR_BLOCK] = "block",
		[TAR_FIFO] = "fifo"
	};

	return names[type];
}

/* The overlay file system's own notes, which buildah as an ordinary user leaves in layers. */
static bool
is_overlay_note(const char *xattr)
{
	return !strncmp(xattr, "user.overlay.", 13) || !strncmp(xattr, "trusted.overlay.", 16);
}

static void
add_entry(struct buf *b, const struct image_entry *e)
{
	char hex[SHA256_HEX_SIZE];

	enc_add(b, str_c(e->path));
	/* Nothing and nobody looks at the mode of a link. */
	buf_addf(b, "\t%s\t%04o\t%lld\t%lld\t", type_name(e->type),
		 e->type == TAR_SYMLINK ? 0777 : e->mode, (long long)e->uid, (long long)e->gid);
	if (e->type == TAR_FILE) {
		sha256_hex(e->hash, hex);
		buf_adds(b, hex);
	} else if (e->type == TAR_SYMLINK) {
		enc_add(b, str_c(e->target));
	} else if (e->type == TAR_CHAR || e->type == TAR_BLOCK) {
		buf_addf(b, "%u:%u", e->dev_major, e->dev_minor);
	}
	for (size_t i = 0; i < e->nxattrs; i++) {
		if (is_overlay_note(e->xattrs[i].name))
			continue;
		enc_field(b, str_c(e->xattrs[i].name));
		enc_field(b, e->xattrs[i].value);
	}
	buf_addc(b, '\n');
}

static void
add_head(struct buf *b, const struct image_tree *t)
{
	AUTO_FREE char *config = canonical_config(t);

	buf_adds(b, "lockstep-tree\t1\nconfig");
	enc_field(b, str_c(config));
	buf_addc(b, '\n');
}

void
image_tree_canonical(const struct image_tree *t, struct buf *b)
{
	const struct image_entry *const *entries;
	size_t n;

	add_head(b, t);
	entries = image_tree_entries(t, &n);
	for (size_t i = 0; i < n; i++)
		if (!is_artefact(entries[i]))
			add_entry(b, entries[i]);
}

struct sha256
image_tree_id(const struct image_tree *t)
{
	AUTO_SHA256 struct sha256_ctx *sha = sha256_new();
	AUTO_BUF struct buf b = BUF_INIT;
	const struct image_entry *const *entries;
	size_t n;

	buf_init(&b, 0);
	add_head(&b, t);
	entries = image_tree_entries(t, &n);
	for (size_t i = 0; i < n; i++) {
		if (!is_artefact(entries[i]))
			add_entry(&b, entries[i]);
		sha256_update(sha, b.data, b.len); /* the whole form of a big image is big */
		buf_clear(&b);
	}
	sha256_update(sha, b.data, b.len);
	return sha256_final(sha);
}
