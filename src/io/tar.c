/* SPDX-License-Identifier: Apache-2.0 */
/* tar.c: libarchive as a reader of image layers. */
#include "io/tar.h"

#include "base/vec.h"
#include "io/library.h"
#include "io/tar_priv.h"

#include <errno.h>
#include <unistd.h>

#define LIBARCHIVE "libarchive.so.13"
#define PIECE (256u << 10)

struct tar {
	struct tar_library lib;
	struct archive *archive;
	char *name;
	VEC(struct tar_xattr) xattrs; /* of the entry */
	char *piece;
	tar_source source; /* or NULL */
	void *source_ctx;
	struct err source_err;
	bool ended; /* a packed file without a byte */
};

int
tar_load(struct tar_library *lib, struct err *err)
{
	const struct library_function wanted[] = {
#define WANTED(name) { #name, &lib->name },
		ARCHIVE_FUNCTIONS(WANTED)
#undef WANTED
	};

	return library_load(LIBARCHIVE, "libarchive13", wanted, ARRAY_SIZE(wanted), err);
}

static int
fail(struct tar *t, struct err *err)
{
	const char *why = t->lib.archive_error_string(t->archive);
	int code = t->lib.archive_errno(t->archive);

	if (t->source_err.class)
		return err_move(err, &t->source_err);
	err_set(err, ERR_FAILED, "cannot read the archive '%s': %s", t->name,
		why ? why : "it is damaged");
	if (err && code > 0) /* libarchive's own codes are negative */
		err->sys_errno = code;
	return -ERR_FAILED;
}

static int
new_reader(const char *name, struct tar **ret, struct err *err)
{
	struct tar *t = xcalloc(1, sizeof(*t));
	int r = tar_load(&t->lib, err);

	if (r) {
		free(t);
		return r;
	}
	t->name = xstrdup(name);
	t->archive = t->lib.archive_read_new();
	BUG_ON(!t->archive);
	*ret = t;
	return 0;
}

static bool
take_filters(struct tar *t)
{
	return t->lib.archive_read_support_filter_gzip(t->archive) == ARCHIVE_OK &&
	       t->lib.archive_read_support_filter_zstd(t->archive) == ARCHIVE_OK;
}

static bool
take_formats(struct tar *t)
{
	return t->lib.archive_read_support_format_tar(t->archive) == ARCHIVE_OK &&
	       t->lib.archive_read_support_format_empty(t->archive) == ARCHIVE_OK;
}

/* Ends the opening of a reader: takes t where it did not succeed. */
static int
opened(struct tar *t, bool success, struct tar **ret, struct err *err)
{
	int r = 0;

	if (success)
		*ret = t;
	else
		r = fail(t, err);
	if (r)
		tar_close(t);
	return r;
}

int
tar_open(int fd, const char *name, struct tar **ret, struct err *err)
{
	struct tar *t;
	int r = new_reader(name, &t, err);

	return r ? r
		 : opened(t,
			  take_filters(t) && take_formats(t) &&
				  t->lib.archive_read_open_fd(t->archive, fd, PIECE) == ARCHIVE_OK,
			  ret, err);
}

static la_ssize_t
read_source(struct archive *archive UNUSED, void *ctx, const void **ret)
{
	struct tar *t = ctx;
	struct str piece = { 0 };

	if (t->source(t->source_ctx, &piece, &t->source_err))
		return -1;
	*ret = piece.p;
	return (la_ssize_t)piece.n;
}

int
tar_open_source(tar_source read, void *ctx, const char *name, struct tar **ret, struct err *err)
{
	struct tar *t;
	int r = new_reader(name, &t, err);

	if (r)
		return r;
	t->source = read;
	t->source_ctx = ctx;
	return opened(t,
		      take_formats(t) && t->lib.archive_read_open(t->archive, t, NULL, read_source,
								  NULL) == ARCHIVE_OK,
		      ret, err);
}

