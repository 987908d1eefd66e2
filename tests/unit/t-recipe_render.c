/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_render.c: the Dockerfile that the builder gets. */
#include "recipe_case.h"

static void
test_stages(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "the worked example, docker's builders",
		  .dialects = L | B,
		  .file = "ARG V=1\nFROM debian:12 AS a\nCOPY src/ /s\nFROM a\nARG V\n"
			  "LABEL v=$V\nCOPY --from=a /s /t\n# c\n",
		  .given = "V=2",
		  .render = "ARG V=2\nFROM pinned-debian:12 AS s0\nCOPY src/ /s\nFROM s0 AS s1\n"
			    "ARG V\nLABEL v=$V\nCOPY --from=s0 /s /t\n" },
		{ .name = "the worked example, buildah",
		  .dialects = C,
		  .file = "ARG V=1\nFROM debian:12 AS a\nCOPY src/ /s\nFROM a\nARG V\n"
			  "LABEL v=$V\nCOPY --from=a /s /t\n# c\n",
		  .given = "V=2",
		  .render = "ARG V=2\nFROM pinned-debian:12 AS s0\nCOPY src/ /s\nFROM s0 AS s1\n"
			    "ARG V\nLABEL v=2\nCOPY --from=s0 /s /t\n" },
		{ .name = "only what is reached",
		  .dialects = ALL,
		  .file = "ARG N\nFROM x AS no\nRUN 1\nFROM i AS a\nFROM y AS no2\nFROM scratch\n"
			  "COPY --from=1 / /\n",
		  .render = "FROM pinned-i AS s0\nFROM scratch AS s1\nCOPY --from=s0 / /\n" },
		{ .name = "images in flags",
		  .dialects = C | B,
		  .file = "FROM i\nCOPY --from=img:1 / /\n"
			  "RUN --mount=type=bind,from=img:2,target=/m x\n",
		  .render = "FROM pinned-i AS s0\nCOPY --from=pinned-img:1 / /\n"
			    "RUN --mount=type=bind,from=pinned-img:2,target=/m x\n" },
		{ .name = "platform",
		  .dialects = ALL,
		  .file = "FROM --platform=linux/arm64/v8 i AS a\nFROM a\n",
		  .render = "FROM --platform=linux/arm64 pinned-i AS s0\nFROM s0 AS s1\n" },
		{ .name = "names in a stage's own ONBUILD are not touched",
		  .dialects = C,
		  .file = "FROM i AS a\nFROM a\nONBUILD COPY --from=a / /\n",
		  .render = "FROM pinned-i AS s0\nFROM s0 AS s1\nONBUILD COPY --from=a / /\n" },
	};

	RUN_CASES(cases);
}

static void
test_text(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "one line for each instruction",
		  .dialects = ALL,
		  .file = "FROM i\n# c\nrun a \\\n # d\n  b\ncmd  [ \"x\" ]\n",
		  .render = "FROM pinned-i AS s0\nRUN a   b\nCMD [ \"x\" ]\n" },
		{ .name = "the escape directive",
		  .dialects = ALL,
		  .file = "# escape=`\nFROM i\nRUN a `\n b\n",
		  .render = "# escape=`\nFROM pinned-i AS s0\nRUN a  b\n" },
		{ .name = "the syntax directive",
		  .dialects = B,
		  .file = "# syntax=docker/dockerfile:1\nFROM i\n",
		  .render = "# syntax=pinned-docker/dockerfile:1\nFROM pinned-i AS s0\n" },
		{ .name = "heredocs",
		  .dialects = B,
		  .file = "FROM i\nRUN <<E <<-F\n# x\nE\n\ty\n\tF\nRUN z\n",
		  .render = "FROM pinned-i AS s0\nRUN <<E <<-F\n# x\nE\n\ty\nF\nRUN z\n" },
	};

	RUN_CASES(cases);
}

