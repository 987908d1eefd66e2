/* SPDX-License-Identifier: Apache-2.0 */
/* store.c: opening the database, setting a damaged one aside, small values. */
#include "store/store.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "store/schema.h"
#include "store/store_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define STORE_SQL_TEXT(id, text) text,
static const char *const texts[] = { STORE_SQL_LIST(STORE_SQL_TEXT) };

static int
open_once(const char *path, struct sql **ret, struct err *err)
{
	struct sql *db;
	int r = sql_open(path, SQL_CREATE, texts, STORE_SQL_COUNT, &db, err);

	if (r)
		return r;
	r = schema_upgrade(db, err);
	if (r) {
		sql_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

/* The -wal and -shm files belong to the damaged file: a new database must not replay them. */
static int
set_aside(const char *path, char **ret, struct err *err)
{
	static const char *const tails[] = { "-wal", "-shm" };
	AUTO_FREE char *aside = xasprintf("%s.damaged-%lld", path, (long long)clock_wall_ms());

	if (rename(path, aside))
		return err_sys(err, "cannot set the damaged '%s' aside", path);
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		AUTO_FREE char *from = xasprintf("%s%s", path, tails[i]);
		AUTO_FREE char *to = xasprintf("%s%s", aside, tails[i]);

		(void)rename(from, to); /* absent after a clean end */
	}
	*ret = STEAL(aside);
	return 0;
}

/* SQLite does not tell what is in its way. */
static bool
cannot_write(const char *path, struct err *err)
{
	if (!file_exists(AT_FDCWD, path) || !faccessat(AT_FDCWD, path, W_OK, AT_EACCESS))
		return false;
	err_clear(err);
	(void)err_sys(err, "cannot write '%s'", path); /* its class is the caller's to return */
	err_hint(err, "choose another state folder with --state or LOCKSTEP_STATE");
	return true;
}

/* What SQLite has failed in names the path already. */
static int
explain(const char *state_dir, const char *path, struct err *err)
{
	int r = -(int)err->class;

	if (cannot_write(state_dir, err) || cannot_write(path, err))
		return -(int)err->class;
	return strstr(err->msg, path) ? r : err_prefix(err, "'%s'", path);
}

int
store_open(const char *state_dir, struct store **ret, struct store_notice *ret_notice,
	   struct err *err)
{
	AUTO_FREE char *path = path_join(state_dir, "lockstep.db");
	AUTO_ERR struct err first = ERR_INIT;
	struct sql *db = NULL;
	int r = file_mkdirs(state_dir, err);

	if (r)
		return r;
	r = open_once(path, &db, &first);
	if (r && first.class == ERR_STORE && first.sys_errno == SQL_DAMAGED) {
		r = set_aside(path, &ret_notice->set_aside, err);
		if (r)
			return r;
		r = open_once(path, &db, err);
	} else if (r) {
		(void)err_move(err, &first);
	}
	if (r)
		return explain(state_dir, path, err);
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->db = db;
	return 0;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	stat_cache_free(s->stat);
	sql_close(s->db);
	free(s);
}

void
store_notice_clear(struct store_notice *n)
{
	free(n->set_aside);
	n->set_aside = NULL;
}

int
store_begin(struct store *s, struct err *err)
{
	return sql_begin(s->db, err);
}

int
store_begin_durable(struct store *s, struct err *err)
{
	return sql_begin_durable(s->db, err);
}

int
store_commit(struct store *s, struct err *err)
{
	return sql_commit(s->db, err);
}

void
store_rollback(struct store *s)
{
	sql_rollback(s->db);
}

int
store_get_meta(struct store *s, const char *name, char **ret, struct err *err)
{
	int r = sql_query(s->db, SQL_META_GET, err, "t", name);

	if (!r)
		r = sql_step(s->db, SQL_META_GET, err);
	if (r < 0)
		return r;
	*ret = r ? xstrdup(sql_text(s->db, SQL_META_GET, 0)) : NULL;
	sql_reset(s->db, SQL_META_GET);
	return 0;
}

int
store_set_meta(struct store *s, const char *name, const char *value, struct err *err)
{
	return sql_exec(s->db, SQL_META_SET, err, "tt", name, value);
}
