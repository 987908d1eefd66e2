/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c: walks the context along the recipe's reads. */
#include "engine/collect.h"

#include "base/path.h"
#include "engine/collect_priv.h"
#include "model/glob.h"

#include <errno.h>

#define MAX_LINKS 40 /* as the kernel's limit on symlinks in one path */

static struct err *
complain(struct collect *c, const struct recipe_read *read, const char *text)
{
	return err_list_at(c->errs, c->recipe->df->file, read->line, 0, "%s%s: %s",
			   recipe_read_kind_name(read->kind), read->onbuild ? " (ONBUILD)" : "",
			   text);
}

/* ENOENT and ENOTDIR mean "not there"; other failures are failures. */
static int
look(struct collect *c, struct str path, const struct tree_entry **ret, struct err *err)
{
	AUTO_ERR struct err own = ERR_INIT;
	int r;

	*ret = NULL;
	r = tree_stat(c->files->tree, str_c(project_tree_path(c->p, c->image, path)), ret, &own);
	if (r && (own.sys_errno == ENOENT || own.sys_errno == ENOTDIR))
		return 0;
	return r ? err_move(err, &own) : 0;
}

static void
found(struct collect *c, enum input_kind kind, struct str path, const struct tree_entry *entry)
{
	struct collect_item item = { .entry = entry };

	if (map_has(c->seen, path))
		return;
	item.file = (struct input_file){ .kind = kind,
					 .executable = entry->executable,
					 .path = path,
					 .size = entry->stamp.size,
					 .line = c->read->line };
	map_set(c->seen, path, c);
	vec_push(&c->items, item);
}

static int
found_link(struct collect *c, struct str path, const struct tree_entry *entry, char **ret_target,
	   struct err *err)
{
	AUTO_FREE char *target = NULL;
	int r = tree_readlink(c->files->tree, str_c(project_tree_path(c->p, c->image, path)),
			      &target, err);

	if (r)
		return r;
	if (!map_has(c->seen, path)) {
		found(c, INPUT_LINK, path, entry);
		c->items.v[c->items.n - 1].file.target = str_c(arena_strdup(c->in->arena, target));
	}
	if (ret_target)
		*ret_target = STEAL(target);
	return 0;
}

/* A glob pattern is read a second time by buildah, which then finds other files (keys.md 5). */
static bool
misread(const struct collect *c, struct str path)
{
	return c->p->dialect == DIALECT_CONTAINERS && glob_has_meta(path);
}

/* A folder of which a source has only the name: the commit of another repository. */
static bool
is_submodule(const struct collect *c, const struct tree_entry *entry)
{
	return c->files->url && entry->type == TREE_DIR && entry->stamp.mode == TREE_SUBMODULE_MODE;
}

static int
add_entry(struct collect *c, struct str path, const struct tree_entry *entry, struct err *err)
{
	AUTO_FREE char *text = NULL;

	if (misread(c, path)) {
		text = xasprintf("'%.*s': buildah loses names with any of * ? [ \\", STR_FMT(path));
		err_hint(complain(c, c->read, text),
			 "rename it, ignore it, or build with BuildKit");
		return 0;
	}
	switch (entry->type) {
	case TREE_FILE:
		found(c, INPUT_FILE, path, entry);
		return 0;
	case TREE_DIR:
		if (is_submodule(c, entry))
			break;
		found(c, INPUT_DIR, path, entry);
		return 0;
	case TREE_LINK:
		return found_link(c, path, entry, NULL, err);
	case TREE_SOCKET:
		if (!map_has(c->seen, path)) {
			map_set(c->seen, path, c);
			vec_push(&c->in->skipped, arena_str(c->in->arena, path));
		}
		return 0; /* as buildah: a socket cannot be in an image */
	case TREE_SPECIAL:
		break;
	}
	if (is_submodule(c, entry)) {
		text = xasprintf("'%.*s' is a submodule, and those of a source are not fetched",
				 STR_FMT(path));
		err_hint(complain(c, c->read, text),
			 "copy other paths, or add it to the ignore file");
		return 0;
	}
	text = xasprintf("'%.*s' is a device or a FIFO, which no image should hold", STR_FMT(path));
	err_hint(complain(c, c->read, text), "remove it, or add it to the ignore file");
	return 0;
}

/* Everything below dir that the ignore file leaves; counts what was taken. */
static int
walk(struct collect *c, struct str dir, size_t *taken, struct err *err)
{
	const struct tree_entry *entries;
	size_t n;
	int r = tree_list(c->files->tree, str_c(project_tree_path(c->p, c->image, dir)), &entries,
			  &n, err);

	for (size_t i = 0; !r && i < n; i++) {
		struct str path = str_c(collect_join(c, dir, entries[i].name));
		bool ignored = c->ignore && ignore_match(c->ignore, path).ignored;
		bool enter = entries[i].type == TREE_DIR &&
			     (!ignored || ignore_may_include_below(c->ignore, path));

		if (!ignored) {
			(*taken)++;
			r = add_entry(c, path, &entries[i], err);
		}
		if (!r && enter)
			r = walk(c, path, taken, err);
	}
	return r;
}