int
tar_open_packed(int fd, const char *name, struct tar **ret, struct err *err)
{
	struct archive_entry *ignored;
	struct tar *t;
	int r = new_reader(name, &t, err);

	if (r)
		return r;
	if (take_filters(t) && t->lib.archive_read_support_format_raw(t->archive) == ARCHIVE_OK &&
	    t->lib.archive_read_support_format_empty(t->archive) == ARCHIVE_OK &&
	    t->lib.archive_read_open_fd(t->archive, fd, PIECE) == ARCHIVE_OK)
		r = t->lib.archive_read_next_header(t->archive, &ignored);
	else
		r = ARCHIVE_FATAL;
	t->ended = r == ARCHIVE_EOF;
	return opened(t, r == ARCHIVE_OK || t->ended, ret, err);
}

void
tar_close(struct tar *t)
{
	if (!t)
		return;
	(void)t->lib.archive_read_free(t->archive); /* nothing was written */
	vec_fini(&t->xattrs);
	err_clear(&t->source_err);
	free(t->piece);
	free(t->name);
	free(t);
}

static bool
type_of(struct tar *t, struct archive_entry *e, enum tar_type *ret)
{
	static const struct {
		mode_t mode;
		enum tar_type type;
	} types[] = {
		{ AE_IFREG, TAR_FILE }, { AE_IFLNK, TAR_SYMLINK }, { AE_IFDIR, TAR_DIR },
		{ AE_IFCHR, TAR_CHAR }, { AE_IFBLK, TAR_BLOCK },   { AE_IFIFO, TAR_FIFO },
	};
	mode_t mode = t->lib.archive_entry_filetype(e);

	if (t->lib.archive_entry_hardlink(e)) {
		*ret = TAR_HARDLINK;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].mode != mode)
			continue;
		*ret = types[i].type;
		return true;
	}
	return false;
}

static void
take_xattrs(struct tar *t, struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t size;

	t->xattrs.n = 0;
	if (!t->lib.archive_entry_xattr_reset(e))
		return;
	while (t->lib.archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK)
		vec_push(&t->xattrs, ((struct tar_xattr){ name, { value, size } }));
}

int
tar_next(struct tar *t, struct tar_entry *ret, struct err *err)
{
	struct archive_entry *e;
	enum tar_type type;
	const char *path;
	int r;

	do {
		r = t->lib.archive_read_next_header(t->archive, &e);
		if (r == ARCHIVE_EOF)
			return 0;
		/* A warning is about the name's characters, which are taken as they are. */
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return fail(t, err);
		path = t->lib.archive_entry_pathname(e);
	} while (!type_of(t, e, &type) || !path);
	take_xattrs(t, e);
	*ret = (struct tar_entry){
		.type = type,
		.path = str_c(path),
		.mode = t->lib.archive_entry_perm(e),
		.uid = t->lib.archive_entry_uid(e),
		.gid = t->lib.archive_entry_gid(e),
		.size = type == TAR_FILE ? t->lib.archive_entry_size(e) : 0,
		.mtime_s = t->lib.archive_entry_mtime(e),
		.mtime_ns = t->lib.archive_entry_mtime_nsec(e),
		.xattrs = t->xattrs.v,
		.nxattrs = t->xattrs.n,
	};
	if (type == TAR_HARDLINK)
		ret->target = str_c(t->lib.archive_entry_hardlink(e));
	if (type == TAR_SYMLINK)
		ret->target = str_c(t->lib.archive_entry_symlink(e));
	if (type == TAR_CHAR || type == TAR_BLOCK) {
		ret->dev_major = (uint32_t)t->lib.archive_entry_rdevmajor(e);
		ret->dev_minor = (uint32_t)t->lib.archive_entry_rdevminor(e);
	}
	return 1;
}

int
tar_read(struct tar *t, struct str *ret, struct err *err)
{
	la_ssize_t n = 0;

	if (!t->piece)
		t->piece = xmalloc(PIECE);
	if (!t->ended)
		n = t->lib.archive_read_data(t->archive, t->piece, PIECE);
	if (n < 0)
		return fail(t, err);
	*ret = (struct str){ t->piece, (size_t)n };
	return 0;
}
