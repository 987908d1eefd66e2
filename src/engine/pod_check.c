/* SPDX-License-Identifier: Apache-2.0 */
/* pod_check.c: plays, asks, lets settle, takes away. */
#include "engine/pod_check.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/check_ask.h"
#include "engine/check_text.h"
#include "engine/podman.h"
#include "io/port.h"

#define LOOK_MS 500
#define MAX_TRIES 5

struct pod_check {
	struct pod_check_opts opts;
	struct arena *arena;
	struct podman *podman;
	struct http *http;
	const char *name, *file;
	const char **names; /* of containers that stay, NULL-terminated */
	size_t nnames;
	struct pod_port *ports; /* one a question over HTTP */
	size_t nports;
	char *volumes;
	struct check_ask *ask;
	size_t next; /* question */
	struct loop_source *timer;
	int64_t started_ns, asked_ns; /* asked: the question that is next, for the first time */
	unsigned tries;               /* at ports that are free */
	bool again;
	char *answer; /* what was wrong with one; owned */
	char *message;
	struct graph_place place;
	struct err err;
	bool cancelled, ending;
	pod_check_fn fn;
	void *ctx;
};

static void go_on(struct pod_check *c);

static const struct graph_pod *
graph_of(const struct pod_check *c)
{
	return c->opts.pod->graph;
}

static int play(struct pod_check *c, struct err *err);

static void
report(struct pod_check *c)
{
	AUTO_ERR struct err err = ERR_INIT;

	if (c->again && !c->cancelled && !c->err.class) {
		c->again = c->ending = false;
		if (!play(c, &c->err))
			return;
	}
	if (c->cancelled && !c->err.class)
		err_set(&c->err, ERR_CANCELLED, "cancelled");
	if (!c->err.class && pod_check_record(&c->opts, c->message,
					      (clock_mono_ns() - c->started_ns) / 1000000, &err))
		err_move(&c->err, &err);
	c->fn(c->ctx, c->place, c->message, &c->err);
}

static void
on_volumes_removed(void *ctx, const struct runner_result *res UNUSED)
{
	report(ctx); /* what is left only takes room, and the next run removes it */
}

static void
on_pod_removed(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	if (res->status != 0 && !c->err.class)
		err_set(&c->err, ERR_TOOL, "cannot remove the pod '%s': %.*s", c->name,
			STR_FMT(runner_complaint(res->output)));
	if (!*c->volumes ||
	    podman_remove_volumes(c->podman, c->volumes, on_volumes_removed, c, &err))
		report(c);
}

/* Takes everything away, whatever was there. */
static void
end(struct pod_check *c)
{
	AUTO_ERR struct err err = ERR_INIT;

	c->ending = true;
	if (podman_remove_pod(c->podman, c->name, on_pod_removed, c, &err)) {
		if (!c->err.class)
			err_move(&c->err, &err);
		report(c);
	}
}

static void
on_logs(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;
	AUTO_FREE char *message = c->message, *last = check_text_last_line(res->output);

	c->message = xasprintf("%s; its last words: %s", message, last);
	end(c);
}

/* container: that it is about, whose output explains more; NULL = none. */
static void
fail(struct pod_check *c, const char *message, struct graph_place place, const char *container)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* only the message is poorer */

	c->message = xstrdup(message);
	c->place = place;
	if (!container || runner_logs(podman_runner(c->podman), container, on_logs, c, &ignored))
		end(c);
}

static void
broken(struct pod_check *c, struct err *err)
{
	if (!c->err.class)
		err_move(&c->err, err);
	end(c);
}

/* The containers as they are now: what is wrong is told, and false returned. */
static bool
all_stand(struct pod_check *c, const struct runner_result *res, struct graph_place place)
{
	AUTO_FREE char *said = NULL;

	if (!res->states) {
		said = str_dup(runner_complaint(res->output));
		fail(c, said, place, NULL);
		return false;
	}
	for (size_t i = 0; i < c->nnames; i++) {
		said = runner_state_wrong(&res->states[i], c->names[i] + strlen(c->name) + 1);
		if (said) {
			fail(c, said, place, c->names[i]);
			return false;
		}
	}
	return true;
}

static void
on_timer(void *ctx)
{
	struct pod_check *c = ctx;

	c->timer = NULL;
	go_on(c);
}

static int64_t
settle_left_ms(const struct pod_check *c)
{
	return graph_of(c)->settle_s * INT64_C(1000) - (clock_mono_ns() - c->started_ns) / 1000000;
}

