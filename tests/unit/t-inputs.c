/* SPDX-License-Identifier: Apache-2.0 */
/* t-inputs.c: the canonical form of an input set, its key, and the way back. */
#include "model/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HASH_1 "0000000000000000000000000000000000000000000000000000000000000001"
#define HASH_2 "0000000000000000000000000000000000000000000000000000000000000002"

/* As `sha256sum` gives it for CANONICAL. */
#define KEY "4a08afbbd6375c161f619f0884fcb0a6de25c915b76e3504ad1574d0e31f818f"
#define CANONICAL                                                                                  \
	"lockstep-key\t1\n"                                                                        \
	"dialect\tcontainers\n"                                                                    \
	"semantics\t1\n"                                                                           \
	"output\toci\tflat\t0\t0\t1\n"                                                             \
	"platform\tlinux\tamd64\t\n"                                                               \
	"option\tadd-host\ta:1\n"                                                                  \
	"option\tadd-host\tb:2\n"                                                                  \
	"option\tnetwork\tnone\n"                                                                  \
	"arg\tA\tunset\t\n"                                                                        \
	"arg\tV\tset\t2\n"                                                                         \
	"stage\t0\timage\tsha256:" HASH_1 "\t-\n"                                                  \
	"ins\t0\tRUN\t\tsecond%20%25\n"                                                            \
	"ins\t0\tCOPY\t\tsrc/%20/s\n"                                                              \
	"file\tsrc!x\t0\t" HASH_2 "\n"                                                             \
	"file\tsrc/%00a\t0\t" HASH_2 "\n"                                                          \
	"file\tsrc/%20a\t1\t" HASH_2 "\n"                                                          \
	"file\tsrc/%25a\t0\t" HASH_2 "\n"                                                          \
	"file\tsrc/%FFa\t0\t" HASH_2 "\n"                                                          \
	"file\tsrc/&a\t0\t" HASH_2 "\n"                                                            \
	"link\tsrc/l\t../x%0Ay\n"                                                                  \
	"dir\tsrc\n"                                                                               \
	"epoch\t7d\t2912\n"

static void
add(struct inputs *in, enum input_kind kind, const char *a, const char *b, const char *c)
{
	const struct str fields[] = { str_c(a), str_c(b), str_c(c) };

	inputs_add(in, kind, c ? 3 : b ? 2 : 1, fields);
}

static void
add_file(struct inputs *in, struct str path, bool executable)
{
	struct input_file f = { .kind = INPUT_FILE, .executable = executable, .path = path };

	f.hash.b[SHA256_LEN - 1] = 2;
	inputs_add_file(in, &f);
}

/* CANONICAL, put together in another order. */
static struct inputs *
scrambled(void)
{
	struct inputs *in = inputs_new();

	add(in, INPUT_EPOCH, "7d", "2912", NULL);
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_DIR, .path = STR_LIT("src") });
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_LINK,
						  .path = STR_LIT("src/l"),
						  .target = STR_LIT("../x\ny") });
	add_file(in, STR_LIT("src/&a"), false);
	add_file(in, STR_LIT("src/%a"), false);
	add_file(in,
		 STR_LIT("src/\xff"
			 "a"),
		 false);
	add_file(in, STR_LIT("src/ a"), true);
	add_file(in, STR_LIT("src/\0a"), false);
	add_file(in, STR_LIT("src!x"), false);
	inputs_add_lines(in, STR_LIT("stage\t0\timage\tsha256:" HASH_1 "\t-\n"
				     "ins\t0\tRUN\t\tsecond%20%25\n"
				     "ins\t0\tCOPY\t\tsrc/%20/s\n"));
	add(in, INPUT_ARG, "V", "set", "2");
	add(in, INPUT_ARG, "A", "unset", "");
	add(in, INPUT_OPTION, "network", "none", NULL);
	add(in, INPUT_OPTION, "add-host", "b:2", NULL);
	add(in, INPUT_OPTION, "add-host", "a:1", NULL);
	add(in, INPUT_PLATFORM, "linux", "amd64", "");
	inputs_add_lines(in, STR_LIT("output\toci\tflat\t0\t0\t1\n"));
	add(in, INPUT_SEMANTICS, "1", NULL, NULL);
	add(in, INPUT_DIALECT, "containers", NULL, NULL);
	add(in, INPUT_VERSION, "1", NULL, NULL);
	inputs_finish(in);
	return in;
}

static void
canonical_is(const struct inputs *in, const char *want)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	inputs_canonical(in, &b);
	assert_string_equal(b.data, want);
}

