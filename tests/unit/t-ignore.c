/* SPDX-License-Identifier: Apache-2.0 */
/* t-ignore.c: which file is read, how its lines are, and what they leave out, in each dialect. */
#include "base/buf.h"
#include "model/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * For containers, classic, buildkit, in this order: '+' is taken, '-' is left out, 'l' is lost in
 * a walk though taken if COPY names it, '!' is a mistake in the file.
 */
struct row {
	const char *text;
	const char *path;
	const char *want;
};

static bool
walk_comes_to(const struct ignore *ig, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		struct str dir = str_sub(path, 0, i);

		if (path.p[i] == '/' && ignore_match(ig, dir).ignored &&
		    !ignore_may_include_below(ig, dir))
			return false;
	}
	return true;
}

static char
answer(const struct row *row, enum dialect dialect)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct ignore *ig = ignore_parse(str_c(row->text), "f", dialect, &errs);
	struct str path = str_c(row->path);
	char c = '!';

	if (ig)
		c = ignore_match(ig, path).ignored ? '-' : walk_comes_to(ig, path) ? '+' : 'l';
	ignore_free(ig);
	return c;
}

static void
check_rows(const struct row *rows, size_t n)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		char got[4] = "";

		for (int d = 0; d < 3; d++)
			got[d] = answer(&rows[i], (enum dialect)d);
		if (!strcmp(got, rows[i].want))
			continue;
		print_error("%s\n'%s': got %s, wanted %s\n", rows[i].text, rows[i].path, got,
			    rows[i].want);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static void
first_existing_file_counts(void **state)
{
	static const char *const want[] = {
		"D.dockerignore D.containerignore .containerignore .dockerignore ",
		".dockerignore ",
		"D.dockerignore .dockerignore ",
	};

	(void)state;
	for (int d = 0; d < 3; d++) {
		const struct ignore_candidate *c;
		size_t n = ignore_candidates((enum dialect)d, &c);
		struct buf AUTO_BUF got = BUF_INIT;

		for (size_t i = 0; i < n; i++)
			buf_addf(&got, "%s%s ", c[i].beside_dockerfile ? "D" : "", c[i].name);
		assert_string_equal(got.data, want[d]);
	}
}

