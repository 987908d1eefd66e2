/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c: worker threads for hashing. */
#include "io/pool.h"

#include "base/file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#define MAX_THREADS 8
/* Items are taken in pieces, small enough that nobody waits for the last one. */
#define PIECES_PER_THREAD 32
#define CGROUP_MAX (64u << 10)

struct pool {
	unsigned threads;   /* the caller's included */
	unsigned n_workers; /* started */
	pthread_t workers[MAX_THREADS];
	pthread_mutex_t lock; /* guards what follows, up to next */
	pthread_cond_t start, idle;
	unsigned long round; /* counts runs; a worker works once in each */
	unsigned busy;
	bool started, running, stopping;
	size_t n, piece; /* of this round */
	void (*fn)(void *ctx, size_t i);
	void *ctx;
	atomic_size_t next; /* first item that nobody has taken */
};

struct pool *
pool_new(unsigned threads)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->threads = threads ? threads : pool_processors();
	if (p->threads > MAX_THREADS)
		p->threads = MAX_THREADS;
	BUG_ON(pthread_mutex_init(&p->lock, NULL));
	BUG_ON(pthread_cond_init(&p->start, NULL) || pthread_cond_init(&p->idle, NULL));
	return p;
}

unsigned
pool_threads(const struct pool *p)
{
	return p->threads;
}

static void
lock(struct pool *p)
{
	BUG_ON(pthread_mutex_lock(&p->lock));
}

static void
unlock(struct pool *p)
{
	BUG_ON(pthread_mutex_unlock(&p->lock));
}

/* n, piece, fn and ctx stay as they are until all have come out of here. */
static void
work(struct pool *p)
{
	for (;;) {
		size_t from = atomic_fetch_add(&p->next, p->piece), to;

		if (from >= p->n)
			return;
		to = p->n - from < p->piece ? p->n : from + p->piece;
		for (size_t i = from; i < to; i++)
			p->fn(p->ctx, i);
	}
}

static void *
worker(void *arg)
{
	struct pool *p = arg;
	unsigned long seen = 0;

	lock(p);
	for (;;) {
		while (p->round == seen && !p->stopping)
			BUG_ON(pthread_cond_wait(&p->start, &p->lock));
		if (p->stopping)
			break;
		seen = p->round;
		unlock(p);
		work(p);
		lock(p);
		if (!--p->busy)
			BUG_ON(pthread_cond_signal(&p->idle));
	}
	unlock(p);
	return NULL;
}

static void
start_workers(struct pool *p)
{
	sigset_t all, old;

	/* Signals are for the thread that runs the loop. */
	sigfillset(&all);
	BUG_ON(pthread_sigmask(SIG_SETMASK, &all, &old));
	while (p->n_workers + 1 < p->threads &&
	       !pthread_create(&p->workers[p->n_workers], NULL, worker, p))
		p->n_workers++;
	BUG_ON(pthread_sigmask(SIG_SETMASK, &old, NULL));
}

void
pool_run(struct pool *p, size_t n, void (*fn)(void *ctx, size_t i), void *ctx)
{
	lock(p);
	BUG_ON(p->running);
	p->running = true;
	p->n = n;
	p->piece = n / (p->threads * PIECES_PER_THREAD) + 1;
	p->fn = fn;
	p->ctx = ctx;
	atomic_store(&p->next, 0);
	if (n > 1) {
		if (!p->started)
			start_workers(p);
		p->started = true;
		p->busy = p->n_workers;
		p->round++;
		BUG_ON(pthread_cond_broadcast(&p->start));
	}
	unlock(p);
	work(p);
	lock(p);
	while (p->busy)
		BUG_ON(pthread_cond_wait(&p->idle, &p->lock));
	p->running = false;
	unlock(p);
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	lock(p);
	BUG_ON(p->running);
	p->stopping = true;
	BUG_ON(pthread_cond_broadcast(&p->start));
	unlock(p);
	for (unsigned i = 0; i < p->n_workers; i++)
		BUG_ON(pthread_join(p->workers[i], NULL));
	BUG_ON(pthread_cond_destroy(&p->start) || pthread_cond_destroy(&p->idle));
	BUG_ON(pthread_mutex_destroy(&p->lock));
	free(p);
}

