/* SPDX-License-Identifier: Apache-2.0 */
/* t-render_github.c: what a runner of GitHub Actions gets to read, byte for byte. */
#include "cli/render_github.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
assert_text(const struct buf *b, const char *want)
{
	assert_string_equal(b->data ? b->data : "", want);
}

/* --- commands */

static void
test_note(void **state UNUSED)
{
	static const struct {
		struct render_github_note note;
		const char *want;
	} cases[] = {
		{ { "error", "a/Dockerfile", 3, 0, NULL, "no" },
		  "::error file=a/Dockerfile,line=3::no\n" },
		{ { "error", "a", 3, 7, "t", "no" }, "::error file=a,line=3,col=7,title=t::no\n" },
		{ { "warning", NULL, 3, 7, "t", "x" }, "::warning title=t::x\n" },
		{ { "notice", NULL, 0, 0, NULL, "x" }, "::notice::x\n" },
		{ { "error", "a:b,c%\n", 1, 0, "x: y, z", "100%\r\nof: a, b" },
		  "::error file=a%3Ab%2Cc%25%0A,line=1,title=x%3A y%2C z::100%25%0D%0Aof: a, b\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_BUF struct buf b = BUF_INIT;

		render_github_note(&b, &cases[i].note);
		assert_text(&b, cases[i].want);
	}
}

static void
test_group(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;

	render_github_group(&b, "T", "an\nimage",
			    STR_LIT("::error::a\n##[add-mask]b\n\x1b[1m\xff"));
	assert_text(&b, "::group::an%0Aimage\n::stop-commands::T\n::error::a\n##[add-mask]b\n"
			"\\x1b[1m\\xff\n::T::\n::endgroup::\n");
}

static void
test_mask(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;

	render_github_mask(&b, "a%b\nc");
	assert_text(&b, "::add-mask::a%25b%0Ac\n");
}

/* --- a report of three images, parents first: base, web, web-2 */

#define IMAGES 3

struct world {
	struct graph_image images[IMAGES], *order[IMAGES];
	struct graph graph;
	struct project project;
	struct plan_node nodes[IMAGES];
	struct plan plan;
	struct job jobs[IMAGES];
	struct run_result res;
	struct release_image released[IMAGES];
	struct release release;
	struct reason reasons[2];
	struct err err;
	struct err_list mistakes;
	const char *tags[1];
	struct report report;
};

static void
set_digest(char *to, const char *digest)
{
	memcpy(to, digest, strlen(digest) + 1);
}

/* web was rebuilt, base and web-2 are as they were. */
static void
make_world(struct world *w)
{
	static const char *const names[IMAGES] = { "base", "web", "web-2" };

	*w = (struct world){ .tags = { "latest" } };
	w->graph = (struct graph){ .images = w->images, .nimages = IMAGES, .order = w->order };
	w->project = (struct project){ .graph = &w->graph, .graph_path = (char *)"lockstep.yaml" };
	w->plan =
		(struct plan){ .opts = { .project = &w->project }, .nodes = w->nodes, .n = IMAGES };
	for (size_t i = 0; i < IMAGES; i++) {
		w->images[i] = (struct graph_image){ .name = names[i], .index = i };
		w->order[i] = &w->images[i];
		w->nodes[i].image = &w->images[i];
		w->jobs[i] = (struct job){ .image = &w->images[i],
					   .node = &w->nodes[i],
					   .state = JOB_CURRENT };
		set_digest(w->nodes[i].digest, A);
	}
	w->nodes[0].expected_ms = 61000;
	w->jobs[1].state = JOB_BUILT;
	w->jobs[1].worked = true;
	w->jobs[1].started_ms = 1000;
	w->jobs[1].ended_ms = 2500;
	w->reasons[0] = (struct reason){
		.kind = REASON_FILE_CHANGED, .subject = "web/a|b<c>", .added = -1, .removed = -1
	};
	w->reasons[1] = w->reasons[0];
	w->nodes[1].reasons = (struct reasons){ w->reasons, 2 };
	set_digest(w->nodes[1].digest, B);
	set_digest(w->nodes[1].before, A);
	w->res = (struct run_result){
		.run_id = 1, .jobs = w->jobs, .n = IMAGES, .built = 1, .current = 2
	};
	w->report = (struct report){ .plan = &w->plan,
				     .res = &w->res,
				     .err = &w->err,
				     .mistakes = &w->mistakes,
				     .requests = { .requests = 14 },
				     .elapsed_ms = 12000 };
}

static void
release(struct world *w)
{
	for (size_t i = 0; i < IMAGES; i++) {
		w->released[i].node = &w->nodes[i];
		set_digest(w->released[i].was, A);
	}
	w->released[1].moved = true;
	w->released[2].was[0] = '\0';
	w->released[2].moved = true;
	w->release = (struct release){ .images = w->released, .n = IMAGES };
	w->report.release = &w->release;
	w->report.commit = "0123456789abcdef";
	w->report.tags = w->tags;
	w->report.ntags = 1;
}

static void
break_web(struct world *w)
{
	w->jobs[1].state = JOB_FAILED;
	w->jobs[1].message = (char *)"web/Dockerfile:3: exit 1: no such `thing`";
	w->jobs[1].cause = (char *)"exit 1: no such `thing`";
	w->jobs[1].hint = (char *)"the whole output: lockstep log web";
	w->jobs[1].where = (struct err_where){ (char *)"web/Dockerfile", 3, 0 };
	w->jobs[2].state = JOB_SKIPPED;
	w->jobs[2].message = (char *)"'web' failed";
	w->nodes[1].digest[0] = w->nodes[2].digest[0] = '\0';
	w->res.built = 0;
	w->res.current = 1;
	w->res.failed = w->res.skipped = 1;
	w->err = (struct err){ .class = ERR_FAILED, .msg = (char *)"1 of 2 images failed" };
}

#define HEAD                                                                                       \
	"| image | result | why | digest before | digest now | time | time saved |\n"              \
	"|---|---|---|---|---|---|---|\n"
#define SHORT_A "`sha256:aaaaaaaaaaaa…`"
#define SHORT_B "`sha256:bbbbbbbbbbbb…`"

static void
test_summary(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	release(&w);
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MAX);
	assert_text(&b, "### lockstep: 1 built, 2 up to date\n\n" HEAD
			"| `base` | up to date |  | " SHORT_A " | " SHORT_A " |  | 1 min 01 s |\n"
			"| `web` | built | web/a\\|b\\<c\\> changed, and 1 more | " SHORT_A
			" | " SHORT_B " | 1.5 s |  |\n"
			"| `web-2` | up to date |  | – | " SHORT_A " |  |  |\n\n"
			"Released 3 images as `0123456`: `latest` moved for 2.\n\n"
			"12 s, about 1 min 01 s saved against rebuilding all; 14 requests to the "
			"registry.\n");
}

