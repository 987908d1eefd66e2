/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dir_scan.c: many directories at once. */
#include "base/vec.h"
#include "io/tree_dir_priv.h"

/* A directory to list, and what came of it. */
struct visit {
	char *path; /* owned, as are the next */
	struct tree_listing *listing;
	bool cached;
	VEC(char *) below; /* directories to enter */
};

struct scan {
	struct tree *t;
	bool (*enter)(void *ctx, struct str dir);
	void *ctx;
	VEC(struct visit) visits; /* of one depth */
};

static void
visit_one(void *ctx, size_t i)
{
	struct scan *s = ctx;
	struct visit *v = &s->visits.v[i];
	bool root = !strcmp(v->path, ".");

	v->listing = tree_cached(s->t, str_c(v->path));
	v->cached = v->listing;
	if (!v->cached && tree_dir_list(s->t->own, v->path, &v->listing))
		return;
	for (size_t k = 0; k < v->listing->n; k++) {
		const struct tree_entry *e = &v->listing->entries[k];
		char *path;

		if (e->type != TREE_DIR)
			continue;
		path = root ? xstrdup(e->name) : xasprintf("%s/%s", v->path, e->name);
		if (!s->enter || s->enter(s->ctx, str_c(path)))
			vec_push(&v->below, path);
		else
			free(path);
	}
}

static void
add_visit(struct scan *s, char *take_path)
{
	struct visit v = { .path = take_path };

	vec_push(&s->visits, v);
}

void
tree_dir_prefetch(struct tree *t, struct pool *pool, const char *dir,
		  bool (*enter)(void *ctx, struct str dir), void *ctx)
{
	struct scan s = { .t = t, .enter = enter, .ctx = ctx };

	add_visit(&s, xstrdup(dir));
	while (s.visits.n) {
		struct scan next = { .t = t, .enter = enter, .ctx = ctx };

		pool_run(pool, s.visits.n, visit_one, &s);
		for (size_t i = 0; i < s.visits.n; i++) {
			struct visit *v = &s.visits.v[i];

			if (v->listing && !v->cached)
				tree_cache(t, str_c(v->path), v->listing);
			for (size_t k = 0; k < v->below.n; k++)
				add_visit(&next, v->below.v[k]);
			vec_fini(&v->below);
			free(v->path);
		}
		vec_fini(&s.visits);
		s = next;
	}
}
