/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_sources.c: what COPY and ADD read. */
#include "recipe_case.h"

static void
test_literal(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "relative to the context, whatever they begin with",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY a /b ./c d/../e f/ //g /./h /x/\n",
		  .reads = "COPY a :2 #0\nCOPY b :2 #0\nCOPY c :2 #0\nCOPY e :2 #0\n"
			   "COPY f :2 #0\nCOPY g :2 #0\nCOPY h :2 #0\n" },
		{ .name = "all of it",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY . /a\nCOPY / /a\nCOPY ./ /a\nADD d/.. /a\n",
		  .reads = "COPY . :2 #0\nCOPY . :3 #0\nCOPY . :4 #0\nADD . :5 #0\n" },
		{ .name = "nothing lies above the context",
		  .dialects = B | C,
		  .file = "FROM i\nCOPY ../a d/../../b /../c /x/\n",
		  .reads = "COPY a :2 #0\nCOPY b :2 #0\nCOPY c :2 #0\n" },
		{ .name = "docker's old builder minds",
		  .dialects = L,
		  .file = "FROM i\nCOPY ../a /x/\nCOPY d/../../b /x/\n",
		  .errors = "D:2:1: COPY: '../a' lies outside the context\n"
			    "(only files below the context can be copied)\n"
			    "D:3:1: COPY: 'd/../../b' lies outside the context\n"
			    "(only files below the context can be copied)\n" },
		{ .name = "JSON form",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY [\"a b\", \"c\", \"/x/\"]\n",
		  .reads = "COPY a b :2 #0\nCOPY c :2 #0\n" },
		{ .name = "quotes and escapes",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY \"a\"'b' c\\d /x/\n",
		  .reads = "COPY ab :2 #0\nCOPY cd :2 #0\n" },
		{ .name = "an empty variable is the whole context",
		  .dialects = ALL,
		  .file = "FROM i\nARG X\nCOPY $X /x/\n",
		  .reads = "COPY . :3 #0\n" },
		{ .name = "the destination is not read",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY a b\n",
		  .reads = "COPY a :2 #0\n" },
		{ .name = "--from reads no context",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY --from=x a b\n",
		  .reads = "" },
		{ .name = "an empty --from does",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY --from= a b\n",
		  .reads = "COPY a :2 #0\n" },
		{ .name = "other flags do not matter",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY --chown=1:1 a b\n",
		  .reads = "COPY a :2 #0\n" },
	};

	RUN_CASES(cases);
}

static void
test_expanded(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "trap 6: ENV of the base",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY app-$VERSION.tgz /\n",
		  .configs = "i {\"Env\":[\"VERSION=1.2\"]}",
		  .reads = "COPY app-1.2.tgz :2 #0\n" },
		{ .name = "words are not split after expansion",
		  .dialects = ALL,
		  .file = "FROM i\nARG P=\"a.txt b.txt\"\nCOPY $P /o/\n",
		  .reads = "COPY a.txt b.txt :3 #0\n" },
		{ .name = "in JSON form, too",
		  .dialects = ALL,
		  .file = "FROM i\nARG P=a\nCOPY [\"$P\", \"/o/\"]\n",
		  .reads = "COPY a :3 #0\n" },
		{ .name = "a single-quoted one is not",
		  .dialects = ALL,
		  .file = "FROM i\nARG P=a\nCOPY '$P' /o/\n",
		  .reads = "COPY $P :3 #0\n" },
		{ .name = "a mistake is told",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY ${A /o/\n",
		  .errors = "D:2:1: COPY: missing '}' in '${A'\n" },
	};

	RUN_CASES(cases);
}

