/* SPDX-License-Identifier: Apache-2.0 */
/* t-loop.c: descriptors, timers, signals and child exits as events. */
#include "base/buf.h"
#include "base/clock.h"
#include "io/fault.h"
#include "io/loop.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What happened, in order, as text. */
struct trace {
	struct loop *l;
	struct buf log;
	struct loop_source *other;
	int fds[2];
	bool done;
};

struct mark {
	struct trace *t;
	const char *name;
};

static int
setup(void **state)
{
	struct trace *t = xcalloc(1, sizeof(*t));
	struct err AUTO_ERR err = ERR_INIT;

	buf_init(&t->log, 0);
	*state = t;
	return loop_new(&t->l, &err) || pipe2(t->fds, O_CLOEXEC | O_NONBLOCK);
}

static int
teardown(void **state)
{
	struct trace *t = *state;

	loop_free(t->l);
	buf_fini(&t->log);
	close(t->fds[0]);
	close(t->fds[1]);
	free(t);
	return 0;
}

static void
run(struct trace *t)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(loop_run(t->l, &t->done, &err), 0);
}

static void
on_mark(void *ctx)
{
	struct mark *m = ctx;

	buf_addf(&m->t->log, "%s ", m->name);
}

static void
timers_fire_in_order_of_time(void **state)
{
	struct trace *t = *state;
	struct mark a = { t, "a" }, b = { t, "b" }, c = { t, "c" }, d = { t, "d" };
	int64_t start = clock_mono_ns();

	loop_add_timer(t->l, 30, on_mark, &c);
	loop_add_timer(t->l, 10, on_mark, &a);
	loop_add_timer(t->l, 20, on_mark, &b);
	loop_remove(t->l, loop_add_timer(t->l, 15, on_mark, &d));
	loop_remove(t->l, NULL);
	run(t);
	assert_string_equal(t->log.data, "a b c ");
	assert_in_range(clock_mono_ns() - start, 30000000, 5000000000);
}

static void
on_readable(void *ctx, int fd, short revents)
{
	struct trace *t = ctx;
	char byte;

	assert_true(revents & POLLIN);
	assert_int_equal(read(fd, &byte, 1), 1);
	buf_addf(&t->log, "%c ", byte);
	if (byte == 'z')
		t->done = true;
}

static void
on_write_next(void *ctx)
{
	struct trace *t = ctx;
	const char *text = "xyz";

	assert_int_equal(write(t->fds[1], text, 3), 3);
}

static void
descriptor_is_read_until_done(void **state)
{
	struct trace *t = *state;

	loop_add_fd(t->l, t->fds[0], POLLIN, on_readable, t);
	loop_add_timer(t->l, 1, on_write_next, t);
	run(t);
	assert_string_equal(t->log.data, "x y z ");
	/* What is done is not waited for, although a source is left. */
	run(t);
}

static void
on_remove_other(void *ctx, int fd, short revents)
{
	struct trace *t = ctx;

	(void)fd;
	(void)revents;
	buf_adds(&t->log, "removed ");
	loop_remove(t->l, t->other);
	t->done = true;
}

static void
pending_event_of_a_removed_source_is_dropped(void **state)
{
	struct trace *t = *state;

	loop_add_fd(t->l, t->fds[1], POLLOUT, on_remove_other, t);
	t->other = loop_add_fd(t->l, t->fds[0], POLLIN, on_readable, t);
	assert_int_equal(write(t->fds[1], "x", 1), 1);
	run(t);
	assert_string_equal(t->log.data, "removed ");
}

static void
on_exit_status(void *ctx, pid_t pid, int status)
{
	struct trace *t = ctx;

	assert_true(pid > 0);
	buf_addf(&t->log, "%d ", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

static pid_t
child(int seconds_100th, int code)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		usleep((useconds_t)seconds_100th * 10000);
		_exit(code);
	}
	return pid;
}

