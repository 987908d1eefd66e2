/* SPDX-License-Identifier: Apache-2.0 */
/* t-file.c: whole files, and trees that vanish. */
#include "base/file.h"

#include "lib/tmp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check_err(const struct err *err, enum err_class class, int sys_errno, const char *want)
{
	assert_string_equal(err_class_name(err->class), err_class_name(class));
	assert_int_equal(err->sys_errno, sys_errno);
	assert_string_equal(err->msg, want);
}

static void
reading_gives_the_bytes(void **state)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "f");

	buf_adds(&b, "what was there before");
	tmp_write(*state, "f", STR_LIT("a\0b\n"), 0600);
	assert_int_equal(file_read(AT_FDCWD, path, 100, &b, &err), 0);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "a\0b\n", 5);
	tmp_text(*state, "f", "");
	assert_int_equal(file_read(AT_FDCWD, path, 0, &b, &err), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(err.class, ERR_NONE);
}

static void
reading_relative_to_a_descriptor(void **state)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	int AUTO_FD dir = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	tmp_text(*state, "sub/f", "here");
	assert_int_equal(file_read(dir, "sub/f", 100, &b, &err), 0);
	assert_string_equal(b.data, "here");
	assert_true(file_exists(dir, "sub/f"));
	assert_true(file_exists(dir, "sub"));
	assert_false(file_exists(dir, "f"));
}

static void
large_files_are_read_whole(void **state)
{
	struct buf AUTO_BUF want = BUF_INIT;
	struct buf AUTO_BUF got = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "f");

	for (int i = 0; i < 100000; i++)
		buf_addf(&want, "%d\n", i);
	tmp_write(*state, "f", buf_str(&want), 0600);
	assert_int_equal(file_read(AT_FDCWD, path, want.len, &got, &err), 0);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.data, want.data, want.len);
}

static void
files_without_a_size_are_read(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &b, &err), 0);
	assert_memory_equal(b.data, "Name:", 5);
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 10, &b, &err), -ERR_INPUT);
	check_err(&err, ERR_INPUT, 0, "cannot read '/proc/self/status': larger than 10 bytes");
	assert_int_equal(b.len, 0);
}

static void
what_cannot_be_read(void **state)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	int AUTO_FD dir = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(file_read(dir, "none", 10, &b, &err), -ERR_SYSTEM);
	check_err(&err, ERR_SYSTEM, ENOENT, "cannot read 'none': No such file or directory");
	assert_int_equal(file_read(dir, ".", 10, &b, &err), -ERR_SYSTEM);
	check_err(&err, ERR_SYSTEM, EISDIR, "cannot read '.': Is a directory");
	tmp_text(*state, "f", "12345678901");
	assert_int_equal(file_read(dir, "f", 10, &b, &err), -ERR_INPUT);
	check_err(&err, ERR_INPUT, 0, "cannot read 'f': larger than 10 bytes");
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_int_equal(file_read(dir, "fifo", 10, &b, &err), -ERR_INPUT);
	check_err(&err, ERR_INPUT, 0, "cannot read 'fifo': not a regular file");
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

/* All the entries of a folder but "." and "..". */
static size_t
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	(void)closedir(dir); /* only read */
	return n - 2;
}

static void
writing_replaces_the_whole_file(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "d/f");
	char *AUTO_FREE dir = tmp_path(*state, "d");
	char *AUTO_FREE got = NULL;
	mode_t before;

	tmp_text(*state, "d/f", "a long text that was there before");
	before = umask(077);
	assert_int_equal(file_write(path, STR_LIT("new\n"), 0664, &err), 0);
	(void)umask(before);
	got = tmp_read(*state, "d/f");
	assert_string_equal(got, "new\n");
	assert_int_equal(mode_of(path), 0664);
	assert_int_equal(file_write(path, STR_NULL, 0600, &err), 0);
	free(got);
	got = tmp_read(*state, "d/f");
	assert_string_equal(got, "");
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(count_entries(dir), 1);
}

