/* SPDX-License-Identifier: Apache-2.0 */
/* t-store.c: opening, transactions, small values, and databases that are not ours to use. */
#include "io/sql.h"
#include "lib/tmp.h"
#include "store/schema.h"
#include "store/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

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

static void
set(struct store *s, const char *name, const char *value)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (store_set_meta(s, name, value, &err))
		fail_msg("%s", err.msg);
}

static void
check(struct store *s, const char *name, const char *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;

	if (store_get_meta(s, name, &got, &err))
		fail_msg("%s", err.msg);
	if (!want) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, want);
}

static void
test_values_outlive_the_process(void **state)
{
	AUTO_FREE char *dir = tmp_path(*state, "new/folder");
	struct store *s = open_store(dir);

	check(s, "a", NULL);
	set(s, "a", "1");
	set(s, "b", "");
	set(s, "a", "2");
	store_close(s);
	s = open_store(dir);
	check(s, "a", "2");
	check(s, "b", "");
	check(s, "c", NULL);
	store_close(s);
}

static void
test_a_transaction_is_there_whole_or_not_at_all(void **state)
{
	struct store *s = open_store(*state);

	assert_int_equal(store_begin(s, NULL), 0);
	set(s, "a", "1");
	set(s, "b", "1");
	store_rollback(s);
	check(s, "a", NULL);
	assert_int_equal(store_begin(s, NULL), 0);
	set(s, "a", "2");
	set(s, "b", "2");
	assert_int_equal(store_commit(s, NULL), 0);
	assert_int_equal(store_begin(s, NULL), 0);
	set(s, "a", "3");
	store_close(s); /* as if the process had ended here */
	s = open_store(*state);
	check(s, "a", "2");
	check(s, "b", "2");
	store_close(s);
}

static void
test_a_reader_beside_a_writer_sees_what_is_committed(void **state)
{
	struct store *writer = open_store(*state), *reader = open_store(*state);

	set(writer, "a", "1");
	assert_int_equal(store_begin(writer, NULL), 0);
	set(writer, "a", "2");
	check(reader, "a", "1");
	assert_int_equal(store_commit(writer, NULL), 0);
	check(reader, "a", "2");
	store_close(reader);
	store_close(writer);
}

static void
test_a_damaged_database_is_set_aside(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct store *s = NULL;
	AUTO_FREE char *start = tmp_path(*state, "lockstep.db.damaged-");
	AUTO_FREE char *kept = NULL;

	tmp_text(*state, "lockstep.db", "this was never a database, and is long enough to tell\n");
	if (store_open(*state, &s, &notice, &err))
		fail_msg("%s", err.msg);
	assert_non_null(notice.set_aside);
	assert_int_equal(strncmp(notice.set_aside, start, strlen(start)), 0);
	kept = tmp_read(*state, notice.set_aside + strlen(*state) + 1);
	assert_string_equal(kept, "this was never a database, and is long enough to tell\n");
	store_notice_clear(&notice);
	assert_null(notice.set_aside);
	set(s, "a", "1");
	store_close(s);
	s = open_store(*state);
	check(s, "a", "1");
	store_close(s);
}

static void
test_a_database_of_a_newer_version_is_left_alone(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *path = tmp_path(*state, "lockstep.db"), *want = NULL;
	struct store_notice notice = { 0 };
	struct store *s = open_store(*state);
	struct sql *db = NULL;
	int64_t version = 0;

	store_close(s);
	assert_int_equal(sql_open(path, SQL_CREATE, NULL, 0, &db, &err), 0);
	assert_int_equal(sql_user_version(db, &version, &err), 0);
	assert_int_equal(version, schema_version());
	assert_int_equal(sql_script(db, "PRAGMA user_version = 1000", &err), 0);
	sql_close(db);
	assert_int_equal(store_open(*state, &s, &notice, &err), -ERR_STORE);
	want = xasprintf("'%s': the database has schema version 1000, this lockstep knows versions "
			 "up to %d: use the newer lockstep, or another LOCKSTEP_STATE",
			 path, schema_version());
	assert_string_equal(err.msg, want);
	assert_null(notice.set_aside);
	assert_int_equal(access(path, F_OK), 0);
}

static void
test_a_state_folder_that_cannot_be(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *dir = tmp_path(*state, "file/state");
	struct store_notice notice = { 0 };
	struct store *s = NULL;

	tmp_text(*state, "file", "");
	assert_int_equal(store_open(dir, &s, &notice, &err), -ERR_SYSTEM);
	assert_null(s);
}

static void
test_a_state_folder_that_is_not_ours_to_write(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *want = xasprintf("cannot write '%s': Permission denied", (char *)*state);
	struct store_notice notice = { 0 };
	struct store *s = NULL;
	bool reached;
	int r;

	assert_int_equal(chmod(*state, 0555), 0);
	/* Root writes anywhere. */
	if (geteuid() == 0 && seteuid(65534))
		skip();
	reached = !faccessat(AT_FDCWD, *state, R_OK, AT_EACCESS);
	r = store_open(*state, &s, &notice, &err);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(*state, 0755), 0);
	if (!reached)
		skip();
	assert_int_equal(r, -ERR_SYSTEM);
	assert_string_equal(err.msg, want);
	assert_string_equal(err.hint, "choose another state folder with --state or LOCKSTEP_STATE");
	assert_null(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_values_outlive_the_process),
		CASE(test_a_transaction_is_there_whole_or_not_at_all),
		CASE(test_a_reader_beside_a_writer_sees_what_is_committed),
		CASE(test_a_damaged_database_is_set_aside),
		CASE(test_a_database_of_a_newer_version_is_left_alone),
		CASE(test_a_state_folder_that_cannot_be),
		CASE(test_a_state_folder_that_is_not_ours_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
