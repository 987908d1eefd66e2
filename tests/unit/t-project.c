/* SPDX-License-Identifier: Apache-2.0 */
/* t-project.c: the graph file found, everything it names read, and all mistakes told at once. */
#include "engine/project.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static int
load(struct project_opts opts, struct project **ret, struct err_list *errs, struct err *err)
{
	opts.builder = BUILDER_BUILDAH;
	return project_load(&opts, ret, errs, err);
}

/* Loads what must be right. */
static struct project *
good(struct project_opts opts)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	struct project *p = NULL;

	if (load(opts, &p, &errs, &err))
		fail_msg("%s", err.msg ? err.msg : errs.items[0].msg);
	return p;
}

static void
write_two(const char *dir)
{
	tmp_text(dir, "lockstep.yaml",
		 "version: 1\nregistry: localhost/t\nimages:\n"
		 "  app: { context: x/app }\n  base: { context: x/base }\n");
	tmp_text(dir, "x/app/Containerfile", "FROM localhost/t/base:7\n");
	tmp_text(dir, "x/app/.containerignore", "*.o\n");
	tmp_text(dir, "x/base/Dockerfile", "FROM scratch\nCOPY f /\n");
}

static void
test_edges_come_from_the_dockerfiles(void **state)
{
	struct project *p;

	write_two(*state);
	p = good((struct project_opts){ .dir = *state });
	assert_string_equal(p->root, *state);
	assert_string_equal(p->scope, "localhost/t");
	assert_int_equal(p->graph->nimages, 2);
	assert_string_equal(p->graph->order[0]->name, "base");
	assert_int_equal(p->graph->images[0].nparents, 1);
	assert_string_equal(p->graph->images[0].parents[0]->name, "base");
	assert_string_equal(p->sources[0].df_path, "x/app/Containerfile");
	assert_string_equal(p->sources[0].ignore_path, "x/app/.containerignore");
	assert_non_null(p->sources[0].ignore);
	assert_null(p->sources[1].ignore);
	assert_string_equal(project_tree_path(p, &p->graph->images[0], STR_LIT("a/b")),
			    "x/app/a/b");
	assert_string_equal(project_tree_path(p, &p->graph->images[0], STR_LIT(".")), "x/app");
	project_free(p);
}

static void
test_the_graph_file_is_looked_for_upwards(void **state)
{
	AUTO_FREE char *below = tmp_path(*state, "x/app"), *nearer = NULL;
	struct project *p;

	write_two(*state);
	p = good((struct project_opts){ .dir = below });
	assert_string_equal(p->root, *state);
	project_free(p);
	tmp_text(*state, "x/lockstep.yml", "version: 1\nimages:\n  only: { context: base }\n");
	nearer = tmp_path(*state, "x");
	p = good((struct project_opts){ .dir = below });
	assert_string_equal(p->root, nearer);
	assert_string_equal(p->scope, nearer);
	project_free(p);
}

static void
test_paths_are_shown_from_where_we_stand(void **state)
{
	AUTO_FREE char *below = tmp_path(*state, "x/app"), *was = getcwd(NULL, 0);
	struct project *p;

	write_two(*state);
	assert_int_equal(chdir(below), 0);
	p = good((struct project_opts){ 0 });
	assert_string_equal(p->graph_path, "../../lockstep.yaml");
	assert_string_equal(project_shown(p, &p->graph->images[0], "x/base/f"), "../../x/base/f");
	project_free(p);
	assert_int_equal(chdir(*state), 0);
	p = good((struct project_opts){ 0 });
	assert_string_equal(project_shown(p, &p->graph->images[0], "x/base/f"), "x/base/f");
	project_free(p);
	assert_int_equal(chdir(was), 0);
}

