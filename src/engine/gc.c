/* SPDX-License-Identifier: Apache-2.0 */
/* gc.c: what nothing needs, kind by kind. */
#include "engine/gc.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/run.h"
#include "engine/source.h"
#include "io/disk.h"
#include "store/store_inputs.h"

#include <sys/stat.h>

ENUM_DEFINE(gc_kind, GC_KIND_LIST);

#define FORGOTTEN "gc-forgotten"
#define DAY_MS (24LL * 60 * 60 * 1000)

struct collector {
	const struct gc_opts *o;
	struct store *store;
	struct gc_result *ret;
	int64_t before_ms;
	store_runs old;
	struct map *keep;       /* digests of images and downloads, names of repositories */
	struct map *old_images; /* that forgotten runs made */
};

static void
keep_text(struct collector *x, const char *text)
{
	if (text && *text)
		map_set(x->keep, str_c(text), x);
}

static void
keep_inputs(struct collector *x, const struct inputs *in)
{
	static const char http[] = "source\thttp\t";

	for (size_t i = 0; i < in->images.n; i++)
		keep_text(x, in->images.v[i].id);
	for (size_t i = 0; i < in->facts.n; i++)
		if (!strncmp(in->facts.v[i], http, strlen(http)))
			keep_text(x, in->facts.v[i] + strlen(http));
	if (in->source.url) {
		AUTO_FREE char *name =
			source_repo_name(project_address(x->o->plan->opts.project, in->source.url));

		keep_text(x, name);
	}
}

static int
keep_step(struct collector *x, const struct store_step *step, struct err *err)
{
	struct inputs *in = NULL;
	int r = 0;

	keep_text(x, step->image_id);
	keep_text(x, step->made_id);
	if (step->has_inputs)
		r = store_inputs_get(x->store, step->inputs, &in, err);
	if (r > 0)
		keep_inputs(x, in);
	inputs_free(in);
	return r < 0 ? r : 0;
}

static bool
is_old(const struct collector *x, int64_t run)
{
	for (size_t i = 0; i < x->old.n; i++)
		if (x->old.v[i].id == run)
			return true;
	return false;
}

static int
look_at_run(struct collector *x, const struct store_run *run, struct err *err)
{
	bool old = is_old(x, run->id);
	store_steps steps = { 0 };
	int r = store_step_of_run(x->store, run->id, &steps, err);

	for (size_t i = 0; !r && i < steps.n; i++) {
		if (!old)
			r = keep_step(x, &steps.v[i], err);
		else if (steps.v[i].image_id)
			map_set(x->old_images, str_c(steps.v[i].image_id), x);
	}
	store_steps_fini(&steps);
	return r;
}

static int
look_at_runs(struct collector *x, struct err *err)
{
	const struct plan *p = x->o->plan;
	store_runs all = { 0 };
	int r = store_run_old(x->store, x->before_ms, x->o->keep_runs, &x->old, err);

	if (!r)
		r = store_run_list(x->store, NULL, INT64_MAX, &all, err);
	for (size_t i = 0; !r && i < all.n; i++)
		r = look_at_run(x, &all.v[i], err);
	for (size_t i = 0; i < p->n; i++) {
		keep_text(x, p->nodes[i].image_id);
		if (p->nodes[i].made.inputs)
			keep_inputs(x, p->nodes[i].made.inputs);
	}
	store_runs_fini(&all);
	return r;
}

static void
count(struct collector *x, enum gc_kind kind, int64_t bytes)
{
	x->ret->kinds[kind].n++;
	x->ret->kinds[kind].bytes += bytes;
}

static int
remove_path(struct collector *x, enum gc_kind kind, const char *path, struct err *err)
{
	count(x, kind, disk_use(path));
	return x->o->dry_run ? 0 : file_remove_tree(path, err);
}

/* What is done with an entry of a folder. */
typedef int (*entry_fn)(struct collector *x, const char *name, const char *path, int64_t mtime_ms,
			struct err *err);

static int
each_entry(struct collector *x, const char *folder, entry_fn fn, struct err *err)
{
	AUTO_FREE char *dir = path_join(x->o->state_dir, folder);
	char **names = NULL;
	size_t n = 0;
	int r = disk_list(dir, &names, &n, err);

	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *path = path_join(dir, names[i]);
		struct stat st;

		if (!r && !lstat(path, &st))
			r = fn(x, names[i], path, (int64_t)st.st_mtim.tv_sec * 1000, err);
		free(names[i]);
	}
	free(names);
	return r;
}

/* Of a run that is or will be forgotten. */
static int
do_log(struct collector *x, const char *name, const char *path, int64_t mtime_ms UNUSED,
       struct err *err)
{
	struct store_run run = { 0 };
	unsigned long long id;
	int r;

