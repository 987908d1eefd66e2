/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c: compares keys with what is recorded and says what has to be done. */
#include "engine/plan_priv.h"

#include "engine/check_folder.h"
#include "engine/guard.h"
#include "store/store_inputs.h"
#include "store/store_trace.h"

#include <stdio.h>

ENUM_DEFINE(plan_state, PLAN_STATE_LIST);

struct knowledge {
	struct plan *plan;
	const struct plan_node *node; /* that is decided */
	struct err *err;
	int r; /* first failure inside a callback */
};

static int
find_external(struct plan *p, const char *ref, const struct platform *platform,
	      struct identity *ret, struct err *err)
{
	struct identity_query query = { .project = p->opts.project,
					.ref = ref,
					.platform = platform };

	return identity_find(p->opts.identities, &query, p->arena, ret, err);
}

static const char *
external_id(struct knowledge *k, const struct key_use *use)
{
	struct identity found;

	if (k->r)
		return NULL;
	k->r = find_external(k->plan, use->ref, &use->platform, &found, k->err);
	return k->r ? NULL : found.id;
}

static const char *
identity(void *ctx, const struct key_use *use)
{
	struct knowledge *k = ctx;

	if (use->parent) {
		const struct plan_node *node = &k->plan->nodes[use->parent->index];

		return node->state == PLAN_UP_TO_DATE ? node->image_id : NULL;
	}
	return external_id(k, use);
}

static const struct oci_config *
config(void *ctx, const struct key_use *use)
{
	struct knowledge *k = ctx;
	const char *id = identity(ctx, use);
	struct oci_config *ret = NULL;

	if (!id || k->r)
		return NULL;
	if (use->parent && k->plan->nodes[use->parent->index].config)
		return k->plan->nodes[use->parent->index].config;
	k->r = identity_config(k->plan->opts.identities, k->plan->arena, use->ref, id, &ret,
			       k->err);
	return ret;
}

static const char *
remote(void *ctx, const struct recipe_remote *remote)
{
	struct knowledge *k = ctx;
	const char *ret = NULL;

	if (!k->r)
		k->r = identity_remote(k->plan->opts.identities, k->plan->opts.project,
				       k->plan->arena, remote, &ret, k->err);
	return k->r ? NULL : ret;
}

static bool
has_pull(const struct plan_node *node, const char *ref, const struct platform *platform)
{
	for (size_t i = 0; i < node->npulls; i++)
		if (!strcmp(node->pulls[i].ref, ref) &&
		    platform_eq(&node->pulls[i].platform, platform))
			return true;
	return false;
}

/* What is to be pulled before the image can be built; the unknown ones are reasons, as the key is
 * unknown with them. */
static int
note_pulls(struct plan *p, struct plan_node *node, struct err *err)
{
	const struct inputs *in = node->made.inputs;
	struct identity found;
	int r = 0;

	node->npulls = 0;
	node->pulls = arena_calloc(p->arena, in->images.n + 1, sizeof(*node->pulls));
	for (size_t i = 0; !r && i < in->images.n; i++) {
		const struct input_image *im = &in->images.v[i];
		struct platform platform;

		if (im->name)
			continue;
		r = input_image_platform(im, &node->image->platform, &platform, err);
		if (!r)
			r = find_external(p, im->ref, &platform, &found, err);
		if (r || !found.pull || has_pull(node, found.pull, &platform))
			continue;
		node->pulls[node->npulls++] = (struct plan_pull){ found.pull, platform };
		if (!*im->id)
			plan_add_reason(p, node,
					&(struct reason){ .kind = REASON_EXTERNAL,
							  .subject =
								  arena_strdup(p->arena, im->ref),
							  .added = -1,
							  .removed = -1 });
	}
	return r;
}

/* With --only, what is not asked for was checked where it was built. */
bool
plan_is_checked(const struct plan *p, const struct graph_image *image)
{
	for (size_t i = 0; p->opts.only && i < p->opts.nimages; i++)
		if (graph_find(p->opts.project->graph, p->opts.images[i]) == image)
			return true;
	return !p->opts.only;
}

static int
decide_known(struct plan *p, struct plan_node *node, struct err *err)
{
	struct store_trace trace = { 0 };
	int r = store_trace_get(p->opts.store, node->made.inputs->key, &trace, err), has = 0;

	if (r > 0)
		has = builder_has(p->opts.builder, trace.image_id, err);
	if (r < 0 || has < 0)
		return r < 0 ? r : has;
	if (has) {
		(void)snprintf(node->image_id, sizeof(node->image_id), "%s", trace.image_id);
		node->state = PLAN_UP_TO_DATE;
		if (!p->forced[node->image->index])
			return plan_is_checked(p, node->image)
				       ? check_count_open(p->opts.store, node->image,
							  node->image_id, &node->open_checks, err)
				       : 0;
		node->state = PLAN_BUILD;
		plan_add_reason(p, node, &(struct reason){ .kind = REASON_FORCED, .subject = "" });
		return plan_last_build(p, node, err);
	}
	node->state = PLAN_BUILD;
	if (r) {
		plan_add_reason(p, node,
				&(struct reason){ .kind = REASON_IMAGE_GONE,
						  .subject =
							  arena_strdup(p->arena, trace.image_id) });
		return plan_last_build(p, node, err);
	}
	return plan_explain(p, node, err);
}