static void
test_preamble(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "effective values, quoted",
		  .dialects = ALL,
		  .file = "ARG A=1\nARG B=\"x y\"\nARG C=$A$B\nARG D\nARG E=\nARG F\nARG no\n"
			  "FROM i\nARG A\nARG B\nARG C\nARG D\nARG E\nARG F\n",
		  .given = "A=2\nF=it's $x",
		  .render =
			  "ARG A=2\nARG B='x y'\nARG C='2x y'\nARG D\nARG E=''\n"
			  "ARG F='it'\"'\"'s $x'\nFROM pinned-i AS s0\nARG A\nARG B\nARG C\nARG D\n"
			  "ARG E\nARG F\n" },
		{ .name = "a given value with a newline comes from the caller",
		  .dialects = ALL,
		  .file = "ARG A\nFROM i\nARG A\nRUN x\n",
		  .given = "A=1\x01"
			   "2",
		  .render = "ARG A\nFROM pinned-i AS s0\nARG A\nRUN x\n" },
		{ .name = "one made of it cannot be said",
		  .dialects = ALL,
		  .file = "ARG A\nARG B=$A\nFROM i\nARG B\n",
		  .given = "A=1\x01"
			   "2",
		  .render = "D:2: ARG: no line can hold the value of 'B'\n" },
		{ .name = "the name of the target",
		  .dialects = B,
		  .file = "FROM i AS a\nARG TARGETSTAGE\n",
		  .render = "ARG TARGETSTAGE=a\nFROM pinned-i AS s0\nARG TARGETSTAGE\n" },
	};

	RUN_CASES(cases);
}

/* The forms that buildah's layer cache takes for the same whatever the argument is. */
static void
test_stale_forms(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "each of them",
		  .dialects = C,
		  .file = "FROM i\nARG A\nENV a=$A\nENV b $A\nLABEL c=${A} d=\"$A\"\nUSER $A\n"
			  "WORKDIR /$A\nEXPOSE $A/udp\nVOLUME /v$A\nVOLUME [\"/w$A\"]\n"
			  "STOPSIGNAL $A\nCOPY f /$A/\nADD [\"f\", \"/$A/\"]\n",
		  .given = "A=9",
		  .render = "FROM pinned-i AS s0\nARG A\nENV a=9\nENV b=9\nLABEL c=9 d=9\nUSER 9\n"
			    "WORKDIR /9\nEXPOSE 9/udp\nVOLUME /v9\nVOLUME /w9\nSTOPSIGNAL 9\n"
			    "COPY f /9/\nADD f /9/\n",
		  .rest = "" },
		{ .name = "by way of a default, the preamble, a base stage",
		  .dialects = C,
		  .file = "ARG G=1\nFROM i AS b\nARG A=x$G\nARG G\nARG B=y$G\nENV b=$B a=$A\n"
			  "FROM b\nENV c=$b\n",
		  .render = "ARG G=1\nFROM pinned-i AS s0\nARG A=x$G\nARG G\nARG B=y$G\n"
			    "ENV b=y1 a=x\nFROM s0 AS s1\nENV c=y1\n" },
		{ .name = "ENV of the base image, PATH of none",
		  .dialects = C,
		  .file = "FROM i AS a\nENV PATH=/x:$PATH\nFROM scratch\nCOPY --from=a / /\n"
			  "ENV PATH=$PATH:/y\n",
		  .configs = "i {\"Env\":[\"PATH=/p\"]}",
		  .render = "FROM pinned-i AS s0\nENV PATH=/x:/p\nFROM scratch AS s1\n"
			    "COPY --from=s0 / /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			    "/usr/bin:/sbin:/bin:/y\n" },
		{ .name = "what has no variable stays as it is written",
		  .dialects = C,
		  .file = "FROM i\nENV  a  \"b\"  c\nLABEL x='y'\nEXPOSE  80   81\n",
		  .render = "FROM pinned-i AS s0\nENV a  \"b\"  c\nLABEL x='y'\nEXPOSE 80   81\n" },
		{ .name = "RUN, CMD and their like are not expanded",
		  .dialects = C,
		  .file = "FROM i\nARG A=1\nRUN $A\nCMD $A\nENTRYPOINT $A\nHEALTHCHECK CMD $A\n"
			  "ONBUILD ENV a=$A\nMAINTAINER $A\n",
		  .render = "FROM pinned-i AS s0\nARG A=1\nRUN $A\nCMD $A\nENTRYPOINT $A\n"
			    "HEALTHCHECK CMD $A\nONBUILD ENV a=$A\nMAINTAINER $A\n" },
		{ .name = "after triggers that set variables",
		  .dialects = C,
		  .file = "FROM base\nENV b=$a\n",
		  .configs = "base {\"OnBuild\":[\"ENV a=1\"]}",
		  .render = "FROM pinned-base AS s0\nENV b=1\n",
		  .rest = "" },
	};

	RUN_CASES(cases);
}

