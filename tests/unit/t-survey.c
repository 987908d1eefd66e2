/* SPDX-License-Identifier: Apache-2.0 */
/* t-survey.c: what files say is built, and what of it is not taken over. */
#include "model/survey.h"

#include "base/buf.h"
#include "model/expansion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef void (*reader)(struct survey *s, const char *path, const struct yaml *document);

static struct survey *
survey_of(const char *const *files, const char *dockerfile)
{
	struct survey *s = survey_new("root", "own/repo");
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;

	for (; *files; files++)
		survey_file(s, *files,
			    survey_is_dockerfile(*files)
				    ? dockerfile_parse(s->arena, str_c(dockerfile), *files,
						       DIALECT_BUILDKIT, &errs)
				    : NULL);
	assert_int_equal(errs.n, 0);
	return s;
}

static void
add_notes(struct buf *b, const char *indent, const struct survey_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%d:%d: %s\n", indent, notes[i].at.line, notes[i].at.col,
			 notes[i].text);
}

/* "LINE:COL repository name CONTEXT DOCKERFILE target platform NAME=VALUE" and notes, line by line. */
static char *
told(struct survey *s)
{
	struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < s->builds.n; i++) {
		const struct survey_build *w = &s->builds.v[i];

		buf_addf(&b, "%d:%d", w->at.line, w->at.col);
		buf_addf(&b, " %s%s%s", w->repository ? w->repository : "-", w->tag ? ":" : "",
			 w->tag ? w->tag : "");
		buf_addf(&b, " %s %s %s", w->name ? w->name : "-", w->context, w->dockerfile);
		buf_addf(&b, " %s %s", w->target ? w->target : "-",
			 w->platform ? w->platform : "-");
		for (size_t k = 0; k < w->nargs; k++)
			buf_addf(&b, " %s=%s", w->args[k].name,
				 expansion_shown(s->arena, w->args[k].value));
		buf_addc(&b, '\n');
		add_notes(&b, "  ", w->notes, w->nnotes);
	}
	add_notes(&b, "", s->notes.v, s->notes.n);
	survey_free(s);
	return buf_steal(&b);
}

static void
expect(reader read, const char *path, const char *text, const char *want)
{
	static const char *const files[] = { "a/Dockerfile",        "a/src/x.c",
					     "b/Containerfile",     "Dockerfile",
					     "docker/c.Dockerfile", NULL };
	struct survey *s = survey_of(files, "FROM scratch AS one\nFROM one AS two\n");
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *got = NULL;

	read(s, path, yaml_parse(s->arena, str_c(text), path, &errs));
	assert_int_equal(errs.n, 0);
	got = told(s);
	assert_string_equal(got, want);
}

#define STEP(with)                                                                                 \
	"jobs: { j: { steps: [ { uses: docker/build-push-action@v6, with: " with " } ] } }"

static void
a_step_builds(void **state UNUSED)
{
	expect(survey_workflow, "w", STEP("{}"), "1:31 - - . Dockerfile - -\n");
	expect(survey_workflow, "w",
	       STEP("{ context: ./a/, tags: 'ghcr.io/o/x:latest,ghcr.io/o/x:1', target: Two,"
		    " platforms: linux/arm64, build-args: \"A=1\\nB=x=y\" }"),
	       "1:31 ghcr.io/o/x:1 - a a/Dockerfile Two linux/arm64 A=1 B=x=y\n");
	expect(survey_workflow, "w", STEP("{ context: b, file: docker/c.Dockerfile }"),
	       "1:31 - - b docker/c.Dockerfile - -\n");
	expect(survey_workflow, "w",
	       STEP("{ context: '{{defaultContext}}:b', outputs: 'type=image,name=o/x,push=true' }"),
	       "1:31 o/x - b b/Containerfile - -\n");
	expect(survey_workflow, "w",
	       STEP("{ tags: 'ghcr.io/${{ github.repository }}/y:${{ github.sha }}' }"),
	       "1:31 ghcr.io/own/repo/y - . Dockerfile - -\n");
}

static void
metadata_names_the_image(void **state UNUSED)
{
	expect(survey_workflow, "w",
	       "env: { R: ghcr.io/o }\n"
	       "jobs:\n"
	       "  j:\n"
	       "    steps:\n"
	       "      - { uses: docker/metadata-action@v5, id: m, with: { images: '${{ env.R }}/x' } }\n"
	       "      - uses: docker/build-push-action@v6\n"
	       "        with: { tags: '${{ steps.m.outputs.tags }}' }\n",
	       "6:15 ghcr.io/o/x - . Dockerfile - -\n");
}

