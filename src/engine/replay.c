/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c: keys of every commit, compared with those of the commit before. */
#include "engine/replay.h"

#include "base/file.h"
#include "engine/external.h"
#include "engine/key.h"
#include "io/git.h"
#include "io/git_paths.h"
#include "model/ignore.h"

#include <fcntl.h>

struct seen {
	struct inputs *inputs; /* of the last commit that had the image */
	bool leaf;             /* there */
};

struct replayer {
	const struct replay_opts *o;
	struct replay *ret;
	struct map *last;     /* image name → struct seen * */
	struct ignore *quiet; /* paths that trigger nothing; NULL = none */
	const char *toplevel;
	/* of the commit at work: */
	struct project *p;
	char (*keys)[DIGEST_SIZE]; /* by image index */
};

static const char *
identity(void *ctx, const struct key_use *use)
{
	struct replayer *x = ctx;
	AUTO_ERR struct err ignored = ERR_INIT;
	const char *pinned;

	if (use->parent)
		return *x->keys[use->parent->index] ? x->keys[use->parent->index] : "absent";
	if (external_pinned(x->p, x->p->arena, use->ref, &pinned, &ignored))
		pinned = use->ref;
	return arena_printf(x->p->arena, "ref:%s", pinned);
}

/* Nobody is asked about the past: its lock file says it, or the instruction's text has to do. */
static const char *
remote(void *ctx, const struct recipe_remote *remote)
{
	struct replayer *x = ctx;
	const char *pinned = external_pinned_remote(x->p, x->p->arena, remote);

	return pinned ? pinned : "";
}

static const struct oci_config *
config(void *ctx UNUSED, const struct key_use *use UNUSED)
{
	static const struct oci_config empty = {
		.workdir = "",
		.user = "",
		.canonical = "{}",
		.os = "",
		.arch = "",
		.variant = "",
		.created = "",
	};

	return &empty;
}

static struct seen *
seen_of(struct replayer *x, const char *image)
{
	struct seen *s = map_get(x->last, str_c(image));

	if (!s) {
		s = ARENA_NEW(x->ret->arena, struct seen);
		map_set(x->last, str_c(image), s);
	}
	return s;
}

static void
add_built(struct replayer *x, struct replay_commit *c, const struct graph_image *image,
	  const struct inputs *before, const struct inputs *after)
{
	struct replay_image *b = &c->built[c->nbuilt++];
	struct reason *first = ARENA_NEW(x->ret->arena, struct reason);

	b->image = arena_strdup(x->ret->arena, image->name);
	if (before) {
		b->reasons = inputs_diff(x->ret->arena, before, after);
	} else {
		*first = (struct reason){ .kind = REASON_FIRST, .subject = "" };
		b->reasons = (struct reasons){ first, 1 };
	}
	for (size_t i = 0; i < b->reasons.n; i++)
		project_name_reason(x->p, image, x->ret->arena, &b->reasons.v[i]);
	x->ret->builds++;
}

static int
do_image(struct replayer *x, struct replay_commit *c, const struct graph_image *image,
	 struct err_list *errs, struct err *err)
{
	struct key_env env = { .project = x->p,
			       .store = x->o->store,
			       .pool = x->o->pool,
			       .epoch = "",
			       .identity = identity,
			       .config = config,
			       .remote = remote,
			       .ctx = x };
	struct seen *seen = seen_of(x, image->name);
	struct key_result made;
	int r = key_make(&env, image, &made, errs, err);

	if (r)
		return r;
	sha256_digest(made.inputs->key, x->keys[image->index]);
	if (!seen->inputs || !sha256_eq(seen->inputs->key, made.inputs->key))
		add_built(x, c, image, seen->inputs, made.inputs);
	inputs_free(seen->inputs);
	seen->inputs = STEAL(made.inputs);
	/* the Dockerfile's text belongs to the project, which ends with this commit */
	seen->inputs->dockerfile_text = STR_NULL;
	key_result_fini(&made);
	return 0;
}

static const char *
first_mistake(struct replayer *x, struct err_list *errs, struct err *err)
{
	AUTO_FREE char *text = NULL;

	err_list_sort(errs);
	text = err_text(errs->n ? &errs->items[0] : err);
	return arena_strdup(x->ret->arena, text);
}

static int
do_images(struct replayer *x, struct replay_commit *c, struct err *err)
{
	const struct graph *g = x->p->graph;

	c->built = arena_calloc(x->ret->arena, g->nimages, sizeof(*c->built));
	c->present = arena_calloc(x->ret->arena, g->nimages, sizeof(*c->present));
	x->keys = arena_calloc(x->p->arena, g->nimages, DIGEST_SIZE);
	for (size_t i = 0; i < g->nimages; i++) {
		const struct graph_image *image = g->order[i];
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		AUTO_ERR struct err own = ERR_INIT;
		int r;

		if (x->p->sources[image->index].absent)
			continue;
		c->present[c->npresent++] = arena_strdup(x->ret->arena, image->name);
		seen_of(x, image->name)->leaf = image->nchildren == 0;
		r = do_image(x, c, image, &errs, &own);
		if (r == -ERR_INPUT)
			c->mistake = first_mistake(x, &errs, &own);
		else if (r)
			return err_move(err, &own);
	}
	return 0;
}

