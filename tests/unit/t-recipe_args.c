/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_args.c: which arguments count, and with which values. */
#include "recipe_case.h"

static void
test_declared(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "given, default, unset, empty",
		  .dialects = ALL,
		  .file = "FROM i\nARG A\nARG B=b\nARG C\nARG D=\nARG E\n",
		  .given = "A=a\nE=",
		  .args = "A=a :2 !\nB=b :3\nC :4\nD= :5\nE= :6 !\n" },
		{ .name = "given goes before a default",
		  .dialects = ALL,
		  .file = "FROM i\nARG A=x\n",
		  .given = "A=a",
		  .args = "A=a :2 !\n" },
		{ .name = "several in one line see what was before it",
		  .dialects = L | C,
		  .file = "FROM i\nARG A=1 B C=x$A\n",
		  .args = "A=1 :2\nB :2\nC=x :2\n" },
		{ .name = "in buildkit that depends on its age: the value is not known",
		  .dialects = B,
		  .file = "FROM i\nARG A=1 B C=x$A D=y\nCOPY $D /\nCOPY $C /\n",
		  .args = "A=1 :2\nB :2\nC :2\nD=y :2\n",
		  .reads = "COPY y :3 #0\nwhole context . may-miss :4 #0\n",
		  .rest = "widen env-unknown :4\n" },
		{ .name = "nor does the preamble, but for buildkit's",
		  .dialects = L | C,
		  .file = "ARG A=1 B=x$A\nFROM i:$B\n",
		  .images = "FROM i:x - :2 #0\n" },
		{ .name = "buildkit's does",
		  .dialects = B,
		  .file = "ARG A=1 B=x$A\nFROM i:$B\n",
		  .images = "FROM i:x1 - :2 #0\n" },
		{ .name = "quotes are no part of a value",
		  .dialects = ALL,
		  .file = "FROM i\nARG A=\"x y\"\nARG B='$A'\nARG C=\"$A\"\n",
		  .args = "A=x y :2\nB=$A :3\nC=x y :4\n" },
		{ .name = "in unreached stages they do not count, nor are they mistakes",
		  .dialects = ALL,
		  .file = "FROM i AS no\nARG A\nARG B=${\nFROM i\n",
		  .given = "A=1",
		  .args = "" },
		{ .name = "in a reached stage they do",
		  .dialects = ALL,
		  .file = "FROM i AS a\nARG A=1\nFROM i\nCOPY --from=a / /\n",
		  .args = "A=1 :2\n" },
		{ .name = "the names are sorted",
		  .dialects = ALL,
		  .file = "FROM i\nARG b\nARG B\nARG a\n",
		  .args = "B :3\na :4\nb :2\n" },
		{ .name = "declared by a trigger of the base",
		  .dialects = ALL,
		  .file = "FROM base\n",
		  .given = "V=1",
		  .configs = "base {\"OnBuild\":[\"ARG V\",\"ARG W=$V\"]}",
		  .args = "V=1 :1 !\nW=1 :1\n" },
	};

	RUN_CASES(cases);
}

static void
test_preamble(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "unused ones do not count",
		  .dialects = ALL,
		  .file = "ARG A=1\nFROM i\nENV X=$A\n",
		  .args = "" },
		{ .name = "in a FROM that is not reached, either",
		  .dialects = ALL,
		  .file = "ARG A=1\nFROM i$A\nFROM i\n",
		  .args = "" },
		{ .name = "declared again: handed down",
		  .dialects = ALL,
		  .file = "ARG A=1\nFROM i\nARG A\n",
		  .args = "A=1 :1\n" },
		{ .name = "declared again with a default: that is in the stage's text",
		  .dialects = ALL,
		  .file = "ARG A=1\nFROM i\nARG A=2\n",
		  .args = "A=1 :1\n",
		  .facts = "stage\t0\timage\tsha256:<i>\t-\nins\t0\tARG\t\tA=2\n" },
		{ .name = "declared twice",
		  .dialects = ALL,
		  .file = "ARG A=1\nARG A=2\nFROM i:$A\n",
		  .images = "FROM i:2 - :3 #0\n",
		  .args = "A=2 :1\n" },
		{ .name = "unset is not empty",
		  .dialects = ALL,
		  .file = "ARG A\nARG B=\nFROM i\nARG A\nARG B\n",
		  .args = "A :1\nB= :2\n" },
		{ .name = "what only another default uses is in that one's value",
		  .dialects = ALL,
		  .file = "ARG A=1\nARG B=x$A\nFROM i\nARG B\n",
		  .given = "A=2",
		  .args = "B=x2 :2\n" },
	};

	RUN_CASES(cases);
}