static void
key_is(const struct inputs *in, const char *want)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(in->key, hex);
	assert_string_equal(hex, want);
}

static void
sorts_and_hashes(void **state)
{
	struct inputs *in = scrambled();

	(void)state;
	canonical_is(in, CANONICAL);
	key_is(in, KEY);
	inputs_free(in);
}

static void
reads_itself_back(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct inputs *in = NULL;

	(void)state;
	assert_int_equal(inputs_parse(STR_LIT(CANONICAL), &in, &err), 0);
	canonical_is(in, CANONICAL);
	key_is(in, KEY);
	assert_int_equal(in->files.n, 8);
	assert_int_equal(in->files.v[1].path.n, strlen("src/0a"));
	assert_memory_equal(in->files.v[1].path.p, "src/\0a", 6);
	assert_true(in->files.v[2].executable);
	assert_int_equal(in->files.v[6].target.n, 6);
	assert_string_equal(in->files.v[6].target.p, "../x\ny");
	assert_int_equal(in->tail.n, 1);
	assert_string_equal(in->tail.v[0], "epoch\t7d\t2912");
	inputs_free(in);
}

static void
keeps_one_of_two_equal(void **state)
{
	struct inputs *in = inputs_new();

	(void)state;
	add(in, INPUT_VERSION, "1", NULL, NULL);
	add(in, INPUT_SECRET, "npm", NULL, NULL);
	add(in, INPUT_SECRET, "npm", NULL, NULL);
	inputs_add_lines(in, STR_LIT("ins\t0\tRUN\t\ttrue\nins\t0\tRUN\t\ttrue\n"));
	inputs_add_file(in,
			&(struct input_file){ .kind = INPUT_DIR, .path = STR_LIT("a"), .line = 9 });
	inputs_add_file(in,
			&(struct input_file){ .kind = INPUT_DIR, .path = STR_LIT("a"), .line = 4 });
	inputs_finish(in);
	/* An instruction that stands there twice is done twice. */
	canonical_is(in, "lockstep-key\t1\n"
			 "ins\t0\tRUN\t\ttrue\nins\t0\tRUN\t\ttrue\n"
			 "secret\tnpm\n"
			 "dir\ta\n");
	assert_int_equal(in->files.v[0].line, 4);
	inputs_free(in);
}

/* More than what is hashed in one piece: the key is still that of the whole. */
static void
hashes_big_sets_as_a_whole(void **state)
{
	struct inputs *in = inputs_new();
	AUTO_BUF struct buf b = BUF_INIT;
	struct sha256 whole;
	char path[32];

	(void)state;
	add(in, INPUT_VERSION, "1", NULL, NULL);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(path, sizeof(path), "dir%d/file", 3000 - i);
		add_file(in, str_c(path), i % 2);
	}
	add(in, INPUT_EPOCH, "7d", "1", NULL);
	inputs_finish(in);
	buf_init(&b, 0);
	inputs_canonical(in, &b);
	assert_true(b.len > 200000);
	whole = sha256_of(b.data, b.len);
	assert_memory_equal(in->key.b, whole.b, SHA256_LEN);
	inputs_free(in);
}

struct broken_row {
	const char *text, *message;
};

#define HEAD "lockstep-key\t1\n"
#define NO_HEAD "this is no input record: the first line is not 'lockstep-key' and a version"

static const struct broken_row broken_rows[] = {
	{ "", NO_HEAD },
	{ "lockstep-key\t1", NO_HEAD },
	{ "lockstep-key\tx\n", NO_HEAD },
	{ "lockstep-key\t\n", NO_HEAD },
	{ "dialect\tcontainers\n", NO_HEAD },
	{ HEAD "moon\tfull\n", "input record, line 2: no record of this format" },
	{ HEAD "arg\tA\tset\t%2\n", "input record, line 2: no record of this format" },
	{ HEAD "arg\tA\tset\t%2e\n", "input record, line 2: no record of this format" },
	{ HEAD "arg\tA\tset\ta b\n", "input record, line 2: no record of this format" },
	{ HEAD "\n", "input record, line 2: no record of this format" },
	{ HEAD "dir\n", "input record, line 2: wrong number of fields" },
	{ HEAD "file\ta\t0\t" HASH_1 "\tx\n", "input record, line 2: wrong number of fields" },
	{ HEAD "link\ta\n", "input record, line 2: wrong number of fields" },
	{ HEAD "file\ta\t2\t" HASH_1 "\n", "input record, line 2: the mode is neither 0 nor 1" },
	{ HEAD "file\ta\t0\tabc\n", "input record, line 2: no SHA-256" },
	{ HEAD "dir\tb\ndir\ta\n", "input record, line 3: not in canonical order" },
	{ HEAD "dir\ta\ndir\ta\n", "input record, line 3: not in canonical order" },
	{ HEAD "dir\t%61\n", "input record, line 2: no record of this format" },
	{ HEAD "epoch\t7d\t1\nplatform\tlinux\tamd64\t\n",
	  "input record, line 3: not in canonical order" },
	{ HEAD "dialect\tcontainers", NO_HEAD },
};

