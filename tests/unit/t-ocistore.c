/* SPDX-License-Identifier: Apache-2.0 */
/* t-ocistore.c: images that come, stay and go. */
#include "base/file.h"
#include "engine/ocistore.h"
#include "lib/oci_image.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#define NOBODY "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct oci_image one = { "{\"one\":1}", "layer one", true };
static const struct oci_image two = { "{\"two\":2}", "layer two", true };
static const struct oci_image fetched = { "{\"three\":3}", "layer three", false };

static struct ocistore
store(const char *dir)
{
	AUTO_FREE char *root = tmp_path(dir, "oci");
	struct ocistore s;

	ocistore_init(&s, root);
	return s;
}

static void
expect(int got, int want, const struct err *err)
{
	if (got != want)
		fail_msg("%d (%s), wanted %d", got, err->msg ? err->msg : "", want);
}

static bool
exists(const char *dir, const char *name)
{
	AUTO_FREE char *path = tmp_path(dir, name);

	return file_exists(AT_FDCWD, path);
}

/* As a builder does it: into an empty layout, whose blobs are the store's. */
static void
build(const struct ocistore *s, const char *dir, const struct oci_image *image,
      char id[DIGEST_SIZE])
{
	AUTO_FREE char *out = tmp_path(dir, "out");
	AUTO_ERR struct err err = ERR_INIT;

	expect(ocistore_begin(s, out, &err), 0, &err);
	oci_image_write(image, dir, "out", id);
}

static void
take(const struct ocistore *s, const char *dir, const char *id, int want, const char *why)
{
	AUTO_FREE char *out = tmp_path(dir, "out");
	AUTO_ERR struct err err = ERR_INIT;

	expect(ocistore_take(s, out, id, &err), want, &err);
	if (why && !strstr(err.msg, why))
		fail_msg("'%s', wanted '%s'", err.msg, why);
}

static void
expect_image(const struct ocistore *s, const char *id, const struct oci_image *want)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	struct image_export image;
	AUTO_FREE char *config = NULL, *layer = NULL;

	expect(ocistore_has(s, id, &err), want ? 1 : 0, &err);
	expect(ocistore_read(s, id, a, &image, &err), want ? 1 : 0, &err);
	if (!want)
		return;
	config = str_dup(image.config);
	assert_string_equal(config, want->config);
	assert_int_equal(image.nlayers, 1);
	layer = tmp_read("/", image.layers[0].path + 1);
	assert_string_equal(layer, want->layer);
}

static void
test_what_was_built_is_there(void **state)
{
	struct ocistore s = store(*state);
	char id[DIGEST_SIZE], again[DIGEST_SIZE];

	expect_image(&s, NOBODY, NULL);
	build(&s, *state, &one, id);
	expect_image(&s, id, NULL);
	take(&s, *state, id, 0, NULL);
	expect_image(&s, id, &one);
	assert_false(exists(*state, "out"));
	/* The same image once more is no mistake. */
	build(&s, *state, &one, again);
	assert_string_equal(again, id);
	take(&s, *state, id, 0, NULL);
	expect_image(&s, id, &one);
	assert_false(exists(*state, "out"));
	ocistore_fini(&s);
}

static void
test_what_is_not_whole_is_not_taken(void **state)
{
	struct ocistore s = store(*state);
	char id[DIGEST_SIZE], layer[DIGEST_SIZE];
	AUTO_FREE char *path = NULL;

	build(&s, *state, &one, id);
	take(&s, *state, NOBODY, -ERR_FAILED, "is not image " NOBODY);
	sha256_digest(sha256_of(one.layer, strlen(one.layer)), layer);
	path = xasprintf("out/blobs/sha256/%s", layer + strlen("sha256:"));
	tmp_text(*state, path, "half");
	take(&s, *state, id, -ERR_FAILED, "another size");
	tmp_text(*state, "out/index.json", "{\"manifests\":[]}");
	take(&s, *state, id, -ERR_FAILED, "is not one image");
	tmp_text(*state, "out/index.json", "{");
	take(&s, *state, id, -ERR_FAILED, "no readable manifest");
	expect_image(&s, id, NULL);
	ocistore_fini(&s);
}

static void
expect_name(const struct ocistore *s, const char *name, const char *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;

	expect(ocistore_find(s, name, &got, &err), 0, &err);
	assert_string_equal(got ? got : "(none)", want ? want : "(none)");
}

static void
fetch(const struct ocistore *s, const char *name, char id[DIGEST_SIZE])
{
	AUTO_ARENA struct arena *a = arena_new();

	oci_image_write(&fetched, "/", ocistore_name_dir(s, a, name) + 1, id);
}

static void
test_what_was_fetched_is_found_by_its_name(void **state)
{
	struct ocistore s = store(*state);
	char id[DIGEST_SIZE];

	expect_name(&s, "docker.io/library/x:1", NULL);
	fetch(&s, "docker.io/library/x:1", id);
	expect_name(&s, "docker.io/library/x:1", id);
	expect_name(&s, "docker.io/library/x:2", NULL);
	expect_image(&s, NOBODY, NULL);
	expect_image(&s, id, &fetched);
	assert_true(exists(*state, "oci/images"));
	ocistore_fini(&s);
}

