/* SPDX-License-Identifier: Apache-2.0 */
/* t-yaml_events.c: a YAML stream as it is written: bytes, styles, anchors, tags, documents. */
#include "base/yaml.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct seen {
	struct str text;
	struct buf out;
	size_t most; /* events to take; 0 = all */
	size_t n;
};

static bool
write_event(void *ctx, const struct yaml_event *e)
{
	static const char *const styles[] = { "", "'", "\"", "|", ">" };
	static const char *const marks[] = { "---", "...", NULL, NULL, "[", "]", "{", "}" };
	struct seen *s = ctx;

	if (e->anchor.p)
		buf_addf(&s->out, "&%.*s ", STR_FMT(e->anchor));
	if (e->tag.p)
		buf_addf(&s->out, "%.*s ", STR_FMT(e->tag));
	if (marks[e->kind])
		buf_adds(&s->out, marks[e->kind]);
	else
		buf_addf(&s->out, "%s%s%.*s<%.*s>@%d:%d", e->kind == YAML_EVENT_ALIAS ? "*" : "",
			 styles[e->style], STR_FMT(e->text),
			 STR_FMT(str_sub(s->text, e->from, e->to)), e->line, e->col);
	buf_addc(&s->out, ' ');
	return ++s->n != s->most;
}

static void
check(struct str text, const char *want)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct seen s = { .text = text };
	bool ok;

	buf_init(&s.out, 0);
	ok = yaml_events(text, "f", write_event, &s, &errs);
	for (size_t i = 0; i < errs.n; i++) {
		char *AUTO_FREE said = err_text(&errs.items[i]);

		buf_adds(&s.out, said);
	}
	assert_string_equal(s.out.data, want);
	assert_int_equal(ok, errs.n == 0);
	buf_fini(&s.out);
}

#define CHECK(text, want) check(STR_LIT(text), want)

static void
bytes_of_scalars(void **state UNUSED)
{
	CHECK("a: b\n", "--- { a<a>@1:1 b<b>@1:4 } ... ");
	CHECK("'a': \"b\\x41\" # c\n", "--- { 'a<a>@1:1 \"bA<b\\x41>@1:6 } ... ");
	CHECK("[ 'it''s', x y ]", "--- [ 'it's<it''s>@1:3 x y<x y>@1:12 ] ... ");
	CHECK("a:\n", "--- { a<a>@1:1 <>@1:1 } ... ");
	CHECK("a: |\n  b\n  c\nd: >-\n  e\n",
	      "--- { a<a>@1:1 |b\nc\n<  b\n  c\n>@2:1 d<d>@4:1 >e<  e\n>@5:1 } ... ");
}

static void
bytes_are_no_characters(void **state UNUSED)
{
	CHECK("\xc3\xa9: \xe2\x86\x92 # \xe2\x80\x94\nb: c\n",
	      "--- { \xc3\xa9<\xc3\xa9>@1:1 \xe2\x86\x92<\xe2\x86\x92>@1:4 b<b>@2:1 c<c>@2:4 } ... ");
	CHECK("\xef\xbb\xbf"
	      "a: b\r\nc: 'd'\r\n",
	      "--- { a<a>@1:1 b<b>@1:4 c<c>@2:1 'd<d>@2:4 } ... ");
}

static void
nothing_is_resolved(void **state UNUSED)
{
	CHECK("a: &x !t b\nc: *x\na: !!str d\n<<: *x\n",
	      "--- { a<a>@1:1 &x !t b<b>@1:10 c<c>@2:1 *x<x>@2:4 a<a>@3:1 "
	      "tag:yaml.org,2002:str d<d>@3:10 <<<<<>@4:1 *x<x>@4:5 } ... ");
	CHECK("a: 1\n---\nb\n...\n---\n",
	      "--- { a<a>@1:1 1<1>@1:4 } ... --- b<b>@3:1 ... --- <>@5:1 ... ");
	CHECK("", "");
}

