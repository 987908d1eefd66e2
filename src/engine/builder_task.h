/* SPDX-License-Identifier: Apache-2.0 */
/* builder_task.h: what a builder was asked to do, under way. */
#ifndef LOCKSTEP_ENGINE_BUILDER_TASK_H
#define LOCKSTEP_ENGINE_BUILDER_TASK_H

#include "engine/builder.h"

/*
 * A command of a builder (builder.h) is a program, or a request to its engine. Who starts one need
 * not know which: it prints, can be ended, and has the result of a program.
 */
struct builder_task;

/* As in proc.h. */
struct builder_task_opts {
	struct loop *loop;
	int log_fd;
	int64_t timeout_ms;
	void (*on_line)(void *ctx, struct str line);
	proc_exit_fn on_exit;
	void *ctx;
};

/* Takes cmd. */
int builder_task_start(struct builder_cmd *cmd, const struct builder_task_opts *opts,
		       struct builder_task **ret, struct err *err) NODISCARD;
/* on_exit still comes. */
void builder_task_end(struct builder_task *t);
/* The last bytes of what it printed. */
struct str builder_task_tail(const struct builder_task *t);
/* Only after on_exit, or in it. NULL is fine. */
void builder_task_free(struct builder_task *t);

#endif
