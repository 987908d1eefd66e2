/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h: time, as a value that tests can fix. */
#ifndef LOCKSTEP_BASE_CLOCK_H
#define LOCKSTEP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC; LOCKSTEP_CLOCK=<ms> in the environment fixes it (tests). */
int64_t clock_wall_ms(void);
/* Nanoseconds of the real-time clock, never fixed: what file times are compared with. */
int64_t clock_real_ns(void);
/* Monotonic nanoseconds; for measuring only. */
int64_t clock_mono_ns(void);
/* "2026-05-06 10:11" in local time, and RFC 3339 "2026-05-06T10:11:12Z" in UTC. */
#define CLOCK_TEXT_SIZE 32
void clock_local(int64_t wall_ms, char out[CLOCK_TEXT_SIZE]);
void clock_rfc3339(int64_t wall_ms, char out[CLOCK_TEXT_SIZE]);
/* "0.4 s", "12 s", "3 min 05 s", "1 h 02 min": a duration for people. */
void clock_duration(int64_t ms, char out[CLOCK_TEXT_SIZE]);

#endif
