/* SPDX-License-Identifier: Apache-2.0 */
/* t-shellword.c: variable expansion in each dialect. */
#include "model/shellword.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *
lookup(void *ctx UNUSED, struct str name)
{
	static const char *const values[][2] = {
		{ "empty", "" },         { "x", "value" },       { "path", "a/b.tar.gz" },
		{ "two", "one two" },    { "quoted", "\"$x\"" }, { "lines", "a1\nb2" },
		{ "star", "a*b*c" },     { "aaa", "aaa" },       { "accent", "\xc3\xa9t\xc3\xa9" },
		{ "slash", "c:\\d\\e" }, { "bad", "\xff" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (str_eq_c(name, values[i][0]))
			return values[i][1];
	}
	return NULL;
}

/* What a text becomes in each dialect; NULL is an error. */
struct row {
	const char *in;
	const char *containers, *classic, *buildkit;
};

static const char *
wanted(const struct row *row, enum dialect d)
{
	return d == DIALECT_CONTAINERS ? row->containers
	       : d == DIALECT_CLASSIC  ? row->classic
				       : row->buildkit;
}

static size_t
check_one(const struct row *row, enum dialect d, char escape)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct shellword sw = { .dialect = d, .escape = escape, .lookup = lookup };
	const char *want = wanted(row, d);
	char *got = NULL;
	int r = shellword_expand(&sw, arena, str_c(row->in), &got, &err);

	if (!want && r == -ERR_INPUT && !got)
		return 0;
	if (want && r == 0 && !strcmp(got, want))
		return 0;
	print_error("%s: '%s' became '%s' (%s), wanted '%s'\n", dialect_name(d), row->in,
		    got ? got : "", err.msg ? err.msg : "no error", want ? want : "an error");
	return 1;
}

static void
check_rows(const struct row *rows, size_t n, char escape)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t d = 0; d < dialect_count; d++)
			failed += check_one(&rows[i], (enum dialect)d, escape);
	}
	assert_int_equal(failed, 0);
}

