/* SPDX-License-Identifier: Apache-2.0 */
/* t-out.c: the two descriptors, colours and safe text. */
#include "base/out.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a child that runs fn writes to both of its descriptors, and its exit status. */
static char *
output_of(int (*fn)(void), int out_fd, int *ret_status)
{
	struct buf said = BUF_INIT;
	int pipe_fds[2];
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(pipe_fds), 0);
	/* What is buffered would be written twice. */
	assert_int_equal(fflush(stdout), 0);
	child = fork();
	if (!child) {
		(void)dup2(out_fd >= 0 ? out_fd : pipe_fds[1], STDOUT_FILENO);
		(void)dup2(pipe_fds[1], STDERR_FILENO);
		_exit(fn());
	}
	(void)close(pipe_fds[1]); /* the child's copy is the one that counts */
	while ((n = read(pipe_fds[0], buf_reserve(&said, 4096), 4096)) > 0)
		said.len += (size_t)n;
	(void)close(pipe_fds[0]); /* only read */
	assert_int_equal(waitpid(child, ret_status, 0), child);
	assert_true(WIFEXITED(*ret_status));
	*ret_status = WEXITSTATUS(*ret_status);
	return buf_steal(&said);
}

static void
check_output(int (*fn)(void), const char *want)
{
	int status;
	char *AUTO_FREE got = output_of(fn, -1, &status);

	assert_string_equal(got, want);
	assert_int_equal(status, 0);
}

static int
say_in_turns(void)
{
	out_init(OUT_AUTO);
	out_print("%s\n", "one");
	out_err("two\n");
	out_write(STR_LIT("three\0\n"));
	out_write(STR_NULL);
	out_err("%s", "");
	out_err("four\n");
	return out_finish();
}

static void
lines_come_in_the_order_in_which_they_were_said(void **state UNUSED)
{
	int status;
	char *AUTO_FREE got = output_of(say_in_turns, -1, &status);

	assert_memory_equal(got, "one\ntwo\nthree\0\nfour\n", 21);
	assert_int_equal(status, 0);
}

static int
say_much(void)
{
	out_init(OUT_AUTO);
	for (int i = 0; i < 10000; i++)
		out_print("%d\n", i);
	return out_finish() ? 7 : 0;
}

static int
say_little(void)
{
	out_init(OUT_AUTO);
	out_print("x");
	return out_finish() ? 7 : 0;
}

static int
say_nothing(void)
{
	out_init(OUT_AUTO);
	return out_finish() ? 7 : 0;
}

static void
failed_writes_are_told_at_the_end(void **state UNUSED)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), status;

	free(output_of(say_much, full, &status));
	assert_int_equal(status, 7);
	free(output_of(say_little, full, &status));
	assert_int_equal(status, 7);
	free(output_of(say_nothing, full, &status));
	assert_int_equal(status, 0);
	free(output_of(say_much, -1, &status));
	assert_int_equal(status, 0);
	(void)close(full);
}

static int
say_debug(void)
{
	out_init(OUT_AUTO);
	out_debug("seen %d\n", 1);
	return out_finish();
}

static void
debug_lines_are_asked_for(void **state UNUSED)
{
	assert_int_equal(unsetenv("LOCKSTEP_DEBUG"), 0);
	check_output(say_debug, "");
	assert_int_equal(setenv("LOCKSTEP_DEBUG", "0", 1), 0);
	check_output(say_debug, "");
	assert_int_equal(setenv("LOCKSTEP_DEBUG", "1", 1), 0);
	check_output(say_debug, "seen 1\n");
	assert_int_equal(unsetenv("LOCKSTEP_DEBUG"), 0);
}

static void
write_styles(enum out_color color)
{
	out_init(color);
	out_print("%sA%s", out_style(OUT_RED), out_style(OUT_PLAIN));
	out_err("%sB%s", out_style_err(OUT_BOLD), out_style_err(OUT_PLAIN));
}

static int
style_auto(void)
{
	write_styles(OUT_AUTO);
	return out_finish();
}

static int
style_always(void)
{
	write_styles(OUT_ALWAYS);
	return out_finish();
}

static int
style_never(void)
{
	write_styles(OUT_NEVER);
	return out_finish();
}

static void
pipes_are_coloured_only_when_told(void **state UNUSED)
{
	check_output(style_auto, "AB");
	check_output(style_never, "AB");
	check_output(style_always, "\x1b[31mA\x1b[0m\x1b[1mB\x1b[0m");
}

