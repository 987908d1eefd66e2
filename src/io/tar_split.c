/* SPDX-License-Identifier: Apache-2.0 */
/* tar_split.c: puts an archive together again. */
#include "io/tar_split.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "io/fault.h"
#include "io/tree_dir_priv.h"

#include <errno.h>
#include <fcntl.h>

#define PIECE (256u << 10)
#define MAX_LINE (64u << 20) /* a header's extended attributes are in it, as base64 */

enum split_type { SPLIT_FILE = 1, SPLIT_BYTES = 2 };

struct tar_split {
	char *name;
	int fd;              /* of the split */
	struct tar *packed;  /* its lines */
	struct str unread;   /* of what packed gave last */
	struct buf line;     /* what is there of the line at hand */
	struct tree_dir dir; /* of the files */
	struct buf bytes;    /* of a line */
	int file;            /* that is being read, or -1 */
	int64_t left;        /* of it */
	char *piece;
	struct sha256_ctx *sha;
	struct tar *archive;
};

static int
odd(const struct tar_split *s, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "'%s' %s", s->name, what);
}

/* 1 and a line, 0 at the end. */
static int
next_line(struct tar_split *s, struct str *ret, struct err *err)
{
	const char *end = NULL;
	int r = 0;

	buf_clear(&s->line);
	while (!end) {
		size_t n;

		if (!s->unread.n)
			r = tar_read(s->packed, &s->unread, err);
		if (r || !s->unread.n)
			break;
		end = memchr(s->unread.p, '\n', s->unread.n);
		n = end ? (size_t)(end - s->unread.p) : s->unread.n;
		buf_add(&s->line, s->unread.p, n);
		s->unread = str_sub(s->unread, end ? n + 1 : n, s->unread.n);
		if (s->line.full)
			return odd(s, "has a line that is too long", err);
	}
	*ret = buf_str(&s->line);
	return r ? r : end || ret->n;
}

static int
open_file(struct tar_split *s, const json_t *line, struct err *err)
{
	const char *name = json_get_text(line, "name"), *raw = json_get_text(line, "name_raw");
	AUTO_BUF struct buf path = BUF_INIT;
	struct stat st;

	buf_init(&path, 0);
	if (raw && !base64_decode(str_c(raw), &path))
		return odd(s, "has a name that is no base64", err);
	if (!raw)
		buf_adds(&path, name ? name : "");
	while (path.len && (*path.data == '/' || !strncmp(path.data, "./", 2)))
		buf_consume(&path, 1);
	s->file = tree_dir_open(&s->dir, path.data, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (s->file < 0 || fstat(s->file, &st))
		return err_sys(err, "cannot read '%s' of '%s'", path.data, s->name);
	return S_ISREG(st.st_mode) ? 0 : odd(s, "names a file that is none", err);
}

static int
take_line(struct tar_split *s, struct str text, struct err *err)
{
	AUTO_JSON json_t *line = NULL;
	const char *payload;
	int r = json_parse(text, s->name, &line, err);

	if (r)
		return r;
	payload = json_get_text(line, "payload");
	switch (json_integer_value(json_object_get(line, "type"))) {
	case SPLIT_BYTES:
		buf_clear(&s->bytes);
		return base64_decode(str_c(payload ? payload : ""), &s->bytes)
			       ? 0
			       : odd(s, "has bytes that are no base64", err);
	case SPLIT_FILE:
		s->left = json_integer_value(json_object_get(line, "size"));
		return s->left > 0 ? open_file(s, line, err) : 0;
	default:
		return odd(s, "has a line of a type that is not known", err);
	}
}

static int
read_file(struct tar_split *s, struct str *ret, struct err *err)
{
	size_t want = s->left < PIECE ? (size_t)s->left : PIECE;
	ssize_t n = read(s->file, s->piece, want);

	if (n <= 0)
		return n ? err_sys(err, "cannot read a file of '%s'", s->name)
			 : odd(s, "has a file that has become shorter", err);
	s->left -= n;
	if (!s->left) {
		(void)close(s->file);
		s->file = -1;
	}
	*ret = (struct str){ s->piece, (size_t)n };
	return 0;
}

/* A tar_source. */
static int
read_on(void *ctx, struct str *ret, struct err *err)
{
	struct tar_split *s = ctx;
	struct str line;
	int r = 1;

	*ret = (struct str){ 0 };
	while (r > 0 && !ret->n) {
		if (s->file >= 0) {
			r = read_file(s, ret, err);
			break;
		}
		r = next_line(s, &line, err);
		if (r <= 0)
			break;
		buf_clear(&s->bytes);
		r = take_line(s, line, err);
		*ret = buf_str(&s->bytes);
		r = r ? r : 1;
	}
	if (r >= 0 && ret->n)
		sha256_update(s->sha, ret->p, ret->n);
	return r < 0 ? r : 0;
}

static int
open_parts(struct tar_split *s, const char *files, struct err *err)
{
	int r;

	errno = EACCES;
	if (!fault_hit("tar-split"))
		s->fd = open(s->name, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return err_sys(err, "cannot read '%s'", s->name);
	s->dir.fd = open(files, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->dir.fd < 0)
		return err_sys(err, "cannot open '%s'", files);
	r = tar_open_packed(s->fd, s->name, &s->packed, err);
	return r ? r : tar_open_source(read_on, s, s->name, &s->archive, err);
}

int
tar_split_open(const char *split, const char *files, struct tar_split **ret, struct err *err)
{
	struct tar_split *s = xcalloc(1, sizeof(*s));
	int r;

	*s = (struct tar_split){
		.name = xstrdup(split), .fd = -1, .dir = { .fd = -1 }, .file = -1
	};
	buf_init(&s->line, MAX_LINE);
	buf_init(&s->bytes, 0);
	s->piece = xmalloc(PIECE);
	s->sha = sha256_new();
	r = open_parts(s, files, err);
	if (r)
		tar_split_close(s);
	else
		*ret = s;
	return r;
}

void
tar_split_close(struct tar_split *s)
{
	if (!s)
		return;
	tar_close(s->archive);
	tar_close(s->packed);
	close_fdp(&s->file);
	close_fdp(&s->dir.fd);
	close_fdp(&s->fd);
	sha256_free(s->sha);
	buf_fini(&s->bytes);
	buf_fini(&s->line);
	free(s->piece);
	free(s->name);
	free(s);
}

struct tar *
tar_split_archive(const struct tar_split *s)
{
	return s->archive;
}

int
tar_split_verify(struct tar_split *s, struct sha256 digest, struct err *err)
{
	struct str piece;
	int r;

	do
		r = read_on(s, &piece, err);
	while (!r && piece.n);
	if (!r && !sha256_eq(sha256_final(s->sha), digest))
		r = odd(s, "and its files are not the layer that they were", err);
	return r;
}
