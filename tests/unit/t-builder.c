/* SPDX-License-Identifier: Apache-2.0 */
/* t-builder.c: what each builder is told, and what is read from what it says. */
#include "engine/builder.h"
#include "lib/tmp.h"
#include "recipe_case.h"
#include "remote/docker_call.h"

static struct builder *
open_builder(enum builder_kind kind)
{
	static const char *const env[] = { "PATH=/nowhere",
					   "HOME=/root",
					   "SECRET=x",
					   "DOCKER_HOST=unix:///nowhere/docker.sock",
					   "CONTAINER_HOST=unix:///nowhere/podman.sock",
					   NULL };
	struct builder_opts opts = { .kind = kind, .state_dir = "/state", .env = env };
	AUTO_ERR struct err err = ERR_INIT;
	struct builder *b;

	assert_int_equal(builder_open(&opts, &b, &err), 0);
	return b;
}

struct line_case {
	const char *text;
	int line;
};

static void
lines(enum builder_kind kind, const struct recipe_case *c, const struct line_case *rows, size_t n)
{
	struct builder *b = open_builder(kind);
	struct recipe_fixture f;

	fixture_open(&f, c, builder_dialect(kind));
	assert_non_null(f.recipe);
	for (size_t i = 0; i < n; i++) {
		int got = builder_step_line(b, f.recipe, str_c(rows[i].text));

		if (got != rows[i].line)
			fail_msg("%s: '%s': line %d, wanted %d", builder_kind_name(kind),
				 rows[i].text, got, rows[i].line);
	}
	fixture_close(&f);
	builder_free(b);
}

static const struct recipe_case two_stages = {
	.file = "ARG T=1\nFROM base AS a\nENV A=1\nRUN x\nWORKDIR /w\nFROM scratch\nCOPY --from=a "
		"/w /w\nRUN y\n",
};

/* The text that is left of a line, or "clipped: " before it. */
static char *
output_of(enum builder_kind kind, const char *text)
{
	struct builder *b = open_builder(kind);
	struct str line = str_c(text);
	bool whole = builder_output(b, &line);
	char *ret = xasprintf("%s%.*s", whole ? "" : "clipped: ", STR_FMT(line));

	builder_free(b);
	return ret;
}

