/* SPDX-License-Identifier: Apache-2.0 */
/* external.c: lists what comes from outside, and holds it against the lock file. */
#include "engine/external.h"

#include "io/git.h"
#include "model/ref.h"

struct finder {
	struct project *p;
	struct arena *arena;
	VEC(struct external) found;
};

static int
compare(const void *a, const void *b)
{
	const struct external *x = a, *y = b;
	int r = (int)x->kind - (int)y->kind;

	if (!r)
		r = strcmp(x->name, y->name);
	return r ? r : strcmp(x->ref, y->ref);
}

static void
add(struct finder *f, const struct graph_image *image, const struct external *like)
{
	struct external e = *like;

	for (size_t i = 0; i < f->found.n; i++) {
		if (compare(&f->found.v[i], like))
			continue;
		f->found.v[i].users[image->index] = true;
		return;
	}
	e.users = arena_calloc(f->arena, f->p->graph->nimages, sizeof(bool));
	e.users[image->index] = true;
	e.locked = lockfile_find(f->p->lock, e.kind, e.name, e.ref);
	vec_push(&f->found, e);
}

static void
add_image(struct finder *f, const struct graph_image *image, const struct recipe *r,
	  const struct recipe_image *used)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* what is no reference was told at loading */
	struct ref ref;

	if (graph_image_of_ref(f->p->graph, used->ref) ||
	    ref_parse(f->arena, str_c(used->ref), &ref, &ignored) || ref.digest)
		return;
	add(f, image,
	    &(struct external){ .kind = LOCKFILE_IMAGE,
				.name = ref_text(f->arena, &ref),
				.ref = "",
				.file = r->df->file,
				.line = used->line });
}

struct external
external_of_remote(struct arena *arena, const struct recipe_remote *remote)
{
	struct external e = {
		.kind = LOCKFILE_HTTP, .name = remote->url, .ref = "", .line = remote->line
	};
	size_t n = strcspn(remote->url, "?#");
	const char *hash = strchr(remote->url, '#');

	if (!remote->git)
		return e;
	e.kind = LOCKFILE_GIT;
	e.name = arena_printf(arena, "%.*s", (int)n, remote->url);
	e.ref = "HEAD";
	if (hash && hash[1] && hash[1] != ':')
		e.ref = arena_printf(arena, "%.*s", (int)strcspn(hash + 1, ":"), hash + 1);
	return e;
}

const char *
external_pinned_remote(const struct project *p, struct arena *arena,
		       const struct recipe_remote *remote)
{
	struct external e = external_of_remote(arena, remote);
	const struct lockfile_entry *locked;

	if (remote->checksum)
		return remote->checksum;
	if (e.kind == LOCKFILE_GIT && git_is_commit_id(str_c(e.ref)))
		return e.ref;
	locked = lockfile_find(p->lock, e.kind, e.name, e.ref);
	return locked ? locked->value : NULL;
}

static void
add_remote(struct finder *f, const struct graph_image *image, const struct recipe *r,
	   const struct recipe_remote *remote)
{
	struct external e = external_of_remote(f->arena, remote);

	if (remote->checksum || git_is_commit_id(str_c(e.ref)))
		return;
	e.file = r->df->file;
	add(f, image, &e);
}

static void
add_source(struct finder *f, const struct graph_image *image)
{
	const struct graph_source *s = &image->source;

	if (s->git && !git_is_commit_id(str_c(s->ref)))
		add(f, image,
		    &(struct external){ .kind = LOCKFILE_GIT,
					.name = s->git,
					.ref = s->ref,
					.file = f->p->graph_path,
					.line = s->at.line,
					.col = s->at.col });
}

struct externals
externals_find(struct project *p, struct arena *arena)
{
	struct finder f = { .p = p, .arena = arena };
	struct externals ret;

	for (size_t i = 0; i < p->graph->nimages; i++) {
		const struct graph_image *image = &p->graph->images[i];
		const struct recipe *r = p->sources[i].edges;

		add_source(&f, image);
		for (size_t k = 0; r && k < r->nimages; k++)
			add_image(&f, image, r, &r->images[k]);
		for (size_t k = 0; r && k < r->nremotes; k++)
			add_remote(&f, image, r, &r->remotes[k]);
	}
	if (f.found.n)
		qsort(f.found.v, f.found.n, sizeof(*f.found.v), compare);
	ret = (struct externals){ arena_dup(arena, f.found.v, f.found.n * sizeof(*f.found.v)),
				  f.found.n };
	vec_fini(&f.found);
	return ret;
}

static bool
is_named(const struct externals *all, const struct lockfile_entry *e)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].locked == e)
			return true;
	return false;
}

/* By a trigger of an image that is not known (yet). */
static bool
may_be_named(const struct project *p, const struct lockfile_entry *e)
{
	return !p->bases_known && e->kind != LOCKFILE_GIT;
}

static char *
name_of(const struct external *e)
{
	return lockfile_entry_text(&(struct lockfile_entry){ .name = e->name, .ref = e->ref });
}

int
externals_check(struct project *p, bool strict, struct err_list *errs, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	size_t missing = 0, unused = 0;
	struct externals all;

	if (!p->lock_path || (!p->lock && !strict))
		return 0;
	all = externals_find(p, arena);
	for (size_t i = 0; i < all.n; i++) {
		const struct external *e = &all.v[i];
		AUTO_FREE char *name = name_of(e);

		if (e->locked)
			continue;
		(void)err_list_at(errs, e->file, e->line, e->col, "'%s' is not in '%s'", name,
				  p->lock_path);
		missing++;
	}
	for (size_t i = 0; p->lock && i < lockfile_len(p->lock); i++) {
		const struct lockfile_entry *e = lockfile_at(p->lock, i);
		AUTO_FREE char *name = lockfile_entry_text(e);

		if (is_named(&all, e) || may_be_named(p, e))
			continue;
		(void)err_list_at(errs, p->lock_path, e->line, 1, "nothing names '%s' any more",
				  name);
		unused++;
	}
	if (!missing && !unused)
		return 0;
	err_set(err, ERR_REFUSED, "'%s' is out of date: %zu not in it, %zu too many", p->lock_path,
		missing, unused);
	err_hint(err, "lockstep lock brings it up to date; commit it");
	return -ERR_REFUSED;
}

int
external_pinned(const struct project *p, struct arena *arena, const char *ref, const char **ret,
		struct err *err)
{
	const struct lockfile_entry *e;
	struct ref parsed;
	int r = ref_parse(arena, str_c(ref), &parsed, err);

	if (r)
		return r;
	*ret = ref_text(arena, &parsed);
	e = parsed.digest ? NULL : lockfile_find(p->lock, LOCKFILE_IMAGE, *ret, "");
	if (e && e->kind == LOCKFILE_LOCAL)
		*ret = arena_strdup(arena, e->value);
	else if (e)
		*ret = arena_printf(arena, "%s@%s", parsed.name, e->value);
	return 0;
}
