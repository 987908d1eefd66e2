/* SPDX-License-Identifier: Apache-2.0 */
/* project_source.c: one image's files, Dockerfile and ignore file. */
#include "base/file.h"
#include "base/path.h"
#include "engine/project_priv.h"

#include <ctype.h>
#include <errno.h>

static const char *const dockerfile_names[] = { "Dockerfile", "Containerfile" };

static const char *
join(struct project *p, const struct graph_image *image, const char *name)
{
	AUTO_FREE char *path = path_join(image->context, name);

	return arena_strdup(p->arena, path);
}

/* The Dockerfile's path: as written, or the first of the usual names that is there. */
static int
find_dockerfile(struct project *p, const struct graph_image *image, const char **ret,
		struct err *err)
{
	const struct tree_entry *entry = NULL;
	size_t n = image->dockerfile ? 1 : ARRAY_SIZE(dockerfile_names);

	*ret = NULL;
	for (size_t i = 0; i < n; i++) {
		const char *name = image->dockerfile ? image->dockerfile : dockerfile_names[i];
		const char *path = join(p, image, name);
		int r = tree_stat(project_files(p, image)->tree, str_c(path), &entry, err);

		if (r && err->sys_errno == ENOTDIR)
			err_clear(err);
		else if (r)
			return r;
		if (entry && (entry->type == TREE_FILE || entry->type == TREE_LINK)) {
			*ret = path;
			return 0;
		}
	}
	return 0;
}

/* A tree follows none, so that nothing is read from elsewhere. */
static bool
is_link(struct project *p, const struct graph_image *image, const char *path, const char *hint,
	struct err_list *errs)
{
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;
	struct graph_place at = image->source.git ? image->source.at : image->context_at;
	struct err *e;

	if (tree_stat(project_files(p, image)->tree, str_c(path), &entry, &ignored) || !entry ||
	    entry->type != TREE_LINK)
		return false;
	e = err_list_at(errs, p->graph_path, at.line, at.col, "image '%s': '%s' is a symbolic link",
			image->name, project_shown(p, image, path));
	err_hint(e, "%s", hint);
	return true;
}

static void
missing(struct project *p, const struct graph_image *image, struct err_list *errs)
{
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;
	struct graph_place at = image->source.git ? image->source.at : image->context_at;
	struct err *e;

	if (is_link(p, image, image->context, "name the folder itself", errs))
		return;
	if (tree_stat(project_files(p, image)->tree, str_c(image->context), &entry, &ignored) ||
	    !entry || entry->type != TREE_DIR) {
		e = err_list_at(errs, p->graph_path, at.line, at.col,
				"image '%s': context '%s' is no folder", image->name,
				project_shown(p, image, image->context));
		if (image->source.git)
			err_hint(e, "`path` is a folder of the repository of `source`");
		else
			err_hint(e, "contexts are relative to '%s'", p->root);
		return;
	}
	if (image->dockerfile) {
		e = err_list_at(errs, p->graph_path, image->dockerfile_at.line,
				image->dockerfile_at.col, "image '%s': no Dockerfile at '%s'",
				image->name,
				project_shown(p, image, join(p, image, image->dockerfile)));
		err_hint(e, "`dockerfile` is relative to the image's context '%s'", image->context);
		return;
	}
	e = err_list_at(errs, p->graph_path, image->at.line, image->at.col,
			"image '%s': neither Dockerfile nor Containerfile in '%s'", image->name,
			project_shown(p, image, image->context));
	err_hint(e, "add one, or name it with `dockerfile:`");
}

static int
read_ignore(struct project *p, const struct graph_image *image, struct project_source *src,
	    struct err_list *errs, struct err *err)
{
	const struct ignore_candidate *c;
	size_t n = ignore_candidates(p->dialect, &c);

