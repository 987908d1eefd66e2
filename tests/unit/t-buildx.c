/* SPDX-License-Identifier: Apache-2.0 */
/* t-buildx.c: what different versions of buildx say of different builders. */
#include "model/buildx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_what_is_said(void **state UNUSED)
{
	static const struct {
		const char *text, *name, *driver, *version;
		unsigned minor;
		const char *error;
	} rows[] = {
		{ "Name:          bx\nDriver:        remote\nLast Activity: 2026-01-01\n\nNodes:\n"
		  "Name:             bx0\nEndpoint:         unix:///b.sock\nStatus:           running\n"
		  "BuildKit version: v0.20.2\nPlatforms:        linux/amd64\nLabels:\n"
		  " Name: no\nGC Policy rule#0:\n All:            false\n",
		  "bx", "remote", "v0.20.2", 20, NULL },
		{ "Name:   kube\nDriver: kubernetes\n\nNodes:\nName:      kube0\nBuildkit:  v0.11.6\n",
		  "kube", "kubernetes", "v0.11.6", 11, NULL },
		{ "Name: two\nNodes:\nName: a\nBuildKit: v0.12.1\nName: b\nBuildKit: v0.11.0-rc1\n"
		  "Name: c\nBuildKit: v0.13.0\n",
		  "two", NULL, "v0.11.0-rc1", 11, NULL },
		{ "Name: odd\nBuildKit: 7d8f2a\nBuildKit: v0.9.3\n", "odd", NULL, "v0.9.3", 9,
		  NULL },
		{ "Name: odd\nBuildKit: v1.2.3\nBuildKit: v0.x\n", "odd", NULL, "v1.2.3", 0, NULL },
		{ "Name: off\r\nDriver: docker-container\r\nStatus: inactive\r\nError: no such host\r\n",
		  "off", "docker-container", NULL, 0, "no such host" },
		{ "", NULL, NULL, NULL, 0, NULL },
		{ "Name:\nDriver\n: x\n", NULL, NULL, NULL, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct buildx_info info;

		buildx_parse(a, str_c(rows[i].text), &info);
		assert_string_equal(info.name ? info.name : "-", rows[i].name ? rows[i].name : "-");
		assert_string_equal(info.driver ? info.driver : "-",
				    rows[i].driver ? rows[i].driver : "-");
		assert_string_equal(info.version ? info.version : "-",
				    rows[i].version ? rows[i].version : "-");
		assert_int_equal(info.minor, rows[i].minor);
		assert_string_equal(info.error ? info.error : "-",
				    rows[i].error ? rows[i].error : "-");
	}
}

static void
test_no_text(void **state UNUSED)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct buildx_info info;

	buildx_parse(a, STR_LIT("Name: \0x\nDriver: remote\nBuildKit: v0.9.3\0\n"), &info);
	assert_null(info.name);
	assert_string_equal(info.driver, "remote");
	assert_null(info.version);
	assert_int_equal(info.minor, 0);
}

static void
test_platforms(void **state UNUSED)
{
	static const struct {
		const char *text, *platform;
		bool lacks;
	} rows[] = {
		{ "Platforms: linux/amd64, linux/386\n", "linux/amd64", false },
		{ "Platforms: linux/amd64, linux/386\n", "linux/arm64", true },
		{ "Platforms: linux/amd64 (+3), linux/arm64*\n", "linux/arm64", false },
		{ "Platforms: linux/amd64 (+3)\n", "linux/amd64", false },
		{ "Platforms: linux/amd64\nPlatforms: linux/arm/v7\n", "linux/arm", false },
		{ "Platforms: \n", "linux/arm64", false },
		{ "", "linux/arm64", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct platform platform;
		struct buildx_info info;

		buildx_parse(a, str_c(rows[i].text), &info);
		assert_int_equal(platform_parse(str_c(rows[i].platform), &platform, NULL), 0);
		if (buildx_lacks(&info, &platform) != rows[i].lacks)
			fail_msg("'%s': %s: %d", rows[i].text, rows[i].platform, !rows[i].lacks);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_platforms),
	};

	return cmocka_run_group_tests_name("buildx", tests, NULL, NULL);
}
