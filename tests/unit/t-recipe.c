/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe.c: the target of a Dockerfile, the stages that it reaches, the images they stand on. */
#include "recipe_case.h"

/* docs/key.md, "Worked example". */
static void
test_worked_example(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "as in the document",
		  .dialects = ALL,
		  .file = "ARG V=1\nFROM debian:12 AS a\nCOPY src/ /s\nFROM a\nARG V\n"
			  "LABEL v=$V\nCOPY --from=a /s /t\n# c\n",
		  .given = "V=2",
		  .images = "FROM debian:12 - :2 #0\n",
		  .reads = "COPY src :3 #0\n",
		  .args = "V=2 :1 !\n",
		  .facts = "stage\t0\timage\tsha256:<debian:12>\t-\n"
			   "ins\t0\tCOPY\t\tsrc/%20/s\n"
			   "stage\t1\tstage\t0\t-\n"
			   "ins\t1\tARG\t\tV\n"
			   "ins\t1\tLABEL\t\tv=$V\n"
			   "ins\t1\tCOPY\t--from=#0\t/s%20/t\n",
		  .rest = "" },
	};

	RUN_CASES(cases);
}

#define TWO_LEAVES                                                                                 \
	"FROM i1 AS one\nRUN 1\nFROM i2 AS two\nRUN 2\nFROM one AS left\nRUN 3\n"                  \
	"FROM two AS right\nRUN 4\n"

static void
test_target(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "none: the last stage",
		  .dialects = ALL,
		  .file = TWO_LEAVES,
		  .images = "FROM i2 - :3 #0\n" },
		{ .name = "by name",
		  .dialects = ALL,
		  .file = TWO_LEAVES,
		  .target = "left",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "a stage that others stand on",
		  .dialects = ALL,
		  .file = TWO_LEAVES,
		  .target = "one",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\nins\t0\tRUN\t\t1\n" },
		{ .name = "docker's builders take any case",
		  .dialects = L | B,
		  .file = TWO_LEAVES,
		  .target = "LEFT",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "buildah takes the very name",
		  .dialects = C,
		  .file = TWO_LEAVES,
		  .target = "LEFT",
		  .errors = "D: there is no stage 'LEFT'\n(did you mean 'left'?)\n" },
		{ .name = "the nearest name is told",
		  .dialects = ALL,
		  .file = TWO_LEAVES,
		  .target = "lef",
		  .errors = "D: there is no stage 'lef'\n(did you mean 'left'?)\n" },
		{ .name = "buildah: the number of a stage without a name",
		  .dialects = C,
		  .file = "FROM i1\nFROM i2\nFROM i3\n",
		  .target = "1",
		  .images = "FROM i2 - :2 #0\n" },
		{ .name = "only there",
		  .dialects = L | B,
		  .file = "FROM i1\nFROM i2\nFROM i3\n",
		  .target = "1",
		  .errors = "D: there is no stage '1'\n"
			    "(name one of the file's stages as the target)\n" },
		{ .name = "duplicate: buildah's first",
		  .dialects = C,
		  .file = "FROM i1 AS x\nFROM i2 AS x\nFROM i3\n",
		  .target = "x",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "duplicate: buildkit's last",
		  .dialects = B,
		  .file = "FROM i1 AS x\nFROM i2 AS x\nFROM i3\n",
		  .target = "x",
		  .images = "FROM i2 - :2 #0\n" },
	};

	RUN_CASES(cases);
}

