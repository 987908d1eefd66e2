/* SPDX-License-Identifier: Apache-2.0 */
/* stage.c: copies the inputs of one image into a folder of its own. */
#include "engine/stage.h"

#include "base/file.h"
#include "base/path.h"
#include "engine/builder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct stager {
	const struct stage_opts *o;
	int context_fd;
	struct map *dirs; /* created folders */
	struct tree_job *jobs;
	const struct input_file **files; /* of the jobs */
	size_t n;
	struct arena *arena;
};

static const struct timespec epoch_times[2] = { { 0, 0 }, { 0, 0 } };

static int
make_dir(struct stager *s, struct str path, struct err *err)
{
	AUTO_FREE char *dir = NULL, *name = NULL;
	int r;

	if (str_eq_c(path, ".") || map_has(s->dirs, path))
		return 0;
	name = str_dup(path);
	dir = path_dir(name);
	r = make_dir(s, str_c(dir), err);
	if (r)
		return r;
	if (mkdirat(s->context_fd, name, 0755) || fchmodat(s->context_fd, name, 0755, 0))
		return err_sys(err, "cannot create '%s/context/%s'", s->o->dir, name);
	map_set(s->dirs, path, s);
	return 0;
}

static int
make_parent(struct stager *s, struct str path, struct err *err)
{
	AUTO_FREE char *name = str_dup(path), *dir = path_dir(name);

	return make_dir(s, str_c(dir), err);
}

