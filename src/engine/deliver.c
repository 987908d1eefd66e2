/* SPDX-License-Identifier: Apache-2.0 */
/* deliver.c: takes what is in the outbox to its targets. */
#include "base/clock.h"
#include "engine/deliver_priv.h"
#include "io/http.h"
#include "io/owner.h"

#define LEASE_SPARE_MS 60000 /* beyond what the requests of one attempt may take */
#define WATCH_MS 2000        /* how often a watcher looks for events of others */
#define CONNECT_MS 10000

struct deliverer {
	const struct deliver_opts *opts;
	struct http *http;
	char *owner;
	struct map *hosts; /* origin → milliseconds of the monotonic clock when it is free again */
	bool wake;
	struct deliver_result result;
	struct err trouble; /* the first target that has no secret */
};

static void
on_signal(void *ctx, int signo)
{
	struct deliverer *d = ctx;

	d->result.signo = signo;
	d->wake = true;
}

static void
on_timer(void *ctx)
{
	struct deliverer *d = ctx;

	d->wake = true;
}

static int
wait_ms(struct deliverer *d, int64_t ms, struct err *err)
{
	struct loop_source *timer;
	int r;

	if (ms <= 0 || d->result.signo)
		return 0;
	d->wake = false;
	timer = loop_add_timer(d->opts->loop, ms, on_timer, d);
	r = loop_run(d->opts->loop, &d->wake, err);
	if (d->result.signo || r)
		loop_remove(d->opts->loop, timer);
	return r;
}

static int64_t
mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

/* Waits until the host may be written to again; false when it asked for more than the usual gap. */
static bool
host_is_free(struct deliverer *d, const struct target *t)
{
	struct str origin = http_url_origin(str_c(t->url));
	int64_t left = (int64_t)(intptr_t)map_get(d->hosts, origin) - mono_ms();

	return left <= DELIVERY_GAP_MS && !wait_ms(d, left, NULL) && !d->result.signo;
}

static void
host_was_used(struct deliverer *d, const struct target *t, const struct sender_reply *reply)
{
	struct str origin = http_url_origin(str_c(t->url));
	int64_t gap = reply->verdict == DELIVERY_LIMITED && reply->wait_ms > DELIVERY_GAP_MS
			      ? reply->wait_ms
			      : DELIVERY_GAP_MS;

	map_set(d->hosts, origin, (void *)(intptr_t)(mono_ms() + gap));
}

/* What becomes of a delivery after that reply. */
static void
decide(const struct store_claim *c, const struct sender_reply *reply, struct store_attempt *a)
{
	int64_t age = a->ended_ms - c->since_ms, wait;
	uint32_t chance;

	owner_chance(&chance, sizeof(chance));
	a->then = DELIVERY_PENDING;
	a->burns = reply->verdict != DELIVERY_LIMITED && !reply->stopped;
	if (reply->stopped) {
		a->not_before_ms = a->ended_ms;
		return;
	}
	switch (reply->verdict) {
	case DELIVERY_SENT:
		a->then = DELIVERY_DONE;
		return;
	case DELIVERY_LIMITED:
		wait = age + reply->wait_ms > DELIVERY_MAX_AGE_MS ? -1 : reply->wait_ms;
		break;
	case DELIVERY_TRANSIENT:
		wait = delivery_backoff(c->attempts + 1, age, reply->wait_ms, chance);
		break;
	case DELIVERY_REFUSED:
	case DELIVERY_MOVED:
	default:
		wait = -1;
		break;
	}
	if (wait < 0)
		a->then = DELIVERY_DEAD;
	else
		a->not_before_ms = a->ended_ms + wait;
}

static void
tell(struct deliverer *d, const struct target *t, const struct event *e,
     const struct sender_reply *reply, const struct store_attempt *a)
{
	struct deliver_note note = { .target = t,
				     .event = e->id,
				     .seq = e->seq,
				     .reply = reply,
				     .then = a->then,
				     .wait_ms = a->then == DELIVERY_PENDING
							? a->not_before_ms - a->ended_ms
							: 0 };

	d->result.sent += a->then == DELIVERY_DONE;
	d->result.dead += a->then == DELIVERY_DEAD;
	d->opts->note(d->opts->ctx, &note);
}

