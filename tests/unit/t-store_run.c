/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_run.c: runs, their steps, and what history says of an image. */
#include "base/buf.h"
#include "lib/tmp.h"
#include "store/store_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char mine[] = "ghcr.io/mine", other[] = "/home/other";

struct fixture {
	void *dir; /* first: what tmp_setup gave */
	struct store *s;
};

static int
setup(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct fixture *f = xcalloc(1, sizeof(*f));

	if (tmp_setup(&f->dir) || store_open(f->dir, &f->s, &notice, &err))
		return -1;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	store_close(f->s);
	r = tmp_teardown(&f->dir);
	free(f);
	return r;
}

static int64_t
begin(struct store *s, char *scope)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_run run = { .started_ms = 1000,
				 .command = (char *)"lockstep build",
				 .scope = scope,
				 .graph = (char *)"lockstep.yaml",
				 .root = (char *)"/repo",
				 .git_commit = NULL,
				 .jobs = 2 };

	if (store_run_begin(s, &run, &err))
		fail_msg("%s", err.msg);
	return run.id;
}

static void
end(struct store *s, int64_t id, enum run_state state)
{
	assert_int_equal(store_run_end(s, id, state, 9000, NULL), 0);
}

/* One step of ms milliseconds. */
static void
step(struct store *s, int64_t run, const char *image, enum step_outcome outcome, int64_t ms)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_step row = { .run_id = run,
				  .image = (char *)image, /* borrowed */
				  .outcome = outcome,
				  .started_ms = 2000,
				  .ended_ms = 2000 + ms };

	if (store_step_put(s, &row, &err))
		fail_msg("%s", err.msg);
}

static void
test_a_run_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	AUTO_ERR struct err err = ERR_INIT;
	struct store_run run = { .started_ms = 1700000000123,
				 .command = (char *)"lockstep build a",
				 .scope = mine,
				 .graph = (char *)"lockstep.yaml",
				 .root = (char *)"/repo",
				 .git_commit = (char *)"0123456789abcdef0123456789abcdef01234567+",
				 .jobs = 3 };
	struct store_run got = { 0 };

	assert_int_equal(store_run_begin(f->s, &run, &err), 0);
	assert_int_equal(run.id, 1);
	assert_int_equal(store_run_get(f->s, 1, &got, &err), 1);
	assert_int_equal(got.state, RUN_RUNNING);
	assert_int_equal(got.started_ms, 1700000000123);
	assert_int_equal(got.ended_ms, 0);
	assert_string_equal(got.command, "lockstep build a");
	assert_string_equal(got.scope, mine);
	assert_string_equal(got.graph, "lockstep.yaml");
	assert_string_equal(got.root, "/repo");
	assert_string_equal(got.git_commit, "0123456789abcdef0123456789abcdef01234567+");
	assert_int_equal(got.jobs, 3);
	store_run_fini(&got);
	end(f->s, 1, RUN_FAILED);
	assert_int_equal(store_run_get(f->s, 1, &got, &err), 1);
	assert_int_equal(got.state, RUN_FAILED);
	assert_int_equal(got.ended_ms, 9000);
	store_run_fini(&got);
	assert_int_equal(store_run_get(f->s, 2, &got, &err), 0);
}

static void
test_a_run_that_died_is_found_by_the_next(void **state)
{
	static const enum run_state want[] = { RUN_RUNNING, RUN_INTERRUPTED, RUN_DONE };
	struct fixture *f = *state;
	store_runs runs = { 0 };

	end(f->s, begin(f->s, mine), RUN_DONE);
	begin(f->s, mine);
	begin(f->s, mine);
	assert_int_equal(store_run_list(f->s, mine, 10, &runs, NULL), 0);
	assert_int_equal(runs.n, 3);
	for (size_t i = 0; i < runs.n; i++) {
		assert_int_equal(runs.v[i].id, 3 - i);
		assert_string_equal(run_state_name(runs.v[i].state), run_state_name(want[i]));
		assert_null(runs.v[i].git_commit);
	}
	store_runs_fini(&runs);
}

static void
check_runs(struct store *s, const char *scope, int64_t limit, const char *want)
{
	AUTO_FREE char *got = xstrdup("");
	store_runs runs = { 0 };

	assert_int_equal(store_run_list(s, scope, limit, &runs, NULL), 0);
	for (size_t i = 0; i < runs.n; i++) {
		char *more = xasprintf("%s%lld ", got, (long long)runs.v[i].id);

		free(got);
		got = more;
	}
	store_runs_fini(&runs);
	assert_string_equal(got, want);
}

