/* SPDX-License-Identifier: Apache-2.0 */
/* t-str.c: slices: comparing, cutting, numbers, nearest names. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check_str(struct str got, const char *want)
{
	char *AUTO_FREE text = str_dup(got);

	assert_string_equal(text, want);
	assert_int_equal(got.n, strlen(want));
}

static void
equality_looks_at_bytes_and_length(void **state UNUSED)
{
	assert_true(str_eq(STR_LIT("a\0b"), STR_LIT("a\0b")));
	assert_false(str_eq(STR_LIT("a\0b"), STR_LIT("a\0c")));
	assert_false(str_eq(STR_LIT("ab"), STR_LIT("abc")));
	assert_true(str_eq(STR_NULL, STR_LIT("")));
	assert_true(str_eq_c(STR_LIT("FROM"), "FROM"));
	assert_false(str_eq_c(STR_LIT("FROM"), "from"));
	assert_false(str_eq_c(STR_LIT("a\0"), "a"));
	assert_true(str_ieq_c(STR_LIT("From"), "fROM"));
	assert_false(str_ieq_c(STR_LIT("From"), "fro"));
	assert_false(str_ieq_c(STR_LIT("["), "{"));
}

static void
prefixes_and_suffixes(void **state UNUSED)
{
	assert_true(str_starts(STR_LIT("sha256:ab"), STR_LIT("sha256:")));
	assert_true(str_starts(STR_LIT("ab"), STR_NULL));
	assert_true(str_starts(STR_NULL, STR_NULL));
	assert_false(str_starts(STR_LIT("sha"), STR_LIT("sha256:")));
	assert_true(str_ends(STR_LIT("a.yaml"), STR_LIT(".yaml")));
	assert_true(str_ends(STR_NULL, STR_NULL));
	assert_false(str_ends(STR_LIT("yaml"), STR_LIT(".yaml")));
	assert_false(str_ends(STR_LIT("a.yamL"), STR_LIT(".yaml")));
}

static void
order_is_bytewise(void **state UNUSED)
{
	static const char *const sorted[] = { "", "A", "B", "a", "a-", "a0", "aa", "\xc3\xa9" };

	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
			int c = str_cmp(str_c(sorted[i]), str_c(sorted[j]));

			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
			c = strp_cmp(&sorted[i], &sorted[j]);
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
	}
	assert_int_equal(str_cmp(STR_NULL, STR_LIT("")), 0);
}

static void
trimming_takes_only_the_set(void **state UNUSED)
{
	check_str(str_trim(STR_LIT(" \ta b\t\r "), " \t\r"), "a b");
	check_str(str_trim(STR_LIT("a b"), " "), "a b");
	check_str(str_trim(STR_LIT("  "), " "), "");
	check_str(str_trim(STR_LIT("a "), ""), "a ");
	assert_int_equal(str_trim(STR_LIT("\0a\0"), " ").n, 3);
	assert_null(str_trim(STR_NULL, " ").p);
}

static void
finding_a_byte(void **state UNUSED)
{
	assert_int_equal(str_find(STR_LIT("a=b=c"), '='), 1);
	assert_int_equal(str_find(STR_LIT("abc"), '='), 3);
	assert_int_equal(str_find(STR_NULL, '='), 0);
}

static void
check_pieces(const char *text, bool (*next)(struct str *, struct str *), const char *want)
{
	struct str rest = str_c(text), piece;
	char got[200] = "";
	size_t n = 0;

	while (next(&rest, &piece))
		n += (size_t)snprintf(got + n, sizeof(got) - n, "<%.*s>", STR_FMT(piece));
	assert_string_equal(got, want);
}

static bool
next_by_comma(struct str *rest, struct str *piece)
{
	return str_next(rest, ',', piece);
}

static void
pieces_hold_the_empty_ones(void **state UNUSED)
{
	check_pieces("a,b,", next_by_comma, "<a><b><>");
	check_pieces("a", next_by_comma, "<a>");
	check_pieces(",", next_by_comma, "<><>");
	check_pieces("", next_by_comma, "<>");
	check_pieces(NULL, next_by_comma, "");
}

static void
lines_need_no_newline_at_the_end(void **state UNUSED)
{
	check_pieces("a\nb\n", str_next_line, "<a><b>");
	check_pieces("a\n\nb", str_next_line, "<a><><b>");
	check_pieces("\n", str_next_line, "<>");
	check_pieces("a\r\n", str_next_line, "<a\r>");
	check_pieces("", str_next_line, "");
	check_pieces(NULL, str_next_line, "");
}

static void
numbers_are_digits_only(void **state UNUSED)
{
	static const char *const wrong[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"-1",
		"0x10",
		"1.0",
		"a",
		"18446744073709551616",
		"99999999999999999999",
	};
	unsigned long long value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (str_to_u64(str_c(wrong[i]), &value))
			fail_msg("'%s' was read as %llu", wrong[i], value);
		assert_int_equal(value, 7);
	}
	assert_true(str_to_u64(STR_LIT("0"), &value));
	assert_int_equal(value, 0);
	assert_true(str_to_u64(STR_LIT("007"), &value));
	assert_int_equal(value, 7);
	assert_true(str_to_u64(STR_LIT("18446744073709551615"), &value));
	assert_true(value == 18446744073709551615u);
}

struct utf8_row {
	const char *text;
	size_t n;
	uint32_t c;
};

static void
utf8_is_strict(void **state UNUSED)
{
	static const struct utf8_row rows[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xc3\xa9x", 2, 0xe9 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xe2\x82\xac", 3, 0x20ac },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x9f\x98\x80", 4, 0x1f600 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "", 0, 0 },
		{ "\x80", 0, 0 },             /* a continuation alone */
		{ "\xc3", 0, 0 },             /* cut off */
		{ "\xe2\x82", 0, 0 },         /* cut off */
		{ "\xc3(", 0, 0 },            /* no continuation */
		{ "\xc0\xaf", 0, 0 },         /* overlong */
		{ "\xe0\x9f\xbf", 0, 0 },     /* overlong */
		{ "\xf0\x8f\xbf\xbf", 0, 0 }, /* overlong */
		{ "\xed\xa0\x80", 0, 0 },     /* a surrogate */
		{ "\xf4\x90\x80\x80", 0, 0 }, /* beyond Unicode */
		{ "\xf5\x80\x80\x80", 0, 0 },
		{ "\xff", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t c = 0;
		size_t n = str_utf8(str_c(rows[i].text), &c);

		if (n != rows[i].n || c != rows[i].c)
			fail_msg("row %zu: got %zu bytes, U+%04X; wanted %zu, U+%04X", i, n, c,
				 rows[i].n, rows[i].c);
	}
	assert_int_equal(str_utf8(STR_LIT("\0"), &(uint32_t){ 1 }), 1);
}

