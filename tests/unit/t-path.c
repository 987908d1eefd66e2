/* SPDX-License-Identifier: Apache-2.0 */
/* t-path.c: arithmetic on path names. */
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
	const char *in;
	const char *want;
};

static void
check_clean(const char *in, const char *want)
{
	char *AUTO_FREE got = path_clean(str_c(in));

	assert_string_equal(got, want);
}

static void
cleaning_is_that_of_go(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "", "." },
		{ ".", "." },
		{ "./", "." },
		{ "/", "/" },
		{ "//", "/" },
		{ "/.", "/" },
		{ "abc", "abc" },
		{ "abc/def", "abc/def" },
		{ "a/b/c", "a/b/c" },
		{ "..", ".." },
		{ "../..", "../.." },
		{ "../../abc", "../../abc" },
		{ "/abc", "/abc" },
		{ "abc/", "abc" },
		{ "abc/def/", "abc/def" },
		{ "../", ".." },
		{ "../../", "../.." },
		{ "/abc/", "/abc" },
		{ "abc//def//ghi", "abc/def/ghi" },
		{ "//abc", "/abc" },
		{ "abc//", "abc" },
		{ "abc/./def", "abc/def" },
		{ "/./abc/def", "/abc/def" },
		{ "abc/.", "abc" },
		{ "abc/def/ghi/../jkl", "abc/def/jkl" },
		{ "abc/def/../ghi/../jkl", "abc/jkl" },
		{ "abc/def/..", "abc" },
		{ "abc/def/../..", "." },
		{ "/abc/def/../..", "/" },
		{ "abc/def/../../..", ".." },
		{ "/abc/def/../../..", "/" },
		{ "abc/def/../../../ghi/jkl/../../../mno", "../../mno" },
		{ "/../abc", "/abc" },
		{ "abc/./../def", "def" },
		{ "abc//./../def", "def" },
		{ "abc/../../././../def", "../../def" },
		{ "...", "..." },
		{ "a/...", "a/..." },
		{ "..a/b", "..a/b" },
		{ "../a/../../b", "../../b" },
		{ "a/..b/../c", "a/c" },
		{ "a//b/./c/..", "a/b" },
		{ "/..", "/" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_clean(rows[i].in, rows[i].want);
}

static void
cleaning_twice_changes_nothing(void **state UNUSED)
{
	static const char letters[] = "a./";
	char path[9] = { 0 };

	for (int n = 0; n < 3 * 3 * 3 * 3 * 3 * 3 * 3 * 3; n++) {
		char *AUTO_FREE once = NULL;

		for (int i = 0, rest = n; i < 8; i++, rest /= 3)
			path[i] = letters[rest % 3];
		once = path_clean(str_c(path));
		check_clean(once, once);
	}
}

static void
check_join(const char *a, const char *b, const char *want)
{
	char *AUTO_FREE got = path_join(a, b);

	assert_string_equal(got, want);
}

static void
joining_cleans(void **state UNUSED)
{
	check_join("a", "b", "a/b");
	check_join("a/", "./b", "a/b");
	check_join("a/b", "../c", "a/c");
	check_join("a", "../../c", "../c");
	check_join("", "b", "b");
	check_join(".", "b", "b");
	check_join("a", "", "a");
	check_join("a", ".", "a");
	check_join("", "", ".");
	check_join("a", "/b/", "/b");
	check_join("/", "b", "/b");
	check_join("/", "..", "/");
}

static void
absolute_and_escaping(void **state UNUSED)
{
	assert_true(path_is_abs(STR_LIT("/")));
	assert_true(path_is_abs(STR_LIT("/a")));
	assert_false(path_is_abs(STR_LIT("a/")));
	assert_false(path_is_abs(STR_NULL));
	assert_true(path_escapes(STR_LIT("..")));
	assert_true(path_escapes(STR_LIT("../x")));
	assert_false(path_escapes(STR_LIT("..x")));
	assert_false(path_escapes(STR_LIT("x/..y")));
	assert_false(path_escapes(STR_LIT(".")));
	assert_false(path_escapes(STR_NULL));
}

static void
last_component_and_the_rest(void **state UNUSED)
{
	static const char *const rows[][3] = {
		{ "a/b", "b", "a" }, { "b", "b", "." },       { "/b", "b", "/" },
		{ "/", "/", "/" },   { "a/b/c", "c", "a/b" }, { ".", ".", "." },
		{ "..", "..", "." }, { "../b", "b", ".." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *AUTO_FREE dir = path_dir(rows[i][0]);

		assert_string_equal(path_base(rows[i][0]), rows[i][1]);
		assert_string_equal(dir, rows[i][2]);
	}
}

struct within_row {
	const char *path, *dir;
	bool want;
};

static void
within_is_by_components(void **state UNUSED)
{
	static const struct within_row rows[] = {
		{ "a", "a", true },          { "a/b", "a", true },   { "ab", "a", false },
		{ "a", "a/b", false },       { "a", ".", true },     { ".", ".", true },
		{ "..", ".", false },        { "../a", ".", false }, { "/a", ".", false },
		{ "/a", "/", true },         { "/", "/", true },     { "a", "/", false },
		{ "/a/b", "/a", true },      { "/ab", "/a", false }, { "../a", "..", true },
		{ "../..", "..", false },    { "..a", "..", false }, { "../../b", "../..", true },
		{ "../../..", "..", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (path_within(str_c(rows[i].path), str_c(rows[i].dir)) != rows[i].want)
			fail_msg("'%s' within '%s': wanted %d", rows[i].path, rows[i].dir,
				 rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaning_is_that_of_go),
		cmocka_unit_test(cleaning_twice_changes_nothing),
		cmocka_unit_test(joining_cleans),
		cmocka_unit_test(absolute_and_escaping),
		cmocka_unit_test(last_component_and_the_rest),
		cmocka_unit_test(within_is_by_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
