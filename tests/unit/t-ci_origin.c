/* SPDX-License-Identifier: Apache-2.0 */
/* t-ci_origin.c: what the CI systems say of a job, and whose files that makes it work on. */
#include "cli/ci_origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = { "GITHUB_EVENT_NAME", "CI_MERGE_REQUEST_IID",
				     "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
				     "CI_MERGE_REQUEST_PROJECT_ID" };

static int
reset(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	return 0;
}

static const char *
github(const char *name, const char *text)
{
	AUTO_ERR struct err err = ERR_INIT;
	json_t *event = NULL;
	enum ci_origin origin;

	if (text)
		assert_int_equal(json_parse(str_c(text), "event", &event, &err), 0);
	setenv("GITHUB_EVENT_NAME", name, 1);
	origin = ci_origin_read(event);
	json_decref(event);
	return ci_origin_name(origin);
}

static const char *
gitlab(const char *iid, const char *source, const char *target)
{
	setenv("CI_MERGE_REQUEST_IID", iid, 1);
	unsetenv("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
	if (source)
		setenv("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source, 1);
	setenv("CI_MERGE_REQUEST_PROJECT_ID", target, 1);
	return ci_origin_name(ci_origin_read(NULL));
}

static void
test_no_ci(void **state UNUSED)
{
	assert_string_equal(ci_origin_name(ci_origin_read(NULL)), "branch");
	assert_string_equal(github("", NULL), "branch");
}

static void
test_branches(void **state UNUSED)
{
	assert_string_equal(github("push", NULL), "branch");
	assert_string_equal(github("repository_dispatch", "{\"client_payload\":{}}"), "branch");
	assert_string_equal(github("schedule", NULL), "branch");
	assert_string_equal(github("merge_group", "{}"), "pull request");
}

#define PR(head, base)                                                                             \
	"{\"pull_request\":{\"head\":{\"repo\":" head                                              \
	"},\"base\":{\"repo\":{\"full_name\":\"" base "\"}}}}"
#define NAMED(name) "{\"full_name\":\"" name "\"}"

static void
test_pull_requests(void **state UNUSED)
{
	assert_string_equal(github("pull_request", PR(NAMED("o/r"), "o/r")), "pull request");
	assert_string_equal(github("pull_request", PR(NAMED("evil/r"), "o/r")),
			    "pull request from a fork");
	assert_string_equal(github("pull_request_target", PR(NAMED("evil/r"), "o/r")),
			    "pull request from a fork");
	assert_string_equal(github("pull_request_review", PR(NAMED("evil/r"), "o/r")),
			    "pull request from a fork");
	/* The fork was deleted meanwhile. */
	assert_string_equal(github("pull_request", PR("null", "o/r")),
			    "pull request of unknown origin");
	assert_string_equal(github("pull_request", PR(NAMED(""), "")),
			    "pull request of unknown origin");
	assert_string_equal(github("pull_request", NULL), "pull request of unknown origin");
	assert_string_equal(github("issue_comment",
				   "{\"issue\":{\"pull_request\":{\"url\":\"x\"}}}"),
			    "pull request of unknown origin");
	assert_string_equal(github("issue_comment", "{\"issue\":{\"number\":1}}"), "branch");
}

#define RUN(event, head)                                                                           \
	"{\"workflow_run\":{\"event\":\"" event "\",\"head_repository\":{\"full_name\":\"" head    \
	"\"}},\"repository\":{\"full_name\":\"o/r\"}}"

static void
test_a_workflow_is_what_started_it(void **state UNUSED)
{
	assert_string_equal(github("workflow_run", RUN("push", "o/r")), "branch");
	assert_string_equal(github("workflow_run", RUN("pull_request", "o/r")), "pull request");
	assert_string_equal(github("workflow_run", RUN("pull_request_target", "o/r")),
			    "pull request");
	assert_string_equal(github("workflow_run", RUN("merge_group", "o/r")), "pull request");
	assert_string_equal(github("workflow_run", RUN("pull_request", "evil/r")),
			    "pull request from a fork");
	/* Whatever it calls itself. */
	assert_string_equal(github("workflow_run", RUN("push", "evil/r")),
			    "pull request from a fork");
	assert_string_equal(github("workflow_run", RUN("workflow_run", "o/r")),
			    "pull request of unknown origin");
	assert_string_equal(github("workflow_run", RUN("pull_request", "")),
			    "pull request of unknown origin");
	assert_string_equal(github("workflow_run", "{\"repository\":{\"full_name\":\"o/r\"}}"),
			    "pull request of unknown origin");
	assert_string_equal(github("workflow_run", NULL), "pull request of unknown origin");
}

static void
test_gitlab(void **state UNUSED)
{
	assert_string_equal(gitlab("", "1", "2"), "branch");
	assert_string_equal(gitlab("7", "1", "1"), "pull request");
	assert_string_equal(gitlab("7", "1", "2"), "pull request from a fork");
	assert_string_equal(gitlab("7", NULL, "2"), "pull request of unknown origin");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_ci, reset),
		cmocka_unit_test_setup(test_branches, reset),
		cmocka_unit_test_setup(test_pull_requests, reset),
		cmocka_unit_test_setup(test_a_workflow_is_what_started_it, reset),
		cmocka_unit_test_setup(test_gitlab, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
