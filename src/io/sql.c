/* SPDX-License-Identifier: Apache-2.0 */
/* sql.c: SQLite with errors as struct err, typed arguments and checked bindings. */
#include "io/sql.h"

#include "io/fault.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>

_Static_assert(SQL_DAMAGED == SQLITE_NOTADB, "the header's number is SQLite's");

#define BUSY_TIMEOUT_MS 5000
#define BUSY_RETRY_MS 10

struct sql {
	sqlite3 *db;
	char *path;
	const char *const *texts; /* borrowed */
	sqlite3_stmt **stmts;     /* NULL until first used */
	size_t n;
	bool durable; /* the transaction that is under way */
};

/* What err.sys_errno says about a SQLite result code, extended or not. */
static int
errno_of(sqlite3 *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return SQL_DAMAGED;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return db ? sqlite3_system_errno(db) : 0;
	default:
		return 0;
	}
}

/* Sets err from the last failure of the connection. */
static int
sql_fail(struct sql *db, int rc, const char *doing, struct err *err)
{
	bool known = sqlite3_extended_errcode(db->db) == rc;
	const char *why = known ? sqlite3_errmsg(db->db) : sqlite3_errstr(rc);
	int sys_errno = errno_of(db->db, rc);
	int ret;

	if ((rc & 0xff) == SQLITE_BUSY)
		why = "another process keeps it locked";
	ret = err_set(err, ERR_STORE, "cannot %s database '%s': %s", doing, db->path, why);
	if (err)
		err->sys_errno = sys_errno;
	return ret;
}

static int
run_text(struct sql *db, const char *text)
{
	return sqlite3_exec(db->db, text, NULL, NULL, NULL);
}

/* The change to WAL does not wait for others as everything else does, so processes that create
 * one database at the same time would fail here. */
static int
use_wal(struct sql *db)
{
	int rc;

	for (int waited = 0;; waited += BUSY_RETRY_MS) {
		rc = run_text(db, "PRAGMA journal_mode = WAL");
		if ((rc & 0xff) != SQLITE_BUSY || waited >= BUSY_TIMEOUT_MS)
			return rc;
		sqlite3_sleep(BUSY_RETRY_MS);
	}
}

static int
sql_configure(struct sql *db, unsigned flags)
{
	int keep = 1, rc;

	sqlite3_extended_result_codes(db->db, 1);
	/* Making and removing the log's two files at each start would be most of what opening costs. */
	(void)sqlite3_file_control(db->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	sqlite3_busy_timeout(db->db, BUSY_TIMEOUT_MS);
	/* The first statement that reads the file tells whether it is a database at all. */
	rc = flags & SQL_READ_ONLY ? run_text(db, "PRAGMA schema_version") : use_wal(db);
	if (rc)
		return rc;
	return run_text(db, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; "
			    "PRAGMA journal_size_limit = 0");
}

int
sql_open(const char *path, unsigned flags, const char *const *texts, size_t n, struct sql **ret,
	 struct err *err)
{
	struct sql *db = xcalloc(1, sizeof(*db));
	int mode = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc;

	db->path = xstrdup(path);
	db->texts = texts;
	db->n = n;
	db->stmts = xcalloc(n ? n : 1, sizeof(sqlite3_stmt *));
	mode |= flags & SQL_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	mode |= flags & SQL_CREATE ? SQLITE_OPEN_CREATE : 0;
	rc = sqlite3_open_v2(path, &db->db, mode, NULL);
	BUG_ON(!db->db); /* out of memory, says SQLite's manual */
	if (!rc)
		rc = fault_hit("sql-open") ? SQLITE_CANTOPEN : sql_configure(db, flags);
	if (rc) {
		rc = sql_fail(db, rc, "open", err);
		sql_close(db);
		return rc;
	}
	*ret = db;
	return 0;
}

void
sql_close(struct sql *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n; i++)
		(void)sqlite3_finalize(db->stmts[i]); /* repeats an error that step gave */
	/* BUSY would mean a statement that is not in the table. */
	BUG_ON(sqlite3_close(db->db) != SQLITE_OK);
	free(db->stmts);
	free(db->path);
	free(db);
}

