/* SPDX-License-Identifier: Apache-2.0 */
/* pins.c: the pins of a GitOps repository. */
#include "engine/pins.h"

#include "base/file.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/git_files.h"
#include "io/replace.h"
#include "io/tree.h"
#include "model/glob.h"

#define MODE_LINK 0120000
#define MODE_SUBMODULE 0160000

struct finder {
	const struct pins_opts *o;
	struct pins *p;
	struct tree *tree;
	VEC(struct pins_file) files;
	struct buf text;
	bool *seen; /* by the index of opts.paths */
};

/* Remembers which of the paths hold something. */
static bool
is_wanted(struct finder *f, struct str path)
{
	bool wanted = !f->o->npaths;

	for (size_t i = 0; i < f->o->npaths; i++) {
		if (path_within(path, str_c(f->o->paths[i])))
			wanted = f->seen[i] = true;
	}
	return wanted;
}

static void
take_file(struct finder *f, const char *path, uint32_t mode)
{
	struct pins *p = f->p;
	struct pins_file file = { .mode = mode };
	struct str text = buf_str(&f->text);

	p->nread++;
	if (memchr(text.p, '\0', text.n)) {
		p->skipped.binary++;
		return;
	}
	if (!pin_maybe(p->set, text))
		return;
	text.p = arena_dup(p->arena, text.p, text.n + 1);
	pin_find(p->arena, p->set, arena_strdup(p->arena, path), text, &file.file);
	if (file.file.npins)
		vec_push(&f->files, file);
}

/* A path whose folder is a link by now leads out of the repository: it is skipped as one. */
static int
read_file(struct finder *f, const struct git_file *g, struct err *err)
{
	struct pins_skipped *skipped = &f->p->skipped;
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err why = ERR_INIT;
	int r;

	if (g->mode == MODE_LINK || g->mode == MODE_SUBMODULE) {
		skipped->links += g->mode == MODE_LINK;
		skipped->submodules += g->mode == MODE_SUBMODULE;
		return 0;
	}
	if (tree_stat(f->tree, str_c(g->path), &entry, &why) ||
	    (entry && entry->type == TREE_LINK)) {
		skipped->links++;
		return 0;
	}
	if (!entry || entry->type != TREE_FILE) {
		skipped->missing++;
		return 0;
	}
	r = tree_read(f->tree, str_c(g->path), MAX_PINNED_FILE, &f->text, &why);
	if (!r)
		take_file(f, g->path, entry->stamp.mode);
	else if (r == -ERR_INPUT)
		skipped->large++;
	else
		return err_move(err, &why);
	return 0;
}

static int
open_tree(const struct pins_opts *o, struct tree **ret, struct err *err)
{
	if (o->rev)
		return tree_open_commit(o->top, o->rev, ".", ret, err);
	return tree_open_dir(o->top, ret, err);
}

static int
read_files(struct finder *f, struct err *err)
{
	git_files list = { 0 };
	int r = git_list_files(f->o->top, f->o->rev, &list, err);

	buf_init(&f->text, 0);
	for (size_t i = 0; !r && i < list.n; i++)
		if (is_wanted(f, str_c(list.v[i].path)))
			r = read_file(f, &list.v[i], err);
	for (size_t i = 0; !r && i < f->o->npaths; i++)
		if (!f->seen[i])
			r = err_set(err, ERR_USAGE, "git knows no file at '%s'", f->o->paths[i]);
	git_files_fini(&list);
	buf_fini(&f->text);
	return r;
}

static struct pins *
new_pins(const struct pin_image *images, size_t n)
{
	struct pins *p = xcalloc(1, sizeof(*p));

	p->arena = arena_new();
	p->images = images;
	p->nimages = n;
	p->set = pin_set_new(p->arena, images, n);
	return p;
}

struct pins *
pins_of_texts(const struct pin_image *images, size_t nimages, const struct pins_text *texts,
	      size_t n)
{
	struct pins *p = new_pins(images, nimages);

	p->files = arena_calloc(p->arena, n, sizeof(*p->files));
	p->nread = n;
	for (size_t i = 0; i < n; i++) {
		struct pins_file *f = &p->files[p->nfiles];

		pin_find(p->arena, p->set, texts[i].path, texts[i].text, &f->file);
		p->nfiles += f->file.npins > 0;
	}
	return p;
}

int
pins_find(const struct pins_opts *opts, const struct pin_image *images, size_t n, struct pins **ret,
	  struct err *err)
{
	struct pins *p = new_pins(images, n);
	struct finder f = { .o = opts, .p = p };
	int r;

