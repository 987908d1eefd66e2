/* SPDX-License-Identifier: Apache-2.0 */
/* t-base64.c: the vectors of RFC 4648, there and back, and what is none. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
there_and_back(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "+/8=" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *text = base64_encode(str_c(rows[i][0]));
		AUTO_BUF struct buf bytes = BUF_INIT;

		buf_adds(&bytes, "x");
		assert_string_equal(text, rows[i][1]);
		assert_true(base64_decode(str_c(text), &bytes));
		assert_int_equal(bytes.len, 1 + strlen(rows[i][0]));
		assert_string_equal(bytes.data + 1, rows[i][0]);
	}
}

static void
what_is_none(void **state)
{
	static const char *const rows[] = { "Z",     "Zg",     "Zg=",  "Zg===", "====",
					    " Zg==", "Zg==\n", "Z=g=", "Zg-_",  "Zm9v=Zg=" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_BUF struct buf bytes = BUF_INIT;

		if (base64_decode(str_c(rows[i]), &bytes))
			fail_msg("'%s' was taken", rows[i]);
		assert_int_equal(bytes.len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
