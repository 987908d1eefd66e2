/* SPDX-License-Identifier: Apache-2.0 */
/* t-event.c: events written, read, compared; and the files that the JSON Schema is tested with. */
#include "model/event.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>

#define TEN "aaaaaaaaaa"
#define HEX_A TEN TEN TEN TEN TEN TEN "aaaa"
#define DIGEST_A "sha256:" HEX_A
#define DIGEST_B "sha256:b" TEN TEN TEN TEN TEN TEN "aaa"
#define ID "01K2N3W4X5Y6Z7A8B9C0D1E2F3"

static struct event_image changed[] = {
	{ .image = "ghcr.io/o/app",
	  .tag = "k-2",
	  .digest = DIGEST_B,
	  .was_tag = "k-1",
	  .was_digest = DIGEST_A,
	  .cause = "a\nb" },
};
static struct event_image images[] = {
	{ .image = "ghcr.io/o/app", .tag = "k-2", .digest = DIGEST_B },
	{ .image = "ghcr.io/o/base", .digest = DIGEST_A },
};
static struct event_field compat[] = { { "images_sha", "abc" } };

static struct event
small(void)
{
	return (struct event){ .id = ID,
			       .seq = 7,
			       .group = "g",
			       .time = "2026-08-15T19:26:54Z",
			       .changed = changed,
			       .nchanged = 1,
			       .images = images,
			       .nimages = 2 };
}

static void
text_is_canonical(void **state)
{
	struct event e = small();
	AUTO_FREE char *text = NULL;

	(void)state;
	e.compat = compat;
	e.ncompat = 1;
	e.repo = "o/r";
	assert_int_equal(event_text(&e, &text, NULL), 0);
	assert_string_equal(
		text,
		"{\"changed\":[{\"cause\":\"a b\",\"digest\":\"" DIGEST_B
		"\",\"image\":\"ghcr.io/o/app\",\"tag\":\"k-2\",\"was\":{\"digest\":\"" DIGEST_A
		"\",\"tag\":\"k-1\"}}],\"compat\":{\"images_sha\":\"abc\"},\"group\":\"g\","
		"\"id\":\"" ID "\",\"images\":[{\"digest\":\"" DIGEST_B
		"\",\"image\":\"ghcr.io/o/app\",\"tag\":\"k-2\"},{\"digest\":\"" DIGEST_A
		"\",\"image\":\"ghcr.io/o/base\"}],\"schema\":\"lockstep.images/1\",\"seq\":7,"
		"\"source\":{\"repo\":\"o/r\"},\"time\":\"2026-08-15T19:26:54Z\"}");
}

static void
payload_is_flat(void **state)
{
	struct event e = small();
	AUTO_FREE char *text = NULL;
	AUTO_JSON json_t *json = NULL, *payload = NULL;

	(void)state;
	e.compat = compat;
	e.ncompat = 1;
	assert_int_equal(event_text(&e, &text, NULL), 0);
	assert_int_equal(json_parse(str_c(text), "text", &json, NULL), 0);
	payload = event_payload(json);
	assert_string_equal(json_get_text(payload, "images_sha"), "abc");
	assert_null(json_object_get(payload, "compat"));
	assert_int_equal(json_object_size(payload), 9);
	assert_non_null(json_object_get(json, "compat"));
}

/* Groups that are larger and larger lose `was`, then `images`, then are refused. */
static void
budget(void **state)
{
	static const struct {
		size_t n;
		bool fits, was, images;
	} rows[] = { { 10, true, true, true },
		     { 220, true, false, true },
		     { 300, true, false, false },
		     { 700, false, false, false } };
	struct event_image many[700];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct event_image){ .image = xasprintf("ghcr.io/o/image-%zu", i),
						.digest = DIGEST_A,
						.was_digest = DIGEST_B };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event e = small();
		AUTO_FREE char *text = NULL;
		AUTO_ERR struct err err = ERR_INIT;
		int r;

		e.changed = e.images = many;
		e.nchanged = e.nimages = rows[i].n;
		r = event_text(&e, &text, &err);
		assert_int_equal(r, rows[i].fits ? 0 : -ERR_INPUT);
		if (!rows[i].fits) {
			assert_non_null(strstr(err.msg, "700 images changed at once"));
			continue;
		}
		assert_true(strlen(text) <= EVENT_BUDGET);
		assert_int_equal(strstr(text, "\"was\"") != NULL, rows[i].was);
		assert_int_equal(strstr(text, "\"images\"") != NULL, rows[i].images);
	}
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		free((char *)many[i].image);
}

static void
long_causes_are_cut(void **state)
{
	struct event_image one = { .image = "ghcr.io/o/app", .digest = DIGEST_A };
	struct event e = small();
	AUTO_FREE char *text = NULL, *cause = xmalloc(401);
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct event *AUTO_EVENT read = NULL;

	(void)state;
	for (size_t i = 0; i < 200; i++)
		memcpy(cause + 2 * i, "é", 2);
	cause[400] = '\0';
	one.cause = cause;
	e.changed = &one;
	e.nimages = 0;
	assert_int_equal(event_text(&e, &text, NULL), 0);
	read = event_parse(str_c(text), "text", &errs);
	assert_non_null(read);
	assert_int_equal(strlen(read->changed[0].cause), 236 + 3);
	assert_string_equal(read->changed[0].cause + 234, "é…");
}

