/* SPDX-License-Identifier: Apache-2.0 */
/* t-manifest.c: manifests, indexes, and the choice of a platform. */
#include "model/manifest.h"

#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define D(c) "sha256:" c c c c c c c c c c c c c c c c
#define A D("aaaa")
#define B D("bbbb")
#define OCI_IMAGE "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define ITEM(digest, more)                                                                         \
	"{\"mediaType\":\"" OCI_IMAGE "\",\"digest\":\"" digest "\",\"size\":7" more "}"
#define PLATFORM(os, arch, more)                                                                   \
	",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"" more "}"

static void
test_image(void **state UNUSED)
{
	struct manifest *AUTO_MANIFEST m = NULL;
	const char *text = "{\"schemaVersion\":2,\"artifactType\":\"t\",\"config\":" ITEM(
		A, "") ","
		       "\"layers\":[" ITEM(B, ",\"annotations\":{\"a\":\"b\"}") "],"
										"\"subject\":" ITEM(
											B, "") "}";

	assert_int_equal(manifest_parse(str_c(text), OCI_IMAGE "; charset=utf-8", "f", &m, NULL),
			 0);
	assert_false(m->is_index);
	assert_int_equal(m->type, MANIFEST_OCI_IMAGE);
	assert_string_equal(m->config.digest, A);
	assert_string_equal(m->artifact_type, "t");
	assert_string_equal(m->subject, B);
	assert_int_equal(m->nitems, 1);
	assert_int_equal(m->items[0].size, 7);
	assert_string_equal(json_get_text(m->items[0].annotations, "a"), "b");
}

static void
test_types_that_are_guessed(void **state UNUSED)
{
	struct manifest *m;

	assert_int_equal(manifest_parse(STR_LIT("{\"schemaVersion\":2,\"manifests\":[]}"), NULL,
					"f", &m, NULL),
			 0);
	assert_int_equal(m->type, MANIFEST_OCI_INDEX);
	manifest_free(m);
	assert_int_equal(manifest_parse(STR_LIT("{\"schemaVersion\":2,\"manifests\":[]}"),
					"application/json", "f", &m, NULL),
			 0);
	manifest_free(m);
}

static void
test_platform_is_chosen(void **state UNUSED)
{
	static const char index[] =
		"{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX
		"\",\"manifests\":[" ITEM(D("0000"), PLATFORM("unknown", "unknown", "")) "," ITEM(D("1111"), PLATFORM("linux", "amd64", "")) "," ITEM(D("2222"), PLATFORM("linux", "arm64", ",\"variant\":\"v8\"")) "," ITEM(
			D("3333"),
			PLATFORM(
				"linux", "arm",
				",\"variant\":\"v6\"")) "," ITEM(D("4444"),
								 PLATFORM(
									 "linux",
									 "arm",
									 ",\"variant\":\"v7\"")) "," ITEM(D("5555"),
													  "") "," ITEM(D("6666"),
														       PLATFORM(
															       "windows",
															       "amd64",
															       "")) "]}";
	static const struct {
		const char *platform, *digest;
	} cases[] = {
		{ "linux/amd64", D("1111") },    { "linux/arm64", D("2222") },
		{ "linux/arm64/v8", D("2222") }, { "linux/arm/v6", D("3333") },
		{ "linux/arm", D("4444") },      { "windows/amd64", D("6666") },
		{ "linux/s390x", NULL },
	};
	struct manifest *AUTO_MANIFEST m = NULL;

	assert_int_equal(manifest_parse(str_c(index), NULL, "f", &m, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct manifest_item *item;
		struct platform p;

		assert_int_equal(platform_parse(str_c(cases[i].platform), &p, NULL), 0);
		item = manifest_choose(m, &p);
		assert_string_equal(item ? item->digest : "none",
				    cases[i].digest ? cases[i].digest : "none");
	}
}

static void
test_what_is_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *type, *want;
	} cases[] = {
		{ "[]", NULL, "'f': it is no JSON object" },
		{ "{\"schemaVersion\":1,\"name\":\"x\"}",
		  "application/vnd.docker.distribution.manifest.v1+prettyjws",
		  "'f': it is no manifest of schema version 2" },
		{ "{\"schemaVersion\":2,\"layers\":[],\"config\":" ITEM(A, "") "}",
		  "application/vnd.docker.distribution.manifest.v1+prettyjws",
		  "'f': 'application/vnd.docker.distribution.manifest.v1+prettyjws' is no media type of "
		  "an image" },
		{ "{\"schemaVersion\":2,\"mediaType\":\"x/y\",\"layers\":[]}", NULL,
		  "'f': 'x/y' is no media type of an image" },
		{ "{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX "\",\"manifests\":[]}",
		  OCI_IMAGE, "'f': served as '" OCI_IMAGE "', but it is '" OCI_INDEX "'" },
		{ "{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", OCI_IMAGE,
		  "'f': it is a manifest and an index at once" },
		{ "{\"schemaVersion\":2,\"layers\":[]}", OCI_IMAGE,
		  "'f': a descriptor has no SHA-256 digest" },
		{ "{\"schemaVersion\":2,\"config\":" ITEM(A, "") "}", OCI_IMAGE,
		  "'f': it has no list of layers" },
		{ "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" A "\",\"size\":1}]}", NULL,
		  "'f': a descriptor has no media type" },
		{ "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" A
		  "\",\"mediaType\":\"m\",\"size\":-1}]}",
		  NULL, "'f': a descriptor has no size" },
		{ "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:A\",\"size\":1}]}",
		  NULL, "'f': a descriptor has no SHA-256 digest" },
		{ "{\"schemaVersion\":2,\"manifests\":[],\"subject\":{\"digest\":\"x\"}}", NULL,
		  "'f': its subject has no SHA-256 digest" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct manifest *AUTO_MANIFEST m = NULL;
		struct err AUTO_ERR err = ERR_INIT;

		assert_int_equal(manifest_parse(str_c(cases[i].text), cases[i].type, "f", &m, &err),
				 -ERR_INPUT);
		assert_string_equal(err.msg, cases[i].want);
	}
}

static void
test_empty_digest_is_that_of_an_empty_object(void **state UNUSED)
{
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of("{}", 2), digest);
	assert_string_equal(digest, MANIFEST_EMPTY_DIGEST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_types_that_are_guessed),
		cmocka_unit_test(test_platform_is_chosen),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_empty_digest_is_that_of_an_empty_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
