/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_inputs.c: lockstep inputs. */
#include "base/clock.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/subject.h"

static bool arg_canonical, arg_files0, arg_make;
static const char *arg_explain, *arg_commit;
static struct subject arg_subject;

static const struct opt options[] = {
	{ 0, "canonical", OPT_FLAG, NULL, "the key's canonical form; its SHA-256 is the key",
	  &arg_canonical },
	{ 0, "files0", OPT_FLAG, NULL, "the files, each ended by a NUL byte", &arg_files0 },
	{ 0, "make", OPT_FLAG, NULL, "a rule for make with the files as prerequisites", &arg_make },
	{ 0, "explain", OPT_TEXT, "PATH", "whether PATH is an input, and why", &arg_explain },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	SUBJECT_OPTIONS(arg_subject),
	{ 0 },
};

static const char *
why_file(struct arena *a, const struct recipe *r, int line)
{
	for (size_t i = 0; i < r->nreads; i++)
		if (r->reads[i].line == line)
			return arena_printf(a, "%s at %s:%d%s",
					    recipe_read_kind_name(r->reads[i].kind), r->df->file,
					    line, r->reads[i].onbuild ? " (ONBUILD)" : "");
	return "";
}

static const char *
file_kind(const struct input_file *f)
{
	if (f->kind == INPUT_FILE)
		return f->executable ? "file 755" : "file 644";
	return input_kind_name(f->kind);
}

static void
print_row(const char *kind, const char *what, const char *value, const char *why)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_addf(&b, "%-10s ", kind);
	out_safe(&b, str_c(what));
	buf_addf(&b, "  %s", value);
	if (*why)
		buf_addf(&b, "  %s%s%s", out_style(OUT_DIM), why, out_style(OUT_PLAIN));
	buf_addc(&b, '\n');
	out_write(buf_str(&b));
}

static void
print_files(struct plan *p, const struct plan_node *node)
{
	const struct inputs *in = node->made.inputs;
	char digest[DIGEST_SIZE];

	for (size_t i = 0; i < in->files.n; i++) {
		const struct input_file *f = &in->files.v[i];
		const char *path =
			project_shown(p->opts.project, node->image,
				      project_tree_path(p->opts.project, node->image, f->path));
		AUTO_FREE char *target = str_dup(f->target);

		sha256_digest(f->hash, digest);
		print_row(file_kind(f), path,
			  f->kind == INPUT_FILE   ? render_id(digest)
			  : f->kind == INPUT_LINK ? arena_printf(p->arena, "-> %s", target)
						  : "",
			  why_file(p->arena, node->made.recipe, f->line));
	}
}

static void
print_text(struct plan *p, const struct plan_node *node)
{
	const struct recipe *r = node->made.recipe;
	const struct inputs *in = node->made.inputs;
	char key[DIGEST_SIZE], platform[PLATFORM_TEXT_SIZE];

	sha256_digest(in->key, key);
	out_print("%s%s%s  %s%s\n", out_style(OUT_BOLD), node->image->name, out_style(OUT_PLAIN),
		  node->made.complete ? "key " : "no key yet",
		  node->made.complete ? key : ": a parent or an external is not known");
	platform_text(&node->image->platform, platform);
	print_row("platform", platform, "", "");
	print_row("dockerfile", r->df->file,
		  arena_printf(p->arena, "%zu of %zu stages", r->nstages, r->df->nstages), "");
	if (in->source.url)
		print_row("source", in->source.url,
			  arena_printf(p->arena, "ref %s, commit %s", in->source.ref,
				       in->source.commit),
			  "");
	for (size_t i = 0; i < in->images.n; i++) {
		const struct input_image *im = &in->images.v[i];

		print_row(im->name ? "parent" : "external", im->name ? im->name : im->ref,
			  *im->id ? render_id(im->id) : "not known",
			  arena_printf(p->arena, "%s at %s:%d", im->use, r->df->file, im->line));
	}
	for (size_t i = 0; i < r->nargs; i++)
		print_row("argument", r->args[i].name,
			  r->args[i].value ? arena_printf(p->arena, "= %s", r->args[i].value)
					   : "unset",
			  r->args[i].line ? arena_printf(p->arena, "ARG at %s:%d", r->df->file,
							 r->args[i].line)
					  : "");
	for (size_t i = 0; i < r->nremotes; i++)
		print_row("remote", r->remotes[i].url,
			  r->remotes[i].value ? r->remotes[i].value : "not known",
			  arena_printf(p->arena, "ADD at %s:%d", r->df->file, r->remotes[i].line));
	for (size_t i = 0; i < r->nsecrets; i++)
		print_row("secret", r->secrets[i], "(its id only)", "");
	if (node->image->refresh_days) {
		char due[CLOCK_TEXT_SIZE];

		clock_local(key_refresh_due(node->image, p->opts.now_ms), due);
		print_row("refresh", arena_printf(p->arena, "every %dd", node->image->refresh_days),
			  arena_printf(p->arena, "next %s", due), "");
	}
	for (size_t i = 0; i < r->nwidens; i++)
		print_row("widened", r->widens[i].reason, "",
			  arena_printf(p->arena, "%s:%d", r->df->file, r->widens[i].line));
	print_files(p, node);
	for (size_t i = 0; i < in->skipped.n; i++)
		print_row("socket",
			  project_shown(p->opts.project, node->image,
					project_tree_path(p->opts.project, node->image,
							  str_c(in->skipped.v[i]))),
			  "left out", "");
}

