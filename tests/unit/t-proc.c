/* SPDX-License-Identifier: Apache-2.0 */
/* t-proc.c: real programs, their output and their end. */
#include "base/clock.h"
#include "base/file.h"
#include "io/fault.h"
#include "io/output.h"
#include "io/proc.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* One program under a loop, and what came of it. */
struct job {
	struct loop *loop;
	struct proc *p;
	struct proc_result result;
	struct buf lines; /* each followed by '|' */
	bool done;
	int n_exits;
};

static void
on_exit_note(void *ctx, const struct proc_result *result)
{
	struct job *j = ctx;

	j->result = *result;
	j->done = true;
	j->n_exits++;
}

static void
on_line(void *ctx, struct str line)
{
	struct job *j = ctx;

	buf_add_str(&j->lines, line);
	buf_addc(&j->lines, '|');
}

static void
job_start(struct job *j, struct proc_opts *opts)
{
	struct err AUTO_ERR err = ERR_INIT;

	*j = (struct job){ 0 };
	buf_init(&j->lines, 0);
	assert_int_equal(loop_new(&j->loop, &err), 0);
	opts->on_line = on_line;
	opts->ctx = j;
	if (proc_start(j->loop, opts, on_exit_note, j, &j->p, &err))
		fail_msg("%s", err.msg);
}

static void
job_wait(struct job *j)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(loop_run(j->loop, &j->done, &err), 0);
	assert_int_equal(j->n_exits, 1);
}

static void
job_fini(struct job *j)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
	proc_free(j->p);
	loop_free(j->loop);
	buf_fini(&j->lines);
}

#define SH(script) ((const char *const[]){ "sh", "-c", (script), NULL })
#define OPTS(script, ...)                                                                          \
	{                                                                                          \
		.argv = SH(script), .log_fd = -1, ##__VA_ARGS__                                    \
	}

static void
assert_status(const struct job *j, const char *want)
{
	char *AUTO_FREE text = proc_status_text(j->result.status);

	assert_string_equal(text, want);
}

static void
both_streams_in_order_to_log_lines_and_tail(void **state)
{
	struct proc_opts opts = OPTS("echo one; echo two >&2; printf 'th\\0ree'; exit 3");
	char *AUTO_FREE path = tmp_path(*state, "log");
	int AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	char *AUTO_FREE log = NULL;
	struct job j;

	opts.log_fd = fd;
	job_start(&j, &opts);
	assert_int_equal(getpgid(proc_pid(j.p)), proc_pid(j.p));
	job_wait(&j);
	assert_status(&j, "exit status 3");
	assert_int_equal(j.lines.len, 15);
	assert_memory_equal(j.lines.data, "one|two|th\0ree|", 15);
	assert_int_equal(proc_tail(j.p).n, 14);
	assert_memory_equal(proc_tail(j.p).p, "one\ntwo\nth\0ree", 14);
	assert_int_equal(proc_stdout(j.p).n, 0);
	log = tmp_read(*state, "log");
	assert_memory_equal(log, "one\ntwo\nth\0ree", 15);
	assert_int_equal(j.result.log_errno, 0);
	job_fini(&j);
}

static void
stdout_apart_stays_out_of_the_log(void **state)
{
	struct proc_opts opts = OPTS("echo out; echo err >&2; printf more", .split_stdout = true);
	struct job j;

	(void)state;
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "exit status 0");
	assert_string_equal(proc_stdout(j.p).p, "out\nmore");
	assert_string_equal(proc_tail(j.p).p, "err\n");
	assert_string_equal(j.lines.data, "err|");
	job_fini(&j);
}

static void
full_disk_ends_the_log_only(void **state)
{
	struct proc_opts opts = OPTS("echo one; echo two");
	int AUTO_FD fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct job j;

	(void)state;
	opts.log_fd = fd;
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "exit status 0");
	assert_int_equal(j.result.log_errno, ENOSPC);
	assert_string_equal(j.lines.data, "one|two|");
	job_fini(&j);
}

