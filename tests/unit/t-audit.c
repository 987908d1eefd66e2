/* SPDX-License-Identifier: Apache-2.0 */
/* t-audit.c: what a workflow does otherwise than the graph. */
#include "model/audit.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char graph_text[] = "version: 1\n"
				 "registry: ghcr.io/o\n"
				 "images: { base: { context: base }, app: { context: app },\n"
				 "  tool: { context: tool } }\n";

static const char *const files[] = { "base/Dockerfile", "base/a", "app/Dockerfile", "app/b.c",
				     "tool/Dockerfile", "x.md",   "lockstep.yaml" };

/* app stands on base. */
static struct graph *
make_graph(void)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = graph_load(str_c(graph_text), "g", &errs);
	struct graph_edge edge = { &g->images[0], &g->images[1], "app/Dockerfile", 2 };

	assert_int_equal(graph_link(g, &edge, 1, &errs), 0);
	return g;
}

static struct survey *
make_survey(void)
{
	static const char base[] = "FROM scratch\nCOPY a /\n";
	static const char app[] = "ARG T\nFROM ghcr.io/o/base:$T\n";
	struct survey *s = survey_new("root", NULL);
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		survey_file(s, files[i],
			    survey_is_dockerfile(files[i])
				    ? dockerfile_parse(s->arena, str_c(i == 2 ? app : base),
						       files[i], DIALECT_BUILDKIT, &errs)
				    : NULL);
	return s;
}

static void
expect(const char *workflow, const char *want)
{
	static const char *base_paths[] = { "base/Dockerfile", "base/a" };
	static const char *app_paths[] = { "app/Dockerfile", "app/b.c" };
	static const char *tool_paths[] = { "tool/Dockerfile" };
	const struct audit_inputs inputs[] = { { "base", "base/Dockerfile", base_paths, 2 },
					       { "app", "app/Dockerfile", app_paths, 2 },
					       { "tool", "tool/Dockerfile", tool_paths, 1 } };
	const bool own[ARRAY_SIZE(files)] = { [6] = true };
	struct graph *g = make_graph();
	struct audit *a = xcalloc(1, sizeof(*a));
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_BUF struct buf b = BUF_INIT;

	a->arena = arena_new();
	a->graph = g;
	a->survey = make_survey();
	a->inputs = inputs;
	a->is_own = own;
	a->built = arena_calloc(a->arena, g->nimages, sizeof(*a->built));
	audit_workflow(a, "w", yaml_parse(a->arena, str_c(workflow), "w", &errs));
	audit_end(a);
	assert_int_equal(errs.n, 0);
	buf_init(&b, 0);
	for (size_t i = 0; i < a->findings.n; i++)
		buf_addf(&b, "%s:%d:%d %s: %s\n", a->findings.v[i].at.file,
			 a->findings.v[i].at.line, a->findings.v[i].at.col,
			 audit_rule_name(a->findings.v[i].rule), a->findings.v[i].text);
	assert_string_equal(b.data, want);
	audit_free(a);
	graph_free(g);
}

#define STEP(with) "{ uses: docker/build-push-action@v6, with: { " with " } }"
#define BASE STEP("context: base, tags: ghcr.io/o/base")
#define APP STEP("context: app, tags: ghcr.io/o/app, build-args: 'T=${{ github.sha }}'")
#define TOOL STEP("context: tool, tags: ghcr.io/o/tool")

static void
steps_of_one_job_follow_each_other(void **state UNUSED)
{
	expect("jobs: { j: { steps: [ " BASE ", " APP ", " TOOL " ] } }", "");
	expect("jobs:\n  j:\n    steps:\n      - " APP "\n      - " BASE "\n      - " TOOL "\n",
	       "w:4:17 needs: job 'j' builds 'app' and its parent 'base' in no order\n");
}

static void
nothing_is_built(void **state UNUSED)
{
	expect("jobs: { j: { steps: [] } }", "g:3:11 unbuilt: no job builds 'base'\n"
					     "g:3:36 unbuilt: no job builds 'app'\n"
					     "g:4:3 unbuilt: no job builds 'tool'\n");
}

static void
needs_of_jobs(void **state UNUSED)
{
	expect("jobs:\n"
	       "  b: { steps: [ " BASE " ] }\n"
	       "  t: { needs: [ b ], steps: [ " TOOL " ] }\n"
	       "  a: { needs: t, steps: [ " APP " ] }\n",
	       "w:3:17 needs: job 't' waits for 'b', and builds nothing that stands on what that "
	       "builds\n"
	       "w:4:15 needs: job 'a' waits for 't', and builds nothing that stands on what that "
	       "builds\n");
	expect("jobs:\n"
	       "  b: { steps: [ " BASE ", " TOOL " ] }\n"
	       "  a: { needs: a, steps: [ " APP " ] }\n",
	       "w:3:15 needs: job 'a' builds 'app' and does not wait for 'b', which builds its "
	       "parent 'base'\n");
}

static void
tags_that_float(void **state UNUSED)
{
	expect("jobs: { j: { steps: [ " BASE ",\n  " TOOL
	       ",\n  " STEP("context: app, tags: ghcr.io/o/app, build-args: T=main") " ] } }",
	       "w:3:11 tags: 'app' stands on 'base:main' (app/Dockerfile:2), which is whatever was "
	       "pushed last: hand on the tag of this run\n");
	expect("jobs: { j: { steps: [ " BASE ", " TOOL ", " STEP("context: app") " ] } }", "");
}

#define FILTER(paths)                                                                              \
	"on: { push: { " paths " } }\njobs: { j: { steps: [ " BASE ", " APP ", " TOOL " ] } }"

static void
patterns_of_paths(void **state UNUSED)
{
	expect(FILTER("paths: [ '*/Dockerfile', '**/a', 'app/*.c' ]"), "");
	expect(FILTER("paths: [ '**/Dockerfile', 'base/[a-c]', 'ap+/b.?c' ]"), "");
	expect(FILTER("paths: [ '**', '!*.md' ]"), "");
	expect(FILTER("paths-ignore: [ '**.md' ]"), "");
	expect(FILTER("paths: [ '**', '!app/**', 'app/*' ]"),
	       "w:1:24 paths: a push of 'x.md' builds, and nothing is built from that\n");
	expect(FILTER("paths: [ '*' ]"),
	       "w:1:22 paths: 'app' is built from 'app/Dockerfile' and 1 more, which no pattern "
	       "matches: a push of that alone leaves it stale\n"
	       "w:1:22 paths: 'base' is built from 'base/Dockerfile' and 1 more, which no pattern "
	       "matches: a push of that alone leaves it stale\n"
	       "w:1:22 paths: 'tool' is built from 'tool/Dockerfile', which no pattern matches: a "
	       "push of that alone leaves it stale\n"
	       "w:1:24 paths: a push of 'x.md' builds, and nothing is built from that\n");
	expect(FILTER("paths-ignore: [ x.md, '**/*.c' ]"),
	       "w:1:37 paths: 'app' is built from 'app/b.c', which is ignored: a push of that alone "
	       "leaves it stale\n");
	expect(FILTER("branches: [ main ]"),
	       "w:1:7 paths: a push of 'x.md' builds, and nothing is built from that\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_of_one_job_follow_each_other),
		cmocka_unit_test(nothing_is_built),
		cmocka_unit_test(needs_of_jobs),
		cmocka_unit_test(tags_that_float),
		cmocka_unit_test(patterns_of_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
