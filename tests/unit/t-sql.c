/* SPDX-License-Identifier: Apache-2.0 */
/* t-sql.c: SQLite with errors as struct err. */
#include "io/fault.h"
#include "io/sql.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ADD, ALL, BY_NAME, COUNT, FEW, SYNC };

static const char *const texts[] = {
	[ADD] = "INSERT INTO t (name, size, data, note) VALUES (?, ?, ?, ?)",
	[ALL] = "SELECT name, size, data, note FROM t ORDER BY id",
	[BY_NAME] = "SELECT size FROM t WHERE name = ?",
	[COUNT] = "SELECT count(*) FROM t",
	[FEW] = "SELECT id FROM t WHERE id < ?",
	[SYNC] = "PRAGMA synchronous",
};

static const char schema[] =
	"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER, data BLOB, note TEXT)"
	" STRICT;"
	"CREATE TABLE child (t INTEGER NOT NULL REFERENCES t (id)) STRICT;"
	"PRAGMA user_version = 7;";

static void
assert_ok(int ret, const struct err *err)
{
	if (ret)
		fail_msg("%d: %s", ret, err->msg);
}

static struct sql *
open_new(const char *path)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = NULL;

	assert_ok(sql_open(path, SQL_CREATE, texts, ARRAY_SIZE(texts), &db, &err), &err);
	assert_ok(sql_script(db, schema, &err), &err);
	return db;
}

static void
add(struct sql *db, const char *name, int64_t size)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_ok(sql_exec(db, ADD, &err, "tibn", name, size, STR_LIT("x")), &err);
}

static int64_t
count(struct sql *db)
{
	struct err AUTO_ERR err = ERR_INIT;
	int64_t n;

	assert_ok(sql_query(db, COUNT, &err, ""), &err);
	assert_int_equal(sql_step(db, COUNT, &err), 1);
	n = sql_int(db, COUNT, 0);
	sql_reset(db, COUNT);
	return n;
}

static void
keeps_every_type(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);
	struct str odd = { "a\0b\xff", 4 };
	struct str got;
	int64_t version = 0;

	assert_ok(sql_exec(db, ADD, &err, "tibt", "one", INT64_MIN, odd, NULL), &err);
	assert_int_equal(sql_last_id(db), 1);
	assert_int_equal(sql_changes(db), 1);
	assert_ok(sql_exec(db, ADD, &err, "sibs", STR_NULL, (int64_t)2, STR_NULL, STR_LIT("é")),
		  &err);

	assert_ok(sql_query(db, ALL, &err, ""), &err);
	assert_int_equal(sql_step(db, ALL, &err), 1);
	assert_string_equal(sql_text(db, ALL, 0), "one");
	assert_int_equal(sql_int(db, ALL, 1), INT64_MIN);
	got = sql_blob(db, ALL, 2);
	assert_int_equal(got.n, odd.n);
	assert_memory_equal(got.p, odd.p, odd.n);
	assert_null(sql_text(db, ALL, 3));
	assert_true(sql_is_null(db, ALL, 3));
	assert_int_equal(sql_step(db, ALL, &err), 1);
	assert_string_equal(sql_text(db, ALL, 0), "");
	assert_false(sql_is_null(db, ALL, 2));
	assert_int_equal(sql_blob(db, ALL, 2).n, 0);
	assert_string_equal(sql_text(db, ALL, 3), "é");
	assert_int_equal(sql_step(db, ALL, &err), 0);
	assert_ok(sql_user_version(db, &version, &err), &err);
	assert_int_equal(version, 7);
	sql_close(db);
}

static void
query_copies_its_arguments(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);
	char *name = xstrdup("two");

	add(db, "one", 1);
	add(db, "two", 2);
	assert_ok(sql_query(db, BY_NAME, &err, "t", name), &err);
	free(name);
	assert_int_equal(sql_step(db, BY_NAME, &err), 1);
	assert_int_equal(sql_int(db, BY_NAME, 0), 2);
	assert_int_equal(sql_step(db, BY_NAME, &err), 0);
	/* Two queries at the same time, one ended early, and used again. */
	assert_ok(sql_query(db, ALL, &err, ""), &err);
	assert_int_equal(sql_step(db, ALL, &err), 1);
	assert_ok(sql_query(db, FEW, &err, "i", (int64_t)2), &err);
	assert_int_equal(sql_step(db, FEW, &err), 1);
	assert_int_equal(sql_int(db, FEW, 0), 1);
	assert_int_equal(sql_step(db, FEW, &err), 0);
	sql_reset(db, ALL);
	assert_ok(sql_query(db, ALL, &err, ""), &err);
	assert_int_equal(sql_step(db, ALL, &err), 1);
	assert_string_equal(sql_text(db, ALL, 0), "one");
	sql_close(db); /* with a query under way */
}

