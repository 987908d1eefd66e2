/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox.c: rows of event, event_image, delivery and attempt. */
#include "store/store_outbox.h"

#include "store/store_priv.h"

ENUM_DEFINE(delivery_state, DELIVERY_STATE_LIST);

static char *
dup_or_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void
read_event(struct sql *db, size_t id, struct store_event *e)
{
	struct str key;

	*e = (struct store_event){
		.seq = sql_int(db, id, 0),
		.id = xstrdup(sql_text(db, id, 1)),
		.group = xstrdup(sql_text(db, id, 2)),
		.created_ms = sql_int(db, id, 3),
		.body = str_dup(sql_blob(db, id, 4)),
	};
	key = sql_blob(db, id, 5);
	BUG_ON(key.n != SHA256_LEN); /* the table has a check */
	memcpy(e->content_key.b, key.p, SHA256_LEN);
}

/* The one row of a query that was started with result r. */
static int
one_event(struct store *s, size_t id, int r, struct store_event *ret, struct err *err)
{
	if (!r)
		r = sql_step(s->db, id, err);
	if (r <= 0)
		return r;
	read_event(s->db, id, ret);
	sql_reset(s->db, id);
	return 1;
}

int
store_outbox_last(struct store *s, const char *group, struct store_event *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_EVENT_LAST, err, "t", group);

	return one_event(s, SQL_EVENT_LAST, r, ret, err);
}

int
store_outbox_get(struct store *s, const char *group, const char *id, struct store_event *ret,
		 struct err *err)
{
	int r = sql_query(s->db, SQL_EVENT_GET, err, "tt", group, id);

	return one_event(s, SQL_EVENT_GET, r, ret, err);
}

int
store_outbox_by_seq(struct store *s, int64_t seq, struct store_event *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_EVENT_BY_SEQ, err, "i", seq);

	return one_event(s, SQL_EVENT_BY_SEQ, r, ret, err);
}

int
store_outbox_images(struct store *s, int64_t seq, struct arena *arena, struct event_image **ret,
		    size_t *ret_n, struct err *err)
{
	VEC(struct event_image) images = { 0 };
	int r = sql_query(s->db, SQL_EVENT_IMAGES, err, "i", seq);

	while (!r && (r = sql_step(s->db, SQL_EVENT_IMAGES, err)) > 0) {
		const char *tag = sql_text(s->db, SQL_EVENT_IMAGES, 1);
		struct event_image image = {
			.image = arena_strdup(arena, sql_text(s->db, SQL_EVENT_IMAGES, 0)),
			.tag = tag ? arena_strdup(arena, tag) : NULL,
			.digest = arena_strdup(arena, sql_text(s->db, SQL_EVENT_IMAGES, 2)),
		};

		vec_push(&images, image);
		r = 0;
	}
	if (!r) {
		*ret = images.n ? arena_dup(arena, images.v, images.n * sizeof(*images.v)) : NULL;
		*ret_n = images.n;
	}
	vec_fini(&images);
	return r;
}

/* The number of a query that gives one row; NULL is 0. */
static int
one_number(struct store *s, size_t id, int r, int64_t *ret, struct err *err)
{
	if (!r)
		r = sql_step(s->db, id, err);
	if (r < 0)
		return r;
	BUG_ON(!r); /* an aggregate always has a row */
	*ret = sql_int(s->db, id, 0);
	sql_reset(s->db, id);
	return 0;
}

int
store_outbox_max_seq(struct store *s, int64_t *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_EVENT_MAX, err, "");

	return one_number(s, SQL_EVENT_MAX, r, ret, err);
}

