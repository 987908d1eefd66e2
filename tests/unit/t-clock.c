/* SPDX-License-Identifier: Apache-2.0 */
/* t-clock.c: time as text, and the fixed clock. */
#include "base/clock.h"

#include "base/mem.h"

#include <stdlib.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
the_environment_fixes_the_wall_clock(void **state UNUSED)
{
	assert_int_equal(setenv("LOCKSTEP_CLOCK", "1778062272123", 1), 0);
	assert_int_equal(clock_wall_ms(), 1778062272123);
	assert_int_equal(setenv("LOCKSTEP_CLOCK", "0", 1), 0);
	assert_int_equal(clock_wall_ms(), 0);
	assert_int_equal(unsetenv("LOCKSTEP_CLOCK"), 0);
}

static void
without_it_the_clock_is_the_systems(void **state UNUSED)
{
	static const char *const useless[] = { NULL, "", "noon", "-5", "99999999999999999999" };

	for (size_t i = 0; i < ARRAY_SIZE(useless); i++) {
		int64_t before = (int64_t)time(NULL) * 1000 - 2000, now;

		if (useless[i])
			assert_int_equal(setenv("LOCKSTEP_CLOCK", useless[i], 1), 0);
		now = clock_wall_ms();
		assert_in_range(now, before, before + 60000);
	}
	assert_int_equal(unsetenv("LOCKSTEP_CLOCK"), 0);
}

static void
monotonic_time_does_not_go_back(void **state UNUSED)
{
	int64_t before = clock_mono_ns();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_ns();

		assert_true(now >= before);
		before = now;
	}
}

struct row {
	int64_t ms;
	const char *want;
};

static void
check_rows(const struct row *rows, size_t n, void (*text)(int64_t, char[CLOCK_TEXT_SIZE]))
{
	char got[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < n; i++) {
		text(rows[i].ms, got);
		assert_string_equal(got, rows[i].want);
	}
}

static void
rfc3339_is_utc(void **state UNUSED)
{
	static const struct row rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1778062272123, "2026-05-06T10:11:12Z" },
		{ 1709164799999, "2024-02-28T23:59:59Z" },
		{ 1709164800000, "2024-02-29T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ -1000, "1969-12-31T23:59:59Z" },
		{ INT64_MAX, "292278994-08-17T07:12:55Z" },
	};

	check_rows(rows, ARRAY_SIZE(rows), clock_rfc3339);
}

static void
local_time_follows_the_zone(void **state UNUSED)
{
	static const struct row east[] = { { 1778062272123, "2026-05-06 12:11" } };
	static const struct row west[] = { { 1778062272123, "2026-05-06 05:11" } };

	assert_int_equal(setenv("TZ", "XXX-2", 1), 0);
	tzset();
	check_rows(east, 1, clock_local);
	assert_int_equal(setenv("TZ", "XXX+5", 1), 0);
	tzset();
	check_rows(west, 1, clock_local);
	assert_int_equal(unsetenv("TZ"), 0);
}

static void
durations_are_short_and_never_60_seconds(void **state UNUSED)
{
	static const struct row rows[] = {
		{ -5, "0.0 s" },
		{ 0, "0.0 s" },
		{ 49, "0.0 s" },
		{ 50, "0.1 s" },
		{ 400, "0.4 s" },
		{ 9949, "9.9 s" },
		{ 9950, "10 s" },
		{ 12345, "12 s" },
		{ 59499, "59 s" },
		{ 59500, "1 min 00 s" },
		{ 185000, "3 min 05 s" },
		{ 3599499, "59 min 59 s" },
		{ 3599500, "1 h 00 min" },
		{ 3720000, "1 h 02 min" },
		{ 7199000, "2 h 00 min" },
		{ 90000000, "25 h 00 min" },
		{ INT64_MAX, "2562047788015 h 13 min" },
	};

	check_rows(rows, ARRAY_SIZE(rows), clock_duration);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_fixes_the_wall_clock),
		cmocka_unit_test(without_it_the_clock_is_the_systems),
		cmocka_unit_test(monotonic_time_does_not_go_back),
		cmocka_unit_test(rfc3339_is_utc),
		cmocka_unit_test(local_time_follows_the_zone),
		cmocka_unit_test(durations_are_short_and_never_60_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
