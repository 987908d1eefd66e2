/* SPDX-License-Identifier: Apache-2.0 */
/* t-git_branch.c: commits without a work tree, and branches that are compared and swapped. */
#include "io/git_branch.h"

#include "io/git.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define WHO "A B <a@example.org>"

struct bench {
	char *repo, *url, *base;
	struct git_way way;
};

static void
open_bench(const char *dir, struct bench *b)
{
	struct err AUTO_ERR err = ERR_INIT;

	TMP_RUN(dir, "sh", "-ec",
		"git init -q -b main repo; cd repo; mkdir 'a b'; echo 1 >'a b/\"x\\y'; echo 2 >run;"
		"chmod 755 run; git add .; git -c user.name=t -c user.email=t@e commit -qm one;"
		"git clone -q --bare . ../there.git");
	b->repo = xasprintf("%s/repo/.git", dir);
	b->url = xasprintf("file://%s/there.git", dir);
	b->way = (struct git_way){ .url = b->url };
	assert_int_equal(git_resolve(b->repo, "main", &b->base, &err), 0);
}

static void
close_bench(struct bench *b)
{
	free(b->repo);
	free(b->url);
	free(b->base);
}

static char *
commit(const struct bench *b, const char *text, const char *message)
{
	const struct git_change changes[] = { { "a b/\"x\\y", 0100644, str_c(text) },
					      { "run", 0100755, STR_LIT("") } };
	struct git_commit_new c = { b->base, WHO, 1700000000, message, changes, 2 };
	struct err AUTO_ERR err = ERR_INIT;
	char *id = NULL;

	assert_int_equal(git_branch_commit(b->repo, &c, &id, &err), 0);
	return id;
}

static void
commits_without_a_tree(void **state)
{
	struct bench b = { 0 };
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_BUF struct buf edit = BUF_INIT, other = BUF_INIT;
	AUTO_FREE char *one = NULL, *same = NULL, *two = NULL, *tree = NULL;
	git_mades made = { 0 };
	int64_t when = 0;

	open_bench(*state, &b);
	buf_init(&edit, 0);
	buf_init(&other, 0);
	one = commit(&b, "new\n", "bump\n\nKey: value\n");
	same = commit(&b, "new\n", "bump\n\nKey: value\n");
	two = commit(&b, "newer\n", "bump");
	assert_string_equal(one, same);
	assert_int_equal(git_commit_time(b.repo, one, &when, &err), 0);
	assert_int_equal(when, 1700000000);
	assert_int_equal(git_commit_tree(b.repo, one, &tree, &err), 0);
	assert_int_equal(strlen(tree), 40);
	assert_int_equal(git_branch_edit(b.repo, b.base, one, &edit, &err), 0);
	assert_non_null(memmem(edit.data, edit.len, "a b/\"x\\y", 8));
	assert_non_null(memmem(edit.data, edit.len, ":100755 100755", 14));
	assert_int_equal(git_branch_edit(b.repo, b.base, two, &other, &err), 0);
	assert_false(str_eq(buf_str(&edit), buf_str(&other)));
	assert_int_equal(git_branch_log(b.repo, b.base, one, "Key", &made, &err), 0);
	assert_int_equal(made.n, 1);
	assert_string_equal(made.v[0].trailer, "value");
	assert_string_equal(made.v[0].author, WHO);
	assert_string_equal(made.v[0].committer, WHO);
	assert_int_equal(made.v[0].committer_s, 1700000000);
	assert_int_equal(made.v[0].parents, 1);
	git_mades_fini(&made);
	close_bench(&b);
}

