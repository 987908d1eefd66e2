/* SPDX-License-Identifier: Apache-2.0 */
/* t-registries_conf.c: mirrors, other locations, registries without TLS. */
#include "model/registries_conf.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

/* "domain/path domain/path!" for the places of a reference: '!' insecure, '^' mirror. */
static void
assert_places(const struct registries_conf *conf, const char *text, const char *want)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF got = BUF_INIT;
	struct registries_place *places;
	struct ref ref;
	size_t n = 0;

	buf_init(&got, 0);
	assert_int_equal(ref_parse(arena, str_c(text), &ref, NULL), 0);
	if (registries_conf_places(conf, arena, &ref, &places, &n, &err))
		buf_addf(&got, "%s: %s", err_class_name(err.class), err.msg);
	for (size_t i = 0; i < n; i++)
		buf_addf(&got, "%s%s/%s%s%s", i ? " " : "", places[i].domain, places[i].path,
			 places[i].mirror ? "^" : "", places[i].insecure ? "!" : "");
	assert_string_equal(got.data, want);
}

static struct registries_conf *
conf_of(const char *text)
{
	struct registries_conf *conf = registries_conf_new();
	struct err AUTO_ERR err = ERR_INIT;

	if (registries_conf_add(conf, str_c(text), "f", &err))
		fail_msg("%s", err.msg);
	return conf;
}

static void
test_example_of_the_manual(void **state UNUSED)
{
	struct registries_conf *conf = conf_of("unqualified-search-registries = ['example.com']\n"
					       "[[registry]]\n"
					       "prefix = 'example.com/foo'\n"
					       "location = 'internal.net/bar'\n"
					       "[[registry.mirror]]\n"
					       "location = 'm0.local/mirror-for-foo'\n"
					       "[[registry.mirror]]\n"
					       "location = 'm1.local/mirrors/foo'\n"
					       "insecure = true\n"
					       "[[registry]]\n"
					       "location = 'registry.com'\n"
					       "[[registry.mirror]]\n"
					       "location = 'mirror.registry.com'\n");

	assert_places(conf, "example.com/foo/image:latest",
		      "m0.local/mirror-for-foo/image^ m1.local/mirrors/foo/image^! "
		      "internal.net/bar/image");
	assert_places(conf, "registry.com/image", "mirror.registry.com/image^ registry.com/image");
	assert_places(conf, "example.com/food/image", "example.com/food/image");
	assert_places(conf, "debian", "docker.io/library/debian");
	registries_conf_free(conf);
}

static void
test_longest_prefix_and_wildcards(void **state UNUSED)
{
	struct registries_conf *conf =
		conf_of("[[registry]]\nprefix='a.b'\nlocation='one.x'\n"
			"[[registry]]\nprefix='a.b/c'\nlocation='two.x/y'\n"
			"[[registry]]\nprefix='a.b/c/d:v1'\nlocation='three.x/z'\n"
			"[[registry]]\nprefix='*.w.x'\ninsecure=true\n"
			"[[registry]]\nprefix='*.v.w.x'\nblocked=true\n"
			"[[registry]]\nprefix='lo'\nlocation='h.x/lo/'\n");

	assert_places(conf, "a.b/q", "one.x/q");
	assert_places(conf, "a.b/c/d:v2", "two.x/y/d");
	assert_places(conf, "a.b/c/d:v1", "three.x/z");
	assert_places(conf, "u.w.x/i", "u.w.x/i!");
	assert_places(conf, "w.x/i", "w.x/i");
	assert_places(conf, "u.v.w.x/i", "refused: registries.conf blocks '*.v.w.x'");
	assert_places(conf, "u.w.x:5000/i", "u.w.x:5000/i!");
	registries_conf_free(conf);
}

static void
test_mirrors_for_digests_or_tags(void **state UNUSED)
{
	struct registries_conf *conf =
		conf_of("[[registry]]\nlocation='a.b'\n"
			"[[registry.mirror]]\nlocation='d.x'\npull-from-mirror='digest-only'\n"
			"[[registry.mirror]]\nlocation='t.x'\npull-from-mirror='tag-only'\n"
			"[[registry]]\nlocation='c.d'\nmirror-by-digest-only=true\n"
			"[[registry.mirror]]\nlocation='m.x'\n");

	assert_places(conf, "a.b/i:1", "t.x/i^ a.b/i");
	assert_places(conf, "a.b/i@" DIGEST, "d.x/i^ a.b/i");
	assert_places(conf, "c.d/i", "c.d/i");
	assert_places(conf, "c.d/i:t@" DIGEST, "m.x/i^ c.d/i");
	registries_conf_free(conf);
}

static void
test_later_files_and_the_old_form(void **state UNUSED)
{
	struct registries_conf *conf = conf_of("[[registry]]\nlocation='a.b'\ninsecure=true\n");
	struct arena *AUTO_ARENA arena = arena_new();
	struct ref ref;

	assert_int_equal(ref_parse(arena, STR_LIT("a.b/i"), &ref, NULL), 0);
	assert_true(registries_conf_insecure(conf, &ref));
	assert_int_equal(registries_conf_add(conf, STR_LIT("[[registry]]\nlocation='a.b'\n"), "g",
					     NULL),
			 0);
	assert_false(registries_conf_insecure(conf, &ref));
	assert_int_equal(
		registries_conf_add(conf,
				    STR_LIT("[registries.insecure]\nregistries=['a.b', 'x:1']\n"
					    "[registries.block]\nregistries=['y.z']\n"),
				    "h", NULL),
		0);
	assert_true(registries_conf_insecure(conf, &ref));
	assert_places(conf, "y.z/i", "refused: registries.conf blocks 'y.z'");
	registries_conf_free(conf);
}

static void
test_what_is_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "registry = 1", "'f': registries are written [[registry]]" },
		{ "[[registry]]\nlocation = 1", "'f': 'location' must be text" },
		{ "[[registry]]\nlocation = 'https://a.b'",
		  "'f': location 'https://a.b' is no host[:port][/path]" },
		{ "[[registry]]\nlocation = 'a b.c'",
		  "'f': location 'a b.c' is no host[:port][/path]" },
		{ "[[registry]]\nlocation='a.b'\ninsecure='yes'",
		  "'f': 'insecure' must be true or false" },
		{ "[[registry]]\ninsecure=true", "'f': a registry has no location" },
		{ "[[registry]]\nlocation='a.b'\nmirror={}",
		  "'f': mirrors are written [[registry.mirror]]" },
		{ "[[registry]]\nlocation='a.b'\n[[registry.mirror]]\ninsecure=true",
		  "'f': a mirror has no location" },
		{ "[[registry]]\nlocation='a.b'\n[[registry.mirror]]\nlocation='c.d'\n"
		  "pull-from-mirror='never'",
		  "'f': pull-from-mirror 'never' is none of all, digest-only, tag-only" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct registries_conf *conf = registries_conf_new();
		struct err AUTO_ERR err = ERR_INIT;

		assert_int_equal(registries_conf_add(conf, str_c(cases[i].text), "f", &err),
				 -ERR_INPUT);
		assert_string_equal(err.msg, cases[i].want);
		registries_conf_free(conf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_of_the_manual),
		cmocka_unit_test(test_longest_prefix_and_wildcards),
		cmocka_unit_test(test_mirrors_for_digests_or_tags),
		cmocka_unit_test(test_later_files_and_the_old_form),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
