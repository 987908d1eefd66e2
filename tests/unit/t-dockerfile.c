/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile.c: stages, the preamble, and all mistakes at once. */
#include "dockerfile_case.h"

static void
stages_have_names_bases_and_platforms(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df =
		parse_ok(arena, B,
			 "ARG V=1\nARG W\nfrom --platform=$P debian:$V as Build\n"
			 "RUN a\nRUN b\nFROM scratch\nFROM Build AS last\nENV a=1\n");

	assert_int_equal(df->npreamble, 2);
	assert_string_equal(df->preamble[0]->pairs[0].name, "V");
	assert_int_equal(df->nstages, 3);
	assert_string_equal(df->stages[0].name, "Build");
	assert_string_equal(df->stages[0].base, "debian:$V");
	assert_string_equal(df->stages[0].platform, "$P");
	assert_int_equal(df->stages[0].nins, 2);
	assert_int_equal(df->stages[0].from->line, 3);
	assert_int_equal(df->stages[0].from->col, 1);
	assert_null(df->stages[1].name);
	assert_null(df->stages[1].platform);
	assert_int_equal(df->stages[1].nins, 0);
	assert_int_equal(df->stages[2].index, 2);
	assert_int_equal(df->stages[2].nins, 1);
	assert_string_equal(df->file, "f");
	assert_int_equal(df->dialect, B);
	assert_int_equal(df->escape, '\\');
}

static void
lines_and_columns_are_those_of_the_keyword(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df =
		parse_ok(arena, B,
			 "# c\nFROM x\n\n  RUN a \\\n  b\nRUN <<E\n1\n2\nE\n\\\nUSER u\n");
	struct df_ins **ins = df->stages[0].ins;

	assert_int_equal(ins[0]->line, 4);
	assert_int_equal(ins[0]->col, 3);
	assert_int_equal(ins[0]->end_line, 5);
	assert_int_equal(ins[1]->line, 6);
	assert_int_equal(ins[1]->end_line, 9);
	assert_int_equal(ins[2]->line, 11);
	assert_int_equal(ins[2]->end_line, 11);
}

static void
keywords_have_any_case(void **state UNUSED)
{
	check_ins(ALL, "rUn a", "RUN <a>");
	check_ins(ALL, "onbuild Env a=1", "ONBUILD: ENV {a}{1}");
	check_mistakes(ALL, "from x aS y\n", "");
}

static void
unknown_instructions_are_told_with_the_nearest(void **state UNUSED)
{
	check_mistakes(ALL, "FROM x\nRUNN a\n",
		       "f:2:1: unknown instruction 'RUNN' [did you mean RUN?]");
	check_mistakes(ALL, "FORM x\nFROM x\n",
		       "f:1:1: unknown instruction 'FORM' [did you mean FROM?]");
	check_mistakes(ALL, "FROM x\n  entrypiont a\n",
		       "f:2:3: unknown instruction 'entrypiont' [did you mean ENTRYPOINT?]");
	check_mistakes(ALL, "FROM x\nSOMETHING\n", "f:2:1: unknown instruction 'SOMETHING'");
	check_mistakes(ALL, "FROM x\nRUN: a\n",
		       "f:2:1: unknown instruction 'RUN:' [did you mean RUN?]");
}

static void
all_mistakes_are_told_at_once(void **state UNUSED)
{
	check_mistakes(
		B,
		"FROM x\n"
		"FOO\n"
		"COPY --form=y a b\n"
		"ENV a\n"
		"RUN --mount=x \\\n"
		"  --netwrok=none y\n"
		"LABEL a=b \\\n"
		"   c d=e f\n"
		"HEALTHCHECK --retries=x --interval=y CMD\n",
		"f:2:1: unknown instruction 'FOO'\n"
		"f:3:6: unknown flag '--form' of COPY [did you mean '--from'?]\n"
		"f:4:1: ENV must be followed by NAME=VALUE\n"
		"f:6:3: unknown flag '--netwrok' of RUN [did you mean '--network'?]\n"
		"f:8:4: '=' missing in 'c' of LABEL\n"
		"f:8:10: '=' missing in 'f' of LABEL\n"
		"f:9:1: HEALTHCHECK CMD lacks its command\n"
		"f:9:13: flag '--retries' of HEALTHCHECK is 'x', which is not a whole number\n"
		"f:9:25: flag '--interval' of HEALTHCHECK is 'y', which is not a time, as in "
		"'1m30s'");
}

