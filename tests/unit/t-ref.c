/* SPDX-License-Identifier: Apache-2.0 */
/* t-ref.c: image references. */
#include "model/ref.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64
#define TEN "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN
#define TAG128 FIFTY FIFTY TEN TEN "abcdefgh"

static const char *
or_none(const char *s)
{
	return s ? s : "(none)";
}

struct good_row {
	const char *text;
	const char *domain;
	const char *path;
	const char *tag;
	const char *digest;
};

static const struct good_row good[] = {
	{ "debian", "docker.io", "library/debian", NULL, NULL },
	{ "debian:bookworm-slim", "docker.io", "library/debian", "bookworm-slim", NULL },
	{ "debian@" DIGEST, "docker.io", "library/debian", NULL, DIGEST },
	{ "debian:12@" DIGEST, "docker.io", "library/debian", "12", DIGEST },
	{ "library/debian", "docker.io", "library/debian", NULL, NULL },
	{ "docker.io/debian", "docker.io", "library/debian", NULL, NULL },
	{ "docker.io/library/debian", "docker.io", "library/debian", NULL, NULL },
	{ "index.docker.io/debian", "docker.io", "library/debian", NULL, NULL },
	{ "index.docker.io/a/b", "docker.io", "a/b", NULL, NULL },
	{ "a/b", "docker.io", "a/b", NULL, NULL },
	{ "a/b/c/d", "docker.io", "a/b/c/d", NULL, NULL },
	{ "ghcr.io/derio-net/agent-base:main", "ghcr.io", "derio-net/agent-base", "main", NULL },
	{ "localhost/x", "localhost", "x", NULL, NULL },
	{ "localhost:5000/x", "localhost:5000", "x", NULL, NULL },
	{ "localhost:5000/x:y", "localhost:5000", "x", "y", NULL },
	{ "127.0.0.1:5000/a/b:c", "127.0.0.1:5000", "a/b", "c", NULL },
	{ "[::1]:5000/a", "[::1]:5000", "a", NULL, NULL },
	{ "[2001:db8::1]/a", "[2001:db8::1]", "a", NULL, NULL },
	{ "Registry/a", "Registry", "a", NULL, NULL },
	{ "xn--n3h.com/a", "xn--n3h.com", "a", NULL, NULL },
	{ "localhost", "docker.io", "library/localhost", NULL, NULL },
	{ "ghcr.io", "docker.io", "library/ghcr.io", NULL, NULL },
	{ "a:5000", "docker.io", "library/a", "5000", NULL },
	{ "a-b.c_d__e---f", "docker.io", "library/a-b.c_d__e---f", NULL, NULL },
	{ "a:_x", "docker.io", "library/a", "_x", NULL },
	{ "a:A.b-C", "docker.io", "library/a", "A.b-C", NULL },
	{ "a:" TAG128, "docker.io", "library/a", TAG128, NULL },
	{ "a@sha512:" HEX64 HEX64, "docker.io", "library/a", NULL, "sha512:" HEX64 HEX64 },
	/* 63 and 65 hexadecimal digits are names like any other. */
	{ "a" HEX64, "docker.io", "library/a" HEX64, NULL, NULL },
	{ HEX64 ":x", "docker.io", "library/" HEX64, "x", NULL },
};

static void
names_are_normalised(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct err AUTO_ERR err = ERR_INIT;
		struct ref ref;

		if (ref_parse(arena, str_c(good[i].text), &ref, &err))
			fail_msg("'%s': %s", good[i].text, err.msg);
		assert_string_equal(ref.domain, good[i].domain);
		assert_string_equal(ref.path, good[i].path);
		assert_string_equal(or_none(ref.tag), or_none(good[i].tag));
		assert_string_equal(or_none(ref.digest), or_none(good[i].digest));
		assert_string_equal(ref.name,
				    arena_printf(arena, "%s/%s", good[i].domain, good[i].path));
	}
}

static void
text_reads_back_the_same(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "debian", "docker.io/library/debian:latest" },
		{ "ghcr.io/a/b:c", "ghcr.io/a/b:c" },
		{ "a@" DIGEST, "docker.io/library/a@" DIGEST },
		{ "a:b@" DIGEST, "docker.io/library/a:b@" DIGEST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct ref ref, again;

		assert_int_equal(ref_parse(arena, str_c(rows[i].text), &ref, NULL), 0);
		assert_string_equal(ref_text(arena, &ref), rows[i].want);
		assert_int_equal(ref_parse(arena, str_c(rows[i].want), &again, NULL), 0);
		assert_string_equal(ref_text(arena, &again), rows[i].want);
	}
}

