/* SPDX-License-Identifier: Apache-2.0 */
/* t-tree.c: the working tree: listing, looking, reading. */
#include "base/file.h"
#include "io/fault.h"
#include "io/tree.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct tree *
open_tree(const char *dir)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = NULL;

	if (tree_open_dir(dir, &t, &err))
		fail_msg("%s", err.msg);
	return t;
}

/* The names of a directory, each followed by its type's letter and '|'. */
static char *
listed(struct tree *t, struct str dir)
{
	static const char letters[] = { '-', 'd', 'l', 's', 'x' };
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;
	struct buf b = BUF_INIT;
	size_t n = 0;

	buf_init(&b, 0);
	if (tree_list(t, dir, &e, &n, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s %c%s|", e[i].name, letters[e[i].type], e[i].executable ? "*" : "");
	return buf_steal(&b);
}

static void
assert_list_fails(struct tree *t, const char *dir, int class, int sys_errno, const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;
	size_t n = 0;

	assert_int_equal(tree_list(t, str_c(dir), &e, &n, &err), -class);
	assert_int_equal(err.sys_errno, sys_errno);
	assert_string_equal(err.msg, want);
}

static const struct tree_entry *
looked_at(struct tree *t, const char *path)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;

	if (tree_stat(t, str_c(path), &e, &err))
		fail_msg("%s: %s", path, err.msg);
	return e;
}

static void
assert_stat_fails(struct tree *t, const char *path, int class, int sys_errno)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;

	assert_int_equal(tree_stat(t, str_c(path), &e, &err), -class);
	assert_int_equal(err.sys_errno, sys_errno);
}

static void
make_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(addr.sun_path));
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

/*
 * dir/file, dir/tool (executable), dir/sub/deep, dir/sub/empty/, link → dir, broken → nowhere,
 * fifo, socket
 */
