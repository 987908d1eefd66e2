/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_check.c: what checks found out about images. */
#include "lib/tmp.h"
#include "store/store_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(struct store *s, const char *image_id, struct sha256 digest, const struct store_check *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_check got = { 0 };

	assert_int_equal(store_check_get(s, image_id, digest, &got, &err), want ? 1 : 0);
	if (want) {
		assert_int_equal(got.passed, want->passed);
		assert_int_equal(got.run_id, want->run_id);
		assert_int_equal(got.checked_ms, want->checked_ms);
		assert_int_equal(got.duration_ms, want->duration_ms);
		assert_string_equal(got.message ? got.message : "-",
				    want->message ? want->message : "-");
	}
	store_check_fini(&got);
}

static void
test_by_image_and_check(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct sha256 a = sha256_of("a", 1), b = sha256_of("b", 1);
	struct store_check failed = { false, (char *)"it holds 'x'", 3, 1700000000000, 12 };
	struct store_check passed = { true, NULL, 4, 1700000000001, 7 };
	struct store *s = NULL;

	assert_int_equal(store_open(*state, &s, &notice, &err), 0);
	check(s, "sha256:1", a, NULL);
	assert_int_equal(store_check_put(s, "sha256:1", a, &failed, &err), 0);
	check(s, "sha256:1", a, &failed);
	check(s, "sha256:1", b, NULL);
	check(s, "sha256:2", a, NULL);
	assert_int_equal(store_check_put(s, "sha256:1", a, &passed, &err), 0);
	assert_int_equal(store_check_put(s, "sha256:2", a, &failed, &err), 0);
	store_close(s);
	assert_int_equal(store_open(*state, &s, &notice, &err), 0);
	check(s, "sha256:1", a, &passed);
	check(s, "sha256:2", a, &failed);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_by_image_and_check, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
