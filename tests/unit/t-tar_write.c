/* SPDX-License-Identifier: Apache-2.0 */
/* t-tar_write.c: archives of folders, read back by tar(1). */
#include "base/buf.h"
#include "base/file.h"
#include "io/proc.h"
#include "io/tar_write.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BIG 300000

static int
archive(const char *dir, size_t piece, const struct tar_extra *extras, size_t n, struct err *err)
{
	AUTO_FREE char *from = tmp_path(dir, "in"), *to = tmp_path(dir, "out.tar");
	AUTO_FREE char *bytes = xmalloc(piece);
	AUTO_BUF struct buf all = BUF_INIT;
	struct tar_write *w;
	ssize_t got;
	int r;

	buf_init(&all, 0);
	if (tar_write_new(from, extras, n, &w, err))
		return -(int)err->class;
	while ((got = tar_write_read(w, bytes, piece)) > 0)
		buf_add(&all, bytes, (size_t)got);
	r = tar_write_error(w, err);
	assert_int_equal(got, r ? -1 : 0);
	tar_write_free(w);
	return r ? r : file_write(to, buf_str(&all), 0644, err);
}

static void
tar(const char *dir, const char *flags, struct buf *ret)
{
	AUTO_FREE char *file = tmp_path(dir, "out.tar"), *out = tmp_path(dir, "out");
	const char *argv[] = {
		"tar", flags, file, "-C", out, "--utc", "--numeric-owner", "--quoting-style=escape",
		NULL
	};
	AUTO_ERR struct err err = ERR_INIT;
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };

	buf_init(ret, 0);
	if (proc_run(&opts, ret, &err))
		fail_msg("%s", err.msg);
}

static void
all_of_a_folder_in_order(void **state)
{
	static const char name[] = "in/z-\xff-0123456789012345678901234567890123456789012345678901"
				   "23456789012345678901234567890123456789012345678901234567890";
	const struct tar_extra extras[] = { { ".ignore", STR_LIT("x\n") },
					    { "Dockerfile", STR_NULL } };
	const char *dir = *state;
	AUTO_FREE char *link = tmp_path(dir, "in/link"), *big = xcalloc(1, BIG + 1), *got = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf list = BUF_INIT, said = BUF_INIT;

	memset(big, 'b', BIG);
	tmp_text(dir, "in/sub/file", "hello\n");
	tmp_write(dir, "in/run.sh", STR_LIT("#!/bin/sh\n"), 0755);
	tmp_text(dir, "in/big", big);
	tmp_text(dir, "in/empty", "");
	tmp_text(dir, name, "odd");
	tmp_mkdir(dir, "out");
	assert_int_equal(symlink("sub/file", link), 0);
	TMP_RUN(dir, "find", "in", "-exec", "touch", "-h", "-d", "@86400", "{}", "+");
	TMP_RUN(dir, "chmod", "755", "in/sub");

	if (archive(dir, 1000, extras, 2, &err))
		fail_msg("%s", err.msg);
	tar(dir, "-tvf", &list);
	for (char *p = list.data; *p; p++)
		*p = *p == '\n' ? '|' : *p;
	got = xasprintf("-rw-r--r-- 0/0          300000 1970-01-02 00:00 big|"
			"-rw-r--r-- 0/0               0 1970-01-02 00:00 empty|"
			"lrwxrwxrwx 0/0               0 1970-01-02 00:00 link -> sub/file|"
			"-rwxr-xr-x 0/0              10 1970-01-02 00:00 run.sh|"
			"drwxr-xr-x 0/0               0 1970-01-02 00:00 sub/|"
			"-rw-r--r-- 0/0               6 1970-01-02 00:00 sub/file|"
			"-rw-r--r-- 0/0               3 1970-01-02 00:00 z-\\377%s|"
			"-rw-r--r-- 0/0               2 1970-01-01 00:00 .ignore|"
			"-rw-r--r-- 0/0               0 1970-01-01 00:00 Dockerfile|",
			name + strlen("in/z-\xff"));
	assert_string_equal(list.data, got);

	tar(dir, "-xf", &said);
	TMP_RUN(dir, "rm", "out/.ignore", "out/Dockerfile");
	TMP_RUN(dir, "diff", "-r", "in", "out");
}

static void
any_size_of_pieces_gives_one_archive(void **state)
{
	const char *dir = *state;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *first = NULL, *second = NULL;

	tmp_text(dir, "in/a", "a");
	tmp_text(dir, "in/d/b", "b");
	assert_int_equal(archive(dir, 1, NULL, 0, &err), 0);
	first = tmp_read(dir, "out.tar");
	assert_int_equal(archive(dir, 100000, NULL, 0, &err), 0);
	second = tmp_read(dir, "out.tar");
	assert_string_equal(first, second);
}

static void
a_folder_that_changes_is_given_up(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *from = tmp_path(dir, "in");
	AUTO_ERR struct err err = ERR_INIT;
	struct tar_write *w;
	char bytes[100];

	tmp_text(dir, "in/a", "as it was");
	assert_int_equal(tar_write_new(from, NULL, 0, &w, &err), 0);
	tmp_text(dir, "in/a", "longer than it was");
	assert_int_equal(tar_write_read(w, bytes, sizeof(bytes)), -1);
	assert_int_equal(tar_write_read(w, bytes, sizeof(bytes)), -1);
	assert_int_equal(tar_write_error(w, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "in/a' changed while it was read"));
	tar_write_free(w);
}

static void
what_cannot_be_sent(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *fifo = tmp_path(dir, "in/fifo");
	AUTO_ERR struct err err = ERR_INIT;

	tmp_mkdir(dir, "in");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(archive(dir, 100, NULL, 0, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "'fifo' is no file that can be sent");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_folder_in_order),
		TEST(any_size_of_pieces_gives_one_archive),
		TEST(a_folder_that_changes_is_given_up),
		TEST(what_cannot_be_sent),
	};

	return cmocka_run_group_tests_name("tar_write", tests, NULL, NULL);
}
