/* SPDX-License-Identifier: Apache-2.0 */
/* runner_docker.h: containers in docker's engine: what the files of that runner share. */
#ifndef LOCKSTEP_ENGINE_RUNNER_DOCKER_H
#define LOCKSTEP_ENGINE_RUNNER_DOCKER_H

#include "engine/runner_priv.h"
#include "io/output.h"
#include "model/docker_stream.h"
#include "remote/docker_api.h"

/*
 * Each thing that a runner does is a row of requests, one after the other: the function that gets an
 * answer asks the next question, or ends the row. That calls the caller's function from the loop,
 * as the HTTP client must not be freed by one of its own.
 */
struct docker_runner;
/* What comes after a request. */
typedef void (*runner_docker_next_fn)(struct docker_runner *r, struct http_response *response);

struct docker_runner {
	struct runner base;
	struct runner_opts opts;
	struct docker_api *api;
	struct http *http;
	struct http_call *call;
	struct loop_source *timeout, *ending;
	runner_docker_next_fn next;
	char *name; /* of the container */
	char *exec; /* ID of the command in it */
	char *body; /* of the request */
	bool busy, detach, removing;
	int64_t exit_ms; /* time for the command */
	struct output out;
	struct docker_frames frames;
	char **names; /* that are looked at, NULL-terminated */
	struct runner_state *states;
	size_t nstates;
	struct runner_result result;
	runner_fn fn;
	void *ctx;
};

static inline struct docker_runner *
docker_of(struct runner *r)
{
	return (struct docker_runner *)r;
}

/* Something is begun with the container of that name; what it prints goes to log_fd as well. */
int runner_docker_begin(struct docker_runner *r, const char *name, int log_fd, struct err *err)
	NODISCARD;
void runner_docker_started(struct docker_runner *r, runner_fn fn, void *ctx);
/* The row is ended after so long from now. */
void runner_docker_limit(struct docker_runner *r, int64_t ms);

struct runner_docker_question {
	enum http_method method;
	char *path;   /* taken */
	json_t *body; /* taken; may be NULL */
	bool prints;  /* the answer is what somebody prints */
};

void runner_docker_ask(struct docker_runner *r, const struct runner_docker_question *q,
		       runner_docker_next_fn next);
void runner_docker_get(struct docker_runner *r, char *take_path, runner_docker_next_fn next);
/* "/containers/NAME" and what; caller frees. */
char *runner_docker_path(const struct docker_runner *r, const char *what) NODISCARD;

bool runner_docker_good(const struct http_response *response);
/* An integer of an answer in JSON, below key.key2 (NULL = key alone); or otherwise. */
int runner_docker_number(struct http_response *response, const char *key, const char *key2,
			 int otherwise);
/* The row is over; with what the engine says as the output. */
void runner_docker_end(struct docker_runner *r, int status);
void runner_docker_fail(struct docker_runner *r, struct http_response *response, int status);
/* Only the output. */
void runner_docker_complain(struct docker_runner *r, struct http_response *response);

/* runner_docker_run.c, runner_docker_look.c: as in runner.h. */
int runner_docker_run(struct runner *runner, const struct runner_container *c, runner_fn fn,
		      void *ctx, struct err *err) NODISCARD;
int runner_docker_exec(struct runner *runner, const struct runner_command *c, runner_fn fn,
		       void *ctx, struct err *err) NODISCARD;
int runner_docker_look(struct runner *runner, const char *const *names, runner_fn fn, void *ctx,
		       struct err *err) NODISCARD;
int runner_docker_logs(struct runner *runner, const char *name, runner_fn fn, void *ctx,
		       struct err *err) NODISCARD;
int runner_docker_remove(struct runner *runner, const char *name, runner_fn fn, void *ctx,
			 struct err *err) NODISCARD;
int runner_docker_tidy(struct builder *b, struct err *err) NODISCARD;
int runner_docker_probe(struct builder *b, unsigned needs, struct err *err) NODISCARD;
char *runner_docker_who(struct builder *b) NODISCARD;

/* runner_docker_json.c: the body of POST /containers/create; the caller releases it. mark: the value
 * of our label. */
json_t *runner_docker_json(const struct runner_container *c, const char *mark) NODISCARD;

#endif