static void
test_what_an_instruction_printed(void **state UNUSED)
{
	static const struct {
		const char *line, *buildkit;
	} rows[] = {
		{ "#9 0.312 warning: missing x", "warning: missing x" },
		{ "#12 12.34  two blanks", " two blanks" },
		{ "#9 100.5 ", "" },
		{ "#9 -0.001 a clock that went back", "a clock that went back" },
		{ "#9 0.1 #8 0.2 nested", "#8 0.2 nested" },
		{ "#9 DONE 0.1s", "#9 DONE 0.1s" },
		{ "#9 12 monkeys", "#9 12 monkeys" },
		{ "#x 0.1 text", "#x 0.1 text" },
		{ "0.1 text", "0.1 text" },
		{ "#9 0.312", "#9 0.312" },
		{ "#", "#" },
		{ "", "" },
		{ "#9 0.197 [output clipped, log limit 8MiB reached]",
		  "clipped: [output clipped, log limit 8MiB reached]" },
		{ "[output clipped, log limit 8MiB reached]",
		  "[output clipped, log limit 8MiB reached]" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *docker = output_of(BUILDER_DOCKER, rows[i].line);
		AUTO_FREE char *buildx = output_of(BUILDER_BUILDX, rows[i].line);
		AUTO_FREE char *buildah = output_of(BUILDER_BUILDAH, rows[i].line);
		AUTO_FREE char *classic = output_of(BUILDER_DOCKER_CLASSIC, rows[i].line);

		assert_string_equal(docker, rows[i].buildkit);
		assert_string_equal(buildx, rows[i].buildkit);
		assert_string_equal(buildah, rows[i].line);
		assert_string_equal(classic, rows[i].line);
	}
}

static void
test_lines_of_buildkit(void **state UNUSED)
{
	static const struct line_case rows[] = {
		{ "#1 [internal] load build definition from Dockerfile", -1 },
		{ "#4 [s0 1/3] FROM lockstep.invalid/id:abc", 2 },
		{ "#5 [s0 2/3] RUN x", 4 },
		{ "#6 [s0 3/3] WORKDIR /w", 5 },
		{ "#7 [s1 1/2] COPY --from=s0 /w /w", 7 },
		{ "#8 [s1 2/2] RUN y", 8 },
		{ " > [s0 2/3] RUN x:", 4 },
		{ "#8 0.094 [s0 2/3] is what the step says", 0 },
		{ "#8 DONE 0.1s", 0 },
		{ "#8 [other 2/2] RUN y", -1 },
		{ "#8 [s7 2/2] RUN y", -1 },
		{ "#8 [s1 9/9] RUN y", -1 },
		{ "", 0 },
	};
	static const struct recipe_case one = { .file = "FROM base\nLABEL a=b\nRUN x\n" };
	static const struct line_case of_one[] = { { "#4 [1/2] FROM i", 1 },
						   { "#5 [2/2] RUN x", 3 } };

	static const struct recipe_case on_stage = {
		.file = "FROM base AS a\nRUN x\nFROM a\nRUN y\n"
	};
	static const struct line_case of_stage[] = { { "#5 [s0 2/2] RUN x", 2 },
						     { "#6 [s1 1/1] RUN y", 4 } };
	/* What FROM names is a context: counted among all, and passed over. */
	static const struct line_case of_contexts[] = { { "#5 [s0 1/2] RUN x", 2 },
							{ "#6 [s1 1/1] RUN y", 4 },
							{ " > [s0 1/2] RUN x:", 2 },
							{ "#4 [context i] OCI load from client",
							  -1 } };

	lines(BUILDER_DOCKER, &two_stages, rows, ARRAY_SIZE(rows));
	lines(BUILDER_DOCKER, &on_stage, of_stage, ARRAY_SIZE(of_stage));
	lines(BUILDER_BUILDX, &on_stage, of_contexts, ARRAY_SIZE(of_contexts));
	lines(BUILDER_DOCKER, &one, of_one, ARRAY_SIZE(of_one));
}

static void
test_lines_of_classic(void **state UNUSED)
{
	static const struct line_case rows[] = {
		{ "Step 1/8 : ARG T=1", -1 },     { "Step 2/8 : FROM i AS s0", 2 },
		{ "Step 4/8 : RUN x", 4 },        { "Step 5/8 : WORKDIR /w", 5 },
		{ "Step 6/8 : FROM scratch", 6 }, { "Step 8/8 : RUN y", 8 },
		{ " ---> Running in 1", 0 },      { "Step by step", 0 },
	};
	static const struct recipe_case marked = { .file = "FROM base\nRUN x\nRUN y\n",
						   .mark = "lockstep_1" };
	static const struct line_case of_marked[] = { { "Step 1/4 : FROM i", 1 },
						      { "Step 2/4 : ARG lockstep_1=", 1 },
						      { "Step 3/4 : RUN x", 2 },
						      { "Step 4/4 : RUN y", 3 } };

	lines(BUILDER_DOCKER_CLASSIC, &two_stages, rows, ARRAY_SIZE(rows));
	lines(BUILDER_DOCKER_CLASSIC, &marked, of_marked, ARRAY_SIZE(of_marked));
}

static void
test_lines_of_buildah_and_podman(void **state UNUSED)
{
	static const struct line_case rows[] = {
		{ "[1/2] STEP 3/4: RUN x", 4 },
		{ "[2/2] STEP 2/3: COPY --from=s0 /w /w", 7 },
		{ "[2/2] STEP 9/9: LABEL", -1 },
		{ "STEPS", 0 },
	};

	lines(BUILDER_BUILDAH, &two_stages, rows, ARRAY_SIZE(rows));
	lines(BUILDER_PODMAN, &two_stages, rows, ARRAY_SIZE(rows));
}

static char *
joined(const char *const *words)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *words; words++)
		buf_addf(&b, "%s%s", b.len ? " " : "", *words);
	return buf_steal(&b);
}

