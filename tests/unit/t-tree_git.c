/* SPDX-License-Identifier: Apache-2.0 */
/* t-tree_git.c: the files of a commit, held against those of its checkout. */
#include "base/file.h"
#include "io/git.h"
#include "io/tree.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
assert_ok(int ret, const struct err *err)
{
	if (ret)
		fail_msg("%d: %s", ret, err->msg);
}

/* repo/ with a commit of odd names, links, modes, a submodule and many files in one folder. */
static int
setup(void **state)
{
	static const char *const names[] = { "a",         "a-b",       "a.d/x",
					     "a\xff",     "dir/sub/x", "dir/sub.txt",
					     "dir/empty", "dir-x",     "B" };
	char *AUTO_FREE repo = NULL, *AUTO_FREE link = NULL;

	tmp_setup(state);
	assert_int_equal(setenv("HOME", *state, 1), 0);
	repo = tmp_path(*state, "repo");
	link = tmp_path(repo, "dir/link");
	tmp_mkdir(*state, "repo/dir");
	TMP_RUN(repo, "git", "init", "-q", "-b", "main");
	TMP_RUN(repo, "git", "config", "user.name", "A. U. Thor");
	TMP_RUN(repo, "git", "config", "user.email", "a@example.com");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		tmp_text(repo, names[i], strstr(names[i], "empty") ? "" : names[i]);
	for (int i = 0; i < 200; i++) {
		char *AUTO_FREE name = xasprintf("many/%d\n", i);

		tmp_text(repo, name, name);
	}
	tmp_write(repo, "dir/tool", STR_LIT("tool"), 0755);
	assert_int_equal(symlink("../a\n\xfe", link), 0);
	TMP_RUN(repo, "git", "add", "-A");
	TMP_RUN(repo, "git", "update-index", "--add", "--cacheinfo",
		"160000,0123456789012345678901234567890123456789,dir/submodule");
	TMP_RUN(repo, "git", "commit", "-q", "-m", "one");
	tmp_mkdir(repo, "dir/submodule");
	return 0;
}

static struct tree *
open_commit(const char *repo, const char *prefix)
{
	char *AUTO_FREE id = NULL;
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = NULL;

	assert_ok(git_resolve(repo, "HEAD", &id, &err), &err);
	assert_ok(tree_open_commit(repo, id, prefix, &t, &err), &err);
	return t;
}

/* Every entry below dir: path, type, x, and a link's target. */
static void
describe(struct tree *t, const char *dir, struct buf *ret)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;
	size_t n = 0;

	assert_ok(tree_list(t, str_c(dir), &e, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		char *AUTO_FREE path =
			strcmp(dir, ".") ? xasprintf("%s/%s", dir, e[i].name) : xstrdup(e[i].name);
		char *AUTO_FREE target = NULL;
		const struct tree_entry *again = NULL;

		if (!strcmp(path, ".git"))
			continue;
		assert_ok(tree_stat(t, str_c(path), &again, &err), &err);
		assert_ptr_equal(again, &e[i]);
		if (e[i].type == TREE_LINK)
			assert_ok(tree_readlink(t, str_c(path), &target, &err), &err);
		buf_addf(ret, "%s %d%s %s\n", path, (int)e[i].type, e[i].executable ? "*" : "",
			 target ? target : "");
		if (e[i].type == TREE_DIR)
			describe(t, path, ret);
	}
}

static void
commit_and_checkout_look_the_same(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");
	struct buf AUTO_BUF want = BUF_INIT, AUTO_BUF got = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *commit = open_commit(repo, "."), *checkout = NULL;

	buf_init(&want, 0);
	buf_init(&got, 0);
	assert_ok(tree_open_dir(repo, &checkout, &err), &err);
	describe(checkout, ".", &want);
	describe(commit, ".", &got);
	assert_true(got.len > 2000);
	assert_string_equal(got.data, want.data);
	assert_true(tree_is_commit(commit));
	tree_free(commit);
	tree_free(checkout);
}

static void
name_tells_repository_and_commit(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE id = NULL,
			*AUTO_FREE want = NULL;
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = open_commit(repo, "dir");

	assert_ok(git_resolve(repo, "HEAD", &id, &err), &err);
	want = xasprintf("%s@%.12s", repo, id);
	assert_string_equal(tree_name(t), want);
	tree_free(t);
}

