/* SPDX-License-Identifier: Apache-2.0 */
/* t-cstorage.c: images.json and config blobs as a builder leaves them, and as it should not. */
#include "base/base64.h"
#include "base/sha256.h"
#include "engine/cstorage.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LIST "vfs-images/images.json"

static struct cstorage
storage(const char *dir)
{
	return (struct cstorage){ .root = xstrdup(dir),
				  .run = xstrdup("/run/x"),
				  .driver = xstrdup("vfs") };
}

/* want NULL: no image carries the name. */
static void
check_find(struct cstorage *s, const char *name, const char *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;

	if (cstorage_find(s, name, &got, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(got ? got : "(none)", want ? want : "(none)");
}

static void
test_an_image_is_found_by_any_of_its_names(void **state)
{
	struct cstorage s = storage(*state);

	tmp_text(*state, LIST,
		 "[{\"id\":\"" HEX_A "\",\"names\":[\"docker.io/library/a:1\",\"localhost/a:2\"]},"
		 "{\"id\":\"" HEX_B "\"}]");
	check_find(&s, "docker.io/library/a:1", "sha256:" HEX_A);
	check_find(&s, "localhost/a:2", "sha256:" HEX_A);
	check_find(&s, "localhost/a:1", NULL);
	check_find(&s, "a", NULL);
	cstorage_fini(&s);
}

static void
test_odd_entries_are_passed_over(void **state)
{
	struct cstorage s = storage(*state);

	tmp_text(*state, LIST,
		 "[7,\"x\",{\"names\":[\"n\"]},{\"id\":3,\"names\":[\"n\"]},"
		 "{\"id\":\"" HEX_A "\",\"names\":\"n\"},{\"id\":\"" HEX_A "\",\"names\":[1,null]},"
		 "{\"id\":\"" HEX_B "\",\"names\":[\"n\"]}]");
	check_find(&s, "n", "sha256:" HEX_B);
	cstorage_fini(&s);
}

static void
test_a_storage_without_images(void **state)
{
	struct cstorage s = storage(*state);

	check_find(&s, "n", NULL);
	assert_false(cstorage_has(&s, "sha256:" HEX_A));
	cstorage_fini(&s);
}

/* The builder replaces the list as a whole while we run: a pull, a removal of everything. */
static void
test_a_list_that_is_replaced_is_read_again(void **state)
{
	AUTO_FREE char *path = tmp_path(*state, LIST), *next = tmp_path(*state, "vfs-images/next");
	struct cstorage s = storage(*state);

	tmp_text(*state, LIST, "[{\"id\":\"" HEX_A "\",\"names\":[\"n\"]}]");
	check_find(&s, "n", "sha256:" HEX_A);
	tmp_text(*state, "vfs-images/next", "[{\"id\":\"" HEX_B "\",\"names\":[\"n\"]}]");
	assert_int_equal(rename(next, path), 0);
	check_find(&s, "n", "sha256:" HEX_B);
	assert_int_equal(unlink(path), 0);
	check_find(&s, "n", NULL);
	cstorage_fini(&s);
}

static void
test_a_forged_list_is_an_error(void **state)
{
	struct cstorage s = storage(*state);
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;

	tmp_text(*state, LIST, "[{\"id\":");
	assert_true(cstorage_find(&s, "n", &got, &err) < 0);
	assert_null(got);
	assert_non_null(err.where.file ? err.where.file : strstr(err.msg, "images.json"));
	tmp_text(*state, LIST, "{}");
	err_clear(&err);
	assert_int_equal(cstorage_find(&s, "n", &got, &err), 0);
	assert_null(got);
	cstorage_fini(&s);
}

static void
test_an_image_is_there_when_its_manifest_is(void **state)
{
	struct cstorage s = storage(*state);

	tmp_text(*state, "vfs-images/" HEX_A "/manifest", "{}");
	tmp_mkdir(*state, "vfs-images/" HEX_B);
	assert_true(cstorage_has(&s, "sha256:" HEX_A));
	assert_false(cstorage_has(&s, "sha256:" HEX_B));
	assert_false(cstorage_has(&s, HEX_A));
	assert_false(cstorage_has(&s, "sha256:../" HEX_A));
	assert_false(cstorage_has(&s, ""));
	cstorage_fini(&s);
}

/* Puts bytes where the config of the image with this ID belongs. */
static void
write_config(const char *dir, const char *image_id, const char *bytes)
{
	AUTO_FREE char *name = base64_encode(str_c(image_id));
	AUTO_FREE char *path = xasprintf("vfs-images/%s/=%s", image_id + 7, name);

	tmp_text(dir, path, bytes);
}

static void
test_a_config_is_held_against_its_id(void **state)
{
	static const char config[] = "{\"architecture\":\"amd64\",\"os\":\"linux\"}";
	struct cstorage s = storage(*state);
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf got = BUF_INIT;
	AUTO_FREE char *want = NULL;
	char id[DIGEST_SIZE];

	sha256_digest(sha256_of(config, strlen(config)), id);
	buf_init(&got, 0);
	assert_int_equal(cstorage_config(&s, id, &got, &err), 0);
	assert_int_equal(cstorage_config(&s, "no digest", &got, &err), 0);
	write_config(*state, id, config);
	assert_int_equal(cstorage_config(&s, id, &got, &err), 1);
	assert_string_equal(got.data, config);
	write_config(*state, id, "{\"architecture\":\"arm64\",\"os\":\"linux\"}");
	buf_clear(&got);
	assert_int_equal(cstorage_config(&s, id, &got, &err), -ERR_FAILED);
	want = xasprintf("the config of image %s in '%s' is damaged", id, (char *)*state);
	assert_string_equal(err.msg, want);
	cstorage_fini(&s);
}

static void
test_the_prefix_of_a_reference(void **state)
{
	struct cstorage s = storage("/var/own");
	AUTO_FREE char *spec = cstorage_spec(&s);

	(void)state;
	assert_string_equal(spec, "[vfs@/var/own+/run/x]");
	cstorage_fini(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_an_image_is_found_by_any_of_its_names),
		CASE(test_odd_entries_are_passed_over),
		CASE(test_a_storage_without_images),
		CASE(test_a_list_that_is_replaced_is_read_again),
		CASE(test_a_forged_list_is_an_error),
		CASE(test_an_image_is_there_when_its_manifest_is),
		CASE(test_a_config_is_held_against_its_id),
		CASE(test_the_prefix_of_a_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
