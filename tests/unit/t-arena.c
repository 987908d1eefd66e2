/* SPDX-License-Identifier: Apache-2.0 */
/* t-arena.c: zeroed, aligned memory that dies together. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool
is_aligned(const void *p)
{
	return (uintptr_t)p % alignof(max_align_t) == 0;
}

static void
memory_is_zeroed_and_aligned(void **state UNUSED)
{
	static const char zero[70000];
	static const size_t sizes[] = { 1, 3, 8, 17, 100, 1000, 1023, 1025, 4096, 5000, 65536, 0 };
	struct arena *AUTO_ARENA a = arena_new();

	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			char *p = arena_alloc(a, sizes[i]);

			assert_true(is_aligned(p));
			assert_memory_equal(p, zero, sizes[i]);
			memset(p, 0xff, sizes[i]);
		}
	}
}

static void
allocations_do_not_overlap(void **state UNUSED)
{
	enum { N = 3000 };
	struct arena *AUTO_ARENA a = arena_new();
	unsigned char *pieces[N];

	for (size_t i = 0; i < N; i++) {
		pieces[i] = arena_alloc(a, i % 300 + 1);
		memset(pieces[i], (int)(i % 251), i % 300 + 1);
		(void)!arena_strdup(a, "in between");
	}
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j <= i % 300; j++)
			assert_int_equal(pieces[i][j], i % 251);
}

static void
copies_are_terminated(void **state UNUSED)
{
	struct arena *AUTO_ARENA a = arena_new();

	assert_string_equal(arena_strdup(a, "web"), "web");
	assert_string_equal(arena_str(a, (struct str){ "webapp", 3 }), "web");
	assert_string_equal(arena_str(a, STR_NULL), "");
	assert_memory_equal(arena_str(a, STR_LIT("a\0b")), "a\0b", 4);
	assert_memory_equal(arena_dup(a, "\1\2\3", 3), "\1\2\3", 3);
	assert_non_null(arena_dup(a, NULL, 0));
}

static void
formatting(void **state UNUSED)
{
	struct arena *AUTO_ARENA a = arena_new();
	char *big;

	assert_string_equal(arena_printf(a, "%s:%d", "web", 3), "web:3");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	big = arena_printf(a, "%*d", 20000, 7);
	assert_int_equal(strlen(big), 20000);
	assert_string_equal(big + 19998, " 7");
}

struct node {
	const char *name;
	struct node *next;
	long count;
};

static void
structs_start_empty(void **state UNUSED)
{
	struct arena *AUTO_ARENA a = arena_new();
	struct node *one = ARENA_NEW(a, struct node);
	struct node *many = arena_calloc(a, 100, sizeof(*many));

	assert_null(one->name);
	assert_int_equal(one->count, 0);
	assert_null(many[99].next);
	assert_non_null(arena_calloc(a, 0, sizeof(*many)));
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(allocations_do_not_overlap),
		cmocka_unit_test(copies_are_terminated),
		cmocka_unit_test(formatting),
		cmocka_unit_test(structs_start_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