const char *
collect_join(struct collect *c, struct str dir, const char *name)
{
	if (str_eq_c(dir, "."))
		return arena_strdup(c->in->arena, name);
	return arena_printf(c->in->arena, "%.*s/%s", STR_FMT(dir), name);
}

/* Where a link that stands in folder `dir` points to, inside the context; NULL = outside. */
static const char *
link_target(struct collect *c, struct str dir, const char *target)
{
	AUTO_FREE char *joined = NULL, *clean = NULL;

	if (*target == '/')
		joined = xasprintf("./%s", target + strspn(target, "/"));
	else
		joined = xasprintf("%.*s/%s", STR_FMT(dir), target);
	clean = path_clean(str_c(joined));
	if (path_escapes(str_c(clean)))
		return NULL;
	return arena_strdup(c->in->arena, clean);
}

/*
 * Follows the symlinks of a path that a source names, each recorded, to what it means. *ret is
 * NULL when the way ends nowhere or outside of the context.
 */
static int
resolve(struct collect *c, struct str path, int depth, const char **ret, struct err *err)
{
	struct str rest = path, piece;
	const char *at = ".";

	*ret = NULL;
	while (!str_eq_c(path, ".") && str_next(&rest, '/', &piece)) {
		const struct tree_entry *entry;
		AUTO_FREE char *target = NULL, *name = str_dup(piece);
		struct str dir = str_c(at), here = str_c(collect_join(c, dir, name));
		int r = look(c, here, &entry, err);

		if (r || !entry)
			return r;
		at = here.p;
		if (entry->type != TREE_LINK)
			continue;
		r = found_link(c, here, entry, &target, err);
		at = r ? NULL : link_target(c, dir, target);
		if (r || !at || depth >= MAX_LINKS)
			return r;
		if (rest.p)
			at = arena_printf(c->in->arena, "%s/%.*s", at, STR_FMT(rest));
		return resolve(c, str_c(at), depth + 1, ret, err);
	}
	*ret = at;
	return 0;
}

/* Of the walk below; on any thread. The ignore file speaks of paths of the context. */
static bool
will_enter(void *ctx, struct str dir)
{
	const struct collect *c = ctx;
	const char *context = c->image->context;

	if (!c->ignore || str_eq_c(dir, "."))
		return true;
	if (strcmp(context, ".") != 0) {
		if (!path_within(dir, str_c(context)) || dir.n <= strlen(context))
			return true;
		dir = str_sub(dir, strlen(context) + 1, dir.n);
	}
	return !ignore_match(c->ignore, dir).ignored || ignore_may_include_below(c->ignore, dir);
}

/* Lists all of it first, several folders at once. */
static int
walk_ahead(struct collect *c, struct str dir, size_t *taken, struct err *err)
{
	if (c->pool)
		tree_prefetch(c->files->tree, c->pool,
			      str_c(project_tree_path(c->p, c->image, dir)), will_enter, c);
	return walk(c, dir, taken, err);
}

/* A path that a source names: the file, or the contents of the folder. */
static int
take(struct collect *c, struct str path, size_t *taken, struct err *err)
{
	const struct tree_entry *entry = NULL;
	const char *end;
	int r = resolve(c, path, 0, &end, err);

	if (!r && end && !strcmp(end, "."))
		return walk_ahead(c, STR_LIT("."), taken, err);
	if (!r && end)
		r = look(c, str_c(end), &entry, err);
	if (r || !entry)
		return r;
	if (entry->type == TREE_DIR && !is_submodule(c, entry)) {
		bool ignored = c->ignore && ignore_match(c->ignore, str_c(end)).ignored;

		if (!ignored) {
			(*taken)++;
			found(c, INPUT_DIR, str_c(end), entry);
		} else if (!ignore_may_include_below(c->ignore, str_c(end))) {
			return 0;
		}
		return walk_ahead(c, str_c(end), taken, err);
	}
	if (c->ignore && ignore_match(c->ignore, str_c(end)).ignored)
		return 0;
	(*taken)++;
	return add_entry(c, str_c(end), entry, err);
}

/*
 * Matches the components of a glob from folder `dir` on. Folders that are symlinks are entered in
 * every dialect: some builders do, and one file too many is only imprecise.
 */
static int
glob(struct collect *c, const char *dir, struct str pattern, size_t *taken, struct err *err)
{
	size_t slash = str_find(pattern, '/');
	struct str head = str_sub(pattern, 0, slash), rest = STR_NULL;
	const struct tree_entry *entries, *entry = NULL;
	const char *real;
	size_t n;
	int r = resolve(c, str_c(dir), 0, &real, err);

	if (!r && real)
		r = look(c, str_c(real), &entry, err);
	if (r || !real || (strcmp(real, ".") && (!entry || entry->type != TREE_DIR)))
		return r;
	if (slash < pattern.n)
		rest = str_sub(pattern, slash + 1, pattern.n);
	r = tree_list(c->files->tree, str_c(project_tree_path(c->p, c->image, str_c(real))),
		      &entries, &n, err);
	for (size_t i = 0; !r && i < n; i++) {
		const char *path = collect_join(c, str_c(real), entries[i].name);

		if (glob_match(head, str_c(entries[i].name)) != GLOB_YES)
			continue;
		if (!rest.p)
			r = take(c, str_c(path), taken, err);
		else if (entries[i].type == TREE_DIR || entries[i].type == TREE_LINK)
			r = glob(c, path, rest, taken, err);
	}
	return r;
}

