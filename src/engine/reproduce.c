/* SPDX-License-Identifier: Apache-2.0 */
/* reproduce.c: from a record to the same inputs, and from these to the same image, or not. */
#include "engine/reproduce.h"

#include "engine/shared.h"

#include <stdio.h>

struct work {
	const struct reproduce_opts *opts;
	const struct record *record; /* NULL with two builds here */
	const char *digest;
	struct reproduction *ret;
	struct rebuild *rebuild;
	struct key_result made;
	struct err *err;
	int r; /* first failure inside a callback */
};

struct lockfile *
reproduce_pins(const struct record *record, const struct graph *graph)
{
	const struct graph_image *image = graph_find(graph, record->image);
	struct lockfile_entry entry = { .kind = LOCKFILE_GIT,
					.value = record->inputs->source.commit };
	struct lockfile *pins;

	if (!image || !image->source.git || !entry.value)
		return NULL;
	entry.name = image->source.git;
	entry.ref = image->source.ref;
	pins = lockfile_new();
	lockfile_set(pins, &entry);
	return pins;
}

static void
begin(struct reproduction *ret)
{
	*ret = (struct reproduction){ .arena = arena_new() };
}

void
reproduction_fini(struct reproduction *r)
{
	if (r->comparison.diff.arena)
		image_diff_fini(&r->comparison.diff);
	vec_fini(&r->lacks);
	vec_fini(&r->gone);
	arena_free(r->arena);
	*r = (struct reproduction){ 0 };
}

#define lack(w, ...) vec_push(&(w)->ret->lacks, arena_printf((w)->ret->arena, __VA_ARGS__))

/* --- what the machine lacks */

/* "/usr/bin/buildah buildah version 1.28.2": the path is the machine's, the rest is the version. */
static const char *
version_of(const char *builder)
{
	const char *blank = strchr(builder, ' ');

	return blank ? blank + 1 : builder;
}

static int
check_builder(struct work *w, struct err *err)
{
	const struct record *record = w->record;
	const char *here = builder_kind_name(w->opts->plan->project->builder);
	struct builder_info info;
	int r;

	if (record->kind && strcmp(record->kind, here) != 0) {
		lack(w, "it was built by %s, and this is %s", record->kind, here);
		return 0;
	}
	r = builder_probe(w->opts->plan->builder, &info, err);
	if (r == -ERR_TOOL) {
		lack(w, "%s", err->msg);
		err_clear(err);
		return 0;
	}
	if (r)
		return r;
	if (!w->opts->any_version && strcmp(version_of(record->builder), info.version) != 0)
		lack(w, "it was built by '%s', and here is '%s' (--any-version takes it)",
		     version_of(record->builder), info.version);
	builder_info_fini(&info);
	return 0;
}

/* Before anything is pulled, as far as the record tells: it does not say which stage is for which platform. */
static void
check_platform(struct work *w)
{
	const struct inputs *in = w->record->inputs;
	AUTO_ERR struct err err = ERR_INIT;

	for (size_t i = 0; i < in->images.n; i++)
		if (strstr(in->images.v[i].use, INPUT_USE_PLATFORM))
			return;
	if (inputs_run_commands(in) &&
	    builder_check_platform(w->opts->plan->builder, &w->ret->image->platform, &err))
		lack(w, "%s", err.msg);
}

/* The same of what is to be built. */
static int
check_machine(struct work *w, const struct recipe *recipe, struct err *err)
{
	int r = builder_check_machine(w->opts->plan->builder, recipe, err);

	if (r != -ERR_TOOL)
		return r;
	lack(w, "%s", err->msg);
	return 0;
}

/* --- what the image stands on */

static const char *
parent_ref(struct work *w, const char *name)
{
	const struct record *record = w->record;

	for (size_t i = 0; i < record->nparents; i++)
		if (!strcmp(record->parents[i].name, name))
			return arena_printf(w->ret->arena, "%s/%s@%s", record->scope, name,
					    record->parents[i].digest);
	return NULL;
}

/* Where an external can be pulled from; NULL in *ret = nowhere. */
static int
external_ref(struct work *w, const char *ref, const struct platform *platform, const char **ret,
	     struct err *err)
{
	struct identity_query query = { .project = w->opts->plan->project,
					.ref = ref,
					.platform = platform };
	struct identity found = { 0 };
	int r = identity_find(w->opts->plan->identities, &query, w->ret->arena, &found, err);

	if (r == -ERR_REMOTE || r == -ERR_REFUSED) {
		err_clear(err);
		r = 0;
	}
	*ret = found.pull;
	return r;
}

