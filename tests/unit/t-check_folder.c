/* SPDX-License-Identifier: Apache-2.0 */
/* t-check_folder.c: folders that checks mount. */
#include "engine/check_folder.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct case_ {
	struct project *p;
	struct pool *pool;
	struct err_list errs;
	struct err err;
};

/* A graph whose one check has these mounts, read. */
static struct case_
open_case(const char *dir, const char *mounts)
{
	AUTO_FREE char *graph = tmp_path(dir, "lockstep.yaml");
	AUTO_FREE char *text =
		xasprintf("version: 1\nimages:\n  it:\n    context: ctx\n    checks:\n"
			  "      - { run: [ls], mounts: [%s] }\n",
			  mounts);
	struct case_ c = { .pool = pool_new(2) };
	struct project_opts opts = { .graph_file = graph };

	tmp_text(dir, "lockstep.yaml", text);
	tmp_text(dir, "ctx/Dockerfile", "FROM scratch\n");
	if (project_load(&opts, &c.p, &c.errs, &c.err))
		fail_msg("%s", c.err.msg ? c.err.msg : c.errs.items[0].msg);
	if (check_folder_read(c.p, &c.p->graph->images[0], c.pool, &c.errs, &c.err))
		fail_msg("%s", c.err.msg);
	return c;
}

static void
close_case(struct case_ *c)
{
	pool_free(c->pool);
	project_free(c->p);
	err_list_clear(&c->errs);
	err_clear(&c->err);
}

static const struct graph_check *
check_of(const struct case_ *c)
{
	return &c->p->graph->images[0].checks[0];
}

static char *
digest_of(const char *dir, const char *folder)
{
	AUTO_FREE char *mounts = xasprintf("'%s:/x'", folder);
	struct case_ c = open_case(dir, mounts);
	char *text;

	assert_int_equal(c.errs.n, 0);
	text = xstrdup(json_get_text(json_object_get(check_of(&c)->spec, "folders"), folder));
	close_case(&c);
	return text;
}

static void
what_a_folder_holds_is_part_of_the_check(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *first = NULL, *same = NULL, *edited = NULL, *mode = NULL, *added = NULL;
	AUTO_FREE char *path = tmp_path(dir, "data/sub/f");

	tmp_text(dir, "data/sub/f", "1");
	tmp_text(dir, "data/g", "2");
	first = digest_of(dir, "data");
	tmp_text(dir, "elsewhere", "3");
	same = digest_of(dir, "data");
	assert_string_equal(first, same);
	tmp_text(dir, "data/sub/f", "x");
	edited = digest_of(dir, "data");
	assert_string_not_equal(first, edited);
	assert_int_equal(chmod(path, 0755), 0);
	mode = digest_of(dir, "data");
	assert_string_not_equal(edited, mode);
	tmp_mkdir(dir, "data/empty");
	added = digest_of(dir, "data");
	assert_string_not_equal(mode, added);
}

static void
assert_mode(const char *dir, const char *name, mode_t want)
{
	AUTO_FREE char *path = tmp_path(dir, name);
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, want);
}

static void
a_copy_is_readable_for_all_and_nothing_else(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *into = tmp_path(dir, "staged"), *from = tmp_path(dir, "data/f");
	AUTO_FREE char *link = tmp_path(dir, "data/link"), *copied = tmp_path(dir, "staged/1/link");
	AUTO_FREE char *got = NULL;
	char target[16] = "";
	struct case_ c;

	tmp_text(dir, "data/f", "text");
	tmp_text(dir, "data/sub/g", "more");
	assert_int_equal(chmod(from, 0600), 0);
	assert_int_equal(symlink("sub/g", link), 0);
	c = open_case(dir, "'tmpfs:/tmp', 'data:/data', 'data/sub:/sub'");
	assert_true(check_folder_any(check_of(&c)));
	assert_int_equal(check_folder_stage(c.p, check_of(&c), c.pool, into, &c.err), 0);
	assert_mode(dir, "staged/1", 0755);
	assert_mode(dir, "staged/1/f", 0644);
	assert_mode(dir, "staged/1/sub", 0755);
	assert_mode(dir, "staged/2/g", 0644);
	got = tmp_read(dir, "staged/1/f");
	assert_string_equal(got, "text");
	assert_int_equal(readlink(copied, target, sizeof(target) - 1), 5);
	assert_string_equal(target, "sub/g");
	close_case(&c);
}

static void
a_change_after_it_was_read_is_an_error(void **state)
{
	const char *dir = *state;
	AUTO_FREE char *into = tmp_path(dir, "staged");
	struct case_ c;

	tmp_text(dir, "data/f", "text");
	c = open_case(dir, "'data:/data'");
	tmp_text(dir, "data/f", "another text");
	assert_int_equal(check_folder_stage(c.p, check_of(&c), c.pool, into, &c.err), -ERR_INPUT);
	assert_non_null(strstr(c.err.msg, "changed while it was read"));
	close_case(&c);
}

static void
a_folder_that_is_not_there_is_told_with_its_place(void **state)
{
	struct case_ c = open_case(*state, "'nosuch:/x', 'ctx/Dockerfile:/y'");

	assert_int_equal(c.errs.n, 2);
	assert_non_null(strstr(c.errs.items[0].msg, "cannot mount 'nosuch': "));
	assert_int_equal(c.errs.items[0].where.line, 6);
	assert_int_equal(c.errs.items[0].where.col, 9);
	assert_non_null(strstr(c.errs.items[1].msg, "cannot mount 'ctx/Dockerfile': "));
	assert_false(check_folder_any(check_of(&c)));
	close_case(&c);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_folder_holds_is_part_of_the_check),
		TEST(a_copy_is_readable_for_all_and_nothing_else),
		TEST(a_change_after_it_was_read_is_an_error),
		TEST(a_folder_that_is_not_there_is_told_with_its_place),
	};

	return cmocka_run_group_tests_name("check_folder", tests, NULL, NULL);
}