/* The claimed event with its bytes. */
static int
load_event(struct deliverer *d, int64_t seq, struct store_event *row, struct event **ret,
	   struct err *err)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	int r = store_outbox_by_seq(d->opts->store, seq, row, err);

	if (r < 0)
		return r;
	BUG_ON(!r); /* a delivery has an event: a foreign key */
	*ret = event_parse(str_c(row->body), "the outbox", &errs);
	if (*ret)
		return 0;
	err_move(err, &errs.items[0]);
	return err_prefix(err, "event %s", row->id);
}

static int
send_claimed(struct deliverer *d, const struct target *t, const char *secret,
	     const struct store_claim *c, struct err *err)
{
	struct store_event AUTO_STORE_EVENT row = { 0 };
	struct event *AUTO_EVENT e = NULL;
	struct sender_reply reply = { 0 };
	struct store_attempt a = { 0 };
	struct delivery_message m = { .secret = secret };
	bool ours;
	int r = load_event(d, c->seq, &row, &e, err);

	if (r)
		return r;
	m.event = e;
	m.body = str_c(row.body);
	m.now_ms = a.started_ms = clock_wall_ms();
	r = sender_send(d->http, t, &m, &d->wake, &reply, err);
	if (r)
		return r;
	host_was_used(d, t, &reply);
	a.ended_ms = clock_wall_ms();
	a.http_status = reply.status;
	a.retry_after_ms = reply.wait_ms;
	a.request_id = reply.request_id;
	if (reply.stopped)
		reply.error = xstrdup("stopped by a signal before the answer came");
	a.error = reply.error;
	decide(c, &reply, &a);
	r = store_outbox_end(d->opts->store, c, &a, &ours, err);
	if (!r)
		tell(d, t, e, &reply, &a);
	sender_reply_fini(&reply);
	return r;
}

/* A target whose secret is missing is passed over, and told at the end. */
static bool
has_secret(struct deliverer *d, const struct target *t, char **ret)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (!deliver_secret(d->opts, t, ret, &err))
		return true;
	if (!d->trouble.class)
		(void)err_move(&d->trouble, &err);
	return false;
}

/* Sends the target's next delivery if it is due; *ret_any is set if it was. */
static int
serve(struct deliverer *d, const struct target *t, bool *ret_any, struct err *err)
{
	struct store_claim c = { .group = d->opts->group,
				 .target = t->name,
				 .owner = d->owner,
				 .lease_ms = (int64_t)t->timeout_s * 1000 *
						     (DELIVERY_MAX_REDIRECTS + 1) +
					     LEASE_SPARE_MS };
	AUTO_FREE char *secret = NULL;
	int64_t next = 0;
	int r = store_outbox_next(d->opts->store, d->opts->group, t->name, &next, err);

	if (r || !next || next > clock_wall_ms() || !has_secret(d, t, &secret))
		return r;
	if (!host_is_free(d, t))
		return 0;
	r = store_outbox_claim(d->opts->store, &c, clock_wall_ms(), err);
	if (r <= 0)
		return r;
	*ret_any = true;
	return send_claimed(d, t, secret, &c, err);
}

/* When something is next to be done, and how many targets have something left. */
static int
look(struct deliverer *d, int64_t *ret_next, struct err *err)
{
	*ret_next = 0;
	d->result.pending = 0;
	for (size_t i = 0; i < d->opts->ntargets; i++) {
		int64_t next = 0;
		int r = store_outbox_next(d->opts->store, d->opts->group, d->opts->targets[i].name,
					  &next, err);

		if (r)
			return r;
		if (!next)
			continue;
		d->result.pending++;
		if (!*ret_next || next < *ret_next)
			*ret_next = next;
	}
	return 0;
}

static int
round_of_all(struct deliverer *d, bool *ret_any, struct err *err)
{
	int r = store_outbox_release(d->opts->store, clock_wall_ms(), owner_gone, err);

	*ret_any = false;
	for (size_t i = 0; !r && !d->result.signo && i < d->opts->ntargets; i++)
		r = serve(d, &d->opts->targets[i], ret_any, err);
	return r;
}

