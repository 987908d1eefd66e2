/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_outbox.c: claims, leases, order, what is superseded, what is dead. */
#include "lib/tmp.h"
#include "store/store_outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GROUP "g"
#define LEASE 1000

static struct event_image images[] = {
	{ .image = "r.io/a", .tag = "k-1", .digest = "sha256:1" },
	{ .image = "r.io/b", .digest = "sha256:2" },
};

static void
assert_ok(int r, const struct err *err)
{
	if (r < 0)
		fail_msg("%d: %s", r, err->msg ? err->msg : "?");
}

static struct store *
open_store(const char *dir)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct store *s = NULL;

	assert_ok(store_open(dir, &s, &notice, &err), &err);
	return s;
}

/* An event of the group for these targets. */
static struct store_event
put(struct store *s, int64_t seq, const char *id, const char *group, const char *const *targets)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_event e = { .seq = seq,
				 .id = (char *)id,
				 .group = (char *)group,
				 .created_ms = 100 * seq,
				 .body = (char *)"{}",
				 .content_key = sha256_of("same", 4) };

	assert_ok(store_begin_durable(s, &err), &err);
	assert_ok(store_outbox_put(s, &e, images, ARRAY_SIZE(images), &err), &err);
	for (; *targets; targets++)
		assert_ok(store_outbox_address(s, &e, *targets, e.created_ms, &err), &err);
	assert_ok(store_commit(s, &err), &err);
	return e;
}

static const char *const one[] = { "t", NULL };
static const char *const two[] = { "t", "u", NULL };

static int64_t
claimed(struct store *s, const char *target, int64_t now, struct store_claim *c)
{
	AUTO_ERR struct err err = ERR_INIT;
	int r;

	*c = (struct store_claim){
		.group = GROUP, .target = target, .owner = "me", .lease_ms = LEASE
	};
	r = store_outbox_claim(s, c, now, &err);
	assert_ok(r, &err);
	return r ? c->seq : 0;
}

static bool
ended(struct store *s, const struct store_claim *c, enum delivery_state then, int64_t not_before)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_attempt a = { .started_ms = 1,
				   .ended_ms = 2,
				   .http_status = 503,
				   .request_id = "R",
				   .error = "busy",
				   .then = then,
				   .burns = true,
				   .not_before_ms = not_before };
	bool ours = false;

	assert_ok(store_outbox_end(s, c, &a, &ours, &err), &err);
	return ours;
}

/* "seq target state attempts; …" of the list. */
static char *
listed(struct store *s)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf b = BUF_INIT;
	store_deliveries all = { 0 };

	buf_adds(&b, "");
	assert_ok(store_outbox_list(s, GROUP, 10, &all, &err), &err);
	for (size_t i = 0; i < all.n; i++)
		buf_addf(&b, "%s%lld %s %s %d", i ? "; " : "", (long long)all.v[i].seq,
			 all.v[i].target, delivery_state_name(all.v[i].state), all.v[i].attempts);
	store_deliveries_fini(&all);
	return buf_steal(&b);
}

static void
assert_listed(struct store *s, const char *want)
{
	AUTO_FREE char *got = listed(s);

	assert_string_equal(got, want);
}

static void
in_order_and_one_at_a_time(void **state)
{
	struct store *s = open_store(*state), *other = open_store(*state);
	struct store_claim c, d, none;

	(void)put(s, 5, "A", GROUP, two);
	assert_int_equal(claimed(s, "t", 499, &none), 0); /* not due */
	assert_int_equal(claimed(s, "t", 500, &c), 5);
	assert_int_equal(claimed(other, "t", 500, &none), 0);
	assert_int_equal(claimed(other, "u", 500, &d), 5);
	/* Under way: not superseded, and the newer one waits for it. */
	(void)put(s, 6, "B", GROUP, two);
	assert_int_equal(claimed(s, "t", 9999, &none), 0);
	assert_listed(s, "6 t pending 0; 6 u pending 0; 5 t inflight 0; 5 u inflight 0");
	/* It failed: it comes before the newer one again. */
	assert_true(ended(s, &c, DELIVERY_PENDING, 700));
	assert_int_equal(claimed(s, "t", 699, &none), 0);
	assert_int_equal(claimed(s, "t", 700, &c), 5);
	assert_int_equal(c.attempts, 1);
	assert_true(ended(s, &c, DELIVERY_DONE, 0));
	assert_int_equal(claimed(s, "t", 700, &c), 6);
	assert_true(ended(other, &d, DELIVERY_DEAD, 0));
	assert_listed(s, "6 t inflight 0; 6 u pending 0; 5 t done 2; 5 u dead 1");
	store_close(other);
	store_close(s);
}

static void
newer_supersedes_pending(void **state)
{
	struct store *s = open_store(*state);
	struct store_claim c;

	(void)put(s, 1, "A", GROUP, two);
	(void)put(s, 2, "X", "other", one);
	(void)put(s, 3, "B", GROUP, one);
	assert_listed(s, "3 t pending 0; 1 t superseded 0; 1 u pending 0");
	assert_int_equal(claimed(s, "t", 999, &c), 3);
	assert_int_equal(claimed(s, "u", 999, &c), 1);
	store_close(s);
}