static void
lines_are_read_as_the_builder_does(void **state)
{
	static const struct row rows[] = {
		{ "", "a", "+++" },
		{ "\n\n  \n\t\n", "a", "+++" },
		{ "# a\na", "a", "---" },
		{ "#a", "#a", "+++" },
		{ " # x", "# x", "---" },
		{ "\\#x", "#x", "---" },
		{ "  a  ", "a", "---" },
		{ "\ta\v\f", "a", "---" },
		{ "\u00a0a\u2003", "a", "---" },
		{ "a\r\nb\r\n", "a", "---" },
		{ "a\r\nb\r\n", "b", "---" },
		{ "a b", "a b", "---" },
		{ "/a", "a", "---" },
		{ "//a", "a", "---" },
		{ "a/", "a", "---" },
		{ "./a", "a", "---" },
		{ "x/../a", "a", "---" },
		{ "a//b/./c", "a/b/c", "---" },
		{ " /a", "a", "+--" },
		{ "/ a", "a", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
byte_order_marks(void **state)
{
	static const struct row rows[] = {
		{ "\ufeffa", "a", "---" },
		{ "\ufeffa\nb", "b", "---" },
		/* Only containers see a pattern in the comment. */
		{ "\ufeff#a", "#a", "-++" },
		{ "a\n\ufeffb", "b", "--+" },
		{ "a\n\ufeffb", "\ufeffb", "++-" },
		{ "*\n\ufeff!a", "a", "---" },
		{ "\ufeff!a\n!b", "!a", "-++" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
exceptions_are_read(void **state)
{
	static const struct row rows[] = {
		{ "*\n!a", "a", "+++" },
		{ "*\n!a", "b", "---" },
		{ "!a\n*", "a", "---" },
		{ "*\n! a", "a", "-++" },
		{ "*\n!/a", "a", "+++" },
		{ "*\n!./a/", "a", "+++" },
		{ "\\!a", "!a", "---" },
		{ "!!a\n", "!a", "+++" },
		{ "*\n!!a", "!a", "+++" },
		{ "!", "a", "!!!" },
		{ "! ", "a", "!!!" },
		{ "!/", "a", "!!!" },
		/* Cleaning makes an exception of one, and the other way round. */
		{ "*\n./!a", "a", "+++" },
		{ "!/../a", "a", "-++" },
		{ "!x/../a", "a", "-++" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
some_patterns_leave_out_nothing(void **state)
{
	static const struct row rows[] = {
		{ ".", "a", "+++" },    { "/", "a", "+++" },    { "..", "a", "+++" },
		{ "../a", "a", "+++" }, { "../*", "a", "+++" }, { "", ".", "+++" },
		{ "*", ".", "+++" },    { "*", "a", "---" },    { "*", ".a", "---" },
		{ "*", "a/b", "---" },  { "**", "a", "---" },   { "**", "a/b/c", "---" },
		{ "/*", "a", "---" },   { "*/", "a", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
wildcards(void **state)
{
	static const struct row rows[] = {
		{ "a", "a", "---" },
		{ "a", "a/b/c", "---" },
		{ "a", "ab", "+++" },
		{ "a", "b/a", "+++" },
		{ "a/b", "a", "+++" },
		{ "*.md", "README.md", "---" },
		{ "*.md", "docs/README.md", "+++" },
		{ "*/*.md", "docs/README.md", "---" },
		{ "*/*.md", "a/b/README.md", "+++" },
		{ "*/temp*", "a/temporary.txt", "---" },
		{ "temp?", "tempa", "---" },
		{ "temp?", "temp", "+++" },
		{ "temp?", "temp/", "+++" },
		{ "temp?", "temp\u00e9", "---" },
		{ "a?b", "a/b", "+++" },
		{ "**/a", "a", "---" },
		{ "**/a", "x/y/a", "---" },
		{ "**/a", "x/y/a/z", "---" },
		{ "**/a", "xa", "+++" },
		{ "**/*.go", "a/b.go", "---" },
		{ "**/*.go", "b.go", "---" },
		{ "a/**", "a", "+++" },
		{ "a/**", "a/b", "---" },
		{ "a/**", "a/b/c", "---" },
		{ "a/**/b", "a/b", "---" },
		{ "a/**/b", "a/x/y/b", "---" },
		{ "a/**/b", "a/x/y/c", "+++" },
		{ "**/a/**", "x/a/y", "---" },
		{ "**/**", "a/b", "---" },
		{ "a**", "ab/c", "---" },
		{ "a**b", "ab", "---" },
		{ "a**b", "ax/b", "---" },
		{ "a**b", "axb", "+++" },
		{ "**.txt", "a.txt", "++-" },
		{ "**.txt", "d/a.txt", "++-" },
		{ "**.txt", ".txt", "---" },
		{ "**.txt", "d/.txt", "---" },
		{ "**file", "Dockerfile", "++-" },
		{ "**file", "x/file", "---" },
		{ "***", "a/b", "---" },
		{ "a.b", "axb", "+++" },
		{ "[a-c]", "b", "---" },
		{ "[a-c]", "d", "+++" },
		{ "[^a-c]", "d", "---" },
		{ "[a\\]]", "]", "---" },
		{ "[*]", "[]", "---" }, /* the '*' in it is translated, too */
		{ "w[^x]x", "w/x", "---" },
		{ "w[^x]x", "wyx", "---" },
		{ "w[^x]x", "wxx", "+++" },
		{ "[!a]", "!", "---" },
		{ "[[:alpha:]]x", "qx", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
regexp_operators(void **state)
{
	static const struct row rows[] = {
		{ "lib++", "lib++", "!!-" },
		{ "lib\\+\\+", "lib++", "---" },
		{ "lib+", "libbb", "--+" },
		{ "lib+", "lib+", "++-" },
		{ "foo|bar", "foo", "--+" },
		{ "foo|bar", "foo|bar", "---" },
		{ "foo|bar", "foobar", "--+" }, /* '^' belongs to the first only */
		{ "foo|bar", "x/bar", "--+" },
		{ "foo\\|bar", "foo|bar", "---" },
		{ "foo\\|bar", "foo", "+++" },
		{ "(p)", "p", "--+" },
		{ "(p)", "(p)", "++-" },
		{ "(p", "(p", "!!-" },
		{ "p)", "p)", "!!-" },
		{ "\\(p)", "(p)", "!!-" },
		{ "\\(p\\)", "(p)", "---" },
		{ "x{2}", "xx", "--+" },
		{ "x{2}", "x{2}", "++-" },
		{ "x{2", "x{2", "---" },
		{ "a$", "a$", "---" },
		{ "a^", "a^", "++-" },
		{ "a\\^", "a^", "---" },
		{ "a^*", "a^b", "+++" },
		{ "^a", "^a", "++-" },
		{ "^a", "a", "--+" },
		/* A pattern with wildcards is a regexp to buildkit as well. */
		{ "a+*", "aab", "--+" },
		{ "a+*", "a+b", "---" },
		{ "(a)*", "(a)b", "++-" },
		/* It means to quote these, and does not. */
		{ "a|b*", "a", "---" },
		{ "x{2}*", "xx", "---" },
		{ "*|x", "a/x", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
backslashes_reach_the_regexp(void **state)
{
	static const struct row rows[] = {
		{ "foo\\d", "foo1", "---" },       { "foo\\d", "food", "+++" },
		{ "\\w\\W", "a-", "---" },         { "a\\sb", "a b", "---" },
		{ "x\\ y", "x y", "---" },         { "\\x61", "a", "---" },
		{ "\\141", "a", "---" },           { "a\\/b", "a/b", "---" },
		{ "a\\tb", "a\tb", "---" },        { "a\\bb", "abb", "+++" },
		{ "\\Qa*b", "a[^/]*b$", "+--" },   { "a\\q", "aq", "!!!" },
		{ "a\\\u00e9", "a\u00e9", "!!!" }, { "\\pL", "a", "!!!" },
		{ "a\\_b", "a_b", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
mistakes(void **state)
{
	static const struct row rows[] = {
		{ "[", "a", "!!!" },
		{ "a[", "a", "!!!" },
		{ "[]", "a", "!!!" },
		{ "[b-a]", "a", "!!!" },
		{ "a\\", "a", "!!!" },
		{ "[^", "a", "!!!" },
		{ "![", "a", "!!!" },
		{ "[x-]", "a", "!!!" },
		/* Go does not look behind a mismatch with ".", and the rest is a good regexp. */
		{ "a*[]b]", "ax]", "---" },
		/* A '\' there quotes the end of the regexp, which only containers refuse. */
		{ "a*\\", "ax$", "!--" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
parents_and_exceptions(void **state)
{
	static const struct row rows[] = {
		{ "a/b\n!a", "a/b/c", "++-" },
		{ "a/b\n!a", "a/x", "+++" },
		{ "a\n!a/b", "a/b/c", "+++" },
		{ "a\n!a/b", "a/c", "---" },
		{ "docs\n!docs/*.md", "docs/x.md", "+++" },
		{ "docs\n!docs/*.md", "docs/x.txt", "---" },
		{ "docs\n!docs/*.md", "docs/api/x.md", "---" },
		{ "**\n!**/*.md", "x.md", "+++" },
		{ "**\n!**/*.md", "docs/x.md", "l-+" },
		{ "*\n!*/keep", "a/keep", "l-+" },
		{ "deep\n!deep/*/2/keep", "deep/1/2/keep", "l-+" },
		{ "docs\n!docs/README.md", "docs/README.md", "+++" },
		{ "docs/**\n!docs/a/b", "docs/a/b/c", "+++" },
		{ "docs/**\n!docs/a/b", "docs/a/c", "---" },
		{ "a\n!a/**", "a/b/c", "+++" },
		/* containers compare names without a '/': "do" is entered for "docs". */
		{ "do\n!docs/x\n!do/*", "do/y", "+++" },
		{ "**/foo\n!a/b/foo/x", "a/b/foo/x", "+++" },
		/* docker 20.10 asks one parent only, which "**" makes the wrong one. */
		{ "**/foo\n!a/b/foo/x", "a/b/foo/y", "-+-" },
		{ "**/foo\n!a/foo/x", "a/foo/y", "---" },
		/* Cut off what is no wildcard but "*", and nothing is entered for it. */
		{ "docs\n!docs/*/**", "docs/a/b", "l--" },
		{ "src\n!src/vendor\nsrc/vendor/lib", "src/vendor/x", "+++" },
		{ "src\n!src/vendor\nsrc/vendor/lib", "src/vendor/lib/x", "---" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
names_of_any_bytes(void **state)
{
	static const struct row rows[] = {
		{ "a", "a/x\ny", "l--" },      { "*", "x\ny", "---" },
		{ "**", "x\ny", "++-" },       { "a?b", "a\nb", "---" },
		{ "a?", "a\xff", "---" },      { "a?", "a\xe2\x82", "+++" },
		{ "a\xff", "a\xff", "---" },   { "a\xff", "a\xfe", "--+" },
		{ "\u00e9", "\u00e9", "---" }, { "[\u00e0-\u00ef]", "\u00e9", "---" },
		{ "a\ufffd", "a\xff", "--+" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows));
}

static void
verdicts_name_the_line(void **state)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct ignore *ig = ignore_parse(STR_LIT("# x\n  docs/ \n!docs/*.md\n\n*.o"), "f",
					 DIALECT_BUILDKIT, &errs);
	static const struct {
		const char *path;
		bool ignored;
		int line;
		const char *text;
	} rows[] = {
		{ "a", false, 0, "" },          { "docs", true, 2, "docs/" },
		{ "docs/x", true, 2, "docs/" }, { "docs/x.md", false, 3, "!docs/*.md" },
		{ "a.o", true, 5, "*.o" },
	};

	(void)state;
	assert_non_null(ig);
	assert_false(ignore_is_empty(ig));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ignore_verdict v = ignore_match(ig, str_c(rows[i].path));

		assert_int_equal(v.ignored, rows[i].ignored);
		assert_int_equal(v.line, rows[i].line);
		assert_string_equal(v.text ? v.text : "", rows[i].text);
	}
	ignore_free(ig);
	ig = ignore_parse(STR_LIT("#\n"), "f", DIALECT_BUILDKIT, &errs);
	assert_true(ignore_is_empty(ig));
	ignore_free(ig);
}

struct told {
	const char *text;
	enum dialect dialect;
	const char *message;
	const char *hint;
};

static void
mistakes_are_told(void **state)
{
	static const struct told rows[] = {
		{ "a\n  lib++", DIALECT_CONTAINERS,
		  "f:2:3: pattern 'lib++' is bad to containers: invalid nested repetition operator "
		  "'+'",
		  "builders read this differently; write 'lib\\+\\+'" },
		{ "!\u00e9/(a", DIALECT_CLASSIC,
		  "f:1:1: pattern '!\u00e9/(a' is bad to classic: missing ')'",
		  "builders read this differently; write '!\u00e9/\\(a'" },
		{ "\\pLx", DIALECT_BUILDKIT,
		  "f:1:1: pattern '\\pLx' is bad to buildkit: Unicode class '\\p' is not supported",
		  "builders read this differently; write 'pLx'" },
		{ "a[", DIALECT_BUILDKIT,
		  "f:1:1: pattern 'a[' is bad to buildkit: a '[' without ']', an empty class, or a "
		  "'\\' at the end",
		  NULL },
		{ "[b-a]", DIALECT_CONTAINERS,
		  "f:1:1: pattern '[b-a]' is bad to containers: invalid range 'b-a'", NULL },
		{ "\n !", DIALECT_CLASSIC, "f:2:2: '!' has no pattern after it",
		  "write '!NAME' for an exception, or remove the line" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
		AUTO_FREE char *text = NULL;

		assert_null(ignore_parse(str_c(rows[i].text), "f", rows[i].dialect, &errs));
		assert_int_equal(errs.n, 1);
		text = err_text(&errs.items[0]);
		assert_string_equal(text, rows[i].message);
		assert_string_equal(errs.items[0].hint ? errs.items[0].hint : "(none)",
				    rows[i].hint ? rows[i].hint : "(none)");
	}
}

static void
all_mistakes_are_told_at_once(void **state)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	static const int lines[] = { 1, 3, 2, 4 };

	(void)state;
	assert_null(ignore_parse((struct str){ "!\n[\nx\0y\na\\\n", 10 }, "f", DIALECT_BUILDKIT,
				 &errs));
	assert_int_equal(errs.n, ARRAY_SIZE(lines));
	for (size_t i = 0; i < errs.n; i++)
		assert_int_equal(errs.items[i].where.line, lines[i]);
	assert_string_equal(errs.items[1].msg, "the line has a NUL byte");
}

static void
lines_have_a_length(void **state)
{
	struct buf AUTO_BUF text = BUF_INIT;
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;

	(void)state;
	for (int i = 0; i < 65535; i++)
		buf_addc(&text, i % 100 ? '#' : 'x');
	for (int d = 0; d < 3; d++) {
		struct ignore *ig = ignore_parse(buf_str(&text), "f", (enum dialect)d, &errs);

		assert_non_null(ig);
		assert_true(ignore_match(ig, buf_str(&text)).ignored);
		ignore_free(ig);
	}
	buf_addc(&text, '#');
	for (int d = 0; d < 3; d++)
		assert_null(ignore_parse(buf_str(&text), "f", (enum dialect)d, &errs));
	assert_string_equal(errs.items[0].msg, "the line has 64 KiB or more");
}

/* Deep paths and many patterns need more room than what is on the stack. */
static void
large_files_and_deep_paths(void **state)
{
	struct buf AUTO_BUF text = BUF_INIT, path = BUF_INIT;

	(void)state;
	for (int i = 0; i < 3000; i++)
		buf_addf(&text, "file%d\n", i);
	buf_adds(&text, "**/q\n!d/**/x\n");
	for (int i = 0; i < 300; i++)
		buf_adds(&path, "d/");
	buf_adds(&path, "q/");
	for (int d = 0; d < 3; d++) {
		struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
		struct ignore *ig = ignore_parse(buf_str(&text), "f", (enum dialect)d, &errs);
		struct str dir = str_sub(buf_str(&path), 0, path.len - 1);

		assert_non_null(ig);
		assert_false(ignore_match(ig, str_sub(dir, 0, dir.n - 2)).ignored);
		assert_int_equal(ignore_match(ig, dir).line, 3001);
		assert_int_equal(ignore_match(ig, STR_LIT("file2999/x")).line, 3000);
		ignore_free(ig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_existing_file_counts),
		cmocka_unit_test(lines_are_read_as_the_builder_does),
		cmocka_unit_test(byte_order_marks),
		cmocka_unit_test(exceptions_are_read),
		cmocka_unit_test(some_patterns_leave_out_nothing),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(regexp_operators),
		cmocka_unit_test(backslashes_reach_the_regexp),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(parents_and_exceptions),
		cmocka_unit_test(names_of_any_bytes),
		cmocka_unit_test(verdicts_name_the_line),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(lines_have_a_length),
		cmocka_unit_test(large_files_and_deep_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
