/* SPDX-License-Identifier: Apache-2.0 */
/* store_stat.c: rows of stat and blob, and the table in memory. */
#include "store/store_stat.h"

#include "store/store_priv.h"

#define POINT_LOOKUPS 512
#define GRAIN_NS 10000000LL
#define COARSE_GRAIN_NS 2000000000LL
#define SECOND_NS 1000000000LL

struct stat_row {
	struct tree_stamp stamp; /* oid unused */
	int64_t seen_ns;
	struct sha256 hash;
	bool used;
};

/* Open addressing over (dev, ino); filled once from the table, then kept in step with it. */
struct stat_cache {
	struct stat_row *rows;
	size_t cap, n;
	size_t lookups;
	bool loaded;
};

void
stat_cache_free(struct stat_cache *c)
{
	if (c)
		free(c->rows);
	free(c);
}

static struct stat_cache *
cache_of(struct store *s)
{
	if (!s->stat)
		s->stat = xcalloc(1, sizeof(*s->stat));
	return s->stat;
}

static struct stat_row *
slot(const struct stat_cache *c, uint64_t dev, uint64_t ino)
{
	uint64_t h = (ino ^ (dev << 40)) * 0x9e3779b97f4a7c15ull;
	size_t i = (size_t)(h >> 20) & (c->cap - 1);

	while (c->rows[i].used && (c->rows[i].stamp.ino != ino || c->rows[i].stamp.dev != dev))
		i = (i + 1) & (c->cap - 1);
	return &c->rows[i];
}

static void
cache_grow(struct stat_cache *c)
{
	struct stat_cache bigger = { .cap = c->cap ? c->cap * 2 : 4096 };

	bigger.rows = xcalloc(bigger.cap, sizeof(*bigger.rows));
	for (size_t i = 0; i < c->cap; i++)
		if (c->rows[i].used)
			*slot(&bigger, c->rows[i].stamp.dev, c->rows[i].stamp.ino) = c->rows[i];
	free(c->rows);
	c->rows = bigger.rows;
	c->cap = bigger.cap;
}

static void
cache_put(struct stat_cache *c, const struct stat_row *row)
{
	struct stat_row *to;

	if (c->n * 2 >= c->cap)
		cache_grow(c);
	to = slot(c, row->stamp.dev, row->stamp.ino);
	if (!to->used)
		c->n++;
	*to = *row;
	to->used = true;
}

/* Columns from first on: size, mtime_ns, ctime_ns, mode, seen_ns, hash. */
static void
read_row(struct sql *db, size_t id, int first, struct stat_row *row)
{
	struct str hash = sql_blob(db, id, first + 5);

	row->stamp.size = sql_int(db, id, first);
	row->stamp.mtime_ns = sql_int(db, id, first + 1);
	row->stamp.ctime_ns = sql_int(db, id, first + 2);
	row->stamp.mode = (uint32_t)sql_int(db, id, first + 3);
	row->seen_ns = sql_int(db, id, first + 4);
	if (hash.n == SHA256_LEN)
		memcpy(row->hash.b, hash.p, SHA256_LEN);
}

static int
cache_load(struct store *s, struct stat_cache *c, struct err *err)
{
	int r = sql_query(s->db, SQL_STAT_ALL, err, "");

	if (r)
		return r;
	while ((r = sql_step(s->db, SQL_STAT_ALL, err)) > 0) {
		struct stat_row row = { 0 };

		row.stamp.dev = (uint64_t)sql_int(s->db, SQL_STAT_ALL, 0);
		row.stamp.ino = (uint64_t)sql_int(s->db, SQL_STAT_ALL, 1);
		read_row(s->db, SQL_STAT_ALL, 2, &row);
		cache_put(c, &row);
	}
	c->loaded = r == 0;
	return r;
}

static bool
racy(const struct stat_row *row)
{
	bool whole = row->stamp.mtime_ns % SECOND_NS == 0 || row->stamp.ctime_ns % SECOND_NS == 0;
	int64_t before = row->seen_ns - (whole ? COARSE_GRAIN_NS : GRAIN_NS);

	return row->stamp.mtime_ns >= before || row->stamp.ctime_ns >= before;
}

static bool
believable(const struct stat_row *row, const struct tree_stamp *now)
{
	const struct tree_stamp *was = &row->stamp;

	return was->size == now->size && was->mtime_ns == now->mtime_ns &&
	       was->ctime_ns == now->ctime_ns && was->mode == now->mode && !racy(row);
}

static int
blob_get(struct store *s, const char *oid, struct sha256 *ret, struct err *err)
{
	struct str hash;
	int r = sql_query(s->db, SQL_BLOB_GET, err, "t", oid);

	if (!r)
		r = sql_step(s->db, SQL_BLOB_GET, err);
	if (r <= 0)
		return r;
	hash = sql_blob(s->db, SQL_BLOB_GET, 0);
	r = hash.n == SHA256_LEN;
	if (r)
		memcpy(ret->b, hash.p, SHA256_LEN);
	sql_reset(s->db, SQL_BLOB_GET);
	return r;
}

static int
point_get(struct store *s, const struct tree_stamp *stamp, struct stat_row *row, struct err *err)
{
	int r = sql_query(s->db, SQL_STAT_GET, err, "ii", (int64_t)stamp->ino, (int64_t)stamp->dev);

	if (!r)
		r = sql_step(s->db, SQL_STAT_GET, err);
	if (r <= 0)
		return r;
	read_row(s->db, SQL_STAT_GET, 0, row);
	sql_reset(s->db, SQL_STAT_GET);
	return 1;
}

int
store_stat_get(struct store *s, const struct tree_stamp *stamp, struct sha256 *ret, struct err *err)
{
	struct stat_cache *c = cache_of(s);
	struct stat_row row = { 0 };
	int r;

	if (stamp->oid)
		return blob_get(s, stamp->oid, ret, err);
	if (stamp->blind)
		return 0;
	if (!c->loaded && ++c->lookups > POINT_LOOKUPS) {
		r = cache_load(s, c, err);
		if (r)
			return r;
	}
	if (c->loaded) {
		if (!c->n)
			return 0;
		row = *slot(c, stamp->dev, stamp->ino);
		r = row.used;
	} else {
		r = point_get(s, stamp, &row, err);
	}
	if (r <= 0 || !believable(&row, stamp))
		return r < 0 ? r : 0;
	*ret = row.hash;
	return 1;
}

int
store_stat_put(struct store *s, const struct tree_stamp *stamp, int64_t seen_ns, struct sha256 hash,
	       struct err *err)
{
	struct stat_cache *c = cache_of(s);
	struct stat_row row = { .stamp = *stamp, .seen_ns = seen_ns, .hash = hash };
	struct str blob = { (const char *)hash.b, SHA256_LEN };

	if (stamp->oid)
		return sql_exec(s->db, SQL_BLOB_PUT, err, "tb", stamp->oid, blob);
	if (stamp->blind)
		return 0;
	if (c->loaded)
		cache_put(c, &row);
	return sql_exec(s->db, SQL_STAT_PUT, err, "iiiiiiib", (int64_t)stamp->dev,
			(int64_t)stamp->ino, stamp->size, stamp->mtime_ns, stamp->ctime_ns,
			(int64_t)stamp->mode, seen_ns, blob);
}
