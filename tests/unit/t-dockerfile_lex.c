/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile_lex.c: logical lines, directives, comments, continuations. */
#include "model/dockerfile_lex.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ALL 3 /* as a dialect: each of them */

/* "FIRST-LAST[text]" of each logical line, "escape=C", "syntax=REF", then the mistakes. */
static char *
read_all(struct str text, enum dialect d)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF got = BUF_INIT;
	struct dockerfile_lex lex;
	struct df_line line;

	buf_adds(&got, "");
	dockerfile_lex_init(&lex, arena, text, "f", d, &errs);
	while (dockerfile_lex_next(&lex, &line))
		buf_addf(&got, "%d-%d[%.*s]", line.line, line.end_line, STR_FMT(line.text));
	if (lex.escape != '\\')
		buf_addf(&got, " escape=%c", lex.escape);
	if (lex.syntax)
		buf_addf(&got, " syntax=%s@%d", lex.syntax, lex.syntax_line);
	err_list_sort(&errs);
	for (size_t i = 0; i < errs.n; i++) {
		char *AUTO_FREE message = err_text(&errs.items[i]);

		buf_addf(&got, "\n%s", message);
	}
	return buf_steal(&got);
}

static void
check(unsigned dialect, const char *text, const char *want)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		char *AUTO_FREE got = NULL;

		if (dialect != ALL && dialect != d)
			continue;
		got = read_all(str_c(text), (enum dialect)d);
		if (strcmp(got, want) != 0)
			print_error("%s:\n%s", dialect_name((enum dialect)d), text);
		assert_string_equal(got, want);
	}
}

static void
comments_and_blank_lines_vanish(void **state UNUSED)
{
	check(ALL, "", "");
	check(ALL, "\n \n\t# c\n#\n", "");
	check(ALL, "# c\nFROM x\n  # d\n\nRUN a # b\n", "2-2[FROM x]5-5[RUN a # b]");
	check(ALL, "FROM x", "1-1[FROM x]");
	check(ALL, " \t FROM x \n", "1-1[FROM x ]");
	check(ALL, "\xc2\xa0\v# c\n\xc2\xa0RUN x\n", "2-2[RUN x]");
}

static void
comments_vanish_within_a_continuation(void **state UNUSED)
{
	check(ALL, "RUN a \\\n# c\n  # d \\\n\n   b\n", "1-5[RUN a    b]");
	check(ALL, "RUN a \\\n \t \n\\\n&& b\nX\n", "1-4[RUN a && b]5-5[X]");
}

static void
leading_blanks_stay_in_continued_lines(void **state UNUSED)
{
	check(ALL, "  RUN a\\\n  b\\\n\tc\n", "1-3[RUN a  b\tc]");
	check(ALL, "ENV a=\"x\\\ny\"\n", "1-2[ENV a=\"xy\"]");
}

static void
blanks_may_follow_the_escape(void **state UNUSED)
{
	check(ALL, "RUN a \\ \t\nb\n", "1-2[RUN a b]");
	check(ALL, "RUN a \\ x\nb\n", "1-1[RUN a \\ x]2-2[b]");
	check(ALL, "\\\nRUN a\n", "1-2[RUN a]");
}

/* ENV V=a\\ and a line behind it: one instruction in buildah, two elsewhere. */
static void
an_escaped_escape_ends_the_line_but_not_in_buildah(void **state UNUSED)
{
	const char *text = "ENV V=a\\\\\nENV W=b\n";

	check(DIALECT_CONTAINERS, text, "1-2[ENV V=a\\ENV W=b]");
	check(DIALECT_CLASSIC, text, "1-1[ENV V=a\\\\]2-2[ENV W=b]");
	check(DIALECT_BUILDKIT, text, "1-1[ENV V=a\\\\]2-2[ENV W=b]");
	check(DIALECT_CONTAINERS, "RUN a\\\\\\\nb\n", "1-2[RUN a\\\\b]");
	check(DIALECT_BUILDKIT, "RUN a\\\\\\\nb\n", "1-1[RUN a\\\\\\]2-2[b]");
}

static void
a_byte_order_mark_is_dropped(void **state UNUSED)
{
	check(ALL,
	      "\xef\xbb\xbf"
	      "FROM x\n",
	      "1-1[FROM x]");
	check(ALL, "\xef\xbb\xbf# escape=`\nFROM x\n", "2-2[FROM x] escape=`");
	check(ALL, "FROM x\n\xef\xbb\xbfRUN x\n", "1-1[FROM x]2-2[\xef\xbb\xbfRUN x]");
}

