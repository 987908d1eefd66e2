/* SPDX-License-Identifier: Apache-2.0 */
/* t-report.c: JUnit XML of builds and checks, well formed for any bytes. */
#include "cli/report.h"

#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct world {
	struct graph_check check;
	struct graph_image image, *order[1];
	struct graph graph;
	struct project project;
	struct plan_node node;
	struct plan plan;
	struct check_result result;
	struct job job;
	struct run_result res;
	struct err err;
	struct err_list mistakes;
	struct report report;
};

/* One image with one check, built and checked. */
static void
make_world(struct world *w)
{
	*w = (struct world){ .check = { .kind = GRAPH_CHECK_ABSENT,
					.spec = json_pack("{s:s}", "absent", "curl"),
					.at = { 7, 9 } },
			     .order = { &w->image } };
	w->image = (struct graph_image){ .name = "web", .checks = &w->check, .nchecks = 1 };
	w->graph = (struct graph){ .images = &w->image, .nimages = 1, .order = w->order };
	w->project = (struct project){ .graph = &w->graph, .graph_path = (char *)"lockstep.yaml" };
	w->node = (struct plan_node){ .image = &w->image };
	w->plan = (struct plan){ .opts = { .project = &w->project }, .nodes = &w->node, .n = 1 };
	w->result = (struct check_result){ .check = &w->check, .duration_ms = 12 };
	w->job = (struct job){ .image = &w->image,
			       .node = &w->node,
			       .state = JOB_BUILT,
			       .started_ms = 1000,
			       .ended_ms = 3500,
			       .checks = { &w->result, 1 } };
	w->res = (struct run_result){ .run_id = 1, .jobs = &w->job, .n = 1 };
	w->report = (struct report){ .plan = &w->plan,
				     .res = &w->res,
				     .err = &w->err,
				     .mistakes = &w->mistakes,
				     .elapsed_ms = 4001 };
}

#define HEAD(tests, failures, skipped)                                                             \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\" tests=\"" tests \
	"\" failures=\"" failures "\" skipped=\"" skipped "\" time=\"4.001\">\n"
#define SUITE(tests, failures, skipped)                                                            \
	"  <testsuite name=\"web\" tests=\"" tests "\" failures=\"" failures                       \
	"\" skipped=\"" skipped "\">\n"
#define CHECK                                                                                      \
	"    <testcase classname=\"web\" name=\"absent curl\" file=\"lockstep.yaml\" line=\"7\""
#define TAIL "  </testsuite>\n</testsuites>\n"
/* The whole of a run of one image; build and check are what their cases say. */
#define WEB(failures, skipped, build, check)                                                       \
	HEAD("2", failures, skipped)                                                               \
	SUITE("2", failures, skipped)                                                              \
	"    <testcase classname=\"web\" name=\"build\"" build "\n" CHECK " " check "\n" TAIL
#define NOT_RUN "time=\"0.000\"><skipped message=\"not run\"/></testcase>"

static void
assert_junit(struct world *w, const char *want)
{
	AUTO_BUF struct buf b = BUF_INIT;

	report_junit(&w->report, &b);
	assert_string_equal(b.data, want);
	json_decref(w->check.spec);
}

static void
test_passed(void **state UNUSED)
{
	struct world w;

	make_world(&w);
	assert_junit(&w, WEB("0", "0", " time=\"2.500\"/>", "time=\"0.012\"/>"));
}

/* A check that passed before on the same image is one that passed; one that is open was not run. */
static void
test_not_run(void **state UNUSED)
{
	struct world w;

	make_world(&w);
	w.report.res = NULL;
	assert_junit(&w, WEB("0", "0", " time=\"0.000\"/>", "time=\"0.000\"/>"));
	make_world(&w);
	w.report.res = NULL;
	w.node.open_checks = 1;
	assert_junit(&w, WEB("0", "1", " time=\"0.000\"/>", NOT_RUN));
}

static void
test_build_failed(void **state UNUSED)
{
	struct world w;

	make_world(&w);
	w.job.state = JOB_FAILED;
	w.job.checks.n = 0;
	w.job.message = (char *)"web/Dockerfile:3: exit 1: no";
	w.job.where = (struct err_where){ (char *)"web/Dockerfile", 3, 0 };
	w.node.state = PLAN_BUILD;
	w.err.class = ERR_FAILED;
	assert_junit(&w, WEB("1", "1",
			     " file=\"web/Dockerfile\" line=\"3\" time=\"2.500\">"
			     "<failure message=\"web/Dockerfile:3: exit 1: no\"/></testcase>",
			     NOT_RUN));
}

