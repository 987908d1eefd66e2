/* SPDX-License-Identifier: Apache-2.0 */
/* t-complaint.c: the last words of builders. */
#include "engine/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
check_line(const char *tail, const char *want)
{
	AUTO_FREE char *got = str_dup(complaint_line(str_c(tail)));

	assert_string_equal(got, want);
}

static void
the_last_line_that_is_no_blank_is_told(void **state UNUSED)
{
	check_line("", "no output");
	check_line(" \n\t\n", "no output");
	check_line("STEP 1\nError: no such thing \r\n\n", "Error: no such thing");
}

static void
of_a_long_line_the_end_is_told(void **state UNUSED)
{
	char long_line[4096], umlauts[2048];
	size_t n = 0;

	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(long_line + n, sizeof(long_line) - n,
				      "Globs:[]string{}, a: ");
	(void)snprintf(long_line + n, sizeof(long_line) - n, "%0300d: write /x: broken", 0);
	check_line(long_line, "write /x: broken");
	/* Not in the middle of a character. */
	for (n = 0; n < 2 * 501; n += 2)
		(void)snprintf(umlauts + n, sizeof(umlauts) - n, "\xc3\xa4");
	(void)snprintf(umlauts + n, sizeof(umlauts) - n, "x");
	assert_int_equal((unsigned char)complaint_line(str_c(umlauts)).p[0], 0xc3);
	assert_int_equal(complaint_line(str_c(umlauts)).n, 299);
}

static void
a_full_disk_is_the_builders_not_a_runs(void **state UNUSED)
{
	assert_true(complaint_disk_full(str_c("STEP 2/2: COPY a /a\nError: committing: write /x: "
					      "no space left on device\n")));
	assert_true(complaint_disk_full(str_c("Error: mkdir /x: disk quota exceeded\n")));
	assert_false(complaint_disk_full(str_c("cp: /dev/shm/a: no space left on device\n"
					       "Error: building at STEP \"RUN x\": while running "
					       "runtime: exit status 1\n")));
	assert_false(complaint_disk_full(str_c("")));
}

static void
the_network_is_told_by_its_signs(void **state UNUSED)
{
	assert_int_equal(complaint_class(str_c("dial tcp: connection refused"), ERR_FAILED),
			 ERR_TEMPORARY);
	assert_int_equal(complaint_class(str_c("manifest unknown"), ERR_FAILED), ERR_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_that_is_no_blank_is_told),
		cmocka_unit_test(of_a_long_line_the_end_is_told),
		cmocka_unit_test(a_full_disk_is_the_builders_not_a_runs),
		cmocka_unit_test(the_network_is_told_by_its_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