static void
test_wildcards(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "one that may match nothing, and one of several that may",
		  .dialects = C | L,
		  .file = "FROM i\nCOPY a* /o/\nCOPY b? c [d]* /o/\n",
		  .reads = "COPY a* glob :2 #0\nCOPY b? glob may-miss :3 #0\nCOPY c :3 #0\n"
			   "COPY [d]* glob may-miss :3 #0\n" },
		{ .name = "buildkit copies nothing then",
		  .dialects = B,
		  .file = "FROM i\nCOPY nope* /o/\n",
		  .reads = "COPY nope* glob may-miss :2 #0\n" },
		{ .name = "cleaned like paths",
		  .dialects = C | L,
		  .file = "FROM i\nCOPY ./src//*.c /o/\n",
		  .reads = "COPY src/*.c glob :2 #0\n" },
		{ .name = "out of a variable",
		  .dialects = C | L,
		  .file = "FROM i\nARG X=*.c\nCOPY src/$X /o/\n",
		  .reads = "COPY src/*.c glob :3 #0\n" },
		{ .name = "a backslash alone is one for buildah only",
		  .dialects = C,
		  .file = "FROM i\nCOPY [\"a\\\\\\\\b\", \"/o/\"]\n",
		  .reads = "COPY a\\b glob :2 #0\n" },
		{ .name = "a backslash alone is a character",
		  .dialects = L | B,
		  .file = "FROM i\nCOPY [\"a\\\\\\\\b\", \"/o/\"]\n",
		  .reads = "COPY a\\b :2 #0\n" },
		{ .name = "malformed",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY a[ /o/\n",
		  .errors = "D:2:1: COPY: malformed pattern 'a['\n"
			    "(close the '[', or write '\\\\[' for the character itself)\n" },
	};

	RUN_CASES(cases);
}

static void
test_buildkit_flags(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "--exclude",
		  .dialects = B,
		  .file = "FROM i\nCOPY --exclude=*.md --exclude=!x.md d /o/\n",
		  .reads = "COPY d -*.md -!x.md :2 #0\n" },
		{ .name = "--parents",
		  .dialects = B,
		  .file = "FROM i\nCOPY --parents a/b /o/\nCOPY --parents x/./y/z /o/\n",
		  .reads = "COPY a/b :2 #0\nCOPY x/y/z :3 #0\n" },
		{ .name = "--parents with wildcards",
		  .dialects = B,
		  .file = "FROM i\nCOPY --parents packages/*/package.json /o/\n",
		  .reads = "COPY packages/*/package.json glob may-miss :2 #0\n" },
		{ .name = "--parents with any depth",
		  .dialects = B,
		  .file = "FROM i\nCOPY --parents src/**/go.mod /o/\nCOPY --parents **/x /o/\n"
			  "COPY --parents s*/a/**/x /o/\n",
		  .reads = "COPY src may-miss :2 #0\nCOPY . may-miss :3 #0\n"
			   "COPY s*/a glob may-miss :4 #0\n" },
		{ .name = "heredocs are no files",
		  .dialects = B,
		  .file = "FROM i\nCOPY a <<E b /o/\nx\nE\nCOPY <<\"F\" /f\n$x\nF\n",
		  .reads = "COPY a :2 #0\nCOPY b :2 #0\n" },
	};

	RUN_CASES(cases);
}

#define LOGIN_HINT "(leave it out; what needs a login is downloaded by a RUN that has a secret)\n"