static void
build_line(enum builder_kind kind, const char *want)
{
	struct graph_kv option = { .name = "network", .value = "host" };
	struct graph_image image = {
		.name = "it", .platform = platform_host(), .options = &option, .noptions = 1
	};
	static const struct recipe_case c = { .file = "ARG V\nFROM base:$V\n", .given = "V=1 2" };
	const char *named = "x:1=docker-image://abc";
	struct builder *b = open_builder(kind);
	AUTO_ARENA struct arena *arena = arena_new();
	struct recipe_fixture f;
	struct builder_build build = { .image = &image,
				       .context = "/s/context",
				       .dockerfile = "/s/Dockerfile",
				       .contexts = &named,
				       .ncontexts = 1,
				       .id_file = "/s/id" };
	struct builder_cmd cmd;

	fixture_open(&f, &c, builder_dialect(kind));
	assert_non_null(f.recipe);
	build.recipe = f.recipe;
	AUTO_ERR struct err err = ERR_INIT;
	assert_int_equal(builder_build_cmd(b, arena, &build, &cmd, &err), 0);
	AUTO_FREE char *argv = cmd.call ? xstrdup(cmd.call->path) : joined(cmd.argv.v);
	AUTO_FREE char *env = joined(cmd.env.v);

	assert_non_null(strstr(argv, want));
	assert_null(strstr(env, "SECRET"));
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
	fixture_close(&f);
	builder_free(b);
}

static void
test_build_commands(void **state UNUSED)
{
	build_line(BUILDER_DOCKER,
		   "docker build --progress plain --iidfile /s/id --build-arg V=1 2 --network=host "
		   "--build-context x:1=docker-image://abc -f /s/Dockerfile /s/context");
	build_line(BUILDER_DOCKER_CLASSIC,
		   "/build?rm=1&forcerm=1&dockerfile=.lockstep.Dockerfile&"
		   "buildargs=%7B%22V%22%3A%221%202%22%7D&networkmode=host");
	build_line(BUILDER_PODMAN_SERVICE,
		   "/build?rm=1&forcerm=1&nocache=1&timestamp=0&layers=1&"
		   "secrets=%5B%22id%3Dlockstep.dockerfile%2Csrc%3D.lockstep.Dockerfile%22%5D&"
		   "dockerfile=..%2F.lockstep.Dockerfile&"
		   "excludes=%5B%22.lockstep.Dockerfile%22%5D&"
		   "buildargs=%7B%22V%22%3A%221%202%22%7D");
	build_line(BUILDER_PODMAN,
		   "build --layers --force-rm --pull=never --format oci --timestamp 0 "
		   "--annotation org.opencontainers.image.base.digest= "
		   "--annotation org.opencontainers.image.base.name= --ignorefile /dev/null "
		   "--iidfile /s/id --build-arg V=1 2 --network=host "
		   "--build-context x:1=docker-image://abc -f /s/Dockerfile /s/context");
}

