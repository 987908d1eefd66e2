/* SPDX-License-Identifier: Apache-2.0 */
/* t-glob.c: Go's filepath.Match. */
#include "model/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const result_names[] = { "no", "yes", "bad" };

struct match_row {
	const char *pattern;
	const char *name;
	enum glob_result want;
};

static void
check_rows(const struct match_row *rows, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		enum glob_result got = glob_match(str_c(rows[i].pattern), str_c(rows[i].name));

		if (got == rows[i].want)
			continue;
		print_error("'%s' against '%s': got %s, wanted %s\n", rows[i].pattern, rows[i].name,
			    result_names[got], result_names[rows[i].want]);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static void
stars_do_not_cross_slashes(void **state)
{
	static const struct match_row rows[] = {
		{ "", "", GLOB_YES },
		{ "", "a", GLOB_NO },
		{ "abc", "abc", GLOB_YES },
		{ "abc", "abcd", GLOB_NO },
		{ "abc", "ab", GLOB_NO },
		{ "abc", "", GLOB_NO },
		{ "*", "", GLOB_YES },
		{ "*", "abc", GLOB_YES },
		{ "*", "a/b", GLOB_NO },
		{ "*c", "abc", GLOB_YES },
		{ "*c", "abd", GLOB_NO },
		{ "a*", "a", GLOB_YES },
		{ "a*", "abc", GLOB_YES },
		{ "a*", "ab/c", GLOB_NO },
		{ "a*/b", "abc/b", GLOB_YES },
		{ "a*/b", "a/c/b", GLOB_NO },
		{ "a*b*c*d*e*/f", "axbxcxdxe/f", GLOB_YES },
		{ "a*b*c*d*e*/f", "axbxcxdxexxx/f", GLOB_YES },
		{ "a*b*c*d*e*/f", "axbxcxdxe/xxx/f", GLOB_NO },
		{ "a*b*c*d*e*/f", "axbxcxdxexxx/fff", GLOB_NO },
		{ "a*b?c*x", "abxbbxdbxebxczzx", GLOB_YES },
		{ "a*b?c*x", "abxbbxdbxebxczzy", GLOB_NO },
		{ "*x", "xxx", GLOB_YES },
		{ "**", "abc", GLOB_YES },
		{ "**", "a/b", GLOB_NO },
		{ "a/**/b", "a/x/b", GLOB_YES },
		{ "a/**/b", "a/b", GLOB_NO },
		{ "a/**/b", "a/x/y/b", GLOB_NO },
		{ "*/*", "a/b", GLOB_YES },
		{ "*/*", "a/b/c", GLOB_NO },
		{ ".*", ".git", GLOB_YES },
		{ "*", ".git", GLOB_YES },
		{ "*.md", ".md", GLOB_YES },
		{ "a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", GLOB_NO },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
question_marks_eat_a_rune(void **state)
{
	static const struct match_row rows[] = {
		{ "?", "a", GLOB_YES },
		{ "?", "", GLOB_NO },
		{ "?", "/", GLOB_NO },
		{ "a?b", "a\u263ab", GLOB_YES },
		{ "a?b", "a/b", GLOB_NO },
		{ "a???b", "a\u263ab", GLOB_NO },
		{ "?", "\xff", GLOB_YES },
		{ "??", "\xff\xfe", GLOB_YES },
		{ "?", "\xff\xfe", GLOB_NO },
		{ "?", "\xe2\x82", GLOB_NO },
		{ "??", "\xe2\x82", GLOB_YES },
		{ "a?", "a", GLOB_NO },
		/* A '*' moves on by bytes, so the rest of a rune is two invalid ones. */
		{ "*??", "\u263a", GLOB_YES },
		{ "??", "\u263a", GLOB_NO },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
classes_hold_ranges_of_runes(void **state)
{
	static const struct match_row rows[] = {
		{ "ab[c]", "abc", GLOB_YES },
		{ "ab[b-d]", "abc", GLOB_YES },
		{ "ab[e-g]", "abc", GLOB_NO },
		{ "ab[^c]", "abc", GLOB_NO },
		{ "ab[^b-d]", "abc", GLOB_NO },
		{ "ab[^e-g]", "abc", GLOB_YES },
		{ "a[^a]b", "a\u263ab", GLOB_YES },
		{ "a[^a][^a][^a]b", "a\u263ab", GLOB_NO },
		{ "[a-\u03b6]*", "\u03b1", GLOB_YES },
		{ "*[a-\u03b6]", "A", GLOB_NO },
		{ "[!a]", "a", GLOB_YES },
		{ "[!a]", "!", GLOB_YES },
		{ "[!a]", "b", GLOB_NO },
		{ "[^a]", "/", GLOB_YES },
		{ "[/]", "/", GLOB_YES },
		{ "[\\]a]", "]", GLOB_YES },
		{ "[\\-]", "-", GLOB_YES },
		{ "[x\\-]", "x", GLOB_YES },
		{ "[x\\-]", "-", GLOB_YES },
		{ "[x\\-]", "z", GLOB_NO },
		{ "[\\-x]", "a", GLOB_NO },
		{ "[\ufffd]", "\xff", GLOB_YES },
		{ "[b-a]", "a", GLOB_NO },
		{ "[*]", "*", GLOB_YES },
		{ "[*]", "a", GLOB_NO },
		{ "[a*]b", "*b", GLOB_YES },
		{ "[]", "]", GLOB_BAD },
		{ "[]a]", "]", GLOB_BAD },
		{ "[-]", "-", GLOB_BAD },
		{ "[x-]", "x", GLOB_BAD },
		{ "[-x]", "x", GLOB_BAD },
		{ "[a-b-c]", "a", GLOB_BAD },
		{ "[", "a", GLOB_BAD },
		{ "[^", "a", GLOB_BAD },
		{ "[^bc", "a", GLOB_BAD },
		{ "a[", "a", GLOB_BAD },
		{ "a[", "ab", GLOB_BAD },
		{ "[\xff]", "a", GLOB_BAD },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
backslash_quotes(void **state)
{
	static const struct match_row rows[] = {
		{ "a\\*b", "a*b", GLOB_YES }, { "a\\*b", "ab", GLOB_NO },
		{ "\\a", "a", GLOB_YES },     { "a\\\\b", "a\\b", GLOB_YES },
		{ "\\[a]", "[a]", GLOB_YES }, { "a\\", "a", GLOB_BAD },
		{ "\\", "a", GLOB_BAD },      { "[\\", "a", GLOB_BAD },
		{ "[\\]", "a", GLOB_BAD },    { "*\\", "a", GLOB_BAD },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
mistakes_are_found_up_to_the_first_mismatch(void **state)
{
	static const struct match_row rows[] = {
		{ "x[", "a", GLOB_BAD },       { "*[", "", GLOB_BAD },
		{ "x*[", "x", GLOB_BAD },      { "x*[", "", GLOB_NO },
		{ "x*[", "y", GLOB_NO },       { "a*b*[^]", "ac", GLOB_NO },
		{ "a*b*[^]", "ab", GLOB_BAD }, { "*x*\\", "", GLOB_NO },
		{ "*x*\\", "yx", GLOB_BAD },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
validity_is_of_the_whole_pattern(void **state)
{
	static const char *const bad[] = { "[",     "a[",   "x*[",     "*/[a-]", "?[",
					   "a/b\\", "[]]b", "a*b*[^]", "zz[z-",  "*[\\" };
	static const char *const good[] = { "", "]", "a]", "[a]", "*", "**/[^a]", "a-b", "\\[" };
	static const char *const names[] = { "", ".", "a", "x", "zz", "a/b", "\xff" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (glob_valid(str_c(bad[i])))
			fail_msg("'%s' is called valid", bad[i]);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (!glob_valid(str_c(good[i])))
			fail_msg("'%s' is called bad", good[i]);
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (glob_match(str_c(good[i]), str_c(names[k])) == GLOB_BAD)
				fail_msg("'%s' against '%s' is bad", good[i], names[k]);
	}
}

static void
literal_prefix_counts_components(void **state)
{
	static const struct {
		const char *pattern;
		size_t want;
		bool meta;
	} rows[] = {
		{ "", 0, false },       { "a", 1, false },       { "a/b/c", 3, false },
		{ "a/b/*.c", 2, true }, { "*", 0, true },        { "a?/b", 0, true },
		{ "a/[b]/c", 1, true }, { "a/b\\c/d", 1, true }, { "a/]b", 2, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(glob_literal_prefix(str_c(rows[i].pattern)), rows[i].want);
		assert_int_equal(glob_has_meta(str_c(rows[i].pattern)), rows[i].meta);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stars_do_not_cross_slashes),
		cmocka_unit_test(question_marks_eat_a_rune),
		cmocka_unit_test(classes_hold_ranges_of_runes),
		cmocka_unit_test(backslash_quotes),
		cmocka_unit_test(mistakes_are_found_up_to_the_first_mismatch),
		cmocka_unit_test(validity_is_of_the_whole_pattern),
		cmocka_unit_test(literal_prefix_counts_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
