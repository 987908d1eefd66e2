/* SPDX-License-Identifier: Apache-2.0 */
/* announce.c: holds a release against the last event, and keeps the new one where all runners find it. */
#include "engine/announce.h"

#include "base/clock.h"
#include "engine/recall.h"
#include "engine/release.h"

#include <stdio.h>

#define MAX_TRIES 5 /* runners that announce at the same time */
/* An event stands when it is still there so long after it was put, and so many times what putting it
 * took: longer than another runner takes from looking to putting (Fischer's way to exclude). */
#define SETTLE_MS 1000
#define SETTLE_TIMES 3

struct announcer {
	const struct announce_opts *opts;
	const struct graph *graph;
	struct arena *arena;
	struct shared_event there; /* in the registry */
	struct outbox_last last;   /* the newer one of there and here */
	struct event_image *images;
	bool *leaf;
	const struct plan_node **nodes; /* of the images */
	size_t n, nchanged;
	bool ended; /* the end of the run is recorded */
};

/* --- what is told */

/* An image that is as it was keeps the tag that it was told under: no pin moves for it. */
static const char *
tag_for(const struct announcer *an, const struct plan_node *node, const char *image)
{
	const struct release *released = an->opts->release;

	for (size_t i = 0; i < an->last.n; i++)
		if (!strcmp(an->last.images[i].image, image) &&
		    !strcmp(an->last.images[i].digest, node->digest))
			return an->last.images[i].tag;
	for (size_t i = 0; i < released->n; i++)
		if (released->images[i].node == node && *released->images[i].tag)
			return released->images[i].tag;
	return NULL;
}

static void
gather(struct announcer *an)
{
	const struct plan *p = an->opts->plan;

	an->images = arena_calloc(an->arena, p->n + 1, sizeof(*an->images));
	an->leaf = arena_calloc(an->arena, p->n + 1, sizeof(*an->leaf));
	an->nodes = arena_calloc(an->arena, p->n + 1, sizeof(const struct plan_node *));
	an->n = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *node = &p->nodes[an->graph->order[i]->index];
		struct event_image *image = &an->images[an->n];

		if (!*node->digest)
			continue;
		image->image = shared_ref(an->opts->shared, an->arena, node->image, NULL, NULL);
		image->digest = node->digest;
		image->tag = tag_for(an, node, image->image);
		an->leaf[an->n] = !node->image->nchildren;
		an->nodes[an->n++] = node;
	}
}

static const char *
first_reason(struct announcer *an, const struct reasons *rs)
{
	AUTO_FREE char *text = rs->n ? reason_text(&rs->v[0], false) : NULL;

	if (!text)
		return NULL;
	return rs->n == 1 ? arena_strdup(an->arena, text)
			  : arena_printf(an->arena, "%s, and %zu more", text, rs->n - 1);
}

/* Of an image that this run found built: the reasons of whoever built it. */
static int
recorded_cause(struct announcer *an, const struct plan_node *node, const char **ret,
	       struct err *err)
{
	struct store_step_query query = { .scope = an->opts->plan->opts.project->scope,
					  .image = node->image->name,
					  .max_run = INT64_MAX,
					  .built = true };
	struct store_step step = { 0 };
	int r = store_step_last(an->opts->store, &query, &step, err);

	if (r > 0 && step.image_id && !strcmp(step.image_id, node->image_id)) {
		AUTO_JSON json_t *json = NULL;

		r = json_parse(str_c(step.reasons), "reasons", &json, err);
		if (!r) {
			struct reasons rs = reasons_from_json(an->arena, json);

			*ret = first_reason(an, &rs);
		}
	}
	store_step_fini(&step);
	return r < 0 ? r : 0;
}

/* Why changed images were rebuilt, from this run or from their records. Causes that are not to be
 * had are left out. */
static int
find_causes(struct announcer *an, struct err *err)
{
	struct event_image *changed = arena_calloc(an->arena, an->n + 1, sizeof(*changed));
	const struct graph_image **ask = arena_calloc(an->arena, an->n + 1, sizeof(*ask));
	struct recall_opts opts = { .shared = an->opts->shared,
				    .store = an->opts->store,
				    .graph = an->graph,
				    .tag = an->opts->commit };
	struct recalled found = { 0 };
	size_t nask = 0, n = event_changes(an->last.images, an->last.n, an->images, an->n, changed);
	int r = 0;

	an->nchanged = n;
	for (size_t i = 0, c = 0; i < an->n && c < n; i++) {
		if (strcmp(an->images[i].image, changed[c].image) != 0)
			continue;
		c++;
		/* Why a degraded one was to be rebuilt is not why it was built. */
		an->images[i].cause =
			an->nodes[i]->degraded ? NULL : first_reason(an, &an->nodes[i]->reasons);
		if (!an->images[i].cause)
			ask[nask++] = an->nodes[i]->image;
	}
	if (nask)
		r = recall_images(&opts, ask, nask, NULL, &found, err);
	err_clear(&found.err);
	for (size_t i = 0, k = 0; !r && i < an->n && k < nask; i++)
		if (an->nodes[i]->image == ask[k] && ++k)
			r = recorded_cause(an, an->nodes[i], &an->images[i].cause, err);
	return r;
}