static int
fetch(struct work *w, const struct input_image *im, struct err *err)
{
	struct rebuild_source from = { .image_id = im->id };
	int r = builder_has(w->opts->plan->builder, im->id, err);

	if (r)
		return r < 0 ? r : 0;
	r = input_image_platform(im, &w->ret->image->platform, &from.platform, err);
	if (!r && im->name && w->record)
		from.ref = parent_ref(w, im->name);
	else if (!r && !im->name)
		r = external_ref(w, im->ref, &from.platform, &from.ref, err);
	if (!r)
		r = rebuild_fetch(w->rebuild, &from, err);
	if (r && r != -ERR_CANCELLED && im->name)
		vec_push(&w->ret->gone, arena_strdup(w->ret->arena, im->name));
	if (r == -ERR_FAILED || r == -ERR_REMOTE) {
		lack(w, "%s '%s' is gone: %s", im->name ? "parent" : "external",
		     im->name ? im->name : im->ref, err->msg);
		err_clear(err);
		r = 0;
	}
	return r;
}

static int
fetch_all(struct work *w, const struct inputs *in, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < in->images.n; i++)
		r = fetch(w, &in->images.v[i], err);
	return r;
}

static int
refuse_lacks(struct work *w, struct err *err)
{
	size_t n = w->ret->lacks.n;

	if (!n)
		return 0;
	return err_set(err, ERR_TOOL, "'%s' cannot be built here as it was: %zu thing%s missing",
		       w->ret->image->name, n, n == 1 ? " is" : "s are");
}

/* --- the key */

static bool
is_used(const struct work *w, const struct input_image *im, const struct key_use *use)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	struct platform platform;

	if (use->parent)
		return im->name && !strcmp(im->name, use->parent->name);
	return !im->name && !strcmp(im->ref, use->ref) &&
	       !input_image_platform(im, &w->ret->image->platform, &platform, &ignored) &&
	       platform_eq(&platform, &use->platform);
}

static const char *
identity(void *ctx, const struct key_use *use)
{
	struct work *w = ctx;
	const struct inputs *in = w->record->inputs;

	for (size_t i = 0; i < in->images.n; i++)
		if (is_used(w, &in->images.v[i], use))
			return in->images.v[i].id;
	return NULL;
}

static const struct oci_config *
config(void *ctx, const struct key_use *use)
{
	struct work *w = ctx;
	const char *id = identity(ctx, use);
	struct oci_config *ret = NULL;

	if (id && !w->r)
		w->r = builder_config(w->opts->plan->builder, id, w->ret->arena, &ret, w->err);
	return ret;
}

static const char *
remote(void *ctx, const struct recipe_remote *remote)
{
	struct work *w = ctx;
	const char *ret = NULL;

	if (!w->r)
		w->r = identity_remote(w->opts->plan->identities, w->opts->plan->project,
				       w->ret->arena, remote, &ret, w->err);
	return w->r ? NULL : ret;
}

/* Whatever the graph's variables are today. */
static void
take_args(struct work *w)
{
	const struct graph_image *image = w->ret->image;
	const struct input_arg *args;
	size_t n = inputs_args(w->ret->arena, w->record->inputs, &args);

	for (size_t i = 0; i < image->nargs; i++)
		for (size_t k = 0; k < n; k++)
			if (!strcmp(image->args[i].name, args[k].name))
				image->args[i].value = args[k].value;
}

static int
make_key(struct work *w, struct err_list *errs, struct err *err)
{
	const char *epoch = key_epoch_of(w->record->inputs, w->ret->arena);
	struct key_env env = { .project = w->opts->plan->project,
			       .store = w->opts->plan->store,
			       .trust = w->opts->plan->trust,
			       .pool = w->opts->plan->pool,
			       .now_ms = w->opts->plan->now_ms,
			       .epoch = epoch ? epoch : "",
			       .identity = identity,
			       .config = config,
			       .remote = remote,
			       .ctx = w };
	int r;

	w->err = err;
	take_args(w);
	r = key_make(&env, w->ret->image, &w->made, errs, err);
	return r ? r : w->r;
}

static int
refuse_inputs(struct work *w, struct err *err)
{
	struct reproduction *ret = w->ret;
	const char *commit = w->record->commit;

	ret->reasons = inputs_diff(ret->arena, w->record->inputs, w->made.inputs);
	for (size_t i = 0; i < ret->reasons.n; i++)
		project_name_reason(w->opts->plan->project, ret->image, ret->arena,
				    &ret->reasons.v[i]);
	err_set(err, ERR_REFUSED,
		"the files and settings here are not those that '%s' was built from: %zu input%s",
		ret->image->name, ret->reasons.n, ret->reasons.n == 1 ? " differs" : "s differ");
	if (commit && strchr(commit, '+'))
		err_hint(err, "it was built from a tree with changes that are not in commit %.12s",
			 commit);
	else
		err_hint(err,
			 "nothing was built; a variable of then is given with --set VAR=VALUE");
	return -ERR_REFUSED;
}

/* --- building and comparing */

