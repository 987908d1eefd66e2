/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c: the part of a tree that does not depend on where the files come from. */
#include "io/tree_priv.h"

#include "base/path.h"

#include <errno.h>
#include <sys/stat.h>

struct tree *
tree_new(const struct tree_ops *ops, char *take_name, void *take_own)
{
	struct tree *t = xcalloc(1, sizeof(*t));

	t->ops = ops;
	t->name = take_name;
	t->own = take_own;
	t->listings = map_new();
	return t;
}

void
tree_free(struct tree *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < map_len(t->listings); i++)
		tree_listing_free(map_value(t->listings, i));
	map_free(t->listings);
	t->ops->fini(t);
	free(t->name);
	free(t);
}

const char *
tree_name(const struct tree *t)
{
	return t->name;
}

int
tree_fail(const char *path, int why, struct err *err)
{
	errno = why;
	return err_sys(err, "cannot read '%s'", path);
}

int
tree_changed(const char *path, struct err *err)
{
	return err_set(err, ERR_INPUT, "'%s' changed while it was read", path);
}

void
tree_set_mode(struct tree_entry *e, uint32_t mode)
{
	e->executable = S_ISREG(mode) && (mode & S_IXUSR);
	e->stamp.mode = mode;
	if (S_ISREG(mode))
		e->type = TREE_FILE;
	else if (S_ISDIR(mode))
		e->type = TREE_DIR;
	else if (S_ISLNK(mode))
		e->type = TREE_LINK;
	else
		e->type = S_ISSOCK(mode) ? TREE_SOCKET : TREE_SPECIAL;
}

void
tree_listing_free(struct tree_listing *l)
{
	if (!l)
		return;
	free(l->entries);
	free(l->names);
	free(l);
}

static int
cmp_entry(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct tree_listing *
tree_cached(const struct tree *t, struct str dir)
{
	return map_get(t->listings, dir);
}

void
tree_listing_sort(struct tree_listing *l)
{
	if (l->n) /* an empty one may have no array */
		qsort(l->entries, l->n, sizeof(*l->entries), cmp_entry);
}

void
tree_cache(struct tree *t, struct str dir, struct tree_listing *take_listing)
{
	BUG_ON(!map_add(t->listings, dir, take_listing));
}

const struct tree_entry *
tree_find(const struct tree_listing *l, struct str name)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = str_cmp(name, str_c(l->entries[mid].name));

		if (!c)
			return &l->entries[mid];
		if (c < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

/* The path as a C string, if it is one that lies in a tree. */
static int
inside(const struct tree *t, struct str path, char **ret, struct err *err)
{
	BUG_ON(!path.n || memchr(path.p, '\0', path.n));
	if (path_is_abs(path) || path_escapes(path))
		return err_set(err, ERR_INPUT, "'%.*s' lies outside of '%s'", STR_FMT(path),
			       t->name);
	*ret = str_dup(path);
	return 0;
}

int
tree_list(struct tree *t, struct str dir, const struct tree_entry **ret, size_t *ret_n,
	  struct err *err)
{
	struct tree_listing *l = tree_cached(t, dir);
	char *AUTO_FREE path = NULL;

	if (!l) {
		int rc = inside(t, dir, &path, err);

		if (!rc)
			rc = t->ops->list(t, path, &l, err);
		if (rc)
			return rc;
		tree_cache(t, dir, l);
	}
	*ret = l->entries;
	*ret_n = l->n;
	return 0;
}

int
tree_stat(struct tree *t, struct str path, const struct tree_entry **ret, struct err *err)
{
	char *AUTO_FREE copy = NULL, *AUTO_FREE dir = NULL;
	const struct tree_listing *l;
	int rc = inside(t, path, &copy, err);

	if (rc)
		return rc;
	dir = path_dir(copy);
	l = str_eq_c(path, ".") ? NULL : tree_cached(t, str_c(dir));
	if (!l)
		return t->ops->stat(t, copy, ret, err);
	*ret = tree_find(l, str_c(path_base(copy)));
	return 0;
}

int
tree_readlink(struct tree *t, struct str path, char **ret, struct err *err)
{
	char *AUTO_FREE copy = NULL;
	int rc = inside(t, path, &copy, err);

	return rc ? rc : t->ops->readlink(t, copy, ret, err);
}

int
tree_read(struct tree *t, struct str path, size_t max, struct buf *ret, struct err *err)
{
	char *AUTO_FREE copy = NULL;
	int rc = inside(t, path, &copy, err);

	buf_clear(ret);
	return rc ? rc : t->ops->read(t, copy, max, ret, err);
}

void
tree_prefetch(struct tree *t, struct pool *pool, struct str dir,
	      bool (*enter)(void *ctx, struct str dir), void *ctx)
{
	char *AUTO_FREE copy = NULL;

	/* A path that is wrong is told by the tree_list that follows. */
	if (t->ops->prefetch && !inside(t, dir, &copy, NULL))
		t->ops->prefetch(t, pool, copy, enter, ctx);
}

int
tree_process(struct tree *t, struct pool *pool, struct tree_job *jobs, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		BUG_ON(!jobs[i].entry || jobs[i].entry->type != TREE_FILE);
	t->ops->process(t, pool, jobs, n);
	for (size_t i = 0; i < n; i++) {
		if (jobs[i].err.class != ERR_NONE)
			return err_move(err, &jobs[i].err);
	}
	return 0;
}
