/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_trace.c: that a key gave an image. */
#include "lib/tmp.h"
#include "store/store_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct store_trace
trace(const char *image, int64_t run_id)
{
	struct store_trace t = { .inputs = sha256_of("inputs", 6),
				 .run_id = run_id,
				 .created_ms = 1700000000000 + run_id };

	sha256_digest(sha256_of(image, strlen(image)), t.image_id);
	return t;
}

static void
check(struct store *s, struct sha256 key, const struct store_trace *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_trace got = { .run_id = -1 };

	assert_int_equal(store_trace_get(s, key, &got, &err), want ? 1 : 0);
	if (!want)
		return;
	assert_string_equal(got.image_id, want->image_id);
	assert_memory_equal(got.inputs.b, want->inputs.b, SHA256_LEN);
	assert_int_equal(got.run_id, want->run_id);
	assert_int_equal(got.created_ms, want->created_ms);
	assert_int_equal(got.has_tree, want->has_tree);
	if (want->has_tree)
		assert_memory_equal(got.tree.b, want->tree.b, SHA256_LEN);
}

static void
test_the_newest_image_of_a_key(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct sha256 a = sha256_of("a", 1), b = sha256_of("b", 1);
	struct store_trace first = trace("one", 1), other = trace("two", 2),
			   again = trace("three", 3);
	struct store *s = NULL;

	assert_int_equal(store_open(*state, &s, &notice, &err), 0);
	check(s, a, NULL);
	assert_int_equal(store_trace_put(s, a, &first, &err), 0);
	assert_int_equal(store_trace_put(s, b, &other, &err), 0);
	check(s, a, &first);
	check(s, b, &other);
	again.inputs = sha256_of("other inputs", 12);
	again.has_tree = true;
	again.tree = sha256_of("tree", 4);
	assert_int_equal(store_trace_put(s, a, &again, &err), 0);
	check(s, a, &again);
	store_close(s);
	assert_int_equal(store_open(*state, &s, &notice, &err), 0);
	check(s, a, &again);
	check(s, b, &other);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_newest_image_of_a_key, tmp_setup,
						tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