/* Trap 7: "only declared ARGs matter". */
static void
test_named(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "undeclared in --chown",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY --chown=$U a /a\n",
		  .given = "U=7",
		  .args = "U=7 :2 !\n" },
		{ .name = "undeclared in a word",
		  .dialects = ALL,
		  .file = "FROM i\nENV X=${U:-1}\n",
		  .given = "U=7",
		  .args = "U=7 :2 !\n" },
		{ .name = "undeclared in FROM",
		  .dialects = ALL,
		  .file = "FROM i${U:-1}\n",
		  .given = "U=7",
		  .images = "FROM i1 - :1 #0\n",
		  .args = "U=7 :1 !\n" },
		{ .name = "in the shell text of RUN",
		  .dialects = ALL,
		  .file = "FROM i\nRUN echo ${U}\n",
		  .given = "U=7",
		  .args = "U=7 :2 !\n" },
		{ .name = "in a mount",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=cache,id=$U,target=/c x\n",
		  .given = "U=7",
		  .args = "U=7 :2 !\n" },
		{ .name = "in a heredoc",
		  .dialects = B,
		  .file = "FROM i\nCOPY <<E /f\n$U\nE\n",
		  .given = "U=7",
		  .args = "U=7 :2 !\n" },
		{ .name = "in a trigger of the base",
		  .dialects = ALL,
		  .file = "FROM base\n",
		  .given = "U=7",
		  .configs = "base {\"OnBuild\":[\"ENV X=$U\"]}",
		  .args = "U=7 :1 !\n" },
		{ .name = "named in an unreached stage only",
		  .dialects = ALL,
		  .file = "FROM i\nENV X=$U\nFROM i\n",
		  .given = "U=7",
		  .args = "" },
		{ .name = "a name that begins like it is another",
		  .dialects = ALL,
		  .file = "FROM i\nENV X=$UX\n",
		  .given = "U=7",
		  .errors = "argument 'U' is given, but nothing in 'D' declares or names it\n"
			    "(add 'ARG U' to the stage that needs it, or do not give it)\n" },
	};

	RUN_CASES(cases);
}

static void
test_without_arg(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "proxies that nobody names do not count",
		  .dialects = ALL,
		  .file = "FROM i\nRUN x\n",
		  .given = "HTTP_PROXY=p\nno_proxy=q\nALL_PROXY=r",
		  .args = "" },
		{ .name = "declared ones do",
		  .dialects = ALL,
		  .file = "FROM i\nARG HTTP_PROXY\n",
		  .given = "HTTP_PROXY=p",
		  .args = "HTTP_PROXY=p :2 !\n" },
		{ .name = "named ones do",
		  .dialects = ALL,
		  .file = "FROM i\nRUN echo $HTTP_PROXY >/f\n",
		  .given = "HTTP_PROXY=p",
		  .args = "HTTP_PROXY=p :2 !\n" },
		{ .name = "expanded without ARG by buildah and docker's old builder",
		  .dialects = C | L,
		  .file = "FROM i\nCOPY $HTTP_PROXY /\n",
		  .given = "HTTP_PROXY=p",
		  .reads = "COPY p :2 #0\n" },
		{ .name = "and not by buildkit",
		  .dialects = B,
		  .file = "FROM i\nCOPY x$HTTP_PROXY /\n",
		  .given = "HTTP_PROXY=p",
		  .reads = "COPY x :2 #0\n" },
		{ .name = "ALL_PROXY is no proxy to those",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY x$ALL_PROXY /\n",
		  .given = "ALL_PROXY=p",
		  .reads = "COPY x :2 #0\n" },
		{ .name = "those that act by themselves",
		  .dialects = ALL,
		  .file = "FROM i\n",
		  .given = "SOURCE_DATE_EPOCH=0\nBUILDKIT_INLINE_CACHE=1\n"
			   "BUILDKIT_SANDBOX_HOSTNAME=h",
		  .args = "BUILDKIT_INLINE_CACHE=1 :0 !\nBUILDKIT_SANDBOX_HOSTNAME=h :0 !\n"
			  "SOURCE_DATE_EPOCH=0 :0 !\n" },
		{ .name = "those that cannot change an image",
		  .dialects = ALL,
		  .file = "FROM i\n",
		  .given = "BUILDKIT_BUILD_NAME=x\nBUILDKIT_CACHE_MOUNT_NS=y\n"
			   "BUILDKIT_DOCKERFILE_CHECK=z",
		  .args = "" },
	};

	RUN_CASES(cases);
}

