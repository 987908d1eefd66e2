/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_stat.c: which rows are believed, and which files are read again. */
#include "lib/tmp.h"
#include "store/store_stat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define S 1000000000LL
#define MS 1000000LL
#define T (1700000000 * S + 123456789) /* no whole second */
#define LOAD_ALL 600                   /* look-ups after which the table is in memory */

static struct store *
open_store(const char *dir)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct store *s = NULL;

	if (store_open(dir, &s, &notice, &err))
		fail_msg("%s", err.msg);
	assert_null(notice.set_aside);
	return s;
}

static struct tree_stamp
stamp(void)
{
	return (struct tree_stamp){ .dev = 7,
				    .ino = 4711,
				    .size = 100,
				    .mtime_ns = T,
				    .ctime_ns = T + 5,
				    .mode = 0100644 };
}

static struct sha256
hash(const char *text)
{
	return sha256_of(text, strlen(text));
}

static void
put(struct store *s, struct tree_stamp at, int64_t seen_ns, const char *text)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (store_stat_put(s, &at, seen_ns, hash(text), &err))
		fail_msg("%s", err.msg);
}

/* text NULL: it is not known. */
static void
check(struct store *s, struct tree_stamp at, const char *text)
{
	AUTO_ERR struct err err = ERR_INIT;
	char got[SHA256_HEX_SIZE], want[SHA256_HEX_SIZE];
	struct sha256 h = { { 0 } };

	assert_int_equal(store_stat_get(s, &at, &h, &err), text ? 1 : 0);
	if (!text)
		return;
	sha256_hex(h, got);
	sha256_hex(hash(text), want);
	assert_string_equal(got, want);
}

/* The same questions one by one, and with the table in memory. */
static void
both_ways(const char *dir, void (*questions)(struct store *s))
{
	struct store *s = open_store(dir);
	struct tree_stamp other = stamp();

	questions(s);
	store_close(s);
	s = open_store(dir);
	other.ino = 1;
	for (int i = 0; i < LOAD_ALL; i++)
		check(s, other, NULL);
	questions(s);
	store_close(s);
}

static void
ask_each_field(struct store *s)
{
	struct tree_stamp at = stamp();

	check(s, at, "content");
	at.dev++;
	check(s, at, NULL);
	at = stamp();
	at.ino++;
	check(s, at, NULL);
	at = stamp();
	at.size++;
	check(s, at, NULL);
	at = stamp();
	at.mtime_ns++;
	check(s, at, NULL);
	at = stamp();
	at.ctime_ns--;
	check(s, at, NULL);
	at = stamp();
	at.mode = 0100755;
	check(s, at, NULL);
	check(s, stamp(), "content");
}

static void
test_every_field_must_be_as_it_was(void **state)
{
	struct store *s = open_store(*state);

	put(s, stamp(), T + 60 * S, "content");
	store_close(s);
	both_ways(*state, ask_each_field);
}

/* Forged rows: when the file was last touched, when it was hashed, and whether that is believed. */
static const struct {
	int64_t mtime_ns, ctime_ns, seen_ns;
	bool believed;
} forged[] = {
	{ T, T, T + S, true },
	{ T, T, T, false },                /* hashed at the moment of the write */
	{ T, T, T + 10 * MS, false },      /* within one tick of a coarse clock */
	{ T, T, T + 10 * MS + 1, true },   /* just beyond it */
	{ T, T, T - S, false },            /* written after the clock was read */
	{ T, T + S, T + S, false },        /* an old mtime that was set: ctime tells */
	{ T + S, T, T + S, false },        /* an mtime in the future */
	{ T - T % S, T, T + S, false },    /* whole seconds: perhaps the file system's grain */
	{ T - T % S, T, T + 3 * S, true }, /* and beyond that grain */
	{ T, T - T % S, T + S, false },    /* the same for ctime */
	{ T, T - T % S, T + 3 * S, true },
};