	if (!str_to_u64(str_c(name), &id) || id > INT64_MAX)
		return 0;
	if (is_old(x, (int64_t)id))
		return remove_path(x, GC_LOGS, path, err);
	r = store_run_get(x->store, (int64_t)id, &run, err);
	store_run_fini(&run);
	return r ? (r < 0 ? r : 0) : remove_path(x, GC_LOGS, path, err);
}

/* One that is not finished may be under way in a command that builds nothing. */
static int
do_download(struct collector *x, const char *name, const char *path, int64_t mtime_ms,
	    struct err *err)
{
	AUTO_FREE char *digest = xasprintf("sha256:%s", name);

	if (*name == '.')
		return mtime_ms < x->o->now_ms - DAY_MS ? remove_path(x, GC_LEFTOVERS, path, err)
							: 0;
	if (map_has(x->keep, str_c(digest)) || mtime_ms >= x->before_ms)
		return 0;
	return remove_path(x, GC_DOWNLOADS, path, err);
}

/* A repository, and the lock beside it, which is never removed: somebody may hold it. */
static int
do_repository(struct collector *x, const char *name, const char *path, int64_t mtime_ms,
	      struct err *err)
{
	if (!str_ends(str_c(name), STR_LIT(".git")) || map_has(x->keep, str_c(name)) ||
	    mtime_ms >= x->before_ms)
		return 0;
	return remove_path(x, GC_GIT, path, err);
}

static int
do_leftover(struct collector *x, const char *name, const char *path, int64_t mtime_ms UNUSED,
	    struct err *err)
{
	/* Of RUN --mount=type=cache, which are worth keeping. */
	if (str_starts(str_c(name), STR_LIT("buildah-cache")))
		return 0;
	return remove_path(x, GC_LEFTOVERS, path, err);
}

static int
do_damaged(struct collector *x, const char *name, const char *path, int64_t mtime_ms,
	   struct err *err)
{
	if (!str_starts(str_c(name), STR_LIT("lockstep.db.damaged-")) || mtime_ms >= x->before_ms)
		return 0;
	return remove_path(x, GC_LEFTOVERS, path, err);
}

static int
do_images(struct collector *x, struct err *err)
{
	struct builder *b = x->o->plan->opts.builder;
	struct builder_gc gc = { x->keep, x->old_images, x->before_ms, x->o->dry_run };
	struct builder_gc_result found;
	int r = x->o->dry_run ? 0 : builder_prepare(b, err);

	if (!r)
		r = builder_collect(b, &gc, &found, err);
	if (r)
		return r;
	x->ret->kinds[GC_IMAGES].n = found.images;
	x->ret->kinds[GC_IMAGES].bytes = found.bytes;
	return 0;
}

/* Last: what a run explains is gone only when what it made is. */
static int
forget_runs(struct collector *x, struct err *err)
{
	AUTO_FREE char *last = NULL;
	int r;

	x->ret->kinds[GC_RUNS].n = x->old.n;
	if (!x->old.n || x->o->dry_run)
		return 0;
	last = xasprintf("%lld", (long long)x->old.v[x->old.n - 1].id);
	r = store_begin(x->store, err);
	if (r)
		return r;
	for (size_t i = 0; !r && i < x->old.n; i++)
		r = store_run_forget(x->store, x->old.v[i].id, err);
	if (!r)
		r = store_set_meta(x->store, FORGOTTEN, last, err);
	if (!r)
		r = store_commit(x->store, err);
	if (r)
		store_rollback(x->store);
	return r;
}

static int
collect(struct collector *x, struct err *err)
{
	static const struct {
		const char *folder;
		entry_fn fn;
	} folders[] = {
		{ "logs", do_log },       { "downloads", do_download }, { "git", do_repository },
		{ "stage", do_leftover }, { "tmp", do_leftover },       { ".", do_damaged },
	};
	int r = look_at_runs(x, err);

	if (!r)
		r = do_images(x, err);
	for (size_t i = 0; !r && i < ARRAY_SIZE(folders); i++)
		r = each_entry(x, folders[i].folder, folders[i].fn, err);
	return r ? r : forget_runs(x, err);
}

int
gc_collect(const struct gc_opts *opts, struct gc_result *ret, struct err *err)
{
	struct collector x = { .o = opts,
			       .store = opts->plan->opts.store,
			       .ret = ret,
			       .before_ms = opts->now_ms - opts->keep_ms,
			       .keep = map_new(),
			       .old_images = map_new() };
	int r;

	*ret = (struct gc_result){ 0 };
	r = collect(&x, err);
	store_runs_fini(&x.old);
	map_free(x.keep);
	map_free(x.old_images);
	return r;
}

int
gc_forgotten(struct store *s, int64_t *ret, struct err *err)
{
	AUTO_FREE char *text = NULL;
	unsigned long long n = 0;
	int r = store_get_meta(s, FORGOTTEN, &text, err);

	*ret = !r && text && str_to_u64(str_c(text), &n) ? (int64_t)n : 0;
	return r;
}
