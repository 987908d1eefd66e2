/* SPDX-License-Identifier: Apache-2.0 */
/* image_tree.c: lays the layers of an image over each other. */
#include "engine/image_tree.h"

#include "base/path.h"

#define MAX_LINKS 40 /* on the way to one path, as Linux has it */
#define MAX_HARDLINKS 100
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct image_tree {
	struct arena *arena;
	json_t *config;
	struct image_layer **layers; /* the lowest first */
	struct image_layer *own;     /* those that are shared with no other tree */
	size_t nlayers, nown;
	bool complete;
	struct map *places; /* path → struct place */
	VEC(const struct image_entry *) entries;
};

/* What is known about a path, while layers are looked at from the top down. */
struct place {
	const struct image_entry *entry; /* NULL = nothing is there yet */
	bool gone;                       /* taken away: lower layers have nothing here nor below */
	bool closed;                     /* lower layers have nothing below */
};

static struct image_tree *
new_tree(void)
{
	struct image_tree *t = xcalloc(1, sizeof(*t));

	t->arena = arena_new();
	t->places = map_new();
	return t;
}

static int
begin(struct image_tree *t, const struct image_export *export, unsigned flags,
      struct image_layers *shared, struct err *err)
{
	bool hash = flags & IMAGE_TREE_HASH;
	int r = json_parse(export->config, "the image's config", &t->config, err);

	if (!r && !json_is_object(t->config))
		r = err_set(err, ERR_FAILED, "the image's config is no JSON object");
	if (r)
		return r;
	t->layers = arena_calloc(t->arena, export->nlayers + 1, sizeof(struct image_layer *));
	t->own = arena_calloc(t->arena, export->nlayers + 1, sizeof(*t->own));
	for (t->nlayers = 0; t->nlayers < export->nlayers; t->nlayers++) {
		const struct image_layer_at *at = &export->layers[t->nlayers];
		struct image_layer **l = &t->layers[t->nlayers];

		if (shared && at->files) {
			*l = image_layers_get(shared, at, t->nlayers, hash);
			continue;
		}
		*l = &t->own[t->nown++];
		image_layer_init(*l, image_layer_at_dup(t->arena, at), t->nlayers, hash);
	}
	return 0;
}

int
image_tree_of(const struct image_export *export, unsigned flags, struct image_layers *shared,
	      struct image_tree **ret, struct err *err)
{
	struct image_tree *t = new_tree();
	int r = begin(t, export, flags, shared, err);

	if (r)
		image_tree_free(t);
	else
		*ret = t;
	return r;
}

int
image_tree_open(const char *dir, unsigned flags, struct image_tree **ret, struct err *err)
{
	struct image_tree *t = new_tree();
	struct image_export export;
	int r = image_export_read(t->arena, dir, &export, err);

	if (!r)
		r = begin(t, &export, flags, NULL, err);
	if (r)
		image_tree_free(t);
	else
		*ret = t;
	return r;
}

void
image_tree_free(struct image_tree *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nown; i++)
		image_layer_fini(&t->own[i]);
	vec_fini(&t->entries);
	map_free(t->places);
	json_decref(t->config);
	arena_free(t->arena);
	free(t);
}

static struct place *
place(struct image_tree *t, struct str path)
{
	struct place *p = map_get(t->places, path);

	if (!p) {
		p = ARENA_NEW(t->arena, struct place);
		map_set(t->places, path, p);
	}
	return p;
}

/* A layer above has taken the path away, or closed a folder that it is in. */
static bool
is_hidden(const struct image_tree *t, struct str path)
{
	const struct place *p = map_get(t->places, path);

	if (p && (p->gone || p->entry))
		return true;
	for (size_t n = path.n; n > 0; n--) {
		struct str dir = str_sub(path, 0, n - 1 ? n - 1 : 1);

		if (path.p[n - 1] != '/' || path.n == 1)
			continue;
		p = map_get(t->places, dir);
		if (p && (p->gone || p->closed))
			return true;
	}
	return false;
}

