/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dir_process.c: hashing and copying files on the pool's threads. */
#include "base/file.h"
#include "base/path.h"
#include "io/tree_dir_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Fits the second-level cache: with 128 KiB and more the kernel copies three times slower. */
#define READ_SIZE (64u << 10)
/* A worker takes this much at a time: small files in one go, a large one alone. */
#define PORTION_BYTES (1 << 20)
#define PORTION_FILES 64
#define RETRIES 2

/* Jobs that follow each other, so that a worker finds their folder open. */
struct portion {
	size_t from, to;
	int64_t bytes;
};

struct batch {
	struct tree_dir *d;
	struct tree_job *jobs;
	struct portion *portions; /* the largest first */
	size_t n;
	atomic_size_t next;
};

/* What a thread keeps from one file to the next. */
struct worker {
	struct tree_dir *d;
	struct sha256_ctx *sha;
	char *bytes; /* READ_SIZE */
	char *dir;   /* the folder that dirfd is, or NULL */
	int dirfd;
};

static bool
same_file(const struct tree_stamp *a, const struct tree_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->mode == b->mode &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* The file's folder stays open for those that follow. */
static int
open_file(struct worker *w, const char *path)
{
	char *AUTO_FREE dir = path_dir(path);

	if (!w->dir || strcmp(w->dir, dir)) {
		int fd = tree_dir_open_dir(w->d, dir);

		if (fd < 0)
			return -1;
		close_fdp(&w->dirfd);
		w->dirfd = fd;
		free(w->dir);
		w->dir = STEAL(dir);
	}
	return openat(w->dirfd, path_base(path),
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Hashes and copies up to the size that was listed, or what there is: the stat that follows tells a
 * file that grew. *ret_errno is that of the reading. */
static int
read_all(struct worker *w, int fd, struct tree_job *job, struct tree_copy *copy, int *ret_errno)
{
	int64_t left = job->entry->stamp.size;

	*ret_errno = 0;
	while (left > 0) {
		ssize_t n = read(fd, w->bytes, READ_SIZE);
		int rc;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			*ret_errno = errno;
		if (n <= 0)
			return 0;
		sha256_update(w->sha, w->bytes, (size_t)n);
		rc = tree_copy_write(copy, job, (struct str){ w->bytes, (size_t)n });
		if (rc)
			return rc;
		left -= n;
	}
	return 0;
}

/* 0 = read as listed, 1 = the file is another by now, negative = error. */
static int
try_once(struct worker *w, struct tree_job *job, const char *path, struct tree_copy *copy)
{
	int AUTO_FD fd = open_file(w, path);
	struct tree_stamp now;
	struct stat st;
	int rc, why;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO))
		return 1;
	if (fd < 0)
		return tree_fail(path, errno, &job->err);
	sha256_reset(w->sha);
	rc = read_all(w, fd, job, copy, &why);
	if (rc)
		return rc;
	if (fstat(fd, &st))
		return tree_fail(path, errno, &job->err);
	now = tree_dir_stamp(&st);
	if (!same_file(&now, &job->entry->stamp))
		return 1;
	if (why)
		return tree_fail(path, why, &job->err);
	job->hash = sha256_final(w->sha);
	return 0;
}

static void
do_job(struct worker *w, struct tree_job *job)
{
	char *AUTO_FREE path = str_dup(job->path);
	struct tree_copy copy;
	int rc = tree_copy_open(&copy, job);

	for (int i = 0; !rc; i++) {
		rc = try_once(w, job, path, &copy);
		if (rc <= 0)
			break;
		/* Its folder may be another by now, too. */
		free(w->dir);
		w->dir = NULL;
		rc = i < RETRIES ? tree_copy_rewind(&copy, job) : tree_changed(path, &job->err);
	}
	tree_copy_close(&copy, job);
}

static void
work(void *ctx, size_t i)
{
	struct batch *b = ctx;
	struct worker w = { .d = b->d, .dirfd = -1 };

	(void)i; /* one for each thread: the portions go to whoever is free */
	for (;;) {
		size_t at = atomic_fetch_add(&b->next, 1);

		if (at >= b->n)
			break;
		if (!w.bytes) {
			w.bytes = xmalloc(READ_SIZE);
			w.sha = sha256_new();
		}
		for (size_t k = b->portions[at].from; k < b->portions[at].to; k++)
			do_job(&w, &b->jobs[k]);
	}
	sha256_free(w.sha);
	free(w.bytes);
	free(w.dir);
	close_fdp(&w.dirfd);
}

static int
cmp_portion(const void *a, const void *b)
{
	const struct portion *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->from > y->from) - (x->from < y->from);
}

static size_t
make_portions(const struct tree_job *jobs, size_t n, struct portion *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct portion *p = count ? &ret[count - 1] : NULL;
		int64_t size = jobs[i].entry->stamp.size;

		if (!p || p->to - p->from >= PORTION_FILES || p->bytes + size > PORTION_BYTES) {
			ret[count] = (struct portion){ i, i, 0 };
			p = &ret[count++];
		}
		p->to = i + 1;
		p->bytes += size;
	}
	/* What takes longest goes first, or it would be waited for alone at the end. */
	qsort(ret, count, sizeof(*ret), cmp_portion);
	return count;
}

void
tree_dir_process(struct tree *t, struct pool *pool, struct tree_job *jobs, size_t n)
{
	struct batch b = { .d = t->own, .jobs = jobs };
	size_t threads = pool_threads(pool);

	b.portions = xcalloc(n ? n : 1, sizeof(*b.portions));
	b.n = make_portions(jobs, n, b.portions);
	pool_run(pool, b.n < threads ? b.n : threads, work, &b);
	free(b.portions);
}
