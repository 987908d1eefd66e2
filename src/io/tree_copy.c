/* SPDX-License-Identifier: Apache-2.0 */
/* tree_copy.c: the file that a job of a tree copies to. */
#include "io/fault.h"
#include "io/tree_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
copy_fail(struct tree_job *job, const char *doing)
{
	return err_sys(&job->err, "cannot %s '%s'", doing, job->dst_path);
}

int
tree_copy_open(struct tree_copy *c, struct tree_job *job)
{
	c->fd = -1;
	if (job->dst_dirfd == -1)
		return 0;
	c->fd = openat(job->dst_dirfd, job->dst_path,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return c->fd < 0 ? copy_fail(job, "create") : 0;
}

int
tree_copy_write(struct tree_copy *c, struct tree_job *job, struct str bytes)
{
	while (c->fd >= 0 && bytes.n) {
		ssize_t n = -1;

		errno = ENOSPC;
		if (!fault_hit("disk-full"))
			n = write(c->fd, bytes.p, bytes.n);
		if (n >= 0)
			bytes = str_sub(bytes, (size_t)n, bytes.n);
		else if (errno != EINTR)
			return copy_fail(job, "write");
	}
	return 0;
}

int
tree_copy_rewind(struct tree_copy *c, struct tree_job *job)
{
	if (c->fd >= 0 && (ftruncate(c->fd, 0) || lseek(c->fd, 0, SEEK_SET)))
		return copy_fail(job, "write");
	return 0;
}

void
tree_copy_close(struct tree_copy *c, struct tree_job *job)
{
	const struct timespec time = { .tv_sec = (time_t)job->dst_time_s };
	const struct timespec times[2] = { time, time };
	mode_t mode = job->entry->executable ? 0755 : 0644;
	bool failed = job->err.class != ERR_NONE;

	if (c->fd < 0)
		return;
	if (!failed && (fchmod(c->fd, mode) || futimens(c->fd, times)))
		failed = copy_fail(job, "write");
	if (close(c->fd) && !failed)
		failed = copy_fail(job, "write");
	c->fd = -1;
	if (failed)
		(void)unlinkat(job->dst_dirfd, job->dst_path, 0); /* the first failure is told */
}