static int
setup(void **state)
{
	char *AUTO_FREE link = NULL, *AUTO_FREE broken = NULL, *AUTO_FREE fifo = NULL,
			*AUTO_FREE sock = NULL;

	tmp_setup(state);
	link = tmp_path(*state, "link");
	broken = tmp_path(*state, "broken");
	fifo = tmp_path(*state, "fifo");
	sock = tmp_path(*state, "socket");
	tmp_text(*state, "dir/file", "hello\n");
	tmp_write(*state, "dir/tool", STR_LIT("#!/bin/true\n"), 0755);
	tmp_text(*state, "dir/sub/deep", "deep\n");
	tmp_mkdir(*state, "dir/sub/empty");
	assert_int_equal(symlink("dir", link), 0);
	assert_int_equal(symlink("no/where", broken), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	make_socket(sock);
	return 0;
}

static void
listing_is_sorted_and_typed(void **state)
{
	struct tree *t = open_tree(*state);
	char *AUTO_FREE top = listed(t, STR_LIT("."));
	char *AUTO_FREE dir = listed(t, STR_LIT("dir"));
	char *AUTO_FREE empty = listed(t, STR_LIT("dir/sub/empty"));

	assert_string_equal(top, "broken l|dir d|fifo x|link l|socket s|");
	assert_string_equal(dir, "file -|sub d|tool -*|");
	assert_string_equal(empty, "");
	assert_false(tree_is_commit(t));
	assert_string_equal(tree_name(t), *state);
	tree_free(t);
	tree_free(NULL);
}

static void
names_are_any_bytes(void **state)
{
	static const char *const names[] = { "odd/a\nb", "odd/-rf",     "odd/\xff\xfe", "odd/a b",
					     "odd/a",    "odd/\x1b[0m", "odd/*?[",      "odd/B" };
	struct tree *t = open_tree(*state);
	char *AUTO_FREE got = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		tmp_text(*state, names[i], "x");
	got = listed(t, STR_LIT("odd"));
	assert_string_equal(got, "\x1b[0m -|*?[ -|-rf -|B -|a -|a\nb -|a b -|\xff\xfe -|");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(looked_at(t, names[i])->name, names[i] + 4);
	tree_free(t);
}

static void
listing_is_cached(void **state)
{
	struct tree *t = open_tree(*state);
	char *AUTO_FREE before = listed(t, STR_LIT("dir/sub"));
	char *AUTO_FREE after = NULL;

	tmp_text(*state, "dir/sub/new", "x");
	after = listed(t, STR_LIT("dir/sub"));
	assert_string_equal(after, before);
	assert_null(looked_at(t, "dir/sub/new"));
	tree_free(t);
}

static void
list_of_what_is_no_directory_fails(void **state)
{
	struct tree *t = open_tree(*state);

	assert_list_fails(t, "none", ERR_SYSTEM, ENOENT,
			  "cannot read 'none': No such file or directory");
	assert_list_fails(t, "dir/file", ERR_SYSTEM, ENOTDIR,
			  "cannot read 'dir/file': Not a directory");
	assert_list_fails(t, "link", ERR_SYSTEM, ENOTDIR, "cannot read 'link': Not a directory");
	assert_list_fails(t, "link/sub", ERR_SYSTEM, ENOTDIR,
			  "cannot read 'link/sub': Not a directory");
	tree_free(t);
}

static void
paths_outside_are_refused(void **state)
{
	char *AUTO_FREE dir = tmp_path(*state, "dir");
	char *AUTO_FREE want = xasprintf("'..' lies outside of '%s'", dir);
	struct tree *t = open_tree(dir);

	assert_list_fails(t, "..", ERR_INPUT, 0, want);
	assert_stat_fails(t, "../link", ERR_INPUT, 0);
	assert_stat_fails(t, "/etc", ERR_INPUT, 0);
	tree_free(t);
}

static void
assert_stats(struct tree *t, const char *dir)
{
	char *AUTO_FREE path = tmp_path(dir, "dir/tool");
	const struct tree_entry *e = looked_at(t, "dir/tool");
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_string_equal(e->name, "tool");
	assert_int_equal(e->type, TREE_FILE);
	assert_true(e->executable);
	assert_int_equal(e->stamp.dev, st.st_dev);
	assert_int_equal(e->stamp.ino, st.st_ino);
	assert_int_equal(e->stamp.size, 12);
	assert_int_equal(e->stamp.mode, S_IFREG | 0755);
	assert_int_equal(e->stamp.mtime_ns, st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	assert_int_equal(e->stamp.ctime_ns, st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
	assert_null(e->stamp.oid);
	assert_int_equal(looked_at(t, ".")->type, TREE_DIR);
	assert_int_equal(looked_at(t, "dir")->type, TREE_DIR);
	assert_false(looked_at(t, "dir")->executable);
	assert_int_equal(looked_at(t, "link")->type, TREE_LINK);
	assert_null(looked_at(t, "none"));
	assert_null(looked_at(t, "dir/none"));
	assert_null(looked_at(t, "none/none"));
	assert_stat_fails(t, "link/file", ERR_SYSTEM, ENOTDIR);
	assert_stat_fails(t, "broken/file", ERR_SYSTEM, ENOTDIR);
	assert_stat_fails(t, "dir/file/x", ERR_SYSTEM, ENOTDIR);
}

static void
stat_says_the_same_with_and_without_listing(void **state)
{
	struct tree *t = open_tree(*state);
	const struct tree_entry *e = looked_at(t, "dir/file");

	assert_ptr_equal(looked_at(t, "dir/file"), e);
	assert_stats(t, *state);
	free(listed(t, STR_LIT(".")));
	free(listed(t, STR_LIT("dir")));
	assert_stats(t, *state);
	tree_free(t);
}

static void
link_target_is_any_bytes(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "dir/long");
	char *AUTO_FREE long_target = xcalloc(1, 4000), *AUTO_FREE got = NULL,
			*AUTO_FREE short_got = NULL;
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = open_tree(*state);

	memset(long_target, 'x', 3999);
	long_target[0] = '\xff';
	long_target[1] = '\n';
	assert_int_equal(symlink(long_target, path), 0);
	assert_int_equal(tree_readlink(t, STR_LIT("dir/long"), &got, &err), 0);
	assert_string_equal(got, long_target);
	assert_int_equal(tree_readlink(t, STR_LIT("broken"), &short_got, &err), 0);
	assert_string_equal(short_got, "no/where");
	assert_int_equal(tree_readlink(t, STR_LIT("dir/file"), &got, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, EINVAL);
	assert_int_equal(tree_readlink(t, STR_LIT("link/long"), &got, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, ENOTDIR);
	assert_int_equal(tree_readlink(t, STR_LIT("none"), &got, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, ENOENT);
	tree_free(t);
}

static void
assert_read_fails(struct tree *t, const char *path, int class, const char *want)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	buf_init(&b, 0);
	buf_adds(&b, "old");
	assert_int_equal(tree_read(t, str_c(path), 5, &b, &err), -class);
	assert_string_equal(err.msg, want);
	assert_int_equal(b.len, 0);
}

static void
whole_file_is_read_up_to_a_ceiling(void **state)
{
	struct tree *t = open_tree(*state);
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	buf_init(&b, 0);
	buf_adds(&b, "old");
	assert_int_equal(tree_read(t, STR_LIT("dir/file"), 6, &b, &err), 0);
	assert_string_equal(b.data, "hello\n");
	assert_int_equal(b.len, 6);
	assert_read_fails(t, "dir/file", ERR_INPUT,
			  "cannot read 'dir/file': it is larger than 5 bytes");
	assert_read_fails(t, "dir", ERR_INPUT, "cannot read 'dir': it is no regular file");
	assert_read_fails(t, "fifo", ERR_INPUT, "cannot read 'fifo': it is no regular file");
	assert_read_fails(t, "broken", ERR_INPUT, "cannot read 'broken': it is a symbolic link");
	assert_read_fails(t, "none", ERR_SYSTEM, "cannot read 'none': No such file or directory");
	tree_free(t);
}

static void
missing_root_is_told(void **state)
{
	char *AUTO_FREE none = tmp_path(*state, "none"),
			*AUTO_FREE file = tmp_path(*state, "dir/file");
	char *AUTO_FREE want =
		xasprintf("cannot open directory '%s': No such file or directory", none);
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = NULL;

	assert_int_equal(tree_open_dir(none, &t, &err), -ERR_SYSTEM);
	assert_string_equal(err.msg, want);
	assert_int_equal(tree_open_dir(file, &t, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, ENOTDIR);
	assert_null(t);
}

/* More than a system call takes as one path. */
static void
deep_folders_are_reached(void **state)
{
	struct buf AUTO_BUF path = BUF_INIT;
	char name[201];
	int at = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	struct tree *t = open_tree(*state);

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	buf_init(&path, 0);
	while (path.len < PATH_MAX + 1000) {
		assert_int_equal(mkdirat(at, name, 0755), 0);
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = fd;
		buf_addf(&path, "%s%s", path.len ? "/" : "", name);
	}
	fd = openat(at, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	close(at);
	buf_adds(&path, "/file");
	assert_int_equal(looked_at(t, path.data)->stamp.size, 1);
	tree_free(t);
}

static bool
enter_all_but_sub(void *ctx, struct str dir)
{
	(void)ctx;
	return !str_eq_c(dir, "dir/sub");
}

static void
prefetched_folders_are_not_read_again(void **state)
{
	struct pool *pool = pool_new(3);
	struct tree *t = open_tree(*state);
	char *AUTO_FREE top = NULL, *AUTO_FREE dir = NULL, *AUTO_FREE sub = NULL;

	tree_prefetch(t, pool, STR_LIT("."), enter_all_but_sub, NULL);
	tree_prefetch(t, pool, STR_LIT("none"), NULL, NULL);
	tree_prefetch(t, pool, STR_LIT("../x"), NULL, NULL);
	tmp_text(*state, "late", "x");
	tmp_text(*state, "dir/late", "x");
	tmp_text(*state, "dir/sub/late", "x");
	top = listed(t, STR_LIT("."));
	dir = listed(t, STR_LIT("dir"));
	sub = listed(t, STR_LIT("dir/sub"));
	assert_string_equal(top, "broken l|dir d|fifo x|link l|socket s|");
	assert_string_equal(dir, "file -|sub d|tool -*|");
	assert_string_equal(sub, "deep -|empty d|late -|");
	/* A second time, over what is partly there. */
	tree_prefetch(t, pool, STR_LIT("dir"), NULL, NULL);
	tmp_text(*state, "dir/sub/empty/late", "x");
	free(sub);
	sub = listed(t, STR_LIT("dir/sub/empty"));
	assert_string_equal(sub, "");
	tree_free(t);
	pool_free(pool);
}

static void
prefetch_finds_what_one_by_one_finds(void **state)
{
	struct pool *pool = pool_new(4);
	struct tree *slow = open_tree(*state), *quick = open_tree(*state);

	for (int i = 0; i < 600; i++) {
		char *AUTO_FREE name = xasprintf("many/%d/%d/file-%d", i % 7, i % 41, i);

		tmp_text(*state, name, "x");
	}
	for (int i = 0; i < 3000; i++) {
		char *AUTO_FREE name = xasprintf("many/flat/%d", i);

		tmp_text(*state, name, "x");
	}
	tree_prefetch(quick, pool, STR_LIT("many"), NULL, NULL);
	for (int i = -1; i < 41; i++) {
		char *AUTO_FREE dir =
			i < 0 ? xstrdup("many/flat") : xasprintf("many/%d/%d", i % 7, i);
		char *AUTO_FREE a = listed(slow, str_c(dir)),
				*AUTO_FREE b = listed(quick, str_c(dir));

		assert_string_equal(a, b);
		assert_true(*a);
	}
	tree_free(slow);
	tree_free(quick);
	pool_free(pool);
}

/* Whether the times of a file move when it is written through a mapping that was written through
 * before. */
static bool
moves(const char *path)
{
	int AUTO_FD fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat before, after;
	char *map = mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(map != MAP_FAILED);
	map[0] = 'j';
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(munmap(map, 6), 0);
	(void)usleep(20000);
	map = mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	map[0] = 'k';
	assert_int_equal(munmap(map, 6), 0);
	assert_int_equal(fstat(fd, &after), 0);
	return memcmp(&before.st_ctim, &after.st_ctim, sizeof(after.st_ctim)) != 0;
}

static void
check_mapping(const char *dir)
{
	struct tree *t = open_tree(dir);
	char *AUTO_FREE path = tmp_path(dir, "mapped");
	const struct tree_entry *alone, *list = NULL;
	struct err AUTO_ERR err = ERR_INIT;
	size_t n = 0;

	tmp_text(dir, "mapped", "hello\n");
	alone = looked_at(t, "mapped");
	if (tree_list(t, STR_LIT("."), &list, &n, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(alone->stamp.blind, list[0].stamp.blind);
	if (!moves(path))
		assert_true(alone->stamp.blind);
	tree_free(t);
}

static void
writes_through_a_mapping_are_told_or_known_not_to_be(void **state)
{
	char shm[] = "/dev/shm/t-tree-XXXXXX";
	char *AUTO_FREE file = NULL;
	struct tree *proc = open_tree("/proc/self");

	assert_true(looked_at(proc, "status")->stamp.blind);
	tree_free(proc);
	check_mapping(*state);
	if (!mkdtemp(shm))
		return; /* nothing else to look at on this machine */
	check_mapping(shm);
	file = tmp_path(shm, "mapped");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(shm), 0);
}

#ifdef LOCKSTEP_FAULTS
static void
works_without_openat2(void **state)
{
	struct tree *t = open_tree(*state);

	assert_int_equal(setenv("LOCKSTEP_FAULT", "openat2", 1), 0);
	fault_reset();
	assert_stats(t, *state);
	assert_list_fails(t, "link/sub", ERR_SYSTEM, ENOTDIR,
			  "cannot read 'link/sub': Not a directory");
	assert_read_fails(t, "broken", ERR_INPUT, "cannot read 'broken': it is a symbolic link");
	assert_int_equal(unsetenv("LOCKSTEP_FAULT"), 0);
	tree_free(t);
}
#endif

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(listing_is_sorted_and_typed),
		TEST(names_are_any_bytes),
		TEST(listing_is_cached),
		TEST(list_of_what_is_no_directory_fails),
		TEST(paths_outside_are_refused),
		TEST(stat_says_the_same_with_and_without_listing),
		TEST(link_target_is_any_bytes),
		TEST(whole_file_is_read_up_to_a_ceiling),
		TEST(missing_root_is_told),
		TEST(deep_folders_are_reached),
		TEST(prefetched_folders_are_not_read_again),
		TEST(prefetch_finds_what_one_by_one_finds),
		TEST(writes_through_a_mapping_are_told_or_known_not_to_be),
#ifdef LOCKSTEP_FAULTS
		TEST(works_without_openat2),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