static void
carriage_returns_end_lines(void **state UNUSED)
{
	check(ALL, "FROM x\r\nRUN a \\\r\n  b\r\n\r\n# c\r\n", "1-1[FROM x]2-3[RUN a   b]");
	check(ALL, "RUN a\rb\r\n", "1-1[RUN a\rb]");
	/* Of several, BuildKit drops all. */
	check(DIALECT_CONTAINERS, "RUN a \\\r\r\nb\n", "1-1[RUN a \\\r]2-2[b]");
	check(DIALECT_CLASSIC, "RUN a \\\r\r\nb\n", "1-1[RUN a \\\r]2-2[b]");
	check(DIALECT_BUILDKIT, "RUN a \\\r\r\nb\n", "1-2[RUN a b]");
}

static void
the_escape_directive_changes_continuation(void **state UNUSED)
{
	check(ALL, "# escape=`\nRUN a `\n b\nRUN c:\\\n", "2-3[RUN a  b]4-4[RUN c:\\] escape=`");
	check(ALL, "#escape = ` \nX\n", "2-2[X] escape=`");
	check(ALL, "  # ESCAPE=`\nX\n", "2-2[X] escape=`");
	check(ALL, "# escape=\\\nX\n", "2-2[X]");
}

static void
directives_come_first(void **state UNUSED)
{
	check(ALL, "# hello\n# escape=`\nX\n", "3-3[X]");
	check(ALL, "\n# escape=`\nX\n", "3-3[X]");
	check(ALL, "X\n# escape=`\nY\n", "1-1[X]3-3[Y]");
	check(ALL, "# unknown=1\n# escape=`\nX\n", "3-3[X]");
	check(ALL, "# escape =\n# escape=`\nX\n", "3-3[X]");
	check(ALL, "## escape=`\nX\n", "2-2[X]");
}

/* imagebuilder knows escape only, docker 20.10 no check. */
static void
directives_differ_by_dialect(void **state UNUSED)
{
	const char *syntax = "# syntax=a/b:1\n# escape=`\nX\n";
	const char *check_first = "# check=skip=all\n# escape=`\nX\n";

	check(DIALECT_CONTAINERS, syntax, "3-3[X]");
	check(DIALECT_CLASSIC, syntax, "3-3[X] escape=`");
	check(DIALECT_BUILDKIT, syntax, "3-3[X] escape=` syntax=a/b:1@1");
	check(DIALECT_CONTAINERS, check_first, "3-3[X]");
	check(DIALECT_CLASSIC, check_first, "3-3[X]");
	check(DIALECT_BUILDKIT, check_first, "3-3[X] escape=`");
	/* Only the first character counts in imagebuilder. */
	check(DIALECT_CONTAINERS, "# escape=`x\nX\n", "2-2[X] escape=`");
	check(DIALECT_BUILDKIT, "# escape=`x\nX\n",
	      "2-2[X]\nf:1:10: the escape directive wants '\\' or '`'");
}

static void
bad_directives_are_mistakes(void **state UNUSED)
{
	check(ALL, "# escape=\\\n# escape=`\nX\n",
	      "3-3[X]\nf:2:1: the escape directive is given twice");
	check(ALL, " # escape=x\nX\n", "2-2[X]\nf:1:11: the escape directive wants '\\' or '`'");
	check(ALL, "# escape= \nX\n", "2-2[X]\nf:1:11: the escape directive wants '\\' or '`'");
	check(DIALECT_BUILDKIT, "# syntax=a\n# syntax=b\nX\n",
	      "3-3[X] syntax=a@1\nf:2:1: the syntax directive is given twice");
}

static void
the_syntax_directive_has_odd_places(void **state UNUSED)
{
	const char *other = "the file is in the language of another frontend, not a Dockerfile";
	char *AUTO_FREE slashes = xasprintf("1-1[// syntax=a]2-2[X]\nf:1:1: %s", other);
	char *AUTO_FREE json = xasprintf("1-1[{\"syntax\": \"a\"}]\nf:1:1: %s", other);

	check(DIALECT_BUILDKIT, "#!/usr/bin/env x\n# syntax=a\nX\n", "3-3[X] syntax=a@2");
	check(DIALECT_BUILDKIT, "# escape=`\n# SYNTAX = a:1 \nX\n", "3-3[X] escape=` syntax=a:1@2");
	check(DIALECT_BUILDKIT, "// syntax=a\nX\n", slashes);
	check(DIALECT_BUILDKIT, "{\"syntax\": \"a\"}", json);
	check(DIALECT_BUILDKIT, " # syntax=a\nX\n", "2-2[X]");
	check(DIALECT_CLASSIC, "// syntax=a\n", "1-1[// syntax=a]");
	check(DIALECT_BUILDKIT, "# syntax=a b\nX\n",
	      "2-2[X] syntax=a@1\nf:1:1: the syntax directive holds more than a reference");
}