/* What tip holds that main has not, newest first: "1" a plain merge, "0" anything else. */
static char *
plain_merges(const struct bench *b, const char *tip)
{
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_FREE char *id = NULL;
	struct buf got = BUF_INIT;
	git_mades made = { 0 };

	buf_init(&got, 0);
	assert_int_equal(git_resolve(b->repo, tip, &id, &err), 0);
	assert_int_equal(git_branch_log(b->repo, b->base, id, "Key", &made, &err), 0);
	for (size_t i = 0; i < made.n; i++) {
		assert_true(made.v[i].parents == 1 || *made.v[i].merged);
		buf_addf(&got, "%d", git_branch_is_plain_merge(b->repo, &made.v[i], &err));
	}
	git_mades_fini(&made);
	return buf_steal(&got);
}

static void
tells_plain_merges(void **state)
{
	struct bench b = { 0 };
	AUTO_FREE char *plain = NULL, *more = NULL, *other = NULL, *conflict = NULL;
	struct err AUTO_ERR err = ERR_INIT;

	open_bench(*state, &b);
	TMP_RUN(*state, "sh", "-ec",
		"cd repo; git config user.name t; git config user.email t@e; git config commit.gpgsign false;"
		"git checkout -q -b edit; echo edit >run; git commit -qam edit;"
		"git checkout -q main; echo base >new; git add new; git commit -qm base;"
		"git checkout -q -b plain edit; git merge -q --no-edit main;"
		"git checkout -q -b more edit; git merge -q --no-commit main; echo x >x; git add x; git commit -qm x;"
		"git checkout -q -b other edit; git merge -q --no-edit -s ours main;"
		"git checkout -q main; echo base >run; git commit -qam run;"
		"git checkout -q -b conflict edit; git merge -q main >../said 2>&1 || :;"
		"echo both >run; git add run; git commit -qm both");
	free(b.base);
	assert_int_equal(git_resolve(b.repo, "main", &b.base, &err), 0);
	plain = plain_merges(&b, "plain");
	more = plain_merges(&b, "more");
	other = plain_merges(&b, "other");
	conflict = plain_merges(&b, "conflict");
	assert_string_equal(plain, "10");
	assert_string_equal(more, "00");
	assert_string_equal(other, "00");
	assert_string_equal(conflict, "00");
	close_bench(&b);
}

static void
compares_and_swaps(void **state)
{
	const struct git_way nowhere = { .url = "file:///nonexistent" };
	struct bench b = { 0 };
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_FREE char *one = NULL, *two = NULL;

	open_bench(*state, &b);
	one = commit(&b, "1\n", "one");
	two = commit(&b, "2\n", "two");
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", two, one, &err), 0);
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", NULL, one, &err), 1);
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", NULL, two, &err), 0);
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", two, NULL, &err), 0);
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", one, two, &err), 1);
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", two, NULL, &err), 1);
	TMP_RUN(*state, "sh", "-ec",
		"test -z \"$(git --git-dir there.git branch --list 'x/*')\";"
		"printf '#!/bin/sh\\nexit 1\\n' >there.git/hooks/pre-receive;"
		"chmod 755 there.git/hooks/pre-receive");
	assert_int_equal(git_branch_push(b.repo, &b.way, "x/y", NULL, one, &err), -ERR_REMOTE);
	assert_non_null(strstr(err.msg, "does not take branch 'x/y': pre-receive hook declined"));
	assert_int_equal(git_branch_push(b.repo, &nowhere, "x", NULL, one, &err), -ERR_INPUT);
	close_bench(&b);
}

static void
knows_the_remote(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_FREE char *url = NULL, *none = NULL;

	TMP_RUN(*state, "sh", "-ec", "git init -q x; cd x; git remote add origin https://h/o/r");
	url = xasprintf("%s/x", (char *)*state);
	assert_int_equal(git_remote_url(url, "nope", &none, &err), 0);
	assert_null(none);
	assert_int_equal(git_remote_url(url, "origin", &none, &err), 0);
	assert_string_equal(none, "https://h/o/r");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(commits_without_a_tree, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(tells_plain_merges, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(compares_and_swaps, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(knows_the_remote, tmp_setup, tmp_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
