/* SPDX-License-Identifier: Apache-2.0 */
/* t-registry_certs.c: what is taken from folders of certs.d, and what is wrong with them. */
#include "remote/registry_certs.h"

#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "r.example:5000"

struct world {
	char *one, *two;
	const char *folders[3];
	struct registry_certs certs;
	struct err err;
};

static void
load(struct world *w, const char *dir, int want)
{
	w->one = tmp_path(dir, "one");
	w->two = tmp_path(dir, "two");
	w->folders[0] = w->one;
	w->folders[1] = w->two;
	assert_int_equal(registry_certs_load(w->folders, HOST, &w->certs, &w->err), want);
}

static void
done(struct world *w)
{
	registry_certs_fini(&w->certs);
	err_clear(&w->err);
	free(w->one);
	free(w->two);
}

/* What stands below the folder of the test. */
static void
assert_below(const char *path, const char *dir, const char *want)
{
	assert_non_null(path);
	assert_int_equal(strncmp(path, dir, strlen(dir)), 0);
	assert_string_equal(path + strlen(dir), want);
}

static void
test_nothing(void **state)
{
	struct world w = { 0 };
	struct http_request req = { .url = "x" };

	tmp_text(*state, "one/r.example/ca.crt", "of another port\n");
	tmp_text(*state, "two/" HOST, "no folder\n");
	load(&w, *state, 0);
	assert_null(w.certs.folder);
	registry_certs_use(&w.certs, &req);
	assert_int_equal(req.more_ca.n, 0);
	assert_null(req.cert_file);
	done(&w);
}

/* Of the first folder, all CAs and the first pair, by name; other files are left alone. */
static void
test_what_is_taken(void **state)
{
	struct world w = { 0 };
	struct http_request req = { .url = "x" };
	AUTO_FREE char *gone = tmp_path(*state, "one/" HOST "/c.crt");

	tmp_text(*state, "one/" HOST "/b.crt", "B");
	tmp_text(*state, "one/" HOST "/a.crt", "A\n");
	tmp_text(*state, "one/" HOST "/z.cert", "");
	tmp_text(*state, "one/" HOST "/z.key", "");
	tmp_text(*state, "one/" HOST "/client.cert", "");
	tmp_text(*state, "one/" HOST "/client.key", "");
	tmp_text(*state, "one/" HOST "/README", "");
	tmp_text(*state, "two/" HOST "/d.crt", "D");
	assert_int_equal(symlink("nowhere", gone), 0);
	load(&w, *state, 0);
	assert_below(w.certs.folder, *state, "/one/" HOST);
	registry_certs_use(&w.certs, &req);
	assert_string_equal(req.more_ca.p, "A\n\nB\n");
	assert_below(req.cert_file, *state, "/one/" HOST "/client.cert");
	assert_below(req.key_file, *state, "/one/" HOST "/client.key");
	done(&w);
}

static void
test_half_a_pair(void **state)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "me.cert", "' has no key beside it: 'me.key' is missing" },
		{ "me.key", "' has no certificate beside it: 'me.cert' is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w = { 0 };
		AUTO_FREE char *name = xasprintf("two/" HOST "/%s", cases[i].name);
		AUTO_FREE char *path = tmp_path(*state, name);
		AUTO_FREE char *want = xasprintf("'%s%s", path, cases[i].want);

		tmp_text(*state, name, "");
		load(&w, *state, -ERR_INPUT);
		assert_string_equal(w.err.msg, want);
		assert_int_equal(unlink(path), 0);
		done(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_taken, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_half_a_pair, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
