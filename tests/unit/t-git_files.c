/* SPDX-License-Identifier: Apache-2.0 */
/* t-git_files.c: the files of an index and of commits, and trailers. */
#include "io/git_files.h"

#include "base/buf.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const char *top, const char *rev, const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF got = BUF_INIT;
	git_files files = { 0 };

	buf_init(&got, 0);
	assert_int_equal(git_list_files(top, rev, &files, &err), 0);
	for (size_t i = 0; i < files.n; i++)
		buf_addf(&got, "%o %s\n", files.v[i].mode, files.v[i].path);
	git_files_fini(&files);
	assert_string_equal(got.data, want);
}

static void
lists_files(void **state)
{
	const char *dir = *state;

	TMP_RUN(dir, "sh", "-ec",
		"git init -q; mkdir -p a/b; echo 1 >'a/b/with space'; echo 2 >a/\xc3\xa9; ln -s a l;"
		"chmod +x a/\xc3\xa9; echo no >untracked; git add a l;"
		"git -c user.name=t -c user.email=t@e commit -qm one; echo 3 >z; git add z");
	check(dir, NULL, "100644 a/b/with space\n100755 a/\xc3\xa9\n120000 l\n100644 z\n");
	check(dir, "HEAD", "100644 a/b/with space\n100755 a/\xc3\xa9\n120000 l\n");
}

static void
check_trailer(const char *top, const char *text, const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE got = NULL;

	assert_int_equal(git_last_trailer(top, "HEAD", text, "Lockstep-Seq", &got, &err), 0);
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void
finds_trailers(void **state)
{
	const char *dir = *state;

	TMP_RUN(dir, "sh", "-ec",
		"git init -q; c() { git -c user.name=t -c user.email=t@e commit -q --allow-empty \"$@\"; };"
		"c -m 'chore(a): bump 1' -m 'Lockstep-Seq: 3';"
		"c -m 'chore(a): bump 2 (#7)' -m 'text' -m 'Lockstep-Event: x\nLockstep-Seq: 4';"
		"c -m 'chore(b): bump 1' -m 'Lockstep-Seq: 9';"
		"c -m 'chore(a): bump by hand'");
	check_trailer(dir, "chore(a): bump ", "4");
	check_trailer(dir, "chore(b): bump ", "9");
	check_trailer(dir, "chore(c): bump ", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_files, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(finds_trailers, tmp_setup, tmp_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