static void
test_quoting(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "what needs it",
		  .dialects = C,
		  .file = "FROM i\nARG A\nARG B\nARG C\nARG D\nARG E\n"
			  "ENV a=$A b=$B c=$C d=$D e=$E f=$nothing\n",
		  .given = "A=x y\nB=a\"b'c\nC=\\$x\\\nD=\xc3\xa9\t\nE=-x",
		  .render =
			  "FROM pinned-i AS s0\nARG A\nARG B\nARG C\nARG D\nARG E\n"
			  "ENV a='x y' b='a\"b'\"'\"'c' c='\\$x\\' d='\xc3\xa9\t' e='-x' f=''\n" },
		{ .name = "words with blanks go into the JSON form",
		  .dialects = C,
		  .file = "FROM i\nARG A\nVOLUME /$A\nCOPY $A b* /$A/\n",
		  .given = "A=x y",
		  .render = "FROM pinned-i AS s0\nARG A\nVOLUME [\"'/x y'\"]\n"
			    "COPY [\"'x y'\",\"b*\",\"'/x y/'\"]\n" },
		{ .name = "several ports out of one variable",
		  .dialects = C,
		  .file = "FROM i\nARG A\nEXPOSE $A 90\n",
		  .given = "A=80 81/udp",
		  .render = "FROM pinned-i AS s0\nARG A\nEXPOSE 80 81/udp 90\n" },
		{ .name = "a newline cannot be said: the cache must not be used",
		  .dialects = C,
		  .file = "FROM i\nARG A\nLABEL ok=$B\nENV a=$A\nUSER $A\n",
		  .given = "A=1\x01"
			   "2",
		  .render = "FROM pinned-i AS s0\nARG A\nLABEL ok=''\nENV a=$A\nUSER $A\n",
		  .rest = "unexpanded :4\n" },
		{ .name = "but in JSON it can",
		  .dialects = C,
		  .file = "FROM i\nARG A\nCOPY f $A\n",
		  .given = "A=1\x01"
			   "2",
		  .render = "FROM pinned-i AS s0\nARG A\nCOPY [\"f\",\"'1\\n2'\"]\n",
		  .rest = "" },
		{ .name = "triggers with variables hide them from the cache",
		  .dialects = C,
		  .file = "FROM base\n",
		  .given = "V=1",
		  .configs = "base {\"OnBuild\":[\"ARG V\",\"ENV X=$V\"]}",
		  .rest = "unexpanded :1\n" },
		{ .name = "not those without",
		  .dialects = C,
		  .file = "FROM base\n",
		  .configs = "base {\"OnBuild\":[\"ARG V\",\"ENV X=1\",\"RUN $V\"]}",
		  .rest = "" },
	};

	RUN_CASES(cases);
}

static void
test_names_that_triggers_know(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "stay",
		  .dialects = ALL,
		  .file = "FROM i AS tools\nFROM x AS no\nFROM base\nCOPY --from=tools /a /a\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=tools /t /t\"]}",
		  .render = "FROM pinned-i AS tools\nFROM pinned-base AS s1\n"
			    "COPY --from=tools /a /a\n" },
		{ .name = "and are not given to others",
		  .dialects = ALL,
		  .file = "FROM i AS s1\nFROM base AS b\nCOPY --from=s1 /a /a\nFROM b\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=s1 /t /t\"]}",
		  .render = "FROM pinned-i AS s1\nFROM pinned-base AS ss1\nCOPY --from=s1 /a /a\n"
			    "FROM ss1 AS s2\n" },
		{ .name = "in a stage's own ONBUILD that runs here",
		  .dialects = L | B,
		  .file = "FROM i AS tools\nFROM x AS b\nONBUILD COPY --from=tools / /\nFROM b\n",
		  .render = "FROM pinned-i AS tools\nFROM pinned-x AS s1\n"
			    "ONBUILD COPY --from=tools / /\nFROM s1 AS s2\n" },
		{ .name = "numbers that hold",
		  .dialects = ALL,
		  .file = "FROM i AS tools\nFROM base\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=0 /t /t\"]}",
		  .render = "FROM pinned-i AS s0\nFROM pinned-base AS s1\n" },
		{ .name = "numbers that move",
		  .dialects = ALL,
		  .file = "FROM x AS no\nFROM i AS tools\nFROM base\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=1 /t /t\"]}",
		  .render =
			  "D:3: FROM: an ONBUILD trigger of the base takes stage 1 by its number\n" },
	};

	RUN_CASES(cases);
}

