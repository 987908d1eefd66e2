/* SPDX-License-Identifier: Apache-2.0 */
/* t-rune.c: characters as Go reads them. */
#include "model/rune.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
bytes_that_are_no_utf8_are_one_character_each(void **state UNUSED)
{
	static const struct {
		const char *in;
		uint32_t rune;
		size_t len;
	} rows[] = {
		{ "a", 'a', 1 },
		{ "\xc3\xa9x", 0xe9, 2 },
		{ "\xe2\x82\xac", 0x20ac, 3 },
		{ "\xf0\x9f\x98\x80", 0x1f600, 4 },
		{ "\xff", RUNE_BAD, 1 },
		{ "\xc3", RUNE_BAD, 1 },
		{ "\xc0\xaf", RUNE_BAD, 1 },         /* overlong */
		{ "\xed\xa0\x80", RUNE_BAD, 1 },     /* half a pair */
		{ "\xf4\x90\x80\x80", RUNE_BAD, 1 }, /* beyond Unicode */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t rune = 0;
		size_t len = rune_get(str_c(rows[i].in), &rune);

		if (rune != rows[i].rune || len != rows[i].len)
			fail_msg("row %zu: got %#x in %zu bytes, wanted %#x in %zu", i, rune, len,
				 rows[i].rune, rows[i].len);
	}
}

static void
what_is_written_is_read_back(void **state UNUSED)
{
	static const uint32_t runes[] = { 'a',    0x7f,   0x80,    0x7ff,   0x800,
					  0xfffd, 0xffff, 0x10000, 0x10ffff };

	for (size_t i = 0; i < ARRAY_SIZE(runes); i++) {
		struct buf AUTO_BUF b = BUF_INIT;
		uint32_t got;

		rune_add(&b, runes[i]);
		assert_int_equal(rune_get(buf_str(&b), &got), b.len);
		assert_int_equal(got, runes[i]);
	}
}

static void
what_is_no_character_is_written_as_the_replacement(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	rune_add(&b, 0xd800);
	rune_add(&b, 0x110000);
	assert_string_equal(b.data, "\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(rune_count(buf_str(&b)), 2);
}

static void
blanks_of_unicode_are_trimmed(void **state UNUSED)
{
	static const struct {
		const char *in, *left, *both;
	} rows[] = {
		{ "", "", "" },
		{ " \t\v\f\r\na b \n", "a b \n", "a b" },
		{ "\xc2\xa0\xe3\x80\x80x\xc2\x85", "x\xc2\x85", "x" },
		{ "x \x80", "x \x80", "x \x80" },
		{ "\xe2\x80\x8b", "\xe2\x80\x8b", "\xe2\x80\x8b" }, /* zero width: none */
		{ " ", "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *AUTO_FREE left = str_dup(rune_trim_left(str_c(rows[i].in)));
		char *AUTO_FREE both = str_dup(rune_trim(str_c(rows[i].in)));

		assert_string_equal(left, rows[i].left);
		assert_string_equal(both, rows[i].both);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_are_no_utf8_are_one_character_each),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(what_is_no_character_is_written_as_the_replacement),
		cmocka_unit_test(blanks_of_unicode_are_trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
