/* SPDX-License-Identifier: Apache-2.0 */
/* t-lockfile.c: reading, changing and writing lock files. */
#include "model/lockfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C40 "cccccccccccccccccccccccccccccccccccccccc"
#define TOP "# Written by `lockstep lock` and `lockstep update`.\nlockstep-lock 1\n"

static struct lockfile *
good(const char *text)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct lockfile *l = lockfile_parse(str_c(text), "f", &errs);

	if (!l)
		fail_msg("%s", errs.items[0].msg);
	return l;
}

static void
prints(struct lockfile *take_l, const char *want)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	lockfile_print(take_l, &b);
	lockfile_free(take_l);
	assert_string_equal(b.data, want);
}

static void
is_written_sorted(void **state)
{
	(void)state;
	prints(lockfile_new(), TOP);
	prints(good("lockstep-lock 1\n\n# a comment\r\n"
		    "local localhost/b:1 sha256:" A64 "\n"
		    "image docker.io/library/debian:12 sha256:" B64 "\n"
		    "http https://e/f%20g sha256:" A64 "\n"
		    "git https://e/x main " C40 "\n"
		    "git https://e/x dev " C40 "\n"
		    "git https://e/x dev " C40 "\n"),
	       TOP "git https://e/x dev " C40 "\n"
		   "git https://e/x main " C40 "\n"
		   "http https://e/f%20g sha256:" A64 "\n"
		   "image docker.io/library/debian:12 sha256:" B64 "\n"
		   "local localhost/b:1 sha256:" A64 "\n");
}

static void
entries_are_found_and_set(void **state)
{
	struct lockfile *l = good("lockstep-lock 1\nlocal localhost/b:1 sha256:" A64 "\n"
				  "git u main " C40 "\n");
	const struct lockfile_entry *e = lockfile_find(l, LOCKFILE_IMAGE, "localhost/b:1", "");

	(void)state;
	assert_int_equal(e->kind, LOCKFILE_LOCAL);
	assert_int_equal(e->line, 2);
	assert_null(lockfile_find(l, LOCKFILE_GIT, "u", "dev"));
	assert_null(lockfile_find(NULL, LOCKFILE_GIT, "u", "main"));
	assert_string_equal(lockfile_find(l, LOCKFILE_GIT, "u", "main")->value, C40);
	/* An image is in a registry now: one entry, not two. */
	lockfile_set(l, &(struct lockfile_entry){ .kind = LOCKFILE_IMAGE,
						  .name = "localhost/b:1",
						  .value = "sha256:" B64 });
	lockfile_set(l, &(struct lockfile_entry){
				.kind = LOCKFILE_HTTP, .name = "a b\n", .value = "sha256:" B64 });
	prints(l, TOP "git u main " C40 "\nhttp a%20b%0A sha256:" B64
		      "\nimage localhost/b:1 sha256:" B64 "\n");
}

static void
mistakes_are_told_with_their_lines(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *msg;
	} rows[] = {
		{ "", 1, "this is no lock file" },
		{ "hello\n", 1, "this is no lock file" },
		{ "\nlockstep-lock 2\n", 2, "this lock file is of another version" },
		{ "lockstep-lock 1\nimages a b\n", 2, "unknown kind of entry" },
		{ "lockstep-lock 1\nimage a%2 b\n", 2, "malformed line" },
		{ "lockstep-lock 1\nimage  a b\n", 2, "malformed line" },
		{ "lockstep-lock 1\nimage a\n", 2, "wrong number of fields" },
		{ "lockstep-lock 1\ngit a b\n", 2, "wrong number of fields" },
		{ "lockstep-lock 1\nimage a sha256:12\n", 2, "'sha256:12' locks nothing" },
		{ "lockstep-lock 1\ngit a b 1234567\n", 2, "'1234567' locks nothing" },
		{ "lockstep-lock 1\n<<<<<<< HEAD\n", 2, "the mark of a merge conflict" },
		{ "lockstep-lock 1\nimage a sha256:" A64 "\n\nimage a sha256:" B64 "\n", 4,
		  "'a' has another value in line 2" },
		{ "lockstep-lock 1\nimage a sha256:" A64 "\nlocal a sha256:" A64 "\n", 3,
		  "'a' has another value in line 2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;

		assert_null(lockfile_parse(str_c(rows[i].text), "f", &errs));
		assert_int_equal(errs.n, 1);
		assert_string_equal(errs.items[0].msg, rows[i].msg);
		assert_int_equal(errs.items[0].where.line, rows[i].line);
		assert_non_null(errs.items[0].hint);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_written_sorted),
		cmocka_unit_test(entries_are_found_and_set),
		cmocka_unit_test(mistakes_are_told_with_their_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
