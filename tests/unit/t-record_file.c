/* SPDX-License-Identifier: Apache-2.0 */
/* t-record_file.c: which record of a report is meant, and what reports without it are told. */
#include "cli/record_file.h"

#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REPORT(images) "{\"schema\":\"lockstep.report/1\",\"images\":" images "}"
#define BUILT(name) "{\"image\":\"" name "\",\"state\":\"built\",\"record\":{\"schema\":\"no\"}}"
#define CURRENT                                                                                    \
	"{\"image\":\"c\",\"state\":\"up to date\",\"digest\":\"sha256:12\",\"record\":null}"

/* What is wrong, after the name of the file. */
static void
test_refused(void **state)
{
	static const struct {
		const char *text, *image, *message, *hint;
	} cases[] = {
		{ "[", NULL, "r:1:1", NULL },
		{ "[]", NULL, "r: schema: is no text", NULL },
		{ "{\"schema\":\"lockstep.report/2\"}", "a",
		  "r: schema: is not 'lockstep.record/1'", NULL },
		{ REPORT("[]"), "a", "'r' holds no record: nothing was built in that job",
		  "lockstep reproduce IMAGE" },
		{ REPORT("{}"), NULL, "'r' holds no record: nothing was built", NULL },
		{ REPORT("[3, {\"image\":3,\"record\":{}}, {\"image\":\"a\",\"record\":3}]"), "a",
		  "'r' holds no record: nothing was built", NULL },
		{ REPORT("[" BUILT("a") "," BUILT("b") "," CURRENT "]"), NULL,
		  "'r' holds the records of 2 images: say which: a, b", NULL },
		{ REPORT("[" BUILT("a") "," BUILT("b") "]"), "c",
		  "'r' is the report of a job without an image 'c'", "it built a, b" },
		{ REPORT("[" BUILT("a") "," CURRENT "]"), "c",
		  "'r' holds no record of image 'c': in that job it was 'up to date'",
		  "lockstep reproduce c@sha256:12" },
		{ REPORT("[" BUILT("a") ",{\"image\":\"f\",\"state\":\"failed\"}]"), "f",
		  "'r' holds no record of image 'f': in that job it was 'failed'", "it built a" },
		{ REPORT("[" BUILT("a") "," CURRENT "]"), NULL,
		  "r: schema: is not 'lockstep.record/1'", NULL }, /* the only one is taken */
	};
	AUTO_FREE char *path = tmp_path(*state, "r");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		struct record *record = NULL;
		AUTO_FREE char *text = NULL;
		char *name;

		tmp_text(*state, "r", cases[i].text);
		assert_true(record_file_read(path, cases[i].image, &record, &err) < 0);
		assert_null(record);
		text = err_text(&err);
		name = strstr(text, path);
		assert_non_null(name);
		memmove(name, name + strlen(path) - 1, strlen(name + strlen(path) - 1) + 1);
		if (strncmp(text, cases[i].message, strlen(cases[i].message)) != 0)
			assert_string_equal(text, cases[i].message);
		if (cases[i].hint && (!err.hint || !strstr(err.hint, cases[i].hint)))
			assert_string_equal(err.hint ? err.hint : "", cases[i].hint);
	}
}

static void
test_has(void **state)
{
	AUTO_FREE char *path = tmp_path(*state, "r"), *none = tmp_path(*state, "none");

	tmp_text(*state, "r",
		 REPORT("[{\"image\":\"a\",\"record\":{\"image_id\":\"sha256:1\"}}," CURRENT "]"));
	assert_true(record_file_has(path, "a", "sha256:1"));
	assert_false(record_file_has(path, "a", "sha256:2"));
	assert_false(record_file_has(path, "b", "sha256:1"));
	assert_false(record_file_has(path, "c", "sha256:12"));
	assert_false(record_file_has(none, "a", "sha256:1"));
	tmp_text(*state, "r", "{\"schema\":\"lockstep.record/1\",\"image_id\":\"sha256:1\"}");
	assert_false(record_file_has(path, "a", "sha256:1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_has, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