static void
test_reachable(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "base chain, renumbered",
		  .dialects = ALL,
		  .file = "FROM i1 AS no\nFROM i2 AS a\nFROM i3 AS no2\nFROM a AS b\nFROM b\n",
		  .facts = "stage\t0\timage\tsha256:<i2>\t-\nstage\t1\tstage\t0\t-\n"
			   "stage\t2\tstage\t1\t-\n" },
		{ .name = "--from of a reached stage",
		  .dialects = ALL,
		  .file = "FROM i1 AS a\nFROM i2 AS b\nCOPY --from=a /a /a\nFROM i3\n"
			  "COPY --from=b /b /b\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\nFROM i3 - :4 #2\n" },
		{ .name = "--from by number",
		  .dialects = ALL,
		  .file = "FROM i0\nFROM i1 AS n\nFROM i2\nCOPY --from=1 /b /b\n",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\n"
			   "stage\t1\timage\tsha256:<i2>\t-\n"
			   "ins\t1\tCOPY\t--from=#0\t/b%20/b\n" },
		{ .name = "a mount's from",
		  .dialects = C | B,
		  .file = "FROM i1 AS a\nFROM i2\nRUN --mount=type=bind,from=a,target=/m x\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\n" },
		{ .name = "a cache mount's from",
		  .dialects = C | B,
		  .file = "FROM i1 AS a\nFROM i2\nRUN --mount=type=cache,from=a,target=/m x\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\n",
		  .rest = "bind :3\ncache :3\n" },
		{ .name = "scratch",
		  .dialects = ALL,
		  .file = "FROM scratch\nCOPY a /\n",
		  .images = "",
		  .facts = "stage\t0\tscratch\t\t-\nins\t0\tCOPY\t\ta%20/\n" },
		{ .name = "a stage with FROM alone",
		  .dialects = ALL,
		  .file = "FROM i1 AS vk-artifact\nFROM i2\nCOPY --from=vk-artifact /s /s\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\n",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\n"
			   "stage\t1\timage\tsha256:<i2>\t-\n"
			   "ins\t1\tCOPY\t--from=#0\t/s%20/s\n" },
		{ .name = "unreached stages make no mistakes",
		  .dialects = ALL,
		  .file = "FROM $nothing AS a\nCOPY --from=a /x /y\nCOPY https://x/y /z\n"
			  "RUN x\nFROM i2\nCOPY a /\n",
		  .images = "FROM i2 - :5 #0\n" },
		{ .name = "ONBUILD of the base image reaches a stage",
		  .dialects = ALL,
		  .file = "FROM i1 AS tools\nFROM i2 AS no\nFROM base\nRUN x\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=tools /t /t\"]}",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\n"
			   "stage\t1\timage\tsha256:<base>\t-\n"
			   "onbuild\t1\tCOPY%20--from=#0%20/t%20/t\nins\t1\tRUN\t\tx\n" },
		{ .name = "and what that stage needs, to the end",
		  .dialects = ALL,
		  .file = "FROM i0 AS z\nFROM b0 AS tools\nFROM base\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=tools /t /t\"]}\n"
			     "b0 {\"OnBuild\":[\"COPY --from=z /z /z\"]}",
		  .images = "FROM i0 - :1 #0\nFROM b0 - :2 #1\nFROM base - :3 #2\n" },
	};

	RUN_CASES(cases);
}

static void
test_names(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "a later stage of that name is no base: an image is",
		  .dialects = ALL,
		  .file = "FROM debian\nRUN x\nFROM i2 AS debian\nFROM debian\n",
		  .images = "FROM i2 - :3 #0\n" },
		{ .name = "stage named like its own base",
		  .dialects = ALL,
		  .file = "FROM debian AS debian\nRUN x\n",
		  .images = "FROM debian - :1 #0\n" },
		{ .name = "FROM FOO is stage foo only for docker's old builder",
		  .dialects = L,
		  .file = "FROM i1 AS foo\nFROM FOO\n",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "FROM FOO is an image",
		  .dialects = B | C,
		  .file = "FROM i1 AS foo\nFROM FOO\n",
		  .images = "FROM FOO - :2 #0\n" },
		{ .name = "AS Foo is foo",
		  .dialects = B | L,
		  .file = "FROM i1 AS Foo\nFROM foo\n",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "FROM Foo after AS Foo",
		  .dialects = C | L,
		  .file = "FROM i1 AS Foo\nFROM Foo\n",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "--from=FOO is stage foo",
		  .dialects = B | L,
		  .file = "FROM i1 AS foo\nFROM i2\nCOPY --from=FOO /a /a\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\n" },
		{ .name = "--from=FOO is an image for buildah",
		  .dialects = C,
		  .file = "FROM i1 AS foo\nFROM i2\nCOPY --from=FOO /a /a\n",
		  .images = "FROM i2 - :2 #0\nCOPY --from FOO - :3 #0\n" },
		{ .name = "FROM 0 is a nameless stage only for buildah",
		  .dialects = C,
		  .file = "FROM i1\nFROM 0\n",
		  .images = "FROM i1 - :1 #0\n" },
		{ .name = "FROM 0 is an image",
		  .dialects = L | B,
		  .file = "FROM i1\nFROM 0\n",
		  .images = "FROM 0 - :2 #0\n" },
		{ .name = "FROM 0 is an image where stage 0 has a name",
		  .dialects = ALL,
		  .file = "FROM i1 AS n\nFROM 0\n",
		  .images = "FROM 0 - :2 #0\n" },
		{ .name = "buildkit's mounts know no numbers",
		  .dialects = B,
		  .file = "FROM i1\nFROM i2\nRUN --mount=from=0,target=/m x\n",
		  .images = "FROM i2 - :2 #0\nRUN --mount from 0 - :3 #0\n" },
		{ .name = "buildah's do",
		  .dialects = C,
		  .file = "FROM i1 AS n\nFROM i2\nRUN --mount=type=bind,from=0,target=/m x\n",
		  .images = "FROM i1 - :1 #0\nFROM i2 - :2 #1\n" },
		{ .name = "--from an image",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=ghcr.io/x/y:1 /a /a\n",
		  .images = "FROM i1 - :1 #0\nCOPY --from ghcr.io/x/y:1 - :2 #0\n",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\n"
			   "ins\t0\tCOPY\t--from=sha256:<ghcr.io/x/y:1>\t/a%20/a\n" },
		{ .name = "one image named twice in a stage",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=x /a /a\nCOPY --from=x /b /b\n",
		  .images = "FROM i1 - :1 #0\nCOPY --from x - :2 #0\n" },
		{ .name = "--from=scratch is no image",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=scratch / /\n",
		  .images = "FROM i1 - :1 #0\n",
		  .facts = "stage\t0\timage\tsha256:<i1>\t-\n"
			   "ins\t0\tCOPY\t--from=scratch\t/%20/\n" },
	};

	RUN_CASES(cases);
}