static bool
waits(struct plan *p, struct plan_node *node)
{
	bool any = false;

	for (size_t i = 0; i < node->image->nparents; i++) {
		const struct graph_image *parent = node->image->parents[i];

		if (p->nodes[parent->index].state == PLAN_UP_TO_DATE)
			continue;
		any = true;
		plan_add_reason(p, node,
				&(struct reason){ .kind = REASON_PARENT_PENDING,
						  .subject = parent->name });
	}
	return any;
}

/* What a step that comes from the cache printed, when it was run, nobody sees. */
static const char *
no_cache_reason(struct plan *p, const struct plan_node *node)
{
	const struct graph_guard *guard = guard_of_log(node->image);

	if (guard)
		return arena_printf(p->arena, "its log is guarded at %s:%d",
				    p->opts.project->graph_path, guard->at.line);
	return builder_no_cache_reason(p->opts.builder, p->arena, node->made.recipe);
}

/* --frozen: the period of the last build goes on. */
static int
frozen_epoch(struct plan *p, struct plan_node *node, const char **ret, struct err *err)
{
	struct inputs *before = NULL;
	int r;

	*ret = NULL;
	if (!p->opts.frozen || !node->image->refresh_days)
		return 0;
	r = plan_last_build(p, node, err);
	if (!r && node->previous && node->last.has_inputs)
		r = store_inputs_get(p->opts.store, node->last.inputs, &before, err);
	if (r > 0)
		*ret = key_epoch_of(before, p->arena);
	inputs_free(before);
	return r < 0 ? r : 0;
}

/* A base that could not be asked for when the edges were made has come meanwhile, and a trigger of it
 * names an image of the graph. */
static int
not_linked(const struct plan_node *node, struct err *err)
{
	const struct inputs *in = node->made.inputs;

	for (size_t i = 0; i < in->images.n; i++) {
		if (*in->images.v[i].id || !in->images.v[i].name)
			continue;
		err_set(err, ERR_TEMPORARY,
			"image '%s': a trigger of its base takes from '%s' of the graph, which was "
			"not known when this began",
			node->image->name, in->images.v[i].name);
		err_hint(err, "run it again: the base is here now");
		return -ERR_TEMPORARY;
	}
	return 0;
}

int
plan_decide(struct plan *p, const struct graph_image *image, struct err_list *errs, struct err *err)
{
	struct plan_node *node = &p->nodes[image->index];
	struct knowledge k = { .plan = p, .node = node, .err = err };
	struct key_env env = { .project = p->opts.project,
			       .store = p->opts.store,
			       .trust = p->opts.trust,
			       .pool = p->opts.pool,
			       .now_ms = p->opts.now_ms,
			       .identity = identity,
			       .config = config,
			       .remote = remote,
			       .ctx = &k };
	bool pending;
	int r, guarded;

	key_result_fini(&node->made);
	node->reasons = (struct reasons){ 0 };
	node->open_checks = 0;
	r = frozen_epoch(p, node, &env.epoch, err);
	if (r)
		return r;
	pending = waits(p, node);
	if (pending && !p->opts.hash_waiting)
		env.pool = NULL; /* decided again later: now only for its mistakes */
	r = guard_inputs(p->opts.project, image, errs, err);
	if (r && !errs->n)
		return r;
	guarded = r;
	r = key_make(&env, image, &node->made, errs, err);
	if (r || k.r || guarded)
		return r ? r : k.r ? k.r : guarded;
	r = builder_check(p->opts.builder, image, node->made.recipe, errs, err);
	if (r)
		return r;
	node->no_cache = no_cache_reason(p, node);
	node->nnotes = builder_notes(p->opts.builder, p->arena, node->made.recipe, &node->notes);
	if (pending) {
		node->state = PLAN_WAITS;
		return plan_last_build(p, node, err);
	}
	if (!node->made.complete) {
		node->state = PLAN_BUILD;
		r = note_pulls(p, node, err);
		if (!r && !node->npulls)
			r = not_linked(node, err);
		return r ? r : plan_last_build(p, node, err);
	}
	r = decide_known(p, node, err);
	if (!r && node->state == PLAN_BUILD)
		r = note_pulls(p, node, err);
	return r;
}

int
plan_check_machine(const struct plan *p, struct err *err)
{
	const struct graph *g = p->opts.project->graph;
	int r = 0;

	for (size_t i = 0; !r && i < g->nimages; i++) {
		const struct plan_node *node = &p->nodes[g->order[i]->index];

		if (node->state != PLAN_BUILD && node->state != PLAN_WAITS)
			continue;
		r = builder_check_machine(p->opts.builder, node->made.recipe, err);
		if (r)
			return err_prefix(err, "image '%s'", node->image->name);
	}
	return r;
}

void
plan_set_built(struct plan *p, const struct graph_image *image, const char *image_id)
{
	struct plan_node *node = &p->nodes[image->index];

	(void)snprintf(node->image_id, sizeof(node->image_id), "%s", image_id);
	node->state = PLAN_UP_TO_DATE;
}