static void
mistakes_name_the_rule(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* after "reference 'TEXT'" */
	} rows[] = {
		{ HEX64, " is an image ID: a name of 64 hexadecimal digits is not allowed" },
		{ ":tag", " has no name" },
		{ "@" DIGEST, " has no name" },
		{ "ghcr.io/", " has no name" },
		{ "Debian", ": repository name 'Debian' must be lower case" },
		{ "ghcr.io/Foo/bar", ": repository name 'Foo/bar' must be lower case" },
		{ "-host.io/a", ": '-host.io' is no registry host" },
		{ "a..b/c", ": 'a..b' is no registry host" },
		{ "a_b.c/d", ": 'a_b.c' is no registry host" },
		{ "host:/a", ": 'host:' is no registry host" },
		{ "host:5x/a", ": 'host:5x' is no registry host" },
		{ "[::1/a", ": '[::1' is no registry host" },
		{ "[]:5/a", ": '[]:5' is no registry host" },
		{ "a@sha256", ": digest 'sha256' has no ':'" },
		{ "a@md5:" HEX64, ": digest algorithm 'md5' is none of sha256, sha384, sha512" },
		{ "a@sha256:00", ": a sha256 digest has 64 digits of 0-9 and a-f" },
		{ "a@" DIGEST "0", ": a sha256 digest has 64 digits of 0-9 and a-f" },
		{ "a@sha256:F123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  ": a sha256 digest has 64 digits of 0-9 and a-f" },
	};
	static const char *const bad_path[] = { "a//b", "/a",   "a/",  "a..b", "a___b", ".a",
						"a-",   "a/-b", "a b", "a._b", "a*",    "a/b\n" };
	static const char *const bad_tag[] = {
		"a:", "a:.b", "a:-b", "a:b:c", "a:b/c:d", "a:" TAG128 "x", "a:b c", "ghcr.io/a:b+c"
	};
	struct arena *AUTO_ARENA arena = arena_new();
	struct ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err AUTO_ERR err = ERR_INIT;
		const char *want =
			arena_printf(arena, "reference '%s'%s", rows[i].text, rows[i].want);

		assert_int_equal(ref_parse(arena, str_c(rows[i].text), &ref, &err), -ERR_INPUT);
		assert_string_equal(err.msg, want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad_path); i++) {
		struct err AUTO_ERR err = ERR_INIT;

		assert_int_equal(ref_parse(arena, str_c(bad_path[i]), &ref, &err), -ERR_INPUT);
		if (!strstr(err.msg, "is no repository name"))
			fail_msg("'%s': %s", bad_path[i], err.msg);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad_tag); i++) {
		struct err AUTO_ERR err = ERR_INIT;

		assert_int_equal(ref_parse(arena, str_c(bad_tag[i]), &ref, &err), -ERR_INPUT);
		if (!strstr(err.msg, "is no tag") && !strstr(err.msg, "is no registry host"))
			fail_msg("'%s': %s", bad_tag[i], err.msg);
	}
	assert_int_equal(ref_parse(arena, STR_LIT(""), &ref, NULL), -ERR_INPUT);
}

static void
names_have_a_length(void **state)
{
	struct arena *AUTO_ARENA arena = arena_new();
	char name[300];
	struct ref ref;

	(void)state;
	memset(name, 'a', sizeof(name));
	/* "docker.io/library/" is 18 bytes of the 255. */
	assert_int_equal(ref_parse(arena, (struct str){ name, 237 }, &ref, NULL), 0);
	assert_int_equal(ref_parse(arena, (struct str){ name, 238 }, &ref, NULL), -ERR_INPUT);
	assert_true(ref_valid_image_name((struct str){ name, 255 }));
	assert_false(ref_valid_image_name((struct str){ name, 256 }));
	assert_true(ref_valid_repository((struct str){ name, 255 }));
	assert_false(ref_valid_repository((struct str){ name, 256 }));
}

static void
parts_are_checked_by_themselves(void **state)
{
	static const struct {
		const char *text;
		bool repository;
		bool image;
		bool tag;
	} rows[] = {
		{ "", false, false, false },
		{ "a", true, true, true },
		{ "agent-base", true, true, true },
		{ "a/b", true, true, false },
		{ "ghcr.io", true, true, true },
		{ "ghcr.io/derio-net", true, true, false },
		{ "localhost:5000", true, false, false },
		{ "localhost:5000/x", true, false, false },
		{ "127.0.0.1:5000/a/b", true, false, false },
		{ "127.0.0.1:5000/", false, false, false },
		{ "Upper", true, false, true },
		{ "a/Upper", false, false, false },
		{ "a:b", false, false, false },
		{ "a@b", false, false, false },
		{ "1.0_x-Y", false, false, true },
		{ ".hidden", false, false, false },
		{ "a b", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str s = str_c(rows[i].text);

		if (ref_valid_repository(s) != rows[i].repository ||
		    ref_valid_image_name(s) != rows[i].image || ref_valid_tag(s) != rows[i].tag)
			fail_msg("'%s': got %d %d %d, wanted %d %d %d", rows[i].text,
				 ref_valid_repository(s), ref_valid_image_name(s), ref_valid_tag(s),
				 rows[i].repository, rows[i].image, rows[i].tag);
	}
	assert_false(ref_valid_tag((struct str){ "a\0b", 3 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_normalised),
		cmocka_unit_test(text_reads_back_the_same),
		cmocka_unit_test(mistakes_name_the_rule),
		cmocka_unit_test(names_have_a_length),
		cmocka_unit_test(parts_are_checked_by_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
