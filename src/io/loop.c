/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c: the one poll loop: descriptors, timers, signals, child exits. */
#include "io/loop.h"

#include "base/clock.h"
#include "base/vec.h"
#include "io/fault.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often children are asked for where the kernel gives no descriptor of them. */
#define CHILD_POLL_MS 10
#define NS_PER_MS 1000000

enum kind { KIND_FD, KIND_TIMER, KIND_CHILD };

struct loop_source {
	enum kind kind;
	bool dead; /* removed; freed when no dispatch can hold it any more */
	int fd;    /* KIND_CHILD: a pidfd, owned, or -1 */
	short events;
	pid_t pid;
	int64_t due_ns;
	union {
		loop_fd_fn fd;
		loop_timer_fn timer;
		loop_child_fn child;
	} fn;
	void *ctx;
};

struct loop {
	VEC(struct loop_source *) sources; /* in order of their adding */
	VEC(struct pollfd) polled;
	VEC(struct loop_source *) owners; /* of polled; NULL for the signals */
	bool running;
	int sigfd; /* -1: signals are left alone */
	sigset_t old_mask;
	struct sigaction old_pipe, old_chld;
	loop_signal_fn on_signal;
	void *signal_ctx;
};

static void
watched_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

struct loop *
loop_new_quiet(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->sigfd = -1;
	return l;
}

int
loop_new(struct loop **ret, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, standard = { .sa_handler = SIG_DFL };
	struct loop *l = loop_new_quiet();
	sigset_t set;

	watched_signals(&set);
	l->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->sigfd < 0) {
		free(l);
		return err_sys(err, "cannot watch for signals");
	}
	/* These calls fail on wrong arguments only. */
	BUG_ON(sigprocmask(SIG_BLOCK, &set, &l->old_mask));
	BUG_ON(sigaction(SIGPIPE, &ignore, &l->old_pipe));
	/* A parent that ignores SIGCHLD leaves us children that nobody can wait for. */
	BUG_ON(sigaction(SIGCHLD, &standard, &l->old_chld));
	*ret = l;
	return 0;
}

static void
source_free(struct loop_source *s)
{
	if (s->kind == KIND_CHILD && s->fd >= 0)
		(void)close(s->fd); /* a pidfd has nothing to lose */
	free(s);
}

void
loop_free(struct loop *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->sources.n; i++)
		source_free(l->sources.v[i]);
	vec_fini(&l->sources);
	vec_fini(&l->polled);
	vec_fini(&l->owners);
	if (l->sigfd >= 0) {
		(void)close(l->sigfd); /* likewise */
		BUG_ON(sigaction(SIGPIPE, &l->old_pipe, NULL));
		BUG_ON(sigaction(SIGCHLD, &l->old_chld, NULL));
		BUG_ON(sigprocmask(SIG_SETMASK, &l->old_mask, NULL));
	}
	free(l);
}

static struct loop_source *
source_add(struct loop *l, enum kind kind, int fd, void *ctx)
{
	struct loop_source *s = xcalloc(1, sizeof(*s));

	s->kind = kind;
	s->fd = fd;
	s->ctx = ctx;
	vec_push(&l->sources, s);
	return s;
}

struct loop_source *
loop_add_fd(struct loop *l, int fd, short events, loop_fd_fn fn, void *ctx)
{
	struct loop_source *s = source_add(l, KIND_FD, fd, ctx);

	BUG_ON(fd < 0);
	s->events = events;
	s->fn.fd = fn;
	return s;
}

void
loop_set_events(struct loop_source *s, short events)
{
	BUG_ON(s->kind != KIND_FD);
	s->events = events;
}

struct loop_source *
loop_add_timer(struct loop *l, int64_t ms, loop_timer_fn fn, void *ctx)
{
	struct loop_source *s = source_add(l, KIND_TIMER, -1, ctx);

	s->due_ns = clock_mono_ns() + (ms > 0 ? ms : 0) * NS_PER_MS;
	s->fn.timer = fn;
	return s;
}

struct loop_source *
loop_add_child(struct loop *l, pid_t pid, loop_child_fn fn, void *ctx)
{
	/* Linux 5.3; older ones, and some sandboxes, do without. It is CLOEXEC by itself. */
	int fd = fault_hit("pidfd") ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	struct loop_source *s = source_add(l, KIND_CHILD, fd, ctx);

	BUG_ON(pid <= 0);
	s->events = POLLIN;
	s->pid = pid;
	s->fn.child = fn;
	return s;
}

void
loop_on_signal(struct loop *l, loop_signal_fn fn, void *ctx)
{
	l->on_signal = fn;
	l->signal_ctx = ctx;
}

void
loop_remove(struct loop *l, struct loop_source *s)
{
	(void)l; /* whose list it leaves when the loop comes round */
	if (s)
		s->dead = true;
}

