/* SPDX-License-Identifier: Apache-2.0 */
/* t-stage.c: the staged context is what was hashed, or there is none. */
#include "engine/collect.h"
#include "engine/stage.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

struct staged {
	struct project *p;
	struct pool *pool;
	struct key_result made;
	char *dir;
	struct err err;
};

/* The image of dir/ctx, hashed. */
static struct staged
hashed(const char *dir)
{
	AUTO_FREE char *graph = tmp_path(dir, "lockstep.yaml");
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct project_opts opts = { .graph_file = graph, .builder = BUILDER_BUILDAH };
	struct staged s = { .pool = pool_new(2), .dir = tmp_path(dir, "staged") };

	tmp_text(dir, "lockstep.yaml", "version: 1\nimages:\n  it: { context: ctx }\n");
	tmp_text(dir, "ctx/Dockerfile", "FROM scratch\nCOPY d /\n");
	if (project_load(&opts, &s.p, &errs, &s.err))
		fail_msg("%s", s.err.msg ? s.err.msg : errs.items[0].msg);
	s.made = (struct key_result){ .arena = arena_new(),
				      .recipe = s.p->sources[0].edges,
				      .inputs = inputs_new(),
				      .complete = true };
	if (collect_files(&(struct collect_opts){ .project = s.p,
						  .image = &s.p->graph->images[0],
						  .recipe = s.made.recipe,
						  .pool = s.pool },
			  s.made.inputs, &errs, &s.err))
		fail_msg("%s", s.err.msg);
	inputs_finish(s.made.inputs);
	return s;
}

static int
stage(struct staged *s)
{
	struct stage_opts opts = { .project = s->p,
				   .image = &s->p->graph->images[0],
				   .made = &s->made,
				   .pool = s->pool,
				   .dir = s->dir };

	return stage_make(&opts, &s->err);
}

static void
done(struct staged *s)
{
	key_result_fini(&s->made);
	project_free(s->p);
	pool_free(s->pool);
	free(s->dir);
	err_clear(&s->err);
}

static void
test_modes_and_times_are_uniform(void **state)
{
	AUTO_FREE char *run = NULL;
	struct staged s;
	struct stat st;

	tmp_write(*state, "ctx/d/run", STR_LIT("#!/bin/sh\n"), 04711);
	s = hashed(*state);
	assert_int_equal(stage(&s), 0);
	run = tmp_path(s.dir, "context/d/run");
	assert_int_equal(stat(run, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtim.tv_sec, 0);
	done(&s);
}

/* What is not in the key does not reach the build: an edit after hashing is an error. */
static void
test_files_that_change_after_they_were_hashed(void **state)
{
	struct staged s;

	tmp_text(*state, "ctx/d/f", "one");
	s = hashed(*state);
	tmp_text(*state, "ctx/d/f", "two");
	assert_int_equal(stage(&s), -ERR_INPUT);
	assert_non_null(strstr(s.err.msg, "'ctx/d/f' changed while it was read"));
	assert_string_equal(s.err.hint,
			    "nothing was recorded; build again when the files are at rest");
	done(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_modes_and_times_are_uniform),
		CASE(test_files_that_change_after_they_were_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
