/* SPDX-License-Identifier: Apache-2.0 */
/* t-ignore_property.c: ignore files at random, against their definition, and with a walk that prunes. */
#include "base/vec.h"
#include "lib/random_ignore.h"
#include "lib/slow_ignore.h"
#include "model/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define DEFAULT_CASES 100000
#define DEFAULT_SEED 1

static unsigned long long
from_environment(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);
	unsigned long long value;

	return text && str_to_u64(str_c(text), &value) ? value : otherwise;
}

struct entry {
	struct str path;
	bool folder;
};

struct example {
	enum dialect dialect;
	struct random_tree tree;
	struct buf text;
	VEC(struct entry) entries; /* all folders before what is in them; borrowed from tree */
};

static void
add_entry(struct example *e, struct str path, bool folder)
{
	for (size_t i = 0; i < e->entries.n; i++)
		if (str_eq(e->entries.v[i].path, path))
			return;
	vec_push(&e->entries, ((struct entry){ path, folder }));
}

static void
example_make(struct example *e, struct random *r)
{
	*e = (struct example){ .dialect = (enum dialect)random_below(r, (unsigned)dialect_count) };
	random_tree_make(&e->tree, r);
	buf_adds(&e->text, "");
	random_ignore_make(&e->text, r, &e->tree);
	for (size_t i = 0; i < e->tree.n; i++) {
		struct str path = buf_str(&e->tree.paths[i]);

		for (size_t k = 0; k < path.n; k++)
			if (path.p[k] == '/')
				add_entry(e, str_sub(path, 0, k), true);
		add_entry(e, path, false);
	}
}

static void
example_fini(struct example *e)
{
	random_tree_fini(&e->tree);
	buf_fini(&e->text);
	vec_fini(&e->entries);
}

static void
show(const struct example *e, struct str path)
{
	print_error("%s, ignore file:\n%.*s\npath '%.*s'\n", dialect_name(e->dialect),
		    STR_FMT(buf_str(&e->text)), STR_FMT(path));
}

/* True if the walk does not come to a path, because of a folder above it. */
static bool
is_cut_off(const struct ignore *ig, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		struct str dir = str_sub(path, 0, i);

		if (path.p[i] == '/' && ignore_match(ig, dir).ignored &&
		    !ignore_may_include_below(ig, dir))
			return true;
	}
	return false;
}

/* Both are asked for every path of the tree. Returns the number of questions. */
static size_t
agree(const struct example *e, const struct ignore *ig, const struct slow *slow)
{
	for (size_t i = 0; i < e->entries.n; i++) {
		struct str path = e->entries.v[i].path;
		enum slow_answer want = slow_ignored(slow, path);
		bool got = ignore_match(ig, path).ignored;

		if (want != SLOW_UNKNOWN && got != (want == SLOW_YES)) {
			show(e, path);
			fail_msg("ignored: got %d, wanted %d", got, want == SLOW_YES);
		}
		if (got && e->entries.v[i].folder &&
		    ignore_may_include_below(ig, path) != slow_enters(slow, path)) {
			show(e, path);
			fail_msg("the folder is entered: wanted %d", slow_enters(slow, path));
		}
		/* What a walk does not come to is what asking says; containers ask for what COPY
		 * names only, and lose the rest. */
		if (e->dialect != DIALECT_CONTAINERS && is_cut_off(ig, path) && !got) {
			show(e, path);
			fail_msg("a walk does not come to what is not ignored");
		}
	}
	return e->entries.n;
}

/* The decision can be told: its line exists, and its pattern stands there. */
static void
check_verdicts(const struct example *e, const struct ignore *ig)
{
	for (size_t i = 0; i < e->entries.n; i++) {
		struct ignore_verdict v = ignore_match(ig, e->entries.v[i].path);
		struct str rest = buf_str(&e->text), line = STR_NULL;

		assert_true(v.line > 0 ? v.text != NULL : !v.text && !v.ignored);
		for (int n = 0; n < v.line; n++)
			assert_true(str_next_line(&rest, &line));
		if (v.line && !memmem(line.p, line.n, v.text, strlen(v.text))) {
			show(e, e->entries.v[i].path);
			fail_msg("line %d is no '%s'", v.line, v.text);
		}
	}
}

static size_t
run_one(struct random *r)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct example e;
	enum slow_answer state;
	struct ignore *ig;
	struct slow *slow;
	size_t asked = 1;

	example_make(&e, r);
	ig = ignore_parse(buf_str(&e.text), "f", e.dialect, &errs);
	slow = slow_new(buf_str(&e.text), e.dialect, &state);
	if (state != SLOW_UNKNOWN && !ig != (state == SLOW_BAD)) {
		show(&e, STR_LIT(""));
		fail_msg("bad: got '%s', wanted %d", ig ? "no" : errs.items[0].msg,
			 state == SLOW_BAD);
	}
	assert_int_equal(ig == NULL, errs.n > 0);
	if (ig) {
		asked += agree(&e, ig, slow);
		check_verdicts(&e, ig);
	}
	ignore_free(ig);
	slow_free(slow);
	example_fini(&e);
	return asked;
}

static void
the_matcher_agrees_with_the_definition(void **state)
{
	unsigned long long cases = from_environment("LOCKSTEP_PROPERTY_CASES", DEFAULT_CASES);
	unsigned long long seed = from_environment("LOCKSTEP_PROPERTY_SEED", DEFAULT_SEED);
	unsigned long long asked = 0;
	struct random r;

	(void)state;
	print_message(
		"# seed %llu (LOCKSTEP_PROPERTY_SEED), %llu cases (LOCKSTEP_PROPERTY_CASES)\n",
		seed, cases);
	random_init(&r, seed);
	while (asked < cases)
		asked += run_one(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matcher_agrees_with_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
