/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_files.c: which context entries of two input sets differ. */
#include "base/map.h"
#include "model/inputs_priv.h"

static int
path_cmp(const void *a, const void *b)
{
	const struct input_file *x = *(const struct input_file *const *)a;
	const struct input_file *y = *(const struct input_file *const *)b;

	return str_cmp(x->path, y->path);
}

/* The entries by path alone, so that a file which became a link meets itself. */
static const struct input_file **
by_path(struct arena *arena, const struct inputs *in)
{
	const struct input_file **v = arena_calloc(arena, in->files.n, sizeof(*v));

	for (size_t i = 0; i < in->files.n; i++)
		v[i] = &in->files.v[i];
	if (in->files.n)
		qsort(v, in->files.n, sizeof(*v), path_cmp);
	return v;
}

static const char *
type_name(const struct input_file *f)
{
	return input_kind_name(f->kind);
}

static void
both(struct inputs_diff *d, const struct input_file *x, const struct input_file *y)
{
	const char *path = arena_str(d->arena, y->path);

	if (x->kind != y->kind) {
		inputs_diff_add(d, REASON_FILE_TYPE, path, type_name(x), type_name(y));
		return;
	}
	if (x->kind == INPUT_LINK && !str_eq(x->target, y->target))
		inputs_diff_add(d, REASON_LINK, path, arena_str(d->arena, x->target),
				arena_str(d->arena, y->target));
	if (x->kind != INPUT_FILE)
		return;
	if (!sha256_eq(x->hash, y->hash))
		inputs_diff_add(d, REASON_FILE_CHANGED, path, NULL, NULL);
	if (x->executable != y->executable)
		inputs_diff_add(d, REASON_FILE_MODE, path, x->executable ? "0755" : "0644",
				y->executable ? "0755" : "0644");
}

/* What came or went takes its folders with it, which then need not be told. */
static void
note_folders(struct map *told, struct str path)
{
	for (size_t n = path.n; n > 0; n--) {
		if (path.p[n - 1] == '/' && !map_add(told, str_sub(path, 0, n - 1), told))
			return;
	}
}

static void
one(struct inputs_diff *d, enum reason_kind kind, const struct input_file *f)
{
	const char *what = type_name(f);

	inputs_diff_add(d, kind,
			arena_printf(d->arena, "%s%s", arena_str(d->arena, f->path),
				     f->kind == INPUT_DIR ? "/" : ""),
			kind == REASON_FILE_REMOVED ? what : NULL,
			kind == REASON_FILE_ADDED ? what : NULL);
}

/* Last to first: an empty folder inside speaks for those around it. */
static void
folders(struct inputs_diff *d, enum reason_kind kind, const struct input_file **v, size_t n,
	struct map *told)
{
	for (size_t i = n; i-- > 0;) {
		if (map_has(told, v[i]->path))
			continue;
		note_folders(told, v[i]->path);
		one(d, kind, v[i]);
	}
}

static int
subject_cmp(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	int r = strcmp(x->subject, y->subject);

	return r ? r : (int)x->kind - (int)y->kind;
}

struct walk {
	struct inputs_diff *d;
	struct map *gone, *come; /* folders that need not be told */
	VEC(const struct input_file *) gone_dirs, come_dirs;
};

static void
removed(struct walk *w, const struct input_file *f)
{
	if (f->kind == INPUT_DIR) {
		vec_push(&w->gone_dirs, f);
		return;
	}
	note_folders(w->gone, f->path);
	one(w->d, REASON_FILE_REMOVED, f);
}

static void
added(struct walk *w, const struct input_file *f)
{
	if (f->kind == INPUT_DIR) {
		vec_push(&w->come_dirs, f);
		return;
	}
	note_folders(w->come, f->path);
	one(w->d, REASON_FILE_ADDED, f);
}

void
inputs_diff_files(struct inputs_diff *d)
{
	const struct input_file **x = by_path(d->arena, d->before);
	const struct input_file **y = by_path(d->arena, d->after);
	size_t nx = d->before->files.n, ny = d->after->files.n, i = 0, j = 0, first = d->found.n;
	struct walk w = { .d = d, .gone = map_new(), .come = map_new() };

	while (i < nx || j < ny) {
		int r = i == nx ? 1 : j == ny ? -1 : str_cmp(x[i]->path, y[j]->path);

		if (r < 0)
			removed(&w, x[i++]);
		else if (r > 0)
			added(&w, y[j++]);
		else
			both(d, x[i++], y[j++]);
	}
	folders(d, REASON_FILE_REMOVED, w.gone_dirs.v, w.gone_dirs.n, w.gone);
	folders(d, REASON_FILE_ADDED, w.come_dirs.v, w.come_dirs.n, w.come);
	if (d->found.n > first)
		qsort(d->found.v + first, d->found.n - first, sizeof(*d->found.v), subject_cmp);
	vec_fini(&w.gone_dirs);
	vec_fini(&w.come_dirs);
	map_free(w.gone);
	map_free(w.come);
}
