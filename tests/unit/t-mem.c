/* SPDX-License-Identifier: Apache-2.0 */
/* t-mem.c: allocation and the cleanup attributes. */
#include "base/mem.h"

#include "lib/aborts.h"

#include <limits.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
allocations_are_as_large_as_asked(void **state UNUSED)
{
	unsigned char *AUTO_FREE_PTR zero = xcalloc(3, 100);
	unsigned char *AUTO_FREE_PTR p = xmalloc(10);

	memset(p, 'x', 10);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(zero[i], 0);
	p = xreallocarray(p, 100, 3);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(p[i], 'x');
	p[299] = 'y';
}

static void
empty_allocations_are_not_null(void **state UNUSED)
{
	void *AUTO_FREE_PTR a = xmalloc(0);
	void *AUTO_FREE_PTR b = xcalloc(0, 8);
	void *AUTO_FREE_PTR c = xcalloc(8, 0);
	void *AUTO_FREE_PTR d = xreallocarray(NULL, 0, 8);
	void *AUTO_FREE_PTR e = xmemdup(NULL, 0);

	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	assert_non_null(d);
	assert_non_null(e);
}

static void
copies_end_with_nul(void **state UNUSED)
{
	const char three[3] = { 'a', 'b', 'c' };
	char *AUTO_FREE whole = xstrdup("lockstep");
	char *AUTO_FREE part = xstrndup(three, 3);
	char *AUTO_FREE shorter = xstrndup("ab", 10);
	char *AUTO_FREE none = xstrndup(three, 0);

	assert_string_equal(whole, "lockstep");
	assert_string_equal(part, "abc");
	assert_string_equal(shorter, "ab");
	assert_string_equal(none, "");
}

static void
xmemdup_copies_nul_bytes(void **state UNUSED)
{
	char *AUTO_FREE copy = xmemdup("a\0b", 4);

	assert_memory_equal(copy, "a\0b", 4);
}

static void
xasprintf_formats(void **state UNUSED)
{
	char *AUTO_FREE s = xasprintf("%s-%d", "image", 7);
	char *AUTO_FREE empty = xasprintf("%s", "");

	assert_string_equal(s, "image-7");
	assert_string_equal(empty, "");
}

static char *
leave_scope_with(int keep)
{
	char *AUTO_FREE s = xstrdup("kept");

	return keep ? STEAL(s) : NULL;
}

static void
steal_takes_a_local_out_of_its_scope(void **state UNUSED)
{
	char *AUTO_FREE s = leave_scope_with(1);

	assert_string_equal(s, "kept");
	assert_null(leave_scope_with(0));
}

static void
overflow_size(void)
{
	free(xreallocarray(NULL, SIZE_MAX / 2, 3));
}

static void
break_assumption(void)
{
	int answer = 42;

	BUG_ON(answer == 42);
}

static void
keep_assumption(void)
{
	int answer = 41;

	BUG_ON(answer == 42);
}

static void
sizes_that_overflow_abort(void **state UNUSED)
{
	char *AUTO_FREE said = aborts(overflow_size);
	char *AUTO_FREE want = xasprintf("lockstep: out of memory (%zu x 3 bytes)\n", SIZE_MAX / 2);

	assert_non_null(said);
	assert_string_equal(said, want);
}

static void
broken_assumptions_abort_and_say_where(void **state UNUSED)
{
	char *AUTO_FREE said = aborts(break_assumption);
	char *AUTO_FREE nothing = aborts(keep_assumption);

	assert_non_null(said);
	assert_non_null(strstr(said, "lockstep: internal error at "));
	assert_non_null(strstr(said, "t-mem.c:"));
	assert_non_null(strstr(said, ": answer == 42\n"));
	assert_null(nothing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_as_large_as_asked),
		cmocka_unit_test(empty_allocations_are_not_null),
		cmocka_unit_test(copies_end_with_nul),
		cmocka_unit_test(xmemdup_copies_nul_bytes),
		cmocka_unit_test(xasprintf_formats),
		cmocka_unit_test(steal_takes_a_local_out_of_its_scope),
		cmocka_unit_test(sizes_that_overflow_abort),
		cmocka_unit_test(broken_assumptions_abort_and_say_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
