/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c: follows recorded reasons from a rebuild to its roots. */
#include "engine/explain.h"

#include "store/store_inputs.h"

#include <inttypes.h>

#define MAX_DEPTH 64 /* of parents; graphs are a handful deep */

struct explainer {
	struct store *store;
	const char *scope;
	struct explanation *ret;
};

static bool
starts_with(const char *text, const char *at)
{
	return text && !strncmp(text, at, strlen(at));
}

static bool
step_is_at(const struct store_step *step, const struct store_run *run, const char *at)
{
	char key[DIGEST_SIZE];
	unsigned long long id;

	if (str_to_u64(str_c(at), &id) && step->run_id == (int64_t)id)
		return true;
	if (starts_with(run->git_commit, at) || starts_with(step->image_id, at) ||
	    (step->image_id && starts_with(step->image_id + 7, at)))
		return true;
	if (!step->has_key)
		return false;
	sha256_digest(step->key, key);
	return starts_with(key, at) || starts_with(key + 7, at);
}

/* The newest build of an image up to max_run that is `at` (NULL: any). 1 found, 0 not. */
static int
find_build(struct explainer *x, const char *image, int64_t max_run, const char *at,
	   struct store_step *ret, struct err *err)
{
	struct store_step_query query = { x->scope, image, max_run, true };

	for (;;) {
		struct store_run run = { 0 };
		bool hit;
		int r = store_step_last(x->store, &query, ret, err);

		if (r <= 0 || !at)
			return r;
		r = store_run_get(x->store, ret->run_id, &run, err);
		hit = r > 0 && step_is_at(ret, &run, at);
		store_run_fini(&run);
		if (r < 0 || hit)
			return r;
		query.max_run = ret->run_id - 1;
		store_step_fini(ret);
	}
}

/* The build of a parent that made the image which its child saw. */
static int
find_maker(struct explainer *x, const char *image, int64_t max_run, const char *image_id,
	   struct store_step *ret, struct err *err)
{
	return find_build(x, image, max_run, image_id, ret, err);
}

static int
load_inputs(struct explainer *x, const struct store_step *step, struct inputs **ret,
	    struct err *err)
{
	*ret = NULL;
	return step->has_inputs ? store_inputs_get(x->store, step->inputs, ret, err) : 0;
}

static int
compare(struct explainer *x, struct explain *e, struct err *err)
{
	struct inputs *before = NULL, *after = NULL;
	int r;

	if (!e->has_before)
		return 0;
	r = load_inputs(x, &e->before, &before, err);
	if (r > 0)
		r = load_inputs(x, &e->step, &after, err);
	if (r > 0) {
		e->has_same = true;
		inputs_same(before, after, &e->same);
		e->same.platform_text = e->same.platform_text
						? arena_strdup(x->ret->arena, e->same.platform_text)
						: NULL;
	}
	inputs_free(before);
	inputs_free(after);
	return r < 0 ? r : 0;
}

static struct explain *
new_node(struct explainer *x, const char *image, struct store_step *take_step)
{
	struct explain *e = ARENA_NEW(x->ret->arena, struct explain);

	e->image = arena_strdup(x->ret->arena, image);
	e->step = *take_step;
	*take_step = (struct store_step){ 0 };
	e->next = x->ret->all;
	x->ret->all = e;
	return e;
}

static void
set_causes(struct explainer *x, struct explain *e, const struct reasons *rs)
{
	e->causes = arena_calloc(x->ret->arena, rs->n + 1, sizeof(*e->causes));
	e->ncauses = rs->n;
	for (size_t i = 0; i < rs->n; i++)
		e->causes[i].reason = rs->v[i];
}

static int
read_causes(struct explainer *x, struct explain *e, struct err *err)
{
	AUTO_JSON json_t *list = NULL;
	struct reasons rs;
	int r = json_parse(str_c(e->step.reasons), "recorded reasons", &list, err);

	if (r)
		return r;
	rs = reasons_from_json(x->ret->arena, list);
	set_causes(x, e, &rs);
	return 0;
}

static int build_node(struct explainer *x, const char *image, struct store_step *take_step,
		      int depth, struct explain **ret, struct err *err);

