/* SPDX-License-Identifier: Apache-2.0 */
/* t-hmac.c: the vectors of RFC 4231 and of GitHub's documentation. */
#include "base/hmac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
vectors(void **state)
{
	char aa[131];
	const struct {
		struct str key, message;
		const char *hex;
	} rows[] = {
		{ STR_LIT("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
			  "\x0b"),
		  STR_LIT("Hi There"),
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ STR_LIT("Jefe"), STR_LIT("what do ya want for nothing?"),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ { aa, sizeof(aa) },
		  STR_LIT("Test Using Larger Than Block-Size Key - Hash Key First"),
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ STR_LIT("It's a Secret to Everybody"), STR_LIT("Hello, World!"),
		  "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
		{ STR_NULL, STR_NULL,
		  "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	};
	char hex[SHA256_HEX_SIZE];

	(void)state;
	memset(aa, 0xaa, sizeof(aa));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sha256_hex(hmac_sha256(rows[i].key, rows[i].message), hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vectors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
