/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_reproduce.c: lockstep reproduce. */
#include "base/file.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/record_file.h"
#include "cli/render.h"
#include "cli/render_reproduce.h"
#include "cli/work.h"
#include "engine/recall.h"
#include "engine/shared.h"
#include "io/git.h"
#include "model/ref.h"

#include <stdio.h>

#define MAX_DEPTH 64 /* of parents that are built from a report */

static bool arg_twice, arg_any_version;
static const char *arg_record, *arg_save, *arg_commit;
static opt_texts arg_insecure;

static const struct opt options[] = {
	{ 0, "twice", OPT_FLAG, NULL, "build two times here, and compare these", &arg_twice },
	{ 0, "record", OPT_TEXT, "FILE", "it is in FILE: a record, or the report of a ci",
	  &arg_record },
	{ 0, "save-record", OPT_TEXT, "FILE", "write the record into FILE, and build nothing",
	  &arg_save },
	{ 0, "any-version", OPT_FLAG, NULL, "another version of the builder will do",
	  &arg_any_version },
	{ 0, "commit", OPT_TEXT, "REV", "the files of REV, not of the record's commit",
	  &arg_commit },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0 },
};

static void
say(void *ctx UNUSED, const char *what)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	out_safe(&b, str_c(what));
	out_err("lockstep: %s\n", b.data);
}

static void
show(const struct session *s, const struct reproduction *r, const struct record *record)
{
	if (s->o.json && r->image)
		render_json(render_reproduction_json(r, record));
	else if (r->image)
		render_reproduction_text(r, record);
}

/* What a reproduction needs of the session; after session_engine. plan must live as long. */
static int
get_ready(struct session *s, struct plan_opts *plan, struct reproduce_opts *ret, struct err *err)
{
	int r = session_loop(s, err);

	if (!r && !s->lock)
		r = session_lock(s, err);
	*plan = session_plan_opts(s, NULL, 0);
	*ret = (struct reproduce_opts){ .plan = plan,
					.loop = s->loop,
					.downloads = s->downloads,
					.state_dir = s->state_dir,
					.any_version = arg_any_version,
					.say = say };
	return r;
}

/* --- two builds here */

/* What the image is built from is built first, as `build` does it. */
static int
build_parents(struct session *s, const struct graph_image *image, struct err *err)
{
	char **names = xcalloc(image->nparents + 1, sizeof(*names));
	struct work_opts opts = { .images = names, .nimages = (int)image->nparents };
	struct work w;
	int r;

	for (size_t i = 0; i < image->nparents; i++)
		names[i] = xstrdup(image->parents[i]->name);
	r = work_do(s, &opts, &w, err);
	work_fini(&w);
	for (int i = 0; i < opts.nimages; i++)
		free(names[i]);
	free(names);
	return r;
}

static int
plan_known(struct session *s, char *name, const struct graph_image **ret_image, struct plan **ret,
	   struct err *err)
{
	int r = session_plan_image(s, name, ret_image, ret, err);
	const struct plan_node *node;

	if (r)
		return r;
	node = &(*ret)->nodes[(*ret_image)->index];
	if (node->state == PLAN_WAITS) {
		r = plan_check_machine(*ret, err);
		plan_free(*ret);
		*ret = NULL;
		if (!r)
			r = build_parents(s, *ret_image, err);
		if (!r)
			r = session_plan_image(s, name, ret_image, ret, err);
		if (r)
			return r;
		node = &(*ret)->nodes[(*ret_image)->index];
	}
	if (node->made.complete)
		return 0;
	err_set(err, ERR_TOOL, "'%s' stands on an image that is not known here: '%s'", name,
		node->npulls ? node->pulls[0].ref : "?");
	err_hint(err, "lockstep build %s pulls it", name);
	return -ERR_TOOL;
}