static void
test_unused(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "the nearest declared name is told",
		  .dialects = ALL,
		  .file = "ARG VERSION\nFROM i:$VERSION\n",
		  .given = "VERSOIN=1",
		  .errors = "argument 'VERSOIN' is given, but nothing in 'D' declares or names it\n"
			    "(did you mean 'VERSION'?)\n" },
		{ .name = "none is near",
		  .dialects = ALL,
		  .file = "FROM i\n",
		  .given = "X=1\nTARGETARCH=arm64",
		  .errors =
			  "argument 'TARGETARCH' is given, but nothing in 'D' declares or names it\n"
			  "(add 'ARG TARGETARCH' to the stage that needs it, or do not give it)\n"
			  "argument 'X' is given, but nothing in 'D' declares or names it\n"
			  "(add 'ARG X' to the stage that needs it, or do not give it)\n" },
		{ .name = "nothing is sure while a base is not known",
		  .dialects = ALL,
		  .file = "FROM i\n",
		  .given = "X=1",
		  .configs = "i ?",
		  .args = "" },
		{ .name = "declared by a trigger for others",
		  .dialects = ALL,
		  .file = "FROM i\nONBUILD ARG V\n",
		  .given = "V=1",
		  .args = "" },
	};

	RUN_CASES(cases);
}

static void
test_platform_arguments(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "only where they are declared",
		  .dialects = B | C,
		  .file = "FROM i\nARG TARGETARCH\nARG TARGETVARIANT\nARG BUILDOS\nRUN x\n",
		  .platform = "linux/arm/v7",
		  .args = "BUILDOS=linux :4\nTARGETARCH=arm :2\nTARGETVARIANT=v7 :3\n" },
		{ .name = "docker's old builder has none",
		  .dialects = L,
		  .file = "FROM i\nARG TARGETARCH\n",
		  .args = "TARGETARCH :2\n" },
		{ .name = "without ARG they are nothing in a stage",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY x$TARGETARCH /\n",
		  .reads = "COPY x :2 #0\n",
		  .args = "" },
		{ .name = "with it they are",
		  .dialects = B | C,
		  .file = "FROM i\nARG TARGETARCH\nARG TARGETPLATFORM\nCOPY $TARGETARCH "
			  "$TARGETPLATFORM /\n",
		  .platform = "linux/arm64",
		  .reads = "COPY arm64 :4 #0\nCOPY linux/arm64 :4 #0\n" },
		{ .name = "given ones go before",
		  .dialects = B | C,
		  .file = "FROM i\nARG TARGETARCH\nCOPY $TARGETARCH /\n",
		  .given = "TARGETARCH=mine",
		  .reads = "COPY mine :3 #0\n",
		  .args = "TARGETARCH=mine :2 !\n" },
		{ .name = "buildah: a default for TARGETPLATFORM sets its parts",
		  .dialects = C,
		  .file = "FROM i\nARG TARGETPLATFORM=linux/arm64\nCOPY $TARGETARCH /\n",
		  .reads = "COPY arm64 :3 #0\n" },
		{ .name = "buildkit knows the target's name",
		  .dialects = B,
		  .file = "FROM i AS one\nFROM i AS Two\nARG TARGETSTAGE\n",
		  .args = "TARGETSTAGE=two :3\n" },
		{ .name = "or the one that was asked for",
		  .dialects = B,
		  .file = "FROM i AS one\nARG TARGETSTAGE\nFROM i AS two\n",
		  .target = "one",
		  .args = "TARGETSTAGE=one :2\n" },
	};

	RUN_CASES(cases);
}