/* --- writing it down */

static int
record(struct announcer *an, struct store_event *ret, struct err *err)
{
	const struct announce_opts *o = an->opts;
	const char **degraded = arena_calloc(an->arena, o->ndegraded + 1, sizeof(*degraded));
	struct outbox_news news = { .group = an->graph->group,
				    .payload = an->graph->payload,
				    .npayload = an->graph->npayload,
				    .images = an->images,
				    .leaf = an->leaf,
				    .n = an->n,
				    .degraded = degraded,
				    .ndegraded = o->ndegraded,
				    .repo = o->repo,
				    .commit = o->commit,
				    .run_url = o->run_url,
				    .targets = o->targets,
				    .ntargets = o->ntargets,
				    .last = &an->last,
				    .now_ms = clock_wall_ms() };
	int r = store_begin_durable(o->store, err), emitted = 0;

	for (size_t i = 0; i < o->ndegraded; i++)
		degraded[i] = arena_printf(an->arena, "%s/%s", an->graph->registry, o->degraded[i]);
	if (!r && o->run_id && !an->ended)
		r = store_run_end(o->store, o->run_id, o->state, news.now_ms, err);
	if (!r)
		emitted = outbox_emit(o->store, &news, ret, err);
	if (emitted < 0)
		r = emitted;
	if (!r)
		r = store_commit(o->store, err);
	if (r)
		store_rollback(o->store);
	an->ended = an->ended || !r;
	return r ? r : emitted;
}

/* The newer one of what is here and what is in the registry. */
static int
find_last(struct announcer *an, struct err *err)
{
	struct outbox_last here;
	int r = outbox_last_event(an->opts->store, an->graph->group, an->arena, &here, err);

	shared_event_fini(&an->there);
	if (!r)
		r = shared_event_last(an->opts->shared, &an->there, err);
	if (r)
		return r;
	an->last = here;
	if (an->there.event && an->there.event->seq > here.seq)
		an->last = (struct outbox_last){ .seq = an->there.event->seq,
						 .images = an->there.images,
						 .n = an->there.nimages };
	return 0;
}

/* Another runner has the number. */
static int
lost(struct announcer *an, const struct store_event *mine, struct err *err)
{
	int r = store_outbox_remove(an->opts->store, mine->seq, err);

	if (r)
		return r < 0 ? r : 0;
	err_set(err, ERR_TEMPORARY,
		"another runner announced its images as event %s at the same time, and event %s "
		"is on its way already",
		an->there.event->id, mine->id);
	err_hint(err, "run it again: what differs is told under a higher number");
	return -ERR_TEMPORARY;
}

static void
on_timer(void *ctx)
{
	*(bool *)ctx = true;
}

static int
wait_ms(struct announcer *an, int64_t ms, struct err *err)
{
	bool over = false;

	loop_add_timer(an->opts->loop, ms, on_timer, &over);
	return loop_run(an->opts->loop, &over, err);
}

/* Puts an event that was uploaded in its place, and waits until whoever looked before that, and saw
 * nothing, has put its own. */
static int
put(struct announcer *an, const char *digest, struct err *err)
{
	int64_t began = clock_mono_ns();
	int r = shared_event_put(an->opts->shared, digest, err);

	if (r)
		return r;
	return wait_ms(an, SETTLE_MS + SETTLE_TIMES * (clock_mono_ns() - began) / 1000000, err);
}

/* Puts the newest event that is here where every runner finds it. 1: it was there, and counts, even if
 * a later one is there now; 0: its number is another one's, and it is gone. */
static int
share(struct announcer *an, const struct store_event *mine, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct event_image *images = NULL;
	char digest[DIGEST_SIZE];
	size_t n = 0;
	int r = store_outbox_images(an->opts->store, mine->seq, arena, &images, &n, err);

	if (!r)
		r = shared_event_upload(an->opts->shared, mine->body, images, n, digest, err);
	for (int tries = 0; !r && tries < MAX_TRIES; tries++) {
		shared_event_fini(&an->there);
		r = shared_event_last(an->opts->shared, &an->there, err);
		if (r)
			return r;
		if (an->there.event && an->there.event->seq == mine->seq &&
		    strcmp(an->there.event->id, mine->id) != 0)
			return lost(an, mine, err);
		if (an->there.event && an->there.event->seq >= mine->seq)
			return 1;
		r = put(an, digest, err);
	}
	return r ? r
		 : err_set(err, ERR_TEMPORARY, "others keep writing the last event of group '%s'",
			   an->graph->group);
}

