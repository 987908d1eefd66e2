/* SPDX-License-Identifier: Apache-2.0 */
/* t-check_text.c: contains and not-contains. */
#include "engine/check_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const char *keys, struct str text, const char *want)
{
	AUTO_JSON json_t *j = NULL;
	AUTO_FREE char *got = NULL;

	assert_int_equal(json_parse(str_c(keys), "test", &j, NULL), 0);
	got = check_text_wrong(j, text, "the output");
	if (want)
		assert_string_equal(got ? got : "nothing", want);
	else
		assert_string_equal(got ? got : "nothing", "nothing");
}

static void
every_text_must_be_there_and_none_of_the_others(void **state)
{
	(void)state;
	check("{}", STR_LIT("x"), NULL);
	check("{}", STR_NULL, NULL);
	check("{\"contains\": [\"b\", \"a\"]}", STR_LIT("a\nb"), NULL);
	check("{\"contains\": [\"a\", \"c\"]}", STR_LIT("a\nb"), "the output does not hold 'c'");
	check("{\"contains\": [\"a\"]}", STR_NULL, "the output does not hold 'a'");
	check("{\"contains\": [\"\"]}", STR_NULL, NULL);
	check("{\"contains\": [\"a\\nb\"]}", STR_LIT("a\nb"), NULL);
	check("{\"contains\": [\"A\"]}", STR_LIT("a"), "the output does not hold 'A'");
	check("{\"not-contains\": [\"x\", \"b\"]}", STR_LIT("a\0b"), "the output holds 'b'");
	check("{\"contains\": [\"a\"], \"not-contains\": [\"a\"]}", STR_LIT("a"),
	      "the output holds 'a'");
}

static void
check_last(struct str text, const char *want)
{
	AUTO_FREE char *got = check_text_last_line(text);

	assert_string_equal(got, want);
}

static void
the_last_line_is_one_with_something_in_it(void **state)
{
	AUTO_FREE char *longest = xasprintf("%0400d", 7), *cut = NULL;

	(void)state;
	check_last(STR_NULL, "no output");
	check_last(STR_LIT(" \n\n"), "no output");
	check_last(STR_LIT("a\nb"), "b");
	check_last(STR_LIT("a\n b \r\n \n\n"), "b");
	cut = check_text_last_line(str_c(longest));
	assert_int_equal(strlen(cut), 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_must_be_there_and_none_of_the_others),
		cmocka_unit_test(the_last_line_is_one_with_something_in_it),
	};

	return cmocka_run_group_tests_name("check_text", tests, NULL, NULL);
}