static void
test_duplicates(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "buildkit: the last before FROM",
		  .dialects = B,
		  .file = "FROM i1 AS x\nFROM i2 AS x\nFROM x\n",
		  .images = "FROM i2 - :2 #0\n" },
		{ .name = "buildkit: the last of all for --from, and that may be too late",
		  .dialects = B,
		  .file = "FROM i1 AS x\nFROM i2 AS y\nCOPY --from=x /a /a\nFROM y AS x\n",
		  .errors = "D:3:1: COPY: stage 'x' comes only after this one\n" },
		{ .name = "buildah: FROM takes now the one, now the other",
		  .dialects = C,
		  .file = "FROM i1 AS x\nFROM i2 AS x\nFROM x\n",
		  .errors = "D:3:1: FROM: two stages are called 'x'\n"
			    "(buildah takes now the one, now the other: rename one of them)\n" },
		{ .name = "buildah: --from takes the last before",
		  .dialects = C,
		  .file = "FROM i1 AS x\nFROM i2 AS x\nFROM i3\nCOPY --from=x /a /a\n",
		  .images = "FROM i2 - :2 #0\nFROM i3 - :3 #1\n" },
		{ .name = "classic refuses",
		  .dialects = L,
		  .file = "FROM i1 AS x\nFROM i2 AS X\nFROM i3\n",
		  .errors = "D:2:1: a second stage is named 'X'\n" },
	};

	RUN_CASES(cases);
}

static void
test_bad_links(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "--from=$X",
		  .dialects = ALL,
		  .file = "FROM i1 AS a\nFROM i2\nARG X=a\nCOPY --from=$X /a /a\n",
		  .errors = "D:4:1: COPY: --from=$X: no variables can be used here\n"
			    "(define a stage for it: 'FROM $X AS name', and '--from=name')\n" },
		{ .name = "from=${X} of a mount",
		  .dialects = B | C,
		  .file = "FROM i2\nRUN --mount=type=bind,from=${X},target=/x y\n",
		  .errors = "D:2:1: RUN: from=${X}: no variables can be used here\n"
			    "(define a stage for it: 'FROM ${X} AS name', and 'from=name')\n" },
		{ .name = "a later number",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=1 /a /a\nFROM i2\nCOPY --from=0 /a /a\n",
		  .errors = "D:2:1: COPY: stage '1' comes only after this one\n" },
		{ .name = "its own number",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=0 /a /a\n",
		  .errors = "D:2:1: COPY: '0' is this stage itself\n" },
		{ .name = "a number beyond the file",
		  .dialects = ALL,
		  .file = "FROM i1\nCOPY --from=7 /a /a\n",
		  .errors = "D:2:1: COPY: there is no stage 7\n"
			    "(the file's last stage is 0; they are counted from 0)\n" },
		{ .name = "a later name, buildkit",
		  .dialects = B,
		  .file = "FROM i1 AS a\nCOPY --from=b /a /a\nFROM a AS b\n",
		  .errors = "D:2:1: COPY: stage 'b' comes only after this one\n" },
		{ .name = "a later name is an image for the others",
		  .dialects = C | L,
		  .file = "FROM i1 AS a\nCOPY --from=b /a /a\nFROM a AS b\n",
		  .images = "FROM i1 - :1 #0\nCOPY --from b - :2 #0\n" },
		{ .name = "all mistakes at once, in triggers by the line of FROM",
		  .dialects = ALL,
		  .file = "FROM base\nCOPY --from=9 /a /a\n",
		  .configs = "base {\"OnBuild\":[\"COPY --from=8 /a /a\"]}",
		  .errors = "D:1:1: FROM, ONBUILD COPY: there is no stage 8\n"
			    "(the file's last stage is 0; they are counted from 0)\n"
			    "D:2:1: COPY: there is no stage 9\n"
			    "(the file's last stage is 0; they are counted from 0)\n" },
		{ .name = "a trigger that cannot be read",
		  .dialects = ALL,
		  .file = "FROM base\n",
		  .configs = "base {\"OnBuild\":[\"FROBNICATE x\"]}",
		  .errors = "D:1:1: FROM: ONBUILD of 'base': unknown instruction 'FROBNICATE'\n" },
	};

	RUN_CASES(cases);
}

