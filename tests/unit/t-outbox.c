/* SPDX-License-Identifier: Apache-2.0 */
/* t-outbox.c: when there is an event, and what is in it. */
#include "engine/outbox.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEX(c) c c c c c c c c c c c c c c c c
#define A "sha256:" HEX("aaaa")
#define B "sha256:" HEX("bbbb")
#define NOW ((int64_t)1700000000 * 1000)

static const struct target targets[] = { { .name = "t" }, { .name = "u" } };

static struct store *
open_store(const char *dir)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct store *s = NULL;

	assert_int_equal(store_open(dir, &s, &notice, &err), 0);
	return s;
}

/* A state of base (no leaf) and app (a leaf). */
static struct outbox_news
news(struct event_image images[2], const char *base, const char *app)
{
	static const bool leaf[] = { false, true };

	images[0] = (struct event_image){ .image = "r.io/base", .digest = base, .cause = "why" };
	images[1] = (struct event_image){ .image = "r.io/app", .tag = "k", .digest = app };
	return (struct outbox_news){ .group = "g",
				     .images = images,
				     .leaf = leaf,
				     .n = 2,
				     .targets = targets,
				     .ntargets = 2,
				     .now_ms = NOW };
}

/* The event of that state, or NULL when there is none. */
static struct event *
emit(struct store *s, const struct outbox_news *n)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct store_event AUTO_STORE_EVENT row = { 0 };
	int r;

	assert_int_equal(store_begin_durable(s, &err), 0);
	r = outbox_emit(s, n, &row, &err);
	if (r < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(store_commit(s, &err), 0);
	return r ? event_parse(str_c(row.body), "row", &errs) : NULL;
}

static void
only_leaves_make_events(void **state)
{
	struct store *s = open_store(*state);
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct event *AUTO_EVENT first = emit(s, &n), *AUTO_EVENT both = NULL;
	store_deliveries all = { 0 };

	assert_non_null(first);
	assert_int_equal(first->nchanged, 2);
	assert_null(first->changed[1].was_digest);
	assert_null(emit(s, &n));
	n = news(images, B, A);
	assert_null(emit(s, &n)); /* the base alone */
	n = news(images, B, B);
	both = emit(s, &n);
	assert_non_null(both);
	assert_int_equal(both->nchanged, 2);
	assert_string_equal(both->changed[0].image, "r.io/base");
	assert_string_equal(both->changed[0].was_digest, A);
	assert_string_equal(both->changed[0].cause, "why");
	assert_int_equal(both->nimages, 2);
	assert_int_equal(store_outbox_list(s, "g", 10, &all, NULL), 0);
	assert_int_equal(all.n, 4);
	assert_int_equal(all.v[0].state, DELIVERY_PENDING);
	assert_int_equal(all.v[2].state, DELIVERY_SUPERSEDED);
	store_deliveries_fini(&all);
	store_close(s);
}

static void
back_to_what_was_is_an_event(void **state)
{
	static const char *const apps[] = { A, B, A };
	struct store *s = open_store(*state);
	int64_t seq = 0;

	for (size_t i = 0; i < ARRAY_SIZE(apps); i++) {
		struct event_image images[2];
		struct outbox_news n = news(images, A, apps[i]);
		struct event *AUTO_EVENT e = NULL;

		/* A clock that goes back does not turn the numbers around. */
		n.now_ms = NOW - (int64_t)i * 60000;
		e = emit(s, &n);
		assert_non_null(e);
		assert_true(e->seq > seq);
		assert_int_equal(e->seq, NOW / 1000 + (int64_t)i);
		seq = e->seq;
	}
	store_close(s);
}

static void
nothing_is_there_after_a_rollback(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store *s = open_store(*state);
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct store_event AUTO_STORE_EVENT row = { 0 };
	int64_t max = -1;

	assert_int_equal(store_begin_durable(s, &err), 0);
	assert_int_equal(outbox_emit(s, &n, &row, &err), 1);
	store_rollback(s);
	assert_int_equal(store_outbox_max_seq(s, &max, &err), 0);
	assert_int_equal(max, 0);
	store_close(s);
}

static void
flat_fields(void **state)
{
	struct graph_kv fields[] = { { .name = "sha", .value = "{commit}-{group}" },
				     { .name = "x", .value = "{no}" } };
	AUTO_ERR struct err err = ERR_INIT;
	struct store *s = open_store(*state);
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct store_event AUTO_STORE_EVENT row = { 0 };
	struct event *AUTO_EVENT e = NULL;

	n.payload = fields;
	n.npayload = 2;
	assert_int_equal(store_begin_durable(s, &err), 0);
	assert_int_equal(outbox_emit(s, &n, &row, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "{commit} is not known"));
	store_rollback(s);
	n.commit = "0123456789012345678901234567890123456789";
	e = emit(s, &n);
	assert_non_null(e);
	assert_string_equal(e->compat[0].value, "0123456789012345678901234567890123456789-g");
	assert_string_equal(e->compat[1].value, "{no}");
	store_close(s);
}

