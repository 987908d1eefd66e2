/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_facts.c: the key's lines for stages and instructions. */
#include "recipe_case.h"

#define BASE "stage\t0\timage\tsha256:<i>\t-\n"

static void
test_lines(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "every instruction in order",
		  .dialects = ALL,
		  .file = "FROM i\nARG A\nENV B=1\nLABEL c=d\nMAINTAINER m\nUSER u\nWORKDIR /w\n"
			  "EXPOSE 80\nVOLUME /v\nSTOPSIGNAL INT\n"
			  "HEALTHCHECK --interval=5s CMD true\nSHELL [\"/bin/bash\"]\n"
			  "CMD [\"a\"]\nENTRYPOINT b c\nONBUILD RUN x\nRUN y\nCOPY a b\nADD c d\n",
		  .facts = BASE "ins\t0\tARG\t\tA\nins\t0\tENV\t\tB=1\nins\t0\tLABEL\t\tc=d\n"
				"ins\t0\tMAINTAINER\t\tm\nins\t0\tUSER\t\tu\n"
				"ins\t0\tWORKDIR\t\t/w\nins\t0\tEXPOSE\t\t80\n"
				"ins\t0\tVOLUME\t\t/v\nins\t0\tSTOPSIGNAL\t\tINT\n"
				"ins\t0\tHEALTHCHECK\t--interval=5s\tCMD%20true\n"
				"ins\t0\tSHELL\t\t[\"/bin/bash\"]\nins\t0\tCMD\t\t[\"a\"]\n"
				"ins\t0\tENTRYPOINT\t\tb%20c\nins\t0\tONBUILD\t\tRUN%20x\n"
				"ins\t0\tRUN\t\ty\nins\t0\tCOPY\t\ta%20b\nins\t0\tADD\t\tc%20d\n" },
		{ .name = "comments, blank lines, continuations and the keyword's case are gone",
		  .dialects = ALL,
		  .file = "# c\nFROM i\n\n  # d\nrun a \\\n# e\n\n  b\nCopy x y\n",
		  .facts = BASE "ins\t0\tRUN\t\ta%20%20%20b\nins\t0\tCOPY\t\tx%20y\n" },
		{ .name = "blanks inside stay, a comment sign as well",
		  .dialects = ALL,
		  .file = "FROM i\nRUN a  b # c\nENV A=1  B=2\n",
		  .facts = BASE "ins\t0\tRUN\t\ta%20%20b%20#%20c\nins\t0\tENV\t\tA=1%20%20B=2\n" },
		{ .name = "the escape character, which gives the text another meaning",
		  .dialects = ALL,
		  .file = "# escape=`\nFROM i AS a\nENV A=x\\$B\nFROM a\n",
		  .facts = BASE "ins\t0\t#\t\tescape=`\nins\t0\tENV\t\tA=x\\$B\n"
				"stage\t1\tstage\t0\t-\n" },
		{ .name = "any byte",
		  .dialects = ALL,
		  .file = "FROM i\nRUN \xff\x01\t%\xc3\xa9\n",
		  .facts = BASE "ins\t0\tRUN\t\t%FF%01%09%25%C3%A9\n" },
	};

	RUN_CASES(cases);
}

/* Trap 4: in a heredoc a comment is data. */
static void
test_heredocs(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "name, descriptor, expanded, tabs off, body",
		  .dialects = B,
		  .file = "FROM i\nRUN <<E cat 3<<-'F'\n# x\n\ny\\\nE\n\tz\n\tF\nRUN a\n",
		  .facts = BASE "ins\t0\tRUN\t\t<<E%20cat%203<<-'F'\n"
				"heredoc\t0\tE\t0\t1\t0\t#%20x%0A%0Ay\\%0A\n"
				"heredoc\t0\tF\t3\t0\t1\t%09z%0A\nins\t0\tRUN\t\ta\n" },
		{ .name = "of a trigger",
		  .dialects = B,
		  .file = "FROM scratch AS s\nONBUILD COPY <<E /f\nx\nE\nFROM s\n",
		  .facts = "stage\t0\tscratch\t\t-\nins\t0\tONBUILD\t\tCOPY%20<<E%20/f\n"
			   "heredoc\t0\tE\t0\t1\t0\tx%0A\nstage\t1\tstage\t0\t-\n"
			   "onbuild\t1\tCOPY%20<<E%20/f%0Ax%0AE\n" },
	};

	RUN_CASES(cases);
}

static void
test_names_do_not_count(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "of stages",
		  .dialects = ALL,
		  .file = "FROM i AS one\nFROM one AS two\nCOPY --chown=1 --from=one /a /b\n",
		  .facts = BASE
		  "stage\t1\tstage\t0\t-\nins\t1\tCOPY\t--chown=1%20--from=#0\t/a%20/b\n" },
		{ .name = "by number",
		  .dialects = ALL,
		  .file = "FROM x AS no\nFROM i AS a\nFROM a\nCOPY --chown=1 --from=1 /a /b\n",
		  .facts = BASE
		  "stage\t1\tstage\t0\t-\nins\t1\tCOPY\t--chown=1%20--from=#0\t/a%20/b\n" },
	};

	RUN_CASES(cases);
}

/* Trap 14: no two sets of flags give one text. */
static void
test_flags_are_told_apart(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "a flag with a blank in it",
		  .dialects = C | B,
		  .file = "FROM i\nCOPY --chown='a --chmod=1' x /y\n",
		  .facts = BASE "ins\t0\tCOPY\t--chown=a\\%20--chmod=1\tx%20/y\n" },
		{ .name = "two flags",
		  .dialects = C | B,
		  .file = "FROM i\nCOPY --chown=a --chmod=1 x /y\n",
		  .facts = BASE "ins\t0\tCOPY\t--chown=a%20--chmod=1\tx%20/y\n" },
	};

	RUN_CASES(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_heredocs),
		cmocka_unit_test(test_names_do_not_count),
		cmocka_unit_test(test_flags_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
