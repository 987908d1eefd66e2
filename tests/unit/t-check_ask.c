/* SPDX-License-Identifier: Apache-2.0 */
/* t-check_ask.c: how a command ended, held against what a check demands. */
#include "engine/check_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const char *keys, struct runner_result res, const char *want)
{
	AUTO_JSON json_t *j = NULL;
	AUTO_FREE char *got = NULL;

	assert_int_equal(json_parse(str_c(keys), "test", &j, NULL), 0);
	got = check_ask_wrong(j, &res);
	assert_string_equal(got ? got : "nothing", want);
}

static void
the_first_thing_that_is_wrong_is_told(void **state)
{
	const struct runner_result fine = { .output = STR_LIT("one\ntwo\n") };
	struct runner_result late = fine, loud = fine, failed = fine, killed = fine;

	(void)state;
	late.timed_out = true;
	late.status = -1;
	loud.overflow = true;
	failed.status = 3;
	killed.status = -1;
	check("{\"status\":0}", fine, "nothing");
	check("{\"status\":0,\"contains\":[\"two\"]}", fine, "nothing");
	check("{\"status\":0,\"contains\":[\"three\"]}", fine, "the output does not hold 'three'");
	check("{\"status\":0}", failed, "exit status 3, not 0: two");
	check("{\"status\":3}", failed, "nothing");
	check("{\"status\":3}", fine, "exit status 0, not 3: two");
	check("{\"status\":0}", late, "it did not end in time: two");
	check("{\"status\":0}", loud, "it printed more than 256 KiB");
	check("{\"status\":0}", killed, "it was ended by a signal: two");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_thing_that_is_wrong_is_told),
	};

	return cmocka_run_group_tests_name("check_ask", tests, NULL, NULL);
}
