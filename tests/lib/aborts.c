/* SPDX-License-Identifier: Apache-2.0 */
/* aborts.c: a child that is expected to abort. */
#include "lib/aborts.h"

#include "base/buf.h"

#include <err.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void
run_child(void (*fn)(void), int to)
{
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core); /* only tidiness */
	if (dup2(to, STDERR_FILENO) < 0)
		_exit(1);
	fn();
	_exit(0);
}

char *
aborts(void (*fn)(void))
{
	struct buf AUTO_BUF said = BUF_INIT;
	int pipe_fds[2], status;
	ssize_t n;
	pid_t child;

	if (pipe(pipe_fds))
		err(1, "pipe");
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child)
		run_child(fn, pipe_fds[1]);
	(void)close(pipe_fds[1]); /* the child's copy is the one that counts */
	while ((n = read(pipe_fds[0], buf_reserve(&said, 4096), 4096)) > 0)
		said.len += (size_t)n;
	(void)close(pipe_fds[0]); /* only read */
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? buf_steal(&said) : NULL;
}