static int
follow_parents(struct explainer *x, struct explain *e, int depth, struct err *err)
{
	for (size_t i = 0; i < e->ncauses; i++) {
		struct explain_cause *c = &e->causes[i];
		struct store_step step = { 0 };
		int r;

		if (c->reason.kind != REASON_PARENT || !c->reason.after || depth >= MAX_DEPTH)
			continue;
		r = find_maker(x, c->reason.subject, e->step.run_id, c->reason.after, &step, err);
		if (r > 0)
			r = build_node(x, c->reason.subject, &step, depth + 1, &c->parent, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
build_node(struct explainer *x, const char *image, struct store_step *take_step, int depth,
	   struct explain **ret, struct err *err)
{
	struct explain *e = new_node(x, image, take_step);
	int r = store_run_get(x->store, e->step.run_id, &e->run, err);

	if (r >= 0)
		r = find_build(x, image, e->step.run_id - 1, NULL, &e->before, err);
	if (r < 0)
		return r;
	e->has_before = r > 0;
	e->same_content = e->step.made_id != NULL;
	e->same_image = !e->same_content && e->has_before && e->before.image_id &&
			e->step.image_id && !strcmp(e->before.image_id, e->step.image_id);
	r = compare(x, e, err);
	if (!r)
		r = read_causes(x, e, err);
	if (!r)
		r = follow_parents(x, e, depth, err);
	*ret = e;
	return r;
}

/* An attempt after the build that is explained, which did not succeed. */
static int
find_later(struct explainer *x, const char *image, struct err *err)
{
	struct explanation *ret = x->ret;
	struct store_step_query query = { x->scope, image, INT64_MAX, false };
	int r = store_step_last(x->store, &query, &ret->later, err);

	if (r <= 0)
		return r;
	ret->has_later = ret->later.outcome != STEP_BUILT &&
			 (!ret->root || ret->later.run_id > ret->root->step.run_id);
	return 0;
}

static int
not_found(const char *image, const char *at, struct err *err)
{
	err_set(err, ERR_INPUT, "no build of '%s' is recorded under '%s'", image, at);
	err_hint(err, "lockstep history --image %s lists its builds", image);
	return -ERR_INPUT;
}

static int
run_explainer(struct explainer *x, const char *image, const char *at, struct err *err)
{
	struct store_step step = { 0 };
	int r = find_build(x, image, INT64_MAX, at, &step, err);

	if (r > 0)
		r = build_node(x, image, &step, 0, &x->ret->root, err);
	else if (!r && at)
		r = not_found(image, at, err);
	if (!r && !at)
		r = find_later(x, image, err);
	return r;
}

int
explain_image(struct store *store, const char *scope, const char *image, const char *at,
	      struct explanation *ret, struct err *err)
{
	struct explainer x = { store, scope, ret };
	int r;

	*ret = (struct explanation){ .arena = arena_new() };
	r = run_explainer(&x, image, at, err);
	if (r)
		explanation_fini(ret);
	return r;
}

static int
between(struct explainer *x, const char *image, const char *const at[2], struct err *err)
{
	struct inputs *in[2] = { NULL, NULL };
	struct store_step step[2] = { { 0 }, { 0 } };
	struct explain *e = NULL;
	struct reasons rs;
	int r = 1;

	for (int i = 0; i < 2 && r > 0; i++) {
		r = find_build(x, image, INT64_MAX, at[i], &step[i], err);
		if (!r)
			r = not_found(image, at[i], err);
		if (r > 0)
			r = load_inputs(x, &step[i], &in[i], err);
		if (!r)
			r = err_set(err, ERR_INPUT, "the inputs of run %" PRId64 " are gone",
				    step[i].run_id);
	}
	if (r > 0) {
		rs = inputs_diff(x->ret->arena, in[0], in[1]);
		e = new_node(x, image, &step[1]);
		e->before = step[0];
		step[0] = (struct store_step){ 0 };
		e->has_before = true;
		set_causes(x, e, &rs);
		r = store_run_get(x->store, e->step.run_id, &e->run, err);
	}
	if (r > 0)
		r = compare(x, e, err);
	if (!r)
		r = follow_parents(x, e, 0, err);
	x->ret->root = e;
	store_step_fini(&step[0]);
	store_step_fini(&step[1]);
	inputs_free(in[0]);
	inputs_free(in[1]);
	return r;
}

int
explain_between(struct store *store, const char *scope, const char *image, const char *const at[2],
		struct explanation *ret, struct err *err)
{
	struct explainer x = { store, scope, ret };
	int r;

	*ret = (struct explanation){ .arena = arena_new() };
	r = between(&x, image, at, err);
	if (r)
		explanation_fini(ret);
	return r;
}

void
explanation_fini(struct explanation *ret)
{
	for (struct explain *e = ret->all; e; e = e->next) {
		store_step_fini(&e->step);
		store_step_fini(&e->before);
		store_run_fini(&e->run);
	}
	store_step_fini(&ret->later);
	arena_free(ret->arena);
	*ret = (struct explanation){ 0 };
}
