/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile_print.c: one canonical form, which reads as the same. */
#include "dockerfile_case.h"

static void
check_print(unsigned dialect, const char *text, const char *want)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		struct arena *AUTO_ARENA arena = arena_new();
		char *AUTO_FREE once = NULL;
		char *AUTO_FREE twice = NULL;

		if (dialect != ALL && dialect != d)
			continue;
		once = dockerfile_print(parse_ok(arena, (enum dialect)d, text));
		assert_string_equal(once, want);
		twice = dockerfile_print(parse_ok(arena, (enum dialect)d, once));
		assert_string_equal(twice, once);
	}
}

static void
comments_case_and_continuations_go(void **state UNUSED)
{
	check_print(ALL, "# c\narg  A=1\n\nfrom x as Y\n\n  run a  \\\n# d\n  b\nUser\tu \n",
		    "ARG A=1\nFROM x as Y\nRUN a    b\nUSER u\n");
}

static void
directives_that_matter_stay(void **state UNUSED)
{
	const char *text = "# syntax=a/b:1\n# escape=`\nFROM x\nRUN a `\n b\n";

	check_print(B, text, "# syntax=a/b:1\n# escape=`\nFROM x\nRUN a  b\n");
	check_print(L, text, "# escape=`\nFROM x\nRUN a  b\n");
	check_print(B, "# check=error=true\n# escape=\\\nFROM x\n", "FROM x\n");
}

static void
flags_are_quoted_when_they_must_be(void **state UNUSED)
{
	check_print(B, "FROM x\nCOPY   --exclude='a b' --exclude=\"c\\\"d'\"  --link e f\n",
		    "FROM x\nCOPY --exclude=\"a b\" --exclude=\"c\\\"d'\" --link e f\n");
	check_print(B, "FROM x\nCOPY --exclude=a\\\\b --exclude= e f\n",
		    "FROM x\nCOPY --exclude=\"a\\\\b\" --exclude= e f\n");
	check_print(ALL, "FROM x\nRUN -- --x\nRUN --\nCMD -- -- x\n",
		    "FROM x\nRUN -- --x\nRUN\nCMD -- -- x\n");
}

/* The escape of flags is the directive's in BuildKit, and always '\\' elsewhere. */
static void
flags_are_quoted_with_the_escape_of_the_dialect(void **state UNUSED)
{
	const char *text = "# escape=`\nFROM x\nCOPY --chown='a b\"\\c`d' e f\n";

	check_print(C, "# escape=`\nFROM x\nCOPY --chown='a b\"`c\\\\d' e f\n",
		    "# escape=`\nFROM x\nCOPY --chown=\"a b\\\"`c\\\\d\" e f\n");
	check_print(B, text, "# escape=`\nFROM x\nCOPY --chown=\"a b`\"\\cd\" e f\n");
}

static void
heredocs_follow_their_line(void **state UNUSED)
{
	check_print(B, "FROM x\nRUN cat <<A \\\n <<-B\n# 1\nA\n\t2\n\tB\nRUN c\n",
		    "FROM x\nRUN cat <<A  <<-B\n# 1\nA\n\t2\nB\nRUN c\n");
	check_print(B, "FROM x\nONBUILD COPY <<E /f\nE\n", "FROM x\nONBUILD COPY <<E /f\nE\n");
}

/* They do in the image's config, too. */
static void
blanks_at_the_end_of_a_trigger_stay(void **state UNUSED)
{
	check_print(ALL, "FROM x\nONBUILD  RUN a  \nRUN b  \n", "FROM x\nONBUILD RUN a  \nRUN b\n");
	check_mistakes(ALL, "FROM x\nONBUILD -- RUN a\n",
		       "f:2:1: ONBUILD keeps '--' as a part of its trigger, which is then none");
}

static void
one_instruction_has_no_newline_at_its_end(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df =
		parse_ok(arena, B, "FROM x\nrun  a\nRUN <<E\n1\nE\nonbuild  env a=1\n");
	char *AUTO_FREE run = df_ins_print(df->stages[0].ins[0]);
	char *AUTO_FREE heredoc = df_ins_print(df->stages[0].ins[1]);
	char *AUTO_FREE trigger = df_ins_print(df->stages[0].ins[2]);

	assert_string_equal(run, "RUN a");
	assert_string_equal(heredoc, "RUN <<E\n1\nE");
	assert_string_equal(trigger, "ONBUILD env a=1");
}

/* A logical line may be longer than what the builders take as one physical line. */
static void
long_lines_are_continued(void **state UNUSED)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct buf AUTO_BUF text = BUF_INIT;
		char *AUTO_FREE once = NULL;
		const char *rest;
		struct dockerfile *df;
		struct str lines, line;

		buf_adds(&text, "FROM x\nRUN a");
		for (int i = 0; i < 30000; i++)
			buf_adds(&text, i % 50 ? " #\\x \xc3\xa9" : " \\\n y");
		buf_adds(&text, "\nUSER u\n");
		df = parse_ok(arena, (enum dialect)d, text.data);
		rest = df->stages[0].ins[0]->rest;
		assert_true(strlen(rest) > 2 * 65536);
		once = dockerfile_print(df);
		for (lines = str_c(once); str_next_line(&lines, &line);)
			assert_in_range(line.n, 0, 65535);
		df = parse_ok(arena, (enum dialect)d, once);
		assert_int_equal(df->stages[0].nins, 2);
		assert_string_equal(df->stages[0].ins[0]->rest, rest);
	}
}

static void
a_line_that_cannot_be_broken_is_a_mistake(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;

	/* Each break would make a comment or a blank line of the rest. */
	buf_adds(&text, "FROM x\nRUN a");
	for (int i = 0; i < 65000; i++)
		buf_adds(&text, "#");
	check_mistakes(ALL, text.data, "");
	buf_adds(&text, "\\\n");
	for (int i = 0; i < 60000; i++)
		buf_adds(&text, " ");
	buf_adds(&text, "x\n");
	check_mistakes(ALL, text.data,
		       "f:2:1: the instruction is too long to be broken into lines");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_case_and_continuations_go),
		cmocka_unit_test(directives_that_matter_stay),
		cmocka_unit_test(flags_are_quoted_when_they_must_be),
		cmocka_unit_test(flags_are_quoted_with_the_escape_of_the_dialect),
		cmocka_unit_test(heredocs_follow_their_line),
		cmocka_unit_test(blanks_at_the_end_of_a_trigger_stay),
		cmocka_unit_test(one_instruction_has_no_newline_at_its_end),
		cmocka_unit_test(long_lines_are_continued),
		cmocka_unit_test(a_line_that_cannot_be_broken_is_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