/* A time that the ULID specification spells, with chance worked out apart, and the two ends. */
static void
ulid(void **state)
{
	static const struct {
		int64_t ms;
		unsigned char chance[EVENT_ID_RANDOM];
		const char *id;
	} rows[] = {
		{ 0, { 0 }, "00000000000000000000000000" },
		{ 1469918176385,
		  { 0x7b, 0x6c, 0x20, 0xa1, 0xd7, 0x42, 0x8d, 0x5a, 0xe1, 0x1e },
		  "01ARYZ6S41FDP218EQ8A6NNR8Y" },
		{ ((int64_t)1 << 48) - 1,
		  { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
		  "7ZZZZZZZZZZZZZZZZZZZZZZZZZ" },
	};
	char id[EVENT_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		event_id(rows[i].ms, rows[i].chance, id);
		assert_string_equal(id, rows[i].id);
		assert_true(event_valid_id(str_c(id)));
	}
	assert_false(event_valid_id(STR_LIT("7ZZZZZZZZZZZZZZZZZZZZZZZZ")));
	assert_false(event_valid_id(STR_LIT("7ZZZZZZZZZZZZZZZZZZZZZZZZ\0")));
	assert_false(event_valid_id(STR_LIT("7zzzzzzzzzzzzzzzzzzzzzzzzz")));
}

static void
changes(void **state)
{
	struct event_image before[] = { { .image = "r.io/a", .digest = DIGEST_A, .tag = "1" },
					{ .image = "r.io/b", .digest = DIGEST_A },
					{ .image = "r.io/gone", .digest = DIGEST_A } };
	struct event_image now[] = { { .image = "r.io/new", .digest = DIGEST_A },
				     { .image = "r.io/b", .digest = DIGEST_A, .tag = "2" },
				     { .image = "r.io/a", .digest = DIGEST_B, .tag = "2" } };
	struct event_image ret[3];

	(void)state;
	assert_int_equal(event_changes(before, 3, now, 3, ret), 2);
	assert_string_equal(ret[0].image, "r.io/new");
	assert_null(ret[0].was_digest);
	assert_string_equal(ret[1].image, "r.io/a");
	assert_string_equal(ret[1].was_digest, DIGEST_A);
	assert_string_equal(ret[1].was_tag, "1");
	assert_int_equal(event_changes(now, 3, now, 3, ret), 0);
}

static void
content_key(void **state)
{
	struct event_image turned[] = { images[1], images[0] };
	struct event_image tagged[] = { images[0], images[1] };
	struct event_image moved[] = { images[0], images[1] };
	struct sha256 key = event_content_key("g", images, 2);

	(void)state;
	tagged[0].tag = "other";
	moved[0].digest = DIGEST_A;
	assert_true(sha256_eq(key, event_content_key("g", turned, 2)));
	assert_true(sha256_eq(key, event_content_key("g", tagged, 2)));
	assert_false(sha256_eq(key, event_content_key("g", moved, 2)));
	assert_false(sha256_eq(key, event_content_key("h", images, 2)));
}

static void
groups_and_fields(void **state)
{
	static const char *const good[] = { "a", "agent-images", "A.b_c", "0" };
	static const char *const bad[] = { "", "-a", "a-", "a..b", "a/b", "a b", "a.lock", "é" };
	static const char *const fields[] = { "agent_images_sha", "_x", "a-1" };
	static const char *const no_fields[] = { "", "1a", "-a", "a.b", "seq", "compat" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(event_valid_group(str_c(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(event_valid_group(str_c(bad[i])));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		assert_true(event_valid_field(str_c(fields[i])));
	for (size_t i = 0; i < ARRAY_SIZE(no_fields); i++)
		assert_false(event_valid_field(str_c(no_fields[i])));
}

static void
all_mistakes_at_once(void **state)
{
	static const char text[] = "{\"schema\":\"x\",\"seq\":1.5,\"group\":\"a b\",\"source\":{},"
				   "\"changed\":[{\"image\":\"A\",\"digest\":\"sha1:0\"}, 3]}";
	static const char *const want[] = {
		"e.json: changed[0].digest: no digest: 'sha1:0'",
		"e.json: changed[0].image: no name of an image: 'A'",
		"e.json: changed[1]: must be an object",
		"e.json: group: no name of a group: 'a b'",
		"e.json: id: is missing",
		"e.json: schema: not a schema that this lockstep reads: 'x'",
		"e.json: seq: no number of an event",
		"e.json: time: is missing",
	};
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;

	(void)state;
	assert_null(event_parse(STR_LIT(text), "e.json", &errs));
	err_list_sort(&errs);
	assert_int_equal(errs.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < errs.n; i++) {
		AUTO_FREE char *got = err_text(&errs.items[i]);

		assert_string_equal(got, want[i]);
	}
}

/* tests/cases/event: right-* are taken; wrong-* are not, and not by the schema either
 * (tests/cases/schema.sh); differs-* are what a schema cannot say. */
static void
files(void **state)
{
	const char *top = getenv("top_srcdir");
	AUTO_FREE char *folder = xasprintf("%s/tests/cases/event", top ? top : ".");
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t n = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		AUTO_FREE char *path = xasprintf("%s/%s", folder, entry->d_name);
		struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
		struct event *AUTO_EVENT e = NULL;
		AUTO_BUF struct buf text = BUF_INIT;

		if (!strstr(entry->d_name, ".json"))
			continue;
		assert_int_equal(file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, NULL), 0);
		e = event_parse(buf_str(&text), entry->d_name, &errs);
		if (!e != (strncmp(entry->d_name, "right-", 6) != 0))
			fail_msg("%s: %s", entry->d_name, e ? "was taken" : errs.items[0].msg);
		n++;
	}
	(void)closedir(dir);
	assert_true(n > 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_canonical),
		cmocka_unit_test(payload_is_flat),
		cmocka_unit_test(budget),
		cmocka_unit_test(long_causes_are_cut),
		cmocka_unit_test(ulid),
		cmocka_unit_test(changes),
		cmocka_unit_test(content_key),
		cmocka_unit_test(groups_and_fields),
		cmocka_unit_test(all_mistakes_at_once),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