static void
test_runs_are_listed_by_scope_newest_first(void **state)
{
	struct fixture *f = *state;

	begin(f->s, mine);
	begin(f->s, other);
	begin(f->s, mine);
	check_runs(f->s, mine, 10, "3 1 ");
	check_runs(f->s, other, 10, "2 ");
	check_runs(f->s, NULL, 2, "3 2 ");
	check_runs(f->s, "nobody", 10, "");
}

static void
test_a_step_comes_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct store_step row = { .run_id = begin(f->s, mine),
				  .image = (char *)"a",
				  .outcome = STEP_BUILT,
				  .has_key = true,
				  .key = sha256_of("key", 3),
				  .image_id = (char *)"sha256:1234",
				  .has_inputs = true,
				  .inputs = sha256_of("in", 2),
				  .reasons = (char *)"[{\"kind\":\"new\"}]",
				  .started_ms = 5,
				  .ended_ms = 9,
				  .log = (char *)"1-a.log",
				  .message = (char *)"text" };
	store_steps steps = { 0 };

	assert_int_equal(store_step_put(f->s, &row, NULL), 0);
	step(f->s, 1, "B", STEP_SKIPPED, 0);
	assert_int_equal(store_step_of_run(f->s, 1, &steps, NULL), 0);
	assert_int_equal(steps.n, 2);
	assert_string_equal(steps.v[0].image, "B");
	assert_int_equal(steps.v[0].outcome, STEP_SKIPPED);
	assert_false(steps.v[0].has_key);
	assert_false(steps.v[0].has_inputs);
	assert_null(steps.v[0].image_id);
	assert_null(steps.v[0].log);
	assert_null(steps.v[0].message);
	assert_string_equal(steps.v[0].reasons, "[]");
	assert_string_equal(steps.v[1].image, "a");
	assert_int_equal(steps.v[1].outcome, STEP_BUILT);
	assert_true(steps.v[1].has_key);
	assert_memory_equal(steps.v[1].key.b, row.key.b, SHA256_LEN);
	assert_true(steps.v[1].has_inputs);
	assert_memory_equal(steps.v[1].inputs.b, row.inputs.b, SHA256_LEN);
	assert_string_equal(steps.v[1].image_id, "sha256:1234");
	assert_string_equal(steps.v[1].reasons, "[{\"kind\":\"new\"}]");
	assert_int_equal(steps.v[1].started_ms, 5);
	assert_int_equal(steps.v[1].ended_ms, 9);
	assert_string_equal(steps.v[1].log, "1-a.log");
	assert_string_equal(steps.v[1].message, "text");
	store_steps_fini(&steps);
}

static void
test_a_step_of_no_run_is_refused(void **state)
{
	struct fixture *f = *state;
	AUTO_ERR struct err err = ERR_INIT;
	struct store_step row = { .run_id = 99, .image = (char *)"a" };

	assert_int_equal(store_step_put(f->s, &row, &err), -ERR_STORE);
}

/* a: run 1 built, run 3 failed, run 4 of another scope built. */
static void
write_history(struct store *s)
{
	step(s, begin(s, mine), "a", STEP_BUILT, 100);
	step(s, begin(s, mine), "b", STEP_BUILT, 50);
	step(s, begin(s, mine), "a", STEP_FAILED, 7);
	step(s, begin(s, other), "a", STEP_BUILT, 900);
	step(s, begin(s, mine), "c", STEP_CANCELLED, 1);
}

/* want 0: there is none. */
static void
check_last(struct store *s, struct store_step_query query, int64_t want)
{
	struct store_step got = { 0 };
	int found;

	if (!query.scope)
		query.scope = mine;
	found = store_step_last(s, &query, &got, NULL);
	assert_int_equal(found, want ? 1 : 0);
	assert_int_equal(got.run_id, want);
	store_step_fini(&got);
}

static void
test_the_last_step_of_an_image(void **state)
{
	struct fixture *f = *state;

	write_history(f->s);
	check_last(f->s, (struct store_step_query){ .image = "a", .max_run = INT64_MAX }, 3);
	check_last(f->s,
		   (struct store_step_query){ .image = "a", .max_run = INT64_MAX, .built = true },
		   1);
	check_last(f->s, (struct store_step_query){ .image = "a", .max_run = 2 }, 1);
	check_last(f->s, (struct store_step_query){ .image = "a", .max_run = 0 }, 0);
	check_last(f->s,
		   (struct store_step_query){ .scope = other, .image = "a", .max_run = INT64_MAX },
		   4);
	check_last(f->s,
		   (struct store_step_query){ .image = "c", .max_run = INT64_MAX, .built = true },
		   0);
}

