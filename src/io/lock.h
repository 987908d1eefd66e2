/* SPDX-License-Identifier: Apache-2.0 */
/* lock.h: one at a time, between processes, with the holder's name. */
#ifndef LOCKSTEP_IO_LOCK_H
#define LOCKSTEP_IO_LOCK_H

#include "base/err.h"

#include <sys/types.h>

struct lock;

/* flock(2) on path (created, 0600; never removed, or two could hold two files of one name). holder
 * is written into the file while it is held, one line, e.g. "pid 4711, lockstep build, since
 * 10:11". If another holds it: calls waiting(ctx, text of the holder) once, then polls every 100 ms
 * until it is free; cancelled(ctx) (may be NULL) is asked in between and ends the wait with
 * ERR_CANCELLED. The lock ends with the process, however it dies; children do not inherit it. */
struct lock_wait {
	void (*waiting)(void *ctx, const char *holder);
	bool (*cancelled)(void *ctx);
	void *ctx;
};

int lock_acquire(const char *path, const char *holder, const struct lock_wait *wait,
		 struct lock **ret, struct err *err) NODISCARD;
/* Without waiting: *ret = NULL and 0 when another holds it. */
int lock_try(const char *path, const char *holder, struct lock **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void lock_release(struct lock *l);

#endif
