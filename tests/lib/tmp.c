/* SPDX-License-Identifier: Apache-2.0 */
/* tmp.c: a folder of its own for each test, and files in it. */
#include "lib/tmp.h"

#include "base/file.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int
tmp_setup(void **state)
{
	const char *parent = getenv("TMPDIR");
	char *AUTO_FREE template = xasprintf("%s/lockstep-test.XXXXXX", parent ? parent : "/tmp");

	if (!mkdtemp(template))
		err(1, "cannot make '%s'", template);
	*state = realpath(template, NULL);
	if (!*state)
		err(1, "cannot resolve '%s'", template);
	return 0;
}

int
tmp_teardown(void **state)
{
	struct err AUTO_ERR e = ERR_INIT;

	if (file_remove_tree(*state, &e))
		errx(1, "%s", e.msg);
	free(*state);
	return 0;
}

char *
tmp_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void
make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct stat st;

		*slash = '\0';
		if (stat(path, &st) && mkdir(path, 0755))
			err(1, "cannot make '%s'", path);
		*slash = '/';
	}
}

void
tmp_write(const char *dir, const char *name, struct str bytes, mode_t mode)
{
	char *AUTO_FREE path = tmp_path(dir, name);
	int AUTO_FD fd = -1;

	make_parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || fchmod(fd, mode))
		err(1, "cannot write '%s'", path);
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0)
			err(1, "cannot write '%s'", path);
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
}

void
tmp_text(const char *dir, const char *name, const char *text)
{
	tmp_write(dir, name, str_c(text), 0644);
}

void
tmp_mkdir(const char *dir, const char *name)
{
	char *AUTO_FREE path = xasprintf("%s/%s/", dir, name);

	make_parents(path);
}

char *
tmp_read(const char *dir, const char *name)
{
	char *AUTO_FREE path = tmp_path(dir, name);
	struct err AUTO_ERR e = ERR_INIT;
	struct buf b = BUF_INIT;

	if (file_read(AT_FDCWD, path, 1u << 30, &b, &e))
		errx(1, "%s", e.msg);
	return buf_steal(&b);
}

void
tmp_run(const char *dir, const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "cannot fork");
	if (!pid) {
		if (chdir(dir) || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			err(127, "cannot enter '%s'", dir);
		execvp(argv[0], (char *const *)argv);
		err(127, "cannot run '%s'", argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "cannot wait for '%s'", argv[0]);
	if (status)
		errx(1, "'%s %s' failed: status 0x%x", argv[0], argv[1] ? argv[1] : "", status);
}