int
plan_load_durations(struct plan *p, struct err *err)
{
	AUTO_MAP struct map *known = map_new();
	int r = store_durations(p->opts.store, p->opts.project->scope, known, err);

	for (size_t i = 0; !r && i < p->n; i++) {
		const void *ms = map_get(known, str_c(p->nodes[i].image->name));

		if (ms)
			p->nodes[i].expected_ms = (int64_t)(intptr_t)ms;
	}
	return r;
}

static int
select_images(struct plan *p, struct err_list *errs)
{
	const struct graph *g = p->opts.project->graph;
	const struct plan_opts *o = &p->opts;
	int r = graph_select(g, o->images, o->nimages, p->selected, errs);

	for (size_t i = 0; !r && o->force && i < p->n; i++)
		p->forced[i] = o->nimages == 0;
	for (size_t i = 0; !r && o->force && i < o->nimages; i++)
		p->forced[graph_find(g, o->images[i])->index] = true;
	return r;
}

/* --only: what the images asked for stand on must be there already. */
static int
check_only(struct plan *p, struct err *err)
{
	const struct graph *g = p->opts.project->graph;

	for (size_t i = 0; p->opts.only && i < p->opts.nimages; i++) {
		const struct graph_image *image = graph_find(g, p->opts.images[i]);

		for (size_t k = 0; k < image->nparents; k++) {
			const struct plan_node *node = &p->nodes[image->parents[k]->index];

			if (node->state == PLAN_UP_TO_DATE)
				continue;
			err_set(err, ERR_REFUSED,
				"--only %s: its parent '%s' is not up to date (%s)", image->name,
				node->image->name, plan_state_name(node->state));
			err_hint(err, "build it first: lockstep build --only %s",
				 node->image->name);
			return -ERR_REFUSED;
		}
	}
	return 0;
}

static void
count(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		p->nbuild += p->nodes[i].state == PLAN_BUILD;
		p->nwait += p->nodes[i].state == PLAN_WAITS;
		p->ncheck += p->nodes[i].state == PLAN_UP_TO_DATE && p->nodes[i].open_checks;
		p->npush += plan_must_push(p, &p->nodes[i]);
	}
}

static int
decide(struct plan *p, const struct graph_image *image, struct err_list *errs, struct err *err)
{
	struct plan_node *node = &p->nodes[image->index];
	int r;

	node->image = image;
	node->state = PLAN_IGNORED;
	if (!p->selected[image->index])
		return 0;
	if (p->opts.project->sources[image->index].absent) {
		node->state = PLAN_ABSENT;
		return 0;
	}
	r = check_folder_read(p->opts.project, image, p->opts.pool, errs, err);
	if (!r)
		r = plan_decide(p, image, errs, err);
	/* All mistakes of all images in one go. */
	return r == -ERR_INPUT && errs->n ? 0 : r;
}

/* The keys of a level's images follow from those of the levels before, so the registry can be asked
 * for all of a level at once. */
static int
decide_levels(struct plan *p, struct err_list *errs, struct err *err)
{
	const struct graph *g = p->opts.project->graph;
	int last = 0, r = 0;

	for (size_t i = 0; i < g->nimages; i++)
		if (g->images[i].level > last)
			last = g->images[i].level;
	for (int level = 0; !r && level <= last; level++) {
		for (size_t i = 0; !r && i < g->nimages; i++)
			if (g->order[i]->level == level)
				r = decide(p, g->order[i], errs, err);
		if (!r && !errs->n)
			r = plan_ask_level(p, level, err);
	}
	return r || errs->n ? r : plan_recall(p, err);
}

static int
make(struct plan *p, struct err_list *errs, struct err *err)
{
	const struct graph *g = p->opts.project->graph;
	int r = select_images(p, errs);

	if (!r && p->opts.shared)
		r = decide_levels(p, errs, err);
	for (size_t i = 0; !r && !p->opts.shared && i < g->nimages; i++)
		r = decide(p, g->order[i], errs, err);
	if (!r && errs->n)
		return -ERR_INPUT;
	if (!r)
		r = check_only(p, err);
	count(p);
	if (!r)
		r = plan_count_pods(p, err);
	return r;
}

int
plan_make(const struct plan_opts *opts, struct plan **ret, struct err_list *errs, struct err *err)
{
	struct plan *p = xcalloc(1, sizeof(*p));
	int r;

	p->arena = arena_new();
	p->opts = *opts;
	p->n = opts->project->graph->nimages;
	p->nodes = xcalloc(p->n, sizeof(*p->nodes));
	p->selected = arena_calloc(p->arena, p->n, sizeof(bool));
	p->forced = arena_calloc(p->arena, p->n, sizeof(bool));
	r = make(p, errs, err);
	if (r) {
		plan_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void
plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		key_result_fini(&p->nodes[i].made);
		store_step_fini(&p->nodes[i].last);
	}
	free(p->nodes);
	err_clear(&p->unknown);
	arena_free(p->arena);
	free(p);
}
