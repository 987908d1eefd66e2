/* SPDX-License-Identifier: Apache-2.0 */
/* podman.c: podman's command lines, one at a time. */
#include "engine/podman_priv.h"

#include <sys/wait.h>

/* A little more than it takes to remove a container that does not want to go. */
#define QUICK_MS (60 * 1000)
/* A container ends by itself so long after its command should have. */
#define LIFE_MARGIN_S 30
#define LOG_SIZE "4mb"
/* What does not end when it is asked to is removed by force, so nothing is lost. */
#define GRACE_MS 500

struct podman {
	struct runner base;
	struct runner_opts opts;
	struct arena *arena; /* of the command under way */
	struct proc *proc;
	bool removing, split;
	struct runner_state *states; /* that are looked for, or NULL */
	size_t nstates;
	runner_fn fn;
	void *ctx;
};

struct podman *
podman_new(const struct runner_opts *opts)
{
	struct podman *p = xcalloc(1, sizeof(*p));

	p->base.ops = &runner_podman_ops;
	p->opts = *opts;
	return p;
}

struct runner *
podman_runner(struct podman *p)
{
	return &p->base;
}

static struct podman *
podman_of(struct runner *r)
{
	return (struct podman *)r;
}

void
podman_free(struct podman *p)
{
	if (!p)
		return;
	proc_free(p->proc);
	arena_free(p->arena);
	free(p->states);
	free(p);
}

static void
on_exit_of(void *ctx, const struct proc_result *result)
{
	struct podman *p = ctx;
	struct runner_result r = { .status = WIFEXITED(result->status) ? WEXITSTATUS(result->status)
								       : -1,
				   .output = p->split ? proc_stdout(p->proc) : proc_tail(p->proc),
				   .timed_out = result->timed_out,
				   .cancelled = result->cancelled,
				   .overflow = result->overflow };
	runner_fn fn = p->fn;

	if (p->states && podman_states(r.output, p->states, p->nstates))
		r.states = p->states;
	p->fn = NULL;
	p->removing = false;
	fn(p->ctx, &r);
}

int
podman_start(struct podman *p, struct builder_cmd *cmd, struct proc_opts *opts,
	     const struct podman_then *then, struct err *err)
{
	int r;

	p->fn = then->fn;
	p->ctx = then->ctx;
	p->removing = then->removing;
	p->split = opts->split_stdout;

	vec_push(&cmd->argv, NULL);
	opts->argv = cmd->argv.v;
	opts->env = cmd->env.v;
	opts->whole = true;
	opts->grace_ms = GRACE_MS;
	r = proc_start(p->opts.loop, opts, on_exit_of, p, &p->proc, err);
	vec_fini(&cmd->argv);
	vec_fini(&cmd->env);
	if (r)
		p->fn = NULL;
	return r;
}

const char *
podman_word(struct podman *p, const char *word)
{
	return arena_strdup(p->arena, word);
}

int
podman_log_fd(const struct podman *p)
{
	return p->opts.log_fd;
}

int
podman_begin(struct podman *p, const char *command, struct builder_cmd *ret, struct err *err)
{
	BUG_ON(p->fn);
	proc_free(p->proc);
	p->proc = NULL;
	arena_free(p->arena);
	p->arena = arena_new();
	free(p->states);
	p->states = NULL;
	if (!builder_podman_cmd(p->opts.builder, p->arena, ret))
		return err_set(err, ERR_TOOL, "podman cannot see images of this builder");
	vec_push(&ret->argv, command);
	return 0;
}

static void
add(struct builder_cmd *cmd, const char *flag, const char *value)
{
	vec_push(&cmd->argv, flag);
	vec_push(&cmd->argv, value);
}

static void
add_list(struct builder_cmd *cmd, struct arena *a, const char *flag, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (flag)
			vec_push(&cmd->argv, flag);
		vec_push(&cmd->argv, arena_strdup(a, json_string_value(item)));
	}
}

