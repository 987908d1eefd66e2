/* SPDX-License-Identifier: Apache-2.0 */
/* t-regexp.c: Go's regular expressions. */
#include "model/regexp.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
	const char *expression;
	const char *text;
	bool want;
};

static void
check_rows(const struct row *rows, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct err AUTO_ERR err = ERR_INIT;
		struct regexp *re;

		if (regexp_compile(str_c(rows[i].expression), &re, &err))
			fail_msg("'%s': %s", rows[i].expression, err.msg);
		if (regexp_match(re, str_c(rows[i].text)) != rows[i].want) {
			print_error("'%s' against '%s': got %d\n", rows[i].expression, rows[i].text,
				    !rows[i].want);
			failed++;
		}
		regexp_free(re);
	}
	assert_int_equal(failed, 0);
}

static void
a_match_may_lie_anywhere(void **state)
{
	static const struct row rows[] = {
		{ "", "", true },         { "", "a", true },        { "a", "xay", true },
		{ "a", "", false },       { "^a", "ba", false },    { "a$", "ab", false },
		{ "^$", "", true },       { "^$", "a", false },     { "$^", "", true },
		{ "$^", "a", false },     { "ab|c", "xxab", true }, { "ab|c", "ac", true },
		{ "^a|b", "xb", true },   { "^a|b", "xa", false },  { "(a|b)c", "bc", true },
		{ "a|", "x", true },      { "()", "", true },       { "^(a|)$", "", true },
		{ "a\\zb", "ab", false }, { "\\Aa\\z", "a", true },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
repetitions(void **state)
{
	static const struct row rows[] = {
		{ "^a*$", "", true },
		{ "^a*$", "aaa", true },
		{ "^a+$", "", false },
		{ "^a?$", "aa", false },
		{ "^(ab)+$", "abab", true },
		{ "^(a*)*$", "aa", true },
		{ "^(a|b*)+c$", "abbac", true },
		{ "^a{2}$", "aa", true },
		{ "^a{2}$", "aaa", false },
		{ "^a{2,}$", "aaaa", true },
		{ "^a{2,}$", "a", false },
		{ "^a{1,3}$", "aaa", true },
		{ "^a{1,3}$", "aaaa", false },
		{ "^a{0}$", "", true },
		{ "^a{0,1}b{0,}$", "abb", true },
		{ "^a{,2}$", "a{,2}", true },
		{ "^a{$", "a{", true },
		{ "^a{1$", "a{1", true },
		{ "^a{01}$", "a{01}", true },
		{ "^a{1,2$", "a{1,2", true },
		{ "^{a}$", "{a}", true },
		{ "^a*?b$", "aab", true },
		{ "^(a{10}){10}$", "a", false },
		{ "^^+a", "a", true },
		{ "^\\b*a", "a", true },
		{ "a*\\Q\\E*b", "aab", true },
		{ "^\\Qab\\E+$", "abbb", true },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
classes(void **state)
{
	static const struct row rows[] = {
		{ "^[abc]$", "b", true },
		{ "^[^abc]$", "b", false },
		{ "^[^abc]$", "\n", true },
		{ "^[a-c]$", "c", true },
		{ "^[]a]$", "]", true },
		{ "^[^]a]$", "]", false },
		{ "^[a-]$", "-", true },
		{ "^[-a]$", "-", true },
		{ "^[a\\]]$", "]", true },
		{ "^[\\d-z]$", "-", true },
		{ "^[\\d]$", "7", true },
		{ "^[\\D]$", "7", false },
		{ "^[[:alpha:]]$", "q", true },
		{ "^[[:^alpha:]]$", "q", false },
		{ "^[[:punct:]]$", "~", true },
		{ "^[[:space:]]$", "\v", true },
		{ "^\\s$", "\v", false },
		{ "^\\s$", "\f", true },
		{ "^[[:cntrl:]]$", "\x7f", true },
		{ "^[[:xdigit:]]+$", "09afAF", true },
		{ "^[[:word:]]+$", "aZ_9", true },
		{ "^[[:graph:]]$", " ", false },
		{ "^[[:print:]]$", " ", true },
		{ "^[[:ascii:]]$", "\u00e9", false },
		{ "^[[:blank:]]$", "\t", true },
		{ "^[[:alnum:]]$", "_", false },
		{ "^[[:lower:][:upper:]]+$", "aZ", true },
		{ "^[[:a]+$", "[:a", true },
		{ "^[\u00e0-\u00ff]$", "\u00e9", true },
		{ "^.$", "\u20ac", true },
		{ "^.$", "\n", false },
		{ "^.$", "\xff", true },
		{ "^..$", "\xe2\x82", true },
		{ "^\ufffd$", "\xff", true },
		{ "^[[]$", "[", true },
		{ "^]$", "]", true },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
escapes(void **state)
{
	static const struct row rows[] = {
		{ "^\\.$", ".", true },
		{ "^\\.$", "a", false },
		{ "^\\a\\f\\n\\r\\t\\v$", "\a\f\n\r\t\v", true },
		{ "^\\x41$", "A", true },
		{ "^\\x{1F600}$", "\U0001f600", true },
		{ "^\\101$", "A", true },
		{ "^\\1010$", "A0", true },
		{ "^\\07$", "\a", true },
		{ "^\\_$", "_", true },
		{ "^\\Q.*\\E.$", ".*x", true },
		{ "^\\Q.*$", ".*$", true },
		{ "a\\b", "a b", true },
		{ "a\\b", "ab", false },
		{ "a\\Bb", "ab", true },
		{ "\\bb", "ab", false },
		{ "\\b", "", false },
		{ "\\B", "", true },
		{ "^\\W\\w\\D\\d\\S\\s$", "-a-1x ", true },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
mistakes_are_told(void **state)
{
	static const struct {
		const char *expression;
		const char *want;
	} rows[] = {
		{ "(", "missing ')'" },
		{ "a)", "unexpected ')'" },
		{ "((a)", "missing ')'" },
		{ "*a", "nothing to repeat before '*'" },
		{ "a|+", "nothing to repeat before '+'" },
		{ "(?i)a", "'(?' is not supported" },
		{ "a**", "invalid nested repetition operator '*'" },
		{ "a+{2}", "invalid nested repetition operator '{2}'" },
		{ "a{2}{3}", "invalid nested repetition operator '{3}'" },
		{ "a???", "invalid nested repetition operator '?'" },
		{ "a{1001}", "invalid repeat count '{1001}'" },
		{ "a{2,1}", "invalid repeat count '{2,1}'" },
		{ "a{1,99999999999999999999}", "invalid repeat count '{1,99999999999999999999}'" },
		{ "(a{100}){11}", "invalid repeat count '{11}'" },
		{ "[a", "missing ']'" },
		{ "[", "missing ']'" },
		{ "[]", "missing ']'" },
		{ "[z-a]", "invalid range 'z-a'" },
		{ "[[:nope:]]", "invalid character class '[:nope:]'" },
		{ "[a-\\d]", "invalid escape '\\d'" },
		{ "\\", "trailing '\\'" },
		{ "\\q", "invalid escape '\\q'" },
		{ "\\8", "invalid escape '\\8'" },
		{ "\\1", "invalid escape '\\1'" },
		{ "\\C", "invalid escape '\\C'" },
		{ "\\xg", "invalid escape '\\x'" },
		{ "\\x{110000}", "invalid escape '\\x{11000'" },
		{ "\\x{}", "invalid escape '\\x{}'" },
		{ "\\\u00e9", "invalid escape '\\\u00e9'" },
		{ "[\\b]", "invalid escape '\\b'" },
		{ "\\pL", "Unicode class '\\p' is not supported" },
		{ "[\\PN]", "Unicode class '\\P' is not supported" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err AUTO_ERR err = ERR_INIT;
		struct regexp *re;

		if (!regexp_compile(str_c(rows[i].expression), &re, &err))
			fail_msg("'%s' is taken", rows[i].expression);
		assert_int_equal(err.class, ERR_INPUT);
		assert_string_equal(err.msg, rows[i].want);
	}
}

static void
prefixes_are_matched_in_one_pass(void **state)
{
	static const char *const expressions[] = { "^a(/.*)?$", "b$", "^a/b$",
						   "\\bb\\b",   "c",  "x{1000}|b$" };
	static const struct str text = { "a/b/bc/\xc3\xa9", 9 };
	static const size_t ends[] = { 0, 1, 3, 6, 9 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expressions); i++) {
		bool got[ARRAY_SIZE(ends)];
		struct regexp *re;

		assert_int_equal(regexp_compile(str_c(expressions[i]), &re, NULL), 0);
		regexp_match_prefixes(re, text, ends, ARRAY_SIZE(ends), got);
		for (size_t k = 0; k < ARRAY_SIZE(ends); k++)
			if (got[k] != regexp_match(re, str_sub(text, 0, ends[k])))
				fail_msg("'%s', end %zu: got %d", expressions[i], ends[k], got[k]);
		regexp_free(re);
	}
}

/* Expressions whose table would be huge, or whose search would explode. */
static void
nothing_explodes(void **state)
{
	struct buf AUTO_BUF deep = BUF_INIT, text = BUF_INIT, nested = BUF_INIT;
	static const struct row rows[] = {
		{ "(a|b)*a(a|b){60}$",
		  "abababababababababababababababababababababababababababababab", false },
		{ "(a*)*(a*)*(a*)*b",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "((a{9}){9}){9}", "aaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "(.*/)?a.{0,300}[^b].{0,300}c$", "x/axxxc", true },
	};
	struct err AUTO_ERR err = ERR_INIT;
	struct regexp *re;

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
	for (int i = 0; i < REGEXP_MAX_DEPTH; i++)
		buf_addc(&deep, '(');
	assert_int_equal(regexp_compile(buf_str(&deep), &re, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "missing ')'");
	buf_addc(&deep, '(');
	assert_int_equal(regexp_compile(buf_str(&deep), &re, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "groups nest too deeply");
	for (int i = 0; i < 300; i++)
		buf_adds(&text, "(ab|cd){1000}");
	assert_int_equal(regexp_compile(buf_str(&text), &re, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "expression is too large");
	buf_addc(&nested, 'a');
	for (int i = 0; i < 300; i++)
		buf_adds(&nested, "*\\Q\\E");
	assert_int_equal(regexp_compile(buf_str(&nested), &re, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "groups nest too deeply");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_may_lie_anywhere),
		cmocka_unit_test(repetitions),
		cmocka_unit_test(classes),
		cmocka_unit_test(escapes),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(prefixes_are_matched_in_one_pass),
		cmocka_unit_test(nothing_explodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
