/* SPDX-License-Identifier: Apache-2.0 */
/* check_folder.c: the folders that checks mount, hashed and copied. */
#include "engine/check_folder.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "model/enc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything in one folder, in the tree's order. */
struct folder {
	struct project *project;
	struct arena *arena;
	const char *path;
	VEC(struct tree_job) jobs; /* entry NULL: a folder; hash unused for links */
	VEC(const char *) targets; /* one a job: of links */
};

static int
add_entry(struct folder *f, const char *path, const struct tree_entry *e, struct err *err)
{
	struct tree_job job = { .path = str_c(path), .entry = e, .dst_dirfd = -1 };
	const char *target = NULL;

	if (e->type == TREE_SOCKET || e->type == TREE_SPECIAL)
		return err_set(err, ERR_INPUT, "'%s%s' is no file, folder or link",
			       f->project->own.shown, path);
	if (e->type == TREE_LINK) {
		AUTO_FREE char *text = NULL;
		int r = tree_readlink(f->project->own.tree, str_c(path), &text, err);

		if (r)
			return r;
		target = arena_strdup(f->arena, text);
	}
	vec_push(&f->jobs, job);
	vec_push(&f->targets, target);
	return 0;
}

static int
walk(struct folder *f, const char *dir, struct err *err)
{
	const struct tree_entry *entries;
	size_t n;
	int r = tree_list(f->project->own.tree, str_c(dir), &entries, &n, err);

	for (size_t i = 0; !r && i < n; i++) {
		AUTO_FREE char *joined = path_join(dir, entries[i].name);
		const char *path = arena_strdup(f->arena, joined);

		r = add_entry(f, path, &entries[i], err);
		if (!r && entries[i].type == TREE_DIR)
			r = walk(f, path, err);
	}
	return r;
}

/* Where an entry goes below the staged folder. */
static const char *
below(const struct folder *f, struct str path)
{
	return strcmp(f->path, ".") != 0 ? path.p + strlen(f->path) + 1 : path.p;
}

static int
stage_entry(struct folder *f, size_t i, int fd, struct err *err)
{
	struct tree_job *job = &f->jobs.v[i];
	const char *name = below(f, job->path);

	job->dst_dirfd = fd;
	job->dst_path = name;
	if (job->entry->type == TREE_DIR &&
	    (mkdirat(fd, name, 0755) || fchmodat(fd, name, 0755, 0)))
		return err_sys(err, "cannot create the folder '%s'", name);
	if (job->entry->type == TREE_LINK && symlinkat(f->targets.v[i], fd, name))
		return err_sys(err, "cannot create the link '%s'", name);
	return 0;
}

/* Hashes the files, and copies them where that was asked for. */
static int
process(struct folder *f, struct pool *pool, struct err *err)
{
	VEC(struct tree_job) files = { 0 };
	size_t k = 0;
	int r;

	for (size_t i = 0; i < f->jobs.n; i++)
		if (f->jobs.v[i].entry->type == TREE_FILE)
			vec_push(&files, f->jobs.v[i]);
	r = tree_process(f->project->own.tree, pool, files.v, files.n, err);
	for (size_t i = 0; i < f->jobs.n; i++)
		if (f->jobs.v[i].entry->type == TREE_FILE)
			f->jobs.v[i].hash = files.v[k++].hash;
	for (size_t i = 0; i < files.n; i++)
		err_clear(&files.v[i].err);
	vec_fini(&files);
	return r;
}

static void
digest_of(const struct folder *f, char ret[DIGEST_SIZE])
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < f->jobs.n; i++) {
		const struct tree_job *job = &f->jobs.v[i];
		char hex[SHA256_HEX_SIZE];

		enc_add(&b, str_c(below(f, job->path)));
		if (job->entry->type == TREE_LINK) {
			buf_adds(&b, "\tlink");
			enc_field(&b, str_c(f->targets.v[i]));
		} else if (job->entry->type == TREE_FILE) {
			sha256_hex(job->hash, hex);
			buf_addf(&b, "\t%d\t%s", job->entry->executable, hex);
		}
		buf_addc(&b, '\n');
	}
	sha256_digest(sha256_of(b.data ? b.data : "", b.len), ret);
}

