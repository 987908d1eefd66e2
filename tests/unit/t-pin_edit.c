/* SPDX-License-Identifier: Apache-2.0 */
/* t-pin_edit.c: pins that move, byte for byte, and those that must not. */
#include "model/pin.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OLD "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NEW "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* What a text becomes, or what is said of it, for images that are wanted at tag and digest. */
struct row {
	const char *tag, *digest;
	enum pin_form form;
	unsigned also;
	const char *before;
	const char *after; /* NULL: refused, or left behind; the same: nothing moves */
};

static char *
edit(const struct row *row, const char *path, char **ret_states)
{
	const struct pin_image images[] = { { "ghcr.io/o/x", row->tag, row->digest },
					    { "ghcr.io/o/kept", NULL, NULL } };
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct pin_set *set = pin_set_new(arena, images, ARRAY_SIZE(images));
	struct buf AUTO_BUF states = BUF_INIT;
	struct pin_file file;
	struct pin_edit done;
	bool left = false;

	pin_find(arena, set, path, str_c(row->before), &file);
	buf_init(&states, 0);
	if (pin_edit(arena, set, &file, (struct pin_rules){ row->form, row->also }, &done, &err)) {
		*ret_states = err_text(&err);
		return NULL;
	}
	for (size_t i = 0; i < file.npins; i++) {
		buf_addf(&states, "%s%s", i ? " " : "", pin_state_name(done.changes[i].state));
		left = left || done.changes[i].state == PIN_STATE_UNCOVERED;
	}
	*ret_states = buf_steal(&states);
	return left ? NULL : str_dup(done.text);
}

static void
check(const struct row *row, const char *path, const char *want_states)
{
	char *AUTO_FREE states = NULL, *AUTO_FREE after = edit(row, path, &states);

	if (!row->after && after)
		fail_msg("'%s' became '%s', wanted none", row->before, after);
	if (row->after && !after)
		fail_msg("'%s': %s; wanted '%s'", row->before, states, row->after);
	if (row->after)
		assert_string_equal(after, row->after);
	if (want_states)
		assert_string_equal(states, want_states);
}

static void
check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i], "f.yaml", NULL);
}

#define KEEP PIN_FORM_KEEP, 0

static void
form_is_preserved(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NEW, KEEP, "image: ghcr.io/o/x:1\n", "image: ghcr.io/o/x:w\n" },
		{ "w", NEW, KEEP, "image: ghcr.io/o/x@" OLD, "image: ghcr.io/o/x@" NEW },
		{ "w", NEW, KEEP, "- 'ghcr.io/o/x:1@" OLD "' # c",
		  "- 'ghcr.io/o/x:w@" NEW "' # c" },
		{ "w", NEW, KEEP, "image: ghcr.io/o/x\n", "image: ghcr.io/o/x\n" },
		{ "w", NULL, KEEP, "a: {image: ghcr.io/o/x:1}", "a: {image: ghcr.io/o/x:w}" },
		{ "w", NULL, KEEP, "image: ghcr.io/o/kept:1", "image: ghcr.io/o/kept:1" },
		{ "w", NULL, KEEP, "image: ghcr.io/o/x:w\n", "image: ghcr.io/o/x:w\n" },
		{ "w", NEW, KEEP, "i: {repository: ghcr.io/o/x, tag: a, digest: " OLD "}",
		  "i: {repository: ghcr.io/o/x, tag: w, digest: " NEW "}" },
		{ "w", NEW, KEEP, "i: {repository: ghcr.io/o/x, tag: \"a@" OLD "\"}",
		  "i: {repository: ghcr.io/o/x, tag: \"w@" NEW "\"}" },
		{ "w", NEW, KEEP, "images: [{name: ghcr.io/o/x, newTag: 'a'}]",
		  "images: [{name: ghcr.io/o/x, newTag: 'w'}]" },
		{ "w", NEW, KEEP,
		  "r: a # lockstep: ghcr.io/o/x:tag\nd: " OLD " # lockstep: ghcr.io/o/x:digest\n",
		  "r: w # lockstep: ghcr.io/o/x:tag\nd: " NEW " # lockstep: ghcr.io/o/x:digest\n" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

static void
forms_are_converted(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NEW, PIN_FORM_BOTH, 0, "image: ghcr.io/o/x\n",
		  "image: ghcr.io/o/x:w@" NEW "\n" },
		{ "w", NEW, PIN_FORM_BOTH, 0, "image: ghcr.io/o/x:1", "image: ghcr.io/o/x:w@" NEW },
		{ "w", NEW, PIN_FORM_TAG, 0, "image: ghcr.io/o/x # {\"$imagepolicy\": \"n:x\"}",
		  "image: ghcr.io/o/x:w # {\"$imagepolicy\": \"n:x\"}" },
		{ "w", NEW, PIN_FORM_TAG, 0, "image: ghcr.io/o/x:1@" OLD, "image: ghcr.io/o/x:w" },
		{ "w", NEW, PIN_FORM_DIGEST, 0, "image: ghcr.io/o/x:1", "image: ghcr.io/o/x@" NEW },
		{ "w", NEW, PIN_FORM_BOTH, 0, "i: {repository: ghcr.io/o/x, tag: a}",
		  "i: {repository: ghcr.io/o/x, tag: w@" NEW "}" },
		{ "w", NEW, PIN_FORM_TAG, 0, "i: {repository: ghcr.io/o/x, tag: a@" OLD "}",
		  "i: {repository: ghcr.io/o/x, tag: w}" },
		{ "w", NEW, PIN_FORM_BOTH, 0, "images: [{name: ghcr.io/o/x, newTag: a}]", NULL },
		{ "w", NEW, PIN_FORM_DIGEST, 0, "i: {repository: ghcr.io/o/x, tag: a}", NULL },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

/* F24: a new tag in front of the old digest would run the old image. */
static void
f24_a_digest_needs_a_digest(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NULL, KEEP, "image: ghcr.io/o/x:1@" OLD, NULL },
		{ "w", NULL, KEEP, "image: ghcr.io/o/x@" OLD, NULL },
		{ NULL, NEW, KEEP, "image: ghcr.io/o/x:1", NULL },
		{ NULL, NEW, PIN_FORM_DIGEST, 0, "image: ghcr.io/o/x:1",
		  "image: ghcr.io/o/x@" NEW },
		{ NULL, NEW, KEEP, "image: ghcr.io/o/x@" OLD, "image: ghcr.io/o/x@" NEW },
		{ "w", NULL, PIN_FORM_TAG, 0, "image: ghcr.io/o/x:1@" OLD, "image: ghcr.io/o/x:w" },
	};

	check_all(rows, ARRAY_SIZE(rows));
	check(&rows[0], "f.yaml",
	      "f.yaml:1:8: the pin of 'ghcr.io/o/x' has a digest, and no digest is given");
}

