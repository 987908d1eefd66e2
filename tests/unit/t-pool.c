/* SPDX-License-Identifier: Apache-2.0 */
/* t-pool.c: a parallel for. */
#include "base/sha256.h"
#include "io/pool.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Plain memory on purpose: a race is the sanitizer's to find. */
struct work {
	unsigned char *count;
	struct sha256 *hash;
};

static void
on_item(void *ctx, size_t i)
{
	struct work *w = ctx;

	w->count[i]++;
	w->hash[i] = sha256_of(&i, sizeof(i));
}

static void
assert_each_once(struct pool *p, size_t n)
{
	struct work w = { xcalloc(n + 1, 1), xcalloc(n + 1, sizeof(struct sha256)) };

	pool_run(p, n, on_item, &w);
	for (size_t i = 0; i < n; i++) {
		struct sha256 want = sha256_of(&i, sizeof(i));

		assert_int_equal(w.count[i], 1);
		assert_memory_equal(w.hash[i].b, want.b, SHA256_LEN);
	}
	assert_int_equal(w.count[n], 0);
	free(w.count);
	free(w.hash);
}

static void
every_item_is_done_once(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, 7, 64, 1000, 20000 };

	(void)state;
	for (unsigned threads = 0; threads <= 8; threads++) {
		struct pool *p = pool_new(threads);

		for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
			assert_each_once(p, counts[i]);
		pool_free(p);
	}
}

static void
many_short_runs(void **state)
{
	struct pool *p = pool_new(4);

	(void)state;
	for (int i = 0; i < 2000; i++)
		assert_each_once(p, 5);
	pool_free(p);
}

static void
unused_pool_is_freed(void **state)
{
	struct pool *p = pool_new(3);

	(void)state;
	assert_int_equal(pool_threads(p), 3);
	pool_free(p);
	pool_free(NULL);
	p = pool_new(1000);
	assert_int_equal(pool_threads(p), 8);
	pool_free(p);
}

static void
on_mask(void *ctx, size_t i)
{
	unsigned char *blocked = ctx;
	sigset_t set;

	/* Long enough that every thread gets one. */
	usleep(20000);
	if (sigprocmask(SIG_SETMASK, NULL, &set))
		abort();
	blocked[i] = (unsigned char)sigismember(&set, SIGTERM);
}

static void
workers_take_no_signals(void **state)
{
	unsigned char blocked[4] = { 9, 9, 9, 9 };
	struct pool *p = pool_new(4);
	int n = 0;

	(void)state;
	pool_run(p, 4, on_mask, blocked);
	for (int i = 0; i < 4; i++)
		n += blocked[i];
	assert_int_equal(n, 3); /* the caller's own are not touched */
	pool_free(p);
}

static void
processors_follow_affinity(void **state)
{
	cpu_set_t old, one;
	unsigned all = pool_processors();

	(void)state;
	assert_in_range(all, 1, CPU_SETSIZE);
	assert_int_equal(sched_getaffinity(0, sizeof(old), &old), 0);
	assert_true(all <= (unsigned)CPU_COUNT(&old));
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &old)) {
			CPU_SET(i, &one);
			break;
		}
	}
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(pool_processors(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(old), &old), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_is_done_once),
		cmocka_unit_test(many_short_runs),
		cmocka_unit_test(unused_pool_is_freed),
		cmocka_unit_test(workers_take_no_signals),
		cmocka_unit_test(processors_follow_affinity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
