/* SPDX-License-Identifier: Apache-2.0 */
/* t-builder_buildx.c: what buildx is told, and what is made of what it says of its builder. */
#include "engine/builder.h"
#include "engine/ocistore.h"
#include "lib/oci_image.h"
#include "lib/tmp.h"
#include "recipe_case.h"

#include <unistd.h>

#define HEAD "Name: bx\nDriver: remote\nNodes:\nName: bx0\nStatus: running\n"

struct fixture {
	const char *dir;
	struct store *store;
	struct builder *b;
	struct err err;
	char *home, *state;
	const char *env[3];
};

/* A docker-buildx that says this of its builder. */
static void
says(const char *dir, const char *inspect)
{
	tmp_text(dir, "said", inspect);
	tmp_write(
		dir, ".docker/cli-plugins/docker-buildx",
		STR_LIT("#!/bin/sh\n[ \"$1\" = inspect ] && exec /bin/cat \"${0%/*}/../../said\"\n"
			"echo github.com/docker/buildx v0.0.1 abc\n"),
		0755);
}

static void
open_fixture(struct fixture *f, const char *dir)
{
	struct store_notice notice = { 0 };
	struct builder_opts opts = { .kind = BUILDER_BUILDX };

	*f = (struct fixture){ .dir = dir, .home = xasprintf("HOME=%s", dir) };
	f->state = tmp_path(dir, "state");
	tmp_mkdir(dir, "state");
	assert_int_equal(store_open(f->state, &f->store, &notice, &f->err), 0);
	store_notice_clear(&notice);
	f->env[0] = f->home;
	f->env[1] = "DOCKER_HOST=unix:///nowhere/docker.sock";
	opts.state_dir = f->state;
	opts.store = f->store;
	opts.env = f->env;
	assert_int_equal(builder_open(&opts, &f->b, &f->err), 0);
}

static void
close_fixture(struct fixture *f)
{
	builder_free(f->b);
	store_close(f->store);
	err_clear(&f->err);
	free(f->home);
	free(f->state);
}

static void
test_builders_that_cannot_be_used(void **state)
{
	static const struct {
		const char *said, *why;
	} rows[] = {
		{ "Name: default\nDriver: docker\nBuildKit: v0.11.6\n",
		  "'default' of buildx is docker's own engine, which gives no OCI layouts" },
		{ HEAD "BuildKit: v0.10.6\n",
		  "BuildKit v0.10.6 of builder 'bx' takes no images from OCI layouts: 0.11 or "
		  "newer does" },
		{ HEAD "Error: no such host\n",
		  "builder 'bx' of buildx cannot be reached: no such host" },
		{ HEAD "BuildKit: v0.11.6\n", NULL },
		{ HEAD "BuildKit: v0.20.2\n", NULL },
		{ "", NULL }, /* what is not said is no reason */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture f;
		int r;

		says(*state, rows[i].said);
		open_fixture(&f, *state);
		r = builder_prepare(f.b, &f.err);
		assert_int_equal(r, rows[i].why ? -ERR_TOOL : 0);
		assert_string_equal(f.err.msg ? f.err.msg : "-", rows[i].why ? rows[i].why : "-");
		close_fixture(&f);
	}
}

static void
test_image_ids_hold_where_times_can_be_set(void **state)
{
	static const struct {
		const char *said;
		bool reproduces;
	} rows[] = { { HEAD "BuildKit: v0.12.5\n", false }, { HEAD "BuildKit: v0.13.0\n", true } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture f;

		says(*state, rows[i].said);
		open_fixture(&f, *state);
		assert_int_equal(builder_prepare(f.b, &f.err), 0);
		assert_int_equal(builder_reproduces(f.b), rows[i].reproduces);
		close_fixture(&f);
	}
}

static void
test_no_buildx(void **state)
{
	struct fixture f;

	open_fixture(&f, *state);
	assert_int_equal(builder_prepare(f.b, &f.err), -ERR_TOOL);
	assert_non_null(strstr(f.err.msg, "cannot find buildx"));
	assert_non_null(f.err.hint);
	close_fixture(&f);
}

static void
check(struct fixture *f, const char *file, const struct graph_image *image, const char *want)
{
	struct recipe_case c = { .file = file };
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct recipe_fixture fix;
	AUTO_FREE char *said = NULL;

	fixture_open(&fix, &c, DIALECT_BUILDKIT);
	assert_non_null(fix.recipe);
	assert_int_equal(builder_check(f->b, image, fix.recipe, &errs, &f->err),
			 want ? -ERR_INPUT : 0);
	said = errs.n ? err_text(&errs.items[0]) : xstrdup("-");
	assert_string_equal(said, want ? want : "-");
	fixture_close(&fix);
}