/* What no reader would take is not recorded. */
static void
nonsense_is_refused(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store *s = open_store(*state);
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct store_event AUTO_STORE_EVENT row = { 0 };

	n.run_url = "https://x/a b";
	assert_int_equal(store_begin_durable(s, &err), 0);
	assert_int_equal(outbox_emit(s, &n, &row, &err), -ERR_INPUT);
	assert_non_null(strstr(err.msg, "source.run_url"));
	store_rollback(s);
	store_close(s);
}

/* What another machine told last counts like what this one did. */
static void
the_last_event_of_another_machine(void **state)
{
	static struct event_image were[] = { { .image = "r.io/base", .digest = A },
					     { .image = "r.io/app", .tag = "old", .digest = A } };
	struct outbox_last last = { .seq = NOW / 1000 + 500, .images = were, .n = 2 };
	struct store *s = open_store(*state);
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct event *AUTO_EVENT e = NULL;

	n.last = &last;
	assert_null(emit(s, &n));
	n = news(images, A, B);
	n.last = &last;
	e = emit(s, &n);
	assert_non_null(e);
	assert_int_equal(e->nchanged, 1);
	assert_string_equal(e->changed[0].was_tag, "old");
	assert_int_equal(e->seq, NOW / 1000 + 501);
	store_close(s);
}

static int
take(struct store *s, const struct outbox_news *n, const struct event *e, const char *body,
     struct err *err)
{
	static const bool told[] = { true, false };
	int r;

	assert_int_equal(store_begin_durable(s, err), 0);
	r = outbox_take(s, n, e, str_c(body), told, err);
	assert_int_equal(store_commit(s, err), 0);
	return r;
}

static void
an_event_of_another_machine_is_taken_once(void **state)
{
	struct store *s = open_store(*state);
	AUTO_ERR struct err err = ERR_INIT;
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct store_event AUTO_STORE_EVENT row = { 0 };
	struct event *AUTO_EVENT e = NULL;
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	store_deliveries all = { 0 };

	assert_int_equal(store_begin_durable(s, &err), 0);
	assert_int_equal(outbox_emit(s, &n, &row, &err), 1);
	store_rollback(s);
	e = event_parse(str_c(row.body), "row", &errs);
	assert_int_equal(take(s, &n, e, row.body, &err), 1);
	assert_int_equal(take(s, &n, e, row.body, &err), 0);
	assert_int_equal(store_outbox_list(s, "g", 10, &all, &err), 0);
	assert_int_equal(all.n, 1);
	assert_string_equal(all.v[0].target, "u");
	assert_string_equal(all.v[0].id, e->id);
	store_deliveries_fini(&all);
	e->id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
	assert_int_equal(take(s, &n, e, row.body, &err), -ERR_REFUSED);
	assert_non_null(
		strstr(err.msg, "the number of event 01ARZ3NDEKTSV4RRFFQ69G5FAV is that of"));
	store_close(s);
}

static void
only_what_nobody_heard_is_taken_back(void **state)
{
	struct store *s = open_store(*state);
	AUTO_ERR struct err err = ERR_INIT;
	struct event_image images[2];
	struct outbox_news n = news(images, A, A);
	struct event *AUTO_EVENT a = emit(s, &n), *AUTO_EVENT b = NULL;
	struct store_claim claim = { .group = "g", .target = "t", .owner = "o", .lease_ms = 1 };
	store_deliveries all = { 0 };

	assert_int_equal(store_outbox_remove(s, a->seq, &err), 1);
	assert_int_equal(store_outbox_list(s, "g", 10, &all, &err), 0);
	assert_int_equal(all.n, 0);
	store_deliveries_fini(&all);
	b = emit(s, &n);
	assert_int_equal(store_outbox_claim(s, &claim, NOW, &err), 1);
	assert_int_equal(store_outbox_remove(s, b->seq, &err), 0);
	store_close(s);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(only_leaves_make_events),
		TEST(back_to_what_was_is_an_event),
		TEST(nothing_is_there_after_a_rollback),
		TEST(flat_fields),
		TEST(nonsense_is_refused),
		TEST(the_last_event_of_another_machine),
		TEST(an_event_of_another_machine_is_taken_once),
		TEST(only_what_nobody_heard_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