static void
on_settle_look(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;

	if (c->cancelled)
		end(c);
	else if (!all_stand(c, res, graph_of(c)->at))
		return;
	else if (settle_left_ms(c) <= 0)
		end(c);
	else
		c->timer = loop_add_timer(c->opts.loop, LOOK_MS, on_timer, c);
}

static const char *
full_name(struct pod_check *c, const struct graph_check *check)
{
	return arena_printf(c->arena, "%s-%s", c->name, json_get_text(check->spec, "container"));
}

static int
port_of(const struct graph_check *check)
{
	return (int)json_integer_value(
		json_object_get(json_object_get(check->spec, "http"), "port"));
}

static int64_t
wait_of(const struct graph_check *check)
{
	const json_t *http = json_object_get(check->spec, "http");

	return json_integer_value(json_object_get(http ? http : check->spec, "wait"));
}

static void
next_question(struct pod_check *c)
{
	c->next++;
	c->asked_ns = 0;
	go_on(c);
}

static void
on_owner(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;
	const struct graph_check *check = &graph_of(c)->checks[c->next];
	const char *container = json_get_text(check->spec, "container");
	AUTO_FREE char *said = NULL;

	if (c->cancelled) {
		end(c);
		return;
	}
	if (str_trim(res->output, " \n").n) {
		next_question(c);
		return;
	}
	/* It may be late, and then it will fail for that. */
	if ((clock_mono_ns() - c->asked_ns) / 1000000000 < wait_of(check)) {
		c->timer = loop_add_timer(c->opts.loop, LOOK_MS, on_timer, c);
		return;
	}
	said = xasprintf("another container answered: no process of '%s' listens on port %d",
			 container, port_of(check));
	fail(c, said, check->at, NULL);
}

static void
on_processes(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;
	AUTO_FREE char *processes = str_dup(res->output);
	AUTO_ERR struct err err = ERR_INIT;

	if (c->cancelled)
		end(c);
	else if (podman_owns(c->podman, str_c(processes), port_of(&graph_of(c)->checks[c->next]),
			     on_owner, c, &err))
		broken(c, &err);
}

/* In messages a container is called what the manifest calls it. */
static char *
plain_message(const struct pod_check *c, const char *message)
{
	AUTO_FREE char *prefix = xasprintf("'%s-", c->name);
	const char *at = strstr(message, prefix);

	if (!at)
		return xstrdup(message);
	return xasprintf("%.*s'%s", (int)(at - message), message, at + strlen(prefix));
}

/* A container that died says more than an answer that did not come. */
static void
on_wrong_look(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;
	const struct graph_check *check = &graph_of(c)->checks[c->next];

	if (c->cancelled)
		end(c);
	else if (all_stand(c, res, check->at))
		fail(c, c->answer, check->at, full_name(c, check));
}

static void
on_answer(void *ctx, const char *message)
{
	struct pod_check *c = ctx;
	const struct graph_check *check = &graph_of(c)->checks[c->next];
	AUTO_ERR struct err err = ERR_INIT;

	if (c->cancelled) {
		end(c);
	} else if (message) {
		c->answer = plain_message(c, message);
		if (runner_look(podman_runner(c->podman), c->names, on_wrong_look, c, &err))
			broken(c, &err);
	} else if (check->kind == GRAPH_CHECK_EXEC) {
		next_question(c);
	} else if (podman_processes(c->podman, full_name(c, check), on_processes, c, &err)) {
		broken(c, &err);
	}
}

static int
host_port(const struct pod_check *c, const struct graph_check *check)
{
	const char *container = json_get_text(check->spec, "container");

	for (size_t i = 0; i < c->nports; i++)
		if (c->ports[i].port == port_of(check) && !strcmp(c->ports[i].container, container))
			return c->ports[i].host_port;
	return 0;
}

/* The next question, or the next look. */
static void
go_on(struct pod_check *c)
{
	AUTO_ERR struct err err = ERR_INIT;
	int r;

	check_ask_free(c->ask);
	c->ask = NULL;
	if (c->cancelled) {
		end(c);
		return;
	}
	if (c->next < graph_of(c)->nchecks) {
		const struct graph_check *check = &graph_of(c)->checks[c->next];
		struct check_ask_opts opts = { .check = check,
					       .runner = podman_runner(c->podman),
					       .loop = c->opts.loop,
					       .http = c->http,
					       .container = full_name(c, check),
					       .host_port = host_port(c, check),
					       .watched = c->names };

		if (!c->asked_ns)
			c->asked_ns = clock_mono_ns();
		r = check_ask_start(&opts, on_answer, c, &c->ask, &err);
	} else {
		r = runner_look(podman_runner(c->podman), c->names, on_settle_look, c, &err);
	}
	if (r)
		broken(c, &err);
}

