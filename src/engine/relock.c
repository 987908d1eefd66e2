/* SPDX-License-Identifier: Apache-2.0 */
/* relock.c: asks git, registries and servers, and compares two lock files. */
#include "engine/relock.h"

#include "engine/download.h"
#include "model/ref.h"

struct relocker {
	const struct relock_opts *o;
	const struct external *e;
	struct lockfile_entry entry; /* to be filled */
	struct arena *arena;
};

static int
at_place(const struct external *e, struct err *err)
{
	if (!err->where.file) {
		err->where.file = xstrdup(e->file);
		err->where.line = e->line;
		err->where.col = e->col;
	}
	return -(int)err->class;
}

static int
look_at_git(struct relocker *x, struct err *err)
{
	const char *url = project_address(x->o->project, x->e->name), *commit;
	int r = source_resolve(x->o->cache, url, x->e->ref, &commit, err);

	if (!r && !commit)
		return err_set(err, ERR_INPUT, "'%s' has no branch or tag '%s'", x->e->name,
			       x->e->ref);
	x->entry.value = commit;
	return r;
}

static int
look_at_address(struct relocker *x, struct err *err)
{
	char *digest = arena_alloc(x->arena, DIGEST_SIZE);
	int r = download_digest(x->o->downloads, x->e->name, digest, err);

	x->entry.value = r ? NULL : digest;
	return r;
}

static int
look_at_image(struct relocker *x, struct err *err)
{
	AUTO_FREE char *id = NULL;
	struct ref ref;
	int r = ref_parse(x->arena, str_c(x->e->name), &ref, err);

	if (r)
		return r;
	if (strcmp(ref.domain, "localhost") != 0) {
		r = identity_digest(x->o->identities, x->e->name, &id, err);
		x->entry.value = r ? NULL : arena_strdup(x->arena, id);
		return r;
	}
	r = builder_find(x->o->builder, x->e->name, NULL, &id, err);
	if (r)
		return r;
	if (!id) {
		err_set(err, ERR_REFUSED, "'%s' is not on this machine", x->e->name);
		err_hint(err, "'localhost' is no registry: build it, or pull it under that name");
		return -ERR_REFUSED;
	}
	x->entry.kind = LOCKFILE_LOCAL;
	x->entry.value = arena_strdup(x->arena, id);
	return 0;
}

static int
look(struct relocker *x, struct err *err)
{
	x->entry = (struct lockfile_entry){ x->e->kind, x->e->name, x->e->ref, NULL, 0 };
	switch (x->e->kind) {
	case LOCKFILE_GIT:
		return look_at_git(x, err);
	case LOCKFILE_HTTP:
		return look_at_address(x, err);
	default:
		return look_at_image(x, err);
	}
}

/* A trigger of an image that cannot be asked for now may name them. */
static void
keep_images(const struct lockfile *was, struct lockfile *l)
{
	for (size_t i = 0; was && i < lockfile_len(was); i++)
		if (lockfile_at(was, i)->kind != LOCKFILE_GIT)
			lockfile_set(l, lockfile_at(was, i));
}

int
relock(const struct relock_opts *opts, const struct externals *all, struct lockfile **ret,
       struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct relocker x = { .o = opts, .arena = arena };
	struct lockfile *l = lockfile_new();

	if (!opts->project->bases_known)
		keep_images(opts->project->lock, l);
	for (size_t i = 0; i < all->n; i++) {
		const struct external *e = &all->v[i];
		bool again = opts->all || (opts->again && opts->again[i]);
		int r;

		if (e->locked && !again) {
			lockfile_set(l, e->locked);
			continue;
		}
		x.e = e;
		r = look(&x, err);
		if (r) {
			lockfile_free(l);
			return at_place(e, err);
		}
		lockfile_set(l, &x.entry);
	}
	*ret = l;
	return 0;
}

static bool
means(const struct external *e, const char *name, struct arena *arena)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	struct ref ref;

	if (!strcmp(e->name, name))
		return true;
	return e->kind == LOCKFILE_IMAGE && !ref_parse(arena, str_c(name), &ref, &ignored) &&
	       !strcmp(ref_text(arena, &ref), e->name);
}

static int
unknown(struct project *p, const struct externals *all, const char *name, struct err *err)
{
	const char **names = xcalloc(p->graph->nimages + all->n + 1, sizeof(*names)), *near;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		names[n++] = all->v[i].name;
	for (size_t i = 0; i < p->graph->nimages; i++)
		names[n++] = p->graph->images[i].name;
	near = str_nearest(name, names, n);
	err_set(err, ERR_USAGE, "'%s' is neither an image of the graph nor anything that one names",
		name);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	free(names);
	return -ERR_USAGE;
}

int
relock_choose(struct project *p, const struct externals *all, const char *const *names, size_t n,
	      bool *again, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t k = 0; k < n; k++) {
		const struct graph_image *image = graph_find(p->graph, names[k]);
		bool any = image;

		for (size_t i = 0; i < all->n; i++) {
			const struct external *e = &all->v[i];

			if ((image && e->users[image->index]) || means(e, names[k], arena))
				any = again[i] = true;
		}
		if (!any)
			return unknown(p, all, names[k], err);
	}
	return 0;
}

static void
mark(const struct graph_image *image, bool *images)
{
	if (images[image->index])
		return;
	images[image->index] = true;
	for (size_t i = 0; i < image->nchildren; i++)
		mark(image->children[i], images);
}

static bool
same(const struct lockfile_entry *a, const struct lockfile_entry *b)
{
	return a && b && a->kind == b->kind && !strcmp(a->value, b->value);
}

struct comparer {
	struct project *p;
	struct arena *arena;
	struct externals all;
	VEC(struct relock_move) moves;
};

static void
add_move(struct comparer *c, const struct lockfile_entry *before,
	 const struct lockfile_entry *after)
{
	const struct lockfile_entry *any = after ? after : before;
	struct relock_move m = { before, after, NULL };
	enum lockfile_kind kind = any->kind == LOCKFILE_LOCAL ? LOCKFILE_IMAGE : any->kind;

	m.images = arena_calloc(c->arena, c->p->graph->nimages, sizeof(bool));
	for (size_t i = 0; i < c->all.n; i++) {
		const struct external *e = &c->all.v[i];

		if (e->kind != kind || strcmp(e->name, any->name) || strcmp(e->ref, any->ref))
			continue;
		for (size_t k = 0; k < c->p->graph->nimages; k++)
			if (e->users[k])
				mark(&c->p->graph->images[k], m.images);
	}
	vec_push(&c->moves, m);
}

struct relock_moves
relock_compare(struct project *p, const struct lockfile *before, const struct lockfile *after,
	       struct arena *arena)
{
	struct comparer c = { .p = p, .arena = arena, .all = externals_find(p, arena) };
	struct relock_moves ret;

	for (size_t i = 0; i < lockfile_len(after); i++) {
		const struct lockfile_entry *is = lockfile_at(after, i);
		const struct lockfile_entry *was =
			lockfile_find(before, is->kind, is->name, is->ref);

		if (!same(was, is))
			add_move(&c, was, is);
	}
	for (size_t i = 0; before && i < lockfile_len(before); i++) {
		const struct lockfile_entry *was = lockfile_at(before, i);

		if (!lockfile_find(after, was->kind, was->name, was->ref))
			add_move(&c, was, NULL);
	}
	ret = (struct relock_moves){ arena_dup(arena, c.moves.v, c.moves.n * sizeof(*c.moves.v)),
				     c.moves.n };
	vec_fini(&c.moves);
	return ret;
}