int
store_outbox_put(struct store *s, const struct store_event *event, const struct event_image *images,
		 size_t n, struct err *err)
{
	struct str key = { (const char *)event->content_key.b, SHA256_LEN };
	int r = sql_exec(s->db, SQL_EVENT_PUT, err, "ittibb", event->seq, event->id, event->group,
			 event->created_ms, str_c(event->body), key);

	for (size_t i = 0; !r && i < n; i++)
		r = sql_exec(s->db, SQL_EVENT_IMAGE_PUT, err, "ittt", event->seq, images[i].image,
			     images[i].tag, images[i].digest);
	return r;
}

int
store_outbox_address(struct store *s, const struct store_event *event, const char *target,
		     int64_t now_ms, struct err *err)
{
	int r = sql_exec(s->db, SQL_DELIVERY_PUT, err, "iti", event->seq, target, now_ms);

	return r ? r
		 : sql_exec(s->db, SQL_DELIVERY_SUPERSEDE, err, "itti", event->seq, target,
			    event->group, now_ms);
}

int
store_outbox_remove(struct store *s, int64_t seq, struct err *err)
{
	int r = sql_exec(s->db, SQL_EVENT_REMOVE, err, "i", seq);

	return r ? r : sql_changes(s->db) > 0;
}

struct lease {
	int64_t seq;
	char *target;
};

typedef VEC(struct lease) leases;

static int
ended_leases(struct store *s, int64_t now_ms, bool (*gone)(const char *owner), leases *ret,
	     struct err *err)
{
	int r = sql_query(s->db, SQL_DELIVERY_INFLIGHT, err, "");

	while (!r && (r = sql_step(s->db, SQL_DELIVERY_INFLIGHT, err)) > 0) {
		const char *owner = sql_text(s->db, SQL_DELIVERY_INFLIGHT, 3);

		r = 0;
		if (sql_int(s->db, SQL_DELIVERY_INFLIGHT, 2) > now_ms && !(gone && gone(owner)))
			continue;
		struct lease lease = { sql_int(s->db, SQL_DELIVERY_INFLIGHT, 0),
				       xstrdup(sql_text(s->db, SQL_DELIVERY_INFLIGHT, 1)) };
		vec_push(ret, lease);
	}
	return r;
}

int
store_outbox_release(struct store *s, int64_t now_ms, bool (*gone)(const char *owner),
		     struct err *err)
{
	leases ended = { 0 };
	int r = store_begin(s, err);

	if (r)
		return r;
	r = ended_leases(s, now_ms, gone, &ended, err);
	for (size_t i = 0; !r && i < ended.n; i++)
		r = sql_exec(s->db, SQL_DELIVERY_RELEASE, err, "it", ended.v[i].seq,
			     ended.v[i].target);
	if (!r)
		r = store_commit(s, err);
	if (r)
		store_rollback(s);
	for (size_t i = 0; i < ended.n; i++)
		free(ended.v[i].target);
	vec_fini(&ended);
	return r;
}

static int
claim_one(struct store *s, struct store_claim *c, int64_t now_ms, struct err *err)
{
	int r = sql_query(s->db, SQL_DELIVERY_CLAIM, err, "ttiit", c->group, c->target, now_ms,
			  now_ms + c->lease_ms, c->owner);

	if (!r)
		r = sql_step(s->db, SQL_DELIVERY_CLAIM, err);
	if (r <= 0)
		return r;
	c->seq = sql_int(s->db, SQL_DELIVERY_CLAIM, 0);
	c->attempts = (int)sql_int(s->db, SQL_DELIVERY_CLAIM, 1);
	c->since_ms = sql_int(s->db, SQL_DELIVERY_CLAIM, 2);
	sql_reset(s->db, SQL_DELIVERY_CLAIM);
	return 1;
}

int
store_outbox_claim(struct store *s, struct store_claim *claim, int64_t now_ms, struct err *err)
{
	int r = store_begin(s, err), found = 0;

	if (!r) {
		found = claim_one(s, claim, now_ms, err);
		r = found < 0 ? found : store_commit(s, err);
	}
	if (r)
		store_rollback(s);
	return r ? r : found;
}

