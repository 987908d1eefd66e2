/* SPDX-License-Identifier: Apache-2.0 */
/* runner_docker.c: containers in docker's engine, by requests to it, one after the other. */
#include "engine/runner_docker.h"

#include "base/file.h"
#include "engine/builder_docker.h"

/* A little more than it takes to remove a container that does not want to go. */
#define QUICK_MS (60 * 1000)

static struct runner *
new(const struct runner_opts *opts)
{
	struct docker_runner *r = xcalloc(1, sizeof(*r));

	r->base.ops = &runner_docker_ops;
	r->opts = *opts;
	output_init(&r->out);
	return &r->base;
}

static void
forget(struct docker_runner *r)
{
	for (size_t i = 0; r->names && r->names[i]; i++)
		free(r->names[i]);
	free(r->names);
	free(r->states);
	free(r->name);
	free(r->exec);
	free(r->body);
	output_fini(&r->out);
	r->names = NULL;
	r->states = NULL;
	r->name = r->exec = r->body = NULL;
	r->nstates = 0;
	r->detach = r->removing = false;
	r->result = (struct runner_result){ 0 };
	r->frames = (struct docker_frames){ .have = 0 };
}

static void
free_runner(struct runner *runner)
{
	struct docker_runner *r = docker_of(runner);

	BUG_ON(r->busy);
	http_free(r->http);
	forget(r);
	free(r);
}

static void
finish(void *ctx)
{
	struct docker_runner *r = ctx;

	r->ending = NULL;
	r->busy = false;
	loop_remove(r->opts.loop, r->timeout);
	r->timeout = NULL;
	r->result.output = output_tail(&r->out);
	r->fn(r->ctx, &r->result);
}

/* From the loop: the function may free what is under way here. */
void
runner_docker_end(struct docker_runner *r, int status)
{
	r->result.status = status;
	r->ending = loop_add_timer(r->opts.loop, 0, finish, r);
}

static void
stop(struct docker_runner *r)
{
	if (!r->call)
		return;
	http_cancel(STEAL(r->call));
	runner_docker_end(r, -1);
}

static void
on_timeout(void *ctx)
{
	struct docker_runner *r = ctx;

	r->timeout = NULL;
	r->result.timed_out = r->call != NULL;
	stop(r);
}

void
runner_docker_limit(struct docker_runner *r, int64_t ms)
{
	loop_remove(r->opts.loop, r->timeout);
	r->timeout = loop_add_timer(r->opts.loop, ms, on_timeout, r);
}

/* Something is begun, for name. */
int
runner_docker_begin(struct docker_runner *r, const char *name, int log_fd, struct err *err)
{
	struct http_opts http = { .loop = r->opts.loop, .attempts = 1, .stall_ms = -1 };
	int res = builder_docker_api(r->opts.builder, &r->api, err);

	BUG_ON(r->busy);
	if (!res)
		res = docker_api_meet(r->api, err);
	if (!res && !r->http)
		res = http_new(&http, &r->http, err);
	if (res)
		return res;
	forget(r);
	r->out = (struct output){ .log_fd = log_fd, .whole = true };
	output_init(&r->out);
	r->name = xstrdup(name);
	runner_docker_limit(r, QUICK_MS);
	return 0;
}

void
runner_docker_started(struct docker_runner *r, runner_fn fn, void *ctx)
{
	r->busy = true;
	r->fn = fn;
	r->ctx = ctx;
}

static void
on_response(void *ctx, struct http_response *response)
{
	struct docker_runner *r = ctx;

	r->call = NULL;
	r->next(r, response);
}

/* What a container or a command in it prints. */
static bool
on_piece(void *ctx, struct str bytes)
{
	struct docker_runner *r = ctx;
	struct str piece;
	int res;

	while ((res = docker_frames_next(&r->frames, &bytes, &piece)) > 0) {
		if (output_take(&r->out, piece))
			continue;
		r->result.overflow = true;
		return false;
	}
	return res == 0;
}

void
runner_docker_ask(struct docker_runner *r, const struct runner_docker_question *q,
		  runner_docker_next_fn next)
{
	struct http_header type = { "Content-Type", "application/json" };
	struct http_request request = { .method = q->method,
					.max_body = MAX_JSON_FILE,
					.on_body = q->prints ? on_piece : NULL,
					.ctx = r,
					.total_ms = INT32_MAX, /* r->timeout is the limit */
					.flags = HTTP_ONCE | HTTP_NO_REDIRECT };
	char *url = docker_api_address(r->api, q->path, &request);

	free(r->body);
	r->body = q->body ? json_canonical(q->body) : NULL;
	if (r->body) {
		request.headers = &type;
		request.nheaders = 1;
		request.body.kind = HTTP_SOURCE_BYTES;
		request.body.bytes = str_c(r->body);
	}
	r->next = next;
	r->call = http_start(r->http, &request, on_response, r);
	free(url);
	free(q->path);
	json_decref(q->body);
}

void
runner_docker_get(struct docker_runner *r, char *take_path, runner_docker_next_fn next)
{
	runner_docker_ask(r,
			  &(struct runner_docker_question){ .method = HTTP_GET, .path = take_path },
			  next);
}

char *
runner_docker_path(const struct docker_runner *r, const char *what)
{
	return xasprintf("/containers/%s%s", r->name, what);
}

bool
runner_docker_good(const struct http_response *response)
{
	return response->failure == HTTP_FINE && response->status / 100 == 2;
}

/* What the engine says becomes the output. */
void
runner_docker_complain(struct docker_runner *r, struct http_response *response)
{
	AUTO_JSON json_t *answer = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	const char *said = NULL;

	if (response->failure == HTTP_FINE &&
	    !json_parse(buf_str(&response->body), "answer", &answer, NULL))
		said = json_get_text(answer, "message");
	if (!said) {
		docker_api_error(r->api, response, "refuses", &err);
		said = err.msg;
	}
	(void)output_take(&r->out, STR_LIT("Error: ")); /* room for it there is */
	(void)output_take(&r->out, str_c(said));
}

void
runner_docker_fail(struct docker_runner *r, struct http_response *response, int status)
{
	runner_docker_complain(r, response);
	runner_docker_end(r, status);
}

/* An integer of an answer in JSON, below key.key2 (NULL = key alone); or otherwise. */
int
runner_docker_number(struct http_response *response, const char *key, const char *key2,
		     int otherwise)
{
	AUTO_JSON json_t *answer = NULL;
	const json_t *value;

	if (!runner_docker_good(response) ||
	    json_parse(buf_str(&response->body), "answer", &answer, NULL))
		return otherwise;
	value = json_object_get(answer, key);
	if (key2)
		value = json_object_get(value, key2);
	return json_is_integer(value) ? (int)json_integer_value(value) : otherwise;
}

static void
cancel(struct runner *runner)
{
	struct docker_runner *r = docker_of(runner);

	if (!r->busy || r->removing)
		return;
	r->result.cancelled = true;
	stop(r);
}

const struct runner_ops runner_docker_ops = { .new = new,
					      .free = free_runner,
					      .run = runner_docker_run,
					      .exec = runner_docker_exec,
					      .look = runner_docker_look,
					      .logs = runner_docker_logs,
					      .remove = runner_docker_remove,
					      .cancel = cancel,
					      .tidy = runner_docker_tidy,
					      .probe = runner_docker_probe,
					      .who = runner_docker_who };
