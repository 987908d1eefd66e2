/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile_heredoc.c: heredocs where they are known, and where they are not. */
#include "dockerfile_case.h"

/* "NAME fd expand|quoted chomp|plain [body]" of each heredoc of the first instruction. */
static void
check_docs(const char *text, const char *want)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct buf AUTO_BUF got = BUF_INIT;
	char *AUTO_FREE file = xasprintf("FROM x\n%s\nUSER last\n", text);
	struct dockerfile *df = parse_ok(arena, B, file);
	const struct df_ins *ins = df->stages[0].ins[0];

	buf_adds(&got, "");
	for (size_t i = 0; i < ins->nheredocs; i++) {
		const struct df_heredoc *doc = &ins->heredocs[i];

		buf_addf(&got, "%s%s %u %s %s [%.*s]", i ? "; " : "", doc->name, doc->fd,
			 doc->expand ? "expand" : "quoted", doc->chomp ? "chomp" : "plain",
			 STR_FMT(doc->body));
	}
	assert_string_equal(got.data, want);
	assert_int_equal(df->stages[0].nins, 2);
}

static void
bodies_are_bytes(void **state UNUSED)
{
	check_docs("RUN <<EOF\n# no comment\n#!/bin/sh\na \\\n\n$x\nEOF",
		   "EOF 0 expand plain [# no comment\n#!/bin/sh\na \\\n\n$x\n]");
	check_docs("RUN <<EOF\nEOF", "EOF 0 expand plain []");
	check_docs("RUN cat <<EOF >/f && x\na\r\nEOF\r", "EOF 0 expand plain [a\r\n]");
}

static void
words_say_how_they_are_read(void **state UNUSED)
{
	check_docs("RUN <<'EOF'\na\nEOF", "EOF 0 quoted plain [a\n]");
	check_docs("RUN <<\"E F\"\na\nE F", "E F 0 quoted plain [a\n]");
	check_docs("RUN <<E'O'F\na\nEOF", "EOF 0 quoted plain [a\n]");
	check_docs("RUN <<-EOF\n\ta\n\tEOF", "EOF 0 expand chomp [\ta\n]");
	check_docs("RUN 3<<EOF\na\nEOF", "EOF 3 expand plain [a\n]");
	check_docs("RUN << EOF\na\nEOF", "EOF 0 expand plain [a\n]");
	check_docs("RUN <<$A\nx\n$A", "$A 0 expand plain [x\n]");
}

static void
several_stand_in_order(void **state UNUSED)
{
	check_docs("RUN <<A cat <<-\"B\" \\\n 4<<C\n1\nA\nB\n2\nC",
		   "A 0 expand plain [1\n]; B 0 quoted chomp []; C 4 expand plain [2\n]");
}

static void
what_only_looks_like_one_is_none(void **state UNUSED)
{
	check_docs("RUN cat <<<EOF", "");
	check_docs("RUN echo \"<<EOF\"", "");
	check_docs("RUN echo '<<EOF'", "");
	check_docs("RUN echo a<<EOF", "");
	check_docs("RUN [\"cat\", \"<<EOF\"]", "");
	check_docs("RUN echo it's <<EOF", "");
	check_docs("RUN <<\"\"", "");
	check_docs("CMD cat <<EOF", "");
	check_docs("ENV a=<<EOF", "");
	check_docs("RUN echo $((1<<20))", "");
}

static void
copy_has_them_as_sources(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df =
		parse_ok(arena, B,
			 "FROM x\nCOPY <<a.txt b <<\"c d\" <<-E /f/\n1\na.txt\n2\nc d\n3\nE\n");
	const struct df_ins *ins = df->stages[0].ins[0];

	assert_int_equal(ins->nheredocs, 3);
	assert_ptr_equal(df_heredoc_of(ins, ins->words[0]), &ins->heredocs[0]);
	assert_null(df_heredoc_of(ins, "b"));
	assert_ptr_equal(df_heredoc_of(ins, "<<-E"), &ins->heredocs[2]);
	assert_null(df_heredoc_of(ins, "/f/"));
	check_mistakes(B, "FROM x\nCOPY a <<EOF\n1\nEOF\n",
		       "f:2:8: a heredoc cannot be the destination of COPY");
}

