/* SPDX-License-Identifier: Apache-2.0 */
/* t-vec.c: a growing array of any type. */
#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct point {
	int x, y;
};

static void
elements_keep_their_place(void **state UNUSED)
{
	VEC(struct point) points = { 0 };

	for (int i = 0; i < 1000; i++)
		vec_push(&points, ((struct point){ i, -i }));
	assert_int_equal(points.n, 1000);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(points.v[i].x, i);
		assert_int_equal(points.v[i].y, -i);
	}
	vec_fini(&points);
	assert_null(points.v);
	assert_int_equal(points.n, 0);
	assert_int_equal(points.cap, 0);
}

static void
room_doubles_from_eight(void **state UNUSED)
{
	size_t cap = 0;
	char *v = NULL;

	for (size_t want = 8; want <= 1024; want *= 2) {
		v = vec_grow(v, &cap, 1);
		assert_int_equal(cap, want);
	}
	free(v);
}

static void
a_finished_vector_can_be_filled_again(void **state UNUSED)
{
	VEC(const char *) names = { 0 };

	vec_push(&names, "a");
	vec_fini(&names);
	vec_push(&names, "b");
	assert_int_equal(names.n, 1);
	assert_string_equal(names.v[0], "b");
	vec_fini(&names);
	vec_fini(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_keep_their_place),
		cmocka_unit_test(room_doubles_from_eight),
		cmocka_unit_test(a_finished_vector_can_be_filled_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
