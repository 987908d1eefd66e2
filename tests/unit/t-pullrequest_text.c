/* SPDX-License-Identifier: Apache-2.0 */
/* t-pullrequest_text.c: title, commit message and body of a pull request. */
#include "engine/pullrequest_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define D2 "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define OLD "1111111111111111111111111111111111111111"
#define NEW "2222222222222222222222222222222222222222"

static struct pins *
planned(const struct pin_image *images, size_t n, const struct pins_text *texts, size_t ntexts)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct pins_opts opts = { 0 };
	struct pins *p = pins_of_texts(images, n, texts, ntexts);

	assert_int_equal(pins_plan(p, &opts, &err), 0);
	return p;
}

static void
names_what_moves(void **state)
{
	const struct pin_image one[] = { { "ghcr.io/o/x", NEW, D2 }, { "ghcr.io/o/y", "7", NULL } };
	const struct pin_image two[] = { { "ghcr.io/o/x", NEW, D2 }, { "ghcr.io/o/y", NEW, NULL } };
	const struct pin_image three[] = { { "ghcr.io/o/x", NEW, D2 },
					   { "ghcr.io/o/y", "8", NULL } };
	const struct pin_image four[] = { { "ghcr.io/o/z", NULL, D2 } };
	const struct pins_text texts[] = {
		{ "a.yaml", STR_LIT("- ghcr.io/o/x:" OLD "\n- ghcr.io/o/y:7\n- ghcr.io/o/z@sha256:"
				    "1111111111111111111111111111111111111111111111111111111111111"
				    "111\n") },
	};
	static const char *const titles[] = { "chore(g): bump 1 image to 222222222222",
					      "chore(g): bump 2 images to 222222222222",
					      "chore(g): bump 2 images",
					      "chore(g): bump 1 image to sha256:222222222222" };
	const struct pin_image *const cases[] = { one, two, three, four };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pins *p = planned(cases[i], i == 3 ? 1 : 2, texts, 1);
		AUTO_FREE char *title = pullrequest_title(p, "g");

		assert_string_equal(title, titles[i]);
		pins_free(p);
	}
	(void)state;
}

static void
signs_the_commit(void **state)
{
	const struct pin_image images[] = { { "ghcr.io/o/x", NEW, D2 } };
	const struct pins_text texts[] = { { "a.yaml", STR_LIT("- ghcr.io/o/x:" OLD "\n") } };
	struct pins *p = planned(images, 1, texts, 1);
	struct event e = { .id = "01K2ZZZZZZZZZZZZZZZZZZZZZZ", .seq = 9, .group = "g" };
	AUTO_FREE char *with = pullrequest_message(p, "g", &e);
	AUTO_FREE char *without = pullrequest_message(p, "g", NULL);

	assert_string_equal(with, "chore(g): bump 1 image to 222222222222\n\n"
				  "* ghcr.io/o/x 222222222222\n\n"
				  "Lockstep-Event: 01K2ZZZZZZZZZZZZZZZZZZZZZZ\nLockstep-Seq: 9\n");
	assert_string_equal(without, "chore(g): bump 1 image to 222222222222\n\n"
				     "* ghcr.io/o/x 222222222222\n\nLockstep-Event: by-hand\n");
	pins_free(p);
	(void)state;
}

static void
marks_the_body(void **state)
{
	const struct pin_image images[] = { { "ghcr.io/o/x", NEW, D2 } };
	const struct pins_text texts[] = { { "a.yaml", STR_LIT("- ghcr.io/o/x:" OLD "\n") } };
	struct pins *p = planned(images, 1, texts, 1);
	struct event e = { .id = "01K2ZZZZZZZZZZZZZZZZZZZZZZ", .seq = 9, .group = "g" };
	struct pullrequest_opts o = { .group = "g", .event = &e };
	const struct pullrequest_proof proof = { 0 };
	AUTO_FREE char *body = pullrequest_body(p, &o, &proof, "\nUPSTREAM\n");

	assert_int_equal(pullrequest_marked_seq(body, "g"), 9);
	assert_int_equal(pullrequest_marked_seq(body, "h"), 0);
	assert_non_null(strstr(body, "\nUPSTREAM\n"));
	pins_free(p);
	(void)state;
}

static void
distrusts_markers(void **state)
{
	static const char *const bodies[] = {
		"",
		"<!-- lockstep:",
		"<!-- lockstep:{ -->",
		"<!-- lockstep:{\"group\":\"g\"} -->",
		"<!-- lockstep:{\"group\":\"g\",\"seq\":-1} -->",
		"<!-- lockstep:{\"group\":\"g\",\"seq\":9007199254740992} -->",
		"<!-- lockstep:{\"group\":1,\"seq\":1} -->",
		"<!-- lockstep:{\"seq\":1} -->",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		assert_int_equal(pullrequest_marked_seq(bodies[i], "g"), 0);
	assert_int_equal(pullrequest_marked_seq(NULL, "g"), 0);
	(void)state;
}

/* GitHub takes 65,536 characters; a table of any length is cut, with a word. */
static void
keeps_within_the_limit(void **state)
{
	const struct pin_image images[] = { { "ghcr.io/o/x", NEW, D2 } };
	struct pullrequest_opts o = { .group = "g" };
	const struct pullrequest_proof proof = { 0 };
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *body = NULL, *long_text = xcalloc(PULLREQUEST_BODY_MAX, 1);
	struct pins_text texts[1];
	struct pins *p;

	buf_init(&text, 0);
	for (int i = 0; i < 2000; i++)
		buf_addf(&text, "- ghcr.io/o/x:v%d\n", i);
	texts[0] = (struct pins_text){ "a.yaml", buf_str(&text) };
	p = planned(images, 1, texts, 1);
	memset(long_text, 'x', PULLREQUEST_BODY_MAX - 1);
	body = pullrequest_body(p, &o, &proof, long_text);
	assert_in_range(strlen(body), 50000, 65000);
	assert_non_null(strstr(body, "… and more, which does not fit here."));
	assert_null(strstr(body, "xxx"));
	pins_free(p);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_moves),       cmocka_unit_test(signs_the_commit),
		cmocka_unit_test(marks_the_body),         cmocka_unit_test(distrusts_markers),
		cmocka_unit_test(keeps_within_the_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