static void
what_a_step_has_else_is_told(void **state UNUSED)
{
	expect(survey_workflow, "w", STEP("{ platforms: 'linux/amd64,linux/arm64', secrets: s }"),
	       "1:31 - - . Dockerfile - -\n"
	       "  1:79: it is built for 'linux/amd64,linux/arm64' there; an image of the graph is "
	       "built for one platform\n"
	       "  1:115: 'secrets' is not taken over\n");
	expect(survey_workflow, "w", STEP("{ target: three }"),
	       "1:31 - - . Dockerfile - -\n"
	       "  1:31: its target 'three' is no stage of 'Dockerfile'\n");
	expect(survey_workflow, "w", STEP("{ context: '${{ inputs.x }}' }"),
	       "1:31: left out: its context is only known when it runs\n");
	expect(survey_workflow, "w", STEP("{ context: ../x }"),
	       "1:31: left out: its context '../x' is not in this folder\n");
	expect(survey_workflow, "w", STEP("{ context: none }"),
	       "1:31: left out: its Dockerfile 'none/Dockerfile' is not there\n");
	expect(survey_workflow, "w", STEP("{ context: none, file: Dockerfile }"),
	       "1:31: left out: its context 'none' is not there\n");
	expect(survey_workflow, "w", STEP("{ context: 'https://h/o/x.git' }"),
	       "1:31: left out: it is built from 'https://h/o/x.git'; an image of the graph takes "
	       "that as source: { git: URL, ref: REF }\n");
}

static void
a_matrix_builds_several(void **state UNUSED)
{
	expect(survey_workflow, "w",
	       "jobs:\n"
	       "  j:\n"
	       "    strategy:\n"
	       "      matrix:\n"
	       "        image:\n"
	       "          - { name: x, context: a, args: 'P=${{ needs.n.outputs.o }}' }\n"
	       "          - { name: y, context: b }\n"
	       "    steps:\n"
	       "      - uses: docker/build-push-action@v6\n"
	       "        with:\n"
	       "          context: ${{ matrix.image.context }}\n"
	       "          tags: r.io/${{ matrix.image.name }}:${{ github.sha }}\n"
	       "          build-args: ${{ matrix.image.args }}\n",
	       "6:13 r.io/x - a a/Dockerfile - - P=${{ needs.n.outputs.o }}\n"
	       "7:13 r.io/y - b b/Containerfile - -\n");
	expect(survey_workflow, "w",
	       "jobs: { j: { strategy: { matrix: '${{ fromJSON(x) }}' }, uses: ./w.yaml } }",
	       "1:34: the matrix is only known when it runs: what it builds was not read\n");
}

static void
a_matrix_whose_job_has_a_script(void **state UNUSED)
{
	expect(survey_workflow, "w",
	       "jobs:\n"
	       "  j:\n"
	       "    strategy:\n"
	       "      matrix:\n"
	       "        include:\n"
	       "          - { image: r.io/o/x, dockerfile: docker/c.Dockerfile, build-args: A=1 }\n"
	       "          - { image: a }\n"
	       "          - { image: none, context: none }\n"
	       "    steps: [ { run: docker build -t x . } ]\n"
	       "  test: { strategy: { matrix: { name: [ a ] } }, steps: [ { run: make } ] }\n",
	       "6:22 r.io/o/x - . docker/c.Dockerfile - - A=1\n"
	       "7:22 - a a a/Dockerfile - -\n");
}

static void
compose_has_services(void **state UNUSED)
{
	expect(survey_compose, "sub/compose.yaml",
	       "services:\n"
	       "  x: { image: '${R:-r.io}/o/x:${T}', build: { context: ../a, target: one,\n"
	       "       args: { A: 1, B: null } } }\n"
	       "  y: { build: ../b, platform: linux/arm64 }\n"
	       "  z: { image: postgres }\n"
	       "  i: { build: { dockerfile_inline: FROM x } }\n"
	       "  d: { build: { context: .., dockerfile: docker/c.Dockerfile, args: [ A=1, B ],\n"
	       "       network: host } }\n",
	       "2:3 r.io/o/x x a a/Dockerfile one - A=1 B=\n"
	       "4:3 - y b b/Containerfile - linux/arm64\n"
	       "7:3 - d . docker/c.Dockerfile - - A=1 B=\n"
	       "  8:17: 'network' is not taken over\n"
	       "6:36: left out: an image of the graph has its Dockerfile in a file\n");
}

