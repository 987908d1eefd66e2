/* SPDX-License-Identifier: Apache-2.0 */
/* runner_docker_look.c: what containers are doing, what they printed, and their removal. */
#include "base/file.h"
#include "engine/builder_docker.h"
#include "engine/runner_docker.h"

static void look_at_next(struct docker_runner *r);

static void
on_looked(struct docker_runner *r, struct http_response *response)
{
	AUTO_JSON json_t *answer = NULL;
	struct runner_state *s = &r->states[r->nstates];
	const json_t *state;

	if (!runner_docker_good(response) ||
	    json_parse(buf_str(&response->body), "answer", &answer, NULL)) {
		runner_docker_fail(r, response, 1);
		return;
	}
	state = json_object_get(answer, "State");
	*s = (struct runner_state){
		.running = json_is_true(json_object_get(state, "Running")),
		.exit_status = (int)json_integer_value(json_object_get(state, "ExitCode")),
		.out_of_memory = json_is_true(json_object_get(state, "OOMKilled")),
	};
	r->nstates++;
	look_at_next(r);
}

static void
look_at_next(struct docker_runner *r)
{
	if (r->names[r->nstates]) {
		runner_docker_get(r, xasprintf("/containers/%s/json", r->names[r->nstates]),
				  on_looked);
		return;
	}
	r->result.states = r->states;
	runner_docker_end(r, 0);
}

int
runner_docker_look(struct runner *runner, const char *const *names, runner_fn fn, void *ctx,
		   struct err *err)
{
	struct docker_runner *r = docker_of(runner);
	int res = runner_docker_begin(r, names[0], -1, err);
	size_t n = 0;

	if (res)
		return res;
	while (names[n])
		n++;
	r->names = xcalloc(n + 1, sizeof(*r->names));
	r->states = xcalloc(n, sizeof(*r->states));
	for (size_t i = 0; i < n; i++)
		r->names[i] = xstrdup(names[i]);
	runner_docker_started(r, fn, ctx);
	look_at_next(r);
	return 0;
}

static void
on_logs(struct docker_runner *r, struct http_response *response)
{
	if (runner_docker_good(response) || r->result.overflow)
		runner_docker_end(r, 0);
	else
		runner_docker_fail(r, response, 1);
}

int
runner_docker_logs(struct runner *runner, const char *name, runner_fn fn, void *ctx,
		   struct err *err)
{
	struct docker_runner *r = docker_of(runner);
	int res = runner_docker_begin(r, name, r->opts.log_fd, err);

	if (res)
		return res;
	runner_docker_started(r, fn, ctx);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_GET,
				  .path = runner_docker_path(r,
							     "/logs?tail=1000&stdout=1&stderr=1"),
				  .prints = true },
			  on_logs);
	return 0;
}

static void
on_removed(struct docker_runner *r, struct http_response *response)
{
	/* 409: the engine is at it already. */
	if (runner_docker_good(response) || response->status == 404 || response->status == 409)
		runner_docker_end(r, 0);
	else
		runner_docker_fail(r, response, 1);
}

int
runner_docker_remove(struct runner *runner, const char *name, runner_fn fn, void *ctx,
		     struct err *err)
{
	struct docker_runner *r = docker_of(runner);
	int res = runner_docker_begin(r, name, -1, err);

	if (res)
		return res;
	r->removing = true;
	runner_docker_started(r, fn, ctx);
	runner_docker_ask(r,
			  &(struct runner_docker_question){
				  .method = HTTP_DELETE,
				  .path = runner_docker_path(r, "?force=1&v=1") },
			  on_removed);
	return 0;
}

int
runner_docker_tidy(struct builder *b, struct err *err)
{
	AUTO_JSON json_t *list = NULL;
	struct docker_api *api;
	const json_t *container;
	size_t i;
	int r = builder_docker_api(b, &api, err);

	if (!r)
		r = builder_docker_containers(b, &list, err);
	json_array_foreach(list, i, container)
	{
		const char *id = json_get_text(container, "Id");
		AUTO_FREE char *path = xasprintf("/containers/%s?force=1&v=1", id ? id : "");

		if (!r && id)
			r = docker_api_delete(api, path, err);
	}
	return r;
}

static int
probe_ports(struct docker_api *api, struct err *err)
{
	AUTO_JSON json_t *network = NULL;
	int r = docker_api_get(api, "/networks/bridge", &network, err);

	if (r < 0)
		return r;
	if (r && docker_api_is_local(api))
		return 0;
	err_set(err, ERR_TOOL, "cannot run http checks: %s at '%s' %s", docker_api_who(api),
		docker_api_host(api), r ? "is on another machine" : "has no network 'bridge'");
	err_hint(err, r ? "ports of its containers cannot be reached from here"
			: "start dockerd without --bridge=none");
	return -ERR_TOOL;
}

int
runner_docker_probe(struct builder *b, unsigned needs, struct err *err)
{
	AUTO_ERR struct err own = ERR_INIT;
	struct docker_api *api;
	int r = builder_docker_api(b, &api, &own);

	if (!r)
		r = docker_api_meet(api, &own);
	if (r) {
		err_set(err, ERR_TOOL, "cannot run checks: %s", own.msg);
		err_hint(err, "%s", own.hint ? own.hint : "lockstep doctor");
		return -ERR_TOOL;
	}
	return needs & RUNNER_PORTS ? probe_ports(api, err) : 0;
}

char *
runner_docker_who(struct builder *b)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* it was opened by the probe */
	struct docker_api *api;

	const char *who = docker_builder(b)->service ? "podman's service" : "docker's engine";

	if (builder_docker_api(b, &api, &ignored))
		return xstrdup(who);
	return xasprintf("%s at %s", who, docker_api_host(api));
}