static void
test_what_it_cannot_do(void **state)
{
	struct graph_image image = { .name = "it", .platform = platform_host() };
	struct graph_image arm = { .name = "it", .at = { 3, 5 } };
	struct graph_image flat = image;
	struct fixture f;

	assert_int_equal(platform_parse(str_c("linux/arm64"), &arm.platform, NULL), 0);
	flat.output = GRAPH_OUTPUT_FLAT;
	says(*state, HEAD "BuildKit: v0.11.6\nPlatforms: linux/amd64\n");
	open_fixture(&f, *state);
	check(&f, "FROM i\nCOPY --link a /\nRUN <<E\nx\nE\n", &image, NULL);
	check(&f, "FROM i\nADD --checksum=sha256:aa https://h/a /\n", &image,
	      "D:2: BuildKit v0.11.6 of builder 'bx' cannot do ADD --checksum");
	check(&f, "# syntax=docker/dockerfile:1\nFROM i\nCOPY --parents a /\n", &image, NULL);
	check(&f, "FROM i\n", &flat,
	      "image 'it': BuildKit v0.11.6 of builder 'bx' cannot make `output: flat`");
	check(&f, "FROM i\n", &arm,
	      "image 'it': BuildKit v0.11.6 of builder 'bx' does not build for linux/arm64");
	close_fixture(&f);
}

/* A run with nothing to do starts no program; what is remembered is no reason to refuse. */
static void
test_what_is_remembered_of_it(void **state)
{
	static const char wants_newer[] = "FROM i\nCOPY --parents a /\n";
	struct graph_image image = { .name = "it", .platform = platform_host() };
	AUTO_FREE char *plugin = tmp_path(*state, ".docker/cli-plugins/docker-buildx");
	struct fixture f;

	says(*state, HEAD "BuildKit: v0.20.2\n");
	open_fixture(&f, *state);
	check(&f, wants_newer, &image,
	      "D:2: BuildKit v0.20.2 of builder 'bx' cannot do COPY --parents");
	close_fixture(&f);
	says(*state, HEAD "BuildKit: v0.26.0\n");
	open_fixture(&f, *state);
	check(&f, wants_newer, &image, NULL);
	close_fixture(&f);
	assert_int_equal(unlink(plugin), 0);
	open_fixture(&f, *state);
	check(&f, wants_newer, &image, NULL);
	close_fixture(&f);
}

/* --- the build itself */

static char *
joined(const char *const *words)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *words; words++)
		buf_addf(&b, "%s%s", b.len ? " " : "", *words);
	return buf_steal(&b);
}

static const struct oci_image base = { "{\"base\":1}", "layer", false };

/* The image as it would be pulled: it need not be built to be stood on. */
static void
pulled(const struct fixture *f, char id[DIGEST_SIZE])
{
	AUTO_FREE char *root = tmp_path(f->state, "oci");
	AUTO_ARENA struct arena *a = arena_new();
	struct ocistore s;

	ocistore_init(&s, root);
	oci_image_write(&base, "/", ocistore_name_dir(&s, a, "docker.io/library/i:1") + 1, id);
	ocistore_fini(&s);
}

static void
test_the_command(void **state)
{
	static const struct recipe_case c = {
		.file = "# syntax=docker/dockerfile:1\nARG V\nFROM i:$V AS a\nFROM i:1\n"
			"COPY --from=a /x /x\n",
		.given = "V=1",
		.configs = "i:1 {\"OnBuild\":[\"COPY --from=tool /y /y\"]}\n",
	};
	struct graph_image image = { .name = "it", .platform = platform_host() };
	struct builder_build build = { .image = &image,
				       .context = "/s/context",
				       .dockerfile = "/s/Dockerfile",
				       .id_file = "/s/id",
				       .no_cache = true };
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_FREE char *out = tmp_path(*state, "job/image.oci"), *argv = NULL, *env = NULL;
	AUTO_FREE char *dir = tmp_path(*state, "job"), *want = NULL;
	const char *ids[8], *context, *digest;
	char id[DIGEST_SIZE];
	struct recipe_fixture fix;
	struct builder_cmd cmd;
	struct fixture f;

	says(*state, HEAD "BuildKit: v0.20.2\n");
	open_fixture(&f, *state);
	assert_int_equal(builder_prepare(f.b, &f.err), 0);
	pulled(&f, id);
	fixture_open(&fix, &c, DIALECT_BUILDKIT);
	assert_non_null(fix.recipe);
	assert_true(fix.recipe->nimages < ARRAY_SIZE(ids));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ids[i] = id;
	build.recipe = fix.recipe;
	build.image_ids = ids;
	build.dir = dir;
	assert_int_equal(builder_build_cmd(f.b, a, &build, &cmd, &f.err), 0);
	assert_int_equal(access(out, F_OK), 0);
	argv = joined(cmd.argv.v + 1);
	env = joined(cmd.env.v);
	assert_int_equal(builder_has(f.b, id, &f.err), 1);
	digest = strstr(argv, "@sha256:") + 1;
	digest = arena_str(a, str_sub(str_c(digest), 0, DIGEST_SIZE - 1));
	context = arena_printf(a, "oci-layout://%s/oci/images/%s@%s", f.state, id + 7, digest);
	want = xasprintf("build --no-cache --progress plain --provenance=false --sbom=false "
			 "--iidfile /s/id --output "
			 "type=oci,tar=false,rewrite-timestamp=true,dest=%s "
			 "--build-arg BUILDKIT_SYNTAX=docker.io/docker/dockerfile@%s "
			 "--build-context lockstep.invalid/id:%s=%s --build-context tool=%s "
			 "--build-arg V=1 -f /s/Dockerfile /s/context",
			 out, digest, id + 7, context, context);
	assert_string_equal(argv, want);
	assert_non_null(strstr(env, "SOURCE_DATE_EPOCH=0"));
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
	fixture_close(&fix);
	close_fixture(&f);
}