static void
test_all_mistakes_are_told_at_once(void **state)
{
	static const char *const want[] = {
		"image 'gone': context 'gone' is no folder",
		"image 'bare': neither Dockerfile nor Containerfile in 'bare'",
		"image 'named': no Dockerfile at 'named/other'",
		("image 'cpp': 'cpp/Containerfile.in' is meant for a preprocessor, which "
		 "lockstep does not run"),
	};
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *was = getcwd(NULL, 0);
	struct project *p = NULL;
	size_t found = 0;

	tmp_text(*state, "lockstep.yaml",
		 "version: 1\nimages:\n"
		 "  gone: { context: gone }\n"
		 "  bare: { context: bare }\n"
		 "  named: { context: named, dockerfile: other }\n"
		 "  wrong: { context: wrong }\n"
		 "  cpp: { context: cpp, dockerfile: Containerfile.in }\n"
		 "  empty: { context: empty }\n");
	tmp_mkdir(*state, "bare");
	tmp_mkdir(*state, "named");
	tmp_text(*state, "cpp/Containerfile.in", "FROM scratch\n#include \"x\"\n");
	tmp_text(*state, "wrong/Dockerfile", "FROM scratch\nCOYP a /\n");
	tmp_text(*state, "empty/Dockerfile", "ARG TAG\nFROM debian:${TAG}\n");
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(load((struct project_opts){ 0 }, &p, &errs, &err), -ERR_INPUT);
	assert_int_equal(chdir(was), 0);
	assert_null(err.msg);
	assert_null(p);
	err_list_sort(&errs);
	for (size_t i = 0; i < errs.n; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(want); k++)
			if (!strcmp(errs.items[i].msg, want[k]))
				found |= (size_t)1 << k;
		if (!strcmp(errs.items[i].where.file, "wrong/Dockerfile"))
			found |= 16;
		if (!strcmp(errs.items[i].where.file, "empty/Dockerfile"))
			found |= 32;
	}
	assert_int_equal(found, 63);
	assert_int_equal(errs.n, 6);
}

static void
test_links_are_named_as_such(void **state)
{
	static const char *const want[] = {
		"image 'context': 'to' is a symbolic link (name the folder itself)",
		"image 'file': 'f/Dockerfile' is a symbolic link (name the file itself with "
		"`dockerfile:`)",
		"image 'ignore': 'i/.dockerignore' is a symbolic link (put the ignore file itself "
		"there)",
	};
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *was = getcwd(NULL, 0);
	struct project *p = NULL;

	tmp_text(*state, "lockstep.yaml",
		 "version: 1\nimages:\n  context: { context: to }\n  file: { context: f }\n"
		 "  ignore: { context: i }\n");
	tmp_text(*state, "i/Dockerfile", "FROM scratch\n");
	tmp_mkdir(*state, "f");
	assert_int_equal(chdir(*state), 0);
	assert_int_equal(symlink("i", "to"), 0);
	assert_int_equal(symlink("../i/Dockerfile", "f/Dockerfile"), 0);
	assert_int_equal(symlink("nowhere", "i/.dockerignore"), 0);
	assert_int_equal(load((struct project_opts){ 0 }, &p, &errs, &err), -ERR_INPUT);
	assert_int_equal(chdir(was), 0);
	err_list_sort(&errs);
	assert_int_equal(errs.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < errs.n; i++) {
		AUTO_FREE char *got = xasprintf("%s (%s)", errs.items[i].msg, errs.items[i].hint);

		assert_string_equal(got, want[i]);
	}
}

static void
test_no_graph_file(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *want = NULL;
	struct project *p = NULL;

	want = xasprintf("no lockstep.yaml here or in any folder above '%s'", (char *)*state);
	assert_int_equal(load((struct project_opts){ .dir = *state }, &p, &errs, &err), -ERR_INPUT);
	assert_string_equal(err.msg, want);
	assert_int_equal(errs.n, 0);
}

static void
test_images_that_are_not_there_yet(void **state)
{
	struct project *p;

	tmp_text(*state, "lockstep.yaml", "version: 1\nimages:\n  later: { context: later }\n");
	p = good((struct project_opts){ .dir = *state, .tolerate_missing = true });
	assert_true(p->sources[0].absent);
	assert_null(p->sources[0].df);
	project_free(p);
}

static void
test_a_commit_instead_of_the_working_tree(void **state)
{
	struct project *p;

	write_two(*state);
	TMP_RUN(*state, "git", "init", "-q", ".");
	TMP_RUN(*state, "git", "add", "-A");
	TMP_RUN(*state, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c",
		"commit.gpgsign=false", "commit", "-q", "-m", "first");
	tmp_text(*state, "x/base/Dockerfile", "FROM scratch\n# not committed\n");
	tmp_text(*state, "lockstep.yaml", "version: 1\nimages:\n  other: { context: x/base }\n");
	p = good((struct project_opts){ .dir = *state, .commit = "HEAD", .graph_in_commit = true });
	assert_int_equal(p->graph->nimages, 2);
	assert_int_equal(strlen(p->head), 40);
	assert_string_equal(p->sources[1].df_text.p, "FROM scratch\nCOPY f /\n");
	project_free(p);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_edges_come_from_the_dockerfiles),
		CASE(test_the_graph_file_is_looked_for_upwards),
		CASE(test_paths_are_shown_from_where_we_stand),
		CASE(test_all_mistakes_are_told_at_once),
		CASE(test_links_are_named_as_such),
		CASE(test_no_graph_file),
		CASE(test_images_that_are_not_there_yet),
		CASE(test_a_commit_instead_of_the_working_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
