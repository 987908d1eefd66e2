/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c: an append-only list of migrations against user_version. */
#include "store/schema.h"

static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, started_ms INTEGER NOT NULL,"
	" ended_ms INTEGER, state TEXT NOT NULL"
	" CHECK(state IN('running','done','failed','cancelled','interrupted')),"
	" command TEXT NOT NULL, scope TEXT NOT NULL, graph TEXT NOT NULL, root TEXT NOT NULL,"
	" git_commit TEXT, jobs INTEGER NOT NULL) STRICT;"
	"CREATE TABLE step(run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
	" image TEXT NOT NULL, outcome TEXT NOT NULL, key BLOB, image_id TEXT, inputs BLOB,"
	" reasons TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
	" log TEXT, message TEXT, PRIMARY KEY(run_id, image)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX step_image ON step(image, run_id);"
	"CREATE TABLE trace(key BLOB PRIMARY KEY, image_id TEXT NOT NULL, inputs BLOB NOT NULL,"
	" run_id INTEGER, created_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE node(hash BLOB PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE stat(dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL,"
	" mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, mode INTEGER NOT NULL,"
	" seen_ns INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(ino, dev))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE blob(oid TEXT PRIMARY KEY, hash BLOB NOT NULL) STRICT, WITHOUT ROWID;",
	"CREATE TABLE image_check(image_id TEXT NOT NULL, digest BLOB NOT NULL,"
	" passed INTEGER NOT NULL, message TEXT, run_id INTEGER NOT NULL,"
	" checked_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL,"
	" PRIMARY KEY(image_id, digest)) STRICT, WITHOUT ROWID;",
	/* 3: the outbox */
	"CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
	" grp TEXT NOT NULL, created_ms INTEGER NOT NULL, body BLOB NOT NULL,"
	" content_key BLOB NOT NULL CHECK(length(content_key) = 32)) STRICT;"
	"CREATE INDEX event_grp ON event(grp, seq);"
	"CREATE TABLE event_image(event_seq INTEGER NOT NULL"
	" REFERENCES event(seq) ON DELETE CASCADE, image TEXT NOT NULL, tag TEXT,"
	" digest TEXT NOT NULL, PRIMARY KEY(event_seq, image)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE delivery(event_seq INTEGER NOT NULL"
	" REFERENCES event(seq) ON DELETE CASCADE, target TEXT NOT NULL, state TEXT NOT NULL"
	" CHECK(state IN('pending','inflight','done','dead','superseded','dropped')),"
	" attempts INTEGER NOT NULL DEFAULT 0, since_ms INTEGER NOT NULL,"
	" not_before_ms INTEGER NOT NULL, lease_until_ms INTEGER, lease_owner TEXT,"
	" http_status INTEGER, request_id TEXT, error TEXT, done_ms INTEGER,"
	" PRIMARY KEY(event_seq, target)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX delivery_due ON delivery(state, not_before_ms);"
	"CREATE TABLE attempt(event_seq INTEGER NOT NULL, target TEXT NOT NULL,"
	" n INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
	" http_status INTEGER, retry_after_ms INTEGER, error TEXT,"
	" PRIMARY KEY(event_seq, target, n), FOREIGN KEY(event_seq, target)"
	" REFERENCES delivery(event_seq, target) ON DELETE CASCADE) STRICT, WITHOUT ROWID;",
	("ALTER TABLE trace ADD COLUMN tree_id BLOB;"
	 "ALTER TABLE step ADD COLUMN made_id TEXT;"),
	/* runs of other machines, whose records came from a registry */
	("ALTER TABLE run ADD COLUMN ulid TEXT;"
	 "CREATE UNIQUE INDEX run_ulid ON run(ulid) WHERE ulid IS NOT NULL;"),
};

int
schema_version(void)
{
	return (int)ARRAY_SIZE(migrations);
}

static int
apply(struct sql *db, size_t i, struct err *err)
{
	AUTO_FREE char *pragma = xasprintf("PRAGMA user_version = %zu", i + 1);
	int r = sql_script(db, migrations[i], err);

	return r ? r : sql_script(db, pragma, err);
}

static int
check_version(int64_t have, struct err *err)
{
	if (have <= schema_version())
		return 0;
	return err_set(err, ERR_STORE,
		       "the database has schema version %lld, this lockstep knows "
		       "versions up to %d: use the newer lockstep, or another LOCKSTEP_STATE",
		       (long long)have, schema_version());
}

/* Asked again inside the transaction: another process may have upgraded meanwhile. */
static int
upgrade(struct sql *db, struct err *err)
{
	int64_t have;
	int r = sql_user_version(db, &have, err);

	if (!r)
		r = check_version(have, err);
	for (size_t i = r ? 0 : (size_t)have; !r && i < ARRAY_SIZE(migrations); i++)
		r = apply(db, i, err);
	return r;
}

int
schema_upgrade(struct sql *db, struct err *err)
{
	int64_t have;
	int r = sql_user_version(db, &have, err);

	if (!r)
		r = check_version(have, err);
	if (r || have == schema_version())
		return r;
	r = sql_begin(db, err);
	if (r)
		return r;
	r = upgrade(db, err);
	if (!r)
		r = sql_commit(db, err);
	if (r)
		sql_rollback(db);
	return r;
}
