/* SPDX-License-Identifier: Apache-2.0 */
/* t-generation.c: generations survive the way there and back, and what does not hash is refused. */
#include "model/generation.h"

#include "lib/replaced.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEX(c) c c c c c c c c c c c c c c c c
#define CHECK "sha256:" HEX("cccc")
#define TYPE "application/vnd.oci.image.manifest.v1+json"

/* The manifest of an image with that config. Caller frees. */
static char *
manifest(const char *config)
{
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(config, strlen(config)), digest);
	return xasprintf(
		"{\"schemaVersion\":2,\"mediaType\":\"" TYPE "\",\"config\":{\"mediaType\":"
		"\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\",\"size\":%zu},"
		"\"layers\":[]}",
		digest, strlen(config));
}

static char *
make_text(void)
{
	AUTO_FREE char *m = manifest("{\"os\":\"linux\"}");
	struct generation_image images[] = {
		{ .name = "leaf",
		  .key = sha256_of("leaf", 4),
		  .media_type = TYPE,
		  .manifest = str_c(m),
		  .passed = CHECK " " CHECK,
		  .took_ms = 12 },
		{ .name = "base",
		  .key = sha256_of("base", 4),
		  .media_type = TYPE,
		  .manifest = str_c(m),
		  .config = STR_LIT("{\"os\":\"linux\"}"),
		  .passed = "" },
	};

	return generation_text(&(struct generation){ .tag = "latest", .images = images, .n = 2 });
}

static void
test_there_and_back(void **state UNUSED)
{
	AUTO_FREE char *text = make_text(), *again = NULL, *m = manifest("{\"os\":\"linux\"}");
	AUTO_GENERATION struct generation *g = NULL;
	const struct generation_image *im;
	char digest[DIGEST_SIZE];

	assert_int_equal(generation_parse(str_c(text), "g", &g, NULL), 0);
	assert_string_equal(g->tag, "latest");
	assert_int_equal(g->n, 2);
	im = generation_find(g, "leaf", sha256_of("leaf", 4));
	assert_non_null(im);
	sha256_digest(sha256_of(m, strlen(m)), digest);
	assert_string_equal(im->digest, digest);
	sha256_digest(sha256_of("{\"os\":\"linux\"}", 14), digest);
	assert_string_equal(im->image_id, digest);
	assert_string_equal(im->passed, CHECK " " CHECK);
	assert_int_equal(im->took_ms, 12);
	assert_int_equal(im->config.n, 0);
	im = generation_find(g, "base", sha256_of("base", 4));
	assert_true(str_eq_c(im->config, "{\"os\":\"linux\"}"));
	assert_true(str_eq_c(im->manifest, m));
	again = generation_text(g);
	assert_string_equal(again, text);
}

static void
test_only_with_the_key(void **state UNUSED)
{
	AUTO_FREE char *text = make_text();
	AUTO_GENERATION struct generation *g = NULL;

	assert_int_equal(generation_parse(str_c(text), "g", &g, NULL), 0);
	assert_null(generation_find(g, "leaf", sha256_of("base", 4)));
	assert_null(generation_find(g, "other", sha256_of("base", 4)));
}

static void
test_what_is_no_text_is_left_out(void **state UNUSED)
{
	AUTO_FREE char *m = manifest("{}"), *text = NULL;
	struct generation_image images[] = {
		{ .name = "a",
		  .media_type = TYPE,
		  .manifest = str_c(m),
		  .config = { "\xff", 1 },
		  .passed = "" },
		{ .name = "b", .media_type = TYPE, .manifest = { "{\0}", 3 }, .passed = "" },
		{ .name = "c", .media_type = TYPE, .manifest = str_c(m), .passed = "" },
	};
	AUTO_GENERATION struct generation *g = NULL;

	text = generation_text(&(struct generation){ .tag = "v1", .images = images, .n = 3 });
	assert_int_equal(generation_parse(str_c(text), "g", &g, NULL), 0);
	assert_int_equal(g->n, 1);
	assert_string_equal(g->images[0].name, "c");
}

/* What is wrong with the document when `from` is replaced by `to` in its text. */
static void
refused(const char *from, const char *to, const char *want)
{
	AUTO_FREE char *text = make_text(), *said = NULL;
	AUTO_FREE char *bad = replaced(text, from, to);
	AUTO_ERR struct err err = ERR_INIT;
	struct generation *g = NULL;

	assert_int_equal(generation_parse(str_c(bad), "g", &g, &err), -ERR_INPUT);
	assert_null(g);
	said = err_text(&err);
	assert_string_equal(said, want);
}

static void
test_what_is_no_generation(void **state UNUSED)
{
	refused("lockstep.generation/1", "lockstep.generation/2",
		"g: schema: is not 'lockstep.generation/1'");
	refused("\"tag\":\"latest\"", "\"tag\":\"a/b\"", "g: tag: is no tag");
	refused("{\\\"os\\\":\\\"linux\\\"}", "{\\\"os\\\":\\\"linuy\\\"}",
		"g: base: its config is that of another image");
	refused("\"key\":\"sha256:", "\"key\":\"sha512:", "g: base: has no key");
	refused("\"base\":{", "\"../base\":{", "g: ../base: is no name of an image");
	refused("\"took_ms\":0", "\"took_ms\":-1", "g: base: took_ms is no number from 0 on");
	refused(CHECK, "nothing", "g: leaf: media_type or passed is not what it should be");
	refused("\"manifest\":\"{", "\"manifest\":\"[",
		"g: base:1:17: invalid JSON: ']' expected near ':'");
	refused("\"manifest\":", "\"manifesto\":",
		"g: base:1: invalid JSON: unexpected token near end of file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_only_with_the_key),
		cmocka_unit_test(test_what_is_no_text_is_left_out),
		cmocka_unit_test(test_what_is_no_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