static void
add_mounts(struct builder_cmd *cmd, struct arena *a, const struct runner_container *c)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(c->keys, "mounts"), i, item)
	{
		struct str rest = str_c(json_string_value(item)), what;

		(void)str_next(&rest, ':', &what); /* the graph's loader saw to it */
		if (str_eq_c(what, "tmpfs"))
			add(cmd, "--tmpfs", arena_printf(a, "%.*s:rw,mode=1777", STR_FMT(rest)));
		else if (str_eq_c(what, "volume"))
			add(cmd, "--volume", arena_str(a, rest));
		else
			add(cmd, "--volume",
			    arena_printf(a, "%s/%zu:%.*s:ro", c->folders, i, STR_FMT(rest)));
	}
}

static void
add_env(struct builder_cmd *cmd, struct arena *a, const json_t *env)
{
	const json_t *value;
	const char *name;

	json_object_foreach((json_t *)env, name, value)
		add(cmd, "--env", arena_printf(a, "%s=%s", name, json_string_value(value)));
}

static void
add_keys(struct builder_cmd *cmd, struct arena *a, const struct runner_container *c)
{
	const char *user = json_get_text(c->keys, "user");
	const char *workdir = json_get_text(c->keys, "workdir");
	const json_t *memory = json_object_get(c->keys, "memory");
	const json_t *pids = json_object_get(c->keys, "pids");

	if (user)
		add(cmd, "--user", arena_strdup(a, user));
	if (workdir)
		add(cmd, "--workdir", arena_strdup(a, workdir));
	add_list(cmd, a, "--cap-drop", json_object_get(c->keys, "cap-drop"));
	add_list(cmd, a, "--cap-add", json_object_get(c->keys, "cap-add"));
	if (json_is_true(json_object_get(c->keys, "no-new-privileges")))
		add(cmd, "--security-opt", "no-new-privileges");
	if (json_is_true(json_object_get(c->keys, "read-only"))) {
		vec_push(&cmd->argv, "--read-only");
		/* What is writable is said by `mounts`, as in a pod. */
		vec_push(&cmd->argv, "--read-only-tmpfs=false");
	}
	if (memory)
		add(cmd, "--memory",
		    arena_printf(a, "%lldb", (long long)json_integer_value(memory)));
	if (pids)
		add(cmd, "--pids-limit",
		    arena_printf(a, "%lld", (long long)json_integer_value(pids)));
	add_mounts(cmd, a, c);
	add_env(cmd, a, json_object_get(c->keys, "env"));
}

static void
add_network(struct builder_cmd *cmd, struct arena *a, const struct runner_container *c)
{
	const char *network = json_get_text(c->keys, "network");

	/* Without the flag it is podman's own way out, which differs for root and others. */
	if (!c->port && !(network && !strcmp(network, "outside")))
		add(cmd, "--network", "none");
	if (c->port)
		add(cmd, "--publish", arena_printf(a, "127.0.0.1:%d:%d", c->host_port, c->port));
}

static void
add_command(struct builder_cmd *cmd, struct arena *a, const struct runner_container *c)
{
	const json_t *item;
	size_t i;

	if (c->bare) {
		AUTO_JSON json_t *first = json_pack("[O]", json_array_get(c->command, 0));
		AUTO_FREE char *text = json_canonical(first);

		add(cmd, "--entrypoint", arena_strdup(a, text));
	}
	vec_push(&cmd->argv, arena_strdup(a, c->image_id + strlen("sha256:")));
	json_array_foreach(c->command, i, item)
	{
		if (i || !c->bare)
			vec_push(&cmd->argv, arena_strdup(a, json_string_value(item)));
	}
}

static int
run(struct runner *runner, const struct runner_container *c, runner_fn fn, void *ctx,
    struct err *err)
{
	struct podman *p = podman_of(runner);
	struct proc_opts opts = { .log_fd = c->detach ? -1 : p->opts.log_fd,
				  .timeout_ms = c->detach ? QUICK_MS : c->timeout_ms };
	struct builder_cmd cmd;
	struct arena *a;
	int r = podman_begin(p, "run", &cmd, err);