static void
triggers_have_them_too(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df =
		parse_ok(arena, B, "FROM x\nONBUILD COPY <<E /f\n1\nE\nONBUILD CMD <<E\n");
	const struct df_ins *ins = df->stages[0].ins[0];

	assert_int_equal(ins->nheredocs, 1);
	assert_int_equal(ins->inner->nheredocs, 1);
	assert_true(str_eq_c(ins->inner->heredocs[0].body, "1\n"));
	assert_int_equal(df->stages[0].ins[1]->nheredocs, 0);
}

static void
one_without_end_is_a_mistake_and_hides_the_rest(void **state UNUSED)
{
	check_mistakes(B, "FROM x\nRUN <<EOF\nFOO\nBAR\n", "f:2:5: no line 'EOF' ends the heredoc");
	check_mistakes(B, "FROM x\nRUN a <<A <<B\nA\n EOF\n",
		       "f:2:7: no line 'B' ends the heredoc");
	/* As BuildKit would: << needs no blank before it, but a word behind it. */
	check_mistakes(B, "FROM x\nRUN echo $((1 << 20))\n",
		       "f:2:15: no line '20))' ends the heredoc");
}

static void
the_older_dialects_refuse_them(void **state UNUSED)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		char *AUTO_FREE want = xasprintf("f:2:7: dialect '%s' knows no heredocs [BuildKit "
						 "and buildah from 1.33 on know them]\n"
						 "f:5:1: unknown instruction 'FOO'",
						 dialect_name((enum dialect)d));
		char *AUTO_FREE copy = xasprintf("f:2:6: dialect '%s' knows no heredocs [BuildKit "
						 "and buildah from 1.33 on know them]",
						 dialect_name((enum dialect)d));

		if (d == B)
			continue;
		/* The body is skipped, what follows it is not. */
		check_mistakes(d, "FROM x\nRUN a <<EOF\nBAR\nEOF\nFOO\n", want);
		check_mistakes(d, "FROM x\nCOPY <<EOF /f\n", copy);
		check_mistakes(
			d, "FROM x\nONBUILD RUN <<EOF\nEOF\nUSER a\n",
			d == C ? "f:2:13: dialect 'containers' knows no heredocs [BuildKit and "
				 "buildah from 1.33 on know them]"
			       : "f:2:13: dialect 'classic' knows no heredocs [BuildKit and "
				 "buildah from 1.33 on know them]");
	}
}

/* Where no line ends it, it is the shell's business there. */
static void
shifts_are_no_heredocs_in_the_older_dialects(void **state UNUSED)
{
	check_ins(C, "RUN echo $((1 << 20))", "RUN <echo $((1 << 20))>");
	check_ins(L, "RUN echo $((1 << 20))", "RUN <echo $((1 << 20))>");
}

static void
mistakes_before_a_heredoc_do_not_release_its_body(void **state UNUSED)
{
	check_mistakes(B, "FROM x\nRUN --monut=a <<EOF\nFOO\nEOF\nBAR\n",
		       "f:2:5: unknown flag '--monut' of RUN [did you mean '--mount'?]\n"
		       "f:5:1: unknown instruction 'BAR'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_bytes),
		cmocka_unit_test(words_say_how_they_are_read),
		cmocka_unit_test(several_stand_in_order),
		cmocka_unit_test(what_only_looks_like_one_is_none),
		cmocka_unit_test(copy_has_them_as_sources),
		cmocka_unit_test(triggers_have_them_too),
		cmocka_unit_test(one_without_end_is_a_mistake_and_hides_the_rest),
		cmocka_unit_test(the_older_dialects_refuse_them),
		cmocka_unit_test(shifts_are_no_heredocs_in_the_older_dialects),
		cmocka_unit_test(mistakes_before_a_heredoc_do_not_release_its_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
