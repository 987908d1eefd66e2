/* SPDX-License-Identifier: Apache-2.0 */
/* t-docker_stream.c: progress and frames, whole and in pieces. */
#include "model/docker_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
check(const char *line, const char *text, bool failed, int code, const char *id)
{
	struct docker_progress p = { .code = 0 };
	AUTO_BUF struct buf shown = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;

	buf_init(&shown, 0);
	assert_int_equal(docker_progress_read(str_c(line), &p, &shown, &err), 0);
	assert_string_equal(shown.data, text);
	assert_int_equal(p.failed, failed);
	assert_int_equal(p.code, code);
	assert_string_equal(p.image_id, id);
}

static void
what_people_should_see_of_progress(void **state UNUSED)
{
	check("{\"stream\":\"Step 1/2 : FROM x\"}\r", "Step 1/2 : FROM x", false, 0, "");
	check("{\"stream\":\"\\n\"}", "\n", false, 0, "");
	check("{\"status\":\"Pulling from t/x\",\"id\":\"1\"}", "1: Pulling from t/x\n", false, 0,
	      "");
	check("{\"status\":\"Digest: sha256:0\"}", "Digest: sha256:0\n", false, 0, "");
	check("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1},\"progress\":\"[> ]\","
	      "\"id\":\"ab\"}",
	      "", false, 0, "");
	check("{\"aux\":{\"ID\":\"" ID "\"}}", "", false, 0, ID);
	check("{\"aux\":{\"ID\":\"sha256:0\"}}", "", false, 0, "");
	check("{\"aux\":[]}", "", false, 0, "");
	check("", "", false, 0, "");
	check("{}", "", false, 0, "");
}

static void
errors_have_the_status_of_the_step(void **state UNUSED)
{
	check("{\"errorDetail\":{\"code\":3,\"message\":\"it ended with 3\"},\"error\":\"it\"}",
	      "it ended with 3\n", true, 3, "");
	check("{\"error\":\"no such image\"}", "no such image\n", true, 0, "");
	check("{\"errorDetail\":{\"code\":70000,\"message\":\"odd\"}}", "odd\n", true, 0, "");
	check("{\"errorDetail\":{\"code\":-1,\"message\":\"odd\"}}", "odd\n", true, 0, "");
}

static void
a_nul_is_a_byte_like_others(void **state UNUSED)
{
	struct docker_progress p = { .code = 0 };
	AUTO_BUF struct buf shown = BUF_INIT;

	buf_init(&shown, 0);
	assert_int_equal(docker_progress_read(STR_LIT("{\"stream\":\"a\\u0000b\"}"), &p, &shown,
					      NULL),
			 0);
	assert_int_equal(shown.len, 3);
	assert_memory_equal(shown.data, "a\0b", 3);
}

static void
what_is_no_progress(void **state UNUSED)
{
	static const char *const lines[] = { "<html>", "[1]", "{\"stream\":\"cut", "null" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct docker_progress p = { .code = 0 };
		AUTO_BUF struct buf shown = BUF_INIT;
		AUTO_ERR struct err err = ERR_INIT;
		AUTO_FREE char *want =
			xasprintf("the docker engine says '%s', which is no progress", lines[i]);

		buf_init(&shown, 0);
		assert_int_equal(docker_progress_read(str_c(lines[i]), &p, &shown, &err),
				 -ERR_REMOTE);
		assert_string_equal(err.msg, want);
	}
}

static void
frames_come_in_any_pieces(void **state UNUSED)
{
	static const char bytes[] = "\1\0\0\0\0\0\0\3one\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\2!\n";

	for (size_t size = 1; size < sizeof(bytes); size++) {
		struct docker_frames f = { .have = 0 };
		AUTO_BUF struct buf all = BUF_INIT;

		buf_init(&all, 0);
		for (size_t at = 0; at < sizeof(bytes) - 1; at += size) {
			struct str in = { bytes + at, size }, piece;

			if (in.n > sizeof(bytes) - 1 - at)
				in.n = sizeof(bytes) - 1 - at;
			while (docker_frames_next(&f, &in, &piece) > 0)
				buf_add_str(&all, piece);
			assert_int_equal(in.n, 0);
		}
		assert_string_equal(all.data, "one!\n");
	}
}

static void
what_is_no_frame(void **state UNUSED)
{
	struct docker_frames f = { .have = 0 };
	struct str in = STR_LIT("plain text"), piece;

	assert_int_equal(docker_frames_next(&f, &in, &piece), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_should_see_of_progress),
		cmocka_unit_test(errors_have_the_status_of_the_step),
		cmocka_unit_test(a_nul_is_a_byte_like_others),
		cmocka_unit_test(what_is_no_progress),
		cmocka_unit_test(frames_come_in_any_pieces),
		cmocka_unit_test(what_is_no_frame),
	};

	return cmocka_run_group_tests_name("docker_stream", tests, NULL, NULL);
}
