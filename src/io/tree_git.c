/* SPDX-License-Identifier: Apache-2.0 */
/* tree_git.c: the files of a commit, listed once, read through git cat-file. */
#include "base/file.h"
#include "base/path.h"
#include "io/git.h"
#include "io/git_priv.h"
#include "io/tree_priv.h"

#include <errno.h>
#include <sys/stat.h>

#define MAX_LISTING (1u << 30)
#define MAX_LINK 65536

struct tree_git {
	char *repo;
	struct git_cat *cat; /* started when the first object is read */
	struct buf listing;  /* output of ls-tree; ids point into it */
};

/* A folder while it is being filled. */
struct growing {
	VEC(struct tree_entry) entries;
};

static int
cat_of(struct tree_git *g, struct err *err)
{
	return g->cat ? 0 : git_cat_open(g->repo, &g->cat, err);
}

/* Everything is in the cache: what is asked for here does not exist. */
static int
git_list(struct tree *t, const char *dir, struct tree_listing **ret UNUSED, struct err *err)
{
	AUTO_FREE char *parent = path_dir(dir);
	struct tree_listing *up = tree_cached(t, str_c(parent));

	if (up && tree_find(up, str_c(path_base(dir))))
		return tree_fail(dir, ENOTDIR, err);
	return tree_fail(dir, ENOENT, err);
}

/* Reached only when the parent is no folder of the commit. */
static int
git_stat(struct tree *t, const char *path, const struct tree_entry **ret, struct err *err)
{
	AUTO_FREE char *at = path_dir(path);

	*ret = NULL;
	for (;;) {
		AUTO_FREE char *up = path_dir(at);
		struct tree_listing *l = tree_cached(t, str_c(up));

		if (l && tree_find(l, str_c(path_base(at))))
			return tree_fail(path, ENOTDIR, err);
		if (l || !strcmp(at, "."))
			return 0;
		free(at);
		at = STEAL(up);
	}
}

static int
add_bytes(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct buf *b = ctx;

	buf_add(b, bytes, n);
	return b->full ? err_set(err, ERR_INPUT, "is larger than %zu bytes", b->max) : 0;
}

static int
read_blob(struct tree *t, const char *path, struct buf *ret, struct err *err)
{
	struct tree_git *g = t->own;
	const struct tree_entry *e;
	int r = tree_stat(t, str_c(path), &e, err);

	if (r)
		return r;
	if (!e)
		return tree_fail(path, ENOENT, err);
	if (e->type == TREE_DIR)
		return tree_fail(path, EISDIR, err);
	r = cat_of(g, err);
	if (!r)
		r = git_cat_read(g->cat, e->stamp.oid, add_bytes, ret, NULL, err);
	return r;
}

static int
git_readlink(struct tree *t, const char *path, char **ret, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;
	int r;

	buf_init(&b, MAX_LINK);
	r = read_blob(t, path, &b, err);
	if (r)
		return err_prefix(err, "link '%s'", path);
	*ret = buf_steal(&b);
	return 0;
}

static int
git_read(struct tree *t, const char *path, size_t max, struct buf *ret, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;
	int r;

	buf_init(&b, max);
	r = read_blob(t, path, &b, err);
	if (r)
		return err_prefix(err, "'%s'", path);
	buf_add_str(ret, buf_str(&b));
	return 0;
}

struct sink {
	struct sha256_ctx *sha;
	struct tree_copy *copy;
	struct tree_job *job;
};

static int
take_bytes(void *ctx, const void *bytes, size_t n, struct err *err UNUSED)
{
	struct sink *s = ctx;

	sha256_update(s->sha, bytes, n);
	if (s->copy->fd < 0)
		return 0;
	return tree_copy_write(s->copy, s->job, (struct str){ bytes, n });
}

static void
process_one(struct tree_git *g, struct sha256_ctx *sha, struct tree_job *job)
{
	struct tree_copy copy = { -1 };
	struct sink s = { sha, &copy, job };
	int r = cat_of(g, &job->err);

	if (r || tree_copy_open(&copy, job))
		return;
	sha256_reset(sha);
	r = git_cat_read(g->cat, job->entry->stamp.oid, take_bytes, &s, NULL, &job->err);
	if (!r)
		job->hash = sha256_final(sha);
	tree_copy_close(&copy, job);
}

