/* SPDX-License-Identifier: Apache-2.0 */
/* t-repo_url.c: addresses of git repositories. */
#include "model/repo_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
reads_all_forms(void **state)
{
	static const struct {
		const char *text, *url, *slug, *host, *secret, *api;
	} cases[] = {
		{ "https://github.com/o/r.git", "https://github.com/o/r.git", "o/r", "github.com",
		  NULL, "https://api.github.com" },
		{ "https://x-access-token:ghp_1@github.com/o/r",
		  "https://x-access-token@github.com/o/r", "o/r", "github.com", "ghp_1",
		  "https://api.github.com" },
		{ "https://git.example.org:8443/o/r/", "https://git.example.org:8443/o/r/", "o/r",
		  "git.example.org:8443", NULL, "https://git.example.org:8443/api/v3" },
		{ "git@github.com:o/r.git", "git@github.com:o/r.git", "o/r", "github.com", NULL,
		  "https://api.github.com" },
		{ "ssh://git@github.com/o/r.git", "ssh://git@github.com/o/r.git", "o/r",
		  "github.com", NULL, "https://api.github.com" },
		{ "file:///srv/git/o/r.git", "file:///srv/git/o/r.git", "o/r", "", NULL, NULL },
		{ "/srv/git/o/r.git", "/srv/git/o/r.git", "o/r", "", NULL, NULL },
	};
	struct arena *AUTO_ARENA arena = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct repo_url u = { 0 };
		const char *api;

		assert_true(repo_url_parse(arena, str_c(cases[i].text), &u));
		assert_string_equal(u.url, cases[i].url);
		assert_string_equal(u.slug, cases[i].slug);
		assert_string_equal(u.host, cases[i].host);
		assert_string_equal(u.secret ? u.secret : "-",
				    cases[i].secret ? cases[i].secret : "-");
		api = repo_url_api(arena, &u);
		assert_string_equal(api ? api : "-", cases[i].api ? cases[i].api : "-");
	}
	(void)state;
}

static void
refuses_the_rest(void **state)
{
	static const char *const cases[] = { "",
					     "x",
					     "https://github.com/x",
					     "https:///o/r",
					     "https://h/o/..",
					     "https://h/o?x/r y",
					     "git@github.com:r",
					     "://",
					     ":",
					     "@:/",
					     "/",
					     ".git" };
	struct arena *AUTO_ARENA arena = arena_new();
	struct repo_url u;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (repo_url_parse(arena, str_c(cases[i]), &u))
			fail_msg("'%s' was taken for %s", cases[i], u.slug);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_forms),
		cmocka_unit_test(refuses_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