static void
check_nearest(const char *name, const char *want)
{
	static const char *const known[] = { "build",    "plan",   "why",       "graph", "inputs",
					     "dispatch", "builds", "reproduce", "gc" };
	const char *got = str_nearest(name, known, ARRAY_SIZE(known));

	if (!want)
		assert_ptr_equal(got, NULL);
	else
		assert_string_equal(got ? got : "(none)", want);
}

static void
nearest_names_are_likely_slips(void **state UNUSED)
{
	check_nearest("build", "build");
	check_nearest("biuld", "build");
	check_nearest("BUILD", "build");
	check_nearest("bulid", "build");
	check_nearest("buid", "build");
	check_nearest("buildd", "build");
	check_nearest("hwy", "why");
	check_nearest("dispach", "dispatch");
	check_nearest("reprodcue", "reproduce");
	check_nearest("cg", "gc");
	check_nearest("g", "gc");
	check_nearest("frobnicate", NULL);
	check_nearest("bxyzd", NULL);
	check_nearest("xx", NULL);
	check_nearest("", NULL);
	assert_null(str_nearest("a", NULL, 0));
}

static void
one_letter_has_nothing_in_common_with_another(void **state UNUSED)
{
	static const char *const known[] = { "x" };

	assert_null(str_nearest("y", known, 1));
	assert_string_equal(str_nearest("X", known, 1), "x");
}

static void
very_long_names_are_near_nothing(void **state UNUSED)
{
	char name[1000];
	const char *const known[] = { name };

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(str_nearest(name, known, 1));
	assert_null(str_nearest("a", known, 1));
}

static void
hex_is_lower_case_and_of_one_length(void **state)
{
	(void)state;
	assert_true(str_is_hex(STR_LIT("0123456789abcdef"), 16));
	assert_true(str_is_hex(STR_LIT(""), 0));
	assert_false(str_is_hex(STR_LIT("0123456789abcdef"), 15));
	assert_false(str_is_hex(STR_LIT("0123456789abcdef"), 17));
	assert_false(str_is_hex(STR_LIT("ABCDEF"), 6));
	assert_false(str_is_hex(STR_LIT("g0"), 2));
	assert_false(str_is_hex((struct str){ "a\0", 2 }, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_looks_at_bytes_and_length),
		cmocka_unit_test(prefixes_and_suffixes),
		cmocka_unit_test(order_is_bytewise),
		cmocka_unit_test(trimming_takes_only_the_set),
		cmocka_unit_test(finding_a_byte),
		cmocka_unit_test(pieces_hold_the_empty_ones),
		cmocka_unit_test(lines_need_no_newline_at_the_end),
		cmocka_unit_test(numbers_are_digits_only),
		cmocka_unit_test(hex_is_lower_case_and_of_one_length),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(nearest_names_are_likely_slips),
		cmocka_unit_test(one_letter_has_nothing_in_common_with_another),
		cmocka_unit_test(very_long_names_are_near_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
