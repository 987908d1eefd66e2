/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h: failures of the world, provoked for tests. */
#ifndef LOCKSTEP_IO_FAULT_H
#define LOCKSTEP_IO_FAULT_H

#include <stdbool.h>

/*
 * LOCKSTEP_FAULT="sql-commit:3" in the environment: the third time that the point "sql-commit" is
 * reached, the code there acts as if the world had failed. One point and one call for each
 * process; ":3" left out means the first. A point whose name starts with "kill-" ends this
 * process by SIGKILL instead, for tests of what is left after a crash. All of it exists only in a
 * build with --enable-faults; elsewhere a point costs nothing.
 *
 * | point | acts as if |
 * |---|---|
 * | pidfd | the kernel had no pidfd_open(2) |
 * | openat2 | the kernel had no openat2(2) |
 * | spawn | the system could start no process (EAGAIN) |
 * | sql-open | the database could not be opened |
 * | sql-commit | the disk was full at a commit |
 * | rename | a new file could not take the place of the old one |
 * | disk-full | the disk was full while a file was copied |
 * | tar-split | a layer could not be read where it lies |
 * | http-cut | the connection was cut before the answer was whole |
 * | kill-before-commit, kill-after-commit | the machine stopped around a commit |
 * | kill-after-send | the machine stopped after an event was sent, before that was written down |
 */
#ifdef LOCKSTEP_FAULTS
/* True if the caller is to fail now. Safe in threads. */
bool fault_hit(const char *point);
/* Counts from zero again, after a test has changed LOCKSTEP_FAULT. */
void fault_reset(void);
#else
#define fault_hit(point) false
#endif

#endif
