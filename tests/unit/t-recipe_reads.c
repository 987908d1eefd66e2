/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_reads.c: what bases make their children read, and what is read when they are unknown. */
#include "recipe_case.h"

/* Trap 5. */
static void
test_triggers(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "run before the stage's own, by the line of FROM",
		  .dialects = ALL,
		  .file = "FROM scratch AS x\n\nFROM base\nCOPY own /\n",
		  .configs = "base {\"OnBuild\":[\"COPY . /app\",\"ADD a* /x\",\"RUN make\"]}",
		  .reads = NULL,
		  .facts = "stage\t0\timage\tsha256:<base>\t-\n"
			   "onbuild\t0\tCOPY%20.%20/app\nonbuild\t0\tADD%20a*%20/x\n"
			   "onbuild\t0\tRUN%20make\nins\t0\tCOPY\t\town%20/\n" },
		{ .name = "their reads",
		  .dialects = C | L,
		  .file = "FROM scratch AS x\n\nFROM base\nCOPY own /\n",
		  .configs = "base {\"OnBuild\":[\"COPY . /app\",\"ADD a* /x\"]}",
		  .reads = "COPY . onbuild :3 #0\nADD a* glob onbuild :3 #0\nCOPY own :4 #0\n" },
		{ .name = "their variables",
		  .dialects = ALL,
		  .file = "FROM base\nCOPY $X /\n",
		  .given = "V=2",
		  .configs = "base {\"OnBuild\":[\"ARG V=1\",\"ENV X=f$V\",\"COPY $X /\"]}",
		  .reads = "COPY f2 onbuild :1 #0\nCOPY f2 :2 #0\n" },
		{ .name = "a stage's own ONBUILD reads nothing there",
		  .dialects = ALL,
		  .file = "FROM scratch\nONBUILD COPY a /\n",
		  .reads = "",
		  .facts = "stage\t0\tscratch\t\t-\nins\t0\tONBUILD\t\tCOPY%20a%20/\n" },
		{ .name = "but where it is the base of a stage",
		  .dialects = L | B,
		  .file = "FROM scratch AS s\nONBUILD COPY a /\nFROM s AS t\nFROM t\n",
		  .reads = "COPY a onbuild :3 #1\n",
		  .facts = "stage\t0\tscratch\t\t-\nins\t0\tONBUILD\t\tCOPY%20a%20/\n"
			   "stage\t1\tstage\t0\t-\nonbuild\t1\tCOPY%20a%20/\n"
			   "stage\t2\tstage\t1\t-\n" },
		{ .name = "which buildah forgets",
		  .dialects = C,
		  .file = "FROM scratch AS s\nONBUILD COPY a /\nFROM s\n",
		  .reads = "" },
		{ .name = "the names in a stage's own ONBUILD are those of other files",
		  .dialects = ALL,
		  .file = "FROM i AS a\nFROM scratch\nONBUILD COPY --from=a /x /y\n",
		  .images = "",
		  .facts = "stage\t0\tscratch\t\t-\n"
			   "ins\t0\tONBUILD\t\tCOPY%20--from=a%20/x%20/y\n" },
		{ .name = "an image in a trigger",
		  .dialects = ALL,
		  .file = "FROM base\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=img:1 /x /y\"]}",
		  .images = "FROM base - :1 #0\nCOPY --from img:1 - onbuild :1 #0\n",
		  .facts = "stage\t0\timage\tsha256:<base>\t-\n"
			   "onbuild\t0\tCOPY%20--from=sha256:<img:1>%20/x%20/y\n" },
	};

	RUN_CASES(cases);
}

