/* SPDX-License-Identifier: Apache-2.0 */
/* t-podman.c: what podman prints, read. What it does is tested by tests/cli/t-check-run.sh. */
#include "engine/podman.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
states_are_read_one_a_container(void **state)
{
	struct runner_state s[2] = { 0 };

	(void)state;
	assert_true(podman_states(STR_LIT("true 0 false\nfalse 137 true\n"), s, 2));
	assert_true(s[0].running);
	assert_int_equal(s[0].exit_status, 0);
	assert_false(s[0].out_of_memory);
	assert_false(s[1].running);
	assert_int_equal(s[1].exit_status, 137);
	assert_true(s[1].out_of_memory);
}

static void
what_is_no_state_is_passed_over(void **state)
{
	struct runner_state s[2] = { 0 };

	(void)state;
	assert_true(podman_states(STR_LIT("time=\"now\" level=warning\ntrue 3 false\n"), s, 1));
	assert_int_equal(s[0].exit_status, 3);
	assert_false(podman_states(STR_LIT("true 0 false\n"), s, 2));
	assert_false(podman_states(STR_LIT("Error: no such container\n"), s, 1));
	assert_false(podman_states(STR_LIT("true x false\n"), s, 1));
	assert_false(podman_states(STR_NULL, s, 1));
}

static void
assert_complaint(const char *output, const char *want)
{
	AUTO_FREE char *got = str_dup(runner_complaint(str_c(output)));

	assert_string_equal(got, want);
}

static void
a_complaint_is_the_line_of_the_error(void **state)
{
	(void)state;
	assert_complaint("warning\nError: no such user\nmore\n", "no such user");
	assert_complaint("something\nelse\n\n", "else");
	assert_complaint("", "no output");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_read_one_a_container),
		cmocka_unit_test(what_is_no_state_is_passed_over),
		cmocka_unit_test(a_complaint_is_the_line_of_the_error),
	};

	return cmocka_run_group_tests_name("podman", tests, NULL, NULL);
}
