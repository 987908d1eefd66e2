/* SPDX-License-Identifier: Apache-2.0 */
/* proc_spawn.c: finding and starting a program, and the words for how it ended. */
#include "io/fault.h"
#include "io/proc_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STANDARD_PATH "/usr/local/bin:/usr/bin:/bin"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
#define HAVE_ADDCLOSEFROM 1
#endif

static bool
is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) &&
	       !faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
}

/* 0, or the errno that says why name is no program: EACCES when one of that name is there and may
 * not be executed. */
static int
find_program(const char *name, char **ret_path)
{
	const char *env = getenv("PATH");
	struct str rest = str_c(env ? env : STANDARD_PATH), dir;
	int why = ENOENT;

	if (!*name)
		return ENOENT;
	if (strchr(name, '/')) {
		*ret_path = xstrdup(name);
		return 0;
	}
	while (str_next(&rest, ':', &dir)) {
		char *AUTO_FREE path = NULL;

		if (!dir.n || dir.p[0] != '/')
			continue;
		path = xasprintf("%.*s/%s", STR_FMT(dir), name);
		if (is_program(path)) {
			*ret_path = STEAL(path);
			return 0;
		}
		if (!access(path, F_OK))
			why = EACCES;
	}
	return why;
}

bool
proc_find(const char *name, char **ret_path)
{
	char *AUTO_FREE path = NULL;

	if (find_program(name, &path) || !is_program(path))
		return false;
	if (ret_path)
		*ret_path = STEAL(path);
	return true;
}

/* Moves both above the standard descriptors, or closes both. */
static int
lift(int fds[2], struct err *err)
{
	for (int i = 0; i < 2; i++) {
		int low = fds[i];

		if (low > STDERR_FILENO)
			continue;
		fds[i] = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		(void)close(low); /* nothing was written to it */
		if (fds[i] < 0) {
			int ret = err_sys(err, "cannot make a pipe");

			(void)close(fds[!i]); /* likewise */
			return ret;
		}
	}
	return 0;
}

int
proc_pipe(int ret_fds[2], struct err *err)
{
	int fds[2], ret;

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	ret = lift(fds, err);
	if (ret)
		return ret;
	BUG_ON(fcntl(fds[0], F_SETFL, O_NONBLOCK));
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}

int
proc_socket(int ret_fds[2], struct err *err)
{
	int fds[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return err_sys(err, "cannot make a pair of sockets");
	ret = lift(fds, err);
	if (ret)
		return ret;
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}

/* File actions and attributes can only fail for lack of memory. */
static void
add_stdio(posix_spawn_file_actions_t *fa, int fd, int target)
{
	if (fd >= 0)
		BUG_ON(posix_spawn_file_actions_adddup2(fa, fd, target));
	else
		BUG_ON(posix_spawn_file_actions_addopen(fa, target, "/dev/null",
							target == STDIN_FILENO ? O_RDONLY
									       : O_WRONLY,
							0));
}

static void
make_actions(posix_spawn_file_actions_t *fa, const struct proc_stdio *io, const char *cwd)
{
	BUG_ON(posix_spawn_file_actions_init(fa));
	add_stdio(fa, io->in, STDIN_FILENO);
	add_stdio(fa, io->out, STDOUT_FILENO);
	add_stdio(fa, io->err, STDERR_FILENO);
#ifdef HAVE_ADDCLOSEFROM
	/* Ours are CLOEXEC; these are what whoever started us left open. */
	BUG_ON(posix_spawn_file_actions_addclosefrom_np(fa, STDERR_FILENO + 1));
#endif
	if (cwd)
		BUG_ON(posix_spawn_file_actions_addchdir_np(fa, cwd));
}

static void
make_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, standard;

	sigemptyset(&none);
	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	sigaddset(&standard, SIGCHLD);
	BUG_ON(posix_spawnattr_init(attr));
	BUG_ON(posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF));
	BUG_ON(posix_spawnattr_setpgroup(attr, 0));
	BUG_ON(posix_spawnattr_setsigmask(attr, &none));
	BUG_ON(posix_spawnattr_setsigdefault(attr, &standard));
}

/* The kernel says ENOENT for the program, its interpreter and the folder alike. */
static int
spawn_failed(const struct proc_opts *opts, int why, struct err *err)
{
	bool no_folder = opts->cwd && access(opts->cwd, X_OK);
	int ret;

	if (no_folder)
		return err_sys(err, "cannot run '%s' in '%s'", opts->argv[0], opts->cwd);
	errno = why;
	if (why == EAGAIN || why == ENOMEM || why == E2BIG)
		return err_sys(err, "cannot start '%s'", opts->argv[0]);
	ret = err_set(err, ERR_TOOL, "cannot run '%s': %m", opts->argv[0]);
	if (err)
		err->sys_errno = why;
	return ret;
}

int
proc_spawn(const struct proc_opts *opts, const struct proc_stdio *io, pid_t *ret, struct err *err)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	char *AUTO_FREE path = NULL;
	int rc = find_program(opts->argv[0], &path);

	if (rc == ENOENT) {
		rc = err_set(err, ERR_TOOL, "cannot find '%s' in PATH", opts->argv[0]);
		if (err)
			err->sys_errno = ENOENT;
		return rc;
	}
	if (rc)
		return spawn_failed(opts, rc, err);
	make_actions(&fa, io, opts->cwd);
	make_attributes(&attr);
	rc = fault_hit("spawn")
		     ? EAGAIN
		     : posix_spawn(ret, path, &fa, &attr, (char *const *)opts->argv,
				   (char *const *)(opts->env ? opts->env
							     : (const char *const *)environ));
	BUG_ON(posix_spawn_file_actions_destroy(&fa) || posix_spawnattr_destroy(&attr));
	return rc ? spawn_failed(opts, rc, err) : 0;
}

char *
proc_status_text(int status)
{
	if (WIFEXITED(status))
		return xasprintf("exit status %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));

		return name ? xasprintf("killed by SIG%s", name)
			    : xasprintf("killed by signal %d", WTERMSIG(status));
	}
	return xasprintf("wait status 0x%x", (unsigned)status);
}
