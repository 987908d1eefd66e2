/* SPDX-License-Identifier: Apache-2.0 */
/* t-opt.c: options in any order, what is wrong with them, and their help. */
#include "cli/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool arg_force, arg_json;
static const char *arg_graph;
static unsigned arg_jobs;
static opt_texts arg_set;

static const struct opt own[] = {
	{ 'f', "force", OPT_FLAG, NULL, "build even if up to date", &arg_force },
	{ 'j', "jobs", OPT_COUNT, "N", "how many at once", &arg_jobs },
	{ 0, "set", OPT_LIST, "NAME=VALUE", "give a variable a value", &arg_set },
	{ 0 },
};
static const struct opt common[] = {
	{ 0, "json", OPT_FLAG, NULL, "as JSON", &arg_json },
	{ 'g', "graph", OPT_TEXT, "FILE-OF-THE-GRAPH", "another graph file", &arg_graph },
	{ 0 },
};

static int
reset(void **state)
{
	(void)state;
	arg_force = arg_json = false;
	arg_graph = NULL;
	arg_jobs = 0;
	vec_fini(&arg_set);
	return 0;
}

/* Parses these words; *ret_rest is what is left, joined by blanks. */
static int
parse(const char *const *words, char **ret_rest, struct err *err)
{
	static char program[] = "command";
	char *argv[16] = { program }, *all[16];
	AUTO_BUF struct buf rest = BUF_INIT;
	int argc = 1, first = -1, r;

	for (; words[argc - 1]; argc++)
		argv[argc] = xstrdup(words[argc - 1]);
	memcpy(all, argv, sizeof(all));
	r = opt_parse(own, common, argc, argv, &first, err);
	buf_init(&rest, 0);
	for (int i = first; !r && i < argc; i++)
		buf_addf(&rest, "%s%s", i > first ? " " : "", argv[i]);
	*ret_rest = buf_steal(&rest);
	/* Values are borrowed from argv: those that the test looks at are its own words. */
	if (arg_graph)
		for (int i = 0; words[i]; i++)
			if (strstr(words[i], arg_graph))
				arg_graph = strstr(words[i], arg_graph);
	for (size_t k = 0; k < arg_set.n; k++)
		for (int i = 0; words[i]; i++)
			if (!strcmp(words[i], arg_set.v[k]))
				arg_set.v[k] = words[i];
	for (int i = 1; i < argc; i++)
		free(all[i]);
	return r;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_options_may_come_anywhere(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *rest = NULL;

	(void)state;
	assert_int_equal(parse(WORDS("one", "-f", "two", "--jobs=3", "--graph", "g.yaml", "three"),
			       &rest, &err),
			 0);
	assert_string_equal(rest, "one two three");
	assert_true(arg_force);
	assert_false(arg_json);
	assert_int_equal(arg_jobs, 3);
	assert_string_equal(arg_graph, "g.yaml");
}

static void
test_two_dashes_end_them(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *rest = NULL;

	(void)state;
	assert_int_equal(parse(WORDS("--json", "--", "-f", "--jobs"), &rest, &err), 0);
	assert_string_equal(rest, "-f --jobs");
	assert_true(arg_json);
	assert_false(arg_force);
}

static void
test_letters_stand_together_and_before_values(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *rest = NULL;

	(void)state;
	assert_int_equal(parse(WORDS("-fj4", "x"), &rest, &err), 0);
	assert_string_equal(rest, "x");
	assert_true(arg_force);
	assert_int_equal(arg_jobs, 4);
}

static void
test_a_list_keeps_their_order(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *rest = NULL;

	(void)state;
	assert_int_equal(parse(WORDS("--set", "A=1", "--set", "B=2", "--set", "A=3"), &rest, &err),
			 0);
	assert_int_equal(arg_set.n, 3);
	assert_string_equal(arg_set.v[0], "A=1");
	assert_string_equal(arg_set.v[1], "B=2");
	assert_string_equal(arg_set.v[2], "A=3");
}

static const struct {
	const char *const words[4];
	const char *msg, *hint; /* hint NULL = none */
} mistakes[] = {
	{ { "--jsno" }, "unknown option '--jsno'", "did you mean '--json'?" },
	{ { "a", "b", "--jbos=2" }, "unknown option '--jbos'", "did you mean '--jobs'?" },
	{ { "--quite-another" }, "unknown option '--quite-another'", NULL },
	{ { "x", "-q" }, "unknown option '-q'", NULL },
	{ { "--graph" }, "option '--graph' needs a value: FILE-OF-THE-GRAPH", NULL },
	{ { "-j" }, "option '--jobs' needs a value: N", NULL },
	{ { "-j", "0" }, "--jobs: '0' is no whole number above 0", NULL },
	{ { "-j", "-1" }, "--jobs: '-1' is no whole number above 0", NULL },
	{ { "-j", "two" }, "--jobs: 'two' is no whole number above 0", NULL },
	{ { "--jobs=3000000000" }, "--jobs: '3000000000' is no whole number above 0", NULL },
};

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		AUTO_FREE char *rest = NULL;

		assert_int_equal(parse(mistakes[i].words, &rest, &err), -ERR_USAGE);
		assert_string_equal(err.msg, mistakes[i].msg);
		assert_string_equal(err.hint ? err.hint : "(none)",
				    mistakes[i].hint ? mistakes[i].hint : "(none)");
	}
}

static void
test_help_is_aligned(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT;

	(void)state;
	buf_init(&b, 0);
	opt_help(own, &b);
	opt_help(common, &b);
	assert_string_equal(b.data, "  -f, --force             build even if up to date\n"
				    "  -j, --jobs N            how many at once\n"
				    "      --set NAME=VALUE    give a variable a value\n"
				    "      --json              as JSON\n"
				    "  -g, --graph FILE-OF-THE-GRAPH\n"
				    "                          another graph file\n");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, reset, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_options_may_come_anywhere),
		CASE(test_two_dashes_end_them),
		CASE(test_letters_stand_together_and_before_values),
		CASE(test_a_list_keeps_their_order),
		CASE(test_mistakes),
		CASE(test_help_is_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