	for (size_t i = 0; i < n; i++) {
		AUTO_BUF struct buf text = BUF_INIT;
		const struct tree_entry *entry = NULL;
		const char *path = c[i].beside_dockerfile
					   ? arena_printf(p->arena, "%s%s", src->df_path, c[i].name)
					   : join(p, image, c[i].name);
		int r = tree_stat(src->files->tree, str_c(path), &entry, err);

		if (r)
			return r;
		if (!entry || entry->type == TREE_DIR)
			continue;
		if (is_link(p, image, path, "put the ignore file itself there", errs))
			return 0;
		buf_init(&text, 0);
		r = tree_read(src->files->tree, str_c(path), MAX_IGNORE_FILE, &text, err);
		if (r)
			return r;
		src->ignore_path = path;
		src->ignore = ignore_parse(buf_str(&text), project_shown(p, image, path),
					   p->dialect, errs);
		return 0;
	}
	return 0;
}

/* A name as a pattern that matches nothing else. */
static void
add_literal(struct buf *b, const char *name)
{
	for (; *name; name++) {
		bool plain = (unsigned char)*name >= 0x80 || isalnum((unsigned char)*name) ||
			     strchr("/._-", *name);

		if (!plain)
			buf_addc(b, '\\');
		buf_addc(b, *name);
	}
	buf_addc(b, '\n');
}

/*
 * Of a context that it fetches itself, classic docker leaves out the ignore file and the
 * Dockerfile where the patterns match them, and nothing else (removeDockerfile in its
 * builder/remotecontext/detect.go).
 */
static void
ignore_itself_only(struct project *p, const struct graph_image *image, struct project_source *src,
		   struct err_list *errs)
{
	const char *context = image->context, *df = src->df_path;
	AUTO_BUF struct buf text = BUF_INIT;

	if (!src->ignore)
		return;
	buf_init(&text, 0);
	if (ignore_match(src->ignore, STR_LIT(".dockerignore")).ignored)
		add_literal(&text, ".dockerignore");
	if (strcmp(context, ".") != 0)
		df = path_within(str_c(df), str_c(context)) ? df + strlen(context) + 1 : NULL;
	if (df && ignore_match(src->ignore, str_c(df)).ignored)
		add_literal(&text, df);
	ignore_free(src->ignore);
	src->ignore = ignore_parse(buf_str(&text), src->ignore_path, p->dialect, errs);
}

/* BuildKit heeds no ignore file of a context that is a repository; buildah clones it, and then it
 * is a folder like others. */
static int
read_remote_ignore(struct project *p, const struct graph_image *image, struct project_source *src,
		   struct err_list *errs, struct err *err)
{
	int r;

	if (p->dialect == DIALECT_BUILDKIT)
		return 0;
	r = read_ignore(p, image, src, errs, err);
	if (!r && p->dialect == DIALECT_CLASSIC)
		ignore_itself_only(p, image, src, errs);
	return r;
}

const char *
project_address(struct project *p, const char *git)
{
	AUTO_FREE char *path = NULL;

	if (strncmp(git, "./", 2) != 0 && strncmp(git, "../", 3) != 0)
		return git;
	path = path_join(p->root, git);
	return arena_strdup(p->arena, path);
}

static int
no_reference(struct project *p, const struct graph_image *image, struct err_list *errs)
{
	const struct graph_source *s = &image->source;
	struct err *e = err_list_at(errs, p->graph_path, s->at.line, s->at.col,
				    "image '%s': '%s' has no branch or tag '%s'", image->name,
				    s->git, s->ref);

	if (strspn(s->ref, "0123456789abcdef") == strlen(s->ref))
		err_hint(e, "a commit has to be written in full, with 40 digits");
	return -ERR_INPUT;
}

/* The commit that the lock file says, or else that of the reference; NULL when there is none. */
static int
find_commit(struct project *p, const struct project_opts *opts, const struct graph_image *image,
	    struct project_files *f, struct err *err)
{
	const struct graph_source *s = &image->source;
	const char *url = project_address(p, s->git);
	const struct lockfile_entry *locked = lockfile_find(p->lock, LOCKFILE_GIT, s->git, s->ref);
	int r;

	if (locked) {
		f->commit = arena_strdup(p->arena, locked->value);
		r = source_fetch(opts->cache, url, f->commit, &f->repo, err);
		if (!r || !opts->moving)
			return r;
		err_clear(err);
	}
	r = source_resolve(opts->cache, url, s->ref, &f->commit, err);
	return r || !f->commit ? r : source_fetch(opts->cache, url, f->commit, &f->repo, err);
}