	f.seen = arena_calloc(p->arena, opts->npaths + 1, sizeof(*f.seen));
	r = open_tree(opts, &f.tree, err);
	if (!r)
		r = read_files(&f, err);
	p->files = arena_dup(p->arena, f.files.v, f.files.n * sizeof(*p->files));
	p->nfiles = f.files.n;
	vec_fini(&f.files);
	tree_free(f.tree);
	if (r)
		pins_free(p);
	else
		*ret = p;
	return r;
}

void
pins_free(struct pins *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	free(p);
}

/* A pattern without a slash is of the last component, as in .gitignore. */
static unsigned
also_of(const struct pins_opts *o, const char *path)
{
	for (size_t i = 0; i < o->nalso_globs; i++) {
		const char *glob = o->also_globs[i];
		const char *name = strchr(glob, '/') ? path : path_base(path);

		if (glob_match(str_c(glob), str_c(name)) == GLOB_YES)
			return o->also | PIN_ALSO_ALL;
	}
	return o->also;
}

int
pins_plan(struct pins *p, const struct pins_opts *opts, struct err *err)
{
	p->npins = p->nmoved = p->nuncovered = p->nchanged = 0;
	for (size_t i = 0; i < p->nfiles; i++) {
		struct pins_file *f = &p->files[i];
		struct pin_rules rules = { opts->form, also_of(opts, f->file.path) };
		int r = pin_edit(p->arena, p->set, &f->file, rules, &f->edit, err);

		if (r)
			return r;
		p->nmoved += f->edit.nmoved;
		p->nchanged += f->edit.nmoved > 0;
		for (size_t k = 0; k < f->file.npins; k++) {
			enum pin_state state = f->edit.changes[k].state;

			p->nuncovered += state == PIN_STATE_UNCOVERED;
			p->npins += state == PIN_STATE_RIGHT || state == PIN_STATE_MOVED ||
				    state == PIN_STATE_UNCOVERED;
		}
	}
	return 0;
}

int
pins_write(const struct pins *p, const struct pins_opts *opts, struct err *err)
{
	struct replace *all = xcalloc(p->nchanged + 1, sizeof(*all));
	size_t n = 0;
	int r;

	BUG_ON(p->nuncovered || opts->rev);
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		if (!f->edit.nmoved)
			continue;
		all[n++] = (struct replace){ path_join(opts->top, f->file.path), f->file.text,
					     f->edit.text, f->mode & 07777 };
	}
	r = replace_all(all, n, err);
	for (size_t i = 0; i < n; i++)
		free((char *)all[i].path);
	free(all);
	return r;
}

bool
pins_counts(const struct pin *pin)
{
	return (pin->tag || pin->digest) &&
	       (pin->kind == PIN_KIND_IMAGE || pin->kind == PIN_KIND_HELM ||
		pin->kind == PIN_KIND_KUSTOMIZE || pin->kind == PIN_KIND_MARKED);
}

static bool
agree(const char *a, const char *b)
{
	return !a || !b || !strcmp(a, b);
}

/* The first pin of the same image that comes before this one and is at odds with it. */
static bool
find_other(const struct pins *p, struct pins_drift *d)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		for (size_t k = 0; k < p->files[i].file.npins; k++) {
			const struct pin *pin = &p->files[i].file.pins[k];

			if (pin == d->pin)
				return false;
			if (pin->image != d->pin->image || !pins_counts(pin) ||
			    (agree(pin->tag, d->pin->tag) && agree(pin->digest, d->pin->digest)))
				continue;
			d->other_file = &p->files[i];
			d->other = pin;
			return true;
		}
	}
	return false;
}

static bool
is_drift(const struct pins *p, struct pins_drift *d)
{
	const struct pin_image *want = &p->images[d->pin->image];

	if (!pins_counts(d->pin))
		return false;
	if (want->tag || want->digest)
		return !agree(d->pin->tag, want->tag) || !agree(d->pin->digest, want->digest);
	return find_other(p, d);
}

struct pins_drift *
pins_drifts(struct pins *p, size_t *ret_n)
{
	VEC(struct pins_drift) found = { 0 };
	struct pins_drift *ret;

	for (size_t i = 0; i < p->nfiles; i++) {
		for (size_t k = 0; k < p->files[i].file.npins; k++) {
			struct pins_drift d = { .file = &p->files[i],
						.pin = &p->files[i].file.pins[k] };

			if (is_drift(p, &d))
				vec_push(&found, d);
		}
	}
	ret = arena_dup(p->arena, found.v, found.n * sizeof(*ret));
	*ret_n = found.n;
	vec_fini(&found);
	return ret;
}
