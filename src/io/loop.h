/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h: the one poll loop: descriptors, timers, signals, child exits. */
#ifndef LOCKSTEP_IO_LOOP_H
#define LOCKSTEP_IO_LOOP_H

#include "base/err.h"

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One thread runs one loop; everything above it steps: it is called, moves on, and returns.
 * Nothing sleeps to wait. Callbacks may add and remove sources, their own included.
 * A loop owns the process's handling of SIGINT, SIGTERM, SIGHUP (blocked), SIGPIPE (ignored) and
 * SIGCHLD (default) from loop_new() to loop_free(): signals arrive as events, never in a handler's
 * context. A signal that was ignored when the program started stays ignored (nohup).
 */
struct loop;
struct loop_source;

typedef void (*loop_fd_fn)(void *ctx, int fd, short revents);
typedef void (*loop_timer_fn)(void *ctx);
/* status as of waitpid(2). */
typedef void (*loop_child_fn)(void *ctx, pid_t pid, int status);
typedef void (*loop_signal_fn)(void *ctx, int signo);

int loop_new(struct loop **ret, struct err *err) NODISCARD;
/* A loop that leaves signals alone, for one short wait inside a function (proc_run), while the
 * loop of the program may exist too. */
struct loop *loop_new_quiet(void);
/* Restores the signal handling it found; a signal that nobody has asked for by then takes effect.
 * NULL is fine. */
void loop_free(struct loop *l);

/* The loop does not own fd. */
struct loop_source *loop_add_fd(struct loop *l, int fd, short events, loop_fd_fn fn, void *ctx);
/* What to wait for from now on; 0 for errors and hang-up only. */
void loop_set_events(struct loop_source *s, short events);
/* Once, after ms milliseconds; the source is gone after it has fired. */
struct loop_source *loop_add_timer(struct loop *l, int64_t ms, loop_timer_fn fn, void *ctx);
/* Once, when the child has been reaped; the source is gone afterwards. */
struct loop_source *loop_add_child(struct loop *l, pid_t pid, loop_child_fn fn, void *ctx);
/* SIGINT, SIGTERM, SIGHUP; one handler for the loop. Without one they end the process. */
void loop_on_signal(struct loop *l, loop_signal_fn fn, void *ctx);
/* NULL is fine. Pending events of a removed source are not delivered. */
void loop_remove(struct loop *l, struct loop_source *s);

/* Waits for and dispatches events until *done is true (done may be NULL) or nothing is left to
 * wait for. */
int loop_run(struct loop *l, const bool *done, struct err *err) NODISCARD;

#endif
