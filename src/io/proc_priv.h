/* SPDX-License-Identifier: Apache-2.0 */
/* proc_priv.h: what proc.c, proc_run.c and git_cat.c share: starting a child. */
#ifndef LOCKSTEP_IO_PROC_PRIV_H
#define LOCKSTEP_IO_PROC_PRIV_H

#include "io/proc.h"

/* The child's descriptors 0, 1 and 2; -1 = /dev/null. Not owned. */
struct proc_stdio {
	int in, out, err;
};

/* Starts opts->argv in opts->cwd with opts->env, as the head of a process group. */
int proc_spawn(const struct proc_opts *opts, const struct proc_stdio *io, pid_t *ret,
	       struct err *err) NODISCARD;
/* A pipe with both ends CLOEXEC, above 2 (a program started with closed standard descriptors would
 * otherwise mix them up), and the end that we read non-blocking. */
int proc_pipe(int ret_fds[2], struct err *err) NODISCARD;
/* Two sockets, likewise, both blocking: for a conversation with a child, without SIGPIPE. */
int proc_socket(int ret_fds[2], struct err *err) NODISCARD;

#endif
