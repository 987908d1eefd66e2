/* SPDX-License-Identifier: Apache-2.0 */
/* project.c: finds and reads the graph file, the Dockerfiles and the edges between them. */
#include "engine/pod.h"
#include "engine/project_priv.h"

#include "base/file.h"
#include "base/path.h"
#include "engine/builder.h"
#include "engine/single.h"
#include "io/git.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static const char *const graph_names[] = { "lockstep.yaml", "lockstep.yml", "lockstep.json" };

/* The graph file that is nearest to dir, upwards; caller frees. */
static char *
find_graph(const char *dir)
{
	AUTO_FREE char *at = xstrdup(dir);

	for (;;) {
		for (size_t i = 0; i < ARRAY_SIZE(graph_names); i++) {
			AUTO_FREE char *path = path_join(at, graph_names[i]);

			if (file_exists(AT_FDCWD, path))
				return STEAL(path);
		}
		if (!strcmp(at, "/"))
			return NULL;
		char *up = path_dir(at);

		free(at);
		at = up;
	}
}

static int
current_dir(char **ret, struct err *err)
{
	char buf[PATH_MAX];

	if (!getcwd(buf, sizeof(buf)))
		return err_sys(err, "cannot tell the current folder");
	*ret = xstrdup(buf);
	return 0;
}

/* What stands before root-relative paths so that they can be opened from cwd. */
static char *
shown_prefix(const char *root, const char *cwd)
{
	size_t n = strlen(cwd), up = 0;

	if (!strcmp(root, cwd))
		return xstrdup("");
	if (path_within(str_c(root), str_c(cwd)))
		return xasprintf("%s/", root + (n == 1 ? 1 : n + 1));
	if (!path_within(str_c(cwd), str_c(root)))
		return xasprintf("%s/", root);
	for (const char *p = cwd + strlen(root); *p; p++)
		up += *p == '/';
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < up; i++)
		buf_adds(&b, "../");
	return buf_steal(&b);
}

const char *
project_shown(struct project *p, const struct graph_image *image, const char *path)
{
	return arena_printf(p->arena, "%s%s", project_files(p, image)->shown, path);
}

struct project_files *
project_files(struct project *p, const struct graph_image *image)
{
	return p->sources[image->index].files;
}

char *
project_root_path(const struct project *p, const char *path)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_FREE char *cwd = NULL, *joined = NULL;
	size_t n = strlen(p->root) == 1 ? 0 : strlen(p->root);

	if (current_dir(&cwd, &ignored))
		return path_clean(str_c(path));
	joined = path_join(cwd, path);
	if (!path_within(str_c(joined), str_c(p->root)))
		return path_clean(str_c(path));
	return xstrdup(joined[n] ? joined + n + 1 : ".");
}

const char *
project_tree_path(struct project *p, const struct graph_image *image, struct str path)
{
	if (!strcmp(image->context, "."))
		return arena_str(p->arena, path);
	if (str_eq_c(path, "."))
		return arena_strdup(p->arena, image->context);
	return arena_printf(p->arena, "%s/%.*s", image->context, STR_FMT(path));
}

void
project_name_reason(struct project *p, const struct graph_image *image, struct arena *arena,
		    struct reason *reason)
{
	switch (reason->kind) {
	case REASON_INSTRUCTION_ADDED:
	case REASON_INSTRUCTION_REMOVED:
	case REASON_INSTRUCTION_CHANGED:
		reason->file = arena_strdup(arena, p->sources[image->index].df_path);
		break;
	default:
		if (reason_is_about_file(reason->kind))
			reason->subject =
				arena_strdup(arena,
					     project_tree_path(p, image, str_c(reason->subject)));
		break;
	}
}

static int
absolute(const char *path, const char *cwd, char **ret, struct err *err)
{
	AUTO_FREE char *joined = path_join(cwd, path);
	char *real = realpath(joined, NULL);

	if (!real)
		return err_sys(err, "cannot open '%s'", path);
	*ret = real;
	return 0;
}