int
sql_script(struct sql *db, const char *script, struct err *err)
{
	int rc = run_text(db, script);

	return rc ? sql_fail(db, rc, "change", err) : 0;
}

int
sql_user_version(struct sql *db, int64_t *ret, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db->db, "PRAGMA user_version", -1, &stmt, NULL);

	if (!rc)
		rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW) {
		rc = sql_fail(db, rc, "read", err);
		(void)sqlite3_finalize(stmt); /* the error is in err by now */
		return rc;
	}
	*ret = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt); /* nothing is left that could fail */
	return 0;
}

/* After the transaction. That it stays FULL when this fails would cost time, and nothing else. */
static void
end_durable(struct sql *db)
{
	if (db->durable)
		(void)run_text(db, "PRAGMA synchronous = NORMAL");
	db->durable = false;
}

int
sql_begin(struct sql *db, struct err *err)
{
	int rc;

	BUG_ON(!sqlite3_get_autocommit(db->db));
	rc = run_text(db, "BEGIN IMMEDIATE");
	return rc ? sql_fail(db, rc, "lock", err) : 0;
}

int
sql_begin_durable(struct sql *db, struct err *err)
{
	int rc;

	/* SQLite takes no notice of it within a transaction. */
	BUG_ON(!sqlite3_get_autocommit(db->db));
	rc = run_text(db, "PRAGMA synchronous = FULL");
	if (rc)
		return sql_fail(db, rc, "lock", err);
	db->durable = true;
	rc = sql_begin(db, err);
	if (rc)
		end_durable(db);
	return rc;
}

int
sql_commit(struct sql *db, struct err *err)
{
	int rc;

	BUG_ON(sqlite3_get_autocommit(db->db));
	(void)fault_hit("kill-before-commit"); /* does not come back */
	if (fault_hit("sql-commit")) {
		rc = err_set(err, ERR_STORE, "cannot write database '%s': %s", db->path,
			     sqlite3_errstr(SQLITE_FULL));
		if (err)
			err->sys_errno = ENOSPC;
		sql_rollback(db);
		return rc;
	}
	rc = run_text(db, "COMMIT");
	if (rc) {
		rc = sql_fail(db, rc, "write", err);
		sql_rollback(db);
		return rc;
	}
	end_durable(db);
	(void)fault_hit("kill-after-commit"); /* does not come back */
	return 0;
}

void
sql_rollback(struct sql *db)
{
	for (size_t i = 0; i < db->n; i++) {
		if (db->stmts[i])
			sql_reset(db, i);
	}
	/* SQLite rolls back by itself after some errors. A rollback that fails leaves a journal,
	 * and the next one to open the database does it. */
	if (!sqlite3_get_autocommit(db->db))
		(void)run_text(db, "ROLLBACK");
	end_durable(db);
}

/* The statement, prepared and idle. */
static int
ready(struct sql *db, size_t id, sqlite3_stmt **ret, struct err *err)
{
	BUG_ON(id >= db->n);
	if (!db->stmts[id]) {
		int rc = sqlite3_prepare_v3(db->db, db->texts[id], -1, SQLITE_PREPARE_PERSISTENT,
					    &db->stmts[id], NULL);

		if (rc)
			return sql_fail(db, rc, "use", err);
	}
	BUG_ON(sqlite3_stmt_busy(db->stmts[id]));
	*ret = db->stmts[id];
	return 0;
}