static int
share_newest(struct announcer *an, struct err *err)
{
	struct store_event AUTO_STORE_EVENT mine = { 0 };
	int r = store_outbox_last(an->opts->store, an->graph->group, &mine, err);

	if (r <= 0 || (an->there.event && an->there.event->seq >= mine.seq))
		return r < 0 ? r : 1;
	return share(an, &mine, err);
}

static int
take(struct store *s, struct shared *shared, const struct shared_event *there,
     const struct target *targets, size_t ntargets, struct err *err)
{
	struct outbox_news news = { .group = there->event->group,
				    .images = there->images,
				    .n = there->nimages,
				    .targets = targets,
				    .ntargets = ntargets,
				    .now_ms = clock_wall_ms() };
	struct store_event AUTO_STORE_EVENT last = { 0 };
	bool *AUTO_FREE_PTR told = xcalloc(ntargets + 1, sizeof(bool));
	int r = store_outbox_last(s, news.group, &last, err);

	if (r < 0 || (r && last.seq >= there->event->seq))
		return r < 0 ? r : 0;
	r = shared_event_told(shared, there, targets, ntargets, told, err);
	if (r)
		return r;
	r = store_begin_durable(s, err);
	if (!r)
		r = outbox_take(s, &news, there->event, buf_str(&there->body), told, err);
	if (r >= 0)
		r = store_commit(s, err);
	if (r)
		store_rollback(s);
	return r;
}

/* 1: what is to be told stands; 0: its number is another runner's. */
static int
announce_once(struct announcer *an, struct announced *ret, struct err *err)
{
	struct store_event AUTO_STORE_EVENT e = { 0 };
	int r = find_last(an, err);

	if (r)
		return r;
	gather(an);
	r = find_causes(an, err);
	if (!r)
		r = record(an, &e, err);
	if (r < 0)
		return r;
	*ret = (struct announced){ .emitted = r > 0 };
	if (r > 0) {
		(void)snprintf(ret->id, sizeof(ret->id), "%s", e.id);
		ret->seq = e.seq;
		ret->nchanged = an->nchanged;
	}
	return share_newest(an, err);
}

static int
announce(struct announcer *an, struct announced *ret, struct err *err)
{
	int r = 0;

	for (int tries = 0; !r && tries < MAX_TRIES; tries++)
		r = announce_once(an, ret, err);
	if (r < 0)
		return r;
	if (!r)
		return err_set(err, ERR_TEMPORARY, "others keep announcing images of group '%s'",
			       an->graph->group);
	if (ret->emitted || !an->there.event)
		return 0;
	return take(an->opts->store, an->opts->shared, &an->there, an->opts->targets,
		    an->opts->ntargets, err);
}

int
announce_release(const struct announce_opts *opts, struct announced *ret, struct err *err)
{
	struct announcer an = { .opts = opts,
				.graph = opts->plan->opts.project->graph,
				.arena = arena_new(),
				.there = { .body = BUF_INIT } };
	AUTO_ERR struct err ignored = ERR_INIT;
	int r;

	*ret = (struct announced){ 0 };
	r = announce(&an, ret, err);
	if (!r && !ret->emitted && an.there.event) {
		(void)snprintf(ret->id, sizeof(ret->id), "%s", an.there.event->id);
		ret->seq = an.there.event->seq;
	}
	if (r && opts->run_id && !an.ended && /* what failed first is told */
	    store_run_end(opts->store, opts->run_id, opts->state, clock_wall_ms(), &ignored))
		err_clear(&ignored);
	shared_event_fini(&an.there);
	arena_free(an.arena);
	return r;
}

int
announce_take(struct store *s, struct shared *shared, const struct target *targets, size_t ntargets,
	      struct err *err)
{
	struct shared_event AUTO_SHARED_EVENT there = { .body = BUF_INIT };
	int r = shared_event_last(shared, &there, err);

	if (r || !there.event)
		return r;
	r = take(s, shared, &there, targets, ntargets, err);
	return r ? r : 1;
}

int
announce_note_told(struct store *s, struct shared *shared, const char *group,
		   const struct target *targets, size_t ntargets, struct err *err)
{
	struct shared_event AUTO_SHARED_EVENT there = { .body = BUF_INIT };
	bool *AUTO_FREE_PTR told = xcalloc(ntargets + 1, sizeof(bool));
	store_deliveries all = { 0 };
	bool any = false;
	int r = shared_event_last(shared, &there, err);

	if (!r && there.event)
		r = store_outbox_list(s, group, 1, &all, err);
	for (size_t i = 0; i < all.n; i++)
		for (size_t k = 0; k < ntargets; k++)
			if (all.v[i].state == DELIVERY_DONE &&
			    !strcmp(all.v[i].id, there.event->id) &&
			    !strcmp(all.v[i].target, targets[k].name))
				any = told[k] = true;
	store_deliveries_fini(&all);
	return r || !any ? r : shared_event_note_told(shared, &there, targets, ntargets, told, err);
}
