/* SPDX-License-Identifier: Apache-2.0 */
/* t-lock.c: one at a time, between processes. */
#include "io/lock.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct waiter {
	char *holder;
	int n_waiting, n_asked;
	int give_up_after; /* questions; -1 = never */
	pid_t other;       /* killed at the second question */
};

static void
on_waiting(void *ctx, const char *holder)
{
	struct waiter *w = ctx;

	w->n_waiting++;
	w->holder = xstrdup(holder);
}

static bool
on_asked(void *ctx)
{
	struct waiter *w = ctx;

	if (++w->n_asked == 2 && w->other)
		kill(w->other, SIGKILL);
	return w->give_up_after >= 0 && w->n_asked > w->give_up_after;
}

/* A process that holds the lock until it is killed. */
static pid_t
start_holder(const char *path, const char *name)
{
	int fds[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct lock *l = NULL;

		if (lock_try(path, name, &l, NULL) || !l || write(fds[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	return pid;
}

static void
free_lock_is_taken_and_named(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "lock");
	struct lock_wait wait = { on_waiting, NULL, NULL };
	struct err AUTO_ERR err = ERR_INIT;
	struct lock *l = NULL, *second = NULL;
	char *AUTO_FREE text = NULL, *AUTO_FREE after = NULL;
	struct stat st;

	assert_int_equal(lock_acquire(path, "pid 1, first\nsecond line", &wait, &l, &err), 0);
	text = tmp_read(*state, "lock");
	assert_string_equal(text, "pid 1, first");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* flock is by open file: the same process does not get it twice either. */
	assert_int_equal(lock_try(path, "again", &second, &err), 0);
	assert_null(second);
	lock_release(l);
	after = tmp_read(*state, "lock");
	assert_string_equal(after, "");
	assert_int_equal(lock_try(path, "again", &second, &err), 0);
	assert_non_null(second);
	lock_release(second);
	lock_release(NULL);
}

static void
waits_until_the_holder_dies(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "lock");
	pid_t other = start_holder(path, "pid 4711, lockstep build");
	struct waiter w = { .give_up_after = -1, .other = other };
	struct lock_wait wait = { on_waiting, on_asked, &w };
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE text = NULL;
	struct lock *l = NULL;
	int status;

	assert_int_equal(lock_acquire(path, "mine", &wait, &l, &err), 0);
	assert_int_equal(w.n_waiting, 1);
	assert_in_range(w.n_asked, 2, 20);
	assert_string_equal(w.holder, "pid 4711, lockstep build");
	text = tmp_read(*state, "lock");
	assert_string_equal(text, "mine");
	assert_int_equal(waitpid(other, &status, 0), other);
	lock_release(l);
	free(w.holder);
}

static void
waiting_can_be_cancelled(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "lock");
	pid_t other = start_holder(path, "");
	struct waiter w = { .give_up_after = 1 };
	struct lock_wait wait = { on_waiting, on_asked, &w };
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE want = NULL;
	struct lock *l = NULL;
	int status;

	assert_int_equal(lock_acquire(path, "mine", &wait, &l, &err), -ERR_CANCELLED);
	want = xasprintf("gave up waiting for '%s', held by another process", path);
	assert_string_equal(err.msg, want);
	assert_null(l);
	assert_int_equal(w.n_asked, 2);
	kill(other, SIGKILL);
	assert_int_equal(waitpid(other, &status, 0), other);
	free(w.holder);
}

static void
child_does_not_inherit_it(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "lock");
	struct err AUTO_ERR err = ERR_INIT;
	struct lock *l = NULL, *again = NULL;
	int status;
	pid_t pid;

	assert_int_equal(lock_try(path, "mine", &l, &err), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		execlp("sleep", "sleep", "30", (char *)NULL);
		_exit(127);
	}
	/* Until it has executed it holds what we hold. */
	for (int i = 0; i < 500 && !again; i++) {
		usleep(10000);
		lock_release(l);
		l = NULL;
		assert_int_equal(lock_try(path, "again", &again, &err), 0);
	}
	assert_non_null(again);
	assert_int_equal(kill(pid, 0), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	lock_release(again);
}

static void
file_that_cannot_be_locked_is_told(void **state)
{
	char *AUTO_FREE path = tmp_path(*state, "none/lock");
	char *AUTO_FREE link = tmp_path(*state, "link");
	char *AUTO_FREE want =
		xasprintf("cannot open lock file '%s': No such file or directory", path);
	struct err AUTO_ERR err = ERR_INIT;
	struct lock *l = NULL;

	assert_int_equal(lock_try(path, "mine", &l, &err), -ERR_SYSTEM);
	assert_string_equal(err.msg, want);
	assert_int_equal(symlink("elsewhere", link), 0);
	assert_int_equal(lock_try(link, "mine", &l, &err), -ERR_SYSTEM);
	assert_int_equal(err.sys_errno, ELOOP);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(free_lock_is_taken_and_named),       TEST(waits_until_the_holder_dies),
		TEST(waiting_can_be_cancelled),           TEST(child_does_not_inherit_it),
		TEST(file_that_cannot_be_locked_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
