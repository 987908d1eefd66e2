/* SPDX-License-Identifier: Apache-2.0 */
/* pool.h: worker threads for hashing; the only threads of the program. */
#ifndef LOCKSTEP_IO_POOL_H
#define LOCKSTEP_IO_POOL_H

#include "base/mem.h"

#include <stddef.h>

/*
 * A blocking parallel for: pool_run() calls fn(ctx, i) once for each i in [0, n), in any order, on
 * up to `threads` threads of which the caller's is one, and returns when all are done. Contract:
 * fn touches only item i and what is read-only; it may not print, use SQLite or call pool_run.
 * What fn wrote is seen by the caller when pool_run returns. Nothing runs under the pool's lock.
 * Threads are started at the first run that is worth it (n > 1) and ended by pool_free(); they
 * take no signals. Where the system refuses more threads, those that are there do the work.
 */
struct pool;

/* threads == 0: the number of processors, at most 8. */
struct pool *pool_new(unsigned threads) NODISCARD;
/* NULL is fine. */
void pool_free(struct pool *p);
unsigned pool_threads(const struct pool *p);
void pool_run(struct pool *p, size_t n, void (*fn)(void *ctx, size_t i), void *ctx);

/* Processors that this process may use (sched_getaffinity and cgroup quota), at least 1. */
unsigned pool_processors(void);

#endif
