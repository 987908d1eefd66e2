/* SPDX-License-Identifier: Apache-2.0 */
/* check_serve.c: a container that is started as the image says, and then asked. */
#include "engine/check_ask.h"
#include "engine/check_live.h"
#include "engine/check_text.h"
#include "io/port.h"

/* A container ends by itself so long after it should have been removed. */
#define STARTING_S 60
#define MAX_PORTS 5

/* own of a check_live. */
struct serve {
	struct runner_container container;
	const char *names[2]; /* of the container, NULL */
	struct http *http;
	struct check_ask *ask;
	unsigned ports_tried;
};

static void
fini(struct check_live *live)
{
	struct serve *s = live->own;

	check_ask_free(s->ask);
	http_free(s->http);
	free(s);
}

/* What the container printed is in the log now, and its last line explains an early end. */
static void
on_logs(void *ctx, const struct runner_result *res)
{
	struct check_live *live = ctx;

	if (live->message && !live->cancelled && res->output.n) {
		AUTO_FREE char *message = live->message, *last = check_text_last_line(res->output);

		live->message = xasprintf("%s; its last words: %s", message, last);
	}
	check_live_end(live);
}

static void
finish(struct check_live *live, const char *message)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* only the log is poorer */

	live->message = message ? xstrdup(message) : NULL;
	if (live->cancelled || runner_logs(live->runner, live->name, on_logs, live, &ignored))
		check_live_end(live);
}

static void
on_answer(void *ctx, const char *message)
{
	finish(ctx, message);
}

static void on_started(void *ctx, const struct runner_result *res);

static int
launch(struct check_live *live, struct err *err)
{
	struct serve *s = live->own;
	int r = 0;

	if (s->container.port) {
		s->ports_tried++;
		r = port_free(&s->container.host_port, err);
	}
	return r ? r : runner_run(live->runner, &s->container, on_started, live, err);
}

static bool
port_was_taken(const struct serve *s, struct str output)
{
	static const char sign[] = "address already in use";

	return s->container.port && s->ports_tried < MAX_PORTS &&
	       memmem(output.p, output.n, sign, strlen(sign));
}

/* The name is in use by the container that could not be started: away with it first. */
static void
on_cleared(void *ctx, const struct runner_result *res UNUSED)
{
	struct check_live *live = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	if (live->cancelled) {
		check_live_end(live);
	} else if (launch(live, &err)) {
		live->message = err_text(&err);
		check_live_end(live);
	}
}

static int
question(struct check_live *live, struct err *err)
{
	struct serve *s = live->own;
	struct check_ask_opts opts = { .check = live->item->check,
				       .runner = live->runner,
				       .loop = live->item->opts->loop,
				       .http = s->http,
				       .container = live->name,
				       .host_port = s->container.host_port,
				       .watched = s->names };

	s->names[0] = live->name;
	return check_ask_start(&opts, on_answer, live, &s->ask, err);
}

static void
on_started(void *ctx, const struct runner_result *res)
{
	struct check_live *live = ctx;
	AUTO_ERR struct err err = ERR_INIT;
	int r = 0;

	if (live->cancelled) {
		check_live_end(live);
		return;
	}
	if (res->status != 0 && port_was_taken(live->own, res->output)) {
		r = runner_remove(live->runner, live->name, on_cleared, live, &err);
	} else if (res->status != 0) {
		live->message =
			xasprintf("cannot start: %.*s", STR_FMT(runner_complaint(res->output)));
		check_live_end(live);
	} else {
		r = question(live, &err);
	}
	if (r) {
		live->message = err_text(&err);
		check_live_end(live);
	}
}

static void
on_cancel(struct check_live *live)
{
	struct serve *s = live->own;

	if (s->ask)
		check_ask_cancel(s->ask);
}

static int
start(struct check_item *item, struct err *err)
{
	const json_t *spec = item->check->spec, *http = json_object_get(spec, "http");
	struct serve *s = xcalloc(1, sizeof(*s));
	struct check_live *live;
	int64_t wait_s = json_integer_value(json_object_get(http ? http : spec, "wait"));
	int r;

	s->container = (struct runner_container){
		.keys = spec,
		.command = json_object_get(spec, "command"),
		.detach = true,
		.port = (int)json_integer_value(json_object_get(http, "port")),
		.timeout_ms = (wait_s + STARTING_S) * 1000,
	};
	r = check_live_new(item, &s->container, &live, err);
	live->own = s;
	live->fini = fini;
	live->on_cancel = on_cancel;
	if (!r && http)
		r = http_new(&(struct http_opts){ .loop = item->opts->loop }, &s->http, err);
	if (!r)
		r = launch(live, err);
	return r ? check_live_give_up(live, r) : 0;
}

const struct check_ops check_serve_ops = { .start = start, .cancel = check_live_cancel };
