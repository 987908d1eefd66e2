/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_init.c: lockstep init. */
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/inventory.h"
#include "model/draft.h"

#include <fcntl.h>

static bool arg_dry_run, arg_force;
static opt_texts arg_excludes;

static const struct opt options[] = {
	{ 'n', "dry-run", OPT_FLAG, NULL, "print the graph file and write nothing", &arg_dry_run },
	{ 0, "force", OPT_FLAG, NULL, "replace the lockstep.yaml that is there", &arg_force },
	{ 0, "exclude", OPT_LIST, "PATH", "leave out a file or folder of DIR", &arg_excludes },
	{ 0 },
};

/* What is known when the file is about to be written. */
struct init {
	const char *dir;
	char *path;
	struct survey *survey;
	struct draft *draft;
	struct buf text;
	size_t edges;
};

/* A graph file of another name would be hidden by ours, or hide it. */
static int
refuse_existing(const struct init *in, struct err *err)
{
	static const char *const names[] = { "lockstep.yaml", "lockstep.yml", "lockstep.json" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *path = path_join(in->dir, names[i]);

		if (!file_exists(AT_FDCWD, path) || (i == 0 && arg_force))
			continue;
		err_set(err, ERR_REFUSED, "'%s' is there already", path);
		err_hint(err, i == 0 ? "--dry-run prints what would be written, --force replaces it"
				     : "move it away, or go on with it");
		return -ERR_REFUSED;
	}
	return 0;
}

static void
forget(struct session *s, struct init *in)
{
	project_free(s->project);
	s->project = NULL;
	draft_free(in->draft);
	survey_free(in->survey);
	in->draft = NULL;
	in->survey = NULL;
	buf_clear(&in->text);
}

/* Makes the text, and holds it against all that `lockstep graph` would. why: what keeps the builder
 * that is here from it, so that the file has to name this one; NULL = nothing. */
static int
attempt(struct session *s, struct init *in, enum builder_kind builder, const char *why,
	struct err *err)
{
	struct project_opts opts = { .root = in->dir, .graph_file = in->path, .builder = builder };
	struct inventory_opts where = { .dir = in->dir,
					.dialect = builder_dialect(builder_choose(builder)),
					.excludes = arg_excludes.v,
					.nexcludes = arg_excludes.n };
	int r = inventory_take(&where, &in->survey, &s->errs, err);

	if (r)
		return r;
	in->draft = draft_make(in->survey);
	if (!in->draft->images.n) {
		err_set(err, ERR_INPUT, "nothing in '%s' says that an image is built", in->dir);
		err_hint(err, "looked for Dockerfiles, workflows, compose files and "
			      "docker-bake.json among the files that git tracks");
		return -ERR_INPUT;
	}
	if (why) {
		in->draft->builder = builder_kind_name(builder);
		in->draft->builder_why = arena_strdup(in->draft->arena, why);
	}
	draft_text(in->draft, &in->text);
	opts.text = in->text.data;
	session_sources(s);
	opts.cache = s->sources;
	r = project_load(&opts, &s->project, &s->errs, err);
	for (size_t i = 0; !r && i < s->project->graph->nimages; i++)
		in->edges += s->project->graph->images[i].nparents;
	return r;
}

/* The first mistake that is a Dockerfile's and not our own text's, or NULL. */
static const struct err *
of_dockerfile(const struct init *in, struct err_list *errs)
{
	err_list_sort(errs);
	for (size_t i = 0; i < errs->n; i++)
		if (errs->items[i].where.file && strcmp(errs->items[i].where.file, in->path) != 0)
			return &errs->items[i];
	return NULL;
}

/* Dockerfiles that the builder which is here cannot read may be written for BuildKit. */
static int
make(struct session *s, struct init *in, struct err *err)
{
	AUTO_ERR_LIST struct err_list before = ERR_LIST_INIT;
	AUTO_FREE char *why = NULL;
	const struct err *first;
	enum builder_kind builder;
	size_t n = strcmp(in->dir, ".") != 0 ? strlen(in->dir) + 1 : 0;
	int r = session_builder(s, &builder, err);

	if (!r)
		r = attempt(s, in, builder, NULL, err);
	first = of_dockerfile(in, &s->errs);
	if (r != -ERR_INPUT || !first || builder != BUILDER_AUTO ||
	    builder_dialect(builder_choose(builder)) == DIALECT_BUILDKIT)
		return r;
	why = err_text(first);
	before = s->errs;
	s->errs = (struct err_list)ERR_LIST_INIT;
	err_clear(err);
	forget(s, in);
	return attempt(s, in, BUILDER_DOCKER,
		       n < strlen(why) && !strncmp(why, in->dir, n ? n - 1 : 0) ? why + n : why,
		       err);
}

static void
print_note(const struct init *in, const char *image, const struct survey_note *note)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_FREE char *file = path_join(in->dir, note->at.file);
	struct survey_place at = { file, note->at.line, note->at.col };
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	out_safe(&b, str_c(arena_printf(arena, "%s: %s%s%s", draft_place(arena, at),
					image ? image : "", image ? ": " : "", note->text)));
	out_err("%s\n", b.data);
}

