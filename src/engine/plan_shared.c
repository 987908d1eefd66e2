/* SPDX-License-Identifier: Apache-2.0 */
/* plan_shared.c: what the registry knows of keys, and what follows for a plan. */
#include "base/clock.h"
#include "engine/plan_priv.h"
#include "engine/pod.h"
#include "engine/recall.h"
#include "engine/shared.h"
#include "store/store_check.h"

#include <stdio.h>

/* A question about one node's key; in the plan's arena. */
struct ask {
	struct plan *p;
	struct plan_node *node;
	char tag[SHARED_TAG_SIZE];
	void (*done)(void *ctx);
	void *ctx;
};

bool
plan_must_ask(const struct plan *p, const struct graph_image *image)
{
	const struct plan_node *node = &p->nodes[image->index];

	if (!p->opts.shared || node->asked || !node->made.complete)
		return false;
	if (node->state == PLAN_BUILD)
		return !p->forced[image->index];
	return node->state == PLAN_UP_TO_DATE && p->opts.publish;
}

bool
plan_must_push(const struct plan *p, const struct plan_node *node)
{
	return p->opts.publish && node->state == PLAN_UP_TO_DATE && !*node->digest;
}

/* Checks that passed on the image elsewhere need not be made again. */
static int
take_checks(struct plan *p, struct plan_node *node, struct str passed, struct err *err)
{
	struct store_check row = { .passed = true, .checked_ms = clock_wall_ms() };
	struct sha256 check;
	struct str line;
	int r = 0;

	while (!r && str_next_line(&passed, &line))
		if (sha256_parse_digest(line, &check))
			r = store_check_put(p->opts.store, node->image_id, check, &row, err);
	if (r || !plan_is_checked(p, node->image))
		return r;
	return check_count_open(p->opts.store, node->image, node->image_id, &node->open_checks,
				err);
}

static int
take_config(struct plan *p, struct plan_node *node, struct str blob, struct err *err)
{
	if (!blob.n)
		return 0;
	node->config_text = (struct str){ arena_dup(p->arena, blob.p, blob.n), blob.n };
	node->config = oci_config_parse(p->arena, blob, node->image->name, err);
	return node->config ? 0 : -ERR_INPUT;
}

void
plan_set_manifest(struct plan *p, struct plan_node *node, const struct shared_image *image)
{
	(void)snprintf(node->digest, sizeof(node->digest), "%s", image->digest);
	node->manifest.p = arena_dup(p->arena, image->manifest.data, image->manifest.len);
	node->manifest.n = image->manifest.len;
	node->manifest_type = arena_strdup(p->arena, image->media_type);
}

/* What the key stands for: whatever is here under the same key gives way. */
static int
take_image(struct plan *p, struct plan_node *node, struct shared_image *found, struct err *err)
{
	int r;

	plan_set_manifest(p, node, found);
	node->released = found->released;
	if (node->state == PLAN_UP_TO_DATE && !strcmp(node->image_id, found->image_id))
		return 0;
	(void)snprintf(node->image_id, sizeof(node->image_id), "%s", found->image_id);
	node->state = PLAN_UP_TO_DATE;
	node->expected_ms = found->took_ms;
	node->reasons = (struct reasons){ 0 };
	node->npulls = 0;
	r = take_config(p, node, buf_str(&found->config), err);
	return r ? r : take_checks(p, node, buf_str(&found->passed), err);
}

static void
decided(struct ask *ask, struct shared_image *found)
{
	ask->node->asked = true;
	if (found->state == REGISTRY_UNKNOWN) {
		ask->p->nunknown++;
		ask->node->unknown = true;
		if (!ask->p->unknown.class)
			err_move(&ask->p->unknown, &found->err);
	}
	if (ask->done)
		ask->done(ask->ctx);
}

static void
on_passed(void *ctx, struct shared_image *found)
{
	struct ask *ask = ctx;

	if (found->state == REGISTRY_PRESENT &&
	    take_checks(ask->p, ask->node, buf_str(&found->passed), &found->err))
		found->state = REGISTRY_UNKNOWN;
	decided(ask, found);
}

static void
on_found(void *ctx, struct shared_image *found)
{
	struct ask *ask = ctx;
	struct plan_node *node = ask->node;

	if (found->state == REGISTRY_PRESENT && take_image(ask->p, node, found, &found->err))
		found->state = REGISTRY_UNKNOWN;
	/* The last release does not know of a check that is younger. */
	if (found->state == REGISTRY_PRESENT && found->released && node->open_checks)
		shared_passed(ask->p->opts.shared, node->image, node->digest, on_passed, ask);
	else
		decided(ask, found);
}

