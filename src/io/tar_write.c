/* SPDX-License-Identifier: Apache-2.0 */
/* tar_write.c: libarchive as a writer that is asked for bytes. */
#include "io/tar_write.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/tar_priv.h"
#include "io/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (64u << 10)

struct member {
	char *path;
	const struct tree_entry *entry;
};

struct tar_write {
	struct tar_library lib;
	struct archive *archive;
	struct tree *tree;
	VEC(struct member) members;
	const struct tar_extra *extras;
	size_t nextras, next; /* member, then extra */
	int fd;               /* of the file under way */
	uint64_t left;        /* of it */
	struct buf out;       /* not read yet */
	size_t taken;         /* of out */
	bool closed;
	char *piece;
	struct err err;
};

/* What comes out waits until it is read: a header or a piece at a time. */
static la_ssize_t
on_write(struct archive *archive UNUSED, void *ctx, const void *p, size_t n)
{
	struct tar_write *w = ctx;

	buf_add(&w->out, p, n);
	return (la_ssize_t)n;
}

static int
collect(struct tar_write *w, struct str dir, struct err *err)
{
	const struct tree_entry *entries;
	size_t n;
	int r = tree_list(w->tree, dir, &entries, &n, err);

	for (size_t i = 0; !r && i < n; i++) {
		char *path = str_eq(dir, STR_LIT("."))
				     ? xstrdup(entries[i].name)
				     : xasprintf("%.*s/%s", STR_FMT(dir), entries[i].name);

		vec_push(&w->members, ((struct member){ path, &entries[i] }));
		if (entries[i].type == TREE_DIR)
			r = collect(w, str_c(path), err);
		else if (entries[i].type == TREE_SOCKET || entries[i].type == TREE_SPECIAL)
			r = err_set(err, ERR_INPUT, "'%s' is no file that can be sent", path);
	}
	return r;
}

static int
fail(struct tar_write *w, const char *path)
{
	const char *why = w->lib.archive_error_string(w->archive);

	return err_set(&w->err, ERR_FAILED, "cannot archive '%s': %s", path,
		       why ? why : "libarchive does not say why");
}

static int
start(struct tar_write *w, struct err *err)
{
	struct tar_library *lib = &w->lib;

	w->archive = lib->archive_write_new();
	BUG_ON(!w->archive);
	if (lib->archive_write_set_format_gnutar(w->archive) == ARCHIVE_OK &&
	    lib->archive_write_set_bytes_per_block(w->archive, 0) == ARCHIVE_OK &&
	    lib->archive_write_open(w->archive, w, NULL, on_write, NULL) == ARCHIVE_OK)
		return 0;
	(void)fail(w, tree_name(w->tree));
	return err_move(err, &w->err);
}

int
tar_write_new(const char *dir, const struct tar_extra *extras, size_t nextras,
	      struct tar_write **ret, struct err *err)
{
	struct tar_write *w = xcalloc(1, sizeof(*w));
	int r = tar_load(&w->lib, err);

