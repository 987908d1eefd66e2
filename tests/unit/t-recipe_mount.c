/* SPDX-License-Identifier: Apache-2.0 */
/* t-recipe_mount.c: RUN --mount. */
#include "recipe_case.h"

static void
test_bind(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "the whole context by default",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=bind,target=/m x\n",
		  .reads = "RUN --mount=type=bind . :2 #0\n",
		  .rest = "bind :2\n" },
		{ .name = "bind is the default type",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=target=/m,source=/a/../b x\n",
		  .reads = "RUN --mount=type=bind b :2 #0\n",
		  .rest = "bind :2\n" },
		{ .name = "src, and a name with a star is a name",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=bind,src=a*b,dst=/m x\n",
		  .reads = "RUN --mount=type=bind a*b :2 #0\n" },
		{ .name = "from a stage reads no context",
		  .dialects = B | C,
		  .file = "FROM i AS a\nFROM i\nRUN --mount=type=bind,from=a,target=/m x\n",
		  .reads = "",
		  .rest = "bind :3\n" },
		{ .name = "trap 11: from an image",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=bind,from=img:1,target=/m x\n",
		  .images = "FROM i - :1 #0\nRUN --mount from img:1 - :2 #0\n",
		  .facts = "stage\t0\timage\tsha256:<i>\t-\n"
			   "ins\t0\tRUN\t--mount=type=bind,from=sha256:<img:1>,target=/m\tx\n" },
		{ .name = "several",
		  .dialects = B | C,
		  .file = "FROM i AS a\nFROM i\nRUN --mount=type=bind,from=a,target=/m "
			  "--mount=type=cache,target=/c --mount=type=bind,source=s,target=/n x\n",
		  .reads = "RUN --mount=type=bind s :3 #1\n",
		  .facts = "stage\t0\timage\tsha256:<i>\t-\nstage\t1\timage\tsha256:<i>\t-\n"
			   "ins\t1\tRUN\t--mount=type=bind,from=#0,target=/m%20"
			   "--mount=type=cache,target=/c%20"
			   "--mount=type=bind,source=s,target=/n\tx\n",
		  .rest = "bind :3\ncache :3\n" },
	};

	RUN_CASES(cases);
}

static void
test_variables(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "in the source",
		  .dialects = B | C,
		  .file = "FROM i\nARG S=d\nRUN --mount=type=bind,source=$S/x,target=/m y\n",
		  .reads = "RUN --mount=type=bind d/x :3 #0\n" },
		{ .name = "in the type",
		  .dialects = B | C,
		  .file = "FROM i\nARG T=cache\nRUN --mount=type=$T,target=/m y\n",
		  .reads = "",
		  .rest = "cache :3\n" },
		{ .name = "that are not known: it can be anything",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=cache,target=$HOME/.m y\n",
		  .configs = "i ?",
		  .reads = "whole context . may-miss :1 #0\nwhole context . may-miss :2 #0\n",
		  .rest = "widen onbuild-unknown :1\nwiden env-unknown :2\nbind :2\n" },
	};

	RUN_CASES(cases);
}

static void
test_others(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "caches",
		  .dialects = B | C,
		  .file = "FROM i\nRUN x\nRUN --mount=type=cache,target=/c x\n",
		  .reads = "",
		  .rest = "cache :3\n" },
		{ .name = "tmpfs",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=tmpfs,target=/c x\n",
		  .reads = "",
		  .rest = "" },
		{ .name = "secrets and keys by id, sorted, once each",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=secret,id=tok,target=/t "
			  "--mount=type=secret,target=/run/npmrc --mount=type=ssh x\n"
			  "RUN --mount=type=ssh,id=key --mount=type=secret,id=tok y\n",
		  .reads = "",
		  .rest = "secret default\nsecret key\nsecret npmrc\nsecret tok\n" },
		{ .name = "quoted fields",
		  .dialects = B,
		  .file = "FROM i\nRUN --mount='type=bind,\"source=a,b\",target=/m' x\n",
		  .reads = "RUN --mount=type=bind a,b :2 #0\n" },
	};

	RUN_CASES(cases);
}

static void
test_mistakes(void **state UNUSED)
{
	static const struct recipe_case cases[] = {
		{ .name = "type",
		  .dialects = B | C,
		  .file = "FROM i\nRUN --mount=type=bin,target=/m x\n",
		  .errors = "D:2:1: RUN: unknown mount type 'bin'\n(did you mean 'bind'?)\n" },
		{ .name = "option",
		  .dialects = B,
		  .file = "FROM i\nRUN --mount=type=bind,sorce=a,target=/m x\n",
		  .errors = "D:2:1: RUN: unknown option 'sorce' of --mount\n"
			    "(did you mean 'source'?)\n" },
		{ .name = "buildah has more of them",
		  .dialects = C,
		  .file = "FROM i\nRUN --mount=type=bind,source=a,target=/m,relabel=shared,z x\n",
		  .reads = "RUN --mount=type=bind a :2 #0\n" },
	};

	RUN_CASES(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
