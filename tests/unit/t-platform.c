/* SPDX-License-Identifier: Apache-2.0 */
/* t-platform.c: os/arch/variant, normalised. */
#include "model/platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
spellings_have_one_normal_form(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "linux/amd64", "linux/amd64" },
		{ "linux/amd64/v1", "linux/amd64" },
		{ "linux/amd64/v3", "linux/amd64/v3" },
		{ "Linux/AMD64", "linux/amd64" },
		{ "linux/x86_64", "linux/amd64" },
		{ "linux/x86-64/v2", "linux/amd64/v2" },
		{ "linux/aarch64", "linux/arm64" },
		{ "linux/arm64/v8", "linux/arm64" },
		{ "linux/arm64/8", "linux/arm64" },
		{ "linux/arm64/v8.0", "linux/arm64" },
		{ "linux/arm64/9", "linux/arm64/v9" },
		{ "linux/aarch64/v8", "linux/arm64" },
		{ "linux/arm", "linux/arm/v7" },
		{ "linux/arm/7", "linux/arm/v7" },
		{ "linux/arm/v6", "linux/arm/v6" },
		{ "linux/arm/5", "linux/arm/v5" },
		{ "linux/armhf", "linux/arm/v7" },
		{ "linux/armhf/v6", "linux/arm/v7" },
		{ "linux/armel", "linux/arm/v6" },
		{ "linux/i386", "linux/386" },
		{ "linux/386", "linux/386" },
		{ "macos/arm64", "darwin/arm64" },
		{ "windows/amd64", "windows/amd64" },
		{ "plan10/cray", "plan10/cray" },
		{ "arm/v7", "linux/arm/v7" },
		{ "arm64/v8", "linux/arm64" },
		{ "amd64/v2", "linux/amd64/v2" },
		{ "amd64", "linux/amd64" },
		{ "x86_64", "linux/amd64" },
		{ "aarch64", "linux/arm64" },
		{ "s390x", "linux/s390x" },
		{ "arm", "linux/arm/v7" },
	};
	char text[PLATFORM_TEXT_SIZE];
	struct platform p, again;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err AUTO_ERR err = ERR_INIT;

		if (platform_parse(str_c(rows[i].text), &p, &err))
			fail_msg("'%s': %s", rows[i].text, err.msg);
		platform_text(&p, text);
		assert_string_equal(text, rows[i].want);
		assert_int_equal(platform_parse(str_c(text), &again, NULL), 0);
		assert_true(platform_eq(&p, &again));
	}
}

static void
an_operating_system_alone_means_this_machine(void **state)
{
	struct platform p, host = platform_host();

	(void)state;
	assert_int_equal(platform_parse(STR_LIT("linux"), &p, NULL), 0);
	assert_true(platform_eq(&p, &host));
	assert_int_equal(platform_parse(STR_LIT("freebsd"), &p, NULL), 0);
	assert_string_equal(p.os, "freebsd");
	assert_string_equal(p.arch, host.arch);
}

static void
mistakes_say_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "", "platform '': '' is no name of one to 15 letters, digits, '_', '.' or '-'" },
		{ "linux/",
		  "platform 'linux/': '' is no name of one to 15 letters, digits, '_', '.' "
		  "or '-'" },
		{ "linux/am d64",
		  "platform 'linux/am d64': 'am d64' is no name of one to 15 letters, "
		  "digits, '_', '.' or '-'" },
		{ "linux/*",
		  "platform 'linux/*': '*' is no name of one to 15 letters, digits, '_', '.' "
		  "or '-'" },
		{ "linux/0123456789abcdef",
		  "platform 'linux/0123456789abcdef': '0123456789abcdef' is no name of one to 15 "
		  "letters, digits, '_', '.' or '-'" },
		{ "linux/arm/v7/x", "platform 'linux/arm/v7/x' has more than three parts" },
		{ "vax", "platform 'vax' is neither an operating system nor an architecture" },
	};
	struct platform p = { .os = "untouched" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err AUTO_ERR err = ERR_INIT;

		assert_int_equal(platform_parse(str_c(rows[i].text), &p, &err), -ERR_INPUT);
		assert_string_equal(err.msg, rows[i].want);
		assert_string_equal(p.os, "untouched");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_have_one_normal_form),
		cmocka_unit_test(an_operating_system_alone_means_this_machine),
		cmocka_unit_test(mistakes_say_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