static int
bind_one(sqlite3_stmt *stmt, int at, char type, va_list *ap, sqlite3_destructor_type keep)
{
	const char *text;
	struct str s;

	switch (type) {
	case 't':
		text = va_arg(*ap, const char *);
		return sqlite3_bind_text(stmt, at, text, -1, keep);
	case 's':
		s = va_arg(*ap, struct str);
		return sqlite3_bind_text64(stmt, at, s.n ? s.p : "", s.n, keep, SQLITE_UTF8);
	case 'b':
		s = va_arg(*ap, struct str);
		return sqlite3_bind_blob64(stmt, at, s.n ? s.p : "", s.n, keep);
	case 'i':
		return sqlite3_bind_int64(stmt, at, va_arg(*ap, int64_t));
	case 'n':
		return sqlite3_bind_null(stmt, at);
	default:
		BUG_ON("unknown argument letter");
		return SQLITE_MISUSE;
	}
}

static int
bind_all(struct sql *db, sqlite3_stmt *stmt, const char *types, va_list *ap,
	 sqlite3_destructor_type keep, struct err *err)
{
	BUG_ON(strlen(types) != (size_t)sqlite3_bind_parameter_count(stmt));
	for (int i = 0; types[i]; i++) {
		int rc = bind_one(stmt, i + 1, types[i], ap, keep);

		if (rc)
			return sql_fail(db, rc, "use", err);
	}
	return 0;
}

/* Lets go of the arguments too: they may be gone when the statement runs again. */
static void
finish(sqlite3_stmt *stmt)
{
	(void)sqlite3_reset(stmt);          /* repeats the error that step gave */
	(void)sqlite3_clear_bindings(stmt); /* cannot fail */
}

int
sql_exec(struct sql *db, size_t id, struct err *err, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list ap;
	int ret = ready(db, id, &stmt, err);

	if (ret)
		return ret;
	va_start(ap, types);
	ret = bind_all(db, stmt, types, &ap, SQLITE_STATIC, err);
	va_end(ap);
	if (!ret) {
		int rc = sqlite3_step(stmt);

		BUG_ON(rc == SQLITE_ROW);
		if (rc != SQLITE_DONE)
			ret = sql_fail(db, rc, "write", err);
	}
	finish(stmt);
	return ret;
}

int
sql_query(struct sql *db, size_t id, struct err *err, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list ap;
	int ret = ready(db, id, &stmt, err);

	if (ret)
		return ret;
	va_start(ap, types);
	ret = bind_all(db, stmt, types, &ap, SQLITE_TRANSIENT, err);
	va_end(ap);
	if (ret)
		finish(stmt);
	return ret;
}

static sqlite3_stmt *
stmt_of(struct sql *db, size_t id)
{
	BUG_ON(id >= db->n || !db->stmts[id]);
	return db->stmts[id];
}

int
sql_step(struct sql *db, size_t id, struct err *err)
{
	sqlite3_stmt *stmt = stmt_of(db, id);
	int rc = sqlite3_step(stmt), ret = 0;

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		ret = sql_fail(db, rc, "read", err);
	finish(stmt);
	return ret;
}

void
sql_reset(struct sql *db, size_t id)
{
	finish(stmt_of(db, id));
}

int64_t
sql_int(struct sql *db, size_t id, int col)
{
	return sqlite3_column_int64(stmt_of(db, id), col);
}

const char *
sql_text(struct sql *db, size_t id, int col)
{
	return (const char *)sqlite3_column_text(stmt_of(db, id), col);
}

struct str
sql_blob(struct sql *db, size_t id, int col)
{
	sqlite3_stmt *stmt = stmt_of(db, id);
	const char *p = sqlite3_column_blob(stmt, col);

	/* SQLite wants the length asked for after the bytes. */
	return (struct str){ p ? p : "", (size_t)sqlite3_column_bytes(stmt, col) };
}

bool
sql_is_null(struct sql *db, size_t id, int col)
{
	return sqlite3_column_type(stmt_of(db, id), col) == SQLITE_NULL;
}

int64_t
sql_last_id(struct sql *db)
{
	return sqlite3_last_insert_rowid(db->db);
}

int64_t
sql_changes(struct sql *db)
{
	return sqlite3_changes64(db->db);
}