static void
test_unknown_base(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "everything can be read",
		  .dialects = ALL,
		  .file = "FROM base\nCOPY a /\n",
		  .configs = "base ?",
		  .reads = "whole context . may-miss :1 #0\nCOPY a :2 #0\n",
		  .rest = "widen onbuild-unknown :1\n" },
		{ .name = "trap 6: its variables",
		  .dialects = ALL,
		  .file = "FROM base\nENV A=1\nCOPY x$A /\nCOPY y$B z /\n",
		  .configs = "base ?",
		  .reads = "whole context . may-miss :1 #0\nCOPY x1 :3 #0\n"
			   "whole context . may-miss :4 #0\nCOPY z :4 #0\n",
		  .rest = "widen onbuild-unknown :1\nwiden env-unknown :4\n" },
		{ .name = "an ARG can be hidden by its ENV",
		  .dialects = C | L,
		  .file = "FROM base\nARG A=1\nCOPY x$A /\n",
		  .configs = "base ?",
		  .rest = "widen onbuild-unknown :1\nwiden env-unknown :3\n" },
		{ .name = "not in buildkit",
		  .dialects = B,
		  .file = "FROM base\nARG A=1\nCOPY x$A /\n",
		  .configs = "base ?",
		  .reads = "whole context . may-miss :1 #0\nCOPY x1 :3 #0\n" },
		{ .name = "what was made of an unknown one is unknown",
		  .dialects = ALL,
		  .file = "FROM base\nENV A=$B C=1\nENV D=$A\nCOPY $C /\nCOPY $D /\n",
		  .configs = "base ?",
		  .reads = "whole context . may-miss :1 #0\nCOPY 1 :4 #0\n"
			   "whole context . may-miss :5 #0\n" },
		{ .name = "in a stage on a stage on it, too",
		  .dialects = ALL,
		  .file = "FROM base AS s\nFROM s\nCOPY $B /\n",
		  .configs = "base ?",
		  .rest = "widen onbuild-unknown :1\nwiden env-unknown :3\n" },
		{ .name = "a stage beside it is not concerned",
		  .dialects = ALL,
		  .file = "FROM base AS s\nFROM other\nCOPY --from=s / /\nCOPY x$B /\n",
		  .configs = "base ?",
		  .reads = "whole context . may-miss :1 #0\nCOPY x :4 #1\n" },
		{ .name = "no mistake is sure",
		  .dialects = L | B,
		  .file = "FROM base\nENV A=${B:?needed}\nCOPY a /\n",
		  .configs = "base ?",
		  .rest = "widen onbuild-unknown :1\n" },
		{ .name = "the default of an ARG that uses one",
		  .dialects = B,
		  .file = "FROM base\nARG A=$B\nARG C=1\n",
		  .configs = "base ?",
		  .args = "A :2\nC=1 :3\n" },
	};

	RUN_CASES(cases);
}

static void
test_known_base(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "a mistake is sure",
		  .dialects = L | B,
		  .file = "FROM base\nENV A=${B:?needed}\n",
		  .errors = "D:2:1: ENV: B: needed\n" },
	};

	RUN_CASES(cases);
}

static void
test_every_text_is_expanded(void **state UNUSED)
{
	static const char *const lines[] = { "LABEL a=${x", "USER ${x",        "WORKDIR ${x",
					     "EXPOSE ${x",  "VOLUME ${x",      "STOPSIGNAL ${x",
					     "COPY a ${x",  "LABEL \"${x\"=1", "ENV a ${x",
					     "ARG a=${x",   "VOLUME [\"${x\"]" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		AUTO_FREE char *file = xasprintf("FROM base\n%s\n", lines[i]);
		struct recipe_case c = { .name = lines[i], .file = file };

		for (unsigned d = 0; d < dialect_count; d++) {
			struct recipe_fixture f;

			fixture_open(&f, &c, (enum dialect)d);
			assert_null(f.recipe);
			assert_int_equal(f.errs.n, 1);
			assert_int_equal(f.errs.items[0].where.line, 2);
			fixture_close(&f);
		}
	}
}

static void
test_no_other_text_is(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "RUN, CMD, ENTRYPOINT, HEALTHCHECK, ONBUILD, MAINTAINER",
		  .dialects = ALL,
		  .file = "FROM base\nRUN echo ${x\nCMD ${x\nENTRYPOINT ${x\n"
			  "HEALTHCHECK CMD ${x\nONBUILD ENV a=${x\nMAINTAINER ${x\n",
		  .reads = "" },
	};

	RUN_CASES(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_triggers),
		cmocka_unit_test(test_unknown_base),
		cmocka_unit_test(test_known_base),
		cmocka_unit_test(test_every_text_is_expanded),
		cmocka_unit_test(test_no_other_text_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
