/* SPDX-License-Identifier: Apache-2.0 */
/* t-json.c: parsing with places, one canonical text. */
#include "base/json.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static json_t *
parse(const char *text)
{
	struct err AUTO_ERR err = ERR_INIT;
	json_t *value = NULL;

	if (json_parse(str_c(text), "f.json", &value, &err))
		fail_msg("%s", err.msg);
	return value;
}

static void
check_canonical(const char *text, const char *want)
{
	json_t *AUTO_JSON value = parse(text);
	char *AUTO_FREE got = json_canonical(value);

	assert_string_equal(got, want);
}

static void
canonical_text_is_sorted_and_dense(void **state UNUSED)
{
	check_canonical("{ \"b\": [1, 2.5, true], \"a\": { \"z\": null, \"Z\": \"\" } }",
			"{\"a\":{\"Z\":\"\",\"z\":null},\"b\":[1,2.5,true]}");
	check_canonical("{\"\xc3\xa9\":\"\\u00e9\\/\",\"aa\":1,\"a\":2}",
			"{\"a\":2,\"aa\":1,\"\xc3\xa9\":\"\xc3\xa9/\"}");
	check_canonical(" \"text\" ", "\"text\"");
	check_canonical("7", "7");
	check_canonical("[]", "[]");
	check_canonical("\"\\u0001\\n\\\"\"", "\"\\u0001\\n\\\"\"");
}

static void
pretty_text_keeps_the_order(void **state UNUSED)
{
	json_t *AUTO_JSON value = parse("{\"b\":1,\"a\":[true,{}]}");
	char *AUTO_FREE got = json_pretty(value);

	assert_string_equal(got, "{\n"
				 "  \"b\": 1,\n"
				 "  \"a\": [\n"
				 "    true,\n"
				 "    {}\n"
				 "  ]\n"
				 "}");
}

static void
check_mistake(struct str text, int line, int col, const char *part)
{
	struct err AUTO_ERR err = ERR_INIT;
	json_t *value = NULL;

	assert_int_equal(json_parse(text, "f.json", &value, &err), -ERR_INPUT);
	assert_null(value);
	assert_string_equal(err.where.file, "f.json");
	assert_int_equal(err.where.line, line);
	assert_int_equal(err.where.col, col);
	if (!strstr(err.msg, "invalid JSON: ") || !strstr(err.msg, part))
		fail_msg("'%s' lacks '%s'", err.msg, part);
}

static void
mistakes_have_a_place(void **state UNUSED)
{
	check_mistake(STR_LIT("{\n  \"a\": 1,\n  \"a\": 2\n}"), 3, 5, "duplicate object key");
	check_mistake(STR_LIT("{\n  \"a\": x\n}"), 2, 8, "'x'");
	check_mistake(STR_LIT("[1] 2"), 1, 5, "something follows the value");
	check_mistake(STR_LIT("\"\xc3\xa9\"\n\"\xc3\xa9\" , "), 2, 1, "something follows");
	check_mistake(STR_LIT("\"\xc3\xa9\"x"), 1, 4, "something follows");
	check_mistake(STR_LIT("{}\n\0"), 2, 1, "NUL byte");
	check_mistake(STR_LIT("12 34"), 1, 4, "something follows");
	check_mistake(STR_LIT("[1,"), 1, 3, "']' expected near end of file");
	check_mistake(STR_LIT("\"a\xff\""), 1, 2, "unable to decode byte 0xff");
	check_mistake(STR_LIT("[1\0]"), 1, 3, "NUL byte");
	check_mistake(STR_LIT("[\"\\u0000\"]"), 1, 9, "\\u0000");
	check_mistake(STR_LIT(""), 1, 0, "");
	check_mistake(STR_NULL, 1, 0, "");
}

static void
deep_nesting_is_refused(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '[');
	check_mistake(buf_str(&b), 1, 2049, "depth");
}

static void
setters_write_any_bytes_as_text(void **state UNUSED)
{
	json_t *AUTO_JSON object = json_object();
	json_t *list = json_array();
	char *AUTO_FREE got = NULL;

	json_set_text(object, "a", "caf\xc3\xa9");
	json_set_text(object, "b", "x\xff\xc3y\xed\xa0\x80");
	json_set_text(object, "c", NULL);
	json_set_str(object, "d", (struct str){ "cut here", 3 });
	json_set_str(object, "e", STR_LIT("a\0b"));
	json_set_str(object, "f", STR_NULL);
	json_set_int(object, "g", -9007199254740993);
	json_set_bool(object, "h", true);
	json_set_bool(object, "i", false);
	json_set_text(object, "a", "again");
	assert_int_equal(json_object_set_new(object, "j", list), 0);
	json_add_text(list, "one");
	json_add_text(list, NULL);
	got = json_canonical(object);
	assert_string_equal(got, "{\"a\":\"again\","
				 "\"b\":\"x\xef\xbf\xbd\xef\xbf\xbdy"
				 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
				 "\"c\":null,\"d\":\"cut\",\"e\":\"a\xef\xbf\xbd"
				 "b\",\"f\":\"\",\"g\":-9007199254740993,\"h\":true,"
				 "\"i\":false,\"j\":[\"one\",null]}");
}

static void
only_strings_are_gotten_as_text(void **state UNUSED)
{
	json_t *AUTO_JSON value = parse("{\"a\":\"x\",\"b\":1,\"c\":null}");
	json_t *AUTO_JSON list = parse("[1]");

	assert_string_equal(json_get_text(value, "a"), "x");
	assert_null(json_get_text(value, "b"));
	assert_null(json_get_text(value, "c"));
	assert_null(json_get_text(value, "d"));
	assert_null(json_get_text(list, "a"));
	assert_null(json_get_text(NULL, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_text_is_sorted_and_dense),
		cmocka_unit_test(pretty_text_keeps_the_order),
		cmocka_unit_test(mistakes_have_a_place),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(setters_write_any_bytes_as_text),
		cmocka_unit_test(only_strings_are_gotten_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
