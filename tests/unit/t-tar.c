/* SPDX-License-Identifier: Apache-2.0 */
/* t-tar.c: archives that tar(1) wrote. */
#include "base/buf.h"
#include "base/file.h"
#include "io/proc.h"
#include "io/tar.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#define BIG (700u << 10) /* more than two pieces */

static int
open_in(const char *dir, const char *name)
{
	AUTO_FREE char *path = tmp_path(dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* One line an entry: "type path mode uid size [-> target]", and of files what they hold. */
static void
list(const char *dir, const char *name, bool read, struct buf *ret, struct err *err)
{
	static const char types[] = {
		[TAR_FILE] = 'f', [TAR_HARDLINK] = 'h', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd',
		[TAR_CHAR] = 'c', [TAR_BLOCK] = 'b',    [TAR_FIFO] = 'p'
	};
	AUTO_FD int fd = open_in(dir, name);
	struct tar *t = NULL;
	struct tar_entry e;
	int r = tar_open(fd, name, &t, err);

	buf_init(ret, 0);
	while (!r && (r = tar_next(t, &e, err)) > 0) {
		struct str piece;

		buf_addf(ret, "%c %.*s %04o %lld", types[e.type], STR_FMT(e.path), e.mode,
			 (long long)e.size);
		if (e.target.n)
			buf_addf(ret, " -> %.*s", STR_FMT(e.target));
		for (size_t i = 0; i < e.nxattrs; i++)
			buf_addf(ret, " %s=%.*s", e.xattrs[i].name, STR_FMT(e.xattrs[i].value));
		if (read && e.type == TAR_FILE && e.size < 100) {
			r = tar_read(t, &piece, err);
			if (!r)
				buf_addf(ret, " '%.*s'", STR_FMT(piece));
			if (!r)
				r = tar_read(t, &piece, err);
			if (r)
				break;
			assert_int_equal(piece.n, 0);
		}
		buf_addc(ret, '\n');
		r = 0;
	}
	assert_int_equal(r, err->class ? -(int)err->class : 0);
	tar_close(t);
}

static void
check(const char *dir, const char *name, const char *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf got = BUF_INIT;

	list(dir, name, true, &got, &err);
	assert_null(err.msg);
	assert_string_equal(got.data, want);
}

static void
make_files(const char *dir)
{
	AUTO_FREE char *fifo = tmp_path(dir, "in/fifo"), *link = tmp_path(dir, "in/link");
	AUTO_FREE char *one = tmp_path(dir, "in/b/one"), *two = tmp_path(dir, "in/two");
	AUTO_FREE char *sub = tmp_path(dir, "in/b");

	tmp_text(dir, "in/b/one", "1\n");
	assert_int_equal(chmod(sub, 0750), 0);
	assert_int_equal(chmod(one, 04755), 0);
	assert_int_equal(linkat(AT_FDCWD, one, AT_FDCWD, two, 0), 0);
	assert_int_equal(symlink("../b/one", link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(chmod(fifo, 0640), 0);
}

#define TAR_CREATE "tar", "--sort=name", "--numeric-owner", "-C", "in"

static void
test_types_in_every_format_and_compression(void **state)
{
	static const char want[] = "d b/ 0750 0\n"
				   "f b/one 4755 2 '1\n'\n"
				   "p fifo 0640 0\n"
				   "l link 0777 0 -> ../b/one\n"
				   "h two 4755 0 -> b/one\n";

	make_files(*state);
	TMP_RUN(*state, TAR_CREATE, "--format=pax", "-cf", "pax.tar", "b", "fifo", "link", "two");
	TMP_RUN(*state, TAR_CREATE, "--format=gnu", "-cf", "gnu.tar", "b", "fifo", "link", "two");
	TMP_RUN(*state, TAR_CREATE, "--format=ustar", "-cf", "u.tar", "b", "fifo", "link", "two");
	TMP_RUN(*state, "gzip", "-k", "pax.tar");
	check(*state, "pax.tar", want);
	check(*state, "gnu.tar", want);
	check(*state, "u.tar", want);
	check(*state, "pax.tar.gz", want);
	if (!proc_find("zstd", NULL))
		return;
	TMP_RUN(*state, "zstd", "-q", "pax.tar");
	check(*state, "pax.tar.zst", want);
}

/* Names are bytes: composed and decomposed, no UTF-8 at all, a newline, longer than ustar knows. */
static void
test_names_of_any_bytes(void **state)
{
	static const char *const formats[] = { "--format=pax", "--format=gnu" };
	char deep[400];
	AUTO_BUF struct buf want = BUF_INIT;

	memset(deep, 'd', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	deep[200] = '/';
	tmp_text(*state, "in/-dash\nline", "x");
	tmp_text(*state, "in/caf\xc3\xa9", "x");
	tmp_text(*state, "in/cafe\xcc\x81", "x");
	tmp_text(*state, "in/\xff\xfe", "x");
	AUTO_FREE char *in = xasprintf("in/%s", deep);
	tmp_text(*state, in, "x");
	buf_init(&want, 0);
	buf_addf(&want,
		 "f ./-dash\nline 0644 1 'x'\nf ./cafe\xcc\x81 0644 1 'x'\n"
		 "f ./caf\xc3\xa9 0644 1 'x'\nf ./%s 0644 1 'x'\nf ./\xff\xfe 0644 1 'x'\n",
		 deep);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		AUTO_BUF struct buf got = BUF_INIT, files = BUF_INIT;
		struct str rest, line;

		TMP_RUN(*state, TAR_CREATE, formats[i], "-cf", "t.tar", ".");
		list(*state, "t.tar", true, &got, &err);
		assert_null(err.msg);
		buf_init(&files, 0);
		rest = buf_str(&got);
		while (str_next_line(&rest, &line))
			if (line.p[0] != 'd')
				buf_addf(&files, "%.*s\n", STR_FMT(line));
		assert_string_equal(files.data, want.data);
	}
}

static void
test_xattrs(void **state)
{
	AUTO_FREE char *path = tmp_path(*state, "in/x");

	tmp_text(*state, "in/x", "x");
	if (setxattr(path, "user.one", "a\tb", 3, 0))
		skip(); /* the file system has none */
	TMP_RUN(*state, TAR_CREATE, "--format=pax", "--xattrs", "-cf", "t.tar", "x");
	check(*state, "t.tar", "f x 0644 1 user.one=a\tb 'x'\n");
}

static void
test_content_in_pieces(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *bytes = xmalloc(BIG);
	AUTO_BUF struct buf got = BUF_INIT;
	struct tar *t = NULL;
	struct tar_entry e;
	struct str piece;

	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)(i * 7 + i / 4096);
	tmp_write(*state, "in/big", (struct str){ bytes, BIG }, 0600);
	TMP_RUN(*state, TAR_CREATE, "-czf", "t.tar.gz", "big");
	AUTO_FD int fd = open_in(*state, "t.tar.gz");
	assert_int_equal(tar_open(fd, "t.tar.gz", &t, &err), 0);
	assert_int_equal(tar_next(t, &e, &err), 1);
	assert_int_equal(e.size, BIG);
	buf_init(&got, 0);
	do {
		assert_int_equal(tar_read(t, &piece, &err), 0);
		buf_add_str(&got, piece);
	} while (piece.n);
	assert_int_equal(got.len, BIG);
	assert_memory_equal(got.data, bytes, BIG);
	assert_int_equal(tar_next(t, &e, &err), 0);
	tar_close(t);
}

/* What is no archive, or is cut: in a header, in content that is read or skipped, in the stream. */
static void
test_damaged_archives(void **state)
{
	static const struct {
		const char *name;
		off_t size;
	} cuts[] = { { "plain.tar", 700 }, { "plain.tar", 3000 }, { "plain.tar.gz", 200 } };

	tmp_write(*state, "in/a", (struct str){ cuts[0].name, 4 }, 0644);
	for (int i = 0; i < 200; i++) {
		AUTO_FREE char *name = xasprintf("in/f%d", i);

		tmp_text(*state, name, name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		AUTO_FREE char *path = tmp_path(*state, cuts[i].name);
		AUTO_ERR struct err err = ERR_INIT;
		AUTO_BUF struct buf got = BUF_INIT;

		TMP_RUN(*state, TAR_CREATE, "-cf", "plain.tar", ".");
		TMP_RUN(*state, "gzip", "-kf", "plain.tar");
		assert_int_equal(truncate(path, cuts[i].size), 0);
		list(*state, cuts[i].name, true, &got, &err);
		assert_int_equal(err.class, ERR_FAILED);
		assert_non_null(strstr(err.msg, cuts[i].name));
	}
	tmp_text(*state, "words.tar",
		 "this is no archive but a text that is long enough to be one");
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf got = BUF_INIT;
	list(*state, "words.tar", true, &got, &err);
	assert_int_equal(err.class, ERR_FAILED);
	tmp_text(*state, "empty.tar", "");
	check(*state, "empty.tar", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_types_in_every_format_and_compression,
						tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_names_of_any_bytes, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_xattrs, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_content_in_pieces, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_damaged_archives, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
