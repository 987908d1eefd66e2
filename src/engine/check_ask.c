/* SPDX-License-Identifier: Apache-2.0 */
/* check_ask.c: asks, looks whether the container still runs, waits, asks again. */
#include "engine/check_ask.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/check_text.h"

#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 1000
/* One answer may take so long, even when the check waits for longer. */
#define ANSWER_MS 10000
#define MAX_ANSWER (4u << 20)

struct check_ask {
	struct check_ask_opts opts;
	const json_t *keys; /* status, contains, … */
	int64_t deadline_ns;
	int64_t pause_ms;
	struct loop_source *timer;
	struct http_call *call;
	char *wrong; /* with the last answer; NULL = nothing; owned */
	bool answered, cancelled;
	size_t nwatched;
	check_ask_fn fn;
	void *ctx;
};

static void
finish(struct check_ask *q, const char *message)
{
	q->fn(q->ctx, message);
}

static int64_t
left_ms(const struct check_ask *q)
{
	return (q->deadline_ns - clock_mono_ns()) / 1000000;
}

char *
check_ask_wrong(const json_t *keys, const struct runner_result *res)
{
	int want = (int)json_integer_value(json_object_get(keys, "status"));
	AUTO_FREE char *last = check_text_last_line(res->output);

	if (res->timed_out)
		return xasprintf("it did not end in time: %s", last);
	if (res->overflow)
		return xasprintf("it printed more than %u KiB", MAX_CHILD_KEPT >> 10);
	if (res->status < 0)
		return xasprintf("it was ended by a signal: %s", last);
	if (res->status != want)
		return xasprintf("exit status %d, not %d: %s", res->status, want, last);
	return check_text_wrong(keys, res->output, "the output");
}

static void on_look(void *ctx, const struct runner_result *res);

/* Takes wrong: what is not right about the answer, NULL when all is. */
static void
answered(struct check_ask *q, char *wrong)
{
	AUTO_ERR struct err err = ERR_INIT;

	free(q->wrong);
	q->wrong = wrong;
	q->answered = !wrong;
	if (q->cancelled)
		finish(q, NULL);
	else if (runner_look(q->opts.runner, q->opts.watched, on_look, q, &err))
		finish(q, err.msg);
}

static char *
response_wrong(const struct check_ask *q, const struct http_response *res)
{
	int want = (int)json_integer_value(json_object_get(q->keys, "status"));

	if (res->failure != HTTP_FINE)
		return xstrdup(res->err.msg);
	if (res->status != want)
		return xasprintf("status %d, not %d", res->status, want);
	return check_text_wrong(q->keys, buf_str(&res->body), "the answer");
}

static void
on_response(void *ctx, struct http_response *res)
{
	struct check_ask *q = ctx;

	q->call = NULL;
	answered(q, response_wrong(q, res));
}

static void
on_command(void *ctx, const struct runner_result *res)
{
	struct check_ask *q = ctx;

	answered(q, check_ask_wrong(q->keys, res));
}

static int64_t
answer_ms(const struct check_ask *q)
{
	int64_t left = left_ms(q);

	return left < 1000 ? 1000 : left < ANSWER_MS ? left : ANSWER_MS;
}

static int
ask(struct check_ask *q, struct err *err)
{
	AUTO_FREE char *url = NULL;
	struct http_request request = { .max_body = MAX_ANSWER,
					.total_ms = answer_ms(q),
					.flags = HTTP_ONCE | HTTP_NO_REDIRECT };

	if (q->opts.check->kind == GRAPH_CHECK_EXEC) {
		struct runner_command command = { .container = q->opts.container,
						  .argv = json_object_get(q->keys, "exec"),
						  .timeout_ms = answer_ms(q) };

		return runner_exec(q->opts.runner, &command, on_command, q, err);
	}
	url = xasprintf("http://127.0.0.1:%d%s", q->opts.host_port, json_get_text(q->keys, "path"));
	request.url = url;
	q->call = http_start(q->opts.http, &request, on_response, q);
	return 0;
}

static void
on_timer(void *ctx)
{
	struct check_ask *q = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	q->timer = NULL;
	if (ask(q, &err))
		finish(q, err.msg);
}

/* What befell a container meanwhile; NULL = all run. */
static char *
state_wrong(const struct check_ask *q, const struct runner_state *states)
{
	char *wrong = NULL;

	for (size_t i = 0; !wrong && i < q->nwatched; i++)
		wrong = runner_state_wrong(&states[i], q->opts.watched[i]);
	return wrong;
}

static void
on_look(void *ctx, const struct runner_result *res)
{
	struct check_ask *q = ctx;
	AUTO_FREE char *wrong = NULL;

	if (q->cancelled) {
		finish(q, NULL);
		return;
	}
	if (res->states)
		wrong = state_wrong(q, res->states);
	else
		wrong = xasprintf("cannot look at the container: %.*s",
				  STR_FMT(runner_complaint(res->output)));
	if (!wrong && !q->answered && left_ms(q) <= 0)
		wrong = xasprintf("%s (after %lld s)", q->wrong,
				  (long long)json_integer_value(json_object_get(q->keys, "wait")));
	if (wrong || q->answered) {
		finish(q, wrong);
		return;
	}
	q->timer = loop_add_timer(q->opts.loop, q->pause_ms, on_timer, q);
	q->pause_ms = q->pause_ms * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : q->pause_ms * 2;
}

int
check_ask_start(const struct check_ask_opts *opts, check_ask_fn fn, void *ctx,
		struct check_ask **ret, struct err *err)
{
	const json_t *spec = opts->check->spec;
	struct check_ask *q = xcalloc(1, sizeof(*q));
	int64_t wait_s;
	int r;

	q->opts = *opts;
	q->fn = fn;
	q->ctx = ctx;
	q->keys = opts->check->kind == GRAPH_CHECK_HTTP ? json_object_get(spec, "http") : spec;
	while (opts->watched[q->nwatched])
		q->nwatched++;
	q->pause_ms = FIRST_PAUSE_MS;
	wait_s = json_integer_value(json_object_get(q->keys, "wait"));
	q->deadline_ns = clock_mono_ns() + wait_s * 1000000000;
	r = ask(q, err);
	if (r) {
		check_ask_free(q);
		return r;
	}
	*ret = q;
	return 0;
}

static void
on_cancelled(void *ctx)
{
	struct check_ask *q = ctx;

	q->timer = NULL;
	finish(q, NULL);
}

void
check_ask_cancel(struct check_ask *q)
{
	if (q->cancelled)
		return;
	q->cancelled = true;
	runner_cancel(q->opts.runner);
	if (!q->timer && !q->call)
		return; /* the command that is ended leads on */
	if (q->call)
		http_cancel(q->call);
	q->call = NULL;
	loop_remove(q->opts.loop, q->timer);
	/* fn is to be called by the loop. */
	q->timer = loop_add_timer(q->opts.loop, 0, on_cancelled, q);
}

void
check_ask_free(struct check_ask *q)
{
	if (!q)
		return;
	if (q->call)
		http_cancel(q->call);
	loop_remove(q->opts.loop, q->timer);
	free(q->wrong);
	free(q);
}