static int
locate_graph(struct project *p, const struct project_opts *opts, const char *cwd, struct err *err)
{
	AUTO_FREE char *start = NULL, *found = NULL;
	int r = absolute(opts->dir ? opts->dir : ".", cwd, &start, err);

	if (r)
		return r;
	if (opts->graph_file) {
		r = absolute(opts->graph_file, cwd, &found, err);
		if (r) {
			err->class = ERR_INPUT;
			return -ERR_INPUT;
		}
	} else {
		found = find_graph(start);
	}
	if (!found) {
		err_set(err, ERR_INPUT, "no lockstep.yaml here or in any folder above '%s'", start);
		err_hint(
			err,
			"`lockstep init` writes one from what is there; --graph FILE names another");
		return -ERR_INPUT;
	}
	if (opts->root)
		r = absolute(opts->root, cwd, &p->root, err);
	else
		p->root = path_dir(found);
	if (r)
		return r;
	AUTO_FREE char *dir = path_dir(found), *dir_prefix = shown_prefix(dir, cwd);

	p->graph_path = xasprintf("%s%s", dir_prefix, path_base(found));
	return 0;
}

static int
locate(struct project *p, const struct project_opts *opts, struct buf *text, struct err *err)
{
	AUTO_FREE char *cwd = NULL;
	int r = current_dir(&cwd, err);

	if (!r && opts->single) {
		p->graph_path = xstrdup(SINGLE_GRAPH);
		r = single_describe(opts->single, &p->root, text, err);
	} else if (!r && opts->text) {
		p->graph_path = xstrdup(opts->graph_file);
		buf_adds(text, opts->text);
		r = absolute(opts->root, cwd, &p->root, err);
	} else if (!r) {
		r = locate_graph(p, opts, cwd, err);
	}
	if (r)
		return r;
	p->own.shown = shown_prefix(p->root, cwd);
	return git_toplevel(p->root, &p->toplevel, err);
}

static int
open_tree(struct project *p, const struct project_opts *opts, struct err *err)
{
	const char *prefix = ".";
	int r;

	if (!opts->commit) {
		if (p->toplevel) {
			r = git_head(p->toplevel, &p->head, err);
			if (r)
				return r;
		}
		return tree_open_dir(p->root, &p->own.tree, err);
	}
	if (!p->toplevel)
		return err_set(err, ERR_USAGE, "--commit needs a git repository, '%s' is in none",
			       p->root);
	r = git_resolve(p->toplevel, opts->commit, &p->head, err);
	if (r)
		return r;
	if (*project_below(p))
		prefix = project_below(p);
	return tree_open_commit(p->toplevel, p->head, prefix, &p->own.tree, err);
}

/* Files of secrets, like all paths of the graph, are meant from the root on. */
static void
place_secrets(struct project *p)
{
	for (size_t i = 0; i < p->graph->nimages; i++) {
		struct graph_image *image = &p->graph->images[i];

		for (size_t k = 0; k < image->nsecrets; k++) {
			const char *spec = image->secrets[k];
			const char *src = graph_secret_field(spec, "src");

			if (src && *src != '/')
				image->secrets[k] =
					arena_printf(p->arena, "%.*s%s/%s", (int)(src - spec), spec,
						     p->root, src);
		}
	}
}

/* text: of the graph, if it comes from no file. */
static int
read_graph(struct project *p, const struct project_opts *opts, struct buf *text,
	   struct err_list *errs, struct err *err)
{
	int r = 0;

	if (opts->commit && opts->graph_in_commit)
		r = tree_read(p->own.tree, str_c(path_base(p->graph_path)), MAX_GRAPH_FILE, text,
			      err);
	else if (!opts->single && !opts->text)
		r = file_read(AT_FDCWD, p->graph_path, MAX_GRAPH_FILE, text, err);
	if (r)
		return r;
	p->graph = graph_load(buf_str(text), p->graph_path, errs);
	if (!p->graph)
		return -ERR_INPUT;
	r = graph_set_variables(p->graph, opts->lookup, opts->ctx, errs);
	if (r)
		return r;
	place_secrets(p);
	p->scope = xstrdup(*p->graph->registry ? p->graph->registry : p->root);
	return 0;
}

struct knowledge {
	struct project *project;
	recipe_config config;
	void *ctx;
};

static const struct oci_config *
known_config(void *ctx, const char *ref, const char *platform)
{
	struct knowledge *k = ctx;

	return k->config ? k->config(k->ctx, ref, platform) : NULL;
}

static struct df_ins **
known_triggers(void *ctx, const char *ref, size_t *ret_n)
{
	struct knowledge *k = ctx;

	return project_triggers(k->project, ref, ret_n);
}