static void
test_the_latest_build_of_each_image(void **state)
{
	struct fixture *f = *state;
	store_steps steps = { 0 };

	write_history(f->s);
	assert_int_equal(store_step_latest(f->s, mine, &steps, NULL), 0);
	assert_int_equal(steps.n, 2);
	assert_string_equal(steps.v[0].image, "a");
	assert_int_equal(steps.v[0].run_id, 1);
	assert_string_equal(steps.v[1].image, "b");
	assert_int_equal(steps.v[1].run_id, 2);
	store_steps_fini(&steps);
}

static void
check_duration(struct store *s, const char *image, intptr_t want)
{
	AUTO_MAP struct map *m = map_new();

	assert_int_equal(store_durations(s, mine, m, NULL), 0);
	assert_int_equal((intptr_t)map_get(m, str_c(image)), want);
}

static char *
old_runs(struct store *s, int64_t before_ms, int64_t keep)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf b = BUF_INIT;
	store_runs runs = { 0 };

	buf_init(&b, 0);
	assert_int_equal(store_run_old(s, before_ms, keep, &runs, &err), 0);
	for (size_t i = 0; i < runs.n; i++)
		buf_addf(&b, "%lld ", (long long)runs.v[i].id);
	store_runs_fini(&runs);
	return buf_steal(&b);
}

/* Not the newest of its scope, not the last build of anything, not younger. */
static void
test_runs_that_nothing_needs(void **state)
{
	struct fixture *f = *state;
	store_steps left = { 0 };
	int64_t ids[6];

	for (size_t i = 0; i < 6; i++)
		ids[i] = begin(f->s, i == 5 ? other : mine);
	step(f->s, ids[0], "base", STEP_BUILT, 1); /* its last build */
	step(f->s, ids[0], "leaf", STEP_BUILT, 1);
	step(f->s, ids[1], "leaf", STEP_BUILT, 1);
	step(f->s, ids[2], "leaf", STEP_BUILT, 1); /* its last build */
	step(f->s, ids[3], "leaf", STEP_FAILED, 1);
	step(f->s, ids[5], "leaf", STEP_BUILT, 1); /* of another graph */
	AUTO_FREE char *most = old_runs(f->s, 2000, 0), *last = old_runs(f->s, 2000, 1);
	AUTO_FREE char *four = old_runs(f->s, 2000, 4), *young = old_runs(f->s, 1000, 0);

	assert_string_equal(most, "2 4 5 ");
	assert_string_equal(last, "2 4 ");
	assert_string_equal(four, "");
	assert_string_equal(young, "");
	assert_int_equal(store_run_forget(f->s, ids[1], NULL), 0);
	assert_int_equal(store_step_of_run(f->s, ids[1], &left, NULL), 0);
	assert_int_equal(left.n, 0);
	store_steps_fini(&left);
}

static void
test_expected_times_are_means_of_recent_builds(void **state)
{
	struct fixture *f = *state;

	check_duration(f->s, "a", 0);
	write_history(f->s);
	check_duration(f->s, "a", 100);
	check_duration(f->s, "b", 50);
	check_duration(f->s, "c", 0);
	step(f->s, begin(f->s, mine), "a", STEP_BUILT, 300);
	check_duration(f->s, "a", 200);
	for (int i = 0; i < 49; i++)
		end(f->s, begin(f->s, mine), RUN_DONE);
	check_duration(f->s, "a", 300);
	check_duration(f->s, "b", 0);
	begin(f->s, mine);
	check_duration(f->s, "a", 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_run_comes_back_as_it_was),
		CASE(test_a_run_that_died_is_found_by_the_next),
		CASE(test_runs_are_listed_by_scope_newest_first),
		CASE(test_a_step_comes_back_as_it_was),
		CASE(test_a_step_of_no_run_is_refused),
		CASE(test_the_last_step_of_an_image),
		CASE(test_the_latest_build_of_each_image),
		CASE(test_runs_that_nothing_needs),
		CASE(test_expected_times_are_means_of_recent_builds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