static void
only_the_last_bytes_are_kept(void **state)
{
	struct proc_opts opts = OPTS("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
	struct job j;
	struct str tail, rest, line;
	size_t longest = 0, sum = 0, n = 0;

	(void)state;
	job_start(&j, &opts);
	job_wait(&j);
	tail = proc_tail(j.p);
	assert_int_equal(tail.n, MAX_CHILD_KEPT);
	assert_memory_equal(tail.p + tail.n - 7, "xx\nend\n", 7);
	rest = buf_str(&j.lines);
	while (str_next(&rest, '|', &line)) {
		longest = line.n > longest ? line.n : longest;
		sum += line.n;
		n++;
	}
	assert_int_equal(longest, OUTPUT_LINE_MAX);
	assert_int_equal(sum, 3000000 + 3);
	assert_int_equal(n, 3000000 / OUTPUT_LINE_MAX + 1 + 1 + 1);
	job_fini(&j);
}

static void
too_much_stdout_ends_the_child(void **state)
{
	struct proc_opts opts = OPTS("yes", .split_stdout = true, .stdout_max = 1000);
	struct job j;

	(void)state;
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "killed by SIGKILL");
	assert_true(j.result.overflow);
	assert_int_equal(proc_stdout(j.p).n, 1000);
	job_fini(&j);
}

static void
too_much_output_ends_the_child_when_all_is_wanted(void **state)
{
	struct proc_opts opts = OPTS("echo begin; yes >&2", .whole = true);
	struct job j;

	(void)state;
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "killed by SIGKILL");
	assert_true(j.result.overflow);
	assert_int_equal(proc_tail(j.p).n, MAX_CHILD_KEPT);
	assert_memory_equal(proc_tail(j.p).p, "begin\ny\n", 8);
	job_fini(&j);
}

static void
environment_folder_and_input_are_given(void **state)
{
	static const char *const env[] = { "A=1", "PATH=/usr/bin:/bin", NULL };
	struct proc_opts opts = OPTS("env | grep -v ^_; pwd; cat", .env = env, .cwd = *state,
				     .input = STR_LIT("in\0put"), .split_stdout = true);
	char *AUTO_FREE want = NULL;
	struct str got;
	struct job j;

	job_start(&j, &opts);
	job_wait(&j);
	got = proc_stdout(j.p);
	want = xasprintf("A=1\nPATH=/usr/bin:/bin\nPWD=%s\n%s\nin", (char *)*state, (char *)*state);
	assert_string_equal(got.p, want);
	assert_memory_equal(got.p + got.n - 6, "in\0put", 6);
	job_fini(&j);
}

static void
large_input_that_nobody_reads_does_no_harm(void **state)
{
	struct buf AUTO_BUF big = BUF_INIT;
	struct proc_opts opts = OPTS("exit 0");
	struct job j;

	(void)state;
	buf_init(&big, 0);
	for (int i = 0; i < 100000; i++)
		buf_adds(&big, "0123456789");
	opts.input = buf_str(&big);
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "exit status 0");
	job_fini(&j);
}

static void
child_gets_nothing_of_ours(void **state)
{
	/* Beyond the first 31 signals are those that the C library keeps for itself. */
	struct proc_opts opts = OPTS("ls /proc/$$/fd; while read -r name set; do case $name in"
				     " SigBlk:|SigIgn:) echo $name $((0x$set & 0x7fffffff));; esac;"
				     " done </proc/self/status");
	int leaked = open("/dev/null", O_RDONLY); /* as if our parent had left it open */
	struct job j;

	(void)state;
	assert_true(leaked > 2);
	job_start(&j, &opts);
	job_wait(&j);
	assert_string_equal(j.lines.data, "0|1|2|SigBlk: 0|SigIgn: 0|");
	assert_int_equal(close(leaked), 0);
	job_fini(&j);
}