/* The file that a hard link of a layer names: in that layer, or in the next below that has it. */
static const struct image_entry *
link_target(const struct image_tree *t, const struct image_entry *link)
{
	for (int steps = 0; steps < MAX_HARDLINKS; steps++) {
		const struct image_entry *found = NULL;

		for (size_t i = link->layer + 1; i > 0 && !found; i--)
			found = map_get(t->layers[i - 1]->last, str_c(link->target));
		if (!found || found->type != TAR_HARDLINK)
			return found && found->type != TAR_DIR ? found : NULL;
		link = found;
	}
	return NULL;
}

static int
add(struct image_tree *t, const struct image_entry *e, struct err *err)
{
	if (e->type == TAR_HARDLINK) {
		const struct image_entry *target = link_target(t, e);
		struct image_entry *copy;

		if (!target)
			return err_set(err, ERR_FAILED,
				       "layer %zu has a hard link '%s' to '%s', which is not there",
				       e->layer + 1, e->path, e->target);
		copy = arena_dup(t->arena, target, sizeof(*target));
		copy->path = e->path;
		e = copy;
	}
	place(t, str_c(e->path))->entry = e;
	return 0;
}

/* What a layer takes away counts for the layers below it only. */
static void
close_below(struct image_tree *t, const struct image_layer *l)
{
	for (size_t i = 0; i < l->entries.n; i++)
		if (l->entries.v[i]->type != TAR_DIR)
			place(t, str_c(l->entries.v[i]->path))->closed = true;
	for (size_t i = 0; i < l->opaques.n; i++)
		place(t, str_c(l->opaques.v[i]))->closed = true;
	for (size_t i = 0; i < l->whiteouts.n; i++)
		place(t, str_c(l->whiteouts.v[i]))->gone = true;
}

/* Folders that no layer names. */
static void
add_parents(struct image_tree *t)
{
	for (size_t i = 0; i < map_len(t->places); i++) { /* grows on the way */
		const struct place *p = map_value(t->places, i);
		AUTO_FREE char *path = str_dup(map_key(t->places, i));

		while (p->entry && strcmp(path, "/") != 0) {
			char *dir = path_dir(path);
			struct place *parent = place(t, str_c(dir));

			free(path);
			path = dir;
			if (parent->entry)
				break;
			parent->entry = arena_dup(t->arena,
						  &(struct image_entry){
							  .path = arena_strdup(t->arena, dir),
							  .type = TAR_DIR,
							  .mode = 0755 },
						  sizeof(struct image_entry));
		}
	}
}

static int
cmp_entry(const void *a, const void *b)
{
	return strcmp((*(const struct image_entry *const *)a)->path,
		      (*(const struct image_entry *const *)b)->path);
}

static int
merge(struct image_tree *t, struct err *err)
{
	int r = 0;

	for (size_t i = t->nlayers; i > 0 && !r; i--) {
		const struct image_layer *l = t->layers[i - 1];

		for (size_t k = 0; k < map_len(l->last) && !r; k++)
			if (!is_hidden(t, map_key(l->last, k)))
				r = add(t, map_value(l->last, k), err);
		close_below(t, l);
	}
	add_parents(t);
	for (size_t i = 0; i < map_len(t->places); i++) {
		const struct place *p = map_value(t->places, i);

		if (p->entry)
			vec_push(&t->entries, p->entry);
	}
	if (t->entries.n)
		qsort(t->entries.v, t->entries.n, sizeof(*t->entries.v), cmp_entry);
	t->complete = true;
	return r;
}

static void
step_layer(void *ctx, size_t i)
{
	struct image_tree *t = ctx;

	image_layer_step(t->layers[i]);
}

int
image_tree_step(struct image_tree *t, struct pool *pool, struct err *err)
{
	bool done = true;

	if (t->complete)
		return 0;
	pool_run(pool, t->nlayers, step_layer, t);
	for (size_t i = 0; i < t->nlayers; i++) {
		struct image_layer *l = t->layers[i];

		if (l->err.class)
			return err_move(err, &l->err);
		if (l->failed)
			return err_set(err, ERR_FAILED, "'%s' could not be read", l->at->path);
		done = done && l->done;
	}
	return done ? merge(t, err) : 1;
}