static int
begin_rebuild(struct work *w, struct err *err)
{
	const struct plan_opts *plan = w->opts->plan;
	struct rebuild_opts opts = { .project = plan->project,
				     .builder = plan->builder,
				     .downloads = w->opts->downloads,
				     .pool = plan->pool,
				     .loop = w->opts->loop,
				     .state_dir = w->opts->state_dir,
				     .image = w->ret->image,
				     .say = w->opts->say,
				     .ctx = w->opts->ctx };

	return rebuild_new(&opts, &w->rebuild, err);
}

/* The image of then, by its manifest, or by the tag of its key. */
static int
fetch_first(struct work *w, struct err *err)
{
	const struct record *record = w->record;
	struct reproduction *ret = w->ret;
	char tag[SHARED_TAG_SIZE];
	struct rebuild_source from = { .image_id = ret->first_id,
				       .platform = ret->image->platform };
	int r;

	if (!record)
		return 0;
	shared_key_tag(record->inputs->key, tag);
	if (*record->scope != '/')
		from.ref = arena_printf(ret->arena, "%s/%s%s%s", record->scope, record->image,
					w->digest ? "@" : ":", w->digest ? w->digest : tag);
	r = rebuild_fetch(w->rebuild, &from, err);
	if (r && r != -ERR_CANCELLED) {
		ret->unknown = arena_strdup(ret->arena, err->msg);
		err_clear(err);
		r = 0;
	}
	return r;
}

static int
compare(struct work *w, struct err *err)
{
	struct reproduction *ret = w->ret;
	const char *const ids[2] = { ret->first_id, ret->second_id };
	int r;

	ret->same = !strcmp(ids[0], ids[1]);
	if (ret->same)
		return 0;
	r = fetch_first(w, err);
	if (!r && !ret->unknown)
		r = rebuild_compare(w->rebuild, ids, &ret->comparison, err);
	return r ? r : err_set(err, ERR_REFUSED, "'%s' is not reproducible", ret->image->name);
}

static int
same_inputs(struct work *w, struct err_list *errs, struct err *err)
{
	int r = make_key(w, errs, err);

	if (r)
		return r;
	if (!sha256_eq(w->made.inputs->key, w->record->inputs->key))
		return refuse_inputs(w, err);
	r = builder_check(w->opts->plan->builder, w->ret->image, w->made.recipe, errs, err);
	if (!r)
		r = check_machine(w, w->made.recipe, err);
	return r ? r : refuse_lacks(w, err);
}

static int
from_record(struct work *w, struct err_list *errs, struct err *err)
{
	struct reproduction *ret = w->ret;
	int r = check_builder(w, err);

	if (!r)
		check_platform(w);
	if (!r)
		r = refuse_lacks(w, err);
	if (!r)
		r = begin_rebuild(w, err);
	if (!r)
		r = fetch_all(w, w->record->inputs, err);
	if (!r)
		r = refuse_lacks(w, err);
	if (!r)
		r = same_inputs(w, errs, err);
	if (!r && errs->n)
		return -ERR_INPUT;
	if (!r)
		r = rebuild_build(w->rebuild, &w->made, ret->second_id, err);
	return r ? r : compare(w, err);
}

int
reproduce_record(const struct reproduce_opts *opts, const struct record *record, const char *digest,
		 struct reproduction *ret, struct err_list *errs, struct err *err)
{
	struct work w = { .opts = opts, .record = record, .digest = digest, .ret = ret };
	int r;

	begin(ret);
	ret->key = record->inputs->key;
	(void)snprintf(ret->first_id, sizeof(ret->first_id), "%s", record->image_id);
	ret->image = graph_find(opts->plan->project->graph, record->image);
	if (!ret->image)
		return err_set(err, ERR_INPUT, "'%s' has no image '%s' at that commit",
			       opts->plan->project->graph_path, record->image);
	r = from_record(&w, errs, err);
	rebuild_free(w.rebuild);
	key_result_fini(&w.made);
	return r;
}

int
reproduce_twice(const struct reproduce_opts *opts, const struct plan_node *node,
		struct reproduction *ret, struct err *err)
{
	struct work w = { .opts = opts, .ret = ret };
	int r;

	begin(ret);
	ret->image = node->image;
	ret->key = node->made.inputs->key;
	r = check_machine(&w, node->made.recipe, err);
	if (!r)
		r = refuse_lacks(&w, err);
	if (!r)
		r = begin_rebuild(&w, err);
	if (!r)
		r = fetch_all(&w, node->made.inputs, err);
	if (!r)
		r = refuse_lacks(&w, err);
	if (!r)
		r = rebuild_build(w.rebuild, &node->made, ret->first_id, err);
	if (!r)
		r = rebuild_build(w.rebuild, &node->made, ret->second_id, err);
	if (!r)
		r = compare(&w, err);
	rebuild_free(w.rebuild);
	return r;
}
