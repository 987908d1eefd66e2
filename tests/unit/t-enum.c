/* SPDX-License-Identifier: Apache-2.0 */
/* t-enum.c: closed sets with their spelling. */
#include "base/enum.h"

#include "lib/aborts.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COLOR_LIST(X) X(COLOR_RED, "red") X(COLOR_DARK_BLUE, "dark-blue") X(COLOR_NONE, "")

ENUM_DECLARE(color, COLOR_LIST);
ENUM_DEFINE(color, COLOR_LIST);

static void
values_have_the_spelling_of_the_list(void **state UNUSED)
{
	assert_int_equal(COLOR_RED, 0);
	assert_int_equal(color_count, 3);
	assert_string_equal(color_name(COLOR_RED), "red");
	assert_string_equal(color_name(COLOR_DARK_BLUE), "dark-blue");
	assert_string_equal(color_names[1], "dark-blue");
}

static void
only_spellings_are_parsed(void **state UNUSED)
{
	enum color color = COLOR_RED;

	assert_true(color_parse(STR_LIT("dark-blue"), &color));
	assert_int_equal(color, COLOR_DARK_BLUE);
	assert_false(color_parse(STR_LIT("Red"), &color));
	assert_false(color_parse(STR_LIT("re"), &color));
	assert_false(color_parse(STR_LIT("red "), &color));
	assert_int_equal(color, COLOR_DARK_BLUE);
	assert_true(color_parse(STR_NULL, &color));
	assert_int_equal(color, COLOR_NONE);
}

static void
name_no_color(void)
{
	unsigned value = 3;

	(void)color_name((enum color)value);
}

static void
values_outside_the_set_abort(void **state UNUSED)
{
	char *AUTO_FREE said = aborts(name_no_color);

	assert_non_null(said);
	assert_non_null(strstr(said, "internal error"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_the_spelling_of_the_list),
		cmocka_unit_test(only_spellings_are_parsed),
		cmocka_unit_test(values_outside_the_set_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