/* Nothing that a check says can break the document or be lost. */
static void
test_any_bytes(void **state UNUSED)
{
	struct world w;

	make_world(&w);
	w.job.state = JOB_FAILED;
	w.result.outcome = CHECK_FAILED;
	w.result.message = (char *)"<a b=\"c\">&'\n\t\x01\x7f\xc2\x85\xff"
				   "ä\xef\xbf\xbe\xed\xa0\x80]]>\xf0\x9f\x90\xb3";
	w.err.class = ERR_FAILED;
	assert_junit(
		&w,
		WEB("1", "0", " time=\"2.500\"/>",
		    "time=\"0.012\"><failure message=\"&#60;a b=&#34;c&#34;&#62;&#38;&#39;&#10;&#9;"
		    "\\x01\\x7f\\xc2\\x85\\xffä\\xef\\xbf\\xbe\\xed\\xa0\\x80]]&#62;\xf0\x9f\x90\xb3"
		    "\"/></testcase>"));
}

static void
test_no_plan(void **state UNUSED)
{
	struct world w;

	make_world(&w);
	w.report.plan = NULL;
	w.report.res = NULL;
	w.err = (struct err){ .class = ERR_TEMPORARY, .msg = (char *)"no answer" };
	assert_junit(
		&w,
		HEAD("1", "1",
		     "0") "  <testsuite name=\"lockstep\" tests=\"1\" failures=\"1\" skipped=\"0\">\n"
			  "    <testcase classname=\"lockstep\" name=\"ci\" time=\"0.000\">"
			  "<failure message=\"no answer\"/></testcase>\n" TAIL);
}

/* What changed is what the release moved; without one, what came out anew. */
static void
test_changed(void **state UNUSED)
{
	static const struct {
		enum job_state state;
		bool same_image, same_content, released, moved, want;
	} cases[] = {
		{ .state = JOB_BUILT, .want = true },
		{ .state = JOB_BUILT, .same_image = true },
		{ .state = JOB_BUILT, .same_content = true },
		{ .state = JOB_CURRENT },
		{ .state = JOB_BUILT, .released = true },
		{ .state = JOB_CURRENT, .released = true, .moved = true, .want = true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w;
		struct release_image released = { .node = &w.node, .moved = cases[i].moved };
		struct release release = { .images = &released, .n = 1 };

		make_world(&w);
		w.job.state = cases[i].state;
		w.job.same_image = cases[i].same_image;
		w.job.same_content = cases[i].same_content;
		if (cases[i].released)
			w.report.release = &release;
		assert_int_equal(report_changed(&w.report, &w.image), cases[i].want);
		json_decref(w.check.spec);
	}
}

static void
assert_fields(json_t *take_j, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!json_object_get(take_j, names[i]))
			fail_msg("no '%s' in %s", names[i], json_canonical(take_j));
	assert_int_equal(json_object_size(take_j), n);
	json_decref(take_j);
}

/* The fields are the same ones whether something was built, nothing had to be, or it came to no plan. */
static void
test_one_shape(void **state UNUSED)
{
	static const char *const names[] = {
		"schema",     "version",   "ok",         "run",      "run_url", "built",
		"up_to_date", "pushed",    "degraded",   "failed",   "skipped", "images",
		"pods",       "cancelled", "elapsed_ms", "saved_ms", "changed", "registry",
		"release",    "event",     "error",      "mistakes",
	};
	struct graph_pod pods[] = { { .name = "agents" }, { .name = "db" } };
	struct run_pod played[] = { { .state = RUN_POD_PASSED, .elapsed_ms = 5 }, { 0 } };
	AUTO_JSON json_t *j = NULL;
	AUTO_FREE char *text = NULL;
	struct world w;

	make_world(&w);
	w.graph.registry = "";
	w.graph.by_name = map_new();
	map_set(w.graph.by_name, STR_LIT("web"), &w.image);
	w.graph.pods = pods;
	w.graph.npods = 2;
	w.res.pods = played;
	w.res.npods = 2;
	w.job.record = (char *)"{\"image\":\"web\"}";
	j = report_json(&w.report);
	text = json_canonical(json_object_get(j, "pods"));
	assert_string_equal(text, "[{\"elapsed_ms\":5,\"outcome\":\"passed\",\"pod\":\"agents\"},"
				  "{\"elapsed_ms\":0,\"outcome\":\"not run\",\"pod\":\"db\"}]");
	assert_string_equal(json_get_text(json_object_get(json_array_get(json_object_get(j,
											 "images"),
									 0),
							  "record"),
					  "image"),
			    "web");
	assert_fields(json_incref(j), names, ARRAY_SIZE(names));
	w.report.res = NULL;
	assert_fields(report_json(&w.report), names, ARRAY_SIZE(names));
	w.report.plan = NULL;
	assert_fields(report_json(&w.report), names, ARRAY_SIZE(names));
	map_free(w.graph.by_name);
	json_decref(w.check.spec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passed),       cmocka_unit_test(test_not_run),
		cmocka_unit_test(test_build_failed), cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_no_plan),      cmocka_unit_test(test_changed),
		cmocka_unit_test(test_one_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
