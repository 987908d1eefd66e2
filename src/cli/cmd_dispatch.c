/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_dispatch.c: lockstep dispatch. */
#include "base/clock.h"
#include "base/file.h"
#include "base/out.h"
#include "cli/ci_events.h"
#include "cli/cmd.h"
#include "cli/dispatch_emit.h"
#include "cli/dispatch_send.h"
#include "cli/render.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#define LISTED_EVENTS 20

static bool arg_list, arg_watch, arg_from_registry;
static opt_texts arg_insecure;

static const char *arg_retry, *arg_drop, *arg_replay, *arg_event;
static unsigned arg_timeout;
static opt_texts arg_emit;

static const struct opt options[] = {
	{ 'l', "list", OPT_FLAG, NULL, "show the last events and where they are; send nothing",
	  &arg_list },
	{ 0, "retry", OPT_TEXT, "ID", "deliveries of an event that were given up are due again",
	  &arg_retry },
	{ 0, "drop", OPT_TEXT, "ID", "deliveries of an event that are left are not made",
	  &arg_drop },
	{ 0, "replay", OPT_TEXT, "ID", "tell all targets of an event once more", &arg_replay },
	{ 0, "watch", OPT_FLAG, NULL, "go on until a signal comes", &arg_watch },
	{ 0, "deliver-timeout", OPT_COUNT, "SECONDS", "go on trying so long (each once)",
	  &arg_timeout },
	{ 0, "emit", OPT_LIST, "IMAGE[:TAG]@DIGEST",
	  "record by hand that an image has this digest, and tell", &arg_emit },
	{ 0, "from-registry", OPT_FLAG, NULL,
	  "deliver the group's last event, which the registry keeps", &arg_from_registry },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0, "event", OPT_TEXT, "FILE", "send the event in FILE (-: standard input), once",
	  &arg_event },
	{ 0 },
};

static json_t *
delivery_json(const struct store_delivery *d)
{
	json_t *j = json_object();
	char when[CLOCK_TEXT_SIZE];

	json_set_text(j, "target", d->target);
	json_set_text(j, "state", delivery_state_name(d->state));
	json_set_int(j, "attempts", d->attempts);
	if (d->state == DELIVERY_PENDING) {
		clock_rfc3339(d->not_before_ms, when);
		json_set_text(j, "not_before", when);
	}
	if (d->http_status)
		json_set_int(j, "http_status", d->http_status);
	if (d->request_id)
		json_set_text(j, "request_id", d->request_id);
	if (d->error && d->state != DELIVERY_DONE)
		json_set_text(j, "error", d->error);
	if (d->done_ms) {
		clock_rfc3339(d->done_ms, when);
		json_set_text(j, "done", when);
	}
	return j;
}

static void
list_json(const store_deliveries *all)
{
	json_t *events = json_array(), *event = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct store_delivery *d = &all->v[i];
		char when[CLOCK_TEXT_SIZE];

		if (!i || all->v[i - 1].seq != d->seq) {
			event = json_object();
			clock_rfc3339(d->created_ms, when);
			json_set_text(event, "event", d->id);
			json_set_int(event, "seq", d->seq);
			json_set_text(event, "time", when);
			json_object_set_new(event, "deliveries", json_array());
			json_array_append_new(events, event);
		}
		if (d->target)
			json_array_append_new(json_object_get(event, "deliveries"),
					      delivery_json(d));
	}
	render_json(events);
}

static void
list_text(const store_deliveries *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct store_delivery *d = &all->v[i];
		AUTO_BUF struct buf b = BUF_INIT;
		char when[CLOCK_TEXT_SIZE];

		clock_local(d->created_ms, when);
		if (!i || all->v[i - 1].seq != d->seq)
			buf_addf(&b, "%s%s%s  %s  seq %" PRId64 "\n", out_style(OUT_BOLD), d->id,
				 out_style(OUT_PLAIN), when, d->seq);
		if (d->target) {
			buf_addf(&b, "    %-10s %s", delivery_state_name(d->state), d->target);
			if (d->attempts && d->state == DELIVERY_PENDING)
				buf_addf(&b, ", tried %d time%s", d->attempts,
					 d->attempts == 1 ? "" : "s");
			if (d->error && d->state != DELIVERY_DONE) {
				buf_adds(&b, ": ");
				out_safe(&b, str_c(d->error));
			}
		} else {
			buf_adds(&b, "    told nobody: the graph has no 'dispatch'");
		}
		buf_addc(&b, '\n');
		out_write(buf_str(&b));
	}
	if (!all->n)
		out_print("no events yet\n");
}