/* Trap 11: FROM $ARG. */
static void
test_from_expansion(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "default",
		  .dialects = ALL,
		  .file = "ARG B=debian\nARG T=12\nFROM $B:${T}\n",
		  .images = "FROM debian:12 - :3 #0\n",
		  .args = "B=debian :1\nT=12 :2\n" },
		{ .name = "given",
		  .dialects = ALL,
		  .file = "ARG B=debian\nFROM $B\n",
		  .given = "B=alpine",
		  .images = "FROM alpine - :2 #0\n",
		  .args = "B=alpine :1 !\n" },
		{ .name = "a stage by way of an argument",
		  .dialects = ALL,
		  .file = "ARG B=two\nFROM i1 AS one\nFROM i2 AS two\nFROM $B\n",
		  .given = "B=one",
		  .images = "FROM i1 - :2 #0\n" },
		{ .name = "${X:-default}",
		  .dialects = ALL,
		  .file = "ARG B\nFROM ${B:-debian}\n",
		  .images = "FROM debian - :2 #0\n",
		  .args = "B :1\n" },
		{ .name = "an ARG of a stage is not seen",
		  .dialects = ALL,
		  .file = "FROM i1\nARG B=x\nFROM i$B\n",
		  .images = "FROM i - :3 #0\n" },
		{ .name = "nothing is left",
		  .dialects = ALL,
		  .file = "FROM i1\nFROM $B\n",
		  .errors = "D:2:1: FROM: '$B' expands to nothing\n"
			    "(FROM sees only what an ARG before the first FROM declares)\n" },
		{ .name = "a later default sees an earlier argument",
		  .dialects = ALL,
		  .file = "ARG A=1\nARG B=x$A\nFROM i:$B\n",
		  .given = "A=2",
		  .images = "FROM i:x2 - :3 #0\n",
		  .args = "B=x2 :2\n" },
		{ .name = "a form that the dialect does not know",
		  .dialects = C,
		  .file = "ARG A\nFROM i${A-x}\n",
		  .errors = "D:2:1: FROM: '${A-...' is no substitution of dialect 'containers'\n"
			    "(it knows ${x}, ${x:-word} and ${x:+word}; BuildKit knows more)\n" },
	};

	RUN_CASES(cases);
}

static void
test_platforms(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "the base's config is that of the platform",
		  .dialects = ALL,
		  .file = "FROM --platform=linux/arm64 i1 AS a\nCOPY $F /\nFROM i1\nCOPY $F /\n"
			  "COPY --from=a / /\n",
		  .configs = "i1 {\"Env\":[\"F=x86\"]}\ni1@@linux/arm64 {\"Env\":[\"F=arm\"]}",
		  .reads = "COPY arm :2 #0\nCOPY x86 :4 #1\n" },
		{ .name = "written",
		  .dialects = ALL,
		  .file = "FROM --platform=linux/arm64/v8 i1\n",
		  .images = "FROM i1 linux/arm64 :1 #0\n",
		  .facts = "stage\t0\timage\tsha256:<i1>\tlinux/arm64\n",
		  .args = "" },
		{ .name = "$BUILDPLATFORM",
		  .dialects = B | C,
		  .file = "FROM --platform=$BUILDPLATFORM i1\n",
		  .platform = "linux/arm64",
		  .images = "FROM i1 linux/amd64 :1 #0\n",
		  .args = "BUILDPLATFORM=linux/amd64 :1\n" },
		{ .name = "$TARGETPLATFORM given",
		  .dialects = B | C,
		  .file = "FROM --platform=$TARGETPLATFORM i1\n",
		  .given = "TARGETPLATFORM=linux/arm/v7",
		  .images = "FROM i1 linux/arm/v7 :1 #0\n",
		  .args = "TARGETPLATFORM=linux/arm/v7 :1 !\n" },
		{ .name = "docker's old builder has none of them",
		  .dialects = L,
		  .file = "FROM --platform=$BUILDPLATFORM i1\n",
		  .errors = "D:1:1: FROM: --platform=$BUILDPLATFORM expands to nothing\n" },
		{ .name = "in the name of the image",
		  .dialects = B | C,
		  .file = "FROM i1:$TARGETARCH$TARGETVARIANT\n",
		  .platform = "linux/arm/v6",
		  .images = "FROM i1:armv6 - :1 #0\n",
		  .args = "TARGETARCH=arm :1\nTARGETVARIANT=v6 :1\n" },
	};

	RUN_CASES(cases);
}

