/* SPDX-License-Identifier: Apache-2.0 */
/* runner_docker_run.c: a container from its creation to its status, and a command in one. */
#include "engine/runner_docker.h"

/* Exit statuses of a shell for what cannot be executed and what is not there. */
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

static void
on_waited(struct docker_runner *r, struct http_response *response)
{
	if (runner_docker_good(response))
		runner_docker_end(r, runner_docker_number(response, "StatusCode", NULL,
							  RUNNER_CANNOT_START));
	else
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
}

static void
on_printed(struct docker_runner *r, struct http_response *response)
{
	if (r->result.overflow)
		runner_docker_end(r, -1);
	else if (runner_docker_good(response))
		runner_docker_ask(r,
				  &(struct runner_docker_question){
					  .method = HTTP_POST,
					  .path = runner_docker_path(r, "/wait") },
				  on_waited);
	else
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
}

/* podman's service notes no status, but says what its program would end with (libpod/define/errors.go). */
static int
status_said(const struct docker_runner *r)
{
	static const struct {
		const char *words;
		int status;
	} said[] = {
		{ "OCI runtime attempted to invoke a command that was not found", NOT_FOUND },
		{ "OCI permission denied", NOT_EXECUTABLE },
	};
	struct str tail = output_tail(&r->out);

	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		if (memmem(tail.p, tail.n, said[i].words, strlen(said[i].words)))
			return said[i].status;
	return RUNNER_CANNOT_START;
}

/* Why it was not started is said already; what a shell would call it, the engine has noted. */
static void
on_not_started(struct docker_runner *r, struct http_response *response)
{
	int status = runner_docker_number(response, "State", "ExitCode", RUNNER_CANNOT_START);

	if (docker_api_is_podman(r->api))
		status = status_said(r);
	runner_docker_end(r, status == NOT_EXECUTABLE || status == NOT_FOUND ? status
									     : RUNNER_CANNOT_START);
}

static void
on_started(struct docker_runner *r, struct http_response *response)
{
	if (!runner_docker_good(response)) {
		runner_docker_complain(r, response);
		runner_docker_get(r, runner_docker_path(r, "/json"), on_not_started);
		return;
	}
	if (r->detach) {
		runner_docker_end(r, 0);
		return;
	}
	runner_docker_limit(r, r->exit_ms);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_GET,
				  .path = runner_docker_path(r, "/logs?follow=1&stdout=1&stderr=1"),
				  .prints = true },
			  on_printed);
}

static void
on_created(struct docker_runner *r, struct http_response *response)
{
	if (runner_docker_good(response))
		runner_docker_ask(r,
				  &(struct runner_docker_question){
					  .method = HTTP_POST,
					  .path = runner_docker_path(r, "/start") },
				  on_started);
	else
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
}

int
runner_docker_run(struct runner *runner, const struct runner_container *c, runner_fn fn, void *ctx,
		  struct err *err)
{
	struct docker_runner *r = docker_of(runner);
	AUTO_ARENA struct arena *a = arena_new();
	int res = runner_docker_begin(r, c->name, c->detach ? -1 : r->opts.log_fd, err);

	if (res)
		return res;
	r->detach = c->detach;
	r->exit_ms = c->timeout_ms;
	runner_docker_started(r, fn, ctx);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_POST,
				  .path = xasprintf("/containers/create?name=%s", c->name),
				  .body = runner_docker_json(c, builder_mark(r->opts.builder, a)) },
			  on_created);
	return 0;
}

static void
on_exec_ended(struct docker_runner *r, struct http_response *response)
{
	if (runner_docker_good(response))
		runner_docker_end(r, runner_docker_number(response, "ExitCode", NULL,
							  RUNNER_CANNOT_START));
	else
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
}

static void
on_exec_printed(struct docker_runner *r, struct http_response *response)
{
	if (r->result.overflow)
		runner_docker_end(r, -1);
	else if (runner_docker_good(response))
		runner_docker_get(r, xasprintf("/exec/%s/json", r->exec), on_exec_ended);
	else
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
}

static void
on_exec_created(struct docker_runner *r, struct http_response *response)
{
	AUTO_JSON json_t *answer = NULL;
	const char *id = NULL;

	if (runner_docker_good(response) &&
	    !json_parse(buf_str(&response->body), "answer", &answer, NULL))
		id = json_get_text(answer, "Id");
	if (!id) {
		runner_docker_fail(r, response, RUNNER_CANNOT_START);
		return;
	}
	r->exec = xstrdup(id);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_POST,
				  .path = xasprintf("/exec/%s/start", id),
				  .body = json_pack("{s:b,s:b}", "Detach", 0, "Tty", 0),
				  .prints = true },
			  on_exec_printed);
}

int
runner_docker_exec(struct runner *runner, const struct runner_command *c, runner_fn fn, void *ctx,
		   struct err *err)
{
	struct docker_runner *r = docker_of(runner);
	int res = runner_docker_begin(r, c->container, r->opts.log_fd, err);

	if (res)
		return res;
	runner_docker_limit(r, c->timeout_ms);
	runner_docker_started(r, fn, ctx);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_POST,
				  .path = runner_docker_path(r, "/exec"),
				  .body = json_pack("{s:b,s:b,s:O}", "AttachStdout", 1,
						    "AttachStderr", 1, "Cmd", c->argv) },
			  on_exec_created);
	return 0;
}