static void
works_with_standard_descriptors_closed(void **state)
{
	int status = -1;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		struct proc_opts opts = OPTS("cat; echo out; echo err >&2", .split_stdout = true,
					     .input = STR_LIT("in "));
		struct buf AUTO_BUF out = BUF_INIT;

		close(0);
		close(1);
		_exit(proc_run(&opts, &out, NULL) || strcmp(out.data, "in out\n") ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Pid that the script wrote as its first line. */
static pid_t
first_pid(const struct job *j)
{
	return (pid_t)strtol(j->lines.data, NULL, 10);
}

/* True once pid is gone, zombies of foreign parents included. */
static bool
is_gone(pid_t pid)
{
	for (int i = 0; i < 200; i++) {
		char *AUTO_FREE path = xasprintf("/proc/%d/stat", (int)pid);
		struct buf AUTO_BUF b = BUF_INIT;

		if (file_read(AT_FDCWD, path, 4096, &b, NULL) || strstr(b.data, ") Z "))
			return true;
		usleep(5000);
	}
	return false;
}

static void
on_first_line_end(void *ctx)
{
	struct job *j = ctx;

	if (!j->lines.len)
		(void)loop_add_timer(j->loop, 5, on_first_line_end, j);
	else
		proc_end(j->p);
}

static void
end_reaches_grandchildren(void **state)
{
	/* The grandchild is deaf to SIGTERM and holds the output. */
	struct proc_opts opts =
		OPTS("(trap '' TERM; sh -c 'echo $$; while :; do sleep 1; done') & wait",
		     .grace_ms = 100);
	struct job j;

	(void)state;
	job_start(&j, &opts);
	(void)loop_add_timer(j.loop, 5, on_first_line_end, &j);
	job_wait(&j);
	assert_true(j.result.cancelled);
	assert_false(j.result.timed_out);
	assert_status(&j, "killed by SIGTERM");
	assert_in_range(j.result.wall_ms, 100, 1900);
	assert_true(first_pid(&j) > 0);
	assert_true(is_gone(first_pid(&j)));
	job_fini(&j);
}

static void
end_reaches_silent_grandchildren(void **state)
{
	struct proc_opts opts = OPTS("(trap '' TERM; exec >/dev/null 2>&1; exec sleep 100) &"
				     " echo $!; sleep 100");
	struct job j;

	(void)state;
	job_start(&j, &opts);
	(void)loop_add_timer(j.loop, 5, on_first_line_end, &j);
	job_wait(&j);
	assert_status(&j, "killed by SIGTERM");
	assert_in_range(j.result.wall_ms, 0, 1900);
	assert_true(is_gone(first_pid(&j)));
	job_fini(&j);
}

static void
timeout_is_an_end_with_grace(void **state)
{
	struct proc_opts deaf = OPTS("trap '' TERM; while :; do sleep 0.05; done",
				     .timeout_ms = 100, .grace_ms = 100);
	struct proc_opts polite = OPTS("trap 'echo bye; exit 7' TERM; while :; do sleep 0.02; done",
				       .timeout_ms = 100);
	struct job j;

	(void)state;
	job_start(&j, &deaf);
	job_wait(&j);
	assert_true(j.result.timed_out);
	assert_false(j.result.cancelled);
	assert_status(&j, "killed by SIGKILL");
	assert_in_range(j.result.wall_ms, 200, 1900);
	job_fini(&j);
	job_start(&j, &polite);
	job_wait(&j);
	assert_true(j.result.timed_out);
	assert_status(&j, "exit status 7");
	assert_non_null(strstr(j.lines.data, "bye|"));
	job_fini(&j);
}

static void
output_held_by_a_daemon_is_left_after_two_seconds(void **state)
{
	struct proc_opts opts = OPTS("setsid sh -c 'echo $$; exec sleep 30' & sleep 0.2; echo end");
	struct job j;

	(void)state;
	job_start(&j, &opts);
	job_wait(&j);
	assert_status(&j, "exit status 0");
	assert_non_null(strstr(j.lines.data, "end|"));
	assert_in_range(j.result.wall_ms, 2000, 4000);
	/* It was asked to be a daemon, so it lives on. */
	assert_int_equal(kill(first_pid(&j), SIGKILL), 0);
	job_fini(&j);
}

static void
assert_start_fails(const struct proc_opts *opts, int class, const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct loop *loop = loop_new_quiet();
	struct proc *p = NULL;

	assert_int_equal(proc_start(loop, opts, on_exit_note, NULL, &p, &err), -class);
	assert_string_equal(err.msg, want);
	assert_null(p);
	loop_free(loop);
}

static void
program_that_is_not_there_is_named(void **state)
{
	const char *path = getenv("PATH");
	char *AUTO_FREE old = xstrdup(path ? path : "");
	char *AUTO_FREE dir = tmp_path(*state, "bin");
	char *AUTO_FREE with_dir = xasprintf("bin::%s", dir);
	char *AUTO_FREE found = NULL, *AUTO_FREE want = tmp_path(*state, "bin/good");
	char *AUTO_FREE no_folder = tmp_path(*state, "none");
	char *AUTO_FREE no_folder_text =
		xasprintf("cannot run 'good' in '%s': No such file or directory", no_folder);
	struct proc_opts opts = { .argv = (const char *const[]){ "good", NULL }, .log_fd = -1 };

	tmp_write(*state, "bin/good", STR_LIT("#!/bin/true\n"), 0755);
	tmp_write(*state, "bin/data", STR_LIT("x"), 0644);
	tmp_write(*state, "bin/bad", STR_LIT("#!/no/such/interpreter\n"), 0755);
	tmp_mkdir(*state, "bin/folder");
	assert_int_equal(setenv("PATH", with_dir, 1), 0);
	assert_int_equal(chdir(*state), 0);
	assert_true(proc_find("good", &found));
	assert_string_equal(found, want);
	assert_false(proc_find("data", NULL));
	assert_false(proc_find("folder", NULL));
	assert_false(proc_find("", NULL));
	assert_int_equal(setenv("PATH", "bin:", 1), 0);
	assert_false(proc_find("good", NULL));
	assert_start_fails(&opts, ERR_TOOL, "cannot find 'good' in PATH");
	assert_int_equal(setenv("PATH", with_dir, 1), 0);
	opts.cwd = no_folder;
	assert_start_fails(&opts, ERR_SYSTEM, no_folder_text);
	opts.cwd = NULL;
	opts.argv = (const char *const[]){ "data", NULL };
	assert_start_fails(&opts, ERR_TOOL, "cannot run 'data': Permission denied");
	opts.argv = (const char *const[]){ "bad", NULL };
	assert_start_fails(&opts, ERR_TOOL, "cannot run 'bad': No such file or directory");
	opts.argv = (const char *const[]){ "bin/none", NULL };
	assert_start_fails(&opts, ERR_TOOL, "cannot run 'bin/none': No such file or directory");
	assert_int_equal(setenv("PATH", old, 1), 0);
	assert_int_equal(chdir("/"), 0);
}

static void
assert_run_fails(const char *script, int64_t timeout_ms, const char *want)
{
	struct proc_opts opts =
		OPTS(script, .timeout_ms = timeout_ms, .stdout_max = 1000, .grace_ms = 50);
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF out = BUF_INIT;

	buf_init(&out, 0);
	assert_int_equal(proc_run(&opts, &out, &err), -ERR_TOOL);
	assert_string_equal(err.msg, want);
	assert_int_equal(out.len, 0);
}

static void
run_waits_and_tells(void **state)
{
	struct proc_opts opts = OPTS("echo 'a b'; echo warning >&2");
	struct buf AUTO_BUF out = BUF_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	(void)state;
	buf_init(&out, 0);
	buf_adds(&out, "> ");
	assert_int_equal(proc_run(&opts, &out, &err), 0);
	assert_string_equal(out.data, "> a b\n");
	assert_int_equal(proc_run(&opts, NULL, &err), 0);
	assert_run_fails("echo; echo ' one ' >&2; echo >&2; echo two >&2; exit 128", 0,
			 "'sh' failed: exit status 128: one; two");
	assert_run_fails("kill -9 $$", 0, "'sh' failed: killed by SIGKILL");
	assert_run_fails("exec sleep 10", 50, "'sh' did not end within 0.1 s");
	assert_run_fails("yes", 0, "'sh' wrote more than 1000 bytes");
}

#ifdef LOCKSTEP_FAULTS
static void
no_more_processes_is_an_error_of_the_system(void **state)
{
	struct proc_opts opts = OPTS("exit 0");

	(void)state;
	assert_int_equal(setenv("LOCKSTEP_FAULT", "spawn:1", 1), 0);
	fault_reset();
	assert_start_fails(&opts, ERR_SYSTEM,
			   "cannot start 'sh': Resource temporarily unavailable");
	assert_int_equal(unsetenv("LOCKSTEP_FAULT"), 0);
}
#endif

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(both_streams_in_order_to_log_lines_and_tail),
		TEST(stdout_apart_stays_out_of_the_log),
		TEST(full_disk_ends_the_log_only),
		TEST(only_the_last_bytes_are_kept),
		TEST(too_much_stdout_ends_the_child),
		TEST(too_much_output_ends_the_child_when_all_is_wanted),
		TEST(environment_folder_and_input_are_given),
		TEST(large_input_that_nobody_reads_does_no_harm),
		TEST(child_gets_nothing_of_ours),
		TEST(works_with_standard_descriptors_closed),
		TEST(end_reaches_grandchildren),
		TEST(end_reaches_silent_grandchildren),
		TEST(timeout_is_an_end_with_grace),
		TEST(output_held_by_a_daemon_is_left_after_two_seconds),
		TEST(program_that_is_not_there_is_named),
		TEST(run_waits_and_tells),
#ifdef LOCKSTEP_FAULTS
		TEST(no_more_processes_is_an_error_of_the_system),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