/* buildah 1.28 drops the rest of the file instead. */
static void
lines_of_64_kib_are_mistakes_in_every_dialect(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;

	buf_adds(&text, "ENV A=1\n# ");
	for (size_t i = 2; i < DOCKERFILE_LINE_MAX; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\nENV B=2\n");
	check(ALL, text.data, "1-1[ENV A=1]3-3[ENV B=2]");
	buf_clear(&text);
	buf_adds(&text, "ENV A=1\n# ");
	for (size_t i = 1; i < DOCKERFILE_LINE_MAX; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\nENV B=2\n");
	check(ALL, text.data, "1-1[ENV A=1]3-3[ENV B=2]\nf:2: line of 64 KiB or more");
}

static void
long_logical_lines_are_fine(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;
	struct buf AUTO_BUF want = BUF_INIT;

	buf_adds(&text, "RUN a");
	buf_adds(&want, "1-2000[RUN a");
	for (int i = 1; i < 2000; i++) {
		buf_adds(&text, " \\\n");
		buf_adds(&want, " ");
		for (int j = 0; j < 10; j++) {
			buf_adds(&text, "0123456789");
			buf_adds(&want, "0123456789");
		}
	}
	buf_adds(&want, "]");
	check(ALL, text.data, want.data);
}

static void
nul_bytes_are_mistakes(void **state UNUSED)
{
	for (size_t d = 0; d < dialect_count; d++) {
		char *AUTO_FREE got = read_all(STR_LIT("X\n\xc3\xa9y\0\nY\n"), (enum dialect)d);

		assert_string_equal(got, "1-1[X]3-3[Y]\nf:2:3: NUL byte");
	}
}

static void
the_end_of_the_file_ends_a_continuation(void **state UNUSED)
{
	check(ALL, "RUN a \\", "1-1[RUN a ]");
	check(ALL, "RUN a \\\n# c\n\n", "1-3[RUN a ]");
	check(ALL, "\\\n", "1-1[]");
}

static void
places_are_those_of_the_file(void **state UNUSED)
{
	static const struct {
		size_t off;
		int line, col;
	} rows[] = { { 0, 2, 3 }, { 4, 2, 7 }, { 6, 4, 1 }, { 8, 4, 3 }, { 11, 4, 5 } };
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct dockerfile_lex lex;
	struct df_line line;

	dockerfile_lex_init(&lex, arena, STR_LIT("# c\n  RUN a \\\n# d\n  \xc3\xa9 b\n"), "f",
			    DIALECT_BUILDKIT, &errs);
	assert_true(dockerfile_lex_next(&lex, &line));
	assert_int_equal(line.text.n, 12);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int at, col;

		dockerfile_lex_place(&line, rows[i].off, &at, &col);
		if (at != rows[i].line || col != rows[i].col)
			fail_msg("offset %zu: got %d:%d, wanted %d:%d", rows[i].off, at, col,
				 rows[i].line, rows[i].col);
	}
}

static void
heredocs_are_taken_as_they_are(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct dockerfile_lex lex;
	struct df_line line;
	struct str body;
	char *AUTO_FREE text = NULL;
	char *AUTO_FREE chomped = NULL;

	dockerfile_lex_init(&lex, arena,
			    STR_LIT("RUN\n# c\\\n\n EOF\n\tEOF\nEOF\r\n\ta\n\t\tEOF\nX\n"), "f",
			    DIALECT_BUILDKIT, &errs);
	assert_true(dockerfile_lex_next(&lex, &line));
	assert_false(dockerfile_lex_heredoc(&lex, "NONE", false, &body));
	assert_true(dockerfile_lex_heredoc(&lex, "EOF", false, &body));
	text = str_dup(body);
	assert_string_equal(text, "# c\\\n\n EOF\n\tEOF\n");
	assert_true(dockerfile_lex_heredoc(&lex, "EOF", true, &body));
	chomped = str_dup(body);
	assert_string_equal(chomped, "\ta\n");
	assert_true(dockerfile_lex_next(&lex, &line));
	assert_int_equal(line.line, 9);
	assert_int_equal(errs.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_blank_lines_vanish),
		cmocka_unit_test(comments_vanish_within_a_continuation),
		cmocka_unit_test(leading_blanks_stay_in_continued_lines),
		cmocka_unit_test(blanks_may_follow_the_escape),
		cmocka_unit_test(an_escaped_escape_ends_the_line_but_not_in_buildah),
		cmocka_unit_test(a_byte_order_mark_is_dropped),
		cmocka_unit_test(carriage_returns_end_lines),
		cmocka_unit_test(the_escape_directive_changes_continuation),
		cmocka_unit_test(directives_come_first),
		cmocka_unit_test(directives_differ_by_dialect),
		cmocka_unit_test(bad_directives_are_mistakes),
		cmocka_unit_test(the_syntax_directive_has_odd_places),
		cmocka_unit_test(lines_of_64_kib_are_mistakes_in_every_dialect),
		cmocka_unit_test(long_logical_lines_are_fine),
		cmocka_unit_test(nul_bytes_are_mistakes),
		cmocka_unit_test(the_end_of_the_file_ends_a_continuation),
		cmocka_unit_test(places_are_those_of_the_file),
		cmocka_unit_test(heredocs_are_taken_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