/* F24: tags that a regular expression for hex digits would tear. */
static void
f24_tags_are_replaced_whole(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NULL, KEEP, "- ghcr.io/o/x:dev\n- ghcr.io/o/x:feat-x\n- ghcr.io/o/x:1.2.3\n",
		  "- ghcr.io/o/x:w\n- ghcr.io/o/x:w\n- ghcr.io/o/x:w\n" },
		{ "w", NULL, KEEP, "- mirror.io/ghcr.io/o/x:1\n- ghcr.io/o/x-y:1\n",
		  "- mirror.io/ghcr.io/o/x:1\n- ghcr.io/o/x-y:1\n" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

static void
tags_stay_text(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "12e4567", NULL, KEEP, "i: {repository: ghcr.io/o/x, tag: a}",
		  "i: {repository: ghcr.io/o/x, tag: \"12e4567\"}" },
		{ "1234567", NULL, KEEP, "images:\n- name: ghcr.io/o/x\n  newTag: abcdef0 # c\n",
		  "images:\n- name: ghcr.io/o/x\n  newTag: \"1234567\" # c\n" },
		{ "1.10", NULL, KEEP, "i: {repository: ghcr.io/o/x, tag: '1.9'}",
		  "i: {repository: ghcr.io/o/x, tag: '1.10'}" },
		{ "on", NULL, KEEP, "t: x # lockstep: ghcr.io/o/x:tag",
		  "t: \"on\" # lockstep: ghcr.io/o/x:tag" },
		{ "1.10.3", NULL, KEEP, "i: {repository: ghcr.io/o/x, tag: 1.9.0}",
		  "i: {repository: ghcr.io/o/x, tag: 1.10.3}" },
		{ "12e4567", NULL, KEEP, "image: ghcr.io/o/x:a", "image: ghcr.io/o/x:12e4567" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

static void
all_other_bytes_stay(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NULL, KEEP,
		  "\xef\xbb\xbf# \xe2\x80\x94 top\r\n---\r\na:   ghcr.io/o/x:old   # x \r\n"
		  "...\r\n---\r\n\r\nb: &a !!str \"ghcr.io/o/x:old\"\r\nc: *a\r\n# ghcr.io/o/x:old",
		  "\xef\xbb\xbf# \xe2\x80\x94 top\r\n---\r\na:   ghcr.io/o/x:w   # x \r\n"
		  "...\r\n---\r\n\r\nb: &a !!str \"ghcr.io/o/x:w\"\r\nc: *a\r\n# ghcr.io/o/x:old" },
		{ "w", NULL, KEEP, "t: &t v1\ni: {repository: ghcr.io/o/x, tag: *t}\nj: *t\n",
		  "t: &t w\ni: {repository: ghcr.io/o/x, tag: *t}\nj: *t\n" },
		{ "w", NULL, KEEP, "{{ if .x }}\n  image: ghcr.io/o/x:1 # c\n{{ end }}:\n - [",
		  "{{ if .x }}\n  image: ghcr.io/o/x:w # c\n{{ end }}:\n - [" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

/* F15, F16: words about a version are not the version. */
static void
f15_f16_mentions_stay(void **state UNUSED)
{
	const struct row comment = { "w", NULL, KEEP, "# ghcr.io/o/x:1\nimage: ghcr.io/o/x:1\n",
				     "# ghcr.io/o/x:1\nimage: ghcr.io/o/x:w\n" };
	const struct row script = { "w", NULL, KEEP, "a: |\n  run ghcr.io/o/x:1\n",
				    "a: |\n  run ghcr.io/o/x:1\n" };
	const struct row prose = { "w", NULL, KEEP, "Pinned to ghcr.io/o/x:1.\n",
				   "Pinned to ghcr.io/o/x:1.\n" };

	check(&comment, "f.yaml", "mention moved");
	check(&script, "f.yaml", "mention");
	check(&prose, "README.md", "mention");
}

static void
mentions_move_when_asked(void **state UNUSED)
{
	const struct row comment = { "w",
				     NULL,
				     PIN_FORM_KEEP,
				     PIN_ALSO_COMMENT,
				     "# ghcr.io/o/x:1\na: |\n  run ghcr.io/o/x:1\n",
				     "# ghcr.io/o/x:w\na: |\n  run ghcr.io/o/x:1\n" };
	const struct row script = { "w",
				    NULL,
				    PIN_FORM_KEEP,
				    PIN_ALSO_EMBEDDED,
				    "# ghcr.io/o/x:1\na: |\n  run ghcr.io/o/x:1\n",
				    "# ghcr.io/o/x:1\na: |\n  run ghcr.io/o/x:w\n" };
	const struct row prose = { "w",
				   NULL,
				   PIN_FORM_KEEP,
				   PIN_ALSO_ALL,
				   "FROM ghcr.io/o/x:1\n",
				   "FROM ghcr.io/o/x:w\n" };

	check(&comment, "f.yaml", "moved mention");
	check(&script, "f.yaml", "mention moved");
	check(&prose, "Dockerfile", "moved");
}

/* F1, F2: what nobody understands is not passed over. */
static void
f1_f2_unexplained_pins_are_uncovered(void **state UNUSED)
{
	const struct row part = { "w", NULL, KEEP, "- --image=ghcr.io/o/x:1\n", NULL };
	const struct row right = { "w", NULL, KEEP, "- --image=ghcr.io/o/x:w\n",
				   "- --image=ghcr.io/o/x:w\n" };
	const struct row kept = { "w", NULL, KEEP, "- --image=ghcr.io/o/kept:1\n",
				  "- --image=ghcr.io/o/kept:1\n" };
	const struct row marked = { "w", NULL, KEEP,
				    "- --image=ghcr.io/o/x:1 # lockstep: ghcr.io/o/x\n",
				    "- --image=ghcr.io/o/x:w # lockstep: ghcr.io/o/x\n" };

	check(&part, "f.yaml", "uncovered");
	check(&right, "f.yaml", "right");
	check(&kept, "f.yaml", "kept");
	check(&marked, "f.yaml", "moved");
}

/* Without its digest, the tag would be in front of what is none. */
static void
what_goes_on_behind_a_digest_is_left_behind(void **state UNUSED)
{
	const struct row second = {
		"w", NEW, PIN_FORM_TAG, PIN_ALSO_ALL, "image: ghcr.io/o/x:1@" OLD "@3\n", NULL
	};
	const struct row prose = { "w",
				   NEW,
				   PIN_FORM_TAG,
				   PIN_ALSO_ALL,
				   "ghcr.io/o/x:1@" OLD "- ghcr.io/o/x:1@" OLD ",\n",
				   "ghcr.io/o/x:1@" OLD "- ghcr.io/o/x:w,\n" };

	check(&second, "f.yaml", "uncovered");
	check(&prose, "README.md", "moved");
}

/* F17: every pin has its own old version. */
static void
f17_pins_come_from_different_versions(void **state UNUSED)
{
	const struct row row = { "w", NULL, KEEP,
				 "- ghcr.io/o/x:1\n- ghcr.io/o/x:22\n- ghcr.io/o/x:w\n",
				 "- ghcr.io/o/x:w\n- ghcr.io/o/x:w\n- ghcr.io/o/x:w\n" };

	check(&row, "f.yaml", "moved moved right");
}

/* A mark on what is no version: the whole reference would become a tag. */
static void
marked_values_are_versions(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NEW, KEEP, "a: ghcr.io/o/x:1@" OLD " # lockstep: ghcr.io/o/x:tag\n", NULL },
		{ "w", NEW, KEEP, "rev: ${R} # lockstep: ghcr.io/o/x:tag\n", NULL },
		{ "w", NEW, KEEP, "d: v1 # lockstep: ghcr.io/o/x:digest\n", NULL },
		{ "w", NEW, KEEP, "{ a: v1, b: '' } # lockstep: ghcr.io/o/x:tag\n", NULL },
		{ "w", NEW, KEEP, "b: [v0, v1] # lockstep: ghcr.io/o/x:tag\n",
		  "b: [v0, w] # lockstep: ghcr.io/o/x:tag\n" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

/* Not even with --also: the name of an anchor is repeated elsewhere. */
static void
what_is_no_value_is_left_behind(void **state UNUSED)
{
	const struct row row = { "w", NEW, PIN_FORM_KEEP, PIN_ALSO_ALL, "a: &ghcr.io/o/x:1 b\n",
				 NULL };

	check(&row, "f.yaml", "uncovered");
}

/* One text is what moves for one pin, and what must stay for another. */
static void
what_others_count_on_does_not_move(void **state UNUSED)
{
	static const struct row rows[] = {
		/* another's version, and its image has none to move to */
		{ "w", NULL, KEEP,
		  "t: &t v1\ni: {repository: ghcr.io/o/x, tag: *t}\n"
		  "j: {repository: ghcr.io/o/kept, tag: *t}\n",
		  NULL },
		{ "w", NULL, KEEP,
		  "t: &t v1 # lockstep: ghcr.io/o/kept:tag\ni: {repository: ghcr.io/o/x, tag: *t}\n",
		  NULL },
		/* a part of another's name */
		{ "w", NULL, KEEP,
		  "i: {repository: ghcr.io/o/x, tag: &t kept}\n"
		  "j: {repository: ghcr.io/o, name: *t, tag: v1}\n",
		  NULL },
	};
	const char *why = "cannot edit 'f.yaml': two pins share their bytes and want to differ";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], "f.yaml", why);
}

static void
urls_of_images_move(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "w", NEW, KEEP, "- uses: docker://ghcr.io/o/x:1@" OLD "\n",
		  "- uses: docker://ghcr.io/o/x:w@" NEW "\n" },
		{ "w", NEW, PIN_FORM_BOTH, 0, "image: oci://ghcr.io/o/x\n",
		  "image: oci://ghcr.io/o/x:w@" NEW "\n" },
		{ "1.10", NEW, KEEP, "- name: x\n  repository: oci://ghcr.io/o\n  version: 1.9.0\n",
		  "- name: x\n  repository: oci://ghcr.io/o\n  version: \"1.10\"\n" },
	};

	check_all(rows, ARRAY_SIZE(rows));
}