static void
refuses_what_is_not_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken_rows); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		struct inputs *in = NULL;
		int r = inputs_parse(str_c(broken_rows[i].text), &in, &err);

		assert_string_equal(r ? err.msg : broken_rows[i].text, broken_rows[i].message);
		assert_int_equal(r, -ERR_INPUT);
		assert_null(in);
	}
}

static void
keeps_another_version_as_bytes(void **state)
{
	const char *text = "lockstep-key\t2\nfile\tnewer\nunknown\ta\n";
	AUTO_ERR struct err err = ERR_INIT;
	struct inputs *in = NULL;
	struct sha256 hash = sha256_of(text, strlen(text));

	(void)state;
	assert_int_equal(inputs_parse(str_c(text), &in, &err), 0);
	canonical_is(in, text);
	assert_memory_equal(in->key.b, hash.b, SHA256_LEN);
	inputs_free(in);
}

struct comment_row {
	const char *before, *after;
	int first, last; /* 0 = more than comments */
};

#define ROW_FROM "FROM debian\n"

static const struct comment_row comment_rows[] = {
	{ ROW_FROM "# a\n", ROW_FROM "# b\n", 2, 2 },
	{ ROW_FROM, ROW_FROM "\n# a\n# b\n", 2, 4 },
	{ "# a\n# b\n" ROW_FROM, ROW_FROM, 1, 1 },
	{ ROW_FROM "# a\nRUN x\n# b\nRUN y\n", ROW_FROM "# A\nRUN x\n# B\nRUN y\n", 2, 4 },
	{ ROW_FROM "RUN a && \\\n# x\n  b\n", ROW_FROM "RUN a && \\\n# y\n  b\n", 3, 3 },
	{ ROW_FROM "# a\n", ROW_FROM "# a\n", 0, 0 },
	{ ROW_FROM "RUN a\n", ROW_FROM "RUN b\n", 0, 0 },
	{ ROW_FROM "# a\nRUN a\n", ROW_FROM "# b\nRUN b\n", 0, 0 },
	/* In a here-document they are data, and a directive is no comment. */
	{ ROW_FROM "RUN <<EOF\n# a\nEOF\n", ROW_FROM "RUN <<EOF\n# b\nEOF\n", 0, 0 },
	{ "# escape=\\\n" ROW_FROM "RUN a\n", "# escape=`\n" ROW_FROM "RUN a\n", 0, 0 },
	{ "# syntax=docker/dockerfile:1\n" ROW_FROM, ROW_FROM, 0, 0 },
	/* Moved, not only commented. */
	{ ROW_FROM "# a\nRUN x\nRUN y\n", ROW_FROM "RUN y\n# a\nRUN x\n", 0, 0 },
	{ ROW_FROM "# RUN x\n", ROW_FROM "RUN x\n", 0, 0 },
	{ "what is this\n# a\n", "what is this\n# b\n", 0, 0 },
};

static void
knows_comments(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(comment_rows); i++) {
		const struct comment_row *row = &comment_rows[i];
		int first = 0, last = 0;
		bool only =
			inputs_comments_only(str_c(row->before), str_c(row->after), &first, &last);
		AUTO_FREE char *got = xasprintf("%s -> %s: %d-%d", row->before, row->after,
						only ? first : 0, only ? last : 0);
		AUTO_FREE char *want = xasprintf("%s -> %s: %d-%d", row->before, row->after,
						 row->first, row->last);

		assert_string_equal(got, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_and_hashes),
		cmocka_unit_test(reads_itself_back),
		cmocka_unit_test(keeps_one_of_two_equal),
		cmocka_unit_test(hashes_big_sets_as_a_whole),
		cmocka_unit_test(refuses_what_is_not_canonical),
		cmocka_unit_test(keeps_another_version_as_bytes),
		cmocka_unit_test(knows_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