/* On stderr: --dry-run's output is the file. */
static void
print_notes(const struct init *in)
{
	const struct draft *d = in->draft;

	for (size_t i = 0; i < d->notes.n; i++)
		print_note(in, NULL, &d->notes.v[i]);
	for (size_t i = 0; i < d->images.n; i++)
		for (size_t k = 0; k < d->images.v[i]->notes.n; k++)
			print_note(in, d->images.v[i]->name, &d->images.v[i]->notes.v[k]);
	if (d->builder)
		out_err("builder: %s, since %s\n", d->builder, d->builder_why);
	if (!d->registry)
		out_err("fill in registry: HOST/OWNER, where the images are published\n");
}

static void
add_place(json_t *j, struct survey_place at)
{
	json_set_text(j, "file", at.file);
	json_set_int(j, "line", at.line);
	json_set_int(j, "column", at.col);
}

static json_t *
notes_json(const struct survey_note *notes, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *j = json_object();

		add_place(j, notes[i].at);
		json_set_text(j, "text", notes[i].text);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
image_json(const struct draft_image *image)
{
	json_t *j = json_object(), *from = json_array(), *args = json_object();

	json_set_text(j, "name", image->name);
	json_set_text(j, "source", survey_kind_name(image->build->kind));
	json_set_text(j, "context", image->build->context);
	json_set_text(j, "dockerfile", image->build->dockerfile);
	json_set_text(j, "target", image->build->target);
	for (size_t i = 0; i < image->nargs; i++) {
		const struct draft_arg *arg = &image->args[i];
		AUTO_FREE char *variable = xasprintf("${%s}", arg->name);

		json_set_text(args, arg->name, arg->value ? arg->value : variable);
	}
	json_object_set_new(j, "args", args);
	for (size_t i = 0; i < image->from.n; i++) {
		json_t *place = json_object();

		add_place(place, image->from.v[i]);
		json_array_append_new(from, place);
	}
	json_object_set_new(j, "from", from);
	json_object_set_new(j, "notes", notes_json(image->notes.v, image->notes.n));
	return j;
}

static void
print_json(const struct init *in)
{
	const struct draft *d = in->draft;
	json_t *j = json_object(), *images = json_array();

	json_set_text(j, "file", in->path);
	json_set_bool(j, "written", !arg_dry_run);
	json_set_text(j, "registry", d->registry);
	json_set_text(j, "builder", d->builder);
	json_set_int(j, "edges", (long long)in->edges);
	for (size_t i = 0; i < d->images.n; i++)
		json_array_append_new(images, image_json(d->images.v[i]));
	json_object_set_new(j, "images", images);
	json_object_set_new(j, "notes", notes_json(d->notes.v, d->notes.n));
	json_set_text(j, "text", in->text.data);
	render_json(j);
}

static int
finish(struct session *s, struct init *in, int r, struct err *err)
{
	if (!in->draft || !in->draft->images.n)
		return r;
	if (!r && !arg_dry_run)
		r = file_write(in->path, buf_str(&in->text), 0644, err);
	if (s->o.json && !r) {
		print_json(in);
		return 0;
	}
	if (arg_dry_run && !s->o.json)
		out_write(buf_str(&in->text));
	print_notes(in);
	if (r && !arg_dry_run)
		buf_addf(&s->last_words, "%s was not written; --dry-run prints what it would be\n",
			 in->path);
	if (!r && !arg_dry_run)
		out_print("wrote %s: %zu images, %zu edges\n", in->path, in->draft->images.n,
			  in->edges);
	return r;
}

static int
init(struct session *s, int argc, char **argv, struct err *err)
{
	AUTO_FREE char *dir = NULL;
	struct init in = { 0 };
	int r;

	if (argc && !strcmp(argv[argc - 1], "-")) {
		arg_dry_run = true;
		argc--;
	}
	r = cmd_arity(argc, 0, 1, "one DIR", err);
	if (r)
		return r;
	if (s->o.graph || s->o.root)
		return err_set(err, ERR_USAGE, "%s is for a graph file that is there: name the DIR",
			       s->o.graph ? "--graph" : "--root");
	dir = path_join(s->o.dir ? s->o.dir : ".", argc ? argv[0] : ".");
	in.dir = dir;
	in.path = path_join(dir, "lockstep.yaml");
	buf_init(&in.text, 0);
	r = arg_dry_run ? 0 : refuse_existing(&in, err);
	if (!r) {
		r = make(s, &in, err);
		r = finish(s, &in, r, err);
	}
	draft_free(in.draft);
	survey_free(in.survey);
	vec_fini(&arg_excludes);
	buf_fini(&in.text);
	free(in.path);
	return r;
}

const struct cmd cmd_init = {
	.name = "init",
	.args = "[DIR]",
	.summary = "write a graph file from what is there",
	.about =
		"Looks through the files that git tracks below DIR (the current folder) for GitHub\n"
		"workflows, docker-bake.json, compose files and Dockerfiles, and writes the images\n"
		"that they build as DIR/lockstep.yaml, with comments that say where each is from.\n"
		"What could not be taken over is told, in the file and on standard error. The file\n"
		"is held against the Dockerfiles before it is written, and one that is there is left\n"
		"alone. `lockstep init -` prints it, as --dry-run does.",
	.examples = "  $ lockstep init --dry-run\n"
		    "  $ lockstep init base --force\n"
		    "  $ lockstep init --dry-run --exclude docs --json\n",
	.opts = options,
	.run = init,
};
