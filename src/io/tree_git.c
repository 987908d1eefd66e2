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
	struct buf listing;  /* output of ls-tree; names and ids point into it */
	struct tree_entry root;
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

/* Every folder is in the cache, so one look-up for each component finds what is there. 0, or
 * ENOENT or ENOTDIR as the kernel would say it. */
static int
find(const struct tree *t, const char *path, const struct tree_entry **ret)
{
	struct tree_git *g = t->own;
	struct str rest = str_c(path), part;
	size_t end = 0;

	*ret = &g->root;
	if (!strcmp(path, "."))
		return 0;
	while (str_next(&rest, '/', &part)) {
		struct str dir = end ? (struct str){ path, end } : STR_LIT(".");

		if ((*ret)->type != TREE_DIR)
			return ENOTDIR;
		*ret = tree_find(tree_cached(t, dir), part);
		if (!*ret)
			return ENOENT;
		end = (size_t)(part.p - path) + part.n;
	}
	return 0;
}

/* Reached for what is no folder of the commit. */
static int
git_list(struct tree *t, const char *dir, struct tree_listing **ret UNUSED, struct err *err)
{
	const struct tree_entry *e;
	int why = find(t, dir, &e);

	return tree_fail(dir, why ? why : ENOTDIR, err);
}

static int
git_stat(struct tree *t, const char *path, const struct tree_entry **ret, struct err *err)
{
	const struct tree_entry *e;
	int why = find(t, path, &e);

	if (why == ENOTDIR)
		return tree_fail(path, why, err);
	*ret = e;
	return 0;
}

/* What is beyond the ceiling is dropped, and b->full says so. */
static int
add_bytes(void *ctx, const void *bytes, size_t n, struct err *err UNUSED)
{
	buf_add(ctx, bytes, n);
	return 0;
}

static int
read_blob(struct tree *t, const struct tree_entry *e, struct buf *ret, struct err *err)
{
	struct tree_git *g = t->own;
	int r = cat_of(g, err);

	return r ? r : git_cat_read(g->cat, e->stamp.oid, add_bytes, ret, NULL, err);
}

static int
git_readlink(struct tree *t, const char *path, char **ret, struct err *err)
{
	struct buf AUTO_BUF b = BUF_INIT;
	const struct tree_entry *e;
	int r = find(t, path, &e);

	if (r || e->type != TREE_LINK)
		return tree_fail(path, r ? r : EINVAL, err);
	buf_init(&b, MAX_LINK);
	r = read_blob(t, e, &b, err);
	if (!r && (b.full || memchr(b.data, '\0', b.len)))
		return err_set(err, ERR_INPUT, "cannot read '%s': no target of a link", path);
	if (!r)
		*ret = buf_steal(&b);
	return r;
}

static int
git_read(struct tree *t, const char *path, size_t max, struct buf *ret, struct err *err)
{
	struct buf AUTO_BUF b = BUF_INIT;
	const struct tree_entry *e;
	int r = find(t, path, &e);

	if (r)
		return tree_fail(path, r, err);
	if (e->type == TREE_LINK)
		return err_set(err, ERR_INPUT, "cannot read '%s': it is a symbolic link", path);
	if (e->type != TREE_FILE)
		return err_set(err, ERR_INPUT, "cannot read '%s': it is no regular file", path);
	buf_init(&b, max);
	r = read_blob(t, e, &b, err);
	if (!r && b.full)
		return err_set(err, ERR_INPUT, "cannot read '%s': it is larger than %zu bytes",
			       path, max);
	if (!r)
		buf_add_str(ret, buf_str(&b));
	return r;
}

struct sink {
	struct sha256_ctx *sha;
	struct tree_copy copy;
	struct tree_job *job;
};

static int
take_bytes(void *ctx, const void *bytes, size_t n, struct err *err UNUSED)
{
	struct sink *s = ctx;

	sha256_update(s->sha, bytes, n);
	return tree_copy_write(&s->copy, s->job, (struct str){ bytes, n });
}

static int
refuse_bytes(void *ctx UNUSED, const void *bytes UNUSED, size_t n UNUSED, struct err *err UNUSED)
{
	return -ERR_SYSTEM;
}

/* The answer is read in any case, or the next job would get it. */
static void
take_answer(struct tree_git *g, struct sha256_ctx *sha, struct tree_job *job)
{
	struct sink s = { .sha = sha, .job = job };
	int r;

	sha256_reset(sha);
	if (tree_copy_open(&s.copy, job))
		r = git_cat_answer(g->cat, refuse_bytes, NULL, NULL, NULL);
	else
		r = git_cat_answer(g->cat, take_bytes, &s, NULL, &job->err);
	if (!r)
		job->hash = sha256_final(sha);
	tree_copy_close(&s.copy, job);
}

/* One git, and this thread: unpacking takes longer than hashing, and both go on at once. */
static void
git_process(struct tree *t, struct pool *pool UNUSED, struct tree_job *jobs, size_t n)
{
	struct sha256_ctx *AUTO_SHA256 sha = sha256_new();
	struct tree_git *g = t->own;
	size_t asked = 0;

	for (size_t i = 0; i < n; i++) {
		int r = cat_of(g, &jobs[i].err);

		while (!r && asked < n && asked < i + GIT_CAT_AHEAD) {
			r = git_cat_ask(g->cat, jobs[asked].entry->stamp.oid, &jobs[i].err);
			asked += !r;
		}
		if (r)
			return;
		take_answer(g, sha, &jobs[i]);
	}
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

static void
add_record(struct map *folders, struct str record)
{
	struct tree_entry e = { 0 };
	uint32_t mode;
	const char *oid;
	struct str path;
	char *AUTO_FREE dir = NULL;

	if (!parse_record(record, &mode, &oid, &path))
		return;
	dir = path_dir(path.p);
	tree_set_mode(&e, mode == TREE_SUBMODULE_MODE ? S_IFDIR : mode);
	e.name = path_base(path.p);
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

/* Why ls-tree failed: the revision, or the folder in it, or something else, which git has told. */
static int
explain(struct tree_git *g, const char *rev, const char *prefix, struct err *take_told,
	struct err *err)
{
	struct err AUTO_ERR told = *take_told;
	char *AUTO_FREE id = NULL;
	int r;

	if (!strstr(told.msg, "Not a valid object name") && !strstr(told.msg, "not a tree object"))
		return err_move(err, &told);
	r = git_resolve(g->repo, rev, &id, err);
	if (r)
		return r;
	return err_set(err, ERR_INPUT, "commit %.12s has no folder '%s'", rev, prefix);
}

static int
list_all(struct tree *t, const char *rev, const char *prefix, struct err *err)
{
	struct tree_git *g = t->own;
	struct map *AUTO_MAP folders = map_new();
	char *AUTO_FREE what =
		strcmp(prefix, ".") ? xasprintf("%s:%s", rev, prefix) : xasprintf("%s^{tree}", rev);
	const char *args[] = { "ls-tree",          "-r", "-t", "-z", "--full-tree",
			       "--end-of-options", what, NULL };
	struct str rest, record;
	struct err told = ERR_INIT;

	if (git_run(g->repo, args, MAX_LISTING, &g->listing, &told))
		return explain(g, rev, prefix, &told, err);
	(void)folder(folders, STR_LIT("."));
	rest = buf_str(&g->listing);
	while (str_next(&rest, '\0', &record)) {
		if (record.n)
			add_record(folders, record);
	}
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
	g->root.name = ".";
	tree_set_mode(&g->root, S_IFDIR);
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