static void
children_are_reaped_in_order_of_their_end(void **state)
{
	struct trace *t = *state;
	pid_t slow = child(20, 3), quick = child(0, 4), early = child(0, 5);
	siginfo_t info;

	/* Gone before the loop hears of it. */
	assert_int_equal(waitid(P_PID, (id_t)early, &info, WEXITED | WNOWAIT), 0);
	loop_add_child(t->l, slow, on_exit_status, t);
	loop_add_child(t->l, early, on_exit_status, t);
	run(t);
	assert_string_equal(t->log.data, "5 3 ");
	loop_add_child(t->l, quick, on_exit_status, t);
	run(t);
	assert_string_equal(t->log.data, "5 3 4 ");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
quiet_loop_inside_another(void **state)
{
	struct trace *t = *state;
	struct loop *inner = loop_new_quiet();
	struct err AUTO_ERR err = ERR_INIT;

	loop_add_child(t->l, child(0, 1), on_exit_status, t);
	loop_add_child(inner, child(5, 2), on_exit_status, t);
	assert_int_equal(loop_run(inner, NULL, &err), 0);
	loop_free(inner);
	assert_string_equal(t->log.data, "2 ");
	run(t);
	assert_string_equal(t->log.data, "2 1 ");
}

static void
on_signal(void *ctx, int signo)
{
	struct trace *t = ctx;

	buf_addf(&t->log, "signal %d ", signo);
	t->done = true;
}

static void
on_raise(void *ctx)
{
	(void)ctx;
	raise(SIGTERM);
	raise(SIGINT);
}

static void
signals_are_events(void **state)
{
	struct trace *t = *state;
	struct mark late = { t, "late" };

	loop_on_signal(t->l, on_signal, t);
	loop_add_timer(t->l, 1, on_raise, NULL);
	loop_add_timer(t->l, 60000, on_mark, &late);
	run(t);
	assert_string_equal(t->log.data, "signal 2 signal 15 ");
	/* A broken pipe is an error of write and no more. */
	close(t->fds[0]);
	assert_int_equal(write(t->fds[1], "x", 1), -1);
	t->fds[0] = dup(t->fds[1]);
}

static void
unheard_signal_ends_the_process(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		struct trace *t = *state;

		loop_add_timer(t->l, 1, on_raise, NULL);
		loop_add_timer(t->l, 60000, on_raise, NULL);
		run(t);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

static void
signal_handling_is_restored(void **state)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct sigaction before = { .sa_handler = SIG_IGN }, now, saved;
	struct loop *l = NULL;
	sigset_t mask;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &before, &saved), 0);
	assert_int_equal(loop_new(&l, &err), 0);
	assert_int_equal(sigaction(SIGCHLD, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
	loop_free(l);
	assert_int_equal(sigaction(SIGCHLD, &saved, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_IGN);
	assert_int_equal(sigaction(SIGPIPE, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

#ifdef LOCKSTEP_FAULTS
static void
child_without_a_descriptor_is_reaped(void **state)
{
	struct trace *t = *state;

	assert_int_equal(setenv("LOCKSTEP_FAULT", "pidfd", 1), 0);
	fault_reset();
	loop_add_child(t->l, child(5, 6), on_exit_status, t);
	assert_int_equal(unsetenv("LOCKSTEP_FAULT"), 0);
	run(t);
	assert_string_equal(t->log.data, "6 ");
}
#endif

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(timers_fire_in_order_of_time),
		TEST(descriptor_is_read_until_done),
		TEST(pending_event_of_a_removed_source_is_dropped),
		TEST(children_are_reaped_in_order_of_their_end),
		TEST(quiet_loop_inside_another),
		TEST(signals_are_events),
		TEST(unheard_signal_ends_the_process),
#ifdef LOCKSTEP_FAULTS
		TEST(child_without_a_descriptor_is_reaped),
#endif
		cmocka_unit_test(signal_handling_is_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
