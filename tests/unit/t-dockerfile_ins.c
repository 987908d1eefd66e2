/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile_ins.c: words, pairs and exec forms of each instruction, and their mistakes. */
#include "dockerfile_case.h"

static void
words_are_separated_by_ascii_blanks(void **state UNUSED)
{
	check_ins(ALL, "COPY a  b\tc/", "COPY (a) (b) (c/)");
	check_ins(ALL, "COPY \"a b\" c", "COPY (\"a) (b\") (c)");
	check_ins(ALL, "ADD a\xc2\xa0z b", "ADD (a\xc2\xa0z) (b)");
	check_ins(ALL, "EXPOSE 80 443/tcp $P", "EXPOSE (80) (443/tcp) ($P)");
	check_ins(ALL, "VOLUME /a /b", "VOLUME (/a) (/b)");
	check_ins(ALL, "COPY a b # c", "COPY (a) (b) (#) (c)");
}

static void
some_texts_are_one_word(void **state UNUSED)
{
	check_ins(ALL, "USER a b", "USER (a b)");
	check_ins(ALL, "WORKDIR \"/a b\" ", "WORKDIR (\"/a b\")");
	check_ins(ALL, "STOPSIGNAL $S", "STOPSIGNAL ($S)");
	check_ins(ALL, "MAINTAINER a <b@c>", "MAINTAINER (a <b@c>)");
}

static void
shell_commands_stay_as_they_are(void **state UNUSED)
{
	check_ins(ALL, "RUN a  'b'  \"c\" # d", "RUN <a  'b'  \"c\" # d>");
	check_ins(ALL, "CMD", "CMD <>");
	check_ins(ALL, "ENTRYPOINT", "ENTRYPOINT <>");
	check_ins(ALL, "RUN", "RUN <>");
	check_ins(ALL, "RUN a \\\n  # c\n  b", "RUN <a   b>");
}

static void
a_json_array_of_strings_is_the_exec_form(void **state UNUSED)
{
	check_ins(ALL, "CMD [\"a\", \"b c\"]", "CMD exec (a) (b c)");
	check_ins(ALL, "CMD []", "CMD exec");
	check_ins(ALL, "ENTRYPOINT [ \"a\" ]", "ENTRYPOINT exec (a)");
	check_ins(ALL, "RUN [\"a\\u00e9\\ud83d\\ude00\\n\"]",
		  "RUN exec (a\xc3\xa9\xf0\x9f\x98\x80\n)");
	check_ins(ALL, "COPY [\"a b\", \"c\"]", "COPY exec (a b) (c)");
	check_ins(ALL, "VOLUME [\"/a\"]", "VOLUME exec (/a)");
	check_ins(ALL, "SHELL [\"/bin/sh\", \"-c\"]", "SHELL exec (/bin/sh) (-c)");
	/* Go reads bytes that are no text, and halves of pairs, as U+FFFD. */
	check_ins(ALL, "CMD [\"\\ud800\", \"\xff\"]", "CMD exec (\xef\xbf\xbd) (\xef\xbf\xbd)");
}

static void
anything_else_in_brackets_is_the_shell_form(void **state UNUSED)
{
	check_ins(ALL, "RUN ['a']", "RUN <['a']>");
	check_ins(ALL, "RUN [ -f x ]", "RUN <[ -f x ]>");
	check_ins(ALL, "CMD [\"a\",]", "CMD <[\"a\",]>");
	check_ins(ALL, "CMD [\"a\"", "CMD <[\"a\">");
	check_ins(ALL, "COPY ['a', 'b']", "COPY (['a',) ('b'])");
}

/* imagebuilder and docker 20.10 read the array and drop what follows it. */
static void
text_behind_the_array_makes_the_shell_form_in_buildkit_only(void **state UNUSED)
{
	check_ins(C, "CMD [\"a\"] b", "CMD exec (a)");
	check_ins(L, "CMD [\"a\"] b", "CMD exec (a)");
	check_ins(B, "CMD [\"a\"] b", "CMD <[\"a\"] b>");
}