static void
nothing_found(struct collect *c, const struct recipe_read *read)
{
	struct ignore_verdict v = { 0 };
	AUTO_FREE char *text = NULL;

	if (c->ignore && !read->glob)
		v = ignore_match(c->ignore, str_c(read->pattern));
	if (v.ignored && v.line) {
		text = xasprintf("'%s' is left out by %s:%d: %s", read->written,
				 project_shown(c->p, c->image,
					       c->p->sources[c->image->index].ignore_path),
				 v.line, v.text);
		err_hint(complain(c, read, text), "add '!%s' below that line, or copy another file",
			 read->pattern);
		return;
	}
	text = xasprintf("'%s' %s in context '%s'", read->written,
			 read->glob ? "matches nothing" : "does not exist", c->image->context);
	err_hint(complain(c, read, text),
		 "paths are relative to the context, not to the Dockerfile");
}

/* What was found is added to *all. */
static int
collect_read(struct collect *c, const struct recipe_read *read, size_t *all, struct err *err)
{
	struct str pattern = str_c(read->pattern);
	size_t taken = 0;
	int r;

	c->read = read;
	if (str_eq_c(pattern, ".")) {
		*all += 1; /* an empty context is there all the same */
		return walk_ahead(c, pattern, &taken, err);
	}
	if (read->glob && !glob_valid(pattern)) {
		err_hint(complain(c, read, "malformed pattern"), "close the '[' class");
		return 0;
	}
	r = read->glob ? glob(c, ".", pattern, &taken, err) : take(c, pattern, &taken, err);
	*all += taken;
	if (!r && !taken && !read->may_be_missing)
		nothing_found(c, read);
	return r;
}

static bool
of_one_part(const struct recipe_read *a, const struct recipe_read *b)
{
	return a->kind == b->kind && a->line == b->line && a->stage == b->stage &&
	       a->onbuild == b->onbuild && a->part == b->part;
}

static bool
has_remote(const struct recipe *recipe, const struct recipe_read *read)
{
	/* buildah looks at its paths apart from the addresses. */
	if (recipe->opts.dialect == DIALECT_CONTAINERS)
		return false;
	for (size_t i = 0; i < recipe->nremotes; i++)
		if (recipe->remotes[i].line == read->line &&
		    recipe->remotes[i].stage == read->stage)
			return true;
	return false;
}

/*
 * The sources of one instruction, or of a part of it. One pattern of several may match nothing, as in "COPY package.json
 * yarn.lock* ./", which all builders take for "if it is there"; but that none matches is an error,
 * also in BuildKit's dialect, where the builder would copy nothing and go on.
 */
static int
collect_part(struct collect *c, const struct recipe_read *reads, size_t n, struct err *err)
{
	size_t taken = 0, mistakes = c->errs->n;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = collect_read(c, &reads[i], &taken, err);
	if (!r && !taken && c->errs->n == mistakes && reads->glob && reads->may_be_missing &&
	    !has_remote(c->recipe, reads))
		nothing_found(c, reads);
	return r;
}

int
collect_files(const struct collect_opts *opts, struct inputs *in, struct err_list *errs,
	      struct err *err)
{
	size_t mistakes = errs->n;
	struct collect c = { .p = opts->project,
			     .image = opts->image,
			     .files = project_files(opts->project, opts->image),
			     .recipe = opts->recipe,
			     .ignore = opts->project->sources[opts->image->index].ignore,
			     .store = opts->store,
			     .pool = opts->pool,
			     .trust = opts->trust,
			     .in = in,
			     .errs = errs,
			     .seen = map_new() };
	int r = 0;

	for (size_t i = 0, n; !r && i < opts->recipe->nreads; i += n) {
		const struct recipe_read *reads = &opts->recipe->reads[i];

		for (n = 1; i + n < opts->recipe->nreads && of_one_part(reads, reads + n);)
			n++;
		if (!opts->skip_widened || reads->kind != RECIPE_READ_WIDEN)
			r = collect_part(&c, reads, n, err);
	}
	if (!r && errs->n == mistakes && opts->pool)
		r = collect_hash(&c, opts->pool, err);
	for (size_t i = 0; !r && i < c.items.n; i++)
		inputs_add_file(in, &c.items.v[i].file);
	vec_fini(&c.items);
	map_free(c.seen);
	return r ? r : errs->n > mistakes ? -ERR_INPUT : 0;
}
