/* SPDX-License-Identifier: Apache-2.0 */
/* t-guard_log.c: lines that a build must not print. */
#include "engine/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What is said about a log with guards (YAML flow items); "" = nothing. Caller frees. */
static char *
verdict(const char *guards, const char *const *lines, size_t n)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *text =
		xasprintf("version: 1\nimages:\n  app:\n    context: app\n    guards: [ %s ]\n",
			  guards);
	struct graph *g = graph_load(str_c(text), "g", &errs);
	AUTO_ERR struct err err = ERR_INIT;
	struct guard_log *log;
	char *ret;

	if (!g)
		fail_msg("%s", errs.items[0].msg);
	log = guard_log_new(&g->images[0]);
	assert_int_equal(!log, !guard_of_log(&g->images[0]));
	for (size_t i = 0; i < n; i++)
		guard_log_line(log, str_c(lines[i]), i + 1);
	ret = guard_log_end(log, g->file, &err) ? err_text(&err) : xstrdup("");
	guard_log_free(log);
	graph_free(g);
	return ret;
}

#define CHECK(guards, want, ...)                                                                   \
	do {                                                                                       \
		static const char *const lines[] = { __VA_ARGS__ };                                \
		AUTO_FREE char *got = verdict(guards, lines, ARRAY_SIZE(lines));                   \
		assert_string_equal(got, want);                                                    \
	} while (0)

static void
test_a_log_that_is_not_whole(void **state UNUSED)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = graph_load(
		STR_LIT("version: 1\nimages:\n  app: { context: app, guards: [ { log: '^E: ' } ] }\n"),
		"g", &errs);
	struct guard_log *log = guard_log_new(&g->images[0]);
	AUTO_ERR struct err err = ERR_INIT;

	guard_log_clipped(NULL, STR_LIT("x"), 1);
	guard_log_line(log, STR_LIT("fine"), 1);
	guard_log_clipped(log, STR_LIT("[output clipped, log limit 1MiB reached]"), 2);
	guard_log_clipped(log, STR_LIT("again"), 3);
	assert_int_equal(guard_log_end(log, "g", &err), -ERR_FAILED);
	assert_string_equal(err.msg, "the builder kept a part of what the build printed to itself "
				     "(line 2 of the log: '[output clipped, log limit 1MiB "
				     "reached]'), so nobody can say what its log does not hold");
	assert_int_equal(err.where.line, 3);
	err_clear(&err);
	/* What was seen all the same says more. */
	guard_log_line(log, STR_LIT("E: no"), 4);
	assert_int_equal(guard_log_end(log, "g", &err), -ERR_FAILED);
	assert_string_equal(err.msg, "the build printed 'E: no' (line 4 of its log), which matches "
				     "'^E: '");
	guard_log_free(log);
	graph_free(g);
}

static void
test_the_first_line_that_must_not_be(void **state)
{
	(void)state;
	CHECK("{ log: [ '^E: ', 'warning: missing' ] }",
	      "g:5:15: the build printed 'warning: missing dist' (line 2 of its log), which matches "
	      "'warning: missing'",
	      "fine", "warning: missing dist", "E: later");
	CHECK("{ log: '^E: ' }", "", "fine", "an E: inside", "");
	CHECK("{ log: 'end$' }",
	      "g:5:15: the build printed 'the end\r' (line 1 of its log), which matches 'end$'",
	      "the end\r");
	CHECK("{ input: x }", "", "whatever");
	CHECK("{ log-defaults: false }", "", "sh: 1: bun: not found");
}

static void
test_common_signs(void **state)
{
	(void)state;
	CHECK("{ log-defaults: true }",
	      "g:5:15: the build printed '/bin/sh: 1: bun: not found' (line 1 of its log), which "
	      "matches ': (command )?not found$'",
	      "/bin/sh: 1: bun: not found");
	CHECK("{ log-defaults: true }",
	      "g:5:15: the build printed 'cp: dist: No such file or directory' (line 1 of its log), "
	      "which matches 'No such file or directory$'",
	      "cp: dist: No such file or directory");
	CHECK("{ log-defaults: true }", "", "0 packages not found to be vulnerable",
	      "no warnings, nothing missing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_log_that_is_not_whole),
		cmocka_unit_test(test_the_first_line_that_must_not_be),
		cmocka_unit_test(test_common_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