	if (r)
		return r;
	a = p->arena;
	add(&cmd, "--name", arena_strdup(a, c->name));
	add(&cmd, "--label", runner_label(p->opts.builder, a));
	add(&cmd, "--pull", "never");
	vec_push(&cmd.argv, "--http-proxy=false"); /* may hold a password */
	add(&cmd, "--timeout",
	    arena_printf(a, "%lld", (long long)c->timeout_ms / 1000 + LIFE_MARGIN_S));
	if (c->detach) {
		vec_push(&cmd.argv, "--detach");
		add(&cmd, "--log-driver", "k8s-file");
		add(&cmd, "--log-opt", "max-size=" LOG_SIZE);
	} else {
		add(&cmd, "--log-driver", "none");
	}
	add_network(&cmd, a, c);
	add_keys(&cmd, a, c);
	add_command(&cmd, a, c);
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

static int
exec_in(struct runner *runner, const struct runner_command *c, runner_fn fn, void *ctx,
	struct err *err)
{
	struct podman *p = podman_of(runner);
	struct proc_opts opts = { .log_fd = p->opts.log_fd, .timeout_ms = c->timeout_ms };
	struct builder_cmd cmd;
	int r = podman_begin(p, "exec", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, arena_strdup(p->arena, c->container));
	add_list(&cmd, p->arena, NULL, c->argv);
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

static int
look(struct runner *runner, const char *const *names, runner_fn fn, void *ctx, struct err *err)
{
	struct podman *p = podman_of(runner);
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = QUICK_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "inspect", &cmd, err);

	if (r)
		return r;
	add(&cmd, "--type", "container");
	add(&cmd, "--format", "{{.State.Running}} {{.State.ExitCode}} {{.State.OOMKilled}}");
	for (p->nstates = 0; names[p->nstates]; p->nstates++)
		vec_push(&cmd.argv, arena_strdup(p->arena, names[p->nstates]));
	p->states = xcalloc(p->nstates + 1, sizeof(*p->states));
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

static int
logs(struct runner *runner, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	struct podman *p = podman_of(runner);
	struct proc_opts opts = { .log_fd = p->opts.log_fd, .timeout_ms = QUICK_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "logs", &cmd, err);

	if (r)
		return r;
	add(&cmd, "--tail", "1000");
	vec_push(&cmd.argv, arena_strdup(p->arena, name));
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, false }, err);
}

static int
remove_container(struct runner *runner, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	struct podman *p = podman_of(runner);
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = QUICK_MS };
	struct builder_cmd cmd;
	int r = podman_begin(p, "rm", &cmd, err);

	if (r)
		return r;
	vec_push(&cmd.argv, "--force");
	vec_push(&cmd.argv, "--ignore");
	vec_push(&cmd.argv, "--volumes");
	add(&cmd, "--time", "0");
	vec_push(&cmd.argv, arena_strdup(p->arena, name));
	return podman_start(p, &cmd, &opts, &(struct podman_then){ fn, ctx, true }, err);
}

static void
cancel(struct runner *runner)
{
	struct podman *p = podman_of(runner);

	if (p->fn && !p->removing)
		proc_end(p->proc);
}

static bool
read_state(struct str line, struct runner_state *ret)
{
	unsigned long long status;
	struct str running, exited, oom;

	if (!str_next(&line, ' ', &running) || !str_next(&line, ' ', &exited) ||
	    !str_next(&line, ' ', &oom) || !str_to_u64(exited, &status))
		return false;
	*ret = (struct runner_state){ .running = str_eq_c(running, "true"),
				      .exit_status = (int)status,
				      .out_of_memory = str_eq_c(oom, "true") };
	return true;
}

bool
podman_states(struct str output, struct runner_state *ret, size_t n)
{
	struct str line;
	size_t seen = 0;

	while (seen < n && str_next_line(&output, &line))
		if (read_state(line, &ret[seen]))
			seen++; /* other lines are warnings */
	return seen == n;
}

static struct runner *
new(const struct runner_opts *opts)
{
	return podman_runner(podman_new(opts));
}

static void
free_runner(struct runner *runner)
{
	podman_free(podman_of(runner));
}

static char *
who(struct builder *b UNUSED)
{
	return xstrdup("podman's program, on lockstep's own storage,");
}

#define PODMAN_OPS                                                                                 \
	.new = new, .free = free_runner, .run = run, .exec = exec_in, .look = look, .logs = logs,  \
	.remove = remove_container, .cancel = cancel, .tidy = podman_tidy, .rest = podman_rest,    \
	.probe = podman_probe, .who = who

const struct runner_ops runner_podman_ops = { .pods = true, PODMAN_OPS };
const struct runner_ops runner_podman_loaded_ops = { .pods = false, PODMAN_OPS };