static bool
port_was_taken(const struct pod_check *c, struct str output)
{
	static const char sign[] = "address already in use";

	return c->nports && c->tries < MAX_TRIES && memmem(output.p, output.n, sign, strlen(sign));
}

static void
on_played(void *ctx, const struct runner_result *res)
{
	struct pod_check *c = ctx;

	c->started_ns = clock_mono_ns();
	if (c->cancelled) {
		end(c);
	} else if (res->status != 0 && port_was_taken(c, res->output)) {
		c->again = true;
		end(c);
	} else if (res->status != 0) {
		AUTO_FREE char *said =
			xasprintf("cannot start: %.*s", STR_FMT(runner_complaint(res->output)));

		fail(c, said, graph_of(c)->at, NULL);
	} else {
		go_on(c);
	}
}

static int
choose_ports(struct pod_check *c, struct err *err)
{
	const struct graph_pod *g = graph_of(c);
	int r = 0;

	c->nports = 0;
	c->ports = arena_calloc(c->arena, g->nchecks, sizeof(*c->ports));
	for (size_t i = 0; !r && i < g->nchecks; i++) {
		const struct graph_check *check = &g->checks[i];
		struct pod_port *port = &c->ports[c->nports];

		if (check->kind != GRAPH_CHECK_HTTP || host_port(c, check))
			continue;
		port->container = json_get_text(check->spec, "container");
		port->port = port_of(check);
		r = port_free(&port->host_port, err);
		c->nports++;
	}
	return r;
}

static void
name_containers(struct pod_check *c)
{
	const struct pod *pod = c->opts.pod;

	c->names = arena_calloc(c->arena, pod->ncontainers + 1, sizeof(*c->names));
	for (size_t i = 0; i < pod->ncontainers; i++)
		if (pod->containers[i].kube->role != KUBE_ROLE_INIT)
			c->names[c->nnames++] = arena_printf(c->arena, "%s-%s", c->name,
							     pod->containers[i].kube->name);
}

static int
write_manifest(struct pod_check *c, struct err *err)
{
	struct pod_play play = { .name = c->name,
				 .label_name = RUNNER_LABEL,
				 .label_value = builder_mark(c->opts.builder, c->arena),
				 .image_ids = c->opts.image_ids,
				 .ports = c->ports,
				 .nports = c->nports };
	AUTO_FREE char *text = pod_render(c->opts.pod, &play);

	return file_write(c->file, str_c(text), 0600, err);
}

/* From the choice of ports on. */
static int
play(struct pod_check *c, struct err *err)
{
	int r = choose_ports(c, err);

	c->tries++;
	if (!r)
		r = write_manifest(c, err);
	return r ? r : podman_play(c->podman, c->file, on_played, c, err);
}

int
pod_check_start(const struct pod_check_opts *opts, pod_check_fn fn, void *ctx,
		struct pod_check **ret, struct err *err)
{
	struct pod_check *c = xcalloc(1, sizeof(*c));
	int r;

	*c = (struct pod_check){ .opts = *opts, .fn = fn, .ctx = ctx, .arena = arena_new() };
	c->started_ns = clock_mono_ns();
	c->podman = podman_new(&(struct runner_opts){
		.builder = opts->builder, .loop = opts->loop, .log_fd = opts->log_fd });
	c->name = arena_printf(c->arena, RUNNER_PREFIX "%lld-%s", (long long)opts->run_id,
			       opts->pod->graph->name);
	c->file = arena_printf(c->arena, "%s/%s.yaml", opts->stage_dir, c->name);
	c->volumes = pod_volumes(opts->pod, c->name);
	c->place = opts->pod->graph->at;
	name_containers(c);
	pod_check_log(opts);
	r = http_new(&(struct http_opts){ .loop = opts->loop }, &c->http, err);
	if (!r)
		r = play(c, err);
	if (r) {
		pod_check_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void
pod_check_cancel(struct pod_check *c)
{
	if (c->cancelled)
		return;
	c->cancelled = true;
	if (c->ending)
		return;
	if (c->timer) {
		loop_remove(c->opts.loop, c->timer);
		c->timer = loop_add_timer(c->opts.loop, 0, on_timer, c);
	} else if (c->ask) {
		check_ask_cancel(c->ask);
	} else {
		runner_cancel(podman_runner(c->podman));
	}
}

void
pod_check_free(struct pod_check *c)
{
	if (!c)
		return;
	check_ask_free(c->ask);
	loop_remove(c->opts.loop, c->timer);
	http_free(c->http);
	podman_free(c->podman);
	err_clear(&c->err);
	free(c->volumes);
	free(c->answer);
	free(c->message);
	arena_free(c->arena);
	free(c);
}
