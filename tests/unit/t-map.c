/* SPDX-License-Identifier: Apache-2.0 */
/* t-map.c: a map whose order is that of insertion. */
#include "base/map.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct str
number_key(char out[32], size_t i)
{
	int n = snprintf(out, 32, "image-%zu", i);

	return (struct str){ out, (size_t)n };
}

static void
values_are_found_by_key(void **state UNUSED)
{
	struct map *AUTO_MAP m = map_new();
	int a = 1, b = 2, c = 3;

	assert_int_equal(map_len(m), 0);
	assert_null(map_get(m, STR_LIT("a")));
	assert_true(map_add(m, STR_LIT("a"), &a));
	assert_false(map_add(m, STR_LIT("a"), &b));
	assert_ptr_equal(map_get(m, STR_LIT("a")), &a);
	map_set(m, STR_LIT("a"), &c);
	assert_ptr_equal(map_get(m, STR_LIT("a")), &c);
	map_set(m, STR_LIT("b"), &b);
	assert_ptr_equal(map_get(m, STR_LIT("b")), &b);
	assert_int_equal(map_len(m), 2);
}

static void
a_null_value_is_there(void **state UNUSED)
{
	struct map *AUTO_MAP m = map_new();

	assert_true(map_add(m, STR_LIT("seen"), NULL));
	assert_true(map_has(m, STR_LIT("seen")));
	assert_false(map_has(m, STR_LIT("see")));
	assert_false(map_has(m, STR_LIT("seen ")));
	assert_false(map_add(m, STR_LIT("seen"), m));
	assert_null(map_get(m, STR_LIT("seen")));
}

static void
keys_are_any_bytes(void **state UNUSED)
{
	static const struct str keys[] = {
		{ "", 0 },
		{ "\0", 1 },
		{ "\0\0", 2 },
		{ "a\0b", 3 },
		{ "a\0c", 3 },
		{ "12345678", 8 },
		{ "12345678\0", 9 },
		{ "123456789", 9 },
		{ "\0\0\0\0", 4 },
		{ "\0\0\0\0\0\0\0\0", 8 },
		{ "\0\0\0\0\0\0\0\0\0", 9 },
	};
	struct map *AUTO_MAP m = map_new();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_true(map_add(m, keys[i], (void *)(i + 1)));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal((size_t)map_get(m, keys[i]), i + 1);
	assert_false(map_add(m, STR_NULL, NULL));
	assert_int_equal((size_t)map_get(m, STR_NULL), 1);
}

static void
keys_are_copied(void **state UNUSED)
{
	struct map *AUTO_MAP m = map_new();
	char key[] = "first";

	map_set(m, str_c(key), m);
	key[0] = 'F';
	assert_true(map_has(m, STR_LIT("first")));
	assert_string_equal(map_key(m, 0).p, "first");
	assert_int_equal(map_key(m, 0).n, 5);
}

static void
many_entries_keep_their_order(void **state UNUSED)
{
	enum { N = 50000 };
	struct map *AUTO_MAP m = map_new();
	char key[32];

	for (size_t i = 0; i < N; i++)
		assert_true(map_add(m, number_key(key, i * 7919 % N), (void *)i));
	assert_int_equal(map_len(m), N);
	for (size_t i = 0; i < N; i++) {
		struct str want = number_key(key, i * 7919 % N);

		assert_string_equal(map_key(m, i).p, want.p);
		assert_int_equal((size_t)map_value(m, i), i);
		assert_int_equal((size_t)map_get(m, want), i);
	}
	assert_false(map_has(m, number_key(key, N)));
}

static void
freeing_nothing_is_fine(void **state UNUSED)
{
	struct map *AUTO_MAP none = NULL;

	map_free(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_key),
		cmocka_unit_test(a_null_value_is_there),
		cmocka_unit_test(keys_are_any_bytes),
		cmocka_unit_test(keys_are_copied),
		cmocka_unit_test(many_entries_keep_their_order),
		cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