static void
test_summary_failed(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	break_web(&w);
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MAX);
	assert_text(
		&b,
		"### lockstep: 0 built, 1 up to date, 1 failed, 1 skipped\n\n" HEAD
		"| `base` | up to date |  | " SHORT_A " | " SHORT_A " |  | 1 min 01 s |\n"
		"| `web` | **failed** | web/Dockerfile:3: exit 1: no such \\`thing\\` | " SHORT_A
		" | – | 1.5 s |  |\n"
		"| `web-2` | skipped | 'web' failed | – | – |  |  |\n\n"
		"**Failed:** 1 of 2 images failed\n\n"
		"12 s, about 1 min 01 s saved against rebuilding all; 14 requests to the "
		"registry.\n");
}

enum { MANY = 700 };

/* Long names and messages of everything: images that failed, pods, tags, the registry, the run. */
static void
make_crowd(struct world *w, struct run_pod *pods, struct pod *pod, const char **tags)
{
	static char text[5000], tag[129];

	memset(text, '`', sizeof(text) - 1);
	memset(tag, 't', sizeof(tag) - 1);
	make_world(w);
	break_web(w);
	w->jobs[1].message = w->jobs[2].message = text;
	for (size_t i = 0; i < MANY; i++) {
		pods[i] =
			(struct run_pod){ .pod = pod, .state = RUN_POD_PASSED, .elapsed_ms = 1000 };
		tags[i] = tag;
	}
	pods[MANY - 1].state = RUN_POD_FAILED;
	pods[MANY - 1].message = text;
	w->res.pods = pods;
	w->res.npods = MANY;
	w->res.pods_failed = 1;
	w->plan.nunknown = 1;
	w->plan.unknown = (struct err){ .class = ERR_TEMPORARY, .msg = text };
	w->err.msg = text;
	release(w);
	w->report.tags = tags;
	w->report.ntags = MANY;
}