static json_t *
file_json(struct plan *p, const struct plan_node *node, const struct input_file *f)
{
	json_t *j = json_object();
	char digest[DIGEST_SIZE];

	json_set_text(j, "kind", input_kind_name(f->kind));
	json_set_text(j, "path", project_tree_path(p->opts.project, node->image, f->path));
	if (f->kind == INPUT_FILE) {
		sha256_digest(f->hash, digest);
		json_set_text(j, "digest", digest);
		json_set_bool(j, "executable", f->executable);
		json_set_int(j, "size", f->size);
	} else if (f->kind == INPUT_LINK) {
		json_set_str(j, "target", f->target);
	}
	json_set_int(j, "line", f->line);
	return j;
}

static json_t *
source_json(const struct input_source *source)
{
	json_t *e = json_object();

	json_set_text(e, "kind", "source");
	json_set_text(e, "url", source->url);
	json_set_text(e, "ref", source->ref);
	json_set_text(e, "commit", source->commit);
	return e;
}

static json_t *
refresh_json(const struct plan *p, const struct plan_node *node)
{
	json_t *e = json_object();
	char due[CLOCK_TEXT_SIZE];

	clock_rfc3339(key_refresh_due(node->image, p->opts.now_ms), due);
	json_set_text(e, "kind", "refresh");
	json_set_int(e, "days", node->image->refresh_days);
	json_set_text(e, "due", due);
	return e;
}

/* What the Dockerfile takes beside images and files. */
static void
add_taken(json_t *list, const struct recipe *r)
{
	for (size_t i = 0; i < r->nargs; i++) {
		json_t *e = json_object();

		json_set_text(e, "kind", "argument");
		json_set_text(e, "name", r->args[i].name);
		json_set_text(e, "value", r->args[i].value);
		json_set_int(e, "line", r->args[i].line);
		json_array_append_new(list, e);
	}
	for (size_t i = 0; i < r->nremotes; i++) {
		const struct recipe_remote *remote = &r->remotes[i];
		json_t *e = json_object();

		json_set_text(e, "kind", "remote");
		json_set_text(e, "url", remote->url);
		json_set_text(e, remote->git ? "commit" : "digest", remote->value);
		json_set_int(e, "line", remote->line);
		json_array_append_new(list, e);
	}
	for (size_t i = 0; i < r->nsecrets; i++) {
		json_t *e = json_object();

		json_set_text(e, "kind", "secret");
		json_set_text(e, "id", r->secrets[i]);
		json_array_append_new(list, e);
	}
}

static json_t *
inputs_json(struct plan *p, const struct plan_node *node)
{
	const struct recipe *r = node->made.recipe;
	const struct inputs *in = node->made.inputs;
	json_t *j = json_object(), *list = json_array();
	char key[DIGEST_SIZE];

	sha256_digest(in->key, key);
	json_set_text(j, "image", node->image->name);
	json_set_text(j, "key", node->made.complete ? key : NULL);
	json_set_text(j, "dockerfile", in->dockerfile_path);
	if (in->source.url)
		json_array_append_new(list, source_json(&in->source));
	for (size_t i = 0; i < in->images.n; i++) {
		const struct input_image *im = &in->images.v[i];
		json_t *e = json_object();

		json_set_text(e, "kind", im->name ? "parent" : "external");
		json_set_text(e, "ref", im->ref);
		json_set_text(e, "image", im->name);
		json_set_text(e, "image_id", *im->id ? im->id : NULL);
		json_set_text(e, "use", im->use);
		json_set_int(e, "line", im->line);
		json_array_append_new(list, e);
	}
	add_taken(list, r);
	if (node->image->refresh_days)
		json_array_append_new(list, refresh_json(p, node));
	for (size_t i = 0; i < r->nwidens; i++) {
		json_t *e = json_object();

		json_set_text(e, "kind", "widen");
		json_set_text(e, "reason", r->widens[i].reason);
		json_set_int(e, "line", r->widens[i].line);
		json_array_append_new(list, e);
	}
	for (size_t i = 0; i < in->files.n; i++)
		json_array_append_new(list, file_json(p, node, &in->files.v[i]));
	json_object_set_new(j, "inputs", list);
	return j;
}