static void
ask_forged(struct store *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(forged); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		struct tree_stamp at = stamp();
		struct sha256 h;
		int found;

		at.ino += i;
		at.mtime_ns = forged[i].mtime_ns;
		at.ctime_ns = forged[i].ctime_ns;
		found = store_stat_get(s, &at, &h, &err);
		if (found != forged[i].believed)
			fail_msg("row %zu: %d, wanted %d", i, found, forged[i].believed);
	}
}

static void
test_racily_clean_rows_are_not_believed(void **state)
{
	struct store *s = open_store(*state);

	for (size_t i = 0; i < ARRAY_SIZE(forged); i++) {
		struct tree_stamp at = stamp();

		at.ino += i;
		at.mtime_ns = forged[i].mtime_ns;
		at.ctime_ns = forged[i].ctime_ns;
		put(s, at, forged[i].seen_ns, "content");
	}
	store_close(s);
	both_ways(*state, ask_forged);
}

static void
test_what_its_file_system_does_not_tell_of_is_not_kept(void **state)
{
	struct store *s = open_store(*state);
	struct tree_stamp at = stamp();

	put(s, at, T + S, "a");
	at.blind = true;
	check(s, at, NULL);
	at.ino++;
	put(s, at, T + S, "b");
	at.blind = false;
	check(s, at, NULL);
	at.ino--;
	check(s, at, "a");
	store_close(s);
}

static void
test_an_inode_that_is_used_again_is_another_file(void **state)
{
	struct store *s = open_store(*state);
	struct tree_stamp later = stamp();

	later.mtime_ns += 10 * S;
	later.ctime_ns += 10 * S;
	put(s, stamp(), T + 5 * S, "the first");
	check(s, later, NULL);
	put(s, later, T + 60 * S, "the second");
	check(s, later, "the second");
	check(s, stamp(), NULL);
	store_close(s);
}

static void
test_rows_written_after_loading_are_seen(void **state)
{
	struct store *s = open_store(*state);
	struct tree_stamp at = stamp(), other = stamp();

	other.dev++;
	put(s, at, T + 60 * S, "before");
	for (int i = 0; i < LOAD_ALL; i++)
		check(s, at, "before");
	at.size++;
	put(s, at, T + 60 * S, "after");
	put(s, other, T + 60 * S, "same inode, other device");
	check(s, at, "after");
	check(s, stamp(), NULL);
	check(s, other, "same inode, other device");
	store_close(s);
	s = open_store(*state);
	check(s, at, "after");
	check(s, other, "same inode, other device");
	store_close(s);
}

/* More rows than the table in memory starts with. */
static void
test_many_rows(void **state)
{
	struct store *s = open_store(*state);
	struct tree_stamp at = stamp();
	char text[20];

	assert_int_equal(store_begin(s, NULL), 0);
	for (at.ino = 0; at.ino < 5000; at.ino++) {
		(void)snprintf(text, sizeof(text), "file %llu", (unsigned long long)at.ino);
		put(s, at, T + 60 * S, text);
	}
	assert_int_equal(store_commit(s, NULL), 0);
	for (at.ino = 0; at.ino < 5000; at.ino++) {
		(void)snprintf(text, sizeof(text), "file %llu", (unsigned long long)at.ino);
		check(s, at, text);
	}
	check(s, at, NULL);
	store_close(s);
}

static void
test_a_git_object_is_known_by_its_id_alone(void **state)
{
	struct store *s = open_store(*state);
	struct tree_stamp one = { .mode = 0100644,
				  .oid = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" };
	struct tree_stamp two = { .mode = 0100644,
				  .oid = "ce013625030ba8dba906f756967f9e9ca394464a" };

	put(s, one, 0, "");
	check(s, two, NULL);
	one.mode = 0100755;
	check(s, one, "");
	store_close(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_every_field_must_be_as_it_was),
		CASE(test_racily_clean_rows_are_not_believed),
		CASE(test_what_its_file_system_does_not_tell_of_is_not_kept),
		CASE(test_an_inode_that_is_used_again_is_another_file),
		CASE(test_rows_written_after_loading_are_seen),
		CASE(test_many_rows),
		CASE(test_a_git_object_is_known_by_its_id_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