void
plan_ask(struct plan *p, const struct graph_image *image, void (*done)(void *ctx), void *ctx)
{
	struct plan_node *node = &p->nodes[image->index];
	struct ask *ask = ARENA_NEW(p->arena, struct ask);
	struct shared_question question = { .image = image,
					    .tag = ask->tag,
					    .key = &node->made.inputs->key,
					    .config = image->nchildren > 0,
					    .passed = image->nchecks > 0 ||
						      plan_is_in_pod(p, image) };

	*ask = (struct ask){ .p = p, .node = node, .done = done, .ctx = ctx };
	shared_key_tag(node->made.inputs->key, ask->tag);
	shared_find(p->opts.shared, &question, on_found, ask);
}

int
plan_unknown(const struct plan *p, struct err *err)
{
	AUTO_FREE char *first = err_text(&p->unknown);
	enum err_class class = p->unknown.class == ERR_REMOTE ? ERR_REMOTE : ERR_TEMPORARY;

	err_set(err, class, "what the registry has of %zu image%s is unknown: %s", p->nunknown,
		p->nunknown == 1 ? "" : "s", first);
	err_hint(err, "nothing was built or published");
	return -(int)class;
}

static int
wait_for_answers(struct plan *p, struct err *err)
{
	int r = shared_wait(p->opts.shared, err);

	return !r && p->nunknown && p->opts.publish ? plan_unknown(p, err) : r;
}

static bool
is_asked_for(const struct plan *p, const struct graph_image *image, int level)
{
	return image->level == level && p->selected[image->index] && plan_must_ask(p, image);
}

int
plan_ask_level(struct plan *p, int level, struct err *err)
{
	const struct graph *g = p->opts.project->graph;
	bool any = false;
	int r;

	for (size_t i = 0; i < g->nimages; i++)
		any = any || is_asked_for(p, g->order[i], level);
	if (!any)
		return 0;
	r = shared_read_generation(p->opts.shared, err);
	for (size_t i = 0; !r && i < g->nimages; i++)
		if (is_asked_for(p, g->order[i], level))
			plan_ask(p, g->order[i], NULL, NULL);
	return r ? r : wait_for_answers(p, err);
}

int
plan_ask_passed(struct plan *p, const struct pod *pod, struct err *err)
{
	for (size_t i = 0; i < pod->ncontainers; i++) {
		struct plan_node *node = &p->nodes[pod->containers[i].image->index];
		struct ask *ask;

		if (!node->released)
			continue;
		ask = ARENA_NEW(p->arena, struct ask);
		*ask = (struct ask){ .p = p, .node = node };
		shared_passed(p->opts.shared, node->image, node->digest, on_passed, ask);
	}
	return wait_for_answers(p, err);
}

/* What was found may explain what nothing was known about. */
static int
explain_again(struct plan *p, struct plan_node *node, struct err *err)
{
	if (node->previous || p->forced[node->image->index])
		return 0;
	if (node->state != PLAN_BUILD || !node->made.complete)
		return plan_last_build(p, node, err);
	node->reasons = (struct reasons){ 0 };
	return plan_explain(p, node, err);
}

int
plan_recall(struct plan *p, struct err *err)
{
	struct recall_opts opts = { .shared = p->opts.shared,
				    .store = p->opts.store,
				    .graph = p->opts.project->graph,
				    .tag = p->opts.project->graph->tags[0] };
	const struct graph_image **images = arena_calloc(p->arena, p->n + 1, sizeof(*images));
	char(*digests)[DIGEST_SIZE] = arena_calloc(p->arena, p->n + 1, sizeof(*digests));
	struct recalled found;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *node = &p->nodes[i];

		if ((node->state == PLAN_BUILD || node->state == PLAN_WAITS) &&
		    (p->opts.publish || !node->previous))
			images[n++] = node->image;
	}
	r = recall_images(&opts, images, n, digests, &found, err);
	err_clear(&found.err); /* only reasons are poorer without an answer */
	for (size_t i = 0; !r && i < n; i++) {
		struct plan_node *node = &p->nodes[images[i]->index];

		memcpy(node->before, digests[i], sizeof(node->before));
		r = explain_again(p, node, err);
	}
	return r;
}