static void
columns_count_characters(void **state UNUSED)
{
	check_mistakes(ALL, "FROM x\nLABEL \xc3\xa9=1 \xe2\x82\xac=2 b\n",
		       "f:2:15: '=' missing in 'b' of LABEL");
}

static void
only_arg_stands_before_from(void **state UNUSED)
{
	const char *hint = "only ARG may stand there; buildah drops anything else";
	char *AUTO_FREE want = xasprintf("f:2:1: ENV before the first FROM [%s]\n"
					 "f:3:3: RUN before the first FROM [%s]",
					 hint, hint);

	check_mistakes(ALL, "ARG A\nENV A=1\n  RUN x\nFROM x\n", want);
	check_mistakes(ALL, "ARG A\nARG B=1\nFROM x\n", "");
}

static void
a_file_needs_a_from(void **state UNUSED)
{
	check_mistakes(ALL, "", "f: the file has no FROM");
	check_mistakes(ALL, "# c\n", "f:1: the file has no FROM");
	check_mistakes(ALL, "ARG A\n", "f:1: the file has no FROM");
	/* A wrong one is one, too: what follows is not "before FROM". */
	check_mistakes(ALL, "FROM\nRUN x\n", "f:1:1: FROM must be followed by an image or a stage");
}

static void
from_takes_one_word_or_three(void **state UNUSED)
{
	const char *want =
		"f:1:1: FROM takes one argument, or three [FROM IMAGE, or FROM IMAGE AS NAME]";

	check_mistakes(ALL, "FROM a b\n", want);
	check_mistakes(ALL, "FROM a b c\n", want);
	check_mistakes(ALL, "FROM a AS\n", want);
	check_mistakes(ALL, "FROM a AS b c\n", want);
	check_mistakes(ALL, "FROM a AS b # c\n", want);
}

static void
stage_names_are_checked_but_not_in_buildah(void **state UNUSED)
{
	const char *hint = "a letter, then letters, digits, '-', '_' and '.'";
	char *AUTO_FREE want = xasprintf("f:1:1: '1st' cannot name a stage [%s]", hint);
	char *AUTO_FREE slash = xasprintf("f:1:1: 'a/b' cannot name a stage [%s]", hint);

	check_mistakes(C, "FROM x AS 1st\n", "");
	check_mistakes(L, "FROM x AS 1st\n", want);
	check_mistakes(B, "FROM x AS 1st\n", want);
	check_mistakes(B, "FROM x AS a/b\n", slash);
	check_mistakes(ALL, "FROM x AS A-b_c.1\n", "");
}

static void
a_repeated_stage_name_is_a_mistake_in_classic(void **state UNUSED)
{
	const char *text = "FROM x AS a\nFROM y AS A\n";

	check_mistakes(C, text, "");
	check_mistakes(L, text, "f:2:1: a second stage is named 'A'");
	check_mistakes(B, text, "");
}

static void
the_syntax_directive_is_buildkits(void **state UNUSED)
{
	const char *text = "# syntax=docker/dockerfile:1\nFROM x\n";

	for (size_t d = 0; d < dialect_count; d++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct dockerfile *df = parse_ok(arena, (enum dialect)d, text);

		if (d == B) {
			assert_string_equal(df->syntax, "docker/dockerfile:1");
			assert_int_equal(df->syntax_line, 1);
		} else {
			assert_null(df->syntax);
		}
	}
}