/* What finds no room is counted, and the summary is never larger than it may be. */
static void
test_summary_cut(void **state UNUSED)
{
	struct graph_pod graph = { .name = "agents" };
	struct pod pod = { .graph = &graph };
	struct run_pod pods[MANY];
	const char *tags[MANY];

	for (size_t max = RENDER_GITHUB_SUMMARY_MIN; max < 64u << 10; max += 99) {
		AUTO_BUF struct buf b = BUF_INIT, released = BUF_INIT;
		struct world w;

		make_crowd(&w, pods, &pod, tags);
		render_github_summary(&b, &w.report, max);
		assert_in_range(b.len, 1, max);
		assert_non_null(strstr(b.data, "\nPod `agents` **failed** (1.0 s): "));
		assert_non_null(strstr(b.data, " more pods find no room here.\n"));
		assert_non_null(strstr(b.data, "\n**Failed:** "));
		assert_non_null(strstr(b.data, "requests to the registry.\n"));
		w.err.class = ERR_NONE;
		render_github_summary(&released, &w.report, max);
		assert_in_range(released.len, 1, max);
		assert_non_null(strstr(released.data, "t` and 690 more moved for 2.\n"));
	}
}

/* A table of more rows than there is room for is as long as it can be. */
static void
test_summary_of_many_images(void **state UNUSED)
{
	static struct graph_image images[MANY], *order[MANY];
	static struct plan_node nodes[MANY];
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	for (size_t i = 0; i < MANY; i++) {
		images[i] = (struct graph_image){ .name = "image", .index = i };
		order[i] = &images[i];
		nodes[i].image = &images[i];
	}
	w.graph = (struct graph){ .images = images, .nimages = MANY, .order = order };
	w.plan.nodes = nodes;
	w.plan.n = MANY;
	w.report.res = NULL;
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MIN);
	assert_in_range(b.len, RENDER_GITHUB_SUMMARY_MIN - 200, RENDER_GITHUB_SUMMARY_MIN);
	assert_non_null(strstr(b.data, " more images find no room here.\n\n12 s; 14 requests"));
}

static void
test_summary_of_pods_and_silence(void **state UNUSED)
{
	struct graph_pod graph = { .name = "agents" };
	struct pod pod = { .graph = &graph };
	struct run_pod pods[] = { { .pod = &pod,
				    .state = RUN_POD_FAILED,
				    .message = (char *)"no `page`",
				    .elapsed_ms = 2500 },
				  { .pod = &pod, .state = RUN_POD_OPEN } };
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	w.res.pods = pods;
	w.res.npods = 2;
	w.res.pods_failed = w.res.degraded = 1;
	w.plan.nunknown = 1;
	w.plan.unknown = (struct err){ .class = ERR_TEMPORARY, .msg = (char *)"answers 500" };
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MAX);
	assert_true(str_starts(buf_str(&b), STR_LIT("### lockstep: 1 built, 2 up to date, "
						    "1 degraded, 1 pod failed\n\n")));
	assert_non_null(strstr(b.data, "\nPod `agents` **failed** (2.5 s): no \\`page\\`.\n\n"
				       "The registry gave no answer about 1 image: answers 500."
				       "\n\n12 s"));
}

static void
test_summary_of_what_is_not_reproducible(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	w.nodes[0].not_reproducible = true;
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MAX);
	assert_non_null(strstr(b.data,
			       "| `base` | up to date | ; **not reproducible**: another image "
			       "had its key already, and is kept | "));
}

static void
test_summary_without_plan(void **state UNUSED)
{
	struct err mistake = { .class = ERR_INPUT,
			       .where = { (char *)"lockstep.yaml", 2, 1 },
			       .msg = (char *)"unknown key 'x*y'" };
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	w.report.plan = NULL;
	w.report.res = NULL;
	w.report.requests.requests = 0;
	w.err.class = ERR_INPUT;
	w.mistakes = (struct err_list){ &mistake, 1 };
	render_github_summary(&b, &w.report, RENDER_GITHUB_SUMMARY_MAX);
	assert_text(&b, "### lockstep: failed\n\n\n"
			"**Failed:** lockstep.yaml:2:1: unknown key 'x\\*y'\n\n12 s.\n");
}