static int
list(struct session *s, struct err *err)
{
	store_deliveries all = { 0 };
	int r = store_outbox_list(s->store, s->project->graph->group, LISTED_EVENTS, &all, err);

	if (!r && s->o.json)
		list_json(&all);
	else if (!r)
		list_text(&all);
	store_deliveries_fini(&all);
	return r;
}

static int
find_event(struct session *s, const char *id, struct store_event *ret, struct err *err)
{
	int r = store_outbox_get(s->store, s->project->graph->group, id, ret, err);

	if (r)
		return r < 0 ? r : 0;
	err_set(err, ERR_USAGE, "no event '%s' of group '%s'", id, s->project->graph->group);
	err_hint(err, "lockstep dispatch --list shows them");
	return -ERR_USAGE;
}

/* --retry and --drop. */
static int
change(struct session *s, const char *id, bool drop, struct err *err)
{
	struct store_event AUTO_STORE_EVENT e = { 0 };
	int r = find_event(s, id, &e, err);

	if (r)
		return r;
	r = drop ? store_outbox_drop(s->store, e.seq, clock_wall_ms(), err)
		 : store_outbox_retry(s->store, e.seq, clock_wall_ms(), err);
	if (r < 0)
		return r;
	if (!r)
		return err_set(err, ERR_USAGE, "event '%s' has no delivery to %s", id,
			       drop ? "drop" : "try again");
	if (drop && !s->o.json)
		out_print("dropped %d deliver%s of %s\n", r, r == 1 ? "y" : "ies", id);
	return 0;
}

static int
replay(struct session *s, const struct deliver_opts *opts, struct err *err)
{
	struct store_event AUTO_STORE_EVENT e = { 0 };
	int r = find_event(s, arg_replay, &e, err);

	if (r)
		return r;
	r = store_begin_durable(s->store, err);
	for (size_t i = 0; !r && i < opts->ntargets; i++)
		r = store_outbox_address(s->store, &e, opts->targets[i].name, clock_wall_ms(), err);
	if (!r)
		r = store_commit(s->store, err);
	if (r)
		store_rollback(s->store);
	return r;
}

static int
read_event(struct session *s, struct buf *text, struct event **ret, struct err *err)
{
	bool in = !strcmp(arg_event, "-");
	int r = in ? file_read_fd(STDIN_FILENO, "standard input", MAX_EVENT_FILE, text, err)
		   : file_read(AT_FDCWD, arg_event, MAX_EVENT_FILE, text, err);
	AUTO_JSON json_t *json = NULL;

	if (r)
		return r;
	*ret = event_parse(buf_str(text), in ? "standard input" : arg_event, &s->errs);
	if (!*ret)
		return -ERR_INPUT;
	if (strcmp((*ret)->group, s->project->graph->group) != 0)
		return err_set(err, ERR_INPUT, "the event is of group '%s', the graph of '%s'",
			       (*ret)->group, s->project->graph->group);
	/* Sent is what was read, in the one form that is signed. */
	r = json_parse(buf_str(text), "the event", &json, err);
	if (!r) {
		AUTO_FREE char *canonical = json_canonical(json);

		buf_clear(text);
		buf_adds(text, canonical);
	}
	return r;
}

static int
send(struct session *s, struct deliver_opts *opts, struct deliver_result *result, struct err *err)
{
	struct event *AUTO_EVENT event = NULL;
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	if (arg_event) {
		r = read_event(s, &text, &event, err);
		return r ? r : deliver_once(opts, event, buf_str(&text), result, err);
	}
	opts->store = s->store;
	return arg_from_registry ? ci_events_send(s, opts, result, err)
				 : deliver(opts, result, err);
}