static void
a_long_line_is_a_mistake_and_hides_nothing(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;

	buf_adds(&text, "FROM x\nENV A=1\n#");
	for (int i = 0; i < 70000; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\nENV B\n");
	check_mistakes(
		ALL, text.data,
		"f:3: line of 64 KiB or more [builders refuse it, and buildah 1.28 drops the "
		"rest of the file]\n"
		"f:4:1: ENV must be followed by NAME=VALUE");
}

static void
a_line_that_only_continues_is_a_mistake(void **state UNUSED)
{
	check_mistakes(ALL, "FROM x\n\\\n# c\n", "f:2:1: the line continues, but nothing follows");
	check_mistakes(ALL, "FROM x\nRUN a \\\n", "");
	/* It could not be written down again: mid-file it would join the next line. */
	check_mistakes(ALL, "FROM x\nLABEL a=x\\ \\\n",
		       "f:2:1: the instruction ends with the escape character");
}

static void
triggers_are_one_instruction(void **state UNUSED)
{
	static const struct {
		const char *text;
		const char *want; /* NULL: an error */
		const char *why;
	} rows[] = {
		{ "COPY . /src", "COPY (.) (/src)", NULL },
		{ " run a \\\n b", "RUN <a  b>", NULL },
		{ "ENV a b", "ENV {a}{b}", NULL },
		{ "", NULL, "the trigger is empty" },
		{ "# c", NULL, "the trigger is empty" },
		{ "RUN a\nRUN b", NULL, "the trigger is more than one instruction" },
		{ "FROM x", NULL, "the trigger is more than one instruction" },
		{ "RUM x", NULL, "unknown instruction 'RUM'" },
		{ "COPY a", NULL,
		  "COPY must be followed by one or more sources and a destination" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct err AUTO_ERR err = ERR_INIT;
		struct buf AUTO_BUF got = BUF_INIT;
		struct df_ins *ins = dockerfile_parse_trigger(arena, str_c(rows[i].text), B, &err);

		assert_int_equal(ins == NULL, rows[i].want == NULL);
		if (ins) {
			describe(ins, &got);
			assert_string_equal(got.data, rows[i].want);
			assert_int_equal(ins->line, 0);
			assert_int_equal(ins->col, 0);
		} else {
			assert_string_equal(err.msg, rows[i].why);
			assert_int_equal(err.class, ERR_INPUT);
			assert_int_equal(err.where.line, 0);
		}
	}
}

static void
a_trigger_holds_its_heredoc(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct df_ins *ins = dockerfile_parse_trigger(arena, STR_LIT("RUN <<EOF\na\nEOF"), B, &err);

	assert_non_null(ins);
	assert_int_equal(ins->nheredocs, 1);
	assert_true(str_eq_c(ins->heredocs[0].body, "a\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_have_names_bases_and_platforms),
		cmocka_unit_test(lines_and_columns_are_those_of_the_keyword),
		cmocka_unit_test(keywords_have_any_case),
		cmocka_unit_test(unknown_instructions_are_told_with_the_nearest),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(columns_count_characters),
		cmocka_unit_test(only_arg_stands_before_from),
		cmocka_unit_test(a_file_needs_a_from),
		cmocka_unit_test(from_takes_one_word_or_three),
		cmocka_unit_test(stage_names_are_checked_but_not_in_buildah),
		cmocka_unit_test(a_repeated_stage_name_is_a_mistake_in_classic),
		cmocka_unit_test(the_syntax_directive_is_buildkits),
		cmocka_unit_test(a_long_line_is_a_mistake_and_hides_nothing),
		cmocka_unit_test(a_line_that_only_continues_is_a_mistake),
		cmocka_unit_test(triggers_are_one_instruction),
		cmocka_unit_test(a_trigger_holds_its_heredoc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