/* The number in a file of the control groups; false when there is none ("max", -1, no file). */
static bool
read_number(const char *path, unsigned long long *ret, unsigned long long *ret_second)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct str rest, first, second = STR_NULL;

	if (file_read(AT_FDCWD, path, CGROUP_MAX, &b, NULL))
		return false;
	rest = str_trim(buf_str(&b), " \n");
	if (!str_next(&rest, ' ', &first) || !str_to_u64(first, ret))
		return false;
	return !ret_second || (str_next(&rest, ' ', &second) && str_to_u64(second, ret_second));
}

/* Processors by the quota of the group at base + dir, rounded up; 0 = no quota. */
static unsigned
group_quota(const char *base, struct str dir, bool v2)
{
	char *AUTO_FREE max = xasprintf("%s%.*s/cpu.max", base, STR_FMT(dir));
	char *AUTO_FREE quota_path = xasprintf("%s%.*s/cpu.cfs_quota_us", base, STR_FMT(dir));
	char *AUTO_FREE period_path = xasprintf("%s%.*s/cpu.cfs_period_us", base, STR_FMT(dir));
	unsigned long long quota = 0, period = 0;
	bool found = v2 ? read_number(max, &quota, &period)
			: read_number(quota_path, &quota, NULL) &&
				     read_number(period_path, &period, NULL);

	if (!found || !period || quota / period >= CPU_SETSIZE)
		return 0;
	return (unsigned)((quota + period - 1) / period);
}

/* The strictest quota of the group and those above it; 0 = none. In a container the path that the
 * kernel tells may be the host's: then only the top is there, and that is the container's. */
static unsigned
strictest_quota(const char *base, struct str dir, bool v2)
{
	unsigned least = 0;

	for (;;) {
		unsigned here = group_quota(base, dir, v2);

		if (here && (!least || here < least))
			least = here;
		if (!dir.n)
			return least;
		while (dir.n && dir.p[dir.n - 1] != '/')
			dir.n--;
		if (dir.n)
			dir.n--;
	}
}

static bool
has_cpu(struct str controllers)
{
	struct str name;

	while (str_next(&controllers, ',', &name)) {
		if (str_eq_c(name, "cpu"))
			return true;
	}
	return false;
}

/* /proc/self/cgroup has lines "0::/path" (v2) and "4:cpu,cpuacct:/path" (v1); see cgroups(7). */
static unsigned
cgroup_quota(void)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct str rest, line;
	unsigned least = 0;

	if (file_read(AT_FDCWD, "/proc/self/cgroup", CGROUP_MAX, &b, NULL))
		return 0;
	rest = buf_str(&b);
	while (str_next_line(&rest, &line)) {
		struct str id, controllers;
		unsigned quota = 0;

		if (!str_next(&line, ':', &id) || !str_next(&line, ':', &controllers))
			continue;
		if (str_eq_c(line, "/"))
			line = STR_NULL;
		if (!controllers.n)
			quota = strictest_quota("/sys/fs/cgroup", line, true);
		else if (has_cpu(controllers))
			quota = strictest_quota("/sys/fs/cgroup/cpu", line, false);
		if (quota && (!least || quota < least))
			least = quota;
	}
	return least;
}

unsigned
pool_processors(void)
{
	cpu_set_t set;
	unsigned n = 1, quota = cgroup_quota();

	/* It fails on machines with more processors than the set has room for. */
	if (!sched_getaffinity(0, sizeof(set), &set))
		n = (unsigned)CPU_COUNT(&set);
	else
		n = CPU_SETSIZE;
	if (quota && quota < n)
		n = quota;
	return n ? n : 1;
}
