/* SPDX-License-Identifier: Apache-2.0 */
/* t-enc.c: the escaping of the key's canonical form. */
#include "model/enc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(struct str s, const char *want)
{
	struct buf AUTO_BUF got = BUF_INIT;
	struct buf AUTO_BUF back = BUF_INIT;

	buf_adds(&got, "");
	enc_add(&got, s);
	assert_string_equal(got.data, want);
	assert_true(enc_decode(buf_str(&got), &back));
	assert_int_equal(back.len, s.n);
	if (s.n)
		assert_memory_equal(back.data, s.p, s.n);
}

static void
printable_bytes_stay_and_others_are_escaped(void **state UNUSED)
{
	check(STR_LIT(""), "");
	check(STR_LIT("src/main.c"), "src/main.c");
	check(STR_LIT("~!"), "~!");
	check(STR_LIT("a b\tc\nd"), "a%20b%09c%0Ad");
	check(STR_LIT("100%"), "100%25");
	check(STR_LIT("\x7f\xff\xc3\xa9"), "%7F%FF%C3%A9");
	check(STR_LIT("a\0b"), "a%00b");
	check(STR_LIT("\033[31m"), "%1B[31m");
}

static void
every_byte_comes_back(void **state UNUSED)
{
	char all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	struct buf AUTO_BUF text = BUF_INIT;
	struct buf AUTO_BUF back = BUF_INIT;

	enc_add(&text, (struct str){ all, sizeof(all) });
	for (size_t i = 0; i < text.len; i++)
		assert_in_range(text.data[i], 0x21, 0x7e);
	assert_true(enc_decode(buf_str(&text), &back));
	assert_int_equal(back.len, sizeof(all));
	assert_memory_equal(back.data, all, sizeof(all));
}

static void
a_field_begins_with_a_tab(void **state UNUSED)
{
	struct buf AUTO_BUF line = BUF_INIT;

	buf_adds(&line, "dir");
	enc_field(&line, STR_LIT(""));
	enc_field(&line, STR_LIT("a\tb"));
	assert_string_equal(line.data, "dir\t\ta%09b");
}

/* Fields that would run together without it. */
static void
concatenation_is_injective(void **state UNUSED)
{
	struct buf AUTO_BUF one = BUF_INIT;
	struct buf AUTO_BUF two = BUF_INIT;

	enc_field(&one, STR_LIT("ab"));
	enc_field(&one, STR_LIT("c"));
	enc_field(&two, STR_LIT("a"));
	enc_field(&two, STR_LIT("bc"));
	assert_string_not_equal(one.data, two.data);
}

static void
only_the_one_spelling_is_decoded(void **state UNUSED)
{
	static const char *const bad[] = {
		" ",   "a b", "\n",   "%",        "%4",   "%zz", "%0a",
		"%41", "%2",  "\x7f", "\xc3\xa9", "%%25", "a%",
	};
	struct buf AUTO_BUF back = BUF_INIT;

	buf_adds(&back, "kept");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (enc_decode(str_c(bad[i]), &back))
			fail_msg("'%s' was decoded", bad[i]);
		assert_string_equal(back.data, "kept");
	}
	assert_true(enc_decode(STR_LIT("%25%0A"), &back));
	assert_string_equal(back.data, "kept%\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_bytes_stay_and_others_are_escaped),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(a_field_begins_with_a_tab),
		cmocka_unit_test(concatenation_is_injective),
		cmocka_unit_test(only_the_one_spelling_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
