/* SPDX-License-Identifier: Apache-2.0 */
/* t-single.c: a command line as the text of a graph. */
#include "engine/single.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check(const struct single *s, const char *root, const char *image)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL, *want = NULL;

	buf_init(&text, 0);
	assert_int_equal(single_describe(s, &got, &text, &err), 0);
	assert_string_equal(got, root);
	want = xasprintf("{\"images\":{\"image\":%s},\"registry\":\"lockstep.invalid\","
			 "\"version\":1}",
			 image);
	assert_string_equal(text.data, want);
}

static void
refuse(const struct single *s, enum err_class class, const char *msg)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;

	buf_init(&text, 0);
	assert_int_equal(single_describe(s, &got, &text, &err), -(int)class);
	assert_non_null(strstr(err.msg, msg));
	assert_null(got);
}

static void
test_paths_are_seen_from_what_holds_both(void **state)
{
	AUTO_FREE char *df = tmp_path(*state, "a/b/c/Dockerfile"), *far = tmp_path(*state, "d/F"),
		       *a = tmp_path(*state, "a"), *c = tmp_path(*state, "a/b/c");

	tmp_text(*state, "a/b/c/Dockerfile", "FROM scratch\n");
	tmp_text(*state, "d/F", "FROM scratch\n");
	check(&(struct single){ .dockerfile = df, .context = c }, c,
	      "{\"context\":\".\",\"dockerfile\":\"Dockerfile\"}");
	check(&(struct single){ .dockerfile = df, .context = a }, a,
	      "{\"context\":\".\",\"dockerfile\":\"b/c/Dockerfile\"}");
	check(&(struct single){ .dockerfile = far, .context = c }, *state,
	      "{\"context\":\"a/b/c\",\"dockerfile\":\"../../../d/F\"}");
}

static void
test_texts_are_data(void **state)
{
	AUTO_FREE char *df = tmp_path(*state, "D");
	const char *args[] = { "A=$x ${y} \"q\"\n", "B=" };

	tmp_text(*state, "D", "FROM scratch\n");
	check(&(struct single){ .dockerfile = df,
				.context = *state,
				.target = "t\"}",
				.args = args,
				.nargs = 2 },
	      *state,
	      "{\"args\":{\"A\":\"$$x $${y} \\\"q\\\"\\n\",\"B\":\"\"},\"context\":\".\","
	      "\"dockerfile\":\"D\",\"target\":\"t\\\"}\"}");
}

static void
test_no_argument_comes_from_the_environment(void **state)
{
	AUTO_FREE char *df = tmp_path(*state, "D");
	const char *twice[] = { "A=1", "A=1" }, *bytes[] = { "A=\xff" };

	tmp_text(*state, "D", "FROM scratch\n");
	refuse(&(struct single){ .dockerfile = df,
				 .context = *state,
				 .args = (const char *[]){ "HOME" },
				 .nargs = 1 },
	       ERR_USAGE, "'HOME' has no value");
	refuse(&(struct single){ .dockerfile = df, .context = *state, .args = twice, .nargs = 2 },
	       ERR_USAGE, "'A' is given twice");
	refuse(&(struct single){ .dockerfile = df, .context = *state, .args = bytes, .nargs = 1 },
	       ERR_USAGE, "not valid UTF-8");
	refuse(&(struct single){ .dockerfile = df, .context = "/nowhere at all" }, ERR_INPUT,
	       "'/nowhere at all'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths_are_seen_from_what_holds_both, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(test_texts_are_data, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_no_argument_comes_from_the_environment,
						tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
