/* SPDX-License-Identifier: Apache-2.0 */
/* recall.c: fetches records round by round, and writes them in the order of their times. */
#include "engine/recall.h"

#include "base/map.h"
#include "store/store_inputs.h"
#include "store/store_run.h"

#include <stdio.h>

#define MAX_ROUNDS 64 /* a chain of causes; graphs are a handful deep */

struct want {
	const struct graph_image *image;
	char digest[DIGEST_SIZE];
	bool root; /* asked for by the caller; else followed */
	struct recall *of;
};

typedef VEC(struct want *) wants;

struct recall {
	const struct recall_opts *opts;
	struct arena *arena;
	wants round, next;
	struct map *seen; /* "image@digest" */
	VEC(struct record *) records;
	char (*digests)[DIGEST_SIZE];
	const struct graph_image *const *images;
	struct recalled *ret;
};

static void
unknown(struct recall *rc, struct err *err)
{
	rc->ret->unknown++;
	if (!rc->ret->err.class)
		err_move(&rc->ret->err, err);
}

static void
add(struct recall *rc, const char *name, const char *digest, bool root)
{
	const struct graph_image *image = graph_find(rc->opts->graph, name);
	struct want *w;
	char *id;

	if (!image || !digest)
		return;
	id = arena_printf(rc->arena, "%s@%s", name, digest);
	if (map_get(rc->seen, str_c(id)))
		return;
	map_set(rc->seen, str_c(id), id);
	w = ARENA_NEW(rc->arena, struct want);
	*w = (struct want){ .image = image, .root = root, .of = rc };
	(void)snprintf(w->digest, sizeof(w->digest), "%s", digest);
	vec_push(&rc->next, w);
}

/* The build before, and the parents whose new images were among the reasons. */
static void
follow(struct recall *rc, const struct want *w, const struct record *record)
{
	if (!rc->opts->causes)
		return;
	add(rc, record->image, record->before, false);
	for (size_t i = 0; i < record->reasons.n; i++) {
		if (record->reasons.v[i].kind != REASON_PARENT)
			continue;
		for (size_t k = 0; k < record->nparents; k++)
			if (!strcmp(record->parents[k].name, record->reasons.v[i].subject))
				add(rc, record->parents[k].name, record->parents[k].digest,
				    w->root);
	}
}

static void
on_record(void *ctx, enum registry_state state, struct record *take_record, struct err *err)
{
	struct want *w = ctx;
	struct recall *rc = w->of;

	if (state == REGISTRY_UNKNOWN)
		unknown(rc, err);
	if (!take_record)
		return;
	rc->ret->images += w->root;
	follow(rc, w, take_record);
	vec_push(&rc->records, take_record);
}

/* --- the first round: what the tag names */

struct start {
	struct recall *rc;
	size_t i;
};

static void
on_tag(void *ctx, struct shared_image *found)
{
	struct start *st = ctx;
	struct recall *rc = st->rc;

	if (found->state == REGISTRY_UNKNOWN)
		unknown(rc, &found->err);
	if (found->state != REGISTRY_PRESENT)
		return;
	if (rc->digests)
		(void)snprintf(rc->digests[st->i], DIGEST_SIZE, "%s", found->digest);
	add(rc, rc->images[st->i]->name, found->digest, true);
}

static int
look_up_tags(struct recall *rc, size_t n, struct err *err)
{
	struct start *starts = arena_calloc(rc->arena, n + 1, sizeof(*starts));

	for (size_t i = 0; i < n; i++) {
		struct shared_question q = { .image = rc->images[i], .tag = rc->opts->tag };

		starts[i] = (struct start){ rc, i };
		if (rc->digests)
			rc->digests[i][0] = '\0';
		shared_find(rc->opts->shared, &q, on_tag, &starts[i]);
	}
	return shared_wait(rc->opts->shared, err);
}

/* --- writing */

static int
by_time(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a, *y = *(struct record *const *)b;
	int64_t d = x->run_ms != y->run_ms ? x->run_ms - y->run_ms : x->started_ms - y->started_ms;

	if (d)
		return d < 0 ? -1 : 1;
	return strcmp(x->image, y->image);
}

static int
put(struct recall *rc, const struct record *record, struct err *err)
{
	AUTO_JSON json_t *list = reasons_to_json(&record->reasons);
	AUTO_FREE char *reasons = json_canonical(list);
	struct store_run run = { .started_ms = record->run_ms,
				 .ended_ms = record->ended_ms,
				 .command =
					 (char *)(record->run_url ? record->run_url : "elsewhere"),
				 .scope = (char *)record->scope,
				 .graph = (char *)(record->graph ? record->graph : ""),
				 .git_commit = (char *)record->commit };
	struct store_step step = { .image = (char *)record->image,
				   .outcome = STEP_BUILT,
				   .has_key = true,
				   .key = record->inputs->key,
				   .image_id = (char *)record->image_id,
				   .has_inputs = true,
				   .reasons = reasons,
				   .started_ms = record->started_ms,
				   .ended_ms = record->ended_ms };
	int r = store_run_import(rc->opts->store, &run, record->run, &step.run_id, err);

	if (!r)
		r = store_inputs_put(rc->opts->store, record->inputs, &step.inputs, err);
	return r ? r : store_step_import(rc->opts->store, &step, err);
}

static int
write_all(struct recall *rc, struct err *err)
{
	int r;

	if (!rc->records.n)
		return 0;
	qsort(rc->records.v, rc->records.n, sizeof(*rc->records.v), by_time);
	r = store_begin(rc->opts->store, err);
	if (r)
		return r;
	for (size_t i = 0; !r && i < rc->records.n; i++)
		r = put(rc, rc->records.v[i], err);
	if (!r)
		r = store_commit(rc->opts->store, err);
	if (r)
		store_rollback(rc->opts->store);
	return r;
}

static int
fetch_all(struct recall *rc, size_t n, struct err *err)
{
	int r = look_up_tags(rc, n, err);

	for (int round = 0; !r && rc->next.n && round < MAX_ROUNDS; round++) {
		vec_fini(&rc->round);
		rc->round = rc->next;
		rc->next = (wants){ 0 };
		for (size_t i = 0; i < rc->round.n; i++)
			shared_record(rc->opts->shared, rc->round.v[i]->image,
				      rc->round.v[i]->digest, NULL, on_record, rc->round.v[i]);
		r = shared_wait(rc->opts->shared, err);
	}
	return r;
}

int
recall_images(const struct recall_opts *opts, const struct graph_image *const *images, size_t n,
	      char (*ret_digests)[DIGEST_SIZE], struct recalled *ret, struct err *err)
{
	struct recall rc = { .opts = opts,
			     .arena = arena_new(),
			     .seen = map_new(),
			     .digests = ret_digests,
			     .images = images,
			     .ret = ret };
	int r;

	*ret = (struct recalled){ 0 };
	r = fetch_all(&rc, n, err);
	if (!r)
		r = write_all(&rc, err);
	for (size_t i = 0; i < rc.records.n; i++)
		record_free(rc.records.v[i]);
	vec_fini(&rc.records);
	vec_fini(&rc.round);
	vec_fini(&rc.next);
	map_free(rc.seen);
	arena_free(rc.arena);
	return r;
}