static bool
gone(const char *owner)
{
	return !strcmp(owner, "me");
}

static void
leases_end(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store *s = open_store(*state);
	struct store_claim c, again;
	int64_t next = 0;

	(void)put(s, 1, "A", GROUP, one);
	assert_int_equal(claimed(s, "t", 100, &c), 1);
	assert_ok(store_outbox_next(s, GROUP, "t", &next, &err), &err);
	assert_int_equal(next, 100 + LEASE);
	assert_ok(store_outbox_release(s, 99 + LEASE, NULL, &err), &err);
	assert_listed(s, "1 t inflight 0");
	assert_ok(store_outbox_release(s, 100 + LEASE, NULL, &err), &err);
	assert_listed(s, "1 t pending 1");
	/* The first sender comes late: the row is not his any more. */
	again = (struct store_claim){
		.group = GROUP, .target = "t", .owner = "you", .lease_ms = LEASE
	};
	assert_int_equal(store_outbox_claim(s, &again, 2000, &err), 1);
	assert_false(ended(s, &c, DELIVERY_DONE, 0));
	assert_listed(s, "1 t inflight 1");
	assert_true(ended(s, &again, DELIVERY_PENDING, 3000));
	assert_int_equal(claimed(s, "t", 3000, &c), 1);
	assert_ok(store_outbox_release(s, 3000, gone, &err), &err);
	assert_listed(s, "1 t pending 3");
	assert_ok(store_outbox_next(s, GROUP, "none", &next, &err), &err);
	assert_int_equal(next, 0);
	store_close(s);
}

static void
by_hand(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store *s = open_store(*state);
	struct store_event first;
	struct store_claim c;

	first = put(s, 1, "A", GROUP, one);
	assert_int_equal(claimed(s, "t", 100, &c), 1);
	assert_int_equal(store_outbox_drop(s, 1, 200, &err), 0); /* under way */
	assert_true(ended(s, &c, DELIVERY_DEAD, 0));
	assert_int_equal(store_outbox_retry(s, 1, 300, &err), 1);
	assert_listed(s, "1 t pending 0");
	assert_int_equal(store_outbox_drop(s, 1, 400, &err), 1);
	assert_listed(s, "1 t dropped 0");
	assert_int_equal(store_outbox_retry(s, 1, 500, &err), 1);
	assert_int_equal(claimed(s, "t", 500, &c), 1);
	assert_true(ended(s, &c, DELIVERY_DONE, 0));
	assert_int_equal(store_outbox_retry(s, 1, 600, &err), 0);
	/* Told again, and to one more. */
	assert_ok(store_outbox_address(s, &first, "t", 700, &err), &err);
	assert_ok(store_outbox_address(s, &first, "u", 700, &err), &err);
	assert_listed(s, "1 t pending 0; 1 u pending 0");
	store_close(s);
}

static void
what_was_written_is_read(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct arena *AUTO_ARENA arena = arena_new();
	struct store *s = open_store(*state);
	struct store_event e = { 0 };
	struct event_image *got = NULL;
	int64_t max = -1;
	size_t n = 0;

	assert_ok(store_outbox_max_seq(s, &max, &err), &err);
	assert_int_equal(max, 0);
	assert_int_equal(store_outbox_last(s, GROUP, &e, &err), 0);
	/* The same state twice is two events: A, B, A is legal. */
	(void)put(s, 7, "A", GROUP, one);
	(void)put(s, 9, "B", GROUP, one);
	(void)put(s, 11, "C", "other", one);
	assert_ok(store_outbox_max_seq(s, &max, &err), &err);
	assert_int_equal(max, 11);
	assert_int_equal(store_outbox_last(s, GROUP, &e, &err), 1);
	assert_int_equal(e.seq, 9);
	assert_string_equal(e.id, "B");
	assert_string_equal(e.group, GROUP);
	assert_string_equal(e.body, "{}");
	assert_int_equal(e.created_ms, 900);
	assert_true(sha256_eq(e.content_key, sha256_of("same", 4)));
	store_event_fini(&e);
	assert_int_equal(store_outbox_get(s, GROUP, "C", &e, &err), 0);
	assert_int_equal(store_outbox_get(s, GROUP, "A", &e, &err), 1);
	assert_ok(store_outbox_images(s, e.seq, arena, &got, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_string_equal(got[0].image, "r.io/a");
	assert_string_equal(got[0].tag, "k-1");
	assert_null(got[1].tag);
	assert_string_equal(got[1].digest, "sha256:2");
	store_event_fini(&e);
	store_close(s);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(in_order_and_one_at_a_time),
		TEST(newer_supersedes_pending),
		TEST(leases_end),
		TEST(by_hand),
		TEST(what_was_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
