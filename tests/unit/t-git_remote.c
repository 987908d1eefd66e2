/* SPDX-License-Identifier: Apache-2.0 */
/* t-git_remote.c: references of real repositories, and fetching what they name, once. */
#include "io/git.h"
#include "io/git_remote.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* bare/: main with two commits, the tags light and heavy on the first, both as a branch and as a tag
 * that differ, and refs/pull/7/head. */
static int
setup(void **state)
{
	AUTO_FREE char *repo = NULL;

	tmp_setup(state);
	assert_int_equal(setenv("HOME", *state, 1), 0);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	repo = tmp_path(*state, "repo");
	tmp_mkdir(*state, "repo");
	TMP_RUN(repo, "git", "init", "-q", "-b", "main");
	TMP_RUN(repo, "git", "config", "user.name", "A. U. Thor");
	TMP_RUN(repo, "git", "config", "user.email", "a@example.com");
	tmp_text(repo, "a", "1\n");
	TMP_RUN(repo, "git", "add", "-A");
	TMP_RUN(repo, "git", "commit", "-q", "-m", "first");
	TMP_RUN(repo, "git", "tag", "light");
	TMP_RUN(repo, "git", "tag", "both");
	TMP_RUN(repo, "git", "tag", "-a", "-m", "heavy", "heavy");
	TMP_RUN(repo, "git", "update-ref", "refs/pull/7/head", "HEAD");
	tmp_text(repo, "a", "2\n");
	TMP_RUN(repo, "git", "commit", "-q", "-a", "-m", "second");
	TMP_RUN(repo, "git", "branch", "both");
	TMP_RUN(repo, "git", "branch", "x/main", "HEAD~1");
	TMP_RUN(*state, "git", "clone", "-q", "--mirror", "repo", "bare");
	return 0;
}

static char *
commit(const char *state, const char *rev)
{
	AUTO_FREE char *bare = tmp_path(state, "bare");
	AUTO_ERR struct err err = ERR_INIT;
	char *id = NULL;

	if (git_resolve(bare, rev, &id, &err))
		fail_msg("%s", err.msg);
	return id;
}

static void
references_are_resolved(void **state)
{
	static const char *const refs[][2] = {
		{ "HEAD", "main" },
		{ "main", "main" },
		{ "light", "main~1" },
		{ "heavy", "main~1" },
		{ "x/main", "main~1" },
		{ "pull/7/head", "main~1" },
		{ "refs/heads/both", "main" },
		{ "refs/tags/both", "main~1" },
		{ "refs/tags/heavy", "main~1" },
	};
	AUTO_FREE char *bare = tmp_path(*state, "bare"), *url = xasprintf("file://%s", bare);

	for (size_t i = 0; i < ARRAY_SIZE(refs); i++) {
		AUTO_FREE char *want = commit(*state, refs[i][1]), *got = NULL;
		AUTO_ERR struct err err = ERR_INIT;

		if (git_remote_resolve(url, refs[i][0], &got, &err))
			fail_msg("%s: %s", refs[i][0], err.msg);
		assert_string_equal(got, want);
	}
}

static void
what_is_no_reference(void **state)
{
	AUTO_FREE char *bare = tmp_path(*state, "bare"), *none = tmp_path(*state, "none");
	AUTO_FREE char *got = NULL, *full = xasprintf("%040d", 1);
	AUTO_ERR struct err err = ERR_INIT;

	assert_int_equal(git_remote_resolve(bare, "such", &got, &err), 0);
	assert_null(got);
	assert_int_equal(git_remote_resolve(bare, "ain", &got, &err), 0);
	assert_null(got);
	assert_int_equal(git_remote_resolve(bare, "both", &got, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "is a branch and a tag"));
	assert_string_equal(err.hint, "write refs/heads/both or refs/tags/both");
	/* A commit is itself, and nobody is asked. */
	assert_int_equal(git_remote_resolve(none, full, &got, &err), 0);
	assert_string_equal(got, full);
	err_clear(&err);
	free(STEAL(got));
	assert_int_equal(git_remote_resolve(none, "main", &got, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "does not appear to be a git repository"));
	err_clear(&err);
	/* Nobody listens on port 1. */
	assert_int_equal(git_remote_resolve("git://127.0.0.1:1/x", "main", &got, &err),
			 -ERR_TEMPORARY);
	err_clear(&err);
	assert_int_equal(git_remote_resolve("ext::sh -c true", "main", &got, &err), -ERR_REMOTE);
}

static void
fetched_once_and_kept(void **state)
{
	AUTO_FREE char *bare = tmp_path(*state, "bare"), *copy = tmp_path(*state, "copy.git");
	AUTO_FREE char *first = commit(*state, "main~1"), *second = commit(*state, "main");
	AUTO_FREE char *none = xasprintf("%040d", 1);
	AUTO_ERR struct err err = ERR_INIT;
	struct git_distance d;

	assert_false(git_remote_has(copy, first));
	if (git_remote_fetch(copy, &(struct git_way){ .url = bare }, first, &err))
		fail_msg("%s", err.msg);
	assert_true(git_remote_has(copy, first));
	assert_false(git_remote_has(copy, second));
	assert_int_equal(git_distance(copy, first, second, &d, &err), 0);
	assert_int_equal(d.ahead, -1);
	if (git_remote_fetch(copy, &(struct git_way){ .url = bare }, second, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(git_distance(copy, first, second, &d, &err), 0);
	assert_int_equal(d.ahead, 1);
	assert_int_equal(d.behind, 0);
	assert_int_equal(git_distance(copy, second, first, &d, &err), 0);
	assert_int_equal(d.ahead, 0);
	assert_int_equal(d.behind, 1);
	assert_int_equal(git_remote_fetch(copy, &(struct git_way){ .url = bare }, none, &err),
			 -ERR_INPUT);
	assert_non_null(strstr(err.msg, "has no commit"));
	assert_false(git_remote_has(copy, none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(references_are_resolved, setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_reference, setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(fetched_once_and_kept, setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
