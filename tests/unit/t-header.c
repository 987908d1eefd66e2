/* SPDX-License-Identifier: Apache-2.0 */
/* t-header.c: challenges and links. */
#include "model/header.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_challenges(void **state UNUSED)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "Basic realm=\"r\"", "Basic(r,-,-)" },
		{ "basic realm=r", "Basic(r,-,-)" },
		{ "Bearer realm=\"https://a/t\",service=\"s s\",scope=\"repository:a/b:pull,push\"",
		  "Bearer(https://a/t,s s,repository:a/b:pull,push)" },
		{ "BEARER Realm = \"x\" , SCOPE=y", "Bearer(x,-,y)" },
		{ "Bearer realm=\"a\\\"b\\\\c\"", "Bearer(a\"b\\c,-,-)" },
		{ "Negotiate, Basic realm=\"r\", Bearer realm=t",
		  "other(-,-,-) Basic(r,-,-) Bearer(t,-,-)" },
		{ "NTLM abc==, Basic realm=r", "other(-,-,-) Basic(r,-,-)" },
		{ "Bearer realm=first,realm=second", "Bearer(first,-,-)" },
		{ ", ,Basic", "Basic(-,-,-)" },
		{ "", "" },
		{ "Bearer realm=\"open", "" },
		{ "Bearer realm=\"x\" y", "" },
		{ "@", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct buf AUTO_BUF got = BUF_INIT;
		struct header_challenge *all;
		size_t n = header_challenges(arena, str_c(cases[i].value), &all);

		buf_init(&got, 0);
		for (size_t k = 0; k < n; k++)
			buf_addf(&got, "%s%s(%s,%s,%s)", k ? " " : "",
				 header_scheme_name(all[k].scheme),
				 all[k].realm ? all[k].realm : "-",
				 all[k].service ? all[k].service : "-",
				 all[k].scope ? all[k].scope : "-");
		assert_string_equal(got.data, cases[i].want);
	}
}

static void
test_more_challenges_than_anyone_sends(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct buf AUTO_BUF value = BUF_INIT;
	struct header_challenge *all;

	for (int i = 0; i < 33; i++)
		buf_adds(&value, "Basic realm=r, ");
	assert_int_equal(header_challenges(arena, buf_str(&value), &all), 0);
}

static void
test_links(void **state UNUSED)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "</v2/a/tags/list?n=1&last=x>; rel=\"next\"", "/v2/a/tags/list?n=1&last=x" },
		{ "<a>; rel=prev, <b,c>; title=\"x, <d>\"; REL=\"last Next\"", "b,c" },
		{ "<a>;rel=next", "a" },
		{ "<a>; rel=\"nextone\"", NULL },
		{ "<a>; x=next", NULL },
		{ "<>; rel=next", NULL },
		{ "<a; rel=next", NULL },
		{ "a; rel=next", NULL },
		{ "<a>; rel=\"next", NULL },
		{ "<a> b", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str target = STR_NULL;
		bool found = header_link_next(str_c(cases[i].value), &target);
		AUTO_FREE char *got = found ? str_dup(target) : NULL;

		if (!cases[i].want)
			assert_null(got);
		else
			assert_string_equal(got ? got : "(none)", cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_more_challenges_than_anyone_sends),
		cmocka_unit_test(test_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
