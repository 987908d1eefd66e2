/* SPDX-License-Identifier: Apache-2.0 */
/* t-collect_hash.c: when a hash of the stat cache is believed, and when the bytes are. */
#include "engine/collect.h"
#include "lib/tmp.h"
#include "store/store_stat.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SECOND_NS 1000000000LL

static const struct sha256 forged = { { 0xf0 } };

struct world {
	const char *dir;
	struct store *store;
	struct pool *pool;
	struct err_list errs;
	struct err err;
};

/* Of a file there no hash is kept, as on tmpfs. */
static bool
is_blind(const char *dir)
{
	AUTO_ERR struct err err = ERR_INIT;
	const struct tree_entry *entry = NULL;
	struct tree *tree = NULL;
	bool blind;

	tmp_text(dir, "probe", "");
	assert_int_equal(tree_open_dir(dir, &tree, &err), 0);
	assert_int_equal(tree_stat(tree, STR_LIT("probe"), &entry, &err), 0);
	blind = entry->stamp.blind;
	tree_free(tree);
	return blind;
}

static struct world
open_world(const char *dir)
{
	struct world w = { .dir = dir };
	struct store_notice notice = { 0 };
	AUTO_FREE char *state = NULL;

	if (is_blind(dir))
		skip();
	w.pool = pool_new(1);
	state = tmp_path(dir, "state");
	tmp_mkdir(dir, "state");
	tmp_text(dir, "lockstep.yaml", "version: 1\nimages:\n  it: { context: ctx }\n");
	tmp_text(dir, "ctx/Dockerfile", "FROM scratch\nCOPY a /a\n");
	tmp_text(dir, "ctx/a", "one\n");
	assert_int_equal(store_open(state, &w.store, &notice, &w.err), 0);
	store_notice_clear(&notice);
	return w;
}

static void
close_world(struct world *w)
{
	store_close(w->store);
	pool_free(w->pool);
	err_list_clear(&w->errs);
	err_clear(&w->err);
}

/* One invocation: what it takes a's hash for. */
static int
hash_of_a(struct world *w, struct collect_trust trust, struct sha256 *ret)
{
	AUTO_FREE char *graph = tmp_path(w->dir, "lockstep.yaml");
	struct project_opts opts = { .graph_file = graph, .builder = BUILDER_BUILDAH };
	struct project *p = NULL;
	struct inputs *in = inputs_new();
	int r = project_load(&opts, &p, &w->errs, &w->err);

	assert_int_equal(r, 0);
	r = collect_files(&(struct collect_opts){ .project = p,
						  .image = &p->graph->images[0],
						  .recipe = p->sources[0].edges,
						  .store = w->store,
						  .trust = trust,
						  .pool = w->pool },
			  in, &w->errs, &w->err);
	if (!r) {
		assert_int_equal(in->files.n, 1);
		*ret = in->files.v[0].hash;
	}
	inputs_free(in);
	project_free(p);
	return r;
}

static void
expect(struct world *w, struct collect_trust trust, struct sha256 want)
{
	char got_text[DIGEST_SIZE], want_text[DIGEST_SIZE];
	struct sha256 got;

	assert_int_equal(hash_of_a(w, trust, &got), 0);
	sha256_digest(got, got_text);
	sha256_digest(want, want_text);
	assert_string_equal(got_text, want_text);
}

/* A row with a's stamp as it is now, that says something else, hashed so long after the last
 * change. */
static void
forge(struct world *w, int64_t after_ns)
{
	AUTO_FREE char *path = tmp_path(w->dir, "ctx/a");
	struct stat st;
	struct tree_stamp stamp = { 0 };

	assert_int_equal(stat(path, &st), 0);
	stamp.dev = st.st_dev;
	stamp.ino = st.st_ino;
	stamp.size = st.st_size;
	stamp.mode = st.st_mode;
	stamp.mtime_ns = st.st_mtim.tv_sec * SECOND_NS + st.st_mtim.tv_nsec;
	stamp.ctime_ns = st.st_ctim.tv_sec * SECOND_NS + st.st_ctim.tv_nsec;
	assert_int_equal(store_stat_put(w->store, &stamp, stamp.ctime_ns + after_ns, forged,
					&w->err),
			 0);
}

static void
set_mtime(struct world *w, time_t at)
{
	AUTO_FREE char *path = tmp_path(w->dir, "ctx/a");
	struct timespec times[2] = { { at, 1 }, { at, 1 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
test_a_row_that_fits_is_believed(void **state)
{
	struct world w = open_world(*state);

	forge(&w, 5 * SECOND_NS);
	expect(&w, (struct collect_trust){ 0 }, forged);
	close_world(&w);
}

static void
test_a_racy_row_is_not(void **state)
{
	struct world w = open_world(*state);

	forge(&w, 1000);
	expect(&w, (struct collect_trust){ 0 }, sha256_of("one\n", 4));
	close_world(&w);
}

/* The clock was set back between the change and the hashing. */
static void
test_a_row_from_before_the_file_is_not(void **state)
{
	struct world w = open_world(*state);

	forge(&w, -3600 * SECOND_NS);
	expect(&w, (struct collect_trust){ 0 }, sha256_of("one\n", 4));
	close_world(&w);
}

/* touch -r, cp -p, rsync -t, tar x: size and mtime are those of before, ctime cannot be. */
static void
test_a_time_that_was_put_back_is_seen(void **state)
{
	struct world w = open_world(*state);

	set_mtime(&w, 1000000000);
	forge(&w, 5 * SECOND_NS);
	expect(&w, (struct collect_trust){ 0 }, forged);
	tmp_text(*state, "ctx/a", "two\n");
	set_mtime(&w, 1000000000);
	expect(&w, (struct collect_trust){ 0 }, sha256_of("two\n", 4));
	close_world(&w);
}

static void
test_no_trust_reads_and_renews(void **state)
{
	struct world w = open_world(*state);

	forge(&w, 5 * SECOND_NS);
	expect(&w, (struct collect_trust){ .none = true }, sha256_of("one\n", 4));
	expect(&w, (struct collect_trust){ 0 }, sha256_of("one\n", 4));
	close_world(&w);
}

static void
test_a_sample_finds_a_wrong_row(void **state)
{
	struct world w = open_world(*state);
	struct sha256 ignored;

	forge(&w, 5 * SECOND_NS);
	assert_int_equal(hash_of_a(&w, (struct collect_trust){ .sample = 100 }, &ignored),
			 -ERR_REFUSED);
	assert_non_null(strstr(w.err.msg, "the stat cache is wrong about '"));
	assert_non_null(strstr(w.err.hint, "--no-stat-cache"));
	close_world(&w);
}

static void
test_a_sample_is_some_files_and_not_always_the_same(void **state)
{
	struct world w = open_world(*state);
	struct sha256 ignored;
	int found = 0;

	forge(&w, 5 * SECOND_NS);
	for (int64_t salt = 0; salt < 200; salt++) {
		struct collect_trust trust = { .sample = 10, .salt = salt };

		found += hash_of_a(&w, trust, &ignored) == -ERR_REFUSED;
		err_clear(&w.err);
	}
	assert_in_range(found, 5, 50);
	close_world(&w);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_row_that_fits_is_believed),
		CASE(test_a_racy_row_is_not),
		CASE(test_a_row_from_before_the_file_is_not),
		CASE(test_a_time_that_was_put_back_is_seen),
		CASE(test_no_trust_reads_and_renews),
		CASE(test_a_sample_finds_a_wrong_row),
		CASE(test_a_sample_is_some_files_and_not_always_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
