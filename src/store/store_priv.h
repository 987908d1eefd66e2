/* SPDX-License-Identifier: Apache-2.0 */
/* store_priv.h: the statements that the store's files share. */
#ifndef LOCKSTEP_STORE_STORE_PRIV_H
#define LOCKSTEP_STORE_STORE_PRIV_H

#include "io/sql.h"
#include "store/store.h"

struct stat_cache;

struct store {
	struct sql *db;
	struct stat_cache *stat;
};

#define STORE_SQL_LIST(X)                                                                          \
	X(SQL_META_GET, "SELECT value FROM meta WHERE name = ?")                                   \
	X(SQL_META_SET, "INSERT INTO meta(name, value) VALUES(?, ?) ON CONFLICT(name) "            \
			"DO UPDATE SET value = excluded.value")                                    \
	X(SQL_RUN_NEW, "INSERT INTO run(started_ms, state, command, scope, graph, root, "          \
		       "git_commit, jobs) VALUES(?, 'running', ?, ?, ?, ?, ?, ?)")                 \
	X(SQL_RUN_END, "UPDATE run SET ended_ms = ?, state = ? WHERE id = ?")                      \
	X(SQL_RUN_SWEEP, "UPDATE run SET state = 'interrupted' WHERE state = 'running'")           \
	X(SQL_RUN_LIST, "SELECT id, started_ms, ended_ms, state, command, scope, graph, root, "    \
			"git_commit, jobs FROM run WHERE scope = ?1 OR ?1 IS NULL "                \
			"ORDER BY id DESC LIMIT ?2")                                               \
	X(SQL_RUN_GET, "SELECT id, started_ms, ended_ms, state, command, scope, graph, root, "     \
		       "git_commit, jobs FROM run WHERE id = ?")                                   \
	X(SQL_STEP_PUT, "INSERT OR REPLACE INTO step(run_id, image, outcome, key, image_id, "      \
			"inputs, reasons, started_ms, ended_ms, log, message) "                    \
			"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                                 \
	X(SQL_STEP_OF_RUN, "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, s.inputs, "    \
			   "s.reasons, s.started_ms, s.ended_ms, s.log, s.message "                \
			   "FROM step s WHERE s.run_id = ? ORDER BY s.image")                      \
	X(SQL_STEP_LAST, "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, s.inputs, "      \
			 "s.reasons, s.started_ms, s.ended_ms, s.log, s.message "                  \
			 "FROM step s JOIN run r ON r.id = s.run_id "                              \
			 "WHERE s.image = ?1 AND r.scope = ?2 AND s.run_id <= ?3 "                 \
			 "AND (?4 IS NULL OR s.outcome = ?4) ORDER BY s.run_id DESC LIMIT 1")      \
	X(SQL_STEP_LATEST_ALL, "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, "          \
			       "s.inputs, s.reasons, s.started_ms, s.ended_ms, s.log, s.message "  \
			       "FROM step s JOIN run r ON r.id = s.run_id WHERE r.scope = ?1 "     \
			       "AND s.run_id = (SELECT max(x.run_id) FROM step x JOIN run y "      \
			       "ON y.id = x.run_id WHERE x.image = s.image AND y.scope = ?1 "      \
			       "AND x.outcome = 'built') ORDER BY s.image")                        \
	X(SQL_STEP_DURATION, "SELECT s.image, avg(s.ended_ms - s.started_ms) FROM step s "         \
			     "JOIN run r ON r.id = s.run_id WHERE r.scope = ?1 "                   \
			     "AND s.outcome = 'built' AND s.run_id > ?2 GROUP BY s.image")         \
	X(SQL_TRACE_GET, "SELECT image_id, inputs, run_id, created_ms FROM trace WHERE key = ?")   \
	X(SQL_TRACE_PUT, "INSERT INTO trace(key, image_id, inputs, run_id, created_ms) "           \
			 "VALUES(?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET "                   \
			 "image_id = excluded.image_id, inputs = excluded.inputs, "                \
			 "run_id = excluded.run_id, created_ms = excluded.created_ms")             \
	X(SQL_NODE_GET, "SELECT body FROM node WHERE hash = ?")                                    \
	X(SQL_NODE_PUT, "INSERT OR IGNORE INTO node(hash, body) VALUES(?, ?)")                     \
	X(SQL_STAT_GET, "SELECT size, mtime_ns, ctime_ns, mode, seen_ns, hash FROM stat "          \
			"WHERE ino = ? AND dev = ?")                                               \
	X(SQL_STAT_ALL, "SELECT dev, ino, size, mtime_ns, ctime_ns, mode, seen_ns, hash "          \
			"FROM stat")                                                               \
	X(SQL_STAT_PUT, "INSERT OR REPLACE INTO stat(dev, ino, size, mtime_ns, ctime_ns, mode, "   \
			"seen_ns, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")                           \
	X(SQL_BLOB_GET, "SELECT hash FROM blob WHERE oid = ?")                                     \
	X(SQL_BLOB_PUT, "INSERT OR IGNORE INTO blob(oid, hash) VALUES(?, ?)")                      \
	X(SQL_CHECK_GET, "SELECT passed, message, run_id, checked_ms, duration_ms "                \
			 "FROM image_check WHERE image_id = ? AND digest = ?")                     \
	X(SQL_CHECK_PUT, "INSERT OR REPLACE INTO image_check(image_id, digest, passed, message, "  \
			 "run_id, checked_ms, duration_ms) VALUES(?, ?, ?, ?, ?, ?, ?)")

#define STORE_SQL_ID(id, text) id,
enum store_sql { STORE_SQL_LIST(STORE_SQL_ID) STORE_SQL_COUNT };

void stat_cache_free(struct stat_cache *c);

#endif
