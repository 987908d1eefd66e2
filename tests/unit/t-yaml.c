/* SPDX-License-Identifier: Apache-2.0 */
/* t-yaml.c: YAML as a tree: places, mistakes, aliases, limits. */
#include "base/yaml.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The tree as one line: {key: value}, [item], 'quoted', plain, and ~ for null. */
static void
write_tree(struct buf *b, const struct yaml *y)
{
	switch (y->kind) {
	case YAML_NULL:
		buf_addc(b, '~');
		break;
	case YAML_SCALAR:
		buf_addf(b, y->plain ? "%s" : "'%s'", y->text);
		assert_int_equal(strlen(y->text), y->len);
		break;
	case YAML_SEQ:
		for (size_t i = 0; i < y->n; i++) {
			buf_adds(b, i ? "," : "[");
			write_tree(b, y->items[i]);
		}
		buf_adds(b, y->n ? "]" : "[]");
		break;
	case YAML_MAP:
		for (size_t i = 0; i < y->n; i++) {
			buf_adds(b, i ? "," : "{");
			write_tree(b, y->pairs[i].key);
			buf_addc(b, ':');
			write_tree(b, y->pairs[i].value);
		}
		buf_adds(b, y->n ? "}" : "{}");
		break;
	}
}

/* All mistakes, one a line. */
static char *
write_errs(struct err_list *errs)
{
	struct buf b = BUF_INIT;

	err_list_sort(errs);
	for (size_t i = 0; i < errs->n; i++) {
		char *AUTO_FREE text = err_text(&errs->items[i]);

		buf_addf(&b, "%s%s", i ? "\n" : "", text);
	}
	return buf_steal(&b);
}

static void
check(struct str text, const char *want_tree, const char *want_errs)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct yaml *root = yaml_parse(arena, text, "f", &errs);
	char *AUTO_FREE got_errs = write_errs(&errs);
	struct buf AUTO_BUF tree = BUF_INIT;

	if (root)
		write_tree(&tree, root);
	else
		buf_adds(&tree, "none");
	assert_string_equal(got_errs, want_errs);
	assert_string_equal(tree.data, want_tree);
}

struct row {
	const char *text;
	const char *tree;
	const char *errs;
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(str_c(rows[i].text), rows[i].tree, rows[i].errs);
}

