/* SPDX-License-Identifier: Apache-2.0 */
/* t-schedule.c: the longest remaining path first, whatever the order of pushing. */
#include "engine/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define N 6

enum { BASE, LEFT, RIGHT, LEAF, LONE, TAIL };

static const bool all[N] = { true, true, true, true, true, true };

/* base <- left, right; leaf from both; tail from leaf; lone stands alone. */
static struct graph *
diamond(void)
{
	static const char *const text = "version: 1\n"
					"images:\n"
					"  base: { context: . }\n"
					"  left: { context: . }\n"
					"  right: { context: . }\n"
					"  leaf: { context: . }\n"
					"  lone: { context: . }\n"
					"  tail: { context: . }\n";
	static const size_t edges[][2] = {
		{ BASE, LEFT }, { BASE, RIGHT }, { LEFT, LEAF }, { RIGHT, LEAF }, { LEAF, TAIL }
	};
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph_edge links[ARRAY_SIZE(edges)];
	struct graph *g = graph_load(str_c(text), "lockstep.yaml", &errs);

	assert_non_null(g);
	assert_int_equal(g->nimages, N);
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		links[i] = (struct graph_edge){ .from = &g->images[edges[i][0]],
						.to = &g->images[edges[i][1]],
						.file = "Dockerfile",
						.line = 1 };
	assert_int_equal(graph_link(g, links, ARRAY_SIZE(links), &errs), 0);
	return g;
}

static void
check_weights(const int64_t *expected_ms, const bool *needed, const int64_t *want)
{
	struct graph *g = diamond();
	struct schedule *s = schedule_new(g, expected_ms, needed);

	for (size_t i = 0; i < N; i++)
		if (schedule_weight(s, i) != want[i])
			fail_msg("image %zu weighs %lld, not %lld", i,
				 (long long)schedule_weight(s, i), (long long)want[i]);
	schedule_free(s);
	graph_free(g);
}

static void
test_a_weight_is_the_heaviest_chain(void **state)
{
	(void)state;
	check_weights((const int64_t[N]){ 10, 200, 30, 4, 50, 6 }, all,
		      (const int64_t[N]){ 220, 210, 40, 10, 50, 6 });
}

static void
test_unknown_times_count_as_the_mean(void **state)
{
	(void)state;
	check_weights((const int64_t[N]){ 100, 0, 0, 0, 300, 0 }, all,
		      (const int64_t[N]){ 700, 600, 600, 400, 300, 200 });
}

static void
test_nothing_known_counts_steps(void **state)
{
	(void)state;
	check_weights((const int64_t[N]){ 0 }, all,
		      (const int64_t[N]){ 4000, 3000, 3000, 2000, 1000, 1000 });
}

static void
test_what_is_not_needed_waits_for_nobody(void **state)
{
	const bool needed[N] = { [BASE] = true, [RIGHT] = true, [LONE] = true };

	(void)state;
	check_weights((const int64_t[N]){ 10, 200, 30, 4, 50, 6 }, needed,
		      (const int64_t[N]){ 40, 200, 30, 4, 50, 6 });
}

static void
check_order(const int64_t *expected_ms, const size_t *push, size_t n, const size_t *want)
{
	struct graph *g = diamond();
	struct schedule *s = schedule_new(g, expected_ms, all);
	size_t got;

	for (size_t i = 0; i < n; i++)
		schedule_push(s, push[i]);
	for (size_t i = 0; i < n; i++) {
		assert_true(schedule_pop(s, &got));
		assert_int_equal(got, want[i]);
	}
	assert_false(schedule_pop(s, &got));
	schedule_free(s);
	graph_free(g);
}

static void
test_the_heaviest_goes_first(void **state)
{
	const int64_t ms[N] = { 10, 200, 30, 4, 50, 6 };

	(void)state;
	check_order(ms, (const size_t[]){ TAIL, LONE, RIGHT, LEFT }, 4,
		    (const size_t[]){ LEFT, LONE, RIGHT, TAIL });
	check_order(ms, (const size_t[]){ LEFT, RIGHT, LONE, TAIL }, 4,
		    (const size_t[]){ LEFT, LONE, RIGHT, TAIL });
}

static void
test_ties_go_to_the_lower_index(void **state)
{
	const int64_t ms[N] = { 0 };

	(void)state;
	check_order(ms, (const size_t[]){ TAIL, RIGHT, LONE, LEFT }, 4,
		    (const size_t[]){ LEFT, RIGHT, LONE, TAIL });
	check_order(ms, (const size_t[]){ LEFT, LONE, TAIL, RIGHT }, 4,
		    (const size_t[]){ LEFT, RIGHT, LONE, TAIL });
}

static void
test_what_becomes_ready_later_is_taken_in_its_place(void **state)
{
	const int64_t ms[N] = { 10, 200, 30, 4, 50, 6 };
	struct graph *g = diamond();
	struct schedule *s = schedule_new(g, ms, all);
	size_t got;

	(void)state;
	schedule_push(s, LONE);
	schedule_push(s, TAIL);
	schedule_push(s, LEFT);
	assert_true(schedule_pop(s, &got));
	assert_int_equal(got, LEFT);
	schedule_push(s, RIGHT);
	assert_true(schedule_pop(s, &got));
	assert_int_equal(got, LONE);
	assert_true(schedule_pop(s, &got));
	assert_int_equal(got, RIGHT);
	schedule_free(s);
	graph_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_weight_is_the_heaviest_chain),
		cmocka_unit_test(test_unknown_times_count_as_the_mean),
		cmocka_unit_test(test_nothing_known_counts_steps),
		cmocka_unit_test(test_what_is_not_needed_waits_for_nobody),
		cmocka_unit_test(test_the_heaviest_goes_first),
		cmocka_unit_test(test_ties_go_to_the_lower_index),
		cmocka_unit_test(test_what_becomes_ready_later_is_taken_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