static int
end_claim(struct store *s, const struct store_claim *c, const struct store_attempt *a,
	  bool *ret_ours, struct err *err)
{
	int64_t done_ms = a->then == DELIVERY_PENDING ? 0 : a->ended_ms;
	int r = sql_exec(s->db, SQL_DELIVERY_END, err, "itttiiitti", c->seq, c->target, c->owner,
			 delivery_state_name(a->then), (int64_t)a->burns, a->not_before_ms,
			 (int64_t)a->http_status, a->request_id, a->error, done_ms);

	if (r)
		return r;
	*ret_ours = sql_changes(s->db) > 0;
	return sql_exec(s->db, SQL_ATTEMPT_PUT, err, "itiiiit", c->seq, c->target, a->started_ms,
			a->ended_ms, (int64_t)a->http_status, a->retry_after_ms, a->error);
}

int
store_outbox_end(struct store *s, const struct store_claim *claim,
		 const struct store_attempt *attempt, bool *ret_ours, struct err *err)
{
	int r = store_begin(s, err);

	if (r)
		return r;
	r = end_claim(s, claim, attempt, ret_ours, err);
	if (!r)
		r = store_commit(s, err);
	if (r)
		store_rollback(s);
	return r;
}

int
store_outbox_next(struct store *s, const char *group, const char *target, int64_t *ret_ms,
		  struct err *err)
{
	int r = sql_query(s->db, SQL_DELIVERY_NEXT, err, "tt", group, target);

	return one_number(s, SQL_DELIVERY_NEXT, r, ret_ms, err);
}

static void
read_delivery(struct sql *db, struct store_delivery *d)
{
	const size_t id = SQL_DELIVERY_LIST;
	const char *state = sql_text(db, id, 4);

	*d = (struct store_delivery){
		.seq = sql_int(db, id, 0),
		.id = xstrdup(sql_text(db, id, 1)),
		.created_ms = sql_int(db, id, 2),
		.target = dup_or_null(sql_text(db, id, 3)),
		.attempts = (int)sql_int(db, id, 5),
		.not_before_ms = sql_int(db, id, 6),
		.http_status = (int)sql_int(db, id, 7),
		.request_id = dup_or_null(sql_text(db, id, 8)),
		.error = dup_or_null(sql_text(db, id, 9)),
		.done_ms = sql_int(db, id, 10),
	};
	if (state) /* the table has a check */
		BUG_ON(!delivery_state_parse(str_c(state), &d->state));
}

int
store_outbox_list(struct store *s, const char *group, int64_t limit, store_deliveries *ret,
		  struct err *err)
{
	int r = sql_query(s->db, SQL_DELIVERY_LIST, err, "ti", group, limit);

	if (r)
		return r;
	while ((r = sql_step(s->db, SQL_DELIVERY_LIST, err)) > 0) {
		struct store_delivery row;

		read_delivery(s->db, &row);
		vec_push(ret, row);
	}
	return r;
}

static int
change(struct store *s, size_t id, int64_t seq, int64_t now_ms, struct err *err)
{
	int r = sql_exec(s->db, id, err, "ii", seq, now_ms);

	return r ? r : (int)sql_changes(s->db);
}

int
store_outbox_retry(struct store *s, int64_t seq, int64_t now_ms, struct err *err)
{
	return change(s, SQL_DELIVERY_RETRY, seq, now_ms, err);
}

int
store_outbox_drop(struct store *s, int64_t seq, int64_t now_ms, struct err *err)
{
	return change(s, SQL_DELIVERY_DROP, seq, now_ms, err);
}

void
store_event_fini(struct store_event *e)
{
	free(e->id);
	free(e->group);
	free(e->body);
	*e = (struct store_event){ 0 };
}

void
store_deliveries_fini(store_deliveries *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->v[i].id);
		free(v->v[i].target);
		free(v->v[i].request_id);
		free(v->v[i].error);
	}
	vec_fini(v);
}