static void
test_unknown_base(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "config",
		  .dialects = ALL,
		  .file = "FROM base AS b\nFROM b\n",
		  .configs = "base ?",
		  .render = "D:1: FROM: the config of 'base' is not known\n" },
	};

	RUN_CASES(cases);
}

/* Docker's builders and buildah take no physical line of 64 KiB; buildah drops the rest. */
static void
test_long_lines(void **state UNUSED)
{
	AUTO_BUF struct buf file = BUF_INIT, out = BUF_INIT;
	struct recipe_case c = { .name = "long" };
	struct recipe_fixture f;
	struct str rest, line;
	size_t longest = 0;

	buf_adds(&file, "FROM i\nARG A\nENV a=$A$A\nRUN true");
	for (size_t i = 0; i < 10000; i++)
		buf_addf(&file, " \\\n word%zu", i);
	buf_adds(&file, "\n");
	c.file = file.data;
	{
		AUTO_BUF struct buf given = BUF_INIT;

		buf_adds(&given, "A=");
		for (size_t i = 0; i < 40000; i++)
			buf_addc(&given, "ab #\\'"[i % 6]);
		c.given = given.data;
		fixture_open(&f, &c, DIALECT_CONTAINERS);
	}
	assert_non_null(f.recipe);
	show_render(&f, &out);
	rest = buf_str(&out);
	while (str_next_line(&rest, &line))
		longest = line.n > longest ? line.n : longest;
	assert_in_range(longest, 30000, 65535);
	fixture_close(&f);
}

/* The rendered file is a Dockerfile, and rendering it again changes nothing. */
static void
test_renders_to_itself(void **state UNUSED)
{
	static const char file[] =
		"ARG G='g h'\nFROM i AS a\nARG G\nENV x=\"$G\" y='$G'\n"
		"FROM a AS b\nCOPY --from=a [\"/x y\",\"/z\"]\nEXPOSE 80\n"
		"LABEL \"k l\"=\"it's\" m=\\\"\nVOLUME [\"/a b\"]\nRUN a\\\n  b\n";

	for (unsigned d = 0; d < dialect_count; d++) {
		struct recipe_case c = { .name = "itself", .file = file }, again;
		AUTO_BUF struct buf first = BUF_INIT, second = BUF_INIT;
		struct recipe_fixture f;

		fixture_open(&f, &c, (enum dialect)d);
		assert_non_null(f.recipe);
		show_render(&f, &first);
		fixture_close(&f);
		again = (struct recipe_case){ .name = "again", .file = first.data };
		fixture_open(&f, &again, (enum dialect)d);
		if (!f.recipe)
			show_errors(&f, &second);
		else
			show_render(&f, &second);
		assert_string_equal(second.data + strlen("ARG G='g h'\nFROM pinned-"),
				    first.data + strlen("ARG G='g h'\nFROM "));
		fixture_close(&f);
	}
}

/* Layer caches that compare texts find nothing that was built with other options. */
static void
test_a_mark_in_each_stage(void **state UNUSED)
{
	static const struct recipe_case c = {
		.name = "mark",
		.file = "FROM i0\nRUN a\nFROM base\nCOPY --from=0 / /\n",
		.mark = "lockstep_1",
		.configs = "base {\"OnBuild\":[\"USER t\"]}",
		.render = "FROM pinned-i0 AS s0\nARG lockstep_1=\nRUN a\n"
			  "FROM pinned-base AS s1\nARG lockstep_1=\nCOPY --from=s0 / /\n",
	};
	static const int lines[] = { 3, 3, 3, 4, 0 };
	struct recipe_fixture f;

	run_case(&c, DIALECT_CONTAINERS);
	fixture_open(&f, &c, DIALECT_CONTAINERS);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(recipe_step_line(f.recipe, 1, i + 1), lines[i]);
	fixture_close(&f);
}

