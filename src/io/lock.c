/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c: one at a time, between processes, with the holder's name. */
#include "io/lock.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#define POLL_MS 100
#define HOLDER_MAX 200

struct lock {
	int fd;
};

/* Whoever holds the lock says who it is a moment after it got it. */
#define HOLDER_UNKNOWN "another process"

static int
open_lock(const char *path, int *ret, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(err, "cannot open lock file '%s'", path);
	*ret = fd;
	return 0;
}

/* 1 = got it, 0 = another holds it. */
static int
try_fd(int fd, const char *path, struct err *err)
{
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			return 0;
		if (errno != EINTR)
			return err_sys(err, "cannot lock '%s'", path);
	}
	return 1;
}

/* The name is for people who wait: a lock without one holds as well. */
static struct lock *
take(int *take_fd, const char *holder)
{
	struct lock *l = xmalloc(sizeof(*l));
	struct str line = str_c(holder);

	line.n = str_find(line, '\n');
	if (line.n > HOLDER_MAX)
		line.n = HOLDER_MAX;
	l->fd = *take_fd;
	*take_fd = -1;
	if (!ftruncate(l->fd, 0))
		(void)!pwrite(l->fd, line.p, line.n, 0);
	return l;
}

static char *
read_holder(int fd)
{
	char text[HOLDER_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n <= 0)
		return xstrdup(HOLDER_UNKNOWN);
	return str_dup((struct str){ text, str_find((struct str){ text, (size_t)n }, '\n') });
}

int
lock_try(const char *path, const char *holder, struct lock **ret, struct err *err)
{
	int AUTO_FD fd = -1;
	int rc = open_lock(path, &fd, err);

	if (!rc)
		rc = try_fd(fd, path, err);
	if (rc < 0)
		return rc;
	*ret = rc ? take(&fd, holder) : NULL;
	return 0;
}

int
lock_acquire(const char *path, const char *holder, const struct lock_wait *wait, struct lock **ret,
	     struct err *err)
{
	char *AUTO_FREE other = NULL;
	int AUTO_FD fd = -1;
	int rc = open_lock(path, &fd, err);

	if (rc)
		return rc;
	while (!(rc = try_fd(fd, path, err))) {
		if (!other) {
			other = read_holder(fd);
			wait->waiting(wait->ctx, other);
		}
		if (wait->cancelled && wait->cancelled(wait->ctx))
			return err_set(err, ERR_CANCELLED, "gave up waiting for '%s', held by %s",
				       path, other);
		(void)poll(NULL, 0, POLL_MS); /* a signal only makes us ask sooner */
	}
	if (rc < 0)
		return rc;
	*ret = take(&fd, holder);
	return 0;
}

void
lock_release(struct lock *l)
{
	if (!l)
		return;
	(void)!ftruncate(l->fd, 0); /* an old name is only read while another holds it */
	(void)close(l->fd);         /* which is what ends the lock */
	free(l);
}