/* Trap 8: inheritance and precedence. */
static void
test_precedence(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "ENV before ARG: ENV",
		  .dialects = C | L,
		  .file = "FROM i\nENV A=e\nARG A\nCOPY $A /\n",
		  .given = "A=b",
		  .reads = "COPY e :4 #0\n",
		  .args = "A=b :3 !\n" },
		{ .name = "ENV before ARG: ARG in buildkit",
		  .dialects = B,
		  .file = "FROM i\nENV A=e\nARG A\nCOPY $A /\n",
		  .given = "A=b",
		  .reads = "COPY b :4 #0\n" },
		{ .name = "an ARG without value leaves ENV alone",
		  .dialects = ALL,
		  .file = "FROM i\nENV A=e\nARG A\nCOPY $A /\n",
		  .reads = "COPY e :4 #0\n" },
		{ .name = "ENV after ARG",
		  .dialects = ALL,
		  .file = "FROM i\nARG A=a\nENV A=e\nCOPY $A /\n",
		  .reads = "COPY e :4 #0\n" },
		{ .name = "ENV of the base image",
		  .dialects = C | L,
		  .file = "FROM i\nARG A=a\nCOPY $A /\n",
		  .configs = "i {\"Env\":[\"A=base\"]}",
		  .reads = "COPY base :3 #0\n" },
		{ .name = "ENV of the base image in buildkit",
		  .dialects = B,
		  .file = "FROM i\nARG A=a\nCOPY $A /\n",
		  .configs = "i {\"Env\":[\"A=base\"]}",
		  .reads = "COPY a :3 #0\n" },
		{ .name = "ARG of a base stage",
		  .dialects = C | L,
		  .file = "FROM i AS s\nARG A=a\nFROM s\nCOPY x$A /\n",
		  .reads = "COPY x :4 #1\n" },
		{ .name = "ARG of a base stage in buildkit",
		  .dialects = B,
		  .file = "FROM i AS s\nARG A=a\nFROM s\nCOPY x$A /\n",
		  .reads = "COPY xa :4 #1\n" },
		{ .name = "ENV of a base stage goes before its ARG",
		  .dialects = ALL,
		  .file = "FROM i AS s\nENV A=e\nARG A=a\nFROM s\nCOPY x$A /\n",
		  .reads = "COPY xe :5 #1\n" },
		{ .name = "ENV of a base stage",
		  .dialects = ALL,
		  .file = "FROM i AS s\nENV A=e\nFROM s AS t\nFROM t\nCOPY x$A /\n",
		  .reads = "COPY xe :5 #2\n" },
		{ .name = "one instruction sees what was before it",
		  .dialects = ALL,
		  .file = "FROM i\nENV a=1\nENV a=2 b=$a\nCOPY $a$b /\n",
		  .reads = "COPY 21 :4 #0\n" },
		{ .name = "a second ARG without a value",
		  .dialects = B | C,
		  .file = "FROM i\nARG A=1\nARG A\nCOPY x$A /\n",
		  .reads = "COPY x1 :4 #0\n" },
		{ .name = "unsets in docker's old builder",
		  .dialects = L,
		  .file = "FROM i\nARG A=1\nARG A\nCOPY x$A /\n",
		  .reads = "COPY x :4 #0\n" },
		{ .name = "before its ARG an argument is nothing",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY x$A /\nARG A\nCOPY y$A /\n",
		  .given = "A=1",
		  .reads = "COPY x :2 #0\nCOPY y1 :4 #0\n" },
		{ .name = "PATH is always set",
		  .dialects = ALL,
		  .file = "FROM scratch\nENV P=$PATH\nCOPY $P /\n",
		  .reads =
			  "COPY usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin :3 #0\n" },
		{ .name = "unless the base says otherwise",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY $PATH /\n",
		  .configs = "i {\"Env\":[\"PATH=/p\"]}",
		  .reads = "COPY p :2 #0\n" },
		{ .name = "the name of a variable can come out of one",
		  .dialects = ALL,
		  .file = "FROM i\nENV N=X\nENV $N=v\nCOPY $X /\n",
		  .reads = "COPY v :4 #0\n" },
	};

	RUN_CASES(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declared),   cmocka_unit_test(test_preamble),
		cmocka_unit_test(test_named),      cmocka_unit_test(test_without_arg),
		cmocka_unit_test(test_unused),     cmocka_unit_test(test_platform_arguments),
		cmocka_unit_test(test_precedence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
