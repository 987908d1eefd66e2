/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c: time, and how people read it. */
#include "base/clock.h"

#include "base/str.h"

#include <stdio.h>
#include <time.h>

int64_t
clock_wall_ms(void)
{
	const char *fixed = getenv("LOCKSTEP_CLOCK");
	unsigned long long ms;
	struct timespec t;

	if (fixed && str_to_u64(str_c(fixed), &ms) && ms <= INT64_MAX)
		return (int64_t)ms;
	BUG_ON(clock_gettime(CLOCK_REALTIME, &t));
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_real_ns(void)
{
	struct timespec t;

	BUG_ON(clock_gettime(CLOCK_REALTIME, &t));
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
clock_mono_ns(void)
{
	struct timespec t;

	BUG_ON(clock_gettime(CLOCK_MONOTONIC, &t));
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static time_t
whole_seconds(int64_t ms)
{
	return (time_t)(ms / 1000 - (ms % 1000 < 0));
}

void
clock_local(int64_t wall_ms, char out[CLOCK_TEXT_SIZE])
{
	time_t t = whole_seconds(wall_ms);
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M", &tm))
		out[0] = '\0';
}

void
clock_rfc3339(int64_t wall_ms, char out[CLOCK_TEXT_SIZE])
{
	time_t t = whole_seconds(wall_ms);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
}

void
clock_duration(int64_t ms, char out[CLOCK_TEXT_SIZE])
{
	/* Rounded once, in the unit that is shown, so that "60 s" cannot appear. */
	uint64_t rest = ms < 0 ? 0 : (uint64_t)ms;
	uint64_t tenths = (rest + 50) / 100, s = (rest + 500) / 1000, min = (s + 30) / 60;

	if (tenths < 100)
		(void)snprintf(out, CLOCK_TEXT_SIZE, "%d.%d s", (int)(tenths / 10),
			       (int)(tenths % 10));
	else if (s < 60)
		(void)snprintf(out, CLOCK_TEXT_SIZE, "%d s", (int)s);
	else if (s < 3600)
		(void)snprintf(out, CLOCK_TEXT_SIZE, "%d min %02d s", (int)(s / 60), (int)(s % 60));
	else
		(void)snprintf(out, CLOCK_TEXT_SIZE, "%lld h %02d min", (long long)(min / 60),
			       (int)(min % 60));
}