static int
make_link(struct stager *s, const struct input_file *f, struct err *err)
{
	AUTO_FREE char *target = str_dup(f->target), *name = str_dup(f->path);

	if (symlinkat(target, s->context_fd, name) ||
	    utimensat(s->context_fd, name, epoch_times, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot create the link '%s/context/%s'", s->o->dir, name);
	return 0;
}

static int
queue_file(struct stager *s, const struct input_file *f, struct err *err)
{
	struct project *p = s->o->project;
	const char *path = project_tree_path(p, s->o->image, f->path);
	const struct tree_entry *entry;
	int r = tree_stat(project_files(p, s->o->image)->tree, str_c(path), &entry, err);

	if (r)
		return r;
	if (!entry)
		return err_set(err, ERR_INPUT, "'%s' went away while it was read",
			       project_shown(p, s->o->image, path));
	s->files[s->n] = f;
	s->jobs[s->n++] = (struct tree_job){ .path = str_c(path),
					     .entry = entry,
					     .dst_dirfd = s->context_fd,
					     .dst_path = arena_str(s->arena, f->path) };
	return 0;
}

static int
copy_files(struct stager *s, struct err *err)
{
	struct tree *tree = project_files(s->o->project, s->o->image)->tree;
	int r = tree_process(tree, s->o->pool, s->jobs, s->n, err);

	for (size_t i = 0; !r && i < s->n; i++) {
		if (!sha256_eq(s->jobs[i].hash, s->files[i]->hash))
			r = err_set(err, ERR_INPUT, "'%.*s' changed while it was read",
				    STR_FMT(s->jobs[i].path));
		else if (utimensat(s->context_fd, s->jobs[i].dst_path, epoch_times, 0))
			r = err_sys(err, "cannot set the time of '%s/context/%s'", s->o->dir,
				    s->jobs[i].dst_path);
	}
	for (size_t i = 0; i < s->n; i++)
		err_clear(&s->jobs[i].err);
	if (r == -ERR_INPUT)
		err_hint(err, "nothing was recorded; build again when the files are at rest");
	return r;
}

/* Last, and deepest first by construction: creating an entry changes its folder's time. */
static int
settle_dirs(struct stager *s, struct err *err)
{
	for (size_t i = map_len(s->dirs); i > 0; i--) {
		struct str path = map_key(s->dirs, i - 1);

		if (utimensat(s->context_fd, path.p, epoch_times, 0))
			return err_sys(err, "cannot set the time of '%s/context/%s'", s->o->dir,
				       path.p);
	}
	if (futimens(s->context_fd, epoch_times))
		return err_sys(err, "cannot set the time of '%s/context'", s->o->dir);
	return 0;
}

static int
fill(struct stager *s, struct err *err)
{
	const struct inputs *in = s->o->made->inputs;
	int r = 0;

	for (size_t i = 0; !r && i < in->files.n; i++) {
		const struct input_file *f = &in->files.v[i];

		r = make_parent(s, f->path, err);
		if (r)
			return r;
		if (f->kind == INPUT_DIR)
			r = make_dir(s, f->path, err);
		else if (f->kind == INPUT_LINK)
			r = make_link(s, f, err);
		else
			r = queue_file(s, f, err);
	}
	if (!r)
		r = copy_files(s, err);
	return r ? r : settle_dirs(s, err);
}

struct namer {
	const struct stage_opts *o;
	struct arena *arena;
};

static const char *
image_name(void *ctx, size_t i)
{
	struct namer *n = ctx;
	const char *id = n->o->made->inputs->images.v[i].id;

	return builder_image_ref(n->o->project->builder, n->arena, id);
}

/*
 * At the end of the Dockerfile and not by --label, with which buildah marks the intermediate images
 * of its layer cache as well: those would be another image's too.
 */
static int
add_labels(const struct graph_image *image, struct buf *text, struct err *err)
{
	for (size_t i = 0; i < image->nlabels; i++)
		if (!recipe_label_line(image->labels[i].name, image->labels[i].value, text))
			return err_set(err, ERR_INPUT,
				       "image '%s': no line can hold the value of label '%s'",
				       image->name, image->labels[i].name);
	return 0;
}

static int
write_dockerfile(struct stager *s, struct err *err)
{
	struct namer n = { s->o, s->arena };
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *path = path_join(s->o->dir, "Dockerfile");
	int r;

	buf_init(&text, 0);
	r = recipe_render(s->o->made->recipe, image_name, &n, &text, err);
	if (!r)
		r = add_labels(s->o->image, &text, err);
	return r ? r : file_write(path, buf_str(&text), 0644, err);
}

/*
 * What is staged was selected already, and a builder that read a staged ignore file by its own
 * rules would leave out more. BuildKit takes the file beside the Dockerfile in its place; buildah
 * and podman are told by a flag; docker's classic client cannot be told.
 */
static int
settle_ignore_file(const struct stage_opts *o, struct err *err)
{
	AUTO_FREE char *none = path_join(o->dir, "Dockerfile.dockerignore");
	AUTO_FREE char *staged = path_join(o->dir, "context/.dockerignore");

	if (o->project->dialect == DIALECT_BUILDKIT)
		return file_write(none, STR_LIT(""), 0644, err);
	if (o->project->dialect != DIALECT_CLASSIC || !file_exists(AT_FDCWD, staged))
		return 0;
	err_set(err, ERR_INPUT,
		"image '%s': docker without BuildKit cannot copy '.dockerignore': it reads it",
		o->image->name);
	err_hint(err, "leave it out of what is copied; docker with BuildKit, buildah and podman "
		      "can");
	return -ERR_INPUT;
}

const char *
stage_files(const struct recipe *recipe, const char *dir, struct arena *arena)
{
	for (size_t i = 0; i < recipe->nremotes; i++)
		if (recipe->remotes[i].staged)
			return arena_printf(arena, "%s/files", dir);
	return NULL;
}

static int
fill_files(struct stager *s, struct err *err)
{
	const struct recipe *recipe = s->o->made->recipe;
	const char *files = stage_files(recipe, s->o->dir, s->arena);
	int r = 0;

	for (size_t i = 0; !r && files && i < recipe->nremotes; i++) {
		const struct recipe_remote *remote = &recipe->remotes[i];
		AUTO_FREE char *path = NULL, *dir = NULL;

		if (!remote->staged)
			continue;
		path = path_join(files, remote->staged);
		dir = path_dir(path);
		r = file_mkdirs(dir, err);
		if (!r)
			r = download_copy(s->o->downloads, remote->value, path, err);
	}
	return r;
}

int
stage_make(const struct stage_opts *opts, struct err *err)
{
	AUTO_FREE char *context = path_join(opts->dir, "context");
	size_t n = opts->made->inputs->files.n;
	AUTO_MAP struct map *dirs = map_new();
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_FD int fd = -1;
	struct stager s = { .o = opts, .dirs = dirs, .arena = arena };
	int r = file_mkdirs(context, err);

	if (r)
		return r;
	if (chmod(context, 0755))
		return err_sys(err, "cannot open up '%s'", context);
	fd = open(context, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot open '%s'", context);
	s.context_fd = fd;
	s.jobs = xcalloc(n + 1, sizeof(*s.jobs));
	s.files = xcalloc(n + 1, sizeof(*s.files));
	r = fill(&s, err);
	free(s.jobs);
	free(s.files);
	if (!r)
		r = fill_files(&s, err);
	if (!r)
		r = settle_ignore_file(opts, err);
	return r ? r : write_dockerfile(&s, err);
}
