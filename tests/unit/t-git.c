/* SPDX-License-Identifier: Apache-2.0 */
/* t-git.c: real repositories, asked through git and without it. */
#include "base/buf.h"
#include "io/git.h"
#include "io/git_paths.h"
#include "lib/tmp.h"

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

static void
commit_all(const char *repo, const char *subject)
{
	TMP_RUN(repo, "git", "add", "-A");
	TMP_RUN(repo, "git", "commit", "-q", "--allow-empty", "-m", subject);
}

/* A repository of three commits below *state: repo/. Nothing of the user's own settings counts. */
static int
setup(void **state)
{
	char *AUTO_FREE repo = NULL;

	tmp_setup(state);
	assert_int_equal(setenv("HOME", *state, 1), 0);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	repo = tmp_path(*state, "repo");
	tmp_mkdir(*state, "repo/sub/folder");
	TMP_RUN(repo, "git", "init", "-q", "-b", "main");
	TMP_RUN(repo, "git", "config", "user.name", "A. U. Thor");
	TMP_RUN(repo, "git", "config", "user.email", "a@example.com");
	tmp_text(repo, "a", "1\n2\n3\n");
	tmp_text(repo, "sub/b", "b\n");
	tmp_write(repo, "binary", (struct str){ "\0\1\2", 3 }, 0644);
	commit_all(repo, "first");
	tmp_text(repo, "a", "1\n2\n3\n4\n5\n");
	tmp_text(repo, "sub/c[1]", "c\n");
	tmp_write(repo, "binary", (struct str){ "\0\2\1", 3 }, 0644);
	commit_all(repo, "second: with \xc3\xa9 and 'quotes'");
	tmp_text(repo, "sub/c[1]", "C\n");
	tmp_text(repo, "sub/c1", "c\n");
	commit_all(repo, "third");
	return 0;
}

static char *
resolved(const char *repo, const char *rev)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *id = NULL;

	assert_ok(git_resolve(repo, rev, &id, &err), &err);
	return id;
}

static char *
head(const char *toplevel)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *id = NULL;

	assert_ok(git_head(toplevel, &id, &err), &err);
	return id;
}

static char *
toplevel(const char *path)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *top = NULL;

	assert_ok(git_toplevel(path, &top, &err), &err);
	return top;
}

static void
assert_head(const char *repo)
{
	char *AUTO_FREE by_git = resolved(repo, "HEAD"), *AUTO_FREE by_file = head(repo);

	assert_string_equal(by_file, by_git);
}

static void
toplevel_is_found_by_walking_up(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"),
			*AUTO_FREE deep = tmp_path(repo, "sub/folder");
	char *AUTO_FREE file = tmp_path(repo, "sub/b"), *AUTO_FREE link = tmp_path(*state, "link");
	char *AUTO_FREE none = tmp_path(*state, "none"),
			*AUTO_FREE fake = tmp_path(*state, "fake/x");
	struct err AUTO_ERR err = ERR_INIT;
	char *top = NULL;
	const char *const inside[] = { repo, deep, file, link };

	assert_int_equal(symlink("repo/sub", link), 0);
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		char *AUTO_FREE got = toplevel(inside[i]);

		assert_string_equal(got, repo);
	}
	assert_null(toplevel(*state));
	/* A folder that only has the name is none. */
	tmp_mkdir(*state, "fake/.git");
	tmp_mkdir(*state, "fake/x");
	assert_null(toplevel(fake));
	assert_int_equal(git_toplevel(none, &top, &err), -ERR_SYSTEM);
}