/* BuildKit's cache looks at what it runs with, those of the others only at texts. */
static const char *
mark_of(const struct project *p, const struct graph_image *image, struct arena *arena)
{
	struct platform host = platform_host();
	AUTO_BUF struct buf text = BUF_INIT;
	char platform[PLATFORM_TEXT_SIZE], digest[DIGEST_SIZE];

	if (p->dialect == DIALECT_BUILDKIT ||
	    (!image->noptions && platform_eq(&image->platform, &host)))
		return NULL;
	buf_init(&text, 0);
	platform_text(&image->platform, platform);
	buf_addf(&text, "%s\n", platform);
	for (size_t i = 0; i < image->noptions; i++)
		buf_addf(&text, "%s=%s\n", image->options[i].name, image->options[i].value);
	sha256_digest(sha256_of(text.data, text.len), digest);
	return arena_printf(arena, "lockstep_%.16s", digest + strlen("sha256:"));
}

struct recipe *
project_eval(struct project *p, const struct graph_image *image, struct arena *arena,
	     recipe_config config, void *ctx, struct err_list *errs)
{
	struct recipe_arg *args = arena_calloc(arena, image->nargs + 1, sizeof(*args));
	struct knowledge known = { p, config, ctx };
	struct recipe_opts opts = {
		.dialect = p->dialect,
		.target = image->target,
		.platform = image->platform,
		.build_platform = platform_host(),
		.args = args,
		.nargs = image->nargs,
		.args_file = p->graph_path,
		.mark = mark_of(p, image, arena),
		.config = known_config,
		.triggers = known_triggers,
		.ctx = arena_dup(arena, &known, sizeof(known)),
	};

	for (size_t i = 0; i < image->nargs; i++)
		args[i] = (struct recipe_arg){ .name = image->args[i].name,
					       .value = image->args[i].value,
					       .line = image->args[i].at.line };
	return recipe_eval(arena, p->sources[image->index].df, &opts, errs);
}

static int
load_all(struct project *p, const struct project_opts *opts, struct err_list *errs, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = locate(p, opts, &text, err);
	if (!r)
		r = open_tree(p, opts, err);
	if (!r)
		r = read_graph(p, opts, &text, errs, err);
	if (!r && !opts->graph_only)
		r = project_read_lock(p, opts, errs, err);
	if (r || opts->graph_only)
		return r;
	p->builder =
		builder_choose(opts->builder == BUILDER_AUTO ? p->graph->builder : opts->builder);
	p->dialect = builder_dialect(p->builder);
	p->sources = arena_calloc(p->arena, p->graph->nimages, sizeof(*p->sources));
	for (size_t i = 0; i < p->graph->nimages; i++) {
		r = project_read_source(p, opts, i, errs, err);
		if (r)
			return r;
	}
	project_follow_triggers(p, errs);
	r = project_link(p, errs);
	if (r == 0 || r == -ERR_INPUT) {
		int rp = opts->tolerate_missing ? 0 : pod_read_all(p, &p->pods, errs, err);

		r = rp ? rp : r;
	}
	return errs->n ? -ERR_INPUT : r;
}

int
project_load(const struct project_opts *opts, struct project **ret, struct err_list *errs,
	     struct err *err)
{
	struct project *p = xcalloc(1, sizeof(*p));
	int r;

	p->arena = arena_new();
	p->own.hashes = map_new();
	p->remote = map_new();
	r = load_all(p, opts, errs, err);
	if (r) {
		project_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

static void
files_fini(struct project_files *f)
{
	tree_free(f->tree);
	map_free(f->hashes);
	free(f->shown);
}

void
project_free(struct project *p)
{
	if (!p)
		return;
	for (size_t i = 0; p->sources && i < p->graph->nimages; i++)
		ignore_free(p->sources[i].ignore);
	for (size_t i = 0; i < map_len(p->remote); i++)
		files_fini(map_value(p->remote, i));
	map_free(p->remote);
	files_fini(&p->own);
	lockfile_free(p->lock);
	free(p->lock_path);
	graph_free(p->graph);
	arena_free(p->arena);
	free(p->root);
	free(p->graph_path);
	free(p->toplevel);
	free(p->head);
	free(p->scope);
	free(p);
}
