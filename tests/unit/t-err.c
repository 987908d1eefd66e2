/* SPDX-License-Identifier: Apache-2.0 */
/* t-err.c: errors: class, place, text, and lists of them. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check_text(const struct err *err, const char *want)
{
	char *AUTO_FREE text = err_text(err);

	assert_string_equal(text, want);
}

static void
setting_returns_the_negative_class(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(err_set(&err, ERR_REFUSED, "found %d, wanted %d", 1, 2), -ERR_REFUSED);
	assert_int_equal(err.class, ERR_REFUSED);
	assert_int_equal(err.sys_errno, 0);
	check_text(&err, "found 1, wanted 2");
	assert_int_equal(err_set(NULL, ERR_TOOL, "nobody listens"), -ERR_TOOL);
}

static void
setting_again_replaces_everything(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(err_at(&err, "a.yaml", 3, 4, "first"), -ERR_INPUT);
	err_hint(&err, "try this");
	assert_int_equal(err_set(&err, ERR_STORE, "second after '%s'", err.msg), -ERR_STORE);
	check_text(&err, "second after 'first'");
	assert_null(err.where.file);
	assert_int_equal(err.where.line, 0);
	assert_null(err.hint);
}

static void
system_errors_keep_errno(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	errno = EACCES;
	assert_int_equal(err_sys(&err, "cannot read '%s'", "100%s"), -ERR_SYSTEM);
	assert_int_equal(err.class, ERR_SYSTEM);
	assert_int_equal(err.sys_errno, EACCES);
	check_text(&err, "cannot read '100%s': Permission denied");
	assert_int_equal(err_sys(NULL, "cannot"), -ERR_SYSTEM);
}

static void
places_are_written_as_far_as_known(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	(void)err_at(&err, "web/Dockerfile", 3, 14, "unknown instruction 'FORM'");
	check_text(&err, "web/Dockerfile:3:14: unknown instruction 'FORM'");
	(void)err_at(&err, "a", 3, 0, "x");
	check_text(&err, "a:3: x");
	(void)err_at(&err, "a", 0, 5, "x");
	check_text(&err, "a: x");
	(void)err_at(&err, NULL, 3, 5, "x");
	check_text(&err, "x");
	assert_int_equal(err_at(NULL, "a", 1, 1, "x"), -ERR_INPUT);
}

static void
prefixes_go_before_the_message_and_not_the_place(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	(void)err_at(&err, "f", 1, 2, "no such tag");
	assert_int_equal(err_prefix(&err, "registry %s", "ghcr.io"), -ERR_INPUT);
	assert_int_equal(err_prefix(&err, "image '%s'", "web"), -ERR_INPUT);
	check_text(&err, "f:1:2: image 'web': registry ghcr.io: no such tag");
	assert_int_equal(err_prefix(NULL, "x"), -ERR_FAILED);
}

static void
hints_are_apart_from_the_text(void **state UNUSED)
{
	struct err AUTO_ERR err = ERR_INIT;

	err_hint(&err, "without an error there is no hint");
	assert_null(err.hint);
	err_hint(NULL, "nor here");
	(void)err_set(&err, ERR_USAGE, "unknown command 'biuld'");
	err_hint(&err, "did you mean '%s'?", "install");
	err_hint(&err, "did you mean '%s'?", "build");
	assert_string_equal(err.hint, "did you mean 'build'?");
	check_text(&err, "unknown command 'biuld'");
}

static void
moving_leaves_the_source_empty(void **state UNUSED)
{
	struct err AUTO_ERR from = ERR_INIT;
	struct err AUTO_ERR to = ERR_INIT;

	(void)err_set(&to, ERR_TOOL, "old");
	(void)err_at(&from, "f", 1, 2, "new");
	assert_int_equal(err_move(&to, &from), -ERR_INPUT);
	check_text(&to, "f:1:2: new");
	check_text(&from, "no error");
	assert_int_equal(from.class, ERR_NONE);
	assert_int_equal(err_move(&to, &to), -ERR_INPUT);
	check_text(&to, "f:1:2: new");
	assert_int_equal(err_move(NULL, &to), -ERR_INPUT);
	assert_int_equal(to.class, ERR_NONE);
	assert_null(to.msg);
}

static void
classes_have_names(void **state UNUSED)
{
	static const char *const want[] = { "none",    "usage",  "input",    "failed",
					    "refused", "system", "tool",     "temporary",
					    "remote",  "store",  "cancelled" };

	for (size_t i = 0; i <= ERR_CANCELLED; i++)
		assert_string_equal(err_class_name((enum err_class)i), want[i]);
}

static void
check_list(const struct err_list *list, const char *const *want, size_t n)
{
	for (size_t i = 0; i < list->n && i < n; i++)
		check_text(&list->items[i], want[i]);
	assert_int_equal(list->n, n);
}

static void
lists_are_sorted_by_place(void **state UNUSED)
{
	static const char *const want[] = {
		"no place", "a:2:1: x", "a:2:9: a", "a:2:9: b", "a:10:1: x", "b:1:1: x",
	};
	struct err_list AUTO_ERR_LIST list = ERR_LIST_INIT;
	struct err AUTO_ERR err = ERR_INIT;

	(void)err_list_at(&list, "b", 1, 1, "x");
	(void)err_list_at(&list, "a", 10, 1, "x");
	(void)err_list_at(&list, "a", 2, 9, "b");
	(void)err_list_at(&list, "a", 2, 9, "%s", "a");
	(void)err_list_at(&list, "a", 2, 1, "x");
	(void)err_set(&err, ERR_INPUT, "no place");
	err_list_take(&list, &err);
	assert_null(err.msg);
	err_list_sort(&list);
	check_list(&list, want, ARRAY_SIZE(want));
}

static void
equal_entries_are_kept_once_with_their_hint(void **state UNUSED)
{
	static const char *const want[] = { "a:1:1: x", "a:1:1: y", "a:1:2: x", "a:9:9: late" };
	struct err_list AUTO_ERR_LIST list = ERR_LIST_INIT;

	for (int i = 0; i < 5; i++) {
		(void)err_list_at(&list, "a", 1, 1, "x");
		(void)err_list_at(&list, "a", 1, 1, "y");
		(void)err_list_at(&list, "a", 1, 2, "x");
	}
	err_hint(err_list_at(&list, "a", 1, 1, "x"), "the hint");
	err_list_sort(&list);
	/* The list goes on growing where the sorting left it. */
	(void)err_list_at(&list, "a", 9, 9, "late");
	check_list(&list, want, ARRAY_SIZE(want));
	assert_string_equal(list.items[0].hint, "the hint");
}

static void
empty_lists_sort_and_clear(void **state UNUSED)
{
	struct err_list AUTO_ERR_LIST list = ERR_LIST_INIT;

	err_list_sort(&list);
	assert_int_equal(list.n, 0);
	(void)err_list_at(&list, "a", 1, 1, "x");
	err_list_clear(&list);
	assert_int_equal(list.n, 0);
	assert_null(list.items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_returns_the_negative_class),
		cmocka_unit_test(setting_again_replaces_everything),
		cmocka_unit_test(system_errors_keep_errno),
		cmocka_unit_test(places_are_written_as_far_as_known),
		cmocka_unit_test(prefixes_go_before_the_message_and_not_the_place),
		cmocka_unit_test(hints_are_apart_from_the_text),
		cmocka_unit_test(moving_leaves_the_source_empty),
		cmocka_unit_test(classes_have_names),
		cmocka_unit_test(lists_are_sorted_by_place),
		cmocka_unit_test(equal_entries_are_kept_once_with_their_hint),
		cmocka_unit_test(empty_lists_sort_and_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
