/* SPDX-License-Identifier: Apache-2.0 */
/* t-replace.c: new contents for several files, all or none. */
#include "io/replace.h"

#include "lib/tmp.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const char *dir, const char *name, const char *want)
{
	char *AUTO_FREE got = tmp_read(dir, name);

	assert_string_equal(got, want);
}

static void
all_are_written(void **state)
{
	const char *dir = *state;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE a = tmp_path(dir, "a"), *AUTO_FREE b = tmp_path(dir, "b");
	struct replace files[] = { { a, STR_LIT("1"), STR_LIT("one"), 0755 },
				   { b, STR_LIT(""), STR_LIT("two"), 0600 } };
	struct stat st;

	tmp_text(dir, "a", "1");
	tmp_text(dir, "b", "");
	assert_int_equal(replace_all(files, 2, &err), 0);
	check(dir, "a", "one");
	check(dir, "b", "two");
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(replace_all(files, 0, &err), 0);
}

static void
nothing_is_written_over_a_change(void **state)
{
	const char *dir = *state;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE a = tmp_path(dir, "a"), *AUTO_FREE b = tmp_path(dir, "b");
	char *AUTO_FREE want = xasprintf("'%s' has changed since it was read", b);
	struct replace files[] = { { a, STR_LIT("1"), STR_LIT("one"), 0644 },
				   { b, STR_LIT("2"), STR_LIT("two"), 0644 } };

	tmp_text(dir, "a", "1");
	tmp_text(dir, "b", "longer");
	assert_int_equal(replace_all(files, 2, &err), -ERR_REFUSED);
	assert_string_equal(err.msg, want);
	check(dir, "a", "1");
	tmp_text(dir, "b", "3");
	assert_int_equal(replace_all(files, 2, &err), -ERR_REFUSED);
	check(dir, "a", "1");
	check(dir, "b", "3");
}

static void
a_folder_that_is_missing(void **state)
{
	const char *dir = *state;
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE a = tmp_path(dir, "a"), *AUTO_FREE b = tmp_path(dir, "no/b");
	struct replace files[] = { { a, STR_LIT("1"), STR_LIT("one"), 0644 },
				   { b, STR_LIT("2"), STR_LIT("two"), 0644 } };
	struct stat st;

	tmp_text(dir, "a", "1");
	assert_int_equal(replace_all(files, 2, &err), -ERR_SYSTEM);
	check(dir, "a", "1");
	/* Nothing beside: the folder itself and "a" are all there is. */
	assert_int_equal(stat(dir, &st), 0);
	TMP_RUN(dir, "sh", "-c", "test \"$(ls)\" = a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_written, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_written_over_a_change, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_is_missing, tmp_setup, tmp_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
