/* SPDX-License-Identifier: Apache-2.0 */
/* t-uri.c: which characters stay. */
#include "base/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
escapes_all_but_the_unreserved(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT;

	(void)state;
	uri_escape(&b, STR_LIT("aZ09-._~/:@ +%&=\0\xc3\xa9"));
	assert_string_equal(b.data, "aZ09-._~%2F%3A%40%20%2B%25%26%3D%00%C3%A9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(escapes_all_but_the_unreserved) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
