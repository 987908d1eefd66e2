/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c: when there is something to tell, and the event that tells it. */
#include "engine/outbox.h"

#include "base/clock.h"
#include "io/owner.h"

struct target *
outbox_targets(struct arena *arena, const struct graph *g, size_t *ret_n)
{
	size_t n = json_array_size(g->dispatch);
	struct target *targets = arena_calloc(arena, n, sizeof(*targets));

	for (size_t i = 0; i < n; i++)
		target_read(arena, json_array_get(g->dispatch, i), &targets[i]);
	*ret_n = n;
	return targets;
}

static bool
is_leaf(const struct outbox_news *news, const char *image)
{
	for (size_t i = 0; i < news->n; i++)
		if (!strcmp(news->images[i].image, image))
			return !news->leaf || news->leaf[i];
	return false;
}

int
outbox_last_event(struct store *s, const char *group, struct arena *arena, struct outbox_last *ret,
		  struct err *err)
{
	struct store_event last = { 0 };
	int r = store_outbox_last(s, group, &last, err);

	*ret = (struct outbox_last){ .seq = last.seq };
	if (r > 0)
		r = store_outbox_images(s, last.seq, arena, &ret->images, &ret->n, err);
	store_event_fini(&last);
	return r < 0 ? r : 0;
}

/* The images that changed since the group's latest event; true if a leaf is among them. */
static bool
compare(const struct outbox_last *last, const struct outbox_news *news, struct arena *arena,
	struct event *e)
{
	e->changed = arena_calloc(arena, news->n, sizeof(*e->changed));
	e->nchanged = event_changes(last->images, last->n, news->images, news->n, e->changed);
	for (size_t i = 0; i < e->nchanged; i++)
		if (is_leaf(news, e->changed[i].image))
			return true;
	return false;
}

static int
next_seq(struct store *s, const struct outbox_last *last, int64_t now_ms, int64_t *ret,
	 struct err *err)
{
	int64_t max, seconds = now_ms / 1000;
	int r = store_outbox_max_seq(s, &max, err);

	if (r)
		return r;
	if (max < last->seq)
		max = last->seq;
	*ret = max < seconds ? seconds : max + 1;
	return 0;
}

static int
fill(const struct outbox_news *news, struct arena *arena, struct event *e, struct err *err)
{
	unsigned char chance[EVENT_ID_RANDOM];
	char id[EVENT_ID_SIZE], time[CLOCK_TEXT_SIZE];

	owner_chance(chance, sizeof(chance));
	event_id(news->now_ms, chance, id);
	clock_rfc3339(news->now_ms, time);
	e->id = arena_strdup(arena, id);
	e->time = arena_strdup(arena, time);
	e->group = news->group;
	e->repo = news->repo;
	e->commit = news->commit;
	e->run_url = news->run_url;
	e->degraded = news->degraded;
	e->ndegraded = news->ndegraded;
	e->images = (struct event_image *)news->images;
	e->nimages = news->n;
	e->compat = arena_calloc(arena, news->npayload, sizeof(*e->compat));
	for (size_t i = 0; i < news->npayload; i++) {
		AUTO_FREE char *value = NULL;
		int r = event_expand(e, news->payload[i].value, &value, err);

		if (r)
			return r;
		e->compat[e->ncompat++] =
			(struct event_field){ news->payload[i].name, arena_strdup(arena, value) };
	}
	return 0;
}

/* The hash of what the leaves are. */
static struct sha256
leaves_key(const struct outbox_news *news, struct arena *arena)
{
	struct event_image *leaves = arena_calloc(arena, news->n, sizeof(*leaves));
	size_t n = 0;

	for (size_t i = 0; i < news->n; i++)
		if (!news->leaf || news->leaf[i])
			leaves[n++] = news->images[i];
	return event_content_key(news->group, leaves, n);
}

static int
write_event(struct store *s, const struct outbox_news *news, const struct event *e,
	    struct store_event *row, struct err *err)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct event *AUTO_EVENT read = NULL;
	int r = event_text(e, &row->body, err);

	/* What others would refuse is not told: an environment may hold anything. */
	if (!r)
		read = event_parse(str_c(row->body), "the event", &errs);
	if (!r && !read)
		r = err_move(err, &errs.items[0]);
	row->seq = e->seq;
	row->id = xstrdup(e->id);
	row->group = xstrdup(e->group);
	row->created_ms = news->now_ms;
	if (!r)
		r = store_outbox_put(s, row, news->images, news->n, err);
	for (size_t i = 0; !r && i < news->ntargets; i++)
		r = store_outbox_address(s, row, news->targets[i].name, news->now_ms, err);
	return r;
}

int
outbox_emit(struct store *s, const struct outbox_news *news, struct store_event *ret,
	    struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct store_event row = { 0 };
	struct outbox_last last = { 0 };
	struct event e = { 0 };
	int r = 0;

	if (news->last)
		last = *news->last;
	else
		r = outbox_last_event(s, news->group, arena, &last, err);
	if (r || !compare(&last, news, arena, &e))
		return r;
	r = next_seq(s, &last, news->now_ms, &e.seq, err);
	if (!r)
		r = fill(news, arena, &e, err);
	row.content_key = leaves_key(news, arena);
	if (!r)
		r = write_event(s, news, &e, &row, err);
	if (r) {
		store_event_fini(&row);
		return r;
	}
	*ret = row;
	return 1;
}

/* 1 known, 0 not. */
static int
is_known(struct store *s, const struct event *event, struct err *err)
{
	struct store_event AUTO_STORE_EVENT same = { 0 };
	struct store_event AUTO_STORE_EVENT other = { 0 };
	int r = store_outbox_get(s, event->group, event->id, &same, err);

	if (r)
		return r;
	r = store_outbox_by_seq(s, event->seq, &other, err);
	if (r <= 0)
		return r;
	err_set(err, ERR_REFUSED, "the number of event %s is that of event %s of group '%s' here",
		event->id, other.id, other.group);
	err_hint(err, "another LOCKSTEP_STATE has room for it");
	return -ERR_REFUSED;
}

int
outbox_take(struct store *s, const struct outbox_news *news, const struct event *event,
	    struct str body, const bool *told, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct store_event row = { .seq = event->seq,
				   .id = (char *)event->id,
				   .group = (char *)event->group,
				   .created_ms = news->now_ms,
				   .body = (char *)arena_str(arena, body),
				   .content_key = leaves_key(news, arena) };
	int r = is_known(s, event, err);

	if (r)
		return r < 0 ? r : 0;
	r = store_outbox_put(s, &row, news->images, news->n, err);
	for (size_t i = 0; !r && i < news->ntargets; i++)
		if (!told[i])
			r = store_outbox_address(s, &row, news->targets[i].name, news->now_ms, err);
	return r ? r : 1;
}
