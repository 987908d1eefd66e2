/* SPDX-License-Identifier: Apache-2.0 */
/* proc.h: other programs: started from an argv, watched by the loop, ended as a group. */
#ifndef LOCKSTEP_IO_PROC_H
#define LOCKSTEP_IO_PROC_H

#include "base/buf.h"
#include "base/err.h"
#include "io/loop.h"

/*
 * posix_spawn, never a shell, every descriptor of ours closed in the child, signals unblocked and
 * SIGPIPE deadly again, a process group of its own, so that ending it reaches its grandchildren.
 * Standard input is /dev/null unless given. Output of both streams goes, in the order of arrival,
 * to the log descriptor, line by line to on_line, and its last MAX_CHILD_KEPT bytes are kept for
 * error messages.
 */
struct proc_opts {
	const char *const *argv; /* argv[0] is looked up in our PATH unless it has a slash */
	const char *const *env;  /* "NAME=value" list, NULL-terminated; NULL = ours */
	const char *cwd;         /* NULL = ours; an argv[0] with a slash is relative to it */
	int log_fd;              /* -1 = none; not owned */
	bool split_stdout;       /* stdout apart: kept whole in proc_stdout(), not logged */
	size_t stdout_max;       /* ceiling for it; more ends the child; 0 = MAX_CHILD_KEPT */
	bool whole;              /* more than MAX_CHILD_KEPT of the rest ends the child, too */
	struct str input;        /* for standard input (copied); empty = /dev/null */
	int64_t timeout_ms;      /* 0 = none */
	int64_t grace_ms;        /* between SIGTERM and SIGKILL; 0 = 5000 */
	void (*on_line)(void *ctx, struct str line); /* without LF; may be NULL */
	void *ctx;
};

struct proc_result {
	int status; /* as of waitpid */
	bool timed_out;
	bool cancelled; /* proc_end() was called */
	bool overflow;  /* stdout was larger than stdout_max, or not `whole`: the child was ended */
	int log_errno;  /* of the first write to the log that failed; nothing was logged after */
	int64_t wall_ms;
};

struct proc;
typedef void (*proc_exit_fn)(void *ctx, const struct proc_result *result);

/* Starts; on_exit is called once by the loop after the child is reaped and its output is read to
 * the end (or, when grandchildren hold the pipe, 2 s later). ERR_TOOL when the program is not
 * found or not executable; the message names it. opts is not needed afterwards. */
int proc_start(struct loop *loop, const struct proc_opts *opts, proc_exit_fn on_exit, void *ctx,
	       struct proc **ret, struct err *err) NODISCARD;
/* SIGTERM to the group, SIGKILL after the grace to whoever is left of it (at once when the child
 * has ended and nobody holds its output any more). on_exit still comes. */
void proc_end(struct proc *p);
pid_t proc_pid(const struct proc *p);
/* The last bytes of the output (both streams unless split), and stdout if split. */
struct str proc_tail(const struct proc *p);
struct str proc_stdout(const struct proc *p);
/* Only after on_exit, or in it. NULL is fine. */
void proc_free(struct proc *p);

/* Runs a short program to its end (for git and version probes): stdout is appended to out (NULL =
 * dropped); a non-zero exit, a timeout or more than stdout_max is ERR_TOOL with stderr in the
 * message. Signals to us wait until it is over. */
int proc_run(const struct proc_opts *opts, struct buf *out, struct err *err) NODISCARD;

/* As proc_run, but an exit status that is not zero is left to the caller, in *ret; it gets the
 * lines of stderr, joined by "; ", in ret_stderr (may be NULL), which it frees. */
int proc_run_status(const struct proc_opts *opts, struct buf *out, struct proc_result *ret,
		    char **ret_stderr, struct err *err) NODISCARD;

/* "exit status 3", "killed by SIGKILL", …; caller frees. */
char *proc_status_text(int status) NODISCARD;
/* True if a program of that name is in PATH and executable; ret_path (may be NULL) is freed by the
 * caller. Relative and empty parts of PATH are skipped: what lies in the current folder is no
 * tool. A name with a slash is taken as it is. */
bool proc_find(const char *name, char **ret_path);

#endif