static int
twice(struct session *s, char *name, struct err *err)
{
	const struct graph_image *image;
	struct reproduce_opts opts;
	struct reproduction found = { 0 };
	struct plan_opts plan_opts;
	struct plan *plan = NULL;
	int r;

	s->o.commit = arg_commit;
	r = plan_known(s, name, &image, &plan, err);
	if (!r)
		r = get_ready(s, &plan_opts, &opts, err);
	if (!r) {
		r = reproduce_twice(&opts, &plan->nodes[image->index], &found, err);
		show(s, &found, NULL);
		reproduction_fini(&found);
	}
	plan_free(plan);
	return r;
}

/* --- from a record */

struct original {
	struct record *record;
	char digest[DIGEST_SIZE]; /* of the manifest; "" = not known */
	enum registry_state state;
	struct err *err;
	unsigned depth;   /* 0 = what was asked for; else a parent of it */
	VEC(char *) gone; /* names of parents that are built from their records first; owned */
};

static void
on_found(void *ctx, struct shared_image *found)
{
	struct original *o = ctx;

	o->state = found->state;
	if (found->state == REGISTRY_UNKNOWN)
		err_move(o->err, &found->err);
	else if (found->state == REGISTRY_PRESENT)
		(void)snprintf(o->digest, sizeof(o->digest), "%s", found->digest);
}

static void
on_record(void *ctx, enum registry_state state, struct record *take_record, struct err *err)
{
	struct original *o = ctx;

	o->state = state;
	o->record = take_record;
	if (state == REGISTRY_UNKNOWN)
		err_move(o->err, err);
}

static int
ask_tag(struct session *s, const struct graph_image *image, const char *tag, struct original *o,
	struct err *err)
{
	int r;

	o->err = err;
	shared_head(s->shared, image, tag, on_found, o);
	r = shared_wait(s->shared, err);
	return r ? r : -(int)err->class;
}

/* which: a digest; else a tag; else a revision of git, whose commit is the tag. */
static int
find_manifest(struct session *s, const struct graph_image *image, const char *which,
	      struct original *o, struct err *err)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_FREE char *commit = NULL;
	struct sha256 h;
	int r;

	if (sha256_parse_digest(str_c(which), &h)) {
		(void)snprintf(o->digest, sizeof(o->digest), "%s", which);
		return 0;
	}
	r = ref_valid_tag(str_c(which)) ? ask_tag(s, image, which, o, err) : 0;
	if (r || o->state == REGISTRY_PRESENT)
		return r;
	if (s->project->toplevel && !git_resolve(s->project->toplevel, which, &commit, &ignored))
		r = ask_tag(s, image, commit, o, err);
	if (r || o->state == REGISTRY_PRESENT)
		return r;
	return err_set(err, ERR_REMOTE, "the registry has no image '%s' under '%s'", image->name,
		       which);
}

static int
ask_registry(struct session *s, const char *name, const char *which, struct original *o,
	     struct err *err)
{
	const struct graph_image *image;
	int r = session_graph(s, err);

	if (!r)
		r = session_image(s, name, &image, err);
	if (!r)
		r = session_shared(s, err);
	if (!r)
		r = find_manifest(s, image, which ? which : s->project->graph->tags[0], o, err);
	if (r)
		return r;
	o->err = err;
	shared_record(s->shared, image, o->digest, NULL, on_record, o);
	r = shared_wait(s->shared, err);
	if (r || err->class)
		return r ? r : -(int)err->class;
	if (o->record)
		return 0;
	err_set(err, ERR_REMOTE, "image '%s' has no record in the registry: %s", name, o->digest);
	err_hint(err, "lockstep ci and lockstep build --push leave one");
	return -ERR_REMOTE;
}

static int
save_record(const struct record *record, struct err *err)
{
	AUTO_FREE char *text = record_text(record);

	return file_write(arg_save, str_c(text), 0644, err);
}

