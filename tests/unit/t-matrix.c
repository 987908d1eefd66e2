/* SPDX-License-Identifier: Apache-2.0 */
/* t-matrix.c: which jobs a matrix makes. */
#include "model/matrix.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* "a=1 b=2@LINE:COL; …" */
static void
expect(const char *text, const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_BUF struct buf b = BUF_INIT;
	const struct yaml *matrix = yaml_parse(arena, str_c(text), "m", &errs);
	struct yaml **jobs;
	size_t n = 0;

	assert_int_equal(errs.n, 0);
	buf_init(&b, 0);
	jobs = matrix_jobs(arena, matrix, &n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < jobs[i]->n; k++)
			buf_addf(&b, "%s=%s ", jobs[i]->pairs[k].key->text,
				 jobs[i]->pairs[k].value->kind == YAML_SCALAR
					 ? jobs[i]->pairs[k].value->text
					 : "…");
		buf_addf(&b, "@%d:%d; ", jobs[i]->line, jobs[i]->col);
	}
	assert_string_equal(b.data, want);
}

static void
lists_are_multiplied(void **state UNUSED)
{
	expect("{ a: [ 1, 2 ], b: [ x, { y: z } ] }",
	       "a=1 b=x @1:8; a=1 b=… @1:8; a=2 b=x @1:11; a=2 b=… @1:11; ");
	expect("{ a: [ 1 ], b: [] }", "a=1 @1:8; ");
}

static void
excluded_ones_are_gone(void **state UNUSED)
{
	expect("{ a: [ 1, 2 ], b: [ x, y ], exclude: [ { a: 1, b: y }, { b: x } ] }",
	       "a=2 b=y @1:11; ");
}

/* The example of GitHub's documentation. */
static void
included_ones_extend_or_add(void **state UNUSED)
{
	expect("fruit: [ apple, pear ]\n"
	       "animal: [ cat, dog ]\n"
	       "include:\n"
	       "  - color: green\n"
	       "  - { color: pink, animal: cat }\n"
	       "  - { fruit: apple, shape: circle }\n"
	       "  - fruit: banana\n"
	       "  - { fruit: banana, animal: cat }\n",
	       "fruit=apple animal=cat color=pink shape=circle @1:10; "
	       "fruit=apple animal=dog color=green shape=circle @1:10; "
	       "fruit=pear animal=cat color=pink @1:17; "
	       "fruit=pear animal=dog color=green @1:17; "
	       "fruit=banana @7:12; "
	       "fruit=banana animal=cat @8:14; ");
	expect("{ include: [ { name: a }, { name: b } ] }", "name=a @1:22; name=b @1:35; ");
}

static void
what_is_computed_has_no_jobs(void **state UNUSED)
{
	expect("{ a: '${{ fromJSON(x) }}', b: [ 1 ] }", "");
	expect("text", "");
	expect("{ include: '${{ fromJSON(x) }}' }", "");
}

static void
there_is_an_end(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	const char *list = "[ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ]";
	const char *text = arena_printf(arena, "{ a: %s, b: %s, c: %s }", list, list, list);
	size_t n = 0;

	(void)matrix_jobs(arena, yaml_parse(arena, str_c(text), "m", &errs), &n);
	assert_int_equal(n, MATRIX_MAX_JOBS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_multiplied),
		cmocka_unit_test(excluded_ones_are_gone),
		cmocka_unit_test(included_ones_extend_or_add),
		cmocka_unit_test(what_is_computed_has_no_jobs),
		cmocka_unit_test(there_is_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
