/* SPDX-License-Identifier: Apache-2.0 */
/* t-buf.c: growing, the ceiling, and NUL at the end. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check_buf(const struct buf *b, const char *want, size_t n)
{
	assert_int_equal(b->len, n);
	assert_memory_equal(b->data, want, n);
	assert_int_equal(b->data[b->len], '\0');
}

static void
a_new_buffer_is_an_empty_string(void **state UNUSED)
{
	struct buf AUTO_BUF b;
	struct buf AUTO_BUF untouched = BUF_INIT;

	buf_init(&b, 0);
	check_buf(&b, "", 0);
	assert_int_equal(buf_str(&untouched).n, 0);
	buf_clear(&untouched);
	buf_consume(&untouched, 0);
	buf_add_str(&untouched, STR_NULL);
	check_buf(&untouched, "", 0);
}

static void
adding_appends_any_bytes(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	buf_add(&b, "a\0b", 3);
	buf_addc(&b, '-');
	buf_adds(&b, "cd");
	buf_add_str(&b, STR_LIT("ef"));
	buf_addf(&b, "%03d|%s", 7, "x");
	check_buf(&b, "a\0b-cdef007|x", 13);
	buf_clear(&b);
	check_buf(&b, "", 0);
}

static void
growing_keeps_the_bytes(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	for (int i = 0; i < 10000; i++)
		buf_addf(&b, "%04d,", i);
	assert_int_equal(b.len, 50000);
	for (int i = 0; i < 10000; i++) {
		char want[16];

		(void)snprintf(want, sizeof(want), "%04d,", i);
		assert_memory_equal(b.data + 5 * i, want, 5);
	}
}

static void
formatting_longer_than_the_room(void **state UNUSED)
{
	char big[5001];
	struct buf AUTO_BUF b = BUF_INIT;

	memset(big, 'z', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_addf(&b, "<%s>%d", big, 42);
	assert_int_equal(b.len, 5004);
	assert_memory_equal(b.data + 1, big, 5000);
	assert_string_equal(b.data + 5001, ">42");
}

static void
what_is_beyond_the_ceiling_is_dropped(void **state UNUSED)
{
	struct buf AUTO_BUF b;

	buf_init(&b, 5);
	buf_adds(&b, "abcde");
	assert_false(b.full);
	buf_addc(&b, 'f');
	assert_true(b.full);
	check_buf(&b, "abcde", 5);
	buf_clear(&b);
	assert_false(b.full);
	buf_addf(&b, "%s", "0123456789");
	assert_true(b.full);
	check_buf(&b, "01234", 5);
	buf_consume(&b, 2);
	buf_addf(&b, "%s", "xyz");
	check_buf(&b, "234xy", 5);
}

static void
reserved_bytes_end_with_nul_whatever_is_used(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	buf_adds(&b, "old rest");
	buf_clear(&b);
	memcpy(buf_reserve(&b, 100), "new", 3);
	b.len += 3;
	check_buf(&b, "new", 3);
}

static void
consuming_drops_the_front(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	buf_adds(&b, "line one\nrest");
	buf_consume(&b, 9);
	check_buf(&b, "rest", 4);
	buf_consume(&b, 4);
	check_buf(&b, "", 0);
}

static void
stealing_leaves_a_usable_buffer(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;
	char *AUTO_FREE nothing = buf_steal(&b);
	char *AUTO_FREE something = NULL;

	assert_string_equal(nothing, "");
	buf_adds(&b, "abc");
	something = buf_steal(&b);
	assert_string_equal(something, "abc");
	assert_int_equal(b.len, 0);
	buf_adds(&b, "d");
	check_buf(&b, "d", 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_an_empty_string),
		cmocka_unit_test(adding_appends_any_bytes),
		cmocka_unit_test(growing_keeps_the_bytes),
		cmocka_unit_test(formatting_longer_than_the_room),
		cmocka_unit_test(what_is_beyond_the_ceiling_is_dropped),
		cmocka_unit_test(reserved_bytes_end_with_nul_whatever_is_used),
		cmocka_unit_test(consuming_drops_the_front),
		cmocka_unit_test(stealing_leaves_a_usable_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