/* The commit that the files are taken from; caller frees. */
static int
commit_of(struct session *s, const struct record *record, char **ret, struct err *err)
{
	int r = session_graph(s, err);

	if (r)
		return r;
	if (!record->commit && !arg_commit) {
		err_set(err, ERR_REFUSED,
			"'%s' was built outside of git: its record names no commit", record->image);
		err_hint(err, "name one that has its files: --commit REV");
		return -ERR_REFUSED;
	}
	*ret = arg_commit ? xstrdup(arg_commit)
			  : xstrndup(record->commit, strcspn(record->commit, "+"));
	if (!s->project->toplevel)
		return err_set(err, ERR_USAGE,
			       "'%s' is in no git repository, and the files of "
			       "commit %.12s are needed",
			       s->project->root, *ret);
	AUTO_FREE char *full = NULL;

	r = git_resolve(s->project->toplevel, *ret, &full, err);
	if (r != -ERR_INPUT)
		return r;
	err_set(err, ERR_TOOL, "commit %.12s is not in this repository", *ret);
	err_hint(err, "git fetch, or git fetch --unshallow");
	return -ERR_TOOL;
}

/* A report may hold the records of all parents that cannot be had. */
static bool
can_make(const struct original *o, const struct reproduction *found)
{
	const struct inputs *in = o->record->inputs;
	size_t n = 0;

	if (!arg_record || o->depth == MAX_DEPTH)
		return false;
	for (size_t i = 0; i < found->gone.n; i++)
		for (size_t k = 0; k < in->images.n; k++)
			if (in->images.v[k].name && !strcmp(in->images.v[k].name, found->gone.v[i]))
				n += record_file_has(arg_record, found->gone.v[i],
						     in->images.v[k].id);
	return n && n >= found->gone.n && found->lacks.n <= found->gone.n;
}

static int
rebuild_original(struct session *s, struct original *o, struct err *err)
{
	struct reproduce_opts opts;
	struct reproduction found = { 0 };
	struct plan_opts plan_opts;
	int r = session_reload(s, err);

	if (!r)
		r = session_engine(s, err);
	if (!r)
		r = get_ready(s, &plan_opts, &opts, err);
	if (r)
		return r;
	r = reproduce_record(&opts, o->record, *o->digest ? o->digest : NULL, &found, &s->errs,
			     err);
	if (can_make(o, &found))
		for (size_t i = 0; i < found.gone.n; i++)
			vec_push(&o->gone, xstrdup(found.gone.v[i]));
	else if (!o->depth)
		show(s, &found, o->record);
	reproduction_fini(&found);
	return r;
}

/* With the project as it was at the record's commit. */
static int
try_original(struct session *s, struct original *o, struct err *err)
{
	const char *builder = s->o.builder;
	AUTO_FREE char *commit = NULL;
	struct lockfile *pins = NULL;
	enum builder_kind kind;
	int r = commit_of(s, o->record, &commit, err);

	s->o.commit = commit;
	if (!r)
		r = session_reload_graph(s, err);
	if (!r) {
		pins = reproduce_pins(o->record, s->project->graph);
		s->pins = pins;
		/* One of an unknown name is found missing with all else that is. */
		if (!builder && o->record->kind &&
		    builder_kind_parse(str_c(o->record->kind), &kind))
			s->o.builder = o->record->kind;
		r = rebuild_original(s, o, err);
	}
	s->pins = NULL;
	s->o.commit = NULL;
	s->o.builder = builder;
	lockfile_free(pins);
	return r;
}

static int from_file(struct session *s, const char *name, unsigned depth, struct err *err);

static void
forget_gone(struct original *o)
{
	for (size_t i = 0; i < o->gone.n; i++)
		free(o->gone.v[i]);
	vec_fini(&o->gone);
}

/* Takes the failure in err for what it can be mended by. */
static int
make_gone(struct session *s, struct original *o, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < o->gone.n; i++) {
		AUTO_FREE char *what =
			xasprintf("parent '%s' is not to be had: building it from its record",
				  o->gone.v[i]);

		err_clear(err);
		say(NULL, what);
		r = from_file(s, o->gone.v[i], o->depth + 1, err);
		if (r)
			r = err_prefix(err, "parent '%s'", o->gone.v[i]);
	}
	forget_gone(o);
	return r;
}

