/* SPDX-License-Identifier: Apache-2.0 */
/* sql.h: SQLite with errors as struct err, typed arguments and checked bindings. */
#ifndef LOCKSTEP_IO_SQL_H
#define LOCKSTEP_IO_SQL_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Only the main thread uses a database. Statements are prepared when first used and kept, by
 * their position in the store's own table of SQL texts. Argument letters: 't' const char * (NULL =
 * SQL NULL), 's' struct str as text, 'b' struct str as blob (both never NULL, perhaps empty), 'i'
 * int64_t (cast anything narrower), 'n' nothing (SQL NULL). Letters that do not fit the
 * statement's parameters are a bug and abort.
 *
 * Errors are ERR_STORE with the database's path in the message; sys_errno is SQL_DAMAGED, or
 * ENOENT when the database does not exist, or EBUSY when another process kept it locked for longer
 * than the 5 s that every call waits.
 */
struct sql;

enum sql_open_flags { SQL_CREATE = 1, SQL_READ_ONLY = 2 };

#define SQL_DAMAGED 26 /* err.sys_errno of an ERR_STORE that means: not a database, or corrupt */

/* texts: all statements of the store, n of them, which outlive the database. WAL, synchronous
 * NORMAL (what is committed survives the death of the process, though perhaps not that of the
 * machine; see sql_begin_durable()), foreign keys on. */
int sql_open(const char *path, unsigned flags, const char *const *texts, size_t n, struct sql **ret,
	     struct err *err) NODISCARD;
/* NULL is fine. An open transaction is rolled back. */
void sql_close(struct sql *db);
/* Runs a script without arguments or rows (schema, migrations, pragmas). */
int sql_script(struct sql *db, const char *script, struct err *err) NODISCARD;
int sql_user_version(struct sql *db, int64_t *ret, struct err *err) NODISCARD;

/* BEGIN IMMEDIATE … COMMIT. Nesting is a bug. A commit that fails has rolled back. sql_rollback
 * never fails, ends every query that is under way, and does no harm outside a transaction. */
int sql_begin(struct sql *db, struct err *err) NODISCARD;
/* The same with synchronous FULL: what is committed survives the death of the machine too. */
int sql_begin_durable(struct sql *db, struct err *err) NODISCARD;
int sql_commit(struct sql *db, struct err *err) NODISCARD;
void sql_rollback(struct sql *db);

/* Runs statement `id` to its end, no rows expected. */
int sql_exec(struct sql *db, size_t id, struct err *err, const char *types, ...) NODISCARD;
/* Starts a query (arguments are copied); rows by sql_step. One that is under way must have come
 * to its end or been reset. */
int sql_query(struct sql *db, size_t id, struct err *err, const char *types, ...) NODISCARD;
/* 1 = a row is there, 0 = end (the statement is reset), negative = error (likewise). */
int sql_step(struct sql *db, size_t id, struct err *err) NODISCARD;
/* Ends a query early. */
void sql_reset(struct sql *db, size_t id);
/* Columns of the current row; texts and blobs are borrowed until the next step. */
int64_t sql_int(struct sql *db, size_t id, int col);
const char *sql_text(struct sql *db, size_t id, int col); /* NULL for SQL NULL */
struct str sql_blob(struct sql *db, size_t id, int col);
bool sql_is_null(struct sql *db, size_t id, int col);
int64_t sql_last_id(struct sql *db);
int64_t sql_changes(struct sql *db);

#endif
