/* SPDX-License-Identifier: Apache-2.0 */
/* t-sha256.c: SHA-256 and its two spellings. */
#include "base/sha256.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct vector {
	const char *message;
	const char *hex;
};

/* FIPS 180-4's examples. */
static const struct vector vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void
check_hex(struct sha256 h, const char *want)
{
	char got[SHA256_HEX_SIZE];

	sha256_hex(h, got);
	assert_string_equal(got, want);
}

static void
known_messages(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		check_hex(sha256_of(vectors[i].message, strlen(vectors[i].message)),
			  vectors[i].hex);
	check_hex(sha256_of(NULL, 0), vectors[0].hex);
}

static void
a_message_in_pieces_is_the_same(void **state UNUSED)
{
	struct sha256_ctx *AUTO_SHA256 c = sha256_new();
	const char *message = vectors[2].message;

	for (const char *p = message; *p; p++)
		sha256_update(c, p, 1);
	sha256_update(c, NULL, 0);
	check_hex(sha256_final(c), vectors[2].hex);
}

static void
a_context_is_reusable(void **state UNUSED)
{
	struct sha256_ctx *AUTO_SHA256 c = sha256_new();

	check_hex(sha256_final(c), vectors[0].hex);
	sha256_update(c, "abc", 3);
	check_hex(sha256_final(c), vectors[1].hex);
	sha256_update(c, "something else", 14);
	sha256_reset(c);
	sha256_update(c, "abc", 3);
	check_hex(sha256_final(c), vectors[1].hex);
	sha256_free(NULL);
}

static void
a_million_bytes(void **state UNUSED)
{
	struct sha256_ctx *AUTO_SHA256 c = sha256_new();
	char block[1000];

	memset(block, 'a', sizeof(block));
	for (int i = 0; i < 1000; i++)
		sha256_update(c, block, sizeof(block));
	check_hex(sha256_final(c),
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
digests_have_a_prefix(void **state UNUSED)
{
	char digest[DIGEST_SIZE];
	struct sha256 back = { { 0 } };

	sha256_digest(sha256_of("abc", 3), digest);
	assert_string_equal(digest, "sha256:ba7816bf8f01cfea414140de5dae2223"
				    "b00361a396177a9cb410ff61f20015ad");
	assert_true(sha256_parse_digest(str_c(digest), &back));
	assert_true(sha256_eq(back, sha256_of("abc", 3)));
	assert_false(sha256_eq(back, sha256_of("abd", 3)));
	assert_true(sha256_parse_hex(str_c(digest + 7), &back));
	check_hex(back, digest + 7);
}

static void
other_spellings_are_refused(void **state UNUSED)
{
	static const char *const wrong[] = {
		"",
		"sha256:",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
		"sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\n",
	};
	struct sha256 kept = sha256_of("kept", 4), h = kept;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (sha256_parse_digest(str_c(wrong[i]), &h))
			fail_msg("'%s' was read", wrong[i]);
		assert_true(sha256_eq(h, kept));
	}
	assert_false(sha256_parse_hex(STR_NULL, &h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_messages),
		cmocka_unit_test(a_message_in_pieces_is_the_same),
		cmocka_unit_test(a_context_is_reusable),
		cmocka_unit_test(a_million_bytes),
		cmocka_unit_test(digests_have_a_prefix),
		cmocka_unit_test(other_spellings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
