/* SPDX-License-Identifier: Apache-2.0 */
/* t-image_archive.c: what docker saved, made with tar(1). */
#include "engine/image_archive.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MANIFEST(config, layers)                                                                   \
	"[{\"Config\":\"" config "\",\"RepoTags\":null,\"Layers\":[" layers "]}]"

static int
read_archive(const char *dir, const char *manifest, struct arena *arena, struct image_export *ret,
	     struct err *err)
{
	AUTO_FREE char *image = tmp_path(dir, "image");

	tmp_text(dir, "saved/manifest.json", manifest);
	tmp_mkdir(dir, "image");
	TMP_RUN(dir, "tar", "-C", "saved", "-cf", "image/image.tar", ".");
	return image_archive_read(arena, image, ret, err);
}

static void
expect_text(const char *path, const char *want)
{
	AUTO_FREE char *text = tmp_read("/", path + 1);

	assert_string_equal(text, want);
}

static void
test_layers_and_links(void **state)
{
	const char *dir = *state;
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	struct image_export ret = { 0 };

	tmp_text(dir, "saved/c.json", "{}");
	tmp_text(dir, "saved/one/layer.tar", "first");
	tmp_mkdir(dir, "saved/two");
	TMP_RUN(dir, "ln", "-s", "../one/layer.tar", "saved/two/layer.tar");
	assert_int_equal(read_archive(dir,
				      MANIFEST("c.json", "\"one/layer.tar\",\"two/layer.tar\""),
				      arena, &ret, &err),
			 0);
	assert_int_equal(ret.config.n, 2);
	assert_int_equal(ret.nlayers, 2);
	expect_text(ret.layers[0].path, "first");
	expect_text(ret.layers[1].path, "first");
}

static void
refused(const char *dir, const char *manifest, const char *why)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	struct image_export ret = { 0 };

	tmp_text(dir, "saved/c.json", "{}");
	assert_int_equal(read_archive(dir, manifest, arena, &ret, &err), -ERR_FAILED);
	if (!strstr(err.msg, why))
		fail_msg("'%s', wanted '%s'", err.msg, why);
}

static void
test_a_layer_that_is_not_there(void **state)
{
	refused(*state, MANIFEST("c.json", "\"one/layer.tar\""), "lacks a file");
}

static void
test_a_name_that_leads_outside(void **state)
{
	refused(*state, MANIFEST("../../../etc/passwd", ""), "lacks a file");
}

static void
test_no_manifest_of_one_image(void **state)
{
	refused(*state, "[]", "has no readable manifest");
}

static void
test_a_manifest_that_is_no_json(void **state)
{
	refused(*state, "{", "has no readable manifest");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_layers_and_links),           TEST(test_a_layer_that_is_not_there),
		TEST(test_a_name_that_leads_outside),  TEST(test_no_manifest_of_one_image),
		TEST(test_a_manifest_that_is_no_json),
	};

	return cmocka_run_group_tests_name("image_archive", tests, NULL, NULL);
}
