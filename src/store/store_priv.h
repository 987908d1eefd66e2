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
	X(SQL_RUN_IMPORT, "INSERT INTO run(started_ms, ended_ms, state, command, scope, graph, "   \
			  "root, git_commit, jobs, ulid) VALUES(?, ?, 'done', ?, ?, ?, '', ?, 0, " \
			  "?)")                                                                    \
	X(SQL_RUN_BY_ULID, "SELECT id FROM run WHERE ulid = ?")                                    \
	X(SQL_RUN_NAMED, "SELECT ulid FROM run WHERE id = ? AND ulid IS NOT NULL")                 \
	X(SQL_RUN_ULID, "UPDATE run SET ulid = ? WHERE id = ?")                                    \
	X(SQL_RUN_END, "UPDATE run SET ended_ms = ?, state = ? WHERE id = ?")                      \
	X(SQL_RUN_SWEEP, "UPDATE run SET state = 'interrupted' WHERE state = 'running'")           \
	X(SQL_RUN_LIST, "SELECT id, started_ms, ended_ms, state, command, scope, graph, root, "    \
			"git_commit, jobs FROM run WHERE scope = ?1 OR ?1 IS NULL "                \
			"ORDER BY id DESC LIMIT ?2")                                               \
	X(SQL_RUN_OLD,                                                                             \
	  "SELECT r.id, r.started_ms, r.ended_ms, r.state, r.command, r.scope, r.graph, r.root, "  \
	  "r.git_commit, r.jobs FROM run r WHERE r.started_ms < ?1 AND (SELECT count(*) FROM "     \
	  "run n WHERE n.scope = r.scope AND n.id > r.id) >= ?2 AND NOT EXISTS (SELECT 1 FROM "    \
	  "step s WHERE s.run_id = r.id AND s.outcome = 'built' AND NOT EXISTS (SELECT 1 FROM "    \
	  "step x JOIN run y ON y.id = x.run_id WHERE x.image = s.image AND x.run_id > r.id "      \
	  "AND x.outcome = 'built' AND y.scope = r.scope)) ORDER BY r.id")                         \
	X(SQL_RUN_FORGET, "DELETE FROM run WHERE id = ?")                                          \
	X(SQL_RUN_GET, "SELECT id, started_ms, ended_ms, state, command, scope, graph, root, "     \
		       "git_commit, jobs FROM run WHERE id = ?")                                   \
	X(SQL_STEP_PUT, "INSERT OR REPLACE INTO step(run_id, image, outcome, key, image_id, "      \
			"inputs, reasons, started_ms, ended_ms, log, message, made_id) "           \
			"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                              \
	X(SQL_STEP_IMPORT, "INSERT OR IGNORE INTO step(run_id, image, outcome, key, image_id, "    \
			   "inputs, reasons, started_ms, ended_ms, log, message, made_id) "        \
			   "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                           \
	X(SQL_STEP_OF_RUN, "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, s.inputs, "    \
			   "s.reasons, s.started_ms, s.ended_ms, s.log, s.message, s.made_id "     \
			   "FROM step s WHERE s.run_id = ? ORDER BY s.image")                      \
	X(SQL_STEP_LAST, "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, s.inputs, "      \
			 "s.reasons, s.started_ms, s.ended_ms, s.log, s.message, s.made_id "       \
			 "FROM step s JOIN run r ON r.id = s.run_id "                              \
			 "WHERE s.image = ?1 AND r.scope = ?2 AND s.run_id <= ?3 "                 \
			 "AND (?4 IS NULL OR s.outcome = ?4) ORDER BY s.run_id DESC LIMIT 1")      \
	X(SQL_STEP_LATEST_ALL,                                                                     \
	  "SELECT s.run_id, s.image, s.outcome, s.key, s.image_id, "                               \
	  "s.inputs, s.reasons, s.started_ms, s.ended_ms, s.log, s.message, s.made_id "            \
	  "FROM step s JOIN run r ON r.id = s.run_id WHERE r.scope = ?1 "                          \
	  "AND s.run_id = (SELECT max(x.run_id) FROM step x JOIN run y "                           \
	  "ON y.id = x.run_id WHERE x.image = s.image AND y.scope = ?1 "                           \
	  "AND x.outcome = 'built') ORDER BY s.image")                                             \
	X(SQL_STEP_DURATION, "SELECT s.image, avg(s.ended_ms - s.started_ms) FROM step s "         \
			     "JOIN run r ON r.id = s.run_id WHERE r.scope = ?1 "                   \
			     "AND s.outcome = 'built' AND s.run_id > ?2 GROUP BY s.image")         \
	X(SQL_TRACE_GET,                                                                           \
	  "SELECT image_id, inputs, run_id, created_ms, tree_id FROM trace WHERE key = ?")         \
	X(SQL_TRACE_PUT, "INSERT INTO trace(key, image_id, inputs, run_id, created_ms, tree_id) "  \
			 "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET "                \
			 "image_id = excluded.image_id, inputs = excluded.inputs, "                \
			 "run_id = excluded.run_id, created_ms = excluded.created_ms, "            \
			 "tree_id = excluded.tree_id")                                             \
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
			 "run_id, checked_ms, duration_ms) VALUES(?, ?, ?, ?, ?, ?, ?)")           \
	X(SQL_EVENT_LAST, "SELECT seq, id, grp, created_ms, body, content_key FROM event "         \
			  "WHERE grp = ? ORDER BY seq DESC LIMIT 1")                               \
	X(SQL_EVENT_GET, "SELECT seq, id, grp, created_ms, body, content_key FROM event "          \
			 "WHERE grp = ? AND id = ?")                                               \
	X(SQL_EVENT_BY_SEQ, "SELECT seq, id, grp, created_ms, body, content_key FROM event "       \
			    "WHERE seq = ?")                                                       \
	X(SQL_EVENT_MAX, "SELECT coalesce(max(seq), 0) FROM event")                                \
	X(SQL_EVENT_PUT, "INSERT INTO event(seq, id, grp, created_ms, body, content_key) "         \
			 "VALUES(?, ?, ?, ?, ?, ?)")                                               \
	X(SQL_EVENT_REMOVE, "DELETE FROM event WHERE seq = ? AND seq NOT IN (SELECT event_seq "    \
			    "FROM delivery WHERE state IN('inflight', 'done') OR attempts > 0)")   \
	X(SQL_EVENT_IMAGES, "SELECT image, tag, digest FROM event_image WHERE event_seq = ? "      \
			    "ORDER BY image")                                                      \
	X(SQL_EVENT_IMAGE_PUT, "INSERT INTO event_image(event_seq, image, tag, digest) "           \
			       "VALUES(?, ?, ?, ?)")                                               \
	X(SQL_DELIVERY_PUT, "INSERT INTO delivery(event_seq, target, state, since_ms, "            \
			    "not_before_ms) VALUES(?1, ?2, 'pending', ?3, ?3) "                    \
			    "ON CONFLICT(event_seq, target) DO UPDATE SET state = 'pending', "     \
			    "attempts = 0, since_ms = ?3, not_before_ms = ?3, done_ms = NULL "     \
			    "WHERE state != 'inflight'")                                           \
	X(SQL_DELIVERY_SUPERSEDE,                                                                  \
	  "UPDATE delivery SET state = 'superseded', done_ms = ?4 WHERE target = ?2 "              \
	  "AND state = 'pending' AND event_seq < ?1 "                                              \
	  "AND event_seq IN (SELECT seq FROM event WHERE grp = ?3)")                               \
	X(SQL_DELIVERY_INFLIGHT, "SELECT event_seq, target, lease_until_ms, lease_owner "          \
				 "FROM delivery WHERE state = 'inflight'")                         \
	X(SQL_DELIVERY_RELEASE, "UPDATE delivery SET state = 'pending', attempts = attempts + 1, " \
				"lease_until_ms = NULL, lease_owner = NULL, "                      \
				"error = 'the sender ended before it could say how it went' "      \
				"WHERE event_seq = ? AND target = ? AND state = 'inflight'")       \
	X(SQL_DELIVERY_CLAIM,                                                                      \
	  "UPDATE delivery SET state = 'inflight', lease_until_ms = ?4, lease_owner = ?5 "         \
	  "WHERE (event_seq, target) = (SELECT d.event_seq, d.target FROM delivery d "             \
	  "JOIN event e ON e.seq = d.event_seq WHERE d.state = 'pending' AND e.grp = ?1 "          \
	  "AND d.target = ?2 AND d.not_before_ms <= ?3 "                                           \
	  "AND NOT EXISTS (SELECT 1 FROM delivery o JOIN event f ON f.seq = o.event_seq "          \
	  "WHERE f.grp = ?1 AND o.target = d.target AND (o.state = 'inflight' "                    \
	  "OR (o.state = 'pending' AND o.event_seq < d.event_seq))) "                              \
	  "ORDER BY d.event_seq LIMIT 1) "                                                         \
	  "RETURNING event_seq, attempts, since_ms")                                               \
	X(SQL_DELIVERY_END,                                                                        \
	  "UPDATE delivery SET state = ?4, attempts = attempts + ?5, not_before_ms = ?6, "         \
	  "http_status = ?7, request_id = ?8, error = ?9, done_ms = ?10, "                         \
	  "lease_until_ms = NULL, lease_owner = NULL WHERE event_seq = ?1 AND target = ?2 "        \
	  "AND state = 'inflight' AND lease_owner = ?3")                                           \
	X(SQL_DELIVERY_NEXT,                                                                       \
	  "SELECT min(CASE d.state WHEN 'pending' THEN d.not_before_ms "                           \
	  "ELSE d.lease_until_ms END) FROM delivery d JOIN event e ON e.seq = d.event_seq "        \
	  "WHERE e.grp = ? AND d.target = ? AND d.state IN('pending', 'inflight')")                \
	X(SQL_DELIVERY_LIST,                                                                       \
	  "SELECT e.seq, e.id, e.created_ms, d.target, d.state, d.attempts, d.not_before_ms, "     \
	  "d.http_status, d.request_id, d.error, d.done_ms FROM event e "                          \
	  "LEFT JOIN delivery d ON d.event_seq = e.seq WHERE e.grp = ?1 "                          \
	  "AND e.seq IN (SELECT seq FROM event WHERE grp = ?1 ORDER BY seq DESC LIMIT ?2) "        \
	  "ORDER BY e.seq DESC, d.target")                                                         \
	X(SQL_DELIVERY_RETRY,                                                                      \
	  "UPDATE delivery SET state = 'pending', attempts = 0, since_ms = ?2, "                   \
	  "not_before_ms = ?2, done_ms = NULL WHERE event_seq = ?1 "                               \
	  "AND state IN('dead', 'dropped', 'pending')")                                            \
	X(SQL_DELIVERY_DROP, "UPDATE delivery SET state = 'dropped', done_ms = ?2 "                \
			     "WHERE event_seq = ?1 AND state IN('dead', 'pending')")               \
	X(SQL_ATTEMPT_PUT,                                                                         \
	  "INSERT INTO attempt(event_seq, target, n, started_ms, ended_ms, http_status, "          \
	  "retry_after_ms, error) VALUES(?1, ?2, (SELECT coalesce(max(n), 0) + 1 FROM attempt "    \
	  "WHERE event_seq = ?1 AND target = ?2), ?3, ?4, ?5, ?6, ?7)")

#define STORE_SQL_ID(id, text) id,
enum store_sql { STORE_SQL_LIST(STORE_SQL_ID) STORE_SQL_COUNT };

void stat_cache_free(struct stat_cache *c);

#endif