/* Trap 11: # syntax=. */
static void
test_syntax(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "Docker's frontend is known",
		  .dialects = B,
		  .file = "# syntax=docker/dockerfile:1.4\nFROM scratch\n",
		  .images = "# syntax docker/dockerfile:1.4 - :1 #0\n",
		  .rest = "" },
		{ .name = "another one reads what it likes",
		  .dialects = B,
		  .file = "# syntax=example.com/x/y:1\nFROM scratch\n",
		  .images = "# syntax example.com/x/y:1 - :1 #0\n",
		  .reads = "whole context . may-miss :1 #0\n",
		  .rest = "widen unknown-frontend :1\n" },
		{ .name = "BUILDKIT_SYNTAX goes before it",
		  .dialects = B,
		  .file = "# syntax=example.com/x/y:1\nFROM scratch\n",
		  .given = "BUILDKIT_SYNTAX=docker/dockerfile:1",
		  .images = "# syntax docker/dockerfile:1 - :0 #0\n",
		  .args = "BUILDKIT_SYNTAX=docker/dockerfile:1 :0 !\n",
		  .rest = "" },
		{ .name = "a comment for the others",
		  .dialects = C | L,
		  .file = "# syntax=example.com/x/y:1\nFROM scratch\n",
		  .images = "",
		  .rest = "" },
	};

	RUN_CASES(cases);
}

static void
test_step_lines(void **state UNUSED)
{
	static const struct recipe_case c = {
		.name = "steps",
		.file = "ARG X=1\nFROM i0 AS no\nFROM i1 AS a\nRUN \\\n 1\n\n# c\nFROM base\nENV A=1\n",
		.given = NULL,
		.configs = "base {\"OnBuild\":[\"RUN t\",\"COPY --from=a / /\"]}",
	};
	static const struct {
		size_t stage, step;
		int line;
	} rows[] = { { 0, 0, 0 }, { 0, 1, 3 }, { 0, 2, 4 }, { 0, 3, 0 }, { 1, 1, 8 },
		     { 1, 2, 8 }, { 1, 3, 8 }, { 1, 4, 9 }, { 1, 5, 0 }, { 2, 1, 0 } };
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_CONTAINERS);
	assert_non_null(f.recipe);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(recipe_step_line(f.recipe, rows[i].stage, rows[i].step),
				 rows[i].line);
	fixture_close(&f);
}

static void
test_what_runs_where(void **state UNUSED)
{
	static const struct recipe_case c = {
		.name = "what runs where",
		.platform = "linux/s390x",
		.file = "FROM --platform=linux/arm64 i0 AS a\nRUN x\nFROM a AS b\nENV A=1\nRUN y\n"
			"FROM base\nCOPY --from=b / /\nRUN z\nFROM scratch AS end\n"
			"COPY --from=2 / /\n",
		.configs = "base {\"OnBuild\":[\"COPY f /\",\"RUN t\"]}",
	};
	static const struct {
		const char *platform;
		int line;
	} rows[] = { { "linux/arm64", 2 },
		     { "linux/arm64", 5 },
		     { "linux/s390x", 6 },
		     { "linux/s390x", 0 } };
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_CONTAINERS);
	assert_non_null(f.recipe);
	assert_int_equal(f.recipe->nstages, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct platform p = recipe_stage_platform(f.recipe, i);
		char text[PLATFORM_TEXT_SIZE];

		platform_text(&p, text);
		assert_string_equal(text, rows[i].platform);
		assert_int_equal(recipe_stage_runs(f.recipe, i), rows[i].line);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),  cmocka_unit_test(test_target),
		cmocka_unit_test(test_reachable),       cmocka_unit_test(test_names),
		cmocka_unit_test(test_duplicates),      cmocka_unit_test(test_bad_links),
		cmocka_unit_test(test_from_expansion),  cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_syntax),          cmocka_unit_test(test_step_lines),
		cmocka_unit_test(test_what_runs_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