static void
prefix_is_the_root(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");
	struct buf AUTO_BUF got = BUF_INIT;
	struct tree *t = open_commit(repo, "dir");

	buf_init(&got, 0);
	describe(t, ".", &got);
	assert_string_equal(got.data, "empty 0 \nlink 2 ../a\n\xfe\nsub 1 \nsub/x 0 \n"
				      "sub.txt 0 \nsubmodule 1 \ntool 0* \n");
	tree_free(t);
	t = open_commit(repo, "dir/sub");
	buf_clear(&got);
	describe(t, ".", &got);
	assert_string_equal(got.data, "x 0 \n");
	tree_free(t);
}

static void
assert_stat_errno(struct tree *t, const char *path, int want)
{
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;
	size_t n;

	assert_int_equal(tree_stat(t, str_c(path), &e, &err), want == ENOTDIR ? -ERR_SYSTEM : 0);
	assert_null(e);
	assert_int_equal(err.sys_errno, want == ENOTDIR ? ENOTDIR : 0);
	err_clear(&err);
	assert_int_equal(tree_list(t, str_c(path), &e, &n, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, want);
}

static void
stat_answers_as_for_a_directory(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");
	struct tree *t = open_commit(repo, ".");
	struct err AUTO_ERR err = ERR_INIT;
	const struct tree_entry *e = NULL;
	size_t n = 1;

	assert_ok(tree_stat(t, STR_LIT("."), &e, &err), &err);
	assert_int_equal(e->type, TREE_DIR);
	assert_ok(tree_stat(t, STR_LIT("dir/tool"), &e, &err), &err);
	assert_string_equal(e->name, "tool");
	assert_int_equal(e->stamp.mode, S_IFREG | 0755);
	assert_string_equal(e->stamp.oid, "719b620aaf9e982ea4e2a8269996d1b2d72131ce");
	assert_ok(tree_stat(t, STR_LIT("dir/submodule"), &e, &err), &err);
	assert_int_equal(e->stamp.mode, TREE_SUBMODULE_MODE);
	assert_string_equal(e->stamp.oid, "0123456789012345678901234567890123456789");
	assert_ok(tree_list(t, STR_LIT("dir/submodule"), &e, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_stat_errno(t, "none", ENOENT);
	assert_stat_errno(t, "none/none/none", ENOENT);
	assert_stat_errno(t, "dir/submodule/x", ENOENT);
	assert_stat_errno(t, "dir/link/x", ENOTDIR);
	assert_stat_errno(t, "dir/tool/x", ENOTDIR);
	assert_stat_errno(t, "dir/tool/x/y", ENOTDIR);
	assert_int_equal(tree_list(t, STR_LIT("dir/link"), &e, &n, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, ENOTDIR);
	assert_int_equal(tree_stat(t, STR_LIT("../x"), &e, &err), -ERR_INPUT);
	tree_free(t);
}

static void
assert_read_fails(struct tree *t, const char *path, int class, const char *want)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	buf_init(&b, 0);
	assert_int_equal(tree_read(t, str_c(path), 3, &b, &err), -class);
	assert_string_equal(err.msg, want);
	assert_int_equal(b.len, 0);
}

static void
blob_is_read_whole(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *target = NULL;
	struct tree *t = open_commit(repo, ".");
	struct buf AUTO_BUF b = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	buf_init(&b, 0);
	assert_ok(tree_read(t, STR_LIT("dir/tool"), 4, &b, &err), &err);
	assert_string_equal(b.data, "tool");
	assert_ok(tree_read(t, STR_LIT("dir/empty"), 4, &b, &err), &err);
	assert_string_equal(b.data, "");
	assert_read_fails(t, "dir/tool", ERR_INPUT,
			  "cannot read 'dir/tool': it is larger than 3 bytes");
	assert_read_fails(t, "dir", ERR_INPUT, "cannot read 'dir': it is no regular file");
	assert_read_fails(t, "dir/link", ERR_INPUT,
			  "cannot read 'dir/link': it is a symbolic link");
	assert_read_fails(t, "none", ERR_SYSTEM, "cannot read 'none': No such file or directory");
	assert_int_equal(tree_readlink(t, STR_LIT("dir/tool"), &target, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, EINVAL);
	tree_free(t);
}

static void
add_job(struct tree *t, const char *path, int dst, struct tree_job *ret)
{
	struct err AUTO_ERR err = ERR_INIT;

	*ret = (struct tree_job){ .path = str_c(path), .dst_dirfd = dst, .dst_path = path };
	assert_ok(tree_stat(t, ret->path, &ret->entry, &err), &err);
}

static void
files_are_hashed_and_copied(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE out = tmp_path(*state, "out");
	char *AUTO_FREE big = xcalloc(1, 3 << 20), *names[200];
	struct tree_job jobs[203];
	struct pool *pool = pool_new(2);
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t;
	struct stat st;
	int AUTO_FD fd = -1;

	tmp_mkdir(*state, "out/many");
	tmp_mkdir(*state, "out/dir");
	fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memset(big, 'x', 3 << 20);
	tmp_write(repo, "big", (struct str){ big, 3 << 20 }, 0644);
	TMP_RUN(repo, "git", "add", "big");
	TMP_RUN(repo, "git", "commit", "-q", "-m", "two");
	t = open_commit(repo, ".");
	for (int i = 0; i < 200; i++) {
		names[i] = xasprintf("many/%d\n", i);
		add_job(t, names[i], i % 2 ? fd : -1, &jobs[i]);
	}
	add_job(t, "dir/tool", fd, &jobs[200]);
	add_job(t, "big", fd, &jobs[201]);
	add_job(t, "dir/empty", fd, &jobs[202]);
	assert_ok(tree_process(t, pool, jobs, 203, &err), &err);
	for (int i = 0; i < 200; i++) {
		struct sha256 want = sha256_of(names[i], strlen(names[i]));
		char *AUTO_FREE copied = xasprintf("out/%s", names[i]), *AUTO_FREE got = NULL;

		assert_memory_equal(jobs[i].hash.b, want.b, SHA256_LEN);
		if (i % 2) {
			got = tmp_read(*state, copied);
			assert_string_equal(got, names[i]);
		}
		free(names[i]);
	}
	assert_true(sha256_eq(jobs[201].hash, sha256_of(big, 3 << 20)));
	assert_true(sha256_eq(jobs[202].hash, sha256_of("", 0)));
	assert_int_equal(fstatat(fd, "dir/tool", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0755);
	assert_int_equal(fstatat(fd, "big", &st, 0), 0);
	assert_int_equal(st.st_size, 3 << 20);
	/* Once more: nothing is overwritten, and the jobs in between get their own bytes. */
	memset(&jobs[201].hash, 0, sizeof(jobs[201].hash));
	jobs[202].dst_dirfd = -1;
	assert_int_equal(tree_process(t, pool, &jobs[200], 3, &err), -ERR_SYSTEM);
	assert_string_equal(err.msg, "cannot create 'dir/tool': File exists");
	assert_string_equal(jobs[201].err.msg, "cannot create 'big': File exists");
	assert_true(sha256_eq(jobs[202].hash, sha256_of("", 0)));
	err_clear(&jobs[201].err);
	tree_free(t);
	pool_free(pool);
}

static void
assert_open_fails(const char *repo, const char *rev, const char *prefix, int class,
		  const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct tree *t = NULL;

	assert_int_equal(tree_open_commit(repo, rev, prefix, &t, &err), -class);
	if (!strstr(err.msg, want))
		fail_msg("'%s' has no '%s'", err.msg, want);
	assert_null(t);
}

static void
what_is_not_there_is_told_apart(void **state)
{
	static const char none[] = "1111111111111111111111111111111111111111";
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE id = NULL;
	struct err AUTO_ERR err = ERR_INIT;

	assert_ok(git_resolve(repo, "HEAD", &id, &err), &err);
	assert_open_fails(repo, none, ".", ERR_INPUT, "has no commit '1111111111111111");
	assert_open_fails(repo, none, "dir", ERR_INPUT, "has no commit '1111111111111111");
	assert_open_fails(repo, id, "none", ERR_INPUT, "has no folder 'none'");
	assert_open_fails(repo, id, "dir/tool", ERR_INPUT, "has no folder 'dir/tool'");
	assert_open_fails(*state, id, ".", ERR_TOOL, "not a git repository");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(commit_and_checkout_look_the_same),
		TEST(name_tells_repository_and_commit),
		TEST(prefix_is_the_root),
		TEST(stat_answers_as_for_a_directory),
		TEST(blob_is_read_whole),
		TEST(files_are_hashed_and_copied),
		TEST(what_is_not_there_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
