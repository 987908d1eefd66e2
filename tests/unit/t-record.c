/* SPDX-License-Identifier: Apache-2.0 */
/* t-record.c: records survive the way there and back, and lies in them are found. */
#include "model/record.h"

#include "lib/replaced.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST "sha256:" HASH
#define COMMIT "0123456789012345678901234567890123456789"
#define RUN "01KA4W3M5E8Q1W3X5Y7Z9ABCDE"

static struct inputs *
make_inputs(void)
{
	struct inputs *in = inputs_new();
	struct input_file file = { .kind = INPUT_FILE,
				   .path = STR_LIT("etc/a\tb"),
				   .hash = sha256_of("x", 1) };
	struct input_image im = {
		.ref = "ghcr.io/o/base:1", .name = "base", .use = "FROM", .id = DIGEST, .line = 3
	};

	inputs_add(in, INPUT_VERSION, 1, (struct str[]){ STR_LIT("1") });
	inputs_add(in, INPUT_DIALECT, 1, (struct str[]){ STR_LIT("containers") });
	inputs_add_file(in, &file);
	inputs_add_image(in, &im);
	inputs_add_remote(in, &(struct input_remote){ "https://e/f", DIGEST, 4 });
	inputs_set_source(in, &(struct input_source){ "https://git.example/x", "main", COMMIT });
	in->dockerfile_path = "app/Dockerfile";
	in->dockerfile_text = (struct str){ "FROM x\n\xff\0#", 10 };
	inputs_finish(in);
	return in;
}

static char *
make_text(struct inputs *in)
{
	struct reason why = {
		.kind = REASON_FILE_CHANGED, .subject = "app/etc/a", .added = 2, .removed = 1
	};
	struct record_parent base = { "base", DIGEST };
	struct record r = { .image = "app",
			    .parents = &base,
			    .nparents = 1,
			    .scope = "ghcr.io/o",
			    .inputs = in,
			    .image_id = DIGEST,
			    .before = DIGEST,
			    .reasons = { &why, 1 },
			    .kind = "buildah",
			    .builder = "buildah 1.28.2",
			    .version = "0.1.0",
			    .commit = COMMIT,
			    .graph = "lockstep.yaml",
			    .run = RUN,
			    .run_ms = 5,
			    .started_ms = 6,
			    .ended_ms = 7 };

	return record_text(&r);
}

static void
test_there_and_back(void **state UNUSED)
{
	struct inputs *in = make_inputs();
	AUTO_FREE char *text = make_text(in), *again = NULL;
	AUTO_RECORD struct record *r = NULL;

	assert_int_equal(record_parse(str_c(text), "r", &r, NULL), 0);
	assert_string_equal(r->image, "app");
	assert_string_equal(r->before, DIGEST);
	assert_int_equal(r->ended_ms, 7);
	assert_null(r->run_url);
	assert_null(r->log_digest);
	assert_int_equal(r->nparents, 1);
	assert_string_equal(r->parents[0].name, "base");
	assert_string_equal(r->parents[0].digest, DIGEST);
	assert_int_equal(r->reasons.n, 1);
	assert_int_equal(r->reasons.v[0].added, 2);
	assert_memory_equal(&r->inputs->key, &in->key, sizeof(in->key));
	assert_int_equal(r->inputs->images.n, 1);
	assert_string_equal(r->inputs->images.v[0].name, "base");
	assert_int_equal(r->inputs->remotes.n, 1);
	assert_string_equal(r->inputs->remotes.v[0].url, "https://e/f");
	assert_string_equal(r->inputs->remotes.v[0].value, DIGEST);
	assert_int_equal(r->inputs->remotes.v[0].line, 4);
	assert_string_equal(r->kind, "buildah");
	assert_string_equal(r->inputs->source.url, "https://git.example/x");
	assert_string_equal(r->inputs->source.ref, "main");
	assert_string_equal(r->inputs->source.commit, COMMIT);
	assert_int_equal(r->inputs->dockerfile_text.n, 10);
	assert_memory_equal(r->inputs->dockerfile_text.p, in->dockerfile_text.p, 10);
	again = record_text(r);
	assert_string_equal(again, text);
	inputs_free(in);
}

/* What is wrong with the record when `from` is replaced by `to` in its text. */
static void
refused(const char *from, const char *to, const char *want)
{
	struct inputs *in = make_inputs();
	AUTO_FREE char *text = make_text(in);
	AUTO_FREE char *bad = replaced(text, from, to), *said = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	struct record *r = NULL;

	assert_int_equal(record_parse(str_c(bad), "r", &r, &err), -ERR_INPUT);
	assert_null(r);
	said = err_text(&err);
	assert_string_equal(said, want);
	inputs_free(in);
}

static void
test_what_is_no_record(void **state UNUSED)
{
	refused("lockstep.record/1", "lockstep.record/2", "r: schema: is not 'lockstep.record/1'");
	refused("\"commit\":\"" COMMIT "\",\"git", "\"commit\":\"main\",\"git",
		"r: commit: of the source is no commit");
	refused("\"image\":\"app\"", "\"image\":\"App\"", "r: image: is no name of an image");
	refused("\"image_id\":\"sha256:", "\"image_id\":\"sha512:", "r: image_id: is no digest");
	refused("\"ended_ms\":7", "\"ended_ms\":-7", "r: ended_ms: is no number from 0 on");
	refused(RUN, "1", "r: id: is no ULID");
	refused("containers", "buildkit", "r: key: is not that of the inputs beside it");
	refused("\"base64\":\"", "\"base64\":\"!", "r: base64: is no base64");
	refused("\"image\":\"base\"", "\"image\":\"../base\"", "r: image: is no name of an image");
	refused("\"scope\":\"ghcr.io/o\",", "", "r: scope: is no text");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_is_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