static void
forms_that_all_know(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "", "", "", "" },
		{ "plain text", "plain text", "plain text", "plain text" },
		{ "$x", "value", "value", "value" },
		{ "a${x}b", "avalueb", "avalueb", "avalueb" },
		{ "$xy", "", "", "" },
		{ "$unset", "", "", "" },
		{ "$", "$", "$", "$" },
		{ "$/", "$/", "$/", "$/" },
		{ "${unset:-w}", "w", "w", "w" },
		{ "${empty:-w}", "w", "w", "w" },
		{ "${x:-w}", "value", "value", "value" },
		{ "${x:+w}", "w", "w", "w" },
		{ "${empty:+w}", "", "", "" },
		{ "${unset:+w}", "", "", "" },
		{ "${unset:-a b}", "a b", "a b", "a b" },
		{ "${unset:-${unset:-$x}}", "value", "value", "value" },
		{ "${unset:-\"}\"}", "}", "}", "}" },
		{ "$quoted", "\"$x\"", "\"$x\"", "\"$x\"" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

/* The table of the documentation, row by row. */
static void
forms_that_only_some_know(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "${unset-w}", NULL, NULL, "w" },
		{ "${empty-w}", NULL, NULL, "" },
		{ "${x+w}", NULL, NULL, "w" },
		{ "${empty+w}", NULL, NULL, "w" },
		{ "${unset+w}", NULL, NULL, "" },
		{ "${x:?w}", NULL, "value", "value" },
		{ "${x?w}", NULL, "value", "value" },
		{ "${empty?w}", NULL, "", "" },
		{ "${empty:?w}", NULL, NULL, NULL },
		{ "${unset?w}", NULL, NULL, NULL },
		{ "${unset?}", NULL, NULL, NULL },
		{ "${path#*/}", NULL, NULL, "b.tar.gz" },
		{ "${path##*.}", NULL, NULL, "gz" },
		{ "${path%.*}", NULL, NULL, "a/b.tar" },
		{ "${path%%.*}", NULL, NULL, "a/b" },
		{ "${path/a/z}", NULL, NULL, "z/b.tar.gz" },
		{ "${path//./_}", NULL, NULL, "a/b_tar_gz" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
special_parameters_are_empty_but_buildah_has_none(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "$$x", "$value", "x", "x" }, { "$1", "", "", "" },
		{ "$12", "2", "", "" },        { "$1x", "x", "x", "x" },
		{ "$@", "$@", "", "" },        { "$*-", "$*-", "-", "-" },
		{ "$#", "$#", "", "" },        { "$?", "$?", "", "" },
		{ "$-", "$-", "", "" },        { "$!", "$!", "", "" },
		{ "$0", "", "", "" },          { "${}", "", NULL, NULL },
		{ "${1}", "", "", "" },        { "${12}", NULL, "", "" },
		{ "${@}", NULL, "", "" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
quotes_and_escapes_go(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "'$x'", "$x", "$x", "$x" },
		{ "\"$x\"", "value", "value", "value" },
		{ "a'b c'd", "ab cd", "ab cd", "ab cd" },
		{ "\"it's\"", "it's", "it's", "it's" },
		{ "\\$x", "$x", "$x", "$x" },
		{ "\\a\\\\", "a\\", "a\\", "a\\" },
		{ "a\\", "a", "a", "a" },
		{ "\"\\$x \\\" \\\\ \\a\"", "$x \" \\ \\a", "$x \" \\ \\a", "$x \" \\ \\a" },
		{ "'\\'", "\\", "\\", "\\" },
		{ "'a", NULL, NULL, NULL },
		{ "\"a", NULL, NULL, NULL },
		{ "\"a\\\"", NULL, NULL, NULL },
		{ "\"${unset:-'a'}\"", "a", "a", "a" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

/* The escape directive counts, but not in buildah. */
static void
the_escape_is_the_directives_except_in_buildah(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "`$x", "`value", "$x", "$x" },      { "\\$x", "$x", "\\value", "\\value" },
		{ "c:\\d", "c:d", "c:\\d", "c:\\d" }, { "\"`\"\"", NULL, "\"", "\"" },
		{ "\"\\\"\"", "\"", NULL, NULL },     { "a`", "a`", "a", "a" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '`');
}

static void
broken_forms_are_errors(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "${", NULL, NULL, NULL },       { "${x", NULL, NULL, NULL },
		{ "${x:", NULL, NULL, NULL },     { "${x:-w", NULL, NULL, NULL },
		{ "${x:-'}'", NULL, NULL, NULL }, { "${{x}}", NULL, NULL, NULL },
		{ "${x y}", NULL, NULL, NULL },   { "${x:1}", NULL, NULL, NULL },
		{ "${x^^}", NULL, NULL, NULL },   { "${!x}", NULL, NULL, NULL },
		{ "${#x}", NULL, NULL, NULL },    { "${x:#a}", NULL, NULL, NULL },
		{ "${x/a}", NULL, NULL, NULL },   { "${x/a/b", NULL, NULL, NULL },
		{ "${:-w}", "w", NULL, NULL },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
patterns_know_star_and_question_mark_only(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "${path#a}", NULL, NULL, "/b.tar.gz" },
		{ "${path#b}", NULL, NULL, "a/b.tar.gz" },
		{ "${path#?/}", NULL, NULL, "b.tar.gz" },
		{ "${path#[ab]}", NULL, NULL, "a/b.tar.gz" },
		{ "${path#*}", NULL, NULL, "a/b.tar.gz" },
		{ "${path##*}", NULL, NULL, "" },
		{ "${path%*}", NULL, NULL, "a/b.tar.gz" },
		{ "${path%%*}", NULL, NULL, "" },
		{ "${path%.g?}", NULL, NULL, "a/b.tar" },
		{ "${star#a\\*}", NULL, NULL, "b*c" },
		{ "${star%\\*c}", NULL, NULL, "a*b" },
		{ "${star%\\**}", NULL, NULL, "a*b" },
		{ "${star%%\\**}", NULL, NULL, "a" },
		{ "${slash##*\\\\}", NULL, NULL, "e" },
		{ "${slash%\\\\*}", NULL, NULL, "c:\\d" },
		{ "${path#\\a}", NULL, NULL, NULL },
		{ "${unset#a}", NULL, NULL, "" },
		{ "${accent#?}", NULL, NULL, "t\xc3\xa9" },
		{ "${accent%t*}", NULL, NULL, "\xc3\xa9" },
		{ "${lines%%?2}", NULL, NULL, "a1\n" },
		{ "${lines%%*}", NULL, NULL, "a1\n" },
		{ "${lines##*}", NULL, NULL, "\nb2" },
		{ "${path#\"a\"}", NULL, NULL, "/b.tar.gz" },
		{ "${path#$x}", NULL, NULL, "a/b.tar.gz" },
		{ "${path#${unset:-a}}", NULL, NULL, "/b.tar.gz" },
		{ "${x#\\}}", NULL, NULL, "value" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
replacements_are_first_or_all(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "${aaa/a/b}", NULL, NULL, "baa" },
		{ "${aaa//a/b}", NULL, NULL, "bbb" },
		{ "${aaa//a/}", NULL, NULL, "" },
		{ "${aaa/aa/b}", NULL, NULL, "ba" },
		{ "${aaa//aa/b}", NULL, NULL, "ba" },
		{ "${aaa/*/b}", NULL, NULL, "b" },
		{ "${aaa//*/b}", NULL, NULL, "b" },
		{ "${aaa/x/b}", NULL, NULL, "aaa" },
		{ "${aaa///-}", NULL, NULL, "-a-a-a-" },
		{ "${empty/*/b}", NULL, NULL, "b" },
		{ "${path/\\//-}", NULL, NULL, "a-b.tar.gz" },
		{ "${path//[.]/-}", NULL, NULL, "a/b.tar.gz" },
		{ "${path//.*./-}", NULL, NULL, "a/b-gz" },
		{ "${path/./$x}", NULL, NULL, "a/bvaluetar.gz" },
		{ "${aaa/a/\\/}", NULL, NULL, "\\/aa" },
		{ "${unset/a/b}", NULL, NULL, "" },
		{ "${aaa//a/\\$0}", NULL, NULL, NULL },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

/* Go takes letters of all scripts for a part of the name; which these are, its version knows. */
static void
names_beyond_ascii_are_refused(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "$x\xc3\xa9", NULL, NULL, NULL },
		{ "$\xc3\xa9", NULL, NULL, NULL },
		{ "${x\xc3\xa9}", NULL, NULL, NULL },
		{ "${x}\xc3\xa9", "value\xc3\xa9", "value\xc3\xa9", "value\xc3\xa9" },
		{ "$\xe2\x82\xac"
		  "5",
		  "$\xe2\x82\xac"
		  "5",
		  "$\xe2\x82\xac"
		  "5",
		  "$\xe2\x82\xac"
		  "5" },
		{ "$x\xe2\x80\xa6", "value\xe2\x80\xa6", "value\xe2\x80\xa6", "value\xe2\x80\xa6" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
bytes_that_are_no_text_are_replaced_like_in_go(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a\xff"
		  "b",
		  "a\xef\xbf\xbd"
		  "b",
		  "a\xef\xbf\xbd"
		  "b",
		  "a\xef\xbf\xbd"
		  "b" },
		{ "'\xff'", "\xef\xbf\xbd", "\xef\xbf\xbd", "\xef\xbf\xbd" },
		{ "\xef\xbb\xbfx", "x", "x", "x" },
		{ "$bad", "\xff", "\xff", "\xff" },
	};

	check_rows(rows, ARRAY_SIZE(rows), '\\');
}

static void
check_words(enum dialect d, const char *text, const char *want)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct buf AUTO_BUF got = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	struct shellword sw = { .dialect = d, .escape = '\\', .lookup = lookup };
	char **words;
	size_t n;

	assert_int_equal(shellword_expand_words(&sw, arena, str_c(text), &words, &n, &err), 0);
	buf_adds(&got, "");
	for (size_t i = 0; i < n; i++)
		buf_addf(&got, "%s[%s]", i ? " " : "", words[i]);
	assert_string_equal(got.data, want);
}

static void
words_are_split_after_expansion(void **state UNUSED)
{
	for (size_t d = 0; d < dialect_count; d++) {
		check_words((enum dialect)d, "", "");
		check_words((enum dialect)d, "  a\tb ", "[a] [b]");
		check_words((enum dialect)d, "$two x", "[one] [two] [x]");
		check_words((enum dialect)d, "\"$two\" x", "[one two] [x]");
		check_words((enum dialect)d, "'a b'\\ c d", "[a b c] [d]");
		check_words((enum dialect)d, "80$two", "[80one] [two]");
		check_words((enum dialect)d, "\"\"", "");
		check_words((enum dialect)d, "a\xc2\xa0z", "[a] [z]");
	}
	check_words(DIALECT_BUILDKIT, "cat << EOF x", "[cat] [<< EOF] [x]");
	check_words(DIALECT_CLASSIC, "cat << EOF x", "[cat] [<<] [EOF] [x]");
}

static void
errors_say_the_form_and_what_is_known(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct shellword sw = { .dialect = DIALECT_CONTAINERS, .escape = '\\', .lookup = lookup };
	char *got;

	assert_int_equal(shellword_expand(&sw, arena, STR_LIT("a ${x?w}"), &got, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "'${x?...' is no substitution of dialect 'containers'");
	assert_string_equal(err.hint,
			    "it knows ${x}, ${x:-word} and ${x:+word}; BuildKit knows more");
	sw.dialect = DIALECT_BUILDKIT;
	assert_int_equal(shellword_expand(&sw, arena, STR_LIT("${V:?set V}"), &got, &err),
			 -ERR_INPUT);
	assert_string_equal(err.msg, "V: set V");
	assert_int_equal(shellword_expand(&sw, arena, STR_LIT("${V?}"), &got, &err), -ERR_INPUT);
	assert_string_equal(err.msg, "'V' must be set");
}

static void
collect(void *ctx, struct str name)
{
	struct buf *b = ctx;

	buf_addf(b, "%.*s,", STR_FMT(name));
}

static const char *
no_value(void *ctx UNUSED, struct str name UNUSED)
{
	return NULL;
}

static void
names_are_told_even_in_defaults_not_taken(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF names = BUF_INIT;
	struct shellword sw = {
		.dialect = DIALECT_BUILDKIT,
		.escape = '\\',
		.lookup = no_value,
		.ctx = &names,
		.seen = collect,
	};
	char *got;

	assert_int_equal(shellword_expand(&sw, arena,
					  STR_LIT("$a ${b:+$c} \"${d:-${e}}\" '$f' \\$g"), &got,
					  &err),
			 0);
	assert_string_equal(names.data, "a,c,b,e,d,");
}

static void
endless_texts_are_refused(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF text = BUF_INIT;
	struct shellword sw = { .dialect = DIALECT_BUILDKIT, .escape = '\\', .lookup = lookup };
	char *got;

	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "${a:-");
	assert_int_equal(shellword_expand(&sw, arena, buf_str(&text), &got, &err), -ERR_INPUT);
	buf_clear(&text);
	buf_adds(&text, "\"");
	for (int i = 0; i < 150000; i++)
		buf_adds(&text, "$path");
	buf_adds(&text, "\"");
	assert_int_equal(shellword_expand(&sw, arena, buf_str(&text), &got, &err), -ERR_INPUT);
}

static void
mentions_are_whole_names(void **state UNUSED)
{
	static const struct {
		const char *text, *name;
		bool want;
	} rows[] = {
		{ "$V", "V", true },
		{ "a$V/b", "V", true },
		{ "${V}", "V", true },
		{ "${V:-x}", "V", true },
		{ "${V#x}", "V", true },
		{ "'$V'", "V", true },
		{ "\\$V", "V", true },
		{ "$VERSION", "V", false },
		{ "${VERSION}", "V", false },
		{ "V", "V", false },
		{ "$ V", "V", false },
		{ "", "V", false },
		{ "$VV$V", "V", true },
		{ "${x:-$V}", "V", true },
		{ "$v", "V", false },
		{ "$12", "1", true },
		{ "${", "V", false },
		{ "$", "V", false },
		{ "$HTTP_PROXY", "HTTP_PROXY", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (shellword_mentions(str_c(rows[i].text), rows[i].name) != rows[i].want)
			fail_msg("'%s' in '%s': wanted %d", rows[i].name, rows[i].text,
				 rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_that_all_know),
		cmocka_unit_test(forms_that_only_some_know),
		cmocka_unit_test(special_parameters_are_empty_but_buildah_has_none),
		cmocka_unit_test(quotes_and_escapes_go),
		cmocka_unit_test(the_escape_is_the_directives_except_in_buildah),
		cmocka_unit_test(broken_forms_are_errors),
		cmocka_unit_test(patterns_know_star_and_question_mark_only),
		cmocka_unit_test(replacements_are_first_or_all),
		cmocka_unit_test(names_beyond_ascii_are_refused),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced_like_in_go),
		cmocka_unit_test(words_are_split_after_expansion),
		cmocka_unit_test(errors_say_the_form_and_what_is_known),
		cmocka_unit_test(names_are_told_even_in_defaults_not_taken),
		cmocka_unit_test(endless_texts_are_refused),
		cmocka_unit_test(mentions_are_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