static void
quotes_in_a_row(void **state UNUSED)
{
	CHECK("[ '''''b', 'x''''y''''''z', '''', '' ]",
	      "--- [ '''b<''''b>@1:3 'x''y'''z<x''''y''''''z>@1:12 ''<''>@1:29 '<>@1:35 ] ... ");
	CHECK("\"it's\": 'a''\n  b'''\n", "--- { \"it's<it's>@1:1 'a' b'<a''\n  b''>@1:9 } ... ");
}

/* Better told than wrong. */
static void
what_libfyaml_misreads_is_refused(void **state UNUSED)
{
	CHECK("a: 'x\n  ''''y'\n", "--- { a<a>@1:1 f:1:4: libfyaml misreads this text");
	CHECK("a: >\n   x\n   \n    y\n", "--- { a<a>@1:1 f:2:1: libfyaml misreads this text");
	CHECK("a: \"\\ \n  \"\n", "--- { a<a>@1:1 f:1:4: libfyaml misreads this text");
}

/* libfyaml 0.7.12 crashes at the first three. */
static void
no_tab_behind_an_explicit_key(void **state UNUSED)
{
	CHECK("d :\n? :: \t-", "f:2:4: a tab between ':' and what it stands for");
	CHECK("? \xc3\xa4: \t|\n", "f:1:4: a tab between ':' and what it stands for");
	CHECK("? a: \t - b", "f:1:4: a tab between ':' and what it stands for");
	CHECK("? a\n: \tb\n", "--- { a<a>@1:3 b<b>@2:4 } ... ");
	CHECK("a:\t|\n  why? b:\t- c\n",
	      "--- { a<a>@1:1 |why? b:\t- c\n<  why? b:\t- c\n>@2:1 } ... ");
}

static void
says_where_it_is_no_yaml(void **state UNUSED)
{
	CHECK("a: b\n{{ x }}: [\n",
	      "--- { a<a>@1:1 b<b>@1:4 { { x<x>@2:4 <>@2:4 } <>@2:6 } [ f:3:1: flow sequence without a closing bracket");
	CHECK("a: \x01\n", "f:1:4: byte 0x01 is no text");
}

static void
stops_when_told(void **state UNUSED)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct seen s = { .text = STR_LIT("a: b\n[ x"), .most = 3 };

	buf_init(&s.out, 0);
	assert_true(yaml_events(s.text, "f", write_event, &s, &errs));
	assert_string_equal(s.out.data, "--- { a<a>@1:1 ");
	buf_fini(&s.out);
}

/* Which plain tags stay text for every reader. */
static void
plain_text_and_what_is_none(void **state UNUSED)
{
	static const char *const text[] = { "latest",      "1.2.3", "v1",  "2e1a", "7cebcbb",
					    "1.10-rc1",    "0x",    "e12", "12e",  "1e5x",
					    "yess",        "_1",    "a.b", "1:2x", "2026-1",
					    "2026-11-25a", "08a",   "0b12" };
	static const char *const other[] = {
		"",           "~",     "null", "NULL", "true",    "False",   "yes",  "N",    "on",
		"OFF",        "1",     "0123", "08",   "1234567", "12e4567", "1.10", "1.",   ".5",
		"1_0",        "0x1F",  "0o17", "0b1",  "1e5",     "1E+5",    "+1",   "-2.5", ".inf",
		"2026-11-25", "-.Inf", ".NaN", "1:20", "<<",      "="
	};

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		if (!yaml_plain_is_text(str_c(text[i])))
			fail_msg("'%s' is no text, they say", text[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		if (yaml_plain_is_text(str_c(other[i])))
			fail_msg("'%s' is text, they say", other[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_of_scalars),
		cmocka_unit_test(bytes_are_no_characters),
		cmocka_unit_test(nothing_is_resolved),
		cmocka_unit_test(quotes_in_a_row),
		cmocka_unit_test(what_libfyaml_misreads_is_refused),
		cmocka_unit_test(no_tab_behind_an_explicit_key),
		cmocka_unit_test(says_where_it_is_no_yaml),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(plain_text_and_what_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
