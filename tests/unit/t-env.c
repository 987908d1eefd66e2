/* SPDX-License-Identifier: Apache-2.0 */
/* t-env.c: an environment as a value. */
#include "base/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_lookups(void **state)
{
	static const char *const env[] = { "HOMER=no", "HOME=/h=1", "EMPTY=", "BARE", NULL };

	(void)state;
	assert_string_equal(env_get(env, "HOME"), "/h=1");
	assert_string_equal(env_get(env, "EMPTY"), "");
	assert_null(env_nonempty(env, "EMPTY"));
	assert_string_equal(env_nonempty(env, "HOMER"), "no");
	assert_null(env_get(env, "BARE"));
	assert_null(env_get(env, "HOM"));
	assert_null(env_get(NULL, "HOME"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lookups) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