static void
bake_has_targets(void **state UNUSED)
{
	expect(survey_bake, "docker-bake.json",
	       "{ \"variable\": { \"R\": { \"default\": \"r.io\" } },\n"
	       "\"target\": {\n"
	       "\"common\": { \"args\": { \"A\": \"1\" }, \"platforms\": [ \"linux/arm64\" ] },\n"
	       "\"x\": { \"inherits\": [ \"common\" ], \"context\": \"a\", \"tags\": [ \"${R}/x:2\" ] },\n"
	       "\"y\": { \"inherits\": [ \"x\", \"y\" ], \"tags\": [ \"${NONE}/y\" ], \"args\": {} },\n"
	       "\"m\": { \"matrix\": {} } } }",
	       "4:1 r.io/x:2 x a a/Dockerfile - linux/arm64 A=1\n"
	       "5:1 - y a a/Dockerfile - linux/arm64\n"
	       "6:1: left out: `docker buildx bake --print` writes out what it is\n");
}

static void
other_documents_say_nothing(void **state UNUSED)
{
	static const char odd[] = "{ jobs: { a: 1, b: { steps: 2, strategy: { matrix: 3 } } },"
				  " services: { a: 1, b: { build: [] } }, target: { a: 1 } }";
	static const char *const texts[] = { "x", "[ 1 ]",
					     "{ jobs: 1, services: [ 2 ], target: 3 }", odd };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		expect(survey_workflow, "w", texts[i], "");
		expect(survey_compose, "c", texts[i], "");
		expect(survey_bake, "b", texts[i], "");
	}
}

static void
a_dockerfile_finds_its_context(void **state UNUSED)
{
	static const char *const files[] = { "docker/web.Dockerfile", "app/main.c", NULL };
	static const char *const own[] = { "x/Dockerfile", "x/app/main.c", NULL };
	static const char *const none[] = { "x/Dockerfile", NULL };
	static const char text[] = "FROM scratch\nCOPY --from=y /z /\nCOPY [\"./app/*.c\", \"/\"]\n"
				   "ADD https://x/y $A /\nCOPY <<E /e\nE\n";
	const struct {
		const char *const *files;
		const char *want;
	} cases[] = {
		{ files, "0:0 - - . docker/web.Dockerfile - -\n" },
		{ own, "0:0 - - x x/Dockerfile - -\n" },
		{ none, "0:0 - - x x/Dockerfile - -\n"
			"  3:1: './app/*.c', which it reads, is not in 'x': is another folder the "
			"context?\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct survey *s = survey_of(cases[i].files, text);
		AUTO_FREE char *got = NULL;

		survey_dockerfile(s, cases[i].files[0]);
		got = told(s);
		assert_string_equal(got, cases[i].want);
	}
}

static void
a_bind_mount_finds_the_context(void **state UNUSED)
{
	static const char *const files[] = { "hack/lint.Dockerfile", "go.mod", NULL };
	struct survey *s =
		survey_of(files, "FROM scratch\n"
				 "RUN --mount=target=/src --mount=type=cache,source=x,target=/c "
				 "--mount=from=y,source=x,target=/y x\n"
				 "RUN --mount=type=bind,source=go.mod,target=/m x\n");
	AUTO_FREE char *got = NULL;

	survey_dockerfile(s, files[0]);
	got = told(s);
	assert_string_equal(got, "0:0 - - . hack/lint.Dockerfile - -\n");
}

static void
an_image_without_a_name(void **state UNUSED)
{
	expect(survey_workflow, "w",
	       "jobs: { j: { strategy: { matrix: { a: [ 1 ] } }, steps: [ { uses: "
	       "docker/build-push-action@v6,\n with: { tags: 'ghcr.io/o/${{ matrix.none }}' } } ] } }",
	       "1:41 - - . Dockerfile - -\n");
}

static void
names_of_dockerfiles(void **state UNUSED)
{
	static const char *const yes[] = { "Dockerfile",     "a/Containerfile",  "Dockerfile.web",
					   "web.Dockerfile", "a.b/x.dockerfile", "dockerfile" };
	static const char *const no[] = { "Dockerfile.dockerignore",
					  "dockerfile.go",
					  "Dockerfiles",
					  "Dockerfile.j2",
					  "README",
					  "dockerfile_test.go",
					  "" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(survey_is_dockerfile(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(survey_is_dockerfile(no[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_builds),
		cmocka_unit_test(metadata_names_the_image),
		cmocka_unit_test(what_a_step_has_else_is_told),
		cmocka_unit_test(a_matrix_builds_several),
		cmocka_unit_test(a_matrix_whose_job_has_a_script),
		cmocka_unit_test(compose_has_services),
		cmocka_unit_test(bake_has_targets),
		cmocka_unit_test(other_documents_say_nothing),
		cmocka_unit_test(a_dockerfile_finds_its_context),
		cmocka_unit_test(a_bind_mount_finds_the_context),
		cmocka_unit_test(an_image_without_a_name),
		cmocka_unit_test(names_of_dockerfiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