static void
kinds_and_quotes(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a: 1\nb:\n  - x\n  - \"y\"\n  - 'z'\n", "{a:1,b:[x,'y','z']}", "" },
		{ "a: {}\nb: []\nc:\nd: ~\ne: null\nf: \"null\"\ng: ''\n",
		  "{a:{},b:[],c:~,d:~,e:~,f:'null',g:''}", "" },
		{ "a: |\n  two\n  lines\nb: >-\n  one\n  line\n", "{a:'two\nlines\n',b:'one line'}",
		  "" },
		{ "- a: 1\n  b: 2\n-\n  - 3\n", "[{a:1,b:2},[3]]", "" },
		{ "text\n", "text", "" },
		{ "null: 1\n~: 2\n", "{null:1,~:2}", "" },
		{ "? long key\n: value\n", "{long key:value}", "" },
		{ "a: 1\r\nb: 2\r\n", "{a:1,b:2}", "" },
		{ "\xef\xbb\xbf"
		  "a: 1",
		  "{a:1}", "" },
		{ "a: \"\\ud83d\\ude00 \\u00e9\\t\\/\"", "{a:'\xf0\x9f\x98\x80 \xc3\xa9\t/'}", "" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
json_is_yaml(void **state UNUSED)
{
	check(STR_LIT("{\n\t\"version\": 1,\n\t\"images\": {\n\t\t\"web\": { \"soft\": true, "
		      "\"needs\": [\"a\", null] }\n\t}\n}\n"),
	      "{'version':1,'images':{'web':{'soft':true,'needs':['a',~]}}}", "");
}

static void
syntax_mistakes_have_a_place(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a: b: c\n", "none", "f:1:5: invalid nested block mapping on the same line" },
		{ "a:\n  b: [1, 2\nc: 3\n", "none",
		  "f:3:2: wrongly indented mapping value in flow mode" },
		{ "a: \"x\nb: 1\n", "none", "f:1:4: wrongly indented double-quoted scalar" },
		{ "a: @x\n", "none", "f:1:4: plain scalar cannot start with '@'" },
		{ "a: !e!x 1\n", "none", "f:1:4: undefined tag prefix" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
bytes_that_are_no_text(void **state UNUSED)
{
	check(STR_LIT("a: 1\n\xc3\xa9: \xff\n"), "none", "f:2:4: byte 0xff is no UTF-8");
	check(STR_LIT("a: x\0y\n"), "none", "f:1:5: byte 0x00 is no text");
	check(STR_LIT("a: \x1b[0m\n"), "none", "f:1:4: byte 0x1b is no text");
	check(STR_LIT("\xef\xbb\xbf"
		      "a: \x7f"),
	      "none", "f:1:4: byte 0x7f is no text");
	check(STR_LIT("a: \"x\\0y\"\n"), "{a:'x'}", "f:1:4: text holds a NUL character");
}

static void
empty_and_many_documents(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "", "none", "f:1:1: there is nothing in this file" },
		{ NULL, "none", "f:1:1: there is nothing in this file" },
		{ "# only a comment\n", "none", "f:1:1: there is nothing in this file" },
		{ "---\n", "none", "f:1:1: there is nothing in this file" },
		{ "---\na: 1\n...\n", "{a:1}", "" },
		{ "a: 1\n---\nb: 2\n---\nc: 3\n", "{a:1}",
		  "f:2:1: a second document starts here, and one is allowed" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
repeated_keys_name_both_places(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a: 1\nb: 2\n\"a\": 3\na: 4\n", "{a:1,b:2}",
		  "f:3:1: key 'a' is repeated, first in line 1\n"
		  "f:4:1: key 'a' is repeated, first in line 1" },
		{ "x: {b: 1, c: 2, b: 3}\n", "{x:{b:1,c:2}}",
		  "f:1:17: key 'b' is repeated, first in line 1" },
		{ "x:\n- b: 1\n  b: 2\n- b: 1\n", "{x:[{b:1},{b:1}]}",
		  "f:3:3: key 'b' is repeated, first in line 2" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
repeated_keys_in_a_large_mapping(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF text = BUF_INIT;
	char *AUTO_FREE got_errs = NULL;
	const struct yaml *root;

	for (int i = 1; i <= 100; i++)
		buf_addf(&text, "key-%d: %d\n", i == 90 ? 7 : i == 91 ? 50 : i, i);
	root = yaml_parse(arena, buf_str(&text), "f", &errs);
	got_errs = write_errs(&errs);
	assert_string_equal(got_errs, "f:90:1: key 'key-7' is repeated, first in line 7\n"
				      "f:91:1: key 'key-50' is repeated, first in line 50");
	assert_int_equal(root->n, 98);
	assert_string_equal(yaml_get(root, "key-7")->text, "7");
	assert_string_equal(yaml_get(root, "key-100")->text, "100");
}

static void
keys_have_to_be_text(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "? [a, b]\n: 1\nc: 2\n", "{c:2}", "f:1:3: a key has to be text and is a list" },
		{ "{a: 1}: 2\n", "{}", "f:1:1: a key has to be text and is a mapping" },
		{ ": 1\n", "{}", "f:1:1: a key has to be text and is nothing" },
		{ "'': 1\n1: 2\n", "{'':1,1:2}", "" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
tags_other_than_yamls_own(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a: !!str 5\nb: !!int \"5\"\nc: ! 5\nd: !!map {}\ne: !!seq []\n",
		  "{a:'5',b:5,c:'5',d:{},e:[]}", "" },
		{ "a: !vault 5\nb: !!binary aGk=\nc: !x [1]\n", "{a:5,b:aGk=,c:[1]}",
		  "f:1:11: tag '!vault' has no meaning here\n"
		  "f:2:13: tag 'tag:yaml.org,2002:binary' has no meaning here\n"
		  "f:3:7: tag '!x' has no meaning here" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
aliases_are_resolved(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "a: &x [1, {b: 2}]\nc: *x\nd: &x 3\ne: *x\n", "{a:[1,{b:2}],c:[1,{b:2}],d:3,e:3}",
		  "" },
		{ "&k key: 1\nother: *k\n", "{key:1,other:key}", "" },
		{ "&k a: 1\nb:\n  *k : 2\n", "{a:1,b:{a:2}}", "" },
		{ "a: *x\nb: &x 1\n", "none", "f:1:4: nothing above is named '&x'" },
		{ "a: &x [1, *x]\n", "none", "f:1:11: alias '*x' stands inside of what it names" },
		{ "a: &x {b: &y {c: *x}}\nd: *q\n", "none",
		  "f:1:18: alias '*x' stands inside of what it names\n"
		  "f:2:4: nothing above is named '&q'" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
an_alias_is_the_same_node(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	const struct yaml *root = yaml_parse(arena, STR_LIT("a:  &x  [1]\nb: *x\n"), "f", &errs);

	assert_ptr_equal(yaml_get(root, "a"), yaml_get(root, "b"));
	assert_int_equal(yaml_get(root, "b")->line, 1);
	assert_int_equal(yaml_get(root, "b")->col, 9);
}

static void
merge_keys_are_applied(void **state UNUSED)
{
	static const struct row rows[] = {
		{ "base: &b {x: 1, y: 2}\nimg:\n  <<: *b\n  y: 3\n  z: 4\n",
		  "{base:{x:1,y:2},img:{y:3,z:4,x:1}}", "" },
		{ "- &a {x: 1}\n- &b {x: 2, y: 2}\n- <<: [*a, *b]\n", "[{x:1},{x:2,y:2},{x:1,y:2}]",
		  "" },
		{ "- &a {x: 1}\n- &b {<<: *a, y: 2}\n- <<: *b\n  z: 3\n",
		  "[{x:1},{y:2,x:1},{z:3,y:2,x:1}]", "" },
		{ "<<: {x: 1}\n", "{x:1}", "" },
		{ "\"<<\": {x: 1}\n", "{'<<':{x:1}}", "" },
		{ "a: 1\n<<: [b, {c: 2}]\n", "{a:1,c:2}",
		  "f:2:6: '<<' takes a mapping or a list of them, and this is text" },
		{ "<<: {a: 1}\n<<: {b: 2}\n", "{a:1}",
		  "f:2:1: key '<<' is repeated, first in line 1" },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void
aliases_cannot_explode(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;

	buf_adds(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 30; i++) {
		buf_addf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_addf(&text, "*a%d,", i - 1);
		buf_adds(&text, "]\n");
	}
	check(buf_str(&text), "none",
	      "f:6:46: the document is too large with its aliases written out");
}

static void
merges_cannot_explode(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;

	buf_adds(&text, "- &a {");
	for (int i = 0; i < 5000; i++)
		buf_addf(&text, "k%d: 1,", i);
	buf_adds(&text, "}\n");
	for (int i = 0; i < 5000; i++)
		buf_adds(&text, "- <<: *a\n");
	check(buf_str(&text), "none",
	      "f:106:1: the document is too large with its aliases written out");
}

static void
nesting_is_limited(void **state UNUSED)
{
	struct buf AUTO_BUF text = BUF_INIT;
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;

	for (int i = 0; i < YAML_MAX_DEPTH; i++)
		buf_addc(&text, '[');
	for (int i = 0; i < YAML_MAX_DEPTH; i++)
		buf_addc(&text, ']');
	assert_non_null(yaml_parse(arena, buf_str(&text), "f", &errs));
	assert_int_equal(errs.n, 0);
	buf_clear(&text);
	for (int i = 0; i < 10000; i++)
		buf_addc(&text, '[');
	check(buf_str(&text), "none", "f:1:101: the document is nested too deeply");
}

struct place_row {
	const char *key;
	int line, col;
	const char *bytes;
};

static void
nodes_know_their_place(void **state UNUSED)
{
	static const char text[] = "plain: one\n"
				   "caf\xc3\xa9: \"two\" # c\n"
				   "single: 'th''ree'\n"
				   "tagged: !!str four\n"
				   "anchored: &x five\n"
				   "list: [six]\n"
				   "missing:\n"
				   "folded: six\n"
				   "  seven\n";
	static const struct place_row rows[] = {
		{ "plain", 1, 8, "one" },      { "caf\xc3\xa9", 2, 7, "two" },
		{ "single", 3, 9, "th''ree" }, { "tagged", 4, 15, "four" },
		{ "anchored", 5, 14, "five" }, { "list", 6, 7, "" },
		{ "missing", 7, 1, "" },       { "folded", 8, 9, "six\n  seven" },
	};
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	const struct yaml *root = yaml_parse(arena, STR_LIT(text), "f", &errs);

	assert_int_equal(root->n, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct yaml *y = yaml_get(root, rows[i].key);
		char *AUTO_FREE bytes = str_dup(str_sub(STR_LIT(text), y->from, y->to));

		assert_string_equal(bytes, rows[i].bytes);
		assert_int_equal(y->line, rows[i].line);
		assert_int_equal(y->col, rows[i].col);
		assert_int_equal(root->pairs[i].key->line, rows[i].line);
		assert_int_equal(root->pairs[i].key->col, 1);
	}
}

static void
all_documents_of_a_stream(void **state UNUSED)
{
	static const char text[] = "---\n# nothing\n---\na: &x 1\n---\nb: *x\n---\nc: 3\n---\n";
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF tree = BUF_INIT;
	char *AUTO_FREE got_errs = NULL;
	size_t n = 99;
	struct yaml **roots = yaml_parse_all(arena, STR_LIT(text), "f", &n, &errs);

	/* Anchors end with their document. */
	got_errs = write_errs(&errs);
	assert_string_equal(got_errs, "f:6:4: nothing above is named '&x'");
	assert_int_equal(n, 2);
	write_tree(&tree, roots[0]);
	write_tree(&tree, roots[1]);
	assert_string_equal(tree.data, "{a:1}{c:3}");
	assert_int_equal(text[yaml_get(roots[1], "c")->from], '3');
	(void)!yaml_parse_all(arena, STR_NULL, "f", &n, &errs);
	assert_int_equal(n, 0);
	assert_int_equal(errs.n, 1);
}

struct scalar_row {
	const char *text;
	const char *what;
	int truth; /* -1: no boolean */
	bool is_int;
	long long number;
};

static void
scalars_are_those_of_the_core_schema(void **state UNUSED)
{
	static const struct scalar_row rows[] = {
		{ "true", "true or false", 1, false, 0 },
		{ "False", "true or false", 0, false, 0 },
		{ "TRUE", "true or false", 1, false, 0 },
		{ "tRUE", "text", -1, false, 0 },
		{ "yes", "text", -1, false, 0 },
		{ "'true'", "text", -1, false, 0 },
		{ "0", "a number", -1, true, 0 },
		{ "-12", "a number", -1, true, -12 },
		{ "+12", "a number", -1, true, 12 },
		{ "010", "a number", -1, true, 10 },
		{ "'12'", "text", -1, false, 0 },
		{ "9223372036854775807", "a number", -1, true, INT64_MAX },
		{ "-9223372036854775808", "a number", -1, true, INT64_MIN },
		{ "9223372036854775808", "a number", -1, false, 0 },
		{ "-9223372036854775809", "a number", -1, false, 0 },
		{ "1.5", "a number", -1, false, 0 },
		{ ".5", "a number", -1, false, 0 },
		{ "5.", "a number", -1, false, 0 },
		{ "1e3", "a number", -1, false, 0 },
		{ "-1.5E-3", "a number", -1, false, 0 },
		{ ".inf", "a number", -1, false, 0 },
		{ "1e", "text", -1, false, 0 },
		{ ".", "text", -1, false, 0 },
		{ "+", "text", -1, false, 0 },
		{ "0x10", "text", -1, false, 0 },
		{ "1.2.3", "text", -1, false, 0 },
		{ "1 2", "text", -1, false, 0 },
		{ "~", "nothing", -1, false, 0 },
		{ "[]", "a list", -1, false, 0 },
		{ "{}", "a mapping", -1, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
		const struct yaml *y = yaml_parse(arena, str_c(rows[i].text), "f", &errs);
		long long number = 0;
		bool truth;

		assert_string_equal(yaml_what(y), rows[i].what);
		if (yaml_bool(y, &truth) != (rows[i].truth >= 0) ||
		    (rows[i].truth >= 0 && truth != rows[i].truth))
			fail_msg("'%s' is wrong as a boolean", rows[i].text);
		if (yaml_int(y, &number) != rows[i].is_int || number != rows[i].number)
			fail_msg("'%s' was read as %lld", rows[i].text, number);
	}
	assert_string_equal(yaml_what(NULL), "nothing");
	assert_null(yaml_get(NULL, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_and_quotes),
		cmocka_unit_test(json_is_yaml),
		cmocka_unit_test(syntax_mistakes_have_a_place),
		cmocka_unit_test(bytes_that_are_no_text),
		cmocka_unit_test(empty_and_many_documents),
		cmocka_unit_test(repeated_keys_name_both_places),
		cmocka_unit_test(repeated_keys_in_a_large_mapping),
		cmocka_unit_test(keys_have_to_be_text),
		cmocka_unit_test(tags_other_than_yamls_own),
		cmocka_unit_test(aliases_are_resolved),
		cmocka_unit_test(an_alias_is_the_same_node),
		cmocka_unit_test(merge_keys_are_applied),
		cmocka_unit_test(aliases_cannot_explode),
		cmocka_unit_test(merges_cannot_explode),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(nodes_know_their_place),
		cmocka_unit_test(all_documents_of_a_stream),
		cmocka_unit_test(scalars_are_those_of_the_core_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