/* What is to be recorded before anything is sent. */
static int
prepare(struct session *s, const struct deliver_opts *opts, struct err *err)
{
	if (arg_emit.n)
		return dispatch_emit(s, &arg_emit, opts->targets, opts->ntargets, err);
	if (arg_retry)
		return change(s, arg_retry, false, err);
	if (arg_replay)
		return replay(s, opts, err);
	return arg_from_registry ? ci_events_take(s, opts->targets, opts->ntargets, err) : 0;
}

static int
deliver_all(struct session *s, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct dispatch_show show = { .lines = !s->o.json,
				      .attempts = s->o.json ? json_array() : NULL };
	struct deliver_result result = { 0 };
	struct deliver_opts opts = dispatch_send_opts(s, &show);
	int r;

	opts.timeout_ms = (int64_t)arg_timeout * 1000;
	opts.watch = arg_watch;
	s->o.insecure = arg_insecure;
	opts.targets = outbox_targets(arena, s->project->graph, &opts.ntargets);
	r = prepare(s, &opts, err);
	if (!r)
		r = session_loop(s, err);
	opts.loop = s->loop;
	if (!r)
		r = send(s, &opts, &result, err);
	if (show.attempts)
		render_json(show.attempts);
	else if (!r && !result.sent && !arg_emit.n)
		out_print("nothing to deliver\n");
	return r;
}

/* One of the options that say what is to be done. */
static int
check_options(struct err *err)
{
	const char *const given[] = { arg_list ? "--list" : NULL,
				      arg_retry ? "--retry" : NULL,
				      arg_drop ? "--drop" : NULL,
				      arg_replay ? "--replay" : NULL,
				      arg_event ? "--event" : NULL,
				      arg_emit.n ? "--emit" : NULL,
				      arg_from_registry ? "--from-registry" : NULL };
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		if (given[i] && first)
			return err_set(err, ERR_USAGE, "%s and %s do not go together", first,
				       given[i]);
		first = given[i] ? given[i] : first;
	}
	if (arg_watch && (arg_list || arg_drop || arg_event))
		return err_set(err, ERR_USAGE, "--watch and %s do not go together", first);
	return 0;
}

static int
dispatch(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	if (!r)
		r = check_options(err);
	if (!r)
		r = session_project(s, err);
	if (!r && !s->project->graph->group) {
		err_set(err, ERR_INPUT, "'%s' has no 'events'", s->project->graph_path);
		err_hint(err, "events: { group: agent-images }, and 'dispatch' says who is told");
		return -ERR_INPUT;
	}
	if (!r)
		r = session_store(s, err);
	if (r)
		return r;
	if (arg_list)
		return list(s, err);
	return arg_drop ? change(s, arg_drop, true, err) : deliver_all(s, err);
}

const struct cmd cmd_dispatch = {
	.name = "dispatch",
	.args = "",
	.summary = "tell others of new images, and what became of that",
	.about =
		"Delivers the events that are in the outbox to the targets under 'dispatch' of the\n"
		"graph file, at least once each, in order, newer events in place of older ones that\n"
		"nobody has heard yet. What cannot be delivered now stays, and is tried again with\n"
		"growing pauses for three days. docs/events.md says what receivers get.\n"
		"\n"
		"With --from-registry, the last event that lockstep ci stored in the graph's registry\n"
		"is taken into the outbox first, due at those who were not told of it.\n"
		"\n"
		"Exit status: 0 everything is delivered; 1 a target refused for good; 75 something\n"
		"is left for later.",
	.examples = "  $ lockstep dispatch --list\n"
		    "  $ lockstep dispatch --deliver-timeout 60\n"
		    "  $ lockstep dispatch --from-registry\n"
		    "  $ lockstep dispatch --json\n",
	.opts = options,
	.run = dispatch,
};