static void
a_failed_write_leaves_nothing_behind(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "d/folder");
	char *AUTO_FREE missing = tmp_path(*state, "none/f");
	char *AUTO_FREE dir = tmp_path(*state, "d");
	char *AUTO_FREE want = xasprintf("cannot write '%s': Is a directory", path);
	char *AUTO_FREE want_missing =
		xasprintf("cannot write '%s': No such file or directory", missing);

	tmp_text(*state, "d/folder/f", "");
	assert_int_equal(file_write(path, STR_LIT("x"), 0600, &err), -ERR_SYSTEM);
	check_err(&err, ERR_SYSTEM, EISDIR, want);
	assert_int_equal(count_entries(dir), 1);
	assert_int_equal(file_write(missing, STR_LIT("x"), 0600, &err), -ERR_SYSTEM);
	check_err(&err, ERR_SYSTEM, ENOENT, want_missing);
}

static void
a_full_disk_is_told(void **state)
{
	struct rlimit before, little;
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF big = BUF_INIT;
	char *AUTO_FREE path = tmp_path(*state, "f");
	char *AUTO_FREE want = xasprintf("cannot write '%s': File too large", path);
	char *AUTO_FREE got = NULL;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;

	tmp_text(*state, "f", "old");
	for (int i = 0; i < 10000; i++)
		buf_addc(&big, 'x');
	assert_int_equal(sigaction(SIGXFSZ, &ignore, &old), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = (struct rlimit){ 4096, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(file_write(path, buf_str(&big), 0600, &err), -ERR_SYSTEM);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(sigaction(SIGXFSZ, &old, NULL), 0);
	check_err(&err, ERR_SYSTEM, EFBIG, want);
	got = tmp_read(*state, "f");
	assert_string_equal(got, "old");
	assert_int_equal(count_entries(*state), 1);
}

static void
making_folders_on_the_way(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "a//b/c/");
	char *AUTO_FREE a = tmp_path(*state, "a");
	char *AUTO_FREE below_file = tmp_path(*state, "f/x/y");
	char *AUTO_FREE x = tmp_path(*state, "f/x");
	char *AUTO_FREE file = tmp_path(*state, "f");
	char *AUTO_FREE want = xasprintf("cannot create folder '%s': File exists", file);

	assert_int_equal(file_mkdirs(path, &err), 0);
	assert_int_equal(mode_of(path), 0700);
	assert_int_equal(mode_of(a), 0700);
	assert_int_equal(file_mkdirs(path, &err), 0);
	assert_int_equal(file_mkdirs("/", &err), 0);
	assert_int_equal(file_mkdirs(".", &err), 0);
	tmp_text(*state, "f", "");
	assert_int_equal(file_mkdirs(below_file, &err), -ERR_SYSTEM);
	check_err(&err, ERR_SYSTEM, EEXIST, want);
	assert_false(file_exists(AT_FDCWD, x));
}

static void
links_to_folders_serve_as_folders(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE path = tmp_path(*state, "link/below");
	char *AUTO_FREE real = tmp_path(*state, "real/below");

	tmp_mkdir(*state, "real");
	TMP_RUN(*state, "ln", "-s", "real", "link");
	assert_int_equal(file_mkdirs(path, &err), 0);
	assert_true(file_exists(AT_FDCWD, real));
}

static void
trees_are_removed_and_links_are_not_followed(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE tree = tmp_path(*state, "tree");
	char *AUTO_FREE outside = tmp_path(*state, "outside/precious");

	tmp_text(*state, "outside/precious", "");
	tmp_text(*state, "tree/a/b/c/f", "");
	tmp_text(*state, "tree/a/.hidden", "");
	tmp_text(*state, "tree/a/with\nnewline", "");
	tmp_mkdir(*state, "tree/empty");
	TMP_RUN(*state, "ln", "-s", "../outside", "tree/link");
	TMP_RUN(*state, "ln", "-s", "../../outside/precious", "tree/a/link");
	TMP_RUN(*state, "ln", "-s", "nowhere", "tree/dangling");
	TMP_RUN(*state, "mkfifo", "tree/fifo");
	assert_int_equal(file_remove_tree(tree, &err), 0);
	assert_false(file_exists(AT_FDCWD, tree));
	assert_true(file_exists(AT_FDCWD, outside));
	assert_int_equal(file_remove_tree(tree, &err), 0);
}

static void
a_link_or_file_in_the_place_of_a_tree(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE link = tmp_path(*state, "link");
	char *AUTO_FREE slash = tmp_path(*state, "link//");
	char *AUTO_FREE file = tmp_path(*state, "file");
	char *AUTO_FREE kept = tmp_path(*state, "real/f");
	struct stat st;

	tmp_text(*state, "real/f", "");
	tmp_text(*state, "file", "");
	TMP_RUN(*state, "ln", "-s", "real", "link");
	assert_int_equal(file_remove_tree(slash, &err), 0);
	assert_int_equal(lstat(link, &st), -1);
	assert_true(file_exists(AT_FDCWD, kept));
	assert_int_equal(file_remove_tree(file, &err), 0);
	assert_false(file_exists(AT_FDCWD, file));
}

static void
folders_without_permissions_are_opened_first(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE tree = tmp_path(*state, "tree");

	tmp_text(*state, "tree/read-only/f", "");
	tmp_text(*state, "tree/nothing/sub/f", "");
	TMP_RUN(*state, "chmod", "500", "tree/read-only");
	TMP_RUN(*state, "chmod", "000", "tree/nothing/sub", "tree/nothing", "tree");
	if (!getuid()) {
		/* Permissions bind only others than root. */
		TMP_RUN(*state, "chown", "-R", "65534:65534", ".");
		assert_int_equal(seteuid(65534), 0);
	}
	assert_int_equal(file_remove_tree(tree, &err), 0);
	assert_false(file_exists(AT_FDCWD, tree));
	assert_int_equal(seteuid(getuid()), 0);
}

static void
what_cannot_be_removed_is_named(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE tree = tmp_path(*state, "tree");
	char *AUTO_FREE want = xasprintf("cannot remove '%s/a/sub/f': Permission denied", tree);

	if (getuid()) {
		skip();
		return;
	}
	tmp_text(*state, "tree/a/sub/f", "");
	TMP_RUN(*state, "chmod", "755", ".");
	TMP_RUN(*state, "chown", "65534", "tree", "tree/a");
	TMP_RUN(*state, "chmod", "755", "tree", "tree/a", "tree/a/sub");
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(file_remove_tree(tree, &err), -ERR_SYSTEM);
	assert_int_equal(seteuid(0), 0);
	check_err(&err, ERR_SYSTEM, EACCES, want);
}

static void
very_deep_trees_need_few_descriptors(void **state)
{
	enum { DEPTH = 5000 };
	struct rlimit before, few;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE tree = tmp_path(*state, "tree");
	int fd;

	tmp_mkdir(*state, "tree");
	fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < DEPTH; i++) {
		int below;

		assert_int_equal(mkdirat(fd, "a-name-that-makes-it-long", 0700), 0);
		below = openat(fd, "a-name-that-makes-it-long", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)close(fd);
		fd = below;
	}
	(void)close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ 16, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(file_remove_tree(tree, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(file_exists(AT_FDCWD, tree));
}

static void
no_descriptor_is_left_open(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF b = BUF_INIT;
	char *AUTO_FREE tree = tmp_path(*state, "tree");
	char *AUTO_FREE file = tmp_path(*state, "tree/f");
	int first = open("/dev/null", O_RDONLY | O_CLOEXEC), last;

	for (int i = 0; i < 5; i++) {
		assert_int_equal(file_mkdirs(tree, &err), 0);
		assert_int_equal(file_write(file, STR_LIT("x"), 0600, &err), 0);
		assert_int_equal(file_read(AT_FDCWD, file, 9, &b, &err), 0);
		assert_int_equal(file_read(AT_FDCWD, tree, 9, &b, &err), -ERR_SYSTEM);
		assert_int_equal(file_remove_tree(tree, &err), 0);
	}
	last = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(last, first + 1);
	(void)close(first);
	(void)close(last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reading_gives_the_bytes, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(reading_relative_to_a_descriptor, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(large_files_are_read_whole, tmp_setup,
						tmp_teardown),
		cmocka_unit_test(files_without_a_size_are_read),
		cmocka_unit_test_setup_teardown(what_cannot_be_read, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(writing_replaces_the_whole_file, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(a_failed_write_leaves_nothing_behind, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(making_folders_on_the_way, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(links_to_folders_serve_as_folders, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(trees_are_removed_and_links_are_not_followed,
						tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(a_link_or_file_in_the_place_of_a_tree, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(folders_without_permissions_are_opened_first,
						tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_removed_is_named, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(very_deep_trees_need_few_descriptors, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(no_descriptor_is_left_open, tmp_setup,
						tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
