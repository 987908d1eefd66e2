/* SPDX-License-Identifier: Apache-2.0 */
/* t-check.c: what checks are called, what they are remembered by, and what a failure says. */
#include "engine/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The checks of the one image of a graph, as YAML flow items. */
static struct graph *
graph_with(const char *checks)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *text =
		xasprintf("version: 1\nimages:\n  app:\n    context: app\n    checks:\n%s\n",
			  checks);
	struct graph *g = graph_load(str_c(text), "lockstep.yaml", &errs);

	if (!g)
		fail_msg("%s", errs.items[0].msg);
	return g;
}

static void
test_subjects(void **state)
{
	static const char *const want[] = {
		"file /server",    "absent vibe-kanban", "config user, ports",
		"http :80/health", "run node",           "run node --version | grep v22",
	};
	struct graph *g = graph_with(
		"    - file: /server\n    - absent: vibe-kanban\n"
		"    - config: { ports: 80, user: x }\n"
		"    - http: { port: 80, path: /health }\n    - run: [ node, --version ]\n"
		"    - run: node --version | grep v22\n");

	(void)state;
	assert_int_equal(g->images[0].nchecks, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		AUTO_FREE char *got = check_subject(&g->images[0].checks[i]);

		assert_string_equal(got, want[i]);
	}
	graph_free(g);
}

/* What is written in another way demands the same; what demands something else is another check. */
static void
test_digests(void **state)
{
	struct graph *g = graph_with("    - { file: /a, contains: x, mode: 755 }\n\n"
				     "    - { mode: \"0755\", file: /a, contains: [ x ] }\n"
				     "    - { file: /a, contains: x, mode: 754 }\n"
				     "    - { file: /a, not-contains: x, mode: 755 }\n"
				     "    - { absent: /a }\n");
	struct sha256 d[5];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = check_digest(&g->images[0].checks[i]);
	assert_true(sha256_eq(d[0], d[1]));
	for (size_t i = 1; i < ARRAY_SIZE(d); i++)
		for (size_t k = 1; k < i; k++)
			assert_false(sha256_eq(d[i], d[k]));
	graph_free(g);
}

static void
test_the_error_of_several(void **state)
{
	struct graph *g = graph_with("    - file: /a\n    - file: /b\n    - file: /c\n");
	const struct graph_check *checks = g->images[0].checks;
	struct check_result v[] = {
		{ .check = &checks[0], .outcome = CHECK_PASSED },
		{ .check = &checks[1], .outcome = CHECK_FAILED, .message = (char *)"is not there" },
		{ .check = &checks[2], .outcome = CHECK_FAILED, .message = (char *)"neither" },
	};
	struct check_results rs = { v, 1 };
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *text = NULL;

	(void)state;
	assert_int_equal(check_results_error(&rs, "lockstep.yaml", &err), 0);
	rs.n = 3;
	assert_int_equal(check_results_error(&rs, "lockstep.yaml", &err), -ERR_FAILED);
	text = err_text(&err);
	assert_string_equal(text, "lockstep.yaml:7:7: check failed: file /b: is not there");
	assert_string_equal(err.hint, "2 of 3 checks failed");
	assert_int_equal(check_results_count(&rs, CHECK_PASSED), 1);
	graph_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_the_error_of_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
