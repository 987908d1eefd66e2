/* SPDX-License-Identifier: Apache-2.0 */
/* collect_hash.c: hashes of what was collected: remembered, or read anew. */
#include "base/clock.h"
#include "engine/collect_priv.h"
#include "store/store_stat.h"

/* One of so many files, which ones differs from run to run. */
static bool
drawn(const struct collect *c, const struct collect_item *item)
{
	AUTO_FREE char *text = xasprintf("%lld %s", (long long)c->trust.salt, item->tree_path);
	struct sha256 h = sha256_of(text, strlen(text));

	return (h.b[0] << 8 | h.b[1]) % 100 < c->trust.sample;
}

/* Known from this process, or from the store. 1 found, 0 not. */
static int
known_hash(struct collect *c, struct collect_item *item, struct err *err)
{
	struct sha256 *memo = map_get(c->files->hashes, str_c(item->tree_path));
	int r;

	if (memo) {
		item->file.hash = *memo;
		return 1;
	}
	if (!c->store || c->trust.none)
		return 0;
	r = store_stat_get(c->store, &item->entry->stamp, &item->file.hash, err);
	if (r > 0 && drawn(c, item)) {
		item->believed = true;
		return 0;
	}
	if (r > 0)
		map_set(c->files->hashes, str_c(item->tree_path),
			arena_dup(c->p->arena, &item->file.hash, sizeof(struct sha256)));
	return r;
}

static int
remember(struct collect *c, struct collect_item *const *items, size_t n, int64_t seen_ns,
	 struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		map_set(c->files->hashes, str_c(items[i]->tree_path),
			arena_dup(c->p->arena, &items[i]->file.hash, sizeof(struct sha256)));
	if (!c->store || !n)
		return 0;
	r = store_begin(c->store, err);
	for (size_t i = 0; !r && i < n; i++)
		r = store_stat_put(c->store, &items[i]->entry->stamp, seen_ns, items[i]->file.hash,
				   err);
	if (!r)
		return store_commit(c->store, err);
	store_rollback(c->store);
	return r;
}

/* A row that was wrong is the end: others may be, and keys were made of them. */
static int
settle(struct collect *c, struct collect_item *item, const struct sha256 *hash, struct err *err)
{
	if (item->believed && !sha256_eq(item->file.hash, *hash)) {
		err_set(err, ERR_REFUSED, "the stat cache is wrong about '%s'",
			project_shown(c->p, c->image, item->tree_path));
		err_hint(err, "something changes files and puts their times back, or the clock was "
			      "set back: --no-stat-cache reads all files anew");
		return -ERR_REFUSED;
	}
	item->file.hash = *hash;
	return 0;
}

int
collect_hash(struct collect *c, struct pool *pool, struct err *err)
{
	struct collect_item **todo = xcalloc(c->items.n + 1, sizeof(struct collect_item *));
	struct tree_job *jobs = NULL;
	int64_t seen_ns = clock_real_ns();
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < c->items.n; i++) {
		struct collect_item *item = &c->items.v[i];

		if (item->file.kind != INPUT_FILE)
			continue;
		item->tree_path = project_tree_path(c->p, c->image, item->file.path);
		r = known_hash(c, item, err);
		if (!r)
			todo[n++] = item;
	}
	if (r >= 0 && n) {
		jobs = xcalloc(n, sizeof(*jobs));
		for (size_t i = 0; i < n; i++)
			jobs[i] = (struct tree_job){ .path = str_c(todo[i]->tree_path),
						     .entry = todo[i]->entry,
						     .dst_dirfd = -1 };
		r = tree_process(c->files->tree, pool, jobs, n, err);
		for (size_t i = 0; !r && i < n; i++)
			r = settle(c, todo[i], &jobs[i].hash, err);
		for (size_t i = 0; i < n; i++)
			err_clear(&jobs[i].err);
		if (!r)
			r = remember(c, todo, n, seen_ns, err);
	}
	free(jobs);
	free(todo);
	return r < 0 ? r : 0;
}
