/* SPDX-License-Identifier: Apache-2.0 */
/* t-oci.c: configs of images. */
#include "model/oci.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct oci_config *
parse(struct arena *arena, const char *json)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct oci_config *c = oci_config_parse(arena, str_c(json), "config", &err);

	assert_string_equal(err.msg ? err.msg : "", "");
	assert_non_null(c);
	return c;
}

static void
test_reads_what_a_child_sees(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct oci_config *c = parse(
		arena,
		"{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\","
		"\"created\":\"1970-01-01T00:00:00Z\",\"config\":{\"Env\":[\"A=1\",\"B=x=y\"],"
		"\"OnBuild\":[\"COPY . /x\",\"RUN make\"],\"WorkingDir\":\"/w\","
		"\"User\":\"u:g\"},\"history\":[{\"created_by\":\"x\"}]}");

	assert_int_equal(c->nenv, 2);
	assert_string_equal(c->env[0], "A=1");
	assert_string_equal(c->env[1], "B=x=y");
	assert_int_equal(c->nonbuild, 2);
	assert_string_equal(c->onbuild[0], "COPY . /x");
	assert_string_equal(c->onbuild[1], "RUN make");
	assert_string_equal(c->workdir, "/w");
	assert_string_equal(c->user, "u:g");
	assert_string_equal(c->os, "linux");
	assert_string_equal(c->arch, "arm64");
	assert_string_equal(c->variant, "v8");
	assert_string_equal(c->created, "1970-01-01T00:00:00Z");
}

static void
test_nothing_set(void **state UNUSED)
{
	static const char *const texts[] = {
		"{}",
		"{\"config\":null}",
		"{\"config\":{}}",
		"{\"config\":{\"Env\":null,\"OnBuild\":[],\"WorkingDir\":\"\",\"Cmd\":[],"
		"\"Entrypoint\":null,\"Volumes\":{},\"Labels\":null,\"Hostname\":\"abc\","
		"\"Image\":\"sha256:1\"}}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct oci_config *c = parse(arena, texts[i]);

		assert_int_equal(c->nenv, 0);
		assert_int_equal(c->nonbuild, 0);
		assert_string_equal(c->workdir, "");
		assert_string_equal(c->user, "");
		assert_string_equal(c->created, "");
		assert_string_equal(c->canonical, "{}");
	}
}

static void
test_canonical_has_only_what_counts(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct oci_config *a =
		parse(arena,
		      "{\"created\":\"1970\",\"container\":\"x\",\"config\":{\"Hostname\":\"h\","
		      "\"Labels\":{\"b\":\"2\",\"a\":\"1\"},\"Env\":[\"P=1\",\"A=2\"],"
		      "\"Healthcheck\":{\"Test\":[\"NONE\"]},\"Shell\":[\"/bin/bash\"],"
		      "\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":null}}");
	struct oci_config *b =
		parse(arena,
		      "{\"config\":{\"ExposedPorts\":{\"80/tcp\":{}},\"Shell\":[\"/bin/bash\"],"
		      "\"Healthcheck\":{\"Test\":[\"NONE\"]},\"Env\":[\"P=1\",\"A=2\"],"
		      "\"Labels\":{\"a\":\"1\",\"b\":\"2\"}},\"created\":\"2026\"}");

	assert_string_equal(a->canonical,
			    "{\"Env\":[\"P=1\",\"A=2\"],\"ExposedPorts\":{\"80/tcp\":{}},"
			    "\"Healthcheck\":{\"Test\":[\"NONE\"]},\"Labels\":{\"a\":\"1\","
			    "\"b\":\"2\"},\"Shell\":[\"/bin/bash\"]}");
	assert_string_equal(a->canonical, b->canonical);
}

static void
test_canonical_tells_changes(void **state UNUSED)
{
	static const char *const configs[] = {
		"{}",
		"{\"Env\":[\"A=1\",\"B=2\"]}",
		"{\"Env\":[\"B=2\",\"A=1\"]}",
		"{\"OnBuild\":[\"RUN x\"]}",
		"{\"WorkingDir\":\"/\"}",
		"{\"User\":\"0\"}",
		"{\"Shell\":[\"x\"]}",
		"{\"Entrypoint\":[\"x\"]}",
		"{\"Cmd\":[\"x\"]}",
		"{\"Volumes\":{\"/x\":{}}}",
		"{\"Labels\":{\"x\":\"\"}}",
		"{\"ExposedPorts\":{\"1/tcp\":{}}}",
		"{\"StopSignal\":\"INT\"}",
		"{\"Healthcheck\":{\"Test\":[\"CMD\"]}}",
	};
	AUTO_ARENA struct arena *arena = arena_new();
	const char *seen[ARRAY_SIZE(configs)];

	for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
		seen[i] =
			parse(arena, arena_printf(arena, "{\"config\":%s}", configs[i]))->canonical;
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
}

static void
test_refuses_what_is_no_config(void **state UNUSED)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{ "[]", "config: an image's config is a JSON object" },
		{ "{\"config\":[]}", "config: 'config' of the image's config is not an object" },
		{ "{\"config\":{\"Env\":\"A=1\"}}",
		  "config: 'Env' of the image's config is not a list" },
		{ "{\"config\":{\"Env\":[1]}}",
		  "config: 'Env' of the image's config is not a list of texts" },
		{ "{\"config\":{\"OnBuild\":{\"a\":1}}}",
		  "config: 'OnBuild' of the image's config is not a list" },
		{ "{\"config\":{\"User\":0}}", "config: 'User' of the image's config is not text" },
		{ "{\"os\":[1]}", "config: 'os' of the image's config is not text" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct err AUTO_ERR err = ERR_INIT;
		AUTO_FREE char *text = NULL;

		assert_null(oci_config_parse(arena, str_c(rows[i].json), "config", &err));
		text = err_text(&err);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(err.class, ERR_INPUT);
	}
}

static void
test_names_the_place_of_bad_json(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;

	assert_null(oci_config_parse(arena, str_c("{\n\"os\" 1}"), "config", &err));
	assert_string_equal(err.where.file, "config");
	assert_int_equal(err.where.line, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_what_a_child_sees),
		cmocka_unit_test(test_nothing_set),
		cmocka_unit_test(test_canonical_has_only_what_counts),
		cmocka_unit_test(test_canonical_tells_changes),
		cmocka_unit_test(test_refuses_what_is_no_config),
		cmocka_unit_test(test_names_the_place_of_bad_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