static void
an_array_of_others_is_a_mistake(void **state UNUSED)
{
	const char *want = "f:2:5: a JSON array here must hold strings only";

	check_mistakes(ALL, "FROM x\nCMD [\"a\", 1]\n", want);
	check_mistakes(ALL, "FROM x\nRUN [[\"a\"]]\n", want);
	check_mistakes(ALL, "FROM x\nRUN [null]\n", want);
	check_mistakes(ALL, "FROM x\nCMD [\"a\\u0000\"]\n",
		       "f:2:5: a string of the JSON array holds a NUL byte");
}

static void
pairs_keep_their_quotes(void **state UNUSED)
{
	check_ins(ALL, "ENV a=1 b=\"two words\" c='d' e=f\\ g",
		  "ENV {a}{1} {b}{\"two words\"} {c}{'d'} {e}{f\\ g}");
	check_ins(ALL, "LABEL \"a b\"=c d=", "LABEL {\"a b\"}{c} {d}{}");
	check_ins(ALL, "ENV a=b=c", "ENV {a}{b=c}");
	check_ins(ALL, "ENV a=$x${y:-\"z w\"}", "ENV {a}{$x${y:-\"z w\"}}");
}

static void
the_old_form_is_one_pair(void **state UNUSED)
{
	check_ins(ALL, "ENV a  b c=d", "ENV {a}{b c=d}");
	check_ins(ALL, "LABEL a \"b\"", "LABEL {a}{\"b\"}");
	check_ins(ALL, "ENV \"a b\" c", "ENV {\"a}{b\" c}");
}

static void
words_of_pairs_end_at_blanks_of_unicode(void **state UNUSED)
{
	check_ins(ALL, "ENV a=1\xc2\xa0z=2", "ENV {a}{1} {z}{2}");
}

static void
arguments_may_be_several_and_without_value(void **state UNUSED)
{
	check_ins(ALL, "ARG a", "ARG {a}{NULL}");
	check_ins(ALL, "ARG a=", "ARG {a}{}");
	check_ins(ALL, "ARG a b=1 c=\"2 3\"", "ARG {a}{NULL} {b}{1} {c}{\"2 3\"}");
}

static void
pairs_have_names_and_values(void **state UNUSED)
{
	check_mistakes(ALL, "FROM x\nENV\n", "f:2:1: ENV must be followed by NAME=VALUE");
	check_mistakes(ALL, "FROM x\nENV a\n", "f:2:1: ENV must be followed by NAME=VALUE");
	check_mistakes(ALL, "FROM x\nENV =a\n", "f:2:5: name missing before '='");
	check_mistakes(ALL, "FROM x\nENV a=1 b\n", "f:2:9: '=' missing in 'b' of ENV");
	check_mistakes(ALL, "FROM x\nARG\n", "f:2:1: ARG must be followed by NAME or NAME=VALUE");
	check_mistakes(ALL, "FROM x\nARG a =b\n", "f:2:7: name missing before '='");
}

static void
the_escape_directive_counts_between_pairs(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df = parse_ok(arena, C, "# escape=`\nFROM x\nENV a=b` c d=e\\ f=g\n");
	struct df_ins *ins = df->stages[0].ins[0];

	assert_int_equal(ins->npairs, 3);
	assert_string_equal(ins->pairs[0].value, "b` c");
	assert_string_equal(ins->pairs[1].value, "e\\");
}

static void
arguments_that_lack_are_mistakes(void **state UNUSED)
{
	const char *copy = "must be followed by one or more sources and a destination";
	char *AUTO_FREE copy_want = xasprintf("f:2:1: COPY %s", copy);
	char *AUTO_FREE add_want = xasprintf("f:2:1: ADD %s", copy);

	check_mistakes(ALL, "FROM x\nCOPY a\n", copy_want);
	check_mistakes(ALL, "FROM x\nCOPY [\"a\"]\n", copy_want);
	check_mistakes(ALL, "FROM x\nADD\n", add_want);
	check_mistakes(ALL, "FROM x\nUSER\n",
		       "f:2:1: USER must be followed by at least one argument");
	check_mistakes(ALL, "FROM x\nEXPOSE\n",
		       "f:2:1: EXPOSE must be followed by at least one argument");
	check_mistakes(ALL, "FROM x\nVOLUME []\n",
		       "f:2:1: VOLUME must be followed by at least one argument");
	check_mistakes(ALL, "FROM x\nVOLUME [\" \"]\n", "f:2:1: VOLUME names an empty path");
	check_mistakes(ALL, "FROM x\nSHELL /bin/sh -c\n",
		       "f:2:1: SHELL must be followed by a JSON array [as in SHELL "
		       "[\"/bin/bash\", \"-c\"]]");
	check_mistakes(ALL, "FROM x\nSHELL []\n",
		       "f:2:1: SHELL must be followed by at least one argument");
}