static void
expect_cmd(struct builder_cmd *cmd, char *take_want)
{
	AUTO_FREE char *argv = joined(cmd->argv.v), *want = take_want;

	assert_string_equal(argv, want);
	vec_fini(&cmd->argv);
	vec_fini(&cmd->env);
}

static void
test_copies(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct platform arm;
	struct builder_cmd cmd;
	struct fixture f;
	struct ocistore s;
	char id[DIGEST_SIZE];
	AUTO_FREE char *root = NULL;

	open_fixture(&f, *state);
	root = tmp_path(f.state, "oci");
	ocistore_init(&s, root);
	assert_int_equal(platform_parse(str_c("linux/arm/v6"), &arm, NULL), 0);
	builder_pull_cmd(f.b, a, "127.0.0.1:5000/i:1@sha256:ab", &arm, &cmd);
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
	builder_pull_cmd(f.b, a, "i", &arm, &cmd);
	expect_cmd(&cmd,
		   xasprintf("skopeo --override-os linux --override-arch arm --override-variant v6 "
			     "copy --quiet docker://docker.io/library/i:latest dir:%s",
			     ocistore_name_dir(&s, a, "docker.io/library/i:latest")));
	sha256_digest(sha256_of("", 0), id);
	builder_import_cmd(f.b, a, id, &cmd);
	expect_cmd(&cmd, xasprintf("skopeo copy --quiet --src-daemon-host "
				   "unix:///nowhere/docker.sock docker-daemon:%s dir:%s",
				   id, ocistore_name_dir(&s, a, id)));
	builder_load_cmd(f.b, a, id, "localhost/x:1", &cmd);
	expect_cmd(&cmd, xasprintf("skopeo copy --quiet --dest-daemon-host "
				   "unix:///nowhere/docker.sock oci:%s docker-daemon:localhost/x:1",
				   ocistore_dir(&s, a, id)));
	builder_push_cmd(f.b, a, id, "127.0.0.1:5000/x:1", "/d", &cmd);
	expect_cmd(&cmd, xasprintf("skopeo copy --quiet --digestfile /d --dest-tls-verify=false "
				   "oci:%s docker://127.0.0.1:5000/x:1",
				   ocistore_dir(&s, a, id)));
	ocistore_fini(&s);
	close_fixture(&f);
}

/* An engine that is not there is no mistake: nothing is in it. */
static void
test_images_of_nobody(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct oci_config *config;
	struct fixture f;
	char id[DIGEST_SIZE];
	char *found;

	open_fixture(&f, *state);
	assert_int_equal(builder_find(f.b, "i:1", NULL, &found, &f.err), 0);
	assert_null(found);
	pulled(&f, id);
	assert_int_equal(builder_find(f.b, "i:1", NULL, &found, &f.err), 0);
	assert_string_equal(found, id);
	free(found);
	assert_int_equal(builder_config(f.b, id, a, &config, &f.err), 0);
	assert_non_null(config);
	assert_int_equal(builder_config(f.b,
					"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					"aaaaaaaaaaaaaa",
					a, &config, &f.err),
			 0);
	assert_null(config);
	close_fixture(&f);
}

#define IN_TMP(test) cmocka_unit_test_setup_teardown(test, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TMP(test_builders_that_cannot_be_used),
		IN_TMP(test_image_ids_hold_where_times_can_be_set),
		IN_TMP(test_no_buildx),
		IN_TMP(test_what_it_cannot_do),
		IN_TMP(test_what_is_remembered_of_it),
		IN_TMP(test_the_command),
		IN_TMP(test_copies),
		IN_TMP(test_images_of_nobody),
	};

	/* No buildx but that of a test; no podman, no buildah either. */
	if (setenv("PATH", "/nowhere", 1))
		return 1;
	return cmocka_run_group_tests_name("builder_buildx", tests, NULL, NULL);
}