const json_t *
image_tree_config(const struct image_tree *t)
{
	return t->config;
}

const struct image_entry *const *
image_tree_entries(const struct image_tree *t, size_t *ret_n)
{
	BUG_ON(!t->complete);
	*ret_n = t->entries.n;
	return t->entries.v;
}

const struct image_entry *
image_tree_get(const struct image_tree *t, const char *path)
{
	const struct place *p = map_get(t->places, str_c(path));

	BUG_ON(!t->complete);
	return p ? p->entry : NULL;
}

/* Follows the links of every component; *links counts down. Caller frees the path. */
static char *
resolve(const struct image_tree *t, const char *path, int *links)
{
	AUTO_FREE char *rooted = xasprintf("/%s", path), *at = xstrdup("/");
	struct str rest = str_c(rooted), part;

	while (str_next(&rest, '/', &part)) {
		AUTO_FREE char *name = str_dup(part), *next = NULL;
		const struct image_entry *e;

		if (!part.n || str_eq_c(part, "."))
			continue;
		next = path_join(at, name); /* `at` has no link in it, so ".." is lexical */
		e = image_tree_get(t, next);
		if (e && e->type == TAR_SYMLINK) {
			char *target;

			if ((*links)-- <= 0)
				return NULL;
			/* By hand, as path_join would clean "link/.." before the link is followed. */
			target = *e->target == '/' ? xstrdup(e->target)
						   : xasprintf("%s/%s", at, e->target);
			free(next);
			next = resolve(t, target, links);
			free(target);
			if (!next)
				return NULL;
		}
		free(at);
		at = STEAL(next);
	}
	return STEAL(at);
}

const struct image_entry *
image_tree_follow(const struct image_tree *t, const char *path)
{
	int links = MAX_LINKS;
	AUTO_FREE char *real = resolve(t, path, &links);

	return real ? image_tree_get(t, real) : NULL;
}

const struct image_entry *
image_tree_link(const struct image_tree *t, const char *path)
{
	AUTO_FREE char *clean = path_clean(str_c(path)), *dir = path_dir(clean);
	int links = MAX_LINKS;
	AUTO_FREE char *real = resolve(t, dir, &links);
	AUTO_FREE char *full = real ? path_join(real, path_base(clean)) : NULL;

	return full ? image_tree_get(t, full) : NULL;
}

static const char *
search_path(const struct image_tree *t)
{
	const json_t *env = json_object_get(json_object_get(t->config, "config"), "Env");

	for (size_t i = 0; i < json_array_size(env); i++) {
		const char *pair = json_string_value(json_array_get(env, i));

		if (pair && !strncmp(pair, "PATH=", 5))
			return pair + 5;
	}
	return DEFAULT_PATH;
}

char *
image_tree_which(const struct image_tree *t, const char *name)
{
	struct str rest = str_c(search_path(t)), dir;

	while (str_next(&rest, ':', &dir)) {
		AUTO_FREE char *path = xasprintf("%.*s/%s", STR_FMT(dir), name);
		const struct image_entry *e = dir.n ? image_tree_follow(t, path) : NULL;

		if (e && e->type == TAR_FILE && (e->mode & 0111))
			return STEAL(path);
	}
	return NULL;
}

const struct image_entry *
image_tree_command(const struct image_tree *t, const char *name)
{
	AUTO_FREE char *path = image_tree_which(t, name);

	return path ? image_tree_follow(t, path) : NULL;
}

int
image_tree_read(const struct image_tree *t, const struct image_entry *file, image_sink sink,
		void *ctx, struct err *err)
{
	BUG_ON(file->type != TAR_FILE || !file->position);
	return image_layer_read(t->layers[file->layer]->at, file->position, sink, ctx, err);
}