static void
one_value_cannot_serve_two_images(void **state UNUSED)
{
	const struct pin_image images[] = { { "ghcr.io/o/x", "a", NULL },
					    { "ghcr.io/o/y", "b", NULL } };
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct pin_set *set = pin_set_new(arena, images, 2);
	struct pin_file file;
	struct pin_edit done;

	pin_find(arena, set, "f.yaml",
		 STR_LIT("t: &t v1\ni: {repository: ghcr.io/o/x, tag: *t}\n"
			 "j: {repository: ghcr.io/o/y, tag: *t}\n"),
		 &file);
	assert_int_equal(pin_edit(arena, set, &file, (struct pin_rules){ PIN_FORM_KEEP, 0 }, &done,
				  &err),
			 -ERR_FAILED);
	assert_string_equal(err.msg,
			    "cannot edit 'f.yaml': two pins share their bytes and want to differ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form_is_preserved),
		cmocka_unit_test(forms_are_converted),
		cmocka_unit_test(f24_a_digest_needs_a_digest),
		cmocka_unit_test(f24_tags_are_replaced_whole),
		cmocka_unit_test(tags_stay_text),
		cmocka_unit_test(all_other_bytes_stay),
		cmocka_unit_test(f15_f16_mentions_stay),
		cmocka_unit_test(mentions_move_when_asked),
		cmocka_unit_test(f1_f2_unexplained_pins_are_uncovered),
		cmocka_unit_test(what_goes_on_behind_a_digest_is_left_behind),
		cmocka_unit_test(f17_pins_come_from_different_versions),
		cmocka_unit_test(marked_values_are_versions),
		cmocka_unit_test(what_is_no_value_is_left_behind),
		cmocka_unit_test(what_others_count_on_does_not_move),
		cmocka_unit_test(urls_of_images_move),
		cmocka_unit_test(one_value_cannot_serve_two_images),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
