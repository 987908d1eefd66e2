/* SPDX-License-Identifier: Apache-2.0 */
/* t-store_inputs.c: input sets come back as they were, and share what they have in common. */
#include "io/sql.h"
#include "lib/tmp.h"
#include "store/store_inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FACTS                                                                                      \
	"lockstep-key\t1\n"                                                                        \
	"dialect\tcontainers\n"                                                                    \
	"stage\t0\tscratch\n"                                                                      \
	"ins\tCOPY\ta/b\t/x\n"

static struct store *
open_store(const char *dir)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct store_notice notice = { 0 };
	struct store *s = NULL;

	if (store_open(dir, &s, &notice, &err))
		fail_msg("%s", err.msg);
	return s;
}

/* Rows of node, counted beside the store. */
static int64_t
count_nodes(const char *dir)
{
	static const char *const texts[] = { "SELECT count(*) FROM node" };
	AUTO_FREE char *path = tmp_path(dir, "lockstep.db");
	struct sql *db = NULL;
	int64_t n;

	assert_int_equal(sql_open(path, SQL_READ_ONLY, texts, 1, &db, NULL), 0);
	assert_int_equal(sql_query(db, 0, NULL, ""), 0);
	assert_int_equal(sql_step(db, 0, NULL), 1);
	n = sql_int(db, 0, 0);
	sql_close(db);
	return n;
}

static void
forget_node(const char *dir, struct sha256 hash)
{
	static const char *const texts[] = { "DELETE FROM node WHERE hash = ?" };
	AUTO_FREE char *path = tmp_path(dir, "lockstep.db");
	struct sql *db = NULL;

	assert_int_equal(sql_open(path, SQL_CREATE, texts, 1, &db, NULL), 0);
	assert_int_equal(sql_exec(db, 0, NULL, "b",
				  ((struct str){ (const char *)hash.b, SHA256_LEN })),
			 0);
	assert_int_equal(sql_changes(db), 1);
	sql_close(db);
}

static void
add_file(struct inputs *in, const char *path, const char *content, bool executable)
{
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_FILE,
						  .executable = executable,
						  .path = str_c(path),
						  .hash = sha256_of(content, strlen(content)),
						  .size = (long long)strlen(content),
						  .line = 3 });
}

/* A set with everything in it; deep is the content of one file, three folders down. */
static struct inputs *
some_inputs(const char *deep)
{
	static const char id[] =
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct inputs *in = inputs_new();

	inputs_add_lines(in, STR_LIT(FACTS));
	inputs_add(in, INPUT_EPOCH, 1, &STR_LIT("20000"));
	add_file(in, "a/b/c/deep", deep, false);
	add_file(in, "a/b/c/other", "other", true);
	add_file(in, "a/b-c", "sorts between a/b and a/b/", false);
	add_file(in, "top", "top", false);
	add_file(in, "with a\ttab\nand \xff", "odd", false);
	add_file(in, "z/one", "one", false);
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_DIR, .path = STR_LIT("a/b") });
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_DIR, .path = STR_LIT("empty") });
	inputs_add_file(in, &(struct input_file){ .kind = INPUT_LINK,
						  .path = STR_LIT("a/link"),
						  .target = STR_LIT("../z\tone") });
	inputs_add_image(in, &(struct input_image){ .ref = "localhost/t/base:1",
						    .name = "base",
						    .use = "FROM",
						    .id = id,
						    .line = 2 });
	inputs_add_image(in, &(struct input_image){
				     .ref = "alpine", .use = "COPY --from", .id = id, .line = 7 });
	inputs_add_remote(in, &(struct input_remote){ "https://e/a b\tc", "sha256:1", 4 });
	inputs_add_remote(in, &(struct input_remote){ "https://e/g.git", "0123", 0 });
	inputs_set_source(in, &(struct input_source){ "https://e/x", "a b", "0123" });
	in->dockerfile_path = "ctx/Docker\tfile";
	in->dockerfile_text = STR_LIT("# a comment\nFROM scratch\nCOPY a /a\n");
	inputs_finish(in);
	return in;
}

static struct sha256
put(struct store *s, const struct inputs *in)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct sha256 root;

	if (store_inputs_put(s, in, &root, &err))
		fail_msg("%s", err.msg);
	return root;
}

static void
same_images(const struct inputs *got, const struct inputs *want)
{
	assert_int_equal(got->images.n, want->images.n);
	for (size_t i = 0; i < want->images.n; i++) {
		const struct input_image *g = &got->images.v[i], *w = &want->images.v[i];

		assert_string_equal(g->ref, w->ref);
		assert_string_equal(g->name ? g->name : "(external)",
				    w->name ? w->name : "(external)");
		assert_string_equal(g->use, w->use);
		assert_string_equal(g->id, w->id);
		assert_int_equal(g->line, w->line);
	}
}