static void
test_what_a_key_says_of_its_builder(void **state UNUSED)
{
	static const struct {
		enum builder_kind kind;
		const char *dialect, *output, *ref;
	} rows[] = {
		{ BUILDER_BUILDAH, "containers", "oci\tlayers\t0\t1\t1", "abc" },
		{ BUILDER_PODMAN, "containers", "oci\tlayers\t0\t1\t1", "abc" },
		{ BUILDER_PODMAN_SERVICE, "containers", "docker\tlayers\t0\t1\t0", "abc" },
		{ BUILDER_DOCKER, "buildkit", "docker\tlayers\t-\t1\t0",
		  "lockstep.invalid/id:abc" },
		{ BUILDER_BUILDX, "buildkit", "oci\tlayers\t0\t1\t1", "lockstep.invalid/id:abc" },
		{ BUILDER_DOCKER_CLASSIC, "classic", "docker\tlayers\t-\t1\t0",
		  "lockstep.invalid/id:abc" },
	};
	AUTO_ARENA struct arena *a = arena_new();
	struct graph_image image = { .output = GRAPH_OUTPUT_LAYERS };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum builder_kind kind = rows[i].kind;

		assert_string_equal(dialect_name(builder_dialect(kind)), rows[i].dialect);
		assert_string_equal(builder_output_record(kind, a, &image), rows[i].output);
		assert_string_equal(builder_image_ref(kind, a, "sha256:abc"), rows[i].ref);
	}
}

static void
test_an_engine_that_is_not_there(void **state UNUSED)
{
	struct builder *b = open_builder(BUILDER_DOCKER);
	AUTO_ERR struct err err = ERR_INIT;

	assert_int_equal(builder_has(b, "sha256:abc", &err), -ERR_TOOL);
	assert_non_null(
		strstr(err.msg, "no docker engine answers at 'unix:///nowhere/docker.sock'"));
	builder_free(b);
	err_clear(&err);
	b = open_builder(BUILDER_PODMAN_SERVICE);
	assert_int_equal(builder_has(b, "sha256:abc", &err), -ERR_TOOL);
	assert_non_null(
		strstr(err.msg, "no service of podman answers at 'unix:///nowhere/podman.sock'"));
	builder_free(b);
}

/* What is staged by us, or verified by the builder, is no longer the builder's business. */
static void
test_addresses_that_nobody_checks(void **state UNUSED)
{
	static const struct recipe_case c = {
		.file = "FROM i\nADD https://x.org/a /a\n"
			"ADD --checksum=sha256:ab https://x.org/b /b\n",
	};
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *said = NULL;
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_BUILDKIT);
	assert_non_null(f.recipe);
	builder_check_downloads(f.recipe, &errs);
	assert_int_equal(errs.n, 1);
	said = err_text(&errs.items[0]);
	assert_string_equal(said,
			    "D:2: 'https://x.org/a' would be downloaded by the builder, unchecked");
	fixture_close(&f);
}

/* The reference of an own instruction is replaced by its commit; that of a trigger stays as it is. */
static void
test_repositories_that_triggers_name(void **state UNUSED)
{
	static const struct recipe_case c = {
		.file = "FROM i\nADD https://x.org/own.git#main /a\n",
		.configs = "i {\"OnBuild\":[\"ADD https://x.org/moves.git#main /b\","
			   "\"ADD https://x.org/stays.git#"
			   "0123456789abcdef0123456789abcdef01234567 /c\"]}\n",
	};
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *said = NULL;
	struct recipe_fixture f;

	fixture_open(&f, &c, DIALECT_BUILDKIT);
	assert_non_null(f.recipe);
	assert_int_equal(f.recipe->nremotes, 3);
	builder_check_downloads(f.recipe, &errs);
	assert_int_equal(errs.n, 1);
	said = err_text(&errs.items[0]);
	assert_string_equal(said, "D:1: 'https://x.org/moves.git#main' would be downloaded by the "
				  "builder, unchecked");
	assert_non_null(strstr(errs.items[0].hint, "neither be staged nor pinned"));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_that_nobody_checks),
		cmocka_unit_test(test_repositories_that_triggers_name),
		cmocka_unit_test(test_what_an_instruction_printed),
		cmocka_unit_test(test_lines_of_buildkit),
		cmocka_unit_test(test_lines_of_classic),
		cmocka_unit_test(test_lines_of_buildah_and_podman),
		cmocka_unit_test(test_build_commands),
		cmocka_unit_test(test_what_a_key_says_of_its_builder),
		cmocka_unit_test(test_an_engine_that_is_not_there),
	};

	return cmocka_run_group_tests_name("builder", tests, NULL, NULL);
}