/* The files on disk that a rule or xargs can use; the Dockerfile and the ignore file too, which
 * decide. */
static void
print_paths(struct plan *p, const struct plan_node *node, struct buf *b,
	    void (*add)(struct buf *, const char *))
{
	struct project *project = p->opts.project;
	const struct project_source *src = &project->sources[node->image->index];
	const struct inputs *in = node->made.inputs;

	add(b, project_shown(project, node->image, src->df_path));
	if (src->ignore_path)
		add(b, project_shown(project, node->image, src->ignore_path));
	for (size_t i = 0; i < in->files.n; i++) {
		const char *path = project_tree_path(project, node->image, in->files.v[i].path);

		if (in->files.v[i].kind != INPUT_DIR && strcmp(path, src->df_path) != 0 &&
		    (!src->ignore_path || strcmp(path, src->ignore_path) != 0))
			add(b, project_shown(project, node->image, path));
	}
}

static void
add_nul(struct buf *b, const char *path)
{
	buf_add(b, path, strlen(path) + 1);
}

/* GNU make: blanks and '#' are quoted by a backslash, '$' doubled, '%' only matters in patterns. */
static void
add_make(struct buf *b, const char *path)
{
	buf_adds(b, " \\\n  ");
	for (; *path; path++) {
		if (strchr(" \t#\\:", *path))
			buf_addc(b, '\\');
		if (*path == '$')
			buf_addc(b, '$');
		buf_addc(b, *path);
	}
}

static int
explain_one(struct session *s, struct plan *plan, const struct graph_image *image, struct err *err)
{
	/* Without a graph there is no root that the user would know of. */
	AUTO_FREE char *path = !arg_subject.file
				       ? path_clean(str_c(arg_explain))
				       : project_root_path(plan->opts.project, arg_explain);
	struct explain_path answer;
	int r = explain_path(plan, image, path, &answer, err);

	if (r)
		return r;
	if (s->o.json)
		render_json(render_explain_path_json(&answer, image->name));
	else
		render_explain_path_text(&answer, image->name);
	return 0;
}

static int
show(struct session *s, struct plan *plan, const struct plan_node *node, struct err *err)
{
	const struct graph_image *image = node->image;
	AUTO_BUF struct buf b = BUF_INIT;

	if (arg_explain)
		return explain_one(s, plan, image, err);
	if (arg_canonical && !node->made.complete) {
		err_set(err, ERR_REFUSED,
			"'%s' has no key yet: a parent or an external is not known", image->name);
		err_hint(err, "lockstep build %s, or pull its externals", image->name);
		return -ERR_REFUSED;
	}
	if ((arg_files0 || arg_make) && node->made.inputs->source.url) {
		err_set(err, ERR_REFUSED, "the files of '%s' are in '%s', and not on this disk",
			image->name, node->made.inputs->source.url);
		err_hint(err, "lockstep stage %s --into DIR writes them", image->name);
		return -ERR_REFUSED;
	}
	buf_init(&b, 0);
	if (arg_canonical) {
		inputs_canonical(node->made.inputs, &b);
	} else if (arg_files0) {
		print_paths(plan, node, &b, add_nul);
	} else if (arg_make) {
		buf_addf(&b, "%s:", image->name);
		print_paths(plan, node, &b, add_make);
		buf_addc(&b, '\n');
	} else if (s->o.json) {
		render_json(inputs_json(plan, node));
	} else {
		print_text(plan, node);
	}
	out_write(buf_str(&b));
	return 0;
}

static int
inputs(struct session *s, int argc, char **argv, struct err *err)
{
	int r;

	s->o.commit = arg_commit;
	r = subject_plan(&arg_subject, s, argc, argv, err);
	if (!r)
		r = show(s, arg_subject.plan, arg_subject.node, err);
	subject_fini(&arg_subject);
	return r;
}

const struct cmd cmd_inputs = {
	.name = "inputs",
	.args = "IMAGE | -f DOCKERFILE CONTEXT",
	.summary = "every input of an image, and what its key is made of",
	.about =
		"Prints every input: the Dockerfile's stages, parents and externals by image ID,\n"
		"arguments, and each context file that an instruction can read, with its digest\n"
		"and the instruction's line. With -f no graph is needed: the Dockerfile is taken as\n"
		"`lockstep build` would take it for that builder.",
	.examples = "  $ lockstep inputs agent-base\n"
		    "  $ lockstep inputs agent-base --canonical | sha256sum\n"
		    "  $ lockstep inputs agent-base --files0 | xargs -0 ls -l\n"
		    "  $ lockstep inputs agent-base --explain base/README.md\n"
		    "  $ lockstep inputs -f base/Dockerfile base --make\n",
	.opts = options,
	.run = inputs,
};