static void
constraint_is_an_error_with_the_path(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	char *AUTO_FREE text = NULL, *AUTO_FREE want = NULL;
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);

	add(db, "one", 1);
	assert_int_equal(sql_exec(db, ADD, &err, "tinn", "one", (int64_t)2), -ERR_STORE);
	text = err_text(&err);
	want = xasprintf("cannot write database '%s': UNIQUE constraint failed: t.name", path);
	assert_string_equal(text, want);
	/* The statement is usable afterwards. */
	add(db, "two", 2);
	assert_int_equal(count(db), 2);
	/* STRICT refuses text as a number, and foreign keys are on. */
	assert_int_equal(sql_exec(db, ADD, &err, "ttnn", "three", "many"), -ERR_STORE);
	assert_int_equal(sql_script(db, "INSERT INTO child VALUES (99)", &err), -ERR_STORE);
	sql_close(db);
}

static void
rollback_undoes_and_ends_queries(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);

	add(db, "one", 1);
	assert_ok(sql_begin(db, &err), &err);
	add(db, "two", 2);
	assert_ok(sql_query(db, ALL, &err, ""), &err);
	assert_int_equal(sql_step(db, ALL, &err), 1);
	sql_rollback(db);
	assert_int_equal(count(db), 1);
	assert_ok(sql_query(db, ALL, &err, ""), &err);
	sql_reset(db, ALL);
	sql_rollback(db); /* outside: nothing */
	assert_ok(sql_begin(db, &err), &err);
	add(db, "two", 2);
	assert_ok(sql_commit(db, &err), &err);
	assert_int_equal(count(db), 2);
	sql_close(db);
}

static void
missing_and_damaged_files_are_told_apart(void **state)
{
	char *AUTO_FREE none = tmp_path(*state, "none.db");
	char *AUTO_FREE bad = tmp_path(*state, "bad.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = NULL;

	assert_int_equal(sql_open(none, 0, texts, 1, &db, &err), -ERR_STORE);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_int_equal(access(none, F_OK), -1);
	tmp_text(*state, "bad.db",
		 "this is no database, but long enough to look like one: "
		 "................................................................");
	assert_int_equal(sql_open(bad, SQL_CREATE, texts, 1, &db, &err), -ERR_STORE);
	assert_int_equal(err.sys_errno, SQL_DAMAGED);
	assert_non_null(strstr(err.msg, "file is not a database"));
	assert_int_equal(sql_open(bad, SQL_READ_ONLY, texts, 1, &db, &err), -ERR_STORE);
	assert_int_equal(err.sys_errno, SQL_DAMAGED);
	assert_null(db);
}

static void
torn_page_is_damage(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);
	char page[4096];
	int fd;

	add(db, "one", 1);
	sql_close(db);
	memset(page, 0x5a, sizeof(page));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, page, sizeof(page), sizeof(page)), sizeof(page));
	assert_int_equal(close(fd), 0);
	assert_ok(sql_open(path, 0, texts, ARRAY_SIZE(texts), &db, &err), &err);
	assert_ok(sql_query(db, ALL, &err, ""), &err);
	assert_int_equal(sql_step(db, ALL, &err), -ERR_STORE);
	assert_int_equal(err.sys_errno, SQL_DAMAGED);
	sql_close(db);
}

static void
read_only_does_not_write(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);

	add(db, "one", 1);
	sql_close(db);
	assert_ok(sql_open(path, SQL_READ_ONLY, texts, ARRAY_SIZE(texts), &db, &err), &err);
	assert_int_equal(count(db), 1);
	assert_int_equal(sql_exec(db, ADD, &err, "tinn", "two", (int64_t)2), -ERR_STORE);
	assert_int_equal(err.sys_errno, EROFS);
	sql_close(db);
}