static void
sweep(struct loop *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->sources.n; i++) {
		if (l->sources.v[i]->dead)
			source_free(l->sources.v[i]);
		else
			l->sources.v[kept++] = l->sources.v[i];
	}
	l->sources.n = kept;
}

static void
poll_add(struct loop *l, int fd, short events, struct loop_source *owner)
{
	struct pollfd p = { .fd = fd, .events = events };

	vec_push(&l->polled, p);
	vec_push(&l->owners, owner);
}

/* Fills l->polled and returns how long poll(2) may wait. */
static int
prepare(struct loop *l)
{
	int64_t now = clock_mono_ns(), wait_ns = INT64_MAX;

	l->polled.n = l->owners.n = 0;
	if (l->sigfd >= 0)
		poll_add(l, l->sigfd, POLLIN, NULL);
	for (size_t i = 0; i < l->sources.n; i++) {
		struct loop_source *s = l->sources.v[i];
		int64_t ns = INT64_MAX;

		if (s->kind == KIND_TIMER)
			ns = s->due_ns > now ? s->due_ns - now : 0;
		else if (s->fd >= 0)
			poll_add(l, s->fd, s->events, s);
		else
			ns = CHILD_POLL_MS * NS_PER_MS;
		if (ns < wait_ns)
			wait_ns = ns;
	}
	if (wait_ns == INT64_MAX)
		return -1;
	/* Rounded up, or the last millisecond would be spent spinning. */
	wait_ns = (wait_ns + NS_PER_MS - 1) / NS_PER_MS;
	return wait_ns < INT32_MAX ? (int)wait_ns : INT32_MAX;
}

static void
dispatch_signals(struct loop *l)
{
	struct signalfd_siginfo info;
	sigset_t set, blocked;

	while (read(l->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int signo = (int)info.ssi_signo;

		if (l->on_signal) {
			l->on_signal(l->signal_ctx, signo);
			continue;
		}
		sigemptyset(&set);
		sigaddset(&set, signo);
		BUG_ON(sigprocmask(SIG_UNBLOCK, &set, &blocked));
		(void)raise(signo); /* the end of us, as if nobody had blocked it */
		BUG_ON(sigprocmask(SIG_SETMASK, &blocked, NULL));
	}
}

static void
dispatch_child(struct loop_source *s)
{
	int status;
	pid_t got = waitpid(s->pid, &status, WNOHANG);

	BUG_ON(got < 0); /* not our child, or reaped by somebody else */
	if (!got)
		return;
	s->dead = true;
	s->fn.child(s->ctx, s->pid, status);
}

static void
dispatch_fds(struct loop *l)
{
	for (size_t i = 0; i < l->polled.n; i++) {
		struct loop_source *s = l->owners.v[i];
		short revents = l->polled.v[i].revents;

		if (!revents || (s && s->dead))
			continue;
		if (!s)
			dispatch_signals(l);
		else if (s->kind == KIND_CHILD)
			dispatch_child(s);
		else
			s->fn.fd(s->ctx, s->fd, revents);
	}
}

/* The timer that was due first of those that were there when the round began. */
static struct loop_source *
next_timer(const struct loop *l, size_t n, int64_t now)
{
	struct loop_source *first = NULL;

	for (size_t i = 0; i < n; i++) {
		struct loop_source *s = l->sources.v[i];

		if (s->dead || s->kind != KIND_TIMER || s->due_ns > now)
			continue;
		if (!first || s->due_ns < first->due_ns)
			first = s;
	}
	return first;
}

static void
dispatch_timers(struct loop *l)
{
	int64_t now = clock_mono_ns();
	size_t n = l->sources.n;
	struct loop_source *s;

	while ((s = next_timer(l, n, now))) {
		s->dead = true;
		s->fn.timer(s->ctx);
	}
}

static void
dispatch_blind_children(struct loop *l)
{
	size_t n = l->sources.n;

	for (size_t i = 0; i < n; i++) {
		struct loop_source *s = l->sources.v[i];

		if (s->kind == KIND_CHILD && s->fd < 0 && !s->dead)
			dispatch_child(s);
	}
}

static int
run(struct loop *l, const bool *done, struct err *err)
{
	for (;;) {
		int wait_ms;

		sweep(l);
		if ((done && *done) || !l->sources.n)
			return 0;
		wait_ms = prepare(l);
		if (poll(l->polled.v, l->polled.n, wait_ms) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "cannot wait for events");
		}
		dispatch_fds(l);
		dispatch_blind_children(l);
		dispatch_timers(l);
	}
}

int
loop_run(struct loop *l, const bool *done, struct err *err)
{
	int ret;

	BUG_ON(l->running); /* a callback must step, not wait */
	l->running = true;
	ret = run(l, done, err);
	l->running = false;
	return ret;
}