/* What was downloaded is copied: as it is, and from where no other instruction sees it. */
static void
test_downloads(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "addresses only",
		  .dialects = C,
		  .file = "FROM i\nARG V=1\nADD --chown=u:g --chmod=0755 http://x.org/f-$V.tgz?y#z "
			  "https://x.org/a%20b /o/\n",
		  .render = "FROM pinned-i AS s0\nARG V=1\nCOPY --from=lockstep-files --chown=u:g "
			    "--chmod=0755 [\"0/f-1.tgz\",\"'1/a b'\",\"/o/\"]\n" },
		{ .name = "one alone may become a file",
		  .dialects = C,
		  .file = "FROM i\nADD http://x.org/d/f/ /o\nADD http://x.org /p\n",
		  .render = "FROM pinned-i AS s0\nCOPY --from=lockstep-files 0/f /o\n"
			    "COPY --from=lockstep-files 1/__unnamed__ /p\n" },
		{ .name = "beside files of the context, in order",
		  .dialects = C,
		  .file = "FROM i\nADD a.tar http://x.org/b http://x.org/c d /o\n",
		  .render = "FROM pinned-i AS s0\nADD a.tar /o/\n"
			    "COPY --from=lockstep-files 0/b 1/c /o/\nADD d /o/\n" },
		{ .name = "docker downloads by itself",
		  .dialects = L | B,
		  .file = "FROM i\nADD http://x.org/b /o\n",
		  .render = "FROM pinned-i AS s0\nADD http://x.org/b /o\n" },
		{ .name = "a name that would be a pattern",
		  .dialects = C,
		  .file = "FROM i\nADD http://x.org/a%2a /o\n",
		  .errors =
			  "D:2:1: ADD: 'http://x.org/a%2a' has a file name that builders misread\n"
			  "(download it in a RUN, or put the file into the context)\n" },
		{ .name = "or end a text",
		  .dialects = C,
		  .file = "FROM i\nADD http://x.org/a%00b /o\n",
		  .errors = "D:2:1: ADD: 'http://x.org/a%00b' has a file name that builders "
			    "misread\n(download it in a RUN, or put the file into the context)\n" },
	};

	RUN_CASES(cases);
}

/* BuildKit gets the commit that the key has, whatever the branch is by then. */
static void
test_repositories_by_commit(void **state UNUSED)
{
	static const struct recipe_case c = {
		.name = "commits",
		.file = "FROM i\nARG T=v1\nADD --keep-git-dir https://x.org/r.git#$T:sub $T "
			"https://x.org/s.git /o/\nADD [\"git@x.org:o/r.git\", \"/p q\"]\n",
	};
	AUTO_BUF struct buf out = BUF_INIT;
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_BUILDKIT);
	assert_int_equal(f.recipe->nremotes, 3);
	for (size_t i = 0; i < 3; i++)
		f.recipe->remotes[i].value = i ? "bbbb" : "aaaa";
	show_render(&f, &out);
	assert_string_equal(out.data, "FROM pinned-i AS s0\nARG T=v1\nADD --keep-git-dir "
				      "https://x.org/r.git#aaaa:sub $T https://x.org/s.git#bbbb "
				      "/o/\nADD [\"git@x.org:o/r.git#bbbb\",\"/p q\"]\n");
	fixture_close(&f);
}

/* An ADD that became several instructions is several of the builder's steps. */
static void
test_steps_of_downloads(void **state UNUSED)
{
	static const struct recipe_case c = {
		.name = "steps",
		.file = "FROM i\nADD a http://x.org/b /o/\nRUN x\n",
	};
	static const int lines[] = { 1, 2, 2, 3, 0 };
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_CONTAINERS);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(recipe_step_line(f.recipe, 0, i + 1), lines[i]);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_downloads),
		cmocka_unit_test(test_repositories_by_commit),
		cmocka_unit_test(test_steps_of_downloads),
		cmocka_unit_test(test_preamble),
		cmocka_unit_test(test_stale_forms),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_names_that_triggers_know),
		cmocka_unit_test(test_unknown_base),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_renders_to_itself),
		cmocka_unit_test(test_a_mark_in_each_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
