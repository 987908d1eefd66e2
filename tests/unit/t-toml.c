/* SPDX-License-Identifier: Apache-2.0 */
/* t-toml.c: TOML, right and wrong. */
#include "model/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_what_is_read(void **state UNUSED)
{
	static const struct {
		const char *toml, *json;
	} cases[] = {
		{ "", "{}" },
		{ "# only a comment", "{}" },
		{ "\xef\xbb\xbf"
		  "a=1\r\nb = -2 # c\r\n",
		  "{\"a\":1,\"b\":-2}" },
		{ "n = 1_000\nz = 0\np = +7\nm = -0", "{\"m\":0,\"n\":1000,\"p\":7,\"z\":0}" },
		{ "a.b.'c d' = true\na.e = false", "{\"a\":{\"b\":{\"c d\":true},\"e\":false}}" },
		{ "\"\" = ''\n1-2_x = ''", "{\"\":\"\",\"1-2_x\":\"\"}" },
		{ "s = \"a\\tb\\\"\\\\\\u00e9\\U0001F600\"",
		  "{\"s\":\"a\\tb\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\"}" },
		{ "s = 'C:\\x'", "{\"s\":\"C:\\\\x\"}" },
		{ "s = \"\"\"\nx\ny \\\n   z\"\"\"", "{\"s\":\"x\\ny z\"}" },
		{ "s = \"\"\"a\"\"b\"\"\"\"\"", "{\"s\":\"a\\\"\\\"b\\\"\\\"\"}" },
		{ "s = '''\r\n'a'\n'''", "{\"s\":\"'a'\\n\"}" },
		{ "a = [ ]\nb = [1, 'x', [true], ]", "{\"a\":[],\"b\":[1,\"x\",[true]]}" },
		{ "a = [ # c\n 1 ,\n\n 2\n]", "{\"a\":[1,2]}" },
		{ "t = { a = 1, b.c = 'd' }\ne = {}",
		  "{\"e\":{},\"t\":{\"a\":1,\"b\":{\"c\":\"d\"}}}" },
		{ "[a]\nx=1\n[a.b]\ny=2\n[ c . d ]",
		  "{\"a\":{\"b\":{\"y\":2},\"x\":1},\"c\":{\"d\":{}}}" },
		{ "[a.b]\n[a]\nx=1", "{\"a\":{\"b\":{},\"x\":1}}" },
		{ "[[r]]\na=1\n[[r.m]]\nb=2\n[[r.m]]\n[[r]]\n[r.t]\nc=3",
		  "{\"r\":[{\"a\":1,\"m\":[{\"b\":2},{}]},{\"t\":{\"c\":3}}]}" },
		{ "i = 9223372036854775807", "{\"i\":9223372036854775807}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_JSON json_t *got = NULL;
		struct err AUTO_ERR err = ERR_INIT;
		AUTO_FREE char *text = NULL;

		if (toml_parse(str_c(cases[i].toml), "f", &got, &err))
			fail_msg("'%s': %d:%d: %s", cases[i].toml, err.where.line, err.where.col,
				 err.msg);
		text = json_canonical(got);
		assert_string_equal(text, cases[i].json);
	}
}

static void
test_what_is_refused(void **state UNUSED)
{
	static const struct {
		const char *toml, *want;
	} cases[] = {
		{ "a", "f:1:2: invalid TOML: '=' is missing after a key" },
		{ "= 1", "f:1:1: invalid TOML: a key is missing" },
		{ "a = ", "f:1:5: invalid TOML: a value is missing, or is none that is read here" },
		{ "a = 1 b = 2", "f:1:7: invalid TOML: something follows on the line" },
		{ "x = 1\na = 1.5",
		  "f:2:6: invalid TOML: of numbers only decimal integers are read here" },
		{ "a = 0x1f",
		  "f:1:6: invalid TOML: of numbers only decimal integers are read here" },
		{ "a = 2026-01-01",
		  "f:1:9: invalid TOML: of numbers only decimal integers are read here" },
		{ "a = 1__0", "f:1:7: invalid TOML: '_' stands between digits only" },
		{ "a = 01", "f:1:7: invalid TOML: an integer with a leading zero, or too large" },
		{ "a = 9223372036854775808",
		  "f:1:24: invalid TOML: an integer with a leading zero, or too large" },
		{ "a = 1\na = 2", "f:2:3: invalid TOML: this key was given before" },
		{ "a = 1\na.b = 2", "f:2:3: invalid TOML: this was given as a value before" },
		{ "a = {}\n[a]", "f:2:4: invalid TOML: this was given as a value before" },
		{ "a = {}\na.b = 1", "f:2:3: invalid TOML: this was given as a value before" },
		{ "[a]\n[a]", "f:2:4: invalid TOML: this table was given before" },
		{ "a = []\n[[a]]",
		  "f:2:6: invalid TOML: this was given before, as something else" },
		{ "[a]\n[[a]]", "f:2:6: invalid TOML: this was given before, as something else" },
		{ "[a", "f:1:3: invalid TOML: ']' is missing" },
		{ "[[a]", "f:1:4: invalid TOML: ']]' is missing" },
		{ "a = [1 2]", "f:1:8: invalid TOML: ',' or ']' is missing in an array" },
		{ "a = {b=1", "f:1:9: invalid TOML: ',' or '}' is missing in an inline table" },
		{ "a = {b=1,}", "f:1:10: invalid TOML: a key is missing" },
		{ "a = \"x\ny\"", "f:1:7: invalid TOML: a string that does not end on its line" },
		{ "a = 'x", "f:1:7: invalid TOML: a string that does not end on its line" },
		{ "a = '''x", "f:1:9: invalid TOML: a string that does not end" },
		{ "a = \"\\q\"", "f:1:7: invalid TOML: an escape that TOML does not have" },
		{ "a = \"\\ud800\"", "f:1:12: invalid TOML: an escape that is no character" },
		{ "a = \"\\u00g0\"",
		  "f:1:10: invalid TOML: a digit of 0-9, a-f is missing in an escape" },
		{ "\"\"\"a\"\"\" = 1", "f:1:3: invalid TOML: '=' is missing after a key" },
		{ "\xc3\xa9 = '\xff'", "f:1:6: invalid TOML: a byte that is no text" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_JSON json_t *got = NULL;
		struct err AUTO_ERR err = ERR_INIT;
		AUTO_FREE char *text = NULL;

		if (toml_parse(str_c(cases[i].toml), "f", &got, &err) != -ERR_INPUT)
			fail_msg("'%s' was taken", cases[i].toml);
		text = err_text(&err);
		assert_string_equal(text, cases[i].want);
	}
}

static void
test_depth_has_a_limit(void **state UNUSED)
{
	for (int depth = TOML_DEPTH_MAX; depth <= TOML_DEPTH_MAX + 1; depth++) {
		struct buf AUTO_BUF text = BUF_INIT;
		AUTO_JSON json_t *got = NULL;

		buf_adds(&text, "a = ");
		for (int i = 0; i < depth; i++)
			buf_addc(&text, '[');
		for (int i = 0; i < depth; i++)
			buf_addc(&text, ']');
		assert_int_equal(toml_parse(buf_str(&text), "f", &got, NULL),
				 depth > TOML_DEPTH_MAX ? -ERR_INPUT : 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_depth_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