static int
run(struct deliverer *d, struct err *err)
{
	int64_t until = mono_ms() + d->opts->timeout_ms, next = 0, left;
	bool any = false;
	int r;

	do {
		r = round_of_all(d, &any, err);
		if (!r)
			r = look(d, &next, err);
		if (r || d->result.signo)
			return r;
		left = d->opts->watch ? WATCH_MS : until - mono_ms();
		if (any)
			continue;
		if (!d->opts->watch && (!next || left <= 0 || d->trouble.class))
			return 0;
		next -= clock_wall_ms();
		/* What others hold, or a clock that stands still, is asked for again soon. */
		if (next <= 0)
			next = DELIVERY_GAP_MS;
		r = wait_ms(d, d->result.pending && next < left ? next : left, err);
	} while (!r && !d->result.signo);
	return r;
}

static int
verdict_of(struct deliverer *d, struct err *err)
{
	const struct deliver_result *r = &d->result;

	if (r->signo) {
		err_set(err, ERR_CANCELLED, "stopped; what was not sent stays in the outbox");
		if (err)
			err->sys_errno = r->signo;
		return -ERR_CANCELLED;
	}
	if (d->trouble.class)
		return err_move(err, &d->trouble);
	if (r->dead) {
		err_set(err, ERR_REMOTE, "%zu deliver%s refused for good", r->dead,
			r->dead == 1 ? "y was" : "ies were");
		err_hint(err, "lockstep dispatch --list shows why; --retry ID tries again");
		return -ERR_REMOTE;
	}
	if (r->pending)
		return err_set(err, ERR_TEMPORARY,
			       "%zu target%s not reached; the outbox keeps the event", r->pending,
			       r->pending == 1 ? " was" : "s were");
	return 0;
}

static int
deliverer_open(const struct deliver_opts *opts, struct deliverer *d, struct err *err)
{
	*d = (struct deliverer){ .opts = opts, .owner = owner_name(), .hosts = map_new() };
	loop_on_signal(opts->loop, on_signal, d);
	return http_new(&(struct http_opts){ .loop = opts->loop, .connect_ms = CONNECT_MS },
			&d->http, err);
}

static void
deliverer_close(struct deliverer *d)
{
	loop_on_signal(d->opts->loop, NULL, NULL);
	http_free(d->http);
	map_free(d->hosts);
	free(d->owner);
	err_clear(&d->trouble);
}

int
deliver(const struct deliver_opts *opts, struct deliver_result *ret, struct err *err)
{
	struct deliverer d;
	int r = deliverer_open(opts, &d, err);

	if (!r)
		r = run(&d, err);
	if (!r)
		r = verdict_of(&d, err);
	*ret = d.result;
	deliverer_close(&d);
	return r;
}

static int
send_once(struct deliverer *d, const struct target *t, const struct event *e, struct str body,
	  struct err *err)
{
	struct delivery_message m = { .event = e, .body = body, .now_ms = clock_wall_ms() };
	struct sender_reply reply = { 0 };
	struct store_attempt a = { 0 };
	AUTO_FREE char *secret = NULL;
	int r;

	if (!has_secret(d, t, &secret))
		return 0;
	m.secret = secret;
	if (!host_is_free(d, t)) {
		d->result.pending++;
		return 0;
	}
	r = sender_send(d->http, t, &m, &d->wake, &reply, err);
	if (r || reply.stopped)
		return r;
	host_was_used(d, t, &reply);
	a.then = reply.verdict == DELIVERY_SENT      ? DELIVERY_DONE
		 : reply.verdict == DELIVERY_REFUSED ? DELIVERY_DEAD
						     : DELIVERY_PENDING;
	d->result.pending += a.then == DELIVERY_PENDING;
	tell(d, t, e, &reply, &a);
	sender_reply_fini(&reply);
	return 0;
}

int
deliver_once(const struct deliver_opts *opts, const struct event *event, struct str body,
	     struct deliver_result *ret, struct err *err)
{
	struct deliverer d;
	int r = deliverer_open(opts, &d, err);

	for (size_t i = 0; !r && !d.result.signo && i < opts->ntargets; i++)
		r = send_once(&d, &opts->targets[i], event, body, err);
	if (!r)
		r = verdict_of(&d, err);
	*ret = d.result;
	deliverer_close(&d);
	return r;
}