static int
triggers(struct replayer *x, struct replay_commit *c, struct err *err)
{
	git_paths paths = { 0 };
	int r;

	c->triggers = true;
	if (!x->quiet)
		return 0;
	r = git_changed_paths(x->toplevel, c->id, &paths, err);
	c->triggers = r != 0;
	for (size_t i = 0; !r && i < paths.n; i++)
		if (!ignore_match(x->quiet, str_c(paths.v[i])).ignored)
			c->triggers = true;
	git_paths_fini(&paths);
	return r;
}

static int
do_commit(struct replayer *x, struct replay_commit *c, struct err *err)
{
	struct project_opts opts = { .dir = x->o->dir,
				     .root = x->o->graph_file ? x->toplevel : NULL,
				     .graph_file = x->o->graph_file,
				     .commit = c->id,
				     .graph_in_commit = !x->o->graph_file,
				     .tolerate_missing = true,
				     .lookup = x->o->lookup,
				     .ctx = x->o->ctx,
				     .cache = x->o->cache,
				     .builder = x->o->builder };
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err own = ERR_INIT;
	int r = project_load(&opts, &x->p, &errs, &own);

	if (r == -ERR_INPUT) {
		c->mistake = first_mistake(x, &errs, &own);
		return 0;
	}
	if (r)
		return err_move(err, &own);
	r = do_images(x, c, err);
	project_free(x->p);
	x->p = NULL;
	return r ? r : triggers(x, c, err);
}

static bool
is_leaf(struct replayer *x, const char *image)
{
	return seen_of(x, image)->leaf;
}

static void
sum_up(struct replayer *x)
{
	struct replay *ret = x->ret;

	for (size_t i = 0; i < ret->n; i++) {
		struct replay_commit *c = &ret->commits[i];

		for (size_t k = 0; k < c->nbuilt; k++) {
			c->built[k].leaf = is_leaf(x, c->built[k].image);
			ret->pins += c->built[k].leaf;
		}
		c->triggers = c->triggers && c->npresent;
		if (!c->triggers)
			continue;
		ret->triggers++;
		ret->idle += c->nbuilt == 0;
		ret->matrix_builds += c->npresent;
		for (size_t k = 0; k < c->npresent; k++)
			ret->matrix_pins += is_leaf(x, c->present[k]);
	}
}

/* "A..B": what A had is there already, and only what came after it is counted. */
static int
start_from(struct replayer *x, struct err *err)
{
	const char *dots = strstr(x->o->range, "..");
	struct replay_commit before = { 0 };
	AUTO_FREE char *rev = NULL, *id = NULL;
	int r;

	if (!dots || dots == x->o->range)
		return 0;
	rev = xstrndup(x->o->range, (size_t)(dots - x->o->range));
	r = git_resolve(x->toplevel, rev, &id, err);
	if (r)
		return r;
	before.id = id;
	r = do_commit(x, &before, err);
	x->ret->builds = 0;
	return r;
}

static int
walk_history(struct replayer *x, struct err *err)
{
	git_commits commits = { 0 };
	int r = start_from(x, err);

	if (!r)
		r = git_log(x->toplevel, x->o->range, true, &commits, err);

	x->ret->commits = arena_calloc(x->ret->arena, commits.n + 1, sizeof(*x->ret->commits));
	for (size_t i = 0; !r && i < commits.n; i++) {
		struct replay_commit *c = &x->ret->commits[x->ret->n++];

		c->id = arena_strdup(x->ret->arena, commits.v[i].id);
		c->subject = arena_strdup(x->ret->arena, commits.v[i].subject);
		c->time_s = commits.v[i].time_s;
		r = do_commit(x, c, err);
	}
	git_commits_fini(&commits);
	sum_up(x);
	return r;
}

static int
make_quiet(struct replayer *x, struct err *err)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_init(&text, 0);
	for (size_t i = 0; i < x->o->npaths_ignore; i++)
		buf_addf(&text, "%s\n", x->o->paths_ignore[i]);
	if (!text.len)
		return 0;
	x->quiet = ignore_parse(buf_str(&text), "--paths-ignore", DIALECT_BUILDKIT, &errs);
	return x->quiet ? 0 : err_move(err, &errs.items[0]);
}

int
replay_run(const struct replay_opts *opts, struct replay **ret, struct err *err)
{
	AUTO_MAP struct map *last = map_new();
	AUTO_FREE char *top = NULL;
	struct replayer x = { .o = opts, .last = last };
	int r = git_toplevel(opts->dir ? opts->dir : ".", &top, err);

	if (r)
		return r;
	if (opts->graph_file && !file_exists(AT_FDCWD, opts->graph_file))
		return err_sys(err, "cannot read '%s'", opts->graph_file);
	if (!top)
		return err_set(err, ERR_USAGE, "replay needs a git repository, '%s' is in none",
			       opts->dir ? opts->dir : ".");
	x.toplevel = top;
	x.ret = xcalloc(1, sizeof(*x.ret));
	x.ret->arena = arena_new();
	r = make_quiet(&x, err);
	if (!r)
		r = walk_history(&x, err);
	project_free(x.p);
	ignore_free(x.quiet);
	for (size_t i = 0; i < map_len(last); i++)
		inputs_free(((struct seen *)map_value(last, i))->inputs);
	if (r)
		replay_free(x.ret);
	else
		*ret = x.ret;
	return r;
}

void
replay_free(struct replay *r)
{
	if (!r)
		return;
	arena_free(r->arena);
	free(r);
}