	w->fd = -1;
	w->extras = extras;
	w->nextras = nextras;
	w->piece = xmalloc(PIECE);
	buf_init(&w->out, 0);
	if (!r)
		r = tree_open_dir(dir, &w->tree, err);
	if (!r)
		r = collect(w, STR_LIT("."), err);
	if (!r)
		r = start(w, err);
	if (r) {
		tar_write_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

void
tar_write_free(struct tar_write *w)
{
	if (!w)
		return;
	if (w->archive)
		(void)w->lib.archive_write_free(w->archive); /* given up, or closed before */
	for (size_t i = 0; i < w->members.n; i++)
		free(w->members.v[i].path);
	vec_fini(&w->members);
	tree_free(w->tree);
	close_fdp(&w->fd);
	buf_fini(&w->out);
	err_clear(&w->err);
	free(w->piece);
	free(w);
}

static struct archive_entry *
new_entry(struct tar_write *w, const char *path, unsigned type, uint32_t mode)
{
	struct archive_entry *e = w->lib.archive_entry_new();

	BUG_ON(!e);
	w->lib.archive_entry_set_pathname(e, path);
	w->lib.archive_entry_set_filetype(e, type);
	w->lib.archive_entry_set_perm(e, mode & 07777);
	return e;
}

/* Takes e. */
static int
put_header(struct tar_write *w, struct archive_entry *e, const char *path)
{
	int r = w->lib.archive_write_header(w->archive, e);

	w->lib.archive_entry_free(e);
	return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : fail(w, path);
}

static int
open_file(struct tar_write *w, const struct member *m)
{
	AUTO_FREE char *path = path_join(tree_name(w->tree), m->path);
	struct stat st;

	w->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (w->fd < 0 || fstat(w->fd, &st))
		return err_sys(&w->err, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode) || st.st_size != m->entry->stamp.size)
		return err_set(&w->err, ERR_INPUT, "'%s' changed while it was read", path);
	w->left = (uint64_t)st.st_size;
	return 0;
}

static int
put_member(struct tar_write *w, const struct member *m)
{
	static const unsigned types[] = {
		[TREE_FILE] = AE_IFREG, [TREE_DIR] = AE_IFDIR, [TREE_LINK] = AE_IFLNK
	};
	const struct tree_stamp *stamp = &m->entry->stamp;
	AUTO_FREE char *target = NULL;
	struct archive_entry *e;
	int r = 0;

	if (m->entry->type == TREE_LINK)
		r = tree_readlink(w->tree, str_c(m->path), &target, &w->err);
	else if (m->entry->type == TREE_FILE)
		r = open_file(w, m);
	if (r)
		return r;
	e = new_entry(w, m->path, types[m->entry->type], stamp->mode);
	w->lib.archive_entry_set_mtime(e, stamp->mtime_ns / 1000000000, 0);
	if (m->entry->type == TREE_FILE)
		w->lib.archive_entry_set_size(e, stamp->size);
	if (target)
		w->lib.archive_entry_set_symlink(e, target);
	return put_header(w, e, m->path);
}

static int
put_extra(struct tar_write *w, const struct tar_extra *extra)
{
	struct archive_entry *e = new_entry(w, extra->name, AE_IFREG, 0644);
	int r;

	w->lib.archive_entry_set_size(e, (la_int64_t)extra->content.n);
	w->lib.archive_entry_set_mtime(e, 0, 0);
	r = put_header(w, e, extra->name);
	if (!r && extra->content.n &&
	    w->lib.archive_write_data(w->archive, extra->content.p, extra->content.n) !=
		    (la_ssize_t)extra->content.n)
		r = fail(w, extra->name);
	return r;
}

static int
put_piece(struct tar_write *w)
{
	const char *path = w->members.v[w->next - 1].path;
	ssize_t n = read(w->fd, w->piece, PIECE < w->left ? PIECE : (size_t)w->left);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return err_sys(&w->err, "cannot read '%s'", path);
	if (!n)
		return err_set(&w->err, ERR_INPUT, "'%s' changed while it was read", path);
	if (w->lib.archive_write_data(w->archive, w->piece, (size_t)n) != n)
		return fail(w, path);
	w->left -= (uint64_t)n;
	return 0;
}

/* Puts a little more into out. */
static int
step(struct tar_write *w)
{
	if (w->fd >= 0 && w->left)
		return put_piece(w);
	close_fdp(&w->fd);
	w->fd = -1;
	if (w->next < w->members.n)
		return put_member(w, &w->members.v[w->next++]);
	if (w->next < w->members.n + w->nextras)
		return put_extra(w, &w->extras[w->next++ - w->members.n]);
	w->closed = true;
	return w->lib.archive_write_close(w->archive) == ARCHIVE_OK ? 0
								    : fail(w, tree_name(w->tree));
}

ssize_t
tar_write_read(struct tar_write *w, char *to, size_t max)
{
	size_t n;

	if (w->taken == w->out.len) {
		buf_clear(&w->out);
		w->taken = 0;
	}
	while (!w->out.len && !w->closed)
		if (w->err.class || step(w))
			return -1;
	n = w->out.len - w->taken;
	if (n > max)
		n = max;
	if (n)
		memcpy(to, w->out.data + w->taken, n);
	w->taken += n;
	return (ssize_t)n;
}

int
tar_write_error(const struct tar_write *w, struct err *err)
{
	if (!w->err.class)
		return 0;
	err_set(err, w->err.class, "%s", w->err.msg);
	if (err)
		err->sys_errno = w->err.sys_errno;
	return -(int)w->err.class;
}
