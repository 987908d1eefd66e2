/* SPDX-License-Identifier: Apache-2.0 */
/* t-expansion.c: what is known of a text, and what stays as it is written. */
#include "model/expansion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char env_text[] = "{ REG: ghcr.io/o, NAME: '${{ env.REG }}/app', A: '${{ env.B }}', "
			       "B: '${{ env.A }}', LIST: [ 1 ] }";
static const char matrix_text[] = "{ image: { name: kali, tag: 1 }, py: '3.11', empty: '' }";

static void
expect(const char *text, const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct expansion_scope s = { .arena = arena, .repository = "Own/Er" };
	const char *got;

	s.env[1] = yaml_parse(arena, str_c(env_text), "e", &errs);
	s.matrix = yaml_parse(arena, str_c(matrix_text), "m", &errs);
	got = expansion_actions(&s, text);
	assert_int_equal(errs.n, 0);
	assert_string_equal(got, want);
}

static void
names_are_replaced(void **state UNUSED)
{
	expect("a", "a");
	expect("${{ env.REG }}/x:${{matrix.py}}", "ghcr.io/o/x:3.11");
	expect("${{ matrix.image.name }}-${{ matrix.image.tag }}", "kali-1");
	expect("${{ github.repository_owner }} ${{ github.event.repository.name }}", "Own Er");
	expect("${{ github.workspace }}/x ${{ github.repository }}", "./x Own/Er");
	expect("${{ 'text' }}", "text");
}

static void
values_are_expanded_again(void **state UNUSED)
{
	expect("${{ env.NAME }}", "ghcr.io/o/app");
	expect("${{ env.A }}", "\x01${{ env.B }}\x02");
}

static void
what_is_not_known_stays(void **state UNUSED)
{
	expect("x:${{ github.sha }}", "x:\x01${{ github.sha }}\x02");
	expect("${{ env.NONE }}", "\x01${{ env.NONE }}\x02");
	expect("${{ env.LIST }}", "\x01${{ env.LIST }}\x02");
	expect("${{ format('a') }}", "\x01${{ format('a') }}\x02");
	expect("${{ matrix.image }}", "\x01${{ matrix.image }}\x02");
	expect("${{ a\n}}", "\x01${{ a }}\x02");
	expect("a${{ b", "a\x01\x02");
}

static void
the_first_that_is_not_empty(void **state UNUSED)
{
	expect("${{ matrix.none || 'b' }}", "b");
	expect("${{ matrix.empty || matrix.py }}", "3.11");
	expect("${{ matrix.py || 'b' }}", "3.11");
	expect("${{ matrix.none }}", "");
	expect("${{ inputs.x || 'b' }}", "\x01${{ inputs.x || 'b' }}\x02");
}

static const char *
fallback(void *ctx UNUSED, struct str name)
{
	return str_eq_c(name, "TAG") ? "v1" : NULL;
}

static void
expect_shell(const char *text, const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();

	assert_string_equal(expansion_shell(arena, text, fallback, NULL), want);
}

static void
compose_has_its_own(void **state UNUSED)
{
	expect_shell("a:${TAG} $TAG.x", "a:v1 v1.x");
	expect_shell("${A:-b}${A-c}${A:-}", "bc");
	expect_shell("$$TAG 5$", "$TAG 5\x01$\x02");
	expect_shell("${A} ${A:?no} ${A:-$B}", "\x01${A}\x02 \x01${A:?no}\x02 \x01${A:-$B}\x02");
	expect_shell("${A", "\x01{A\x02");
}

static void
bare_and_shown(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	static const char text[] = "o/a:\x01${{ x/y:z }}\x02-b";

	assert_false(expansion_known(text));
	assert_true(expansion_known("o/a:1"));
	assert_string_equal(expansion_bare(arena, text), "o/a:\x01\x02-b");
	assert_string_equal(expansion_shown(arena, text), "o/a:${{ x/y:z }}-b");
}

static void
a_choice_has_a_name_and_a_default(void **state UNUSED)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *name = NULL, *value = NULL;

	assert_true(expansion_choice(arena, "\x01${{ inputs.x || 'main' }}\x02", &name, &value));
	assert_string_equal(name, "inputs.x");
	assert_string_equal(value, "main");
	assert_false(expansion_choice(arena, "\x01${{ inputs.x }}\x02", &name, &value));
	assert_false(expansion_choice(arena, "a\x01${{ x || 'a' }}\x02", &name, &value));
	assert_false(expansion_choice(arena, "\x01${{ f(x) || 'a' }}\x02", &name, &value));
	assert_false(expansion_choice(arena, "\x01${A:-'b'||'c'}\x02", &name, &value));
	assert_false(expansion_choice(arena, "\x01\x02", &name, &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_replaced),
		cmocka_unit_test(values_are_expanded_again),
		cmocka_unit_test(what_is_not_known_stays),
		cmocka_unit_test(the_first_that_is_not_empty),
		cmocka_unit_test(compose_has_its_own),
		cmocka_unit_test(bare_and_shown),
		cmocka_unit_test(a_choice_has_a_name_and_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