static void
repository_of_a_stranger_further_up_is_passed_over(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE mine = tmp_path(repo, "sub");
	char *AUTO_FREE dot_git = tmp_path(repo, ".git"), *AUTO_FREE id = NULL,
			*AUTO_FREE got = NULL;
	struct stat st;

	if (geteuid()) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(chown(dot_git, 4711, 4711), 0);
	assert_int_equal(stat(mine, &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_null(toplevel(mine));
	/* A checkout that is another's altogether, as in a container of CI, is read, which git by
	 * itself would refuse. */
	TMP_RUN(*state, "chown", "-R", "4711:4711", repo);
	assert_int_equal(chown(mine, 0, 0), 0);
	got = toplevel(mine);
	assert_string_equal(got, repo);
	TMP_RUN(repo, "sh", "-c", "! git rev-parse HEAD 2>/dev/null");
	id = resolved(repo, "HEAD");
	assert_int_equal(strlen(id), 40);
	assert_head(repo);
}

static void
revision_becomes_a_full_id(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"),
			*AUTO_FREE main_id = resolved(repo, "main");
	char *AUTO_FREE abbreviated = xstrndup(main_id, 8),
			*AUTO_FREE again = resolved(repo, abbreviated);
	char *AUTO_FREE want = xasprintf("'%s' has no commit '--all'", repo);
	struct err AUTO_ERR err = ERR_INIT;
	char *id = NULL;

	assert_string_equal(again, main_id);
	assert_int_equal(git_resolve(repo, "--all", &id, &err), -ERR_INPUT);
	assert_string_equal(err.msg, want);
	assert_int_equal(git_resolve(repo, "none", &id, &err), -ERR_INPUT);
	assert_int_equal(git_resolve(repo, "HEAD:a", &id, &err), -ERR_INPUT); /* a blob */
	assert_int_equal(git_resolve(*state, "HEAD", &id, &err), -ERR_TOOL);
	assert_non_null(strstr(err.msg, "exit status 128: fatal: not a git repository"));
	assert_null(id);
}

static void
head_is_read_in_every_shape(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"),
			*AUTO_FREE linked = tmp_path(*state, "linked");
	char *AUTO_FREE bare = tmp_path(*state, "bare"),
			*AUTO_FREE empty = tmp_path(*state, "empty");

	assert_head(repo);
	TMP_RUN(repo, "git", "pack-refs", "--all");
	assert_head(repo);
	TMP_RUN(repo, "git", "checkout", "-q", "--detach", "HEAD~1");
	assert_head(repo);
	TMP_RUN(repo, "git", "worktree", "add", "-q", "-b", "topic/x", "../linked", "main");
	assert_head(linked);
	commit_all(linked, "fourth");
	assert_head(linked);
	assert_head(repo);
	TMP_RUN(repo, "git", "symbolic-ref", "refs/heads/alias", "refs/heads/main");
	TMP_RUN(repo, "git", "symbolic-ref", "HEAD", "refs/heads/alias");
	assert_head(repo);
	TMP_RUN(*state, "git", "clone", "-q", "--bare", "repo", "bare");
	assert_head(bare);
	TMP_RUN(*state, "git", "init", "-q", "empty");
	assert_null(head(empty));
	assert_null(head(*state));
}

static void
log_is_oldest_first(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE id = resolved(repo, "HEAD~1");
	struct err AUTO_ERR err = ERR_INIT;
	git_commits commits = { 0 };

	assert_ok(git_log(repo, "HEAD", true, &commits, &err), &err);
	assert_int_equal(commits.n, 3);
	assert_string_equal(commits.v[0].subject, "first");
	assert_string_equal(commits.v[1].subject, "second: with \xc3\xa9 and 'quotes'");
	assert_string_equal(commits.v[1].id, id);
	assert_string_equal(commits.v[2].subject, "third");
	assert_true(commits.v[0].time_s > 1500000000);
	git_commits_fini(&commits);
	assert_ok(git_log(repo, "HEAD~1..HEAD", false, &commits, &err), &err);
	assert_int_equal(commits.n, 1);
	git_commits_fini(&commits);
	assert_ok(git_log(repo, "HEAD..HEAD", false, &commits, &err), &err);
	assert_int_equal(commits.n, 0);
	assert_int_equal(git_log(repo, "--output=x", true, &commits, &err), -ERR_USAGE);
	assert_int_equal(err.class, ERR_USAGE);
	assert_int_equal(git_log(repo, "none..HEAD", true, &commits, NULL), -ERR_USAGE);
	git_commits_fini(&commits);
}

static void
first_parent_leaves_out_the_branch(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");
	struct err AUTO_ERR err = ERR_INIT;
	git_commits commits = { 0 };

	TMP_RUN(repo, "git", "checkout", "-q", "-b", "side");
	commit_all(repo, "side");
	TMP_RUN(repo, "git", "checkout", "-q", "main");
	TMP_RUN(repo, "git", "merge", "-q", "--no-ff", "-m", "merge", "side");
	assert_ok(git_log(repo, "HEAD", true, &commits, &err), &err);
	assert_int_equal(commits.n, 4);
	assert_string_equal(commits.v[3].subject, "merge");
	git_commits_fini(&commits);
	assert_ok(git_log(repo, "HEAD", false, &commits, &err), &err);
	assert_int_equal(commits.n, 5);
	git_commits_fini(&commits);
}

static void
assert_lines(const char *repo, const char *revs, const char *path, long added, long removed)
{
	char *AUTO_FREE before = xstrdup(revs), *after = strchr(before, ' ');
	struct git_lines got = { -9, -9 };
	struct err AUTO_ERR err = ERR_INIT;

	if (after)
		*after++ = '\0';
	assert_ok(git_numstat(repo, before, after, path, &got, &err), &err);
	if (got.added != added || got.removed != removed)
		fail_msg("%s %s: +%ld -%ld, not +%ld -%ld", revs, path, got.added, got.removed,
			 added, removed);
}

static void
lines_are_counted(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE sub = tmp_path(repo, "sub");
	struct git_lines got;
	struct err AUTO_ERR err = ERR_INIT;

	assert_lines(repo, "HEAD~2 HEAD~1", "a", 2, 0);
	assert_lines(repo, "HEAD~1 HEAD~2", "a", 0, 2);
	assert_lines(repo, "HEAD~2 HEAD", "binary", -1, -1);
	assert_lines(repo, "HEAD~2 HEAD", "sub", 2, 0); /* two files */
	assert_lines(sub, "HEAD~2 HEAD", "c1", 1, 0);   /* relative to the folder */
	/* Not a pattern, which would count c1 too. */
	assert_lines(repo, "HEAD~1 HEAD", "sub/c[1]", 1, 1);
	tmp_text(repo, "a", "1\n");
	tmp_text(repo, "untracked", "x\n");
	assert_lines(repo, "HEAD", "a", 0, 4);
	assert_lines(repo, "HEAD", "untracked", -1, -1);
	assert_lines(repo, "HEAD", "sub/b", -1, -1);
	assert_int_equal(git_numstat(repo, "none", NULL, "a", &got, &err), -ERR_TOOL);
}

static void
assert_last(const char *repo, const char *rev, const char *path, const char *want)
{
	char *AUTO_FREE got = NULL, *AUTO_FREE id = want ? resolved(repo, want) : NULL;
	struct err AUTO_ERR err = ERR_INIT;

	assert_ok(git_last_commit(repo, rev, path, &got, &err), &err);
	if (!want) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_in_range(strlen(got), 4, 39);
	assert_memory_equal(got, id, strlen(got));
}

static void
last_commit_of_a_path(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");

	assert_last(repo, "HEAD", "a", "HEAD~1");
	assert_last(repo, "HEAD", "sub", "HEAD");
	assert_last(repo, "HEAD", "sub/b", "HEAD~2");
	assert_last(repo, "HEAD~1", "sub", "HEAD~1");
	assert_last(repo, "HEAD", "none", NULL);
}

static void
assert_dirty(const char *repo, const char *path, bool want)
{
	struct err AUTO_ERR err = ERR_INIT;
	bool got = !want;

	assert_ok(git_is_dirty(repo, "HEAD", path, &got, &err), &err);
	if (got != want)
		fail_msg("'%s' is %s", path, got ? "dirty" : "clean");
}

static void
dirt_is_seen(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");

	assert_dirty(repo, ".", false);
	TMP_RUN(repo, "touch", "a");
	assert_dirty(repo, "a", false);
	tmp_text(repo, ".git/info/exclude", "*.env\n");
	tmp_text(repo, "sub/secret.env", "x\n");
	assert_dirty(repo, "sub", false);
	assert_dirty(repo, "sub/secret.env", true);
	assert_dirty(repo, repo, false); /* absolute */
	tmp_text(repo, "sub/new", "x\n");
	assert_dirty(repo, "sub", true);
	assert_dirty(repo, "sub/new", true);
	assert_dirty(repo, "a", false);
	tmp_text(repo, "a", "changed\n");
	assert_dirty(repo, "a", true);
	TMP_RUN(repo, "git", "add", "a");
	assert_dirty(repo, "a", true);
	TMP_RUN(repo, "chmod", "+x", "sub/b");
	assert_dirty(repo, "sub/b", true);
	TMP_RUN(repo, "rm", "sub/c1");
	assert_dirty(repo, "sub/c1", true);
}

static void
changed_paths_of_a_commit(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo");
	struct err AUTO_ERR err = ERR_INIT;
	git_paths paths = { 0 };

	assert_ok(git_changed_paths(repo, "HEAD", &paths, &err), &err);
	assert_int_equal(paths.n, 2);
	assert_string_equal(paths.v[0], "sub/c1");
	assert_string_equal(paths.v[1], "sub/c[1]");
	git_paths_fini(&paths);
	assert_ok(git_changed_paths(repo, "HEAD~2", &paths, &err), &err);
	assert_int_equal(paths.n, 3);
	git_paths_fini(&paths);
}

static void
environment_of_git_is_ours(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE id = resolved(repo, "HEAD");
	char *AUTO_FREE again = NULL;

	assert_int_equal(setenv("GIT_DIR", "/nonexistent", 1), 0);
	assert_int_equal(setenv("GIT_CONFIG_COUNT", "x", 1), 0);
	assert_int_equal(setenv("LC_ALL", "de_DE.UTF-8", 1), 0);
	again = resolved(repo, "HEAD");
	assert_string_equal(again, id);
	assert_int_equal(unsetenv("GIT_DIR"), 0);
	assert_int_equal(unsetenv("GIT_CONFIG_COUNT"), 0);
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
}

static int
add_piece(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct buf *b = ctx;

	buf_add(b, bytes, n);
	return b->full ? err_set(err, ERR_INPUT, "too much") : 0;
}

static void
objects_are_read_one_after_the_other(void **state)
{
	char *AUTO_FREE repo = tmp_path(*state, "repo"), *AUTO_FREE big = xcalloc(1, 1 << 20);
	char *AUTO_FREE want = xasprintf("'%s' has no object 'HEAD:no thing'", repo);
	struct buf AUTO_BUF b = { .max = 2u << 20 }, AUTO_BUF little = { .max = 10 };
	struct err AUTO_ERR err = ERR_INIT;
	struct git_cat *cat = NULL;
	const char *type = NULL;

	for (size_t i = 0; i < 1 << 20; i++)
		big[i] = (char)(i * 7919 >> 5);
	tmp_write(repo, "big", (struct str){ big, 1 << 20 }, 0644);
	tmp_text(repo, "empty", "");
	tmp_text(repo, "a b", "with blank");
	commit_all(repo, "fourth");
	assert_ok(git_cat_open(repo, &cat, &err), &err);
	assert_ok(git_cat_read(cat, "HEAD:a", add_piece, &b, &type, &err), &err);
	assert_string_equal(b.data, "1\n2\n3\n4\n5\n");
	assert_string_equal(type, "blob");
	buf_clear(&b);
	assert_int_equal(git_cat_read(cat, "HEAD:no thing", add_piece, &b, &type, &err),
			 -ERR_INPUT);
	assert_string_equal(err.msg, want);
	assert_int_equal(git_cat_read(cat, "HEAD:a\nHEAD:b", add_piece, &b, &type, &err),
			 -ERR_INPUT);
	assert_int_equal(git_cat_read(cat, "HEAD:big", add_piece, &little, NULL, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "too much");
	assert_ok(git_cat_read(cat, "HEAD:empty", add_piece, &b, NULL, &err), &err);
	assert_int_equal(b.len, 0);
	assert_ok(git_cat_read(cat, "HEAD:big", add_piece, &b, NULL, &err), &err);
	assert_int_equal(b.len, 1 << 20);
	assert_memory_equal(b.data, big, 1 << 20);
	buf_clear(&b);
	assert_ok(git_cat_ask(cat, "HEAD:a b", &err), &err);
	assert_ok(git_cat_ask(cat, "HEAD", &err), &err);
	assert_ok(git_cat_answer(cat, add_piece, &b, NULL, &err), &err);
	assert_string_equal(b.data, "with blank");
	assert_ok(git_cat_answer(cat, add_piece, &b, &type, &err), &err);
	assert_string_equal(type, "commit");
	git_cat_close(cat);
	git_cat_close(NULL);
}

static void
git_that_cannot_start_is_an_error(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct git_cat *cat = NULL;
	struct buf AUTO_BUF b = BUF_INIT;
	const char *path = getenv("PATH");
	char *AUTO_FREE old = xstrdup(path ? path : "");

	/* No SIGPIPE, whoever of the two is quicker. */
	assert_ok(git_cat_open(*state, &cat, &err), &err);
	usleep(50000);
	assert_int_equal(git_cat_read(cat, "HEAD", add_piece, &b, NULL, &err), -ERR_TOOL);
	git_cat_close(cat);
	assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
	assert_int_equal(git_cat_open(*state, &cat, &err), -ERR_TOOL);
	assert_string_equal(err.msg, "cannot find 'git' in PATH");
	assert_int_equal(setenv("PATH", old, 1), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(toplevel_is_found_by_walking_up),
		TEST(repository_of_a_stranger_further_up_is_passed_over),
		TEST(revision_becomes_a_full_id),
		TEST(head_is_read_in_every_shape),
		TEST(log_is_oldest_first),
		TEST(first_parent_leaves_out_the_branch),
		TEST(lines_are_counted),
		TEST(last_commit_of_a_path),
		TEST(dirt_is_seen),
		TEST(changed_paths_of_a_commit),
		TEST(environment_of_git_is_ours),
		TEST(objects_are_read_one_after_the_other),
		TEST(git_that_cannot_start_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