static void
test_remote(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "an address",
		  .dialects = ALL,
		  .file = "FROM i\nARG V=1\nADD https://x.org/f-$V.tgz a /o/\n",
		  .reads = "ADD a :3 #0\n",
		  .rest = "http https://x.org/f-1.tgz :3 #0\n" },
		{ .name = "does not stand for a pattern to buildah",
		  .dialects = C,
		  .file = "FROM i\nADD a* b* https://x.org/f c* /o/\nADD https://x.org/f d* /o/\n",
		  .reads = "ADD a* glob may-miss :2 #0\nADD b* glob may-miss :2 #0\n"
			   "ADD c* glob :2 #0\nADD d* glob :3 #0\n",
		  .rest = "http https://x.org/f :2 #0\nhttp https://x.org/f :3 #0\n" },
		{ .name = "does to docker",
		  .dialects = L,
		  .file = "FROM i\nADD https://x.org/f d* /o/\n",
		  .reads = "ADD d* glob may-miss :2 #0\n",
		  .rest = "http https://x.org/f :2 #0\n" },
		{ .name = "with a checksum",
		  .dialects = B,
		  .file = "FROM i\nARG S=sha256:ab\nADD --checksum=$S http://x.org/f /o/\n",
		  .rest = "http http://x.org/f sha256:ab :3 #0\n" },
		{ .name = "git repositories",
		  .dialects = B,
		  .file = "FROM i\nADD https://x.org/r.git#v1:sub /a\nADD git@x.org:o/r.git /b\n"
			  "ADD --keep-git-dir git://x.org/r /c\n"
			  "ADD https://x.org/r.git?keep-git-dir=1 /d\nADD ssh://git@x.org/r /e\n",
		  .reads = "",
		  .rest = "git https://x.org/r.git#v1:sub :2 #0\n"
			  "git git@x.org:o/r.git :3 #0\n"
			  "git git://x.org/r keep-git :4 #0\n"
			  "git https://x.org/r.git?keep-git-dir=1 keep-git :5 #0\n"
			  "git ssh://git@x.org/r :6 #0\n" },
		{ .name = "a reference in the query of a git address",
		  .dialects = B,
		  .file = "FROM i\nADD https://x.org/r.git?ref=v1 /a\n",
		  .errors = "D:2:1: ADD: 'ref=v1' in the address of a git repository\n"
			    "(write ADDRESS#REF or ADDRESS#REF:FOLDER)\n" },
		{ .name = "a login in an address",
		  .dialects = ALL,
		  .file = "FROM i\nARG T=pw\nADD https://u:$T@x.org/f /f\nADD http://t@x.org:8/f /f\n"
			  "COPY https://u:p@w@x.org /f\n",
		  .errors =
			  "D:3:1: ADD: the address on 'x.org' holds a name or a password\n" LOGIN_HINT
			  "D:4:1: ADD: the address on 'x.org:8' holds a name or a password\n" LOGIN_HINT
			  "D:5:1: COPY: the address on 'x.org' holds a name or a password\n" LOGIN_HINT },
		{ .name = "a password in the address of a repository",
		  .dialects = B,
		  .file = "FROM i\nADD ssh://git:p@x.org/r /f\nADD https://x.org/a@b /f\n",
		  .errors =
			  "D:2:1: ADD: the address on 'x.org' holds a name or a password\n" LOGIN_HINT },
		{ .name = "an address without a host",
		  .dialects = ALL,
		  .file = "FROM i\nADD https:///f /f\n",
		  .errors = "D:2:1: ADD: 'https:///f' names no host\n" },
		{ .name = "are pages and files to the others",
		  .dialects = C | L,
		  .file = "FROM i\nADD https://x.org/r.git /a\nADD git@x.org:o/r.git /b\n",
		  .reads = "ADD git@x.org:o/r.git :3 #0\n",
		  .rest = "http https://x.org/r.git :2 #0\n" },
		{ .name = "github.com/x is a path",
		  .dialects = ALL,
		  .file = "FROM i\nADD github.com/x/y /a\n",
		  .reads = "ADD github.com/x/y :2 #0\n" },
		{ .name = "COPY takes no address",
		  .dialects = ALL,
		  .file = "FROM i\nCOPY https://x.org/f /o/\n",
		  .errors =
			  "D:2:1: COPY: 'https://x.org/f' is no file of the context\n(use ADD)\n" },
		{ .name = "ADD --from does not exist",
		  .dialects = C | L,
		  .file = "FROM i\nADD --from=x a /o/\n",
		  .errors = "D:2:5: unknown flag '--from' of ADD\n" },
	};

	RUN_CASES(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal),   cmocka_unit_test(test_expanded),
		cmocka_unit_test(test_wildcards), cmocka_unit_test(test_buildkit_flags),
		cmocka_unit_test(test_remote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