static void
health_checks_are_cmd_or_none(void **state UNUSED)
{
	check_ins(ALL, "HEALTHCHECK NONE", "HEALTHCHECK <NONE>");
	check_ins(ALL, "HEALTHCHECK cmd a  b", "HEALTHCHECK <cmd a  b>");
	check_ins(ALL, "HEALTHCHECK --interval=5s CMD [\"a\", \"b\"]",
		  "HEALTHCHECK --interval=5s exec (a) (b)");
	check_mistakes(ALL, "FROM x\nHEALTHCHECK NONE a\n",
		       "f:2:1: HEALTHCHECK NONE takes no arguments");
	check_mistakes(ALL, "FROM x\nHEALTHCHECK\n",
		       "f:2:1: HEALTHCHECK must be followed by CMD or NONE");
	check_mistakes(ALL, "FROM x\nHEALTHCHECK curl x\n",
		       "f:2:1: HEALTHCHECK must be followed by CMD or NONE [not by 'curl']");
	check_mistakes(ALL, "FROM x\nHEALTHCHECK CMD\n",
		       "f:2:1: HEALTHCHECK CMD lacks its command");
	check_mistakes(ALL, "FROM x\nHEALTHCHECK CMD []\n",
		       "f:2:1: HEALTHCHECK CMD lacks its command");
}

static void
triggers_are_parsed(void **state UNUSED)
{
	check_ins(ALL, "ONBUILD RUN a  b", "ONBUILD: RUN <a  b>");
	check_ins(ALL, "ONBUILD COPY --from=q [\"a\", \"b\"]",
		  "ONBUILD: COPY --from=q exec (a) (b)");
	check_mistakes(ALL, "FROM x\nONBUILD\n",
		       "f:2:1: ONBUILD lacks the instruction that it triggers");
	check_mistakes(ALL, "FROM x\nONBUILD ONBUILD RUN a\n",
		       "f:2:1: ONBUILD cannot trigger ONBUILD, FROM or MAINTAINER");
	check_mistakes(ALL, "FROM x\nONBUILD from y\n",
		       "f:2:1: ONBUILD cannot trigger ONBUILD, FROM or MAINTAINER");
	check_mistakes(ALL, "FROM x\nONBUILD MAINTAINER y\n",
		       "f:2:1: ONBUILD cannot trigger ONBUILD, FROM or MAINTAINER");
	check_mistakes(ALL, "FROM x\nONBUILD RUMBLE y\n", "f:2:9: unknown instruction 'RUMBLE'");
	check_mistakes(ALL, "FROM x\nONBUILD COPY y\n",
		       "f:2:9: COPY must be followed by one or more sources and a destination");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_separated_by_ascii_blanks),
		cmocka_unit_test(some_texts_are_one_word),
		cmocka_unit_test(shell_commands_stay_as_they_are),
		cmocka_unit_test(a_json_array_of_strings_is_the_exec_form),
		cmocka_unit_test(anything_else_in_brackets_is_the_shell_form),
		cmocka_unit_test(text_behind_the_array_makes_the_shell_form_in_buildkit_only),
		cmocka_unit_test(an_array_of_others_is_a_mistake),
		cmocka_unit_test(pairs_keep_their_quotes),
		cmocka_unit_test(the_old_form_is_one_pair),
		cmocka_unit_test(words_of_pairs_end_at_blanks_of_unicode),
		cmocka_unit_test(arguments_may_be_several_and_without_value),
		cmocka_unit_test(pairs_have_names_and_values),
		cmocka_unit_test(the_escape_directive_counts_between_pairs),
		cmocka_unit_test(arguments_that_lack_are_mistakes),
		cmocka_unit_test(health_checks_are_cmd_or_none),
		cmocka_unit_test(triggers_are_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
