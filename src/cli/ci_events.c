/* SPDX-License-Identifier: Apache-2.0 */
/* ci_events.c: tells what a job released. */
#include "cli/ci_events.h"

#include "base/clock.h"
#include "base/out.h"
#include "cli/ci_env.h"
#include "cli/dispatch_send.h"

#include <inttypes.h>

/* Why an event that was not delivered is not lost. */
static void
say_where(struct session *s, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();

	err_hint(err,
		 "the event is stored in the registry (%s): lockstep dispatch --from-registry, or "
		 "the next lockstep ci, delivers it",
		 shared_event_place(s->shared, arena));
}

/* Whoever was told is noted in the registry, also when others were not. */
int
ci_events_send(struct session *s, const struct deliver_opts *deliver_opts,
	       struct deliver_result *result, struct err *err)
{
	const char *group = s->project->graph->group;
	AUTO_ERR struct err note = ERR_INIT;
	int r = deliver(deliver_opts, result, err), noted = 0;

	if (result->sent)
		noted = announce_note_told(s->store, s->shared, group, deliver_opts->targets,
					   deliver_opts->ntargets, &note);
	if (r)
		say_where(s, err);
	else if (noted)
		return err_move(err, &note);
	return r;
}

static void
say(const struct announced *a)
{
	if (a->emitted)
		out_print("event %s: %zu image%s changed (seq %" PRId64 ")\n", a->id, a->nchanged,
			  a->nchanged == 1 ? "" : "s", a->seq);
	else
		out_print("no event: these are the digests of the latest one\n");
}

static json_t *
announced_json(const struct announced *a, json_t *take_attempts)
{
	json_t *j = json_object();

	json_set_bool(j, "emitted", a->emitted);
	if (*a->id) {
		json_set_text(j, "id", a->id);
		json_set_int(j, "seq", a->seq);
	}
	json_set_int(j, "changed", (long long)a->nchanged);
	json_object_set_new(j, "deliveries", take_attempts);
	return j;
}

static int
announce(struct session *s, const struct work *w, const struct ci_events_opts *opts,
	 struct deliver_opts *deliver_opts, struct announced *ret, struct err *err)
{
	const char **AUTO_FREE_PTR degraded = xcalloc(w->res.n + 1, sizeof(*degraded));
	struct ci_env ci;
	struct announce_opts o = { .store = s->store,
				   .shared = s->shared,
				   .loop = s->loop,
				   .plan = w->plan,
				   .run_id = w->res.open ? w->res.run_id : 0,
				   .state = w->res.state,
				   .degraded = degraded,
				   .commit = opts->commit,
				   .release = opts->release,
				   .targets = deliver_opts->targets,
				   .ntargets = deliver_opts->ntargets };
	int r;

	for (size_t i = 0; i < w->res.n; i++)
		if (w->res.jobs[i].image && w->res.jobs[i].state == JOB_DEGRADED)
			degraded[o.ndegraded++] = w->res.jobs[i].image->name;
	ci_env_read(&ci);
	o.repo = ci.repo;
	o.run_url = ci.run_url;
	r = announce_release(&o, ret, err);
	ci_env_fini(&ci);
	return r;
}

int
ci_events(struct session *s, const struct work *w, const struct ci_events_opts *opts,
	  json_t **ret_json, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dispatch_show show = { .lines = !s->o.json };
	struct deliver_opts send = dispatch_send_opts(s, &show);
	struct deliver_result result;
	struct announced done;
	int r;

	if (!s->project->graph->group) {
		return w->res.open ? store_run_end(s->store, w->res.run_id, w->res.state,
						   clock_wall_ms(), err)
				   : 0;
	}
	show.attempts = json_array();
	send.targets = outbox_targets(arena, s->project->graph, &send.ntargets);
	send.loop = s->loop;
	send.timeout_ms = (int64_t)opts->timeout_s * 1000;
	r = announce(s, w, opts, &send, &done, err);
	if (!r && show.lines)
		say(&done);
	if (!r && !opts->no_send)
		r = ci_events_send(s, &send, &result, err);
	*ret_json = announced_json(&done, show.attempts);
	return r;
}

void
ci_events_fail(struct session *s, const struct work *w)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* why the release failed is what is told */

	if (w->res.open &&
	    store_run_end(s->store, w->res.run_id, RUN_FAILED, clock_wall_ms(), &ignored))
		err_clear(&ignored);
}

int
ci_events_take(struct session *s, const struct target *targets, size_t ntargets, struct err *err)
{
	int r = session_shared(s, err);

	if (!r)
		r = announce_take(s->store, s->shared, targets, ntargets, err);
	if (r < 0)
		return r;
	if (!r && !s->o.json)
		out_print("the registry has no event of group '%s'\n", s->project->graph->group);
	return 0;
}