/* --- annotations */

static void
test_notes(void **state UNUSED)
{
	static const struct {
		struct render_github_places places;
		const char *file;
	} cases[] = {
		{ { NULL, NULL }, "web/Dockerfile" },
		{ { "/w/r", "/w/r" }, "web/Dockerfile" },
		{ { "/w/r", "/w/r/sub" }, "sub/web/Dockerfile" },
		{ { "/w/r", "/w/rest" }, "web/Dockerfile" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_FREE char *want = xasprintf(
			"::error file=%s,line=3,title=web failed::exit 1: no such `thing`%%0A"
			"the whole output: lockstep log web\n"
			"::warning::base is not reproducible: the registry had another image "
			"under its key, which is kept\n",
			cases[i].file);
		AUTO_BUF struct buf b = BUF_INIT;
		struct world w;

		make_world(&w);
		break_web(&w);
		w.nodes[0].not_reproducible = true;
		render_github_notes(&b, &w.report, &cases[i].places);
		assert_text(&b, want);
	}
}

static void
test_checks_and_limit(void **state UNUSED)
{
	enum { CHECKS = 12 };
	struct render_github_places places = { NULL, NULL };
	struct graph_check check = { .kind = GRAPH_CHECK_ABSENT, .at = { 7, 9 } };
	struct check_result results[CHECKS];
	AUTO_BUF struct buf b = BUF_INIT, want = BUF_INIT;
	struct world w;

	check.spec = json_pack("{s:s}", "absent", "curl");
	make_world(&w);
	break_web(&w);
	for (size_t i = 0; i < CHECKS; i++)
		results[i] = (struct check_result){ .check = &check,
						    .outcome = CHECK_FAILED,
						    .message = (char *)"is \x1b there" };
	results[0].outcome = CHECK_PASSED;
	w.jobs[1].checks = (struct check_results){ results, CHECKS };
	render_github_notes(&b, &w.report, &places);
	for (size_t i = 0; i < 9; i++)
		buf_adds(&want, "::error file=lockstep.yaml,line=7,col=9,"
				"title=web%3A check failed::absent curl: is \\x1b there\n");
	buf_adds(&want, "::error::2 more are in the log\n");
	assert_string_equal(b.data, want.data);
	json_decref(check.spec);
}

static void
test_note_of_the_run(void **state UNUSED)
{
	struct render_github_places places = { NULL, NULL };
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	w.err = (struct err){ .class = ERR_TEMPORARY,
			      .msg = (char *)"no answer",
			      .hint = (char *)"try again" };
	render_github_notes(&b, &w.report, &places);
	assert_text(&b, "::error title=lockstep::no answer%0Atry again\n");
}

/* --- outputs */

static void
test_outputs(void **state UNUSED)
{
	AUTO_BUF struct buf b = BUF_INIT;
	struct world w;

	make_world(&w);
	render_github_outputs(&b, &w.report);
	assert_text(&b, "changed=[\"web\"]\nany_changed=true\n"
			"digests={\"base\":\"" A "\",\"web\":\"" B "\",\"web-2\":\"" A "\"}\n"
			"digest_base=" A "\ndigest_web=" B "\ndigest_web_2=" A "\n");
	buf_clear(&b);
	release(&w);
	w.released[1].moved = false;
	w.images[0].name = "web/2";
	render_github_outputs(&b, &w.report);
	assert_text(&b, "changed=[\"web-2\"]\nany_changed=true\n"
			"digests={\"web\":\"" B "\",\"web-2\":\"" A "\",\"web/2\":\"" A "\"}\n"
			"digest_web=" B "\n");
	buf_clear(&b);
	w.report.plan = NULL;
	w.report.release = NULL;
	render_github_outputs(&b, &w.report);
	assert_text(&b, "changed=[]\nany_changed=false\ndigests={}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_summary_failed),
		cmocka_unit_test(test_summary_cut),
		cmocka_unit_test(test_summary_of_many_images),
		cmocka_unit_test(test_summary_of_pods_and_silence),
		cmocka_unit_test(test_summary_of_what_is_not_reproducible),
		cmocka_unit_test(test_summary_without_plan),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_checks_and_limit),
		cmocka_unit_test(test_note_of_the_run),
		cmocka_unit_test(test_outputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