static void
write_many(const char *path)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = NULL;

	if (sql_open(path, SQL_CREATE, texts, ARRAY_SIZE(texts), &db, &err) || sql_begin(db, &err))
		_exit(1);
	if (sql_script(
		    db,
		    "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT, size INTEGER,"
		    " data BLOB, note TEXT)",
		    &err))
		_exit(2);
	if (sql_commit(db, &err))
		_exit(3);
	for (int i = 0; i < 20; i++) {
		if (sql_begin(db, &err) || sql_exec(db, ADD, &err, "nnnn") || sql_commit(db, &err))
			_exit(4);
	}
	sql_close(db);
}

static void
processes_share_one_database(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = NULL;
	enum { N = 8 };

	for (int i = 0; i < N; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			write_many(path);
			_exit(0);
		}
	}
	for (int i = 0; i < N; i++) {
		int status = -1;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_ok(sql_open(path, 0, texts, ARRAY_SIZE(texts), &db, &err), &err);
	assert_int_equal(count(db), N * 20);
	sql_close(db);
}

#ifdef LOCKSTEP_FAULTS
/* Runs fn in a child process; returns its wait status. */
static int
in_child(void (*fn)(const char *path), const char *path)
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (!pid) {
		fn(path);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
use_fault(const char *spec)
{
	assert_int_equal(setenv("LOCKSTEP_FAULT", spec, 1), 0);
	fault_reset();
}

static void
commit_that_fails_has_rolled_back(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);

	use_fault("sql-commit:2");
	for (int i = 0; i < 3; i++) {
		assert_ok(sql_begin(db, &err), &err);
		assert_ok(sql_exec(db, ADD, &err, "nnnn"), &err);
		assert_int_equal(sql_commit(db, &err), i == 1 ? -ERR_STORE : 0);
	}
	assert_int_equal(err.sys_errno, ENOSPC);
	assert_int_equal(count(db), 2);
	sql_close(db);
	use_fault("sql-open");
	assert_int_equal(sql_open(path, 0, texts, 1, &db, &err), -ERR_STORE);
	assert_ok(sql_open(path, 0, texts, 1, &db, &err), &err);
	sql_close(db);
	(void)unsetenv("LOCKSTEP_FAULT");
}

static void
killed_process_leaves_what_it_committed(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = NULL;
	int status;

	/* The first commit is the table's. */
	use_fault("kill-after-commit:4");
	status = in_child(write_many, path);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	use_fault("kill-before-commit:3");
	status = in_child(write_many, path);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	(void)unsetenv("LOCKSTEP_FAULT");
	assert_ok(sql_open(path, 0, texts, ARRAY_SIZE(texts), &db, &err), &err);
	assert_int_equal(count(db), 3 + 1);
	sql_close(db);
}
#endif

static int64_t
synchronous(struct sql *db)
{
	int64_t value;

	assert_int_equal(sql_query(db, SYNC, NULL, ""), 0);
	assert_int_equal(sql_step(db, SYNC, NULL), 1);
	value = sql_int(db, SYNC, 0);
	sql_reset(db, SYNC);
	return value;
}

static void
durable_while_it_lasts(void **state)
{
	AUTO_FREE char *path = tmp_path(*state, "x.db");
	struct err AUTO_ERR err = ERR_INIT;
	struct sql *db = open_new(path);

	assert_int_equal(synchronous(db), 1);
	assert_ok(sql_begin_durable(db, &err), &err);
	assert_int_equal(synchronous(db), 2);
	add(db, "kept", 1);
	assert_ok(sql_commit(db, &err), &err);
	assert_int_equal(synchronous(db), 1);
	assert_ok(sql_begin_durable(db, &err), &err);
	sql_rollback(db);
	assert_int_equal(synchronous(db), 1);
	sql_close(db);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_every_type),
		TEST(query_copies_its_arguments),
		TEST(constraint_is_an_error_with_the_path),
		TEST(rollback_undoes_and_ends_queries),
		TEST(missing_and_damaged_files_are_told_apart),
		TEST(torn_page_is_damage),
		TEST(read_only_does_not_write),
		TEST(processes_share_one_database),
		TEST(durable_while_it_lasts),
#ifdef LOCKSTEP_FAULTS
		TEST(commit_that_fails_has_rolled_back),
		TEST(killed_process_leaves_what_it_committed),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