static int
open_remote(struct project *p, const struct project_opts *opts, const struct graph_image *image,
	    struct project_files *f, struct err_list *errs, struct err *err)
{
	struct err *told;
	int r = find_commit(p, opts, image, f, err);

	if (!r && !f->commit)
		return no_reference(p, image, errs);
	if (!r)
		r = tree_open_commit(f->repo, f->commit, ".", &f->tree, err);
	if (r == -ERR_INPUT) {
		told = err_list_at(errs, p->graph_path, image->source.at.line, image->source.at.col,
				   "image '%s': %s", image->name, err->msg);
		if (err->hint)
			err_hint(told, "%s", err->hint);
		err_clear(err);
		return r;
	}
	if (r)
		return err_prefix(err, "image '%s'", image->name);
	f->url = image->source.git;
	f->ref = image->source.ref;
	f->hashes = map_new();
	f->shown = xasprintf("%s@%.7s:", f->url, f->commit);
	return 0;
}

/* Images that are built from one commit share its tree. */
static int
find_files(struct project *p, const struct project_opts *opts, const struct graph_image *image,
	   struct err_list *errs, struct err *err)
{
	const struct graph_source *s = &image->source;
	struct project_source *src = &p->sources[image->index];
	AUTO_FREE char *name = NULL;
	struct project_files *f;
	int r;

	src->files = &p->own;
	if (!s->git)
		return 0;
	name = xasprintf("%s\n%s", s->git, s->ref);
	f = map_get(p->remote, str_c(name));
	if (!f) {
		f = ARENA_NEW(p->arena, struct project_files);
		r = open_remote(p, opts, image, f, errs, err);
		if (r)
			return r;
		map_set(p->remote, str_c(name), f);
	}
	src->files = f;
	return 0;
}

/* buildah runs a file of this name through cpp first, which may include any file. */
static bool
preprocessed(struct project *p, const struct graph_image *image, const char *path,
	     struct err_list *errs)
{
	struct err *e;

	if (p->dialect != DIALECT_CONTAINERS || !str_ends(str_c(path), STR_LIT(".in")))
		return false;
	e = err_list_at(errs, p->graph_path, image->dockerfile_at.line, image->dockerfile_at.col,
			"image '%s': '%s' is meant for a preprocessor, which lockstep does not run",
			image->name, project_shown(p, image, path));
	err_hint(e, "preprocess it, and name the result (cpp -E -P, as buildah does)");
	return true;
}

int
project_read_source(struct project *p, const struct project_opts *opts, size_t i,
		    struct err_list *errs, struct err *err)
{
	const struct graph_image *image = &p->graph->images[i];
	struct project_source *src = &p->sources[i];
	AUTO_BUF struct buf text = BUF_INIT;
	int r = find_files(p, opts, image, errs, err);

	if (r == -ERR_INPUT && errs->n)
		return 0; /* told; the other images may have mistakes, too */
	if (!r)
		r = find_dockerfile(p, image, &src->df_path, err);
	if (r)
		return r;
	if (!src->df_path) {
		src->absent = opts->tolerate_missing;
		if (!src->absent)
			missing(p, image, errs);
		return 0;
	}
	if (preprocessed(p, image, src->df_path, errs) ||
	    is_link(p, image, src->df_path, "name the file itself with `dockerfile:`", errs))
		return 0;
	buf_init(&text, 0);
	r = tree_read(src->files->tree, str_c(src->df_path), MAX_DOCKERFILE, &text, err);
	if (r)
		return r;
	src->df_text = (struct str){ arena_dup(p->arena, text.data, text.len + 1), text.len };
	src->df = dockerfile_parse(p->arena, src->df_text, project_shown(p, image, src->df_path),
				   p->dialect, errs);
	if (src->df)
		src->edges = project_eval(p, image, p->arena, NULL, NULL, errs);
	return image->source.git ? read_remote_ignore(p, image, src, errs, err)
				 : read_ignore(p, image, src, errs, err);
}