/* dir: where to copy to, exists; NULL = only the digest is wanted. */
static int
take(struct project *p, const char *path, struct pool *pool, const char *dir, char ret[DIGEST_SIZE],
     struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct folder f = { .project = p, .arena = arena, .path = path };
	int AUTO_FD fd = dir ? open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC) : -1;
	int r = dir && fd < 0 ? err_sys(err, "cannot open '%s'", dir) : walk(&f, path, err);

	for (size_t i = 0; dir && !r && i < f.jobs.n; i++)
		r = stage_entry(&f, i, fd, err);
	if (!r)
		r = process(&f, pool, err);
	if (!r)
		digest_of(&f, ret);
	vec_fini(&f.jobs);
	vec_fini(&f.targets);
	return r;
}

/* The folder of one mount, in the arena; NULL when it mounts something else. */
static const char *
folder_of(struct arena *a, const json_t *mount)
{
	struct str rest = str_c(json_string_value(mount)), what;
	AUTO_FREE char *clean = NULL;

	(void)str_next(&rest, ':', &what);
	if (str_eq_c(what, "tmpfs") || str_eq_c(what, "volume"))
		return NULL;
	clean = path_clean(what); /* "./volume" */
	return arena_strdup(a, clean);
}

static int
read_check(struct project *p, const struct graph_check *check, struct pool *pool,
	   struct err_list *errs, struct err *err)
{
	json_t *digests = NULL;
	const json_t *mount;
	size_t i;

	json_array_foreach(json_object_get(check->spec, "mounts"), i, mount)
	{
		const char *folder = folder_of(p->arena, mount);
		char digest[DIGEST_SIZE];
		AUTO_ERR struct err own = ERR_INIT;

		if (!folder)
			continue;
		if (!digests) {
			digests = json_object();
			json_object_set_new(check->spec, "folders", digests);
		}
		if (!take(p, folder, pool, NULL, digest, &own)) {
			json_set_text(digests, folder, digest);
			continue;
		}
		if (own.class != ERR_INPUT && own.sys_errno != ENOENT && own.sys_errno != ENOTDIR)
			return err_move(err, &own);
		err_hint(err_list_at(errs, p->graph_path, check->at.line, check->at.col,
				     "cannot mount '%s': %s", folder, own.msg),
			 "a folder below that of the graph file, or tmpfs:PATH, volume:PATH");
	}
	return 0;
}

int
check_folder_read(struct project *p, const struct graph_image *image, struct pool *pool,
		  struct err_list *errs, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < image->nchecks; i++)
		r = read_check(p, &image->checks[i], pool, errs, err);
	return r;
}

bool
check_folder_any(const struct graph_check *check)
{
	return json_object_size(json_object_get(check->spec, "folders")) > 0;
}

int
check_folder_stage(struct project *p, const struct graph_check *check, struct pool *pool,
		   const char *dir, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const json_t *digests = json_object_get(check->spec, "folders"), *mount;
	size_t i;
	int r = file_remove_tree(dir, err);

	json_array_foreach(json_object_get(check->spec, "mounts"), i, mount)
	{
		const char *folder = folder_of(arena, mount);
		char *into = arena_printf(arena, "%s/%zu", dir, i);
		char digest[DIGEST_SIZE];

		if (!folder)
			continue;
		if (!r)
			r = file_mkdirs(into, err);
		if (!r && chmod(into, 0755))
			r = err_sys(err, "cannot open '%s' to all", into);
		if (!r)
			r = take(p, folder, pool, into, digest, err);
		if (!r && strcmp(digest, json_get_text(digests, folder)) != 0)
			r = err_set(err, ERR_INPUT, "'%s%s' changed while it was read",
				    p->own.shown, folder);
	}
	return r;
}