static void
same_remotes(const struct inputs *got, const struct inputs *want)
{
	assert_int_equal(got->remotes.n, want->remotes.n);
	for (size_t i = 0; i < want->remotes.n; i++) {
		assert_string_equal(got->remotes.v[i].url, want->remotes.v[i].url);
		assert_string_equal(got->remotes.v[i].value, want->remotes.v[i].value);
		assert_int_equal(got->remotes.v[i].line, want->remotes.v[i].line);
	}
}

static void
check_same(const struct inputs *got, const struct inputs *want)
{
	AUTO_BUF struct buf g = BUF_INIT, w = BUF_INIT;

	buf_init(&g, 0);
	buf_init(&w, 0);
	inputs_canonical(got, &g);
	inputs_canonical(want, &w);
	assert_string_equal(g.data, w.data);
	assert_memory_equal(got->key.b, want->key.b, SHA256_LEN);
	assert_int_equal(got->files.n, want->files.n);
	for (size_t i = 0; i < want->files.n; i++)
		assert_int_equal(got->files.v[i].size, want->files.v[i].size);
	same_images(got, want);
	same_remotes(got, want);
	assert_string_equal(got->source.url ? got->source.url : "none",
			    want->source.url ? want->source.url : "none");
	if (want->source.url) {
		assert_string_equal(got->source.ref, want->source.ref);
		assert_string_equal(got->source.commit, want->source.commit);
	}
	assert_string_equal(got->dockerfile_path, want->dockerfile_path);
	assert_int_equal(got->dockerfile_text.n, want->dockerfile_text.n);
	assert_memory_equal(got->dockerfile_text.p, want->dockerfile_text.p,
			    want->dockerfile_text.n);
}

static void
check_get(struct store *s, struct sha256 root, const struct inputs *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct inputs *got = NULL;

	assert_int_equal(store_inputs_get(s, root, &got, &err), 1);
	check_same(got, want);
	inputs_free(got);
}

static void
test_a_set_comes_back_as_it_was(void **state)
{
	struct store *s = open_store(*state);
	struct inputs *in = some_inputs("deep");
	struct sha256 root = put(s, in);

	check_get(s, root, in);
	store_close(s);
	s = open_store(*state);
	check_get(s, root, in);
	store_close(s);
	inputs_free(in);
}

static void
test_an_empty_set(void **state)
{
	struct store *s = open_store(*state);
	struct inputs *in = inputs_new();

	in->dockerfile_path = "Dockerfile";
	in->dockerfile_text = STR_LIT("");
	inputs_finish(in);
	check_get(s, put(s, in), in);
	store_close(s);
	inputs_free(in);
}

static void
test_the_same_set_again_writes_nothing(void **state)
{
	struct store *s = open_store(*state);
	struct inputs *one = some_inputs("deep"), *two = some_inputs("deep");
	struct sha256 a = put(s, one), b;
	int64_t before = count_nodes(*state);

	b = put(s, two);
	assert_memory_equal(a.b, b.b, SHA256_LEN);
	assert_int_equal(count_nodes(*state), before);
	inputs_free(one);
	inputs_free(two);
	store_close(s);
}

/* New are the folder of the file, those above it (c, b, a and the top), and the root that names
 * the tree: what lies beside is shared. */
static void
test_sets_that_differ_in_a_file_share_the_rest(void **state)
{
	struct store *s = open_store(*state);
	struct inputs *one = some_inputs("deep"), *two = some_inputs("deeper");
	struct sha256 a = put(s, one), b;
	int64_t before = count_nodes(*state);

	b = put(s, two);
	assert_int_equal(count_nodes(*state) - before, 5);
	check_get(s, a, one);
	check_get(s, b, two);
	inputs_free(one);
	inputs_free(two);
	store_close(s);
}

static void
test_a_missing_node_is_a_missing_set(void **state)
{
	struct store *s = open_store(*state);
	struct inputs *in = some_inputs("deep"), *got = NULL;
	struct sha256 root = put(s, in), again;
	const struct str text = in->dockerfile_text;

	assert_int_equal(store_inputs_get(s, sha256_of("no", 2), &got, NULL), 0);
	store_close(s);
	forget_node(*state, sha256_of(text.p, text.n));
	s = open_store(*state);
	assert_int_equal(store_inputs_get(s, root, &got, NULL), 0);
	assert_null(got);
	again = put(s, in);
	assert_memory_equal(again.b, root.b, SHA256_LEN);
	check_get(s, root, in);
	store_close(s);
	inputs_free(in);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_set_comes_back_as_it_was),
		CASE(test_an_empty_set),
		CASE(test_the_same_set_again_writes_nothing),
		CASE(test_sets_that_differ_in_a_file_share_the_rest),
		CASE(test_a_missing_node_is_a_missing_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