/* What fn writes to a terminal of 132 columns. */
static char *
terminal_output_of(int (*fn)(void))
{
	const struct winsize size = { .ws_row = 24, .ws_col = 132 };
	struct buf said = BUF_INIT;
	int fd, status;
	ssize_t n;
	pid_t child;

	assert_int_equal(fflush(stdout), 0);
	child = forkpty(&fd, NULL, NULL, &size);
	if (!child)
		_exit(fn());
	while ((n = read(fd, buf_reserve(&said, 4096), 4096)) > 0)
		said.len += (size_t)n;
	(void)close(fd); /* only read */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return buf_steal(&said);
}

static void
check_terminal(int (*fn)(void), const char *want)
{
	char *AUTO_FREE got = terminal_output_of(fn);

	assert_string_equal(got, want);
}

static void
terminals_are_coloured_unless_told(void **state UNUSED)
{
	static const char coloured[] = "\x1b[31mA\x1b[0m\x1b[1mB\x1b[0m";

	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_int_equal(unsetenv("CI"), 0);
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	check_terminal(style_auto, coloured);
	check_terminal(style_never, "AB");
	assert_int_equal(setenv("NO_COLOR", "", 1), 0);
	check_terminal(style_auto, coloured);
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	check_terminal(style_auto, "AB");
	check_terminal(style_always, coloured);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_int_equal(setenv("CI", "true", 1), 0);
	check_terminal(style_auto, "AB");
	check_terminal(style_always, coloured);
	assert_int_equal(unsetenv("CI"), 0);
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	check_terminal(style_auto, "AB");
	assert_int_equal(unsetenv("TERM"), 0);
	check_terminal(style_auto, "AB");
}

static int
say_terminal(void)
{
	out_init(OUT_AUTO);
	out_print("%d %d %d", out_width(), out_stdout_is_tty(), out_stderr_is_tty());
	return out_finish();
}

static void
the_width_is_that_of_the_terminal(void **state UNUSED)
{
	check_terminal(say_terminal, "132 1 1");
	check_output(say_terminal, "80 0 0");
}

struct row {
	const char *text;
	const char *want;
};

static void
unsafe_text_is_made_visible(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "plain \ttext", "plain \ttext" },
		{ "caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5" },
		{ "\x1b[31mred", "\\x1b[31mred" },
		{ "a\nb\r", "a\\x0ab\\x0d" },
		{ "a\x7f", "a\\x7f" },
		{ "\xff\xc3", "\\xff\\xc3" },
		{ "x\xc2\x9b"
		  "31m",
		  "x\\xc2\\x9b31m" },
		{ "safe\xe2\x80\xae"
		  "gpj.exe",
		  "safe\\xe2\\x80\\xaegpj.exe" },
		{ "\xe2\x81\xa6\xe2\x80\xa8", "\\xe2\\x81\\xa6\\xe2\\x80\\xa8" },
		{ "\xc2\xa0", "\xc2\xa0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf AUTO_BUF b = BUF_INIT;

		buf_addc(&b, '<');
		out_safe(&b, str_c(rows[i].text));
		assert_string_equal(b.data + 1, rows[i].want);
	}
}

static void
nul_bytes_are_made_visible(void **state UNUSED)
{
	struct buf AUTO_BUF b = BUF_INIT;

	out_safe(&b, STR_LIT("a\0b"));
	assert_string_equal(b.data, "a\\x00b");
}

static void
columns_are_those_of_the_terminal(void **state UNUSED)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "caf\xc3\xa9", 4 },
		{ "cafe\xcc\x81", 4 },             /* a combining accent */
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4 }, /* two wide ones */
		{ "\xf0\x9f\x98\x80", 2 },
		{ "\xe2\x9c\x93", 1 },
		{ "a\tb", 9 },
		{ "\t", 8 },
		{ "12345678\t", 16 },
		{ "\xff", 1 },
		{ "\x1b", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int got = out_columns(str_c(rows[i].text));

		if (got != rows[i].want)
			fail_msg("row %zu: got %d columns, wanted %d", i, got, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_in_the_order_in_which_they_were_said),
		cmocka_unit_test(failed_writes_are_told_at_the_end),
		cmocka_unit_test(debug_lines_are_asked_for),
		cmocka_unit_test(pipes_are_coloured_only_when_told),
		cmocka_unit_test(terminals_are_coloured_unless_told),
		cmocka_unit_test(the_width_is_that_of_the_terminal),
		cmocka_unit_test(unsafe_text_is_made_visible),
		cmocka_unit_test(nul_bytes_are_made_visible),
		cmocka_unit_test(columns_are_those_of_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