static void
test_half_of_what_was_fetched_is_nothing(void **state)
{
	struct ocistore s = store(*state);
	AUTO_ARENA struct arena *a = arena_new();
	char id[DIGEST_SIZE];

	fetch(&s, "x", id);
	tmp_text("/", arena_printf(a, "%s/manifest.json", ocistore_name_dir(&s, a, "x") + 1), "{");
	expect_name(&s, "x", NULL);
	expect_image(&s, id, NULL);
	ocistore_fini(&s);
}

static void
test_tidying_keeps_images_whole(void **state)
{
	struct ocistore s = store(*state);
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	char id[DIGEST_SIZE], lost[DIGEST_SIZE], named[DIGEST_SIZE];

	expect(ocistore_tidy(&s, &err), 0, &err);
	assert_false(exists(*state, "oci"));
	build(&s, *state, &one, id);
	take(&s, *state, id, 0, NULL);
	build(&s, *state, &two, lost); /* killed before it was taken */
	fetch(&s, "x", named);
	tmp_mkdir(*state, "oci/images/half.new");
	tmp_mkdir(*state, "oci/names/half");
	expect(ocistore_tidy(&s, &err), 0, &err);
	expect_image(&s, id, &one);
	expect_name(&s, "x", named);
	assert_false(exists(*state, "oci/images/half.new"));
	assert_false(exists(*state, "oci/names/half"));
	assert_false(
		exists(*state, arena_printf(a, "oci/blobs/sha256/%s", lost + strlen("sha256:"))));
	ocistore_fini(&s);
}

/* Better built again than never readable. */
static void
test_tidying_drops_what_is_damaged(void **state)
{
	struct ocistore s = store(*state);
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	char id[DIGEST_SIZE];

	build(&s, *state, &one, id);
	take(&s, *state, id, 0, NULL);
	tmp_text(*state, arena_printf(a, "oci/blobs/sha256/%s", id + strlen("sha256:")), "");
	expect(ocistore_tidy(&s, &err), 0, &err);
	expect_image(&s, id, NULL);
	ocistore_fini(&s);
}

static void
collect(const struct ocistore *s, const struct ocistore_gc *gc, size_t want)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct ocistore_gone gone;

	expect(ocistore_collect(s, gc, &gone, &err), 0, &err);
	assert_int_equal(gone.images, want);
	assert_int_equal(gone.bytes > 0, want > 0);
}

static void
test_collecting_keeps_what_is_named_or_young(void **state)
{
	struct ocistore s = store(*state);
	AUTO_MAP struct map *keep = map_new();
	struct ocistore_gc young = { keep, 0, false }, dry = { keep, INT64_MAX, true },
			   old = { keep, INT64_MAX, false };
	char id[DIGEST_SIZE], other[DIGEST_SIZE], named[DIGEST_SIZE];

	collect(&s, &old, 0);
	assert_false(exists(*state, "oci"));
	build(&s, *state, &one, id);
	take(&s, *state, id, 0, NULL);
	build(&s, *state, &two, other);
	take(&s, *state, other, 0, NULL);
	fetch(&s, "x", named);
	map_set(keep, str_c(id), keep);
	collect(&s, &young, 0);
	collect(&s, &dry, 2);
	expect_image(&s, other, &two);
	collect(&s, &old, 2);
	expect_image(&s, id, &one);
	expect_image(&s, other, NULL);
	expect_image(&s, named, NULL);
	expect_name(&s, "x", NULL);
	collect(&s, &old, 0);
	ocistore_fini(&s);
}

/* By its name and by its ID, it is one image. */
static void
test_collecting_what_was_fetched(void **state)
{
	struct ocistore s = store(*state);
	AUTO_MAP struct map *keep = map_new(), *none = map_new();
	struct ocistore_gc old = { keep, INT64_MAX, false }, all = { none, INT64_MAX, false };
	char named[DIGEST_SIZE];

	fetch(&s, "x", named);
	expect_image(&s, named, &fetched);
	map_set(keep, str_c(named), keep);
	collect(&s, &old, 0);
	expect_image(&s, named, &fetched);
	expect_name(&s, "x", named);
	collect(&s, &all, 1);
	expect_image(&s, named, NULL);
	ocistore_fini(&s);
}

#define IN_TMP(test) cmocka_unit_test_setup_teardown(test, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TMP(test_what_was_built_is_there),
		IN_TMP(test_what_is_not_whole_is_not_taken),
		IN_TMP(test_what_was_fetched_is_found_by_its_name),
		IN_TMP(test_half_of_what_was_fetched_is_nothing),
		IN_TMP(test_tidying_keeps_images_whole),
		IN_TMP(test_tidying_drops_what_is_damaged),
		IN_TMP(test_collecting_keeps_what_is_named_or_young),
		IN_TMP(test_collecting_what_was_fetched),
	};

	return cmocka_run_group_tests_name("ocistore", tests, NULL, NULL);
}