/* One pipe, so one after the other: git unpacks faster than it is worth to share. */
static void
git_process(struct tree *t, struct pool *pool UNUSED, struct tree_job *jobs, size_t n)
{
	AUTO_SHA256 struct sha256_ctx *sha = sha256_new();

	for (size_t i = 0; i < n; i++)
		process_one(t->own, sha, &jobs[i]);
}

static void
git_fini(struct tree *t)
{
	struct tree_git *g = t->own;

	git_cat_close(g->cat);
	buf_fini(&g->listing);
	free(g->repo);
	free(g);
}

static const struct tree_ops git_ops = {
	.list = git_list,
	.stat = git_stat,
	.readlink = git_readlink,
	.read = git_read,
	.process = git_process,
	.fini = git_fini,
};

static struct growing *
folder(struct map *folders, struct str dir)
{
	struct growing *f = map_get(folders, dir);

	if (!f) {
		f = xcalloc(1, sizeof(*f));
		map_set(folders, dir, f);
	}
	return f;
}

/* "<mode> <type> <id>\t<path>"; the path is terminated by the NUL that ended the record. */
static bool
parse_record(struct str record, uint32_t *ret_mode, const char **ret_oid, struct str *ret_path)
{
	size_t tab = str_find(record, '\t');
	struct str head = str_sub(record, 0, tab), mode, type;
	uint32_t value = 0;

	if (tab == record.n || !str_next(&head, ' ', &mode) || !str_next(&head, ' ', &type))
		return false;
	for (size_t i = 0; i < mode.n; i++)
		value = value * 8 + (uint32_t)(mode.p[i] - '0');
	((char *)record.p)[tab] = '\0'; /* ends the id: the listing is ours */
	*ret_mode = value;
	*ret_oid = head.p;
	*ret_path = str_sub(record, tab + 1, record.n);
	return true;
}

#define MODE_SUBMODULE 0160000u

static void
add_record(struct map *folders, struct str record)
{
	struct tree_entry e = { 0 };
	uint32_t mode;
	const char *oid;
	struct str path;

	if (!parse_record(record, &mode, &oid, &path))
		return;
	AUTO_FREE char *name = str_dup(path), *dir = path_dir(name);

	/* A checkout without --recurse-submodules has an empty folder there. */
	tree_set_mode(&e, mode == MODE_SUBMODULE ? S_IFDIR : mode);
	e.name = path.p + (path.n - strlen(path_base(name)));
	e.stamp = (struct tree_stamp){ .mode = mode, .oid = oid };
	vec_push(&folder(folders, str_c(dir))->entries, e);
	if (e.type == TREE_DIR)
		(void)folder(folders, path);
}

static void
cache_folders(struct tree *t, struct map *folders)
{
	for (size_t i = 0; i < map_len(folders); i++) {
		struct growing *f = map_value(folders, i);
		struct tree_listing *l = xcalloc(1, sizeof(*l));

		l->entries = f->entries.v;
		l->n = f->entries.n;
		tree_listing_sort(l);
		tree_cache(t, map_key(folders, i), l);
		free(f);
	}
}

static int
list_all(struct tree *t, const char *rev, const char *prefix, struct err *err)
{
	struct tree_git *g = t->own;
	AUTO_MAP struct map *folders = map_new();
	AUTO_FREE char *what = strcmp(prefix, ".") ? xasprintf("%s:%s", rev, prefix) : xstrdup(rev);
	const char *args[] = { "ls-tree",          "-r", "-t", "-z", "--full-tree",
			       "--end-of-options", what, NULL };
	struct str rest, record;
	int r = git_run(g->repo, args, MAX_LISTING, &g->listing, err);

	if (r && err->class == ERR_TOOL) {
		err_clear(err);
		return err_set(err, ERR_INPUT, "commit %.12s has no folder '%s'", rev, prefix);
	}
	if (r)
		return r;
	(void)folder(folders, STR_LIT("."));
	rest = buf_str(&g->listing);
	while (rest.n && str_next(&rest, '\0', &record))
		if (record.n)
			add_record(folders, record);
	cache_folders(t, folders);
	return 0;
}

int
tree_open_commit(const char *repo, const char *rev, const char *prefix, struct tree **ret,
		 struct err *err)
{
	struct tree_git *g = xcalloc(1, sizeof(*g));
	struct tree *t;
	int r;

	g->repo = xstrdup(repo);
	buf_init(&g->listing, 0);
	t = tree_new(&git_ops, xasprintf("%s@%.12s", repo, rev), g);
	r = list_all(t, rev, prefix, err);
	if (r) {
		tree_free(t);
		return r;
	}
	*ret = t;
	return 0;
}
