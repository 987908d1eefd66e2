/* SPDX-License-Identifier: Apache-2.0 */
/* builder_task.c: a program, or a request. */
#include "engine/builder_task.h"

#include "engine/builder_priv.h"
#include "remote/docker_call.h"

struct builder_task {
	struct proc *proc;
	struct docker_call *call; /* in its place */
};

static int
start_program(const struct builder_cmd *cmd, const struct builder_task_opts *o, struct proc **ret,
	      struct err *err)
{
	struct proc_opts opts = { .argv = cmd->argv.v,
				  .env = cmd->env.v,
				  .log_fd = o->log_fd,
				  .timeout_ms = o->timeout_ms,
				  .on_line = o->on_line,
				  .ctx = o->ctx };

	return proc_start(o->loop, &opts, o->on_exit, o->ctx, ret, err);
}

static int
start_call(const struct builder_cmd *cmd, const struct builder_task_opts *o,
	   struct docker_call **ret, struct err *err)
{
	struct docker_call_watch watch = { .loop = o->loop,
					   .log_fd = o->log_fd,
					   .timeout_ms = o->timeout_ms,
					   .on_line = o->on_line,
					   .on_exit = o->on_exit,
					   .ctx = o->ctx };

	return docker_call_start(cmd->call, &watch, ret, err);
}

int
builder_task_start(struct builder_cmd *cmd, const struct builder_task_opts *opts,
		   struct builder_task **ret, struct err *err)
{
	struct builder_task *t = xcalloc(1, sizeof(*t));
	int r = cmd->call ? start_call(cmd, opts, &t->call, err)
			  : start_program(cmd, opts, &t->proc, err);

	builder_cmd_fini(cmd);
	if (r)
		free(t);
	else
		*ret = t;
	return r;
}

void
builder_task_end(struct builder_task *t)
{
	if (t->call)
		docker_call_end(t->call);
	else
		proc_end(t->proc);
}

struct str
builder_task_tail(const struct builder_task *t)
{
	return t->call ? docker_call_tail(t->call) : proc_tail(t->proc);
}

void
builder_task_free(struct builder_task *t)
{
	if (!t)
		return;
	docker_call_free(t->call);
	proc_free(t->proc);
	free(t);
}