/* Each turn finds parents that are not here, and ends with them in our storage. */
static int
reproduce_original(struct session *s, struct original *o, struct err *err)
{
	size_t turns = o->record->inputs->images.n;
	int r = try_original(s, o, err);

	while (o->gone.n && turns--) {
		r = make_gone(s, o, err);
		if (!r)
			r = try_original(s, o, err);
	}
	forget_gone(o);
	return r;
}

static int
from_file(struct session *s, const char *name, unsigned depth, struct err *err)
{
	struct original o = { .state = REGISTRY_ABSENT, .depth = depth };
	int r = record_file_read(arg_record, name, &o.record, err);

	if (!r)
		r = reproduce_original(s, &o, err);
	record_free(o.record);
	return r;
}

static int
from_record(struct session *s, const char *name, const char *which, struct err *err)
{
	struct original o = { .state = REGISTRY_ABSENT };
	int r;

	s->o.insecure = arg_insecure;
	s->relocking = true; /* the record says what was meant, not the lock file of today */
	if (arg_record && !arg_save)
		return from_file(s, name, 0, err);
	r = arg_record ? record_file_read(arg_record, name, &o.record, err)
		       : ask_registry(s, name, which, &o, err);
	if (!r)
		r = arg_save ? save_record(o.record, err) : reproduce_original(s, &o, err);
	record_free(o.record);
	return r;
}

static int
run(struct session *s, int argc, char **argv, struct err *err)
{
	AUTO_FREE char *name = NULL;
	const char *which = NULL, *at;
	int r = cmd_arity(argc, arg_record ? 0 : 1, 1, "an IMAGE", err);

	if (r)
		return r;
	at = argc ? strchr(argv[0], '@') : NULL;
	name = argc ? xstrndup(argv[0], at ? (size_t)(at - argv[0]) : strlen(argv[0])) : NULL;
	if (at)
		which = at + 1;
	if (arg_twice && (at || arg_record || arg_save))
		return err_set(err, ERR_USAGE,
			       "--twice is about no image that was built before: "
			       "give the name alone");
	if (at && arg_record)
		return err_set(err, ERR_USAGE,
			       "--record says which image it is about: give no '%s'", at);
	if (at && !*which)
		return err_set(err, ERR_USAGE, "'%s': a digest, a tag or a commit follows the @",
			       argv[0]);
	return arg_twice ? twice(s, name, err) : from_record(s, name, which, err);
}

const struct cmd cmd_reproduce = {
	.name = "reproduce",
	.args = "IMAGE[@DIGEST|@TAG|@REV] | --record FILE [IMAGE] | --twice IMAGE",
	.summary = "build an image again from its record, and compare",
	.about =
		"Takes the record of a published image from the registry (that of `latest`, or of a\n"
		"digest, a tag or a commit), the files of its commit from git, and the arguments,\n"
		"parents and externals that it names; builds without any cache; and compares. The\n"
		"same image: exit status 0. Otherwise it names the layers and the files that differ,\n"
		"with the cause where it is a known one: 4. What this machine lacks is said before\n"
		"anything is built: 3. Nothing is recorded and nothing replaced.\n"
		"With --record no registry is asked for what is on this machine: FILE is what\n"
		"--save-record wrote, or the report of a job (ci --report), which holds the records\n"
		"of the images that it built.\n"
		"With --twice it builds two times here, and needs no registry.",
	.examples = "  $ lockstep reproduce agent-base\n"
		    "  $ lockstep reproduce vk-local@HEAD --json\n"
		    "  $ lockstep reproduce agent-base --save-record agent-base.json\n"
		    "  $ lockstep reproduce --record agent-base.json\n"
		    "  $ lockstep reproduce --record lockstep-report.json vk-local\n"
		    "  $ lockstep reproduce --twice secure-agent-kali\n",
	.opts = options,
	.run = run,
};
