/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-survey.c: any bytes as a workflow, a bake file and a compose file, what is drafted of them, and
 * the workflow held against that. */
#include "model/draft.h"

#include "model/audit.h"

#include <stdint.h>

#define MAX_INPUT (16u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dockerfile[] = "ARG A=1\nFROM ghcr.io/o/b:${A} AS one\nARG B\nFROM one\n";

/* Takes the survey. */
static void
audit(struct graph *g, struct survey *take_survey, const struct yaml *document)
{
	static const char *paths[] = { "a/Dockerfile", "b/x.Dockerfile" };
	struct audit *a = xcalloc(1, sizeof(*a));
	struct audit_inputs *inputs = xcalloc(g->nimages, sizeof(*inputs));
	bool own[3] = { true, false, false };
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph_edge edge = { &g->images[0], &g->images[g->nimages - 1], "f", 1 };

	BUG_ON(graph_link(g, &edge, g->nimages > 1, &errs));
	for (size_t i = 0; i < g->nimages; i++)
		inputs[i] = (struct audit_inputs){ "a", paths[i % 2], paths, 2 };
	a->arena = arena_new();
	a->graph = g;
	a->survey = take_survey;
	a->inputs = inputs;
	a->is_own = own;
	a->built = arena_calloc(a->arena, g->nimages, sizeof(*a->built));
	audit_workflow(a, "f", document);
	audit_end(a);
	for (size_t i = 0; i < a->findings.n; i++)
		BUG_ON(!a->findings.v[i].at.line);
	audit_free(a);
	free(inputs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = { "a/Dockerfile", "b/Containerfile", "b/x.Dockerfile" };
	static void (*const readers[])(struct survey *, const char *,
				       const struct yaml *) = { survey_workflow, survey_bake,
								survey_compose };
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	struct survey *s;
	struct yaml *document;
	struct graph *g;
	struct draft *d;

	if (size > MAX_INPUT)
		return 0;
	s = survey_new("root", "o/r");
	document = yaml_parse(s->arena, (struct str){ (const char *)data, size }, "f", &errs);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		survey_file(s, files[i],
			    dockerfile_parse(s->arena, str_c(dockerfile), files[i],
					     DIALECT_BUILDKIT, &errs));
	for (size_t i = 0; document && i < ARRAY_SIZE(readers); i++)
		readers[i](s, readers[i] == survey_bake ? "b/f" : "f", document);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		survey_dockerfile(s, files[i]);
	d = draft_make(s);
	buf_init(&text, 0);
	draft_text(d, &text);
	err_list_clear(&errs);
	/* What is written can be read. */
	g = graph_load(buf_str(&text), "g", &errs);
	BUG_ON(!g || g->nimages != d->images.n);
	draft_free(d);
	if (document)
		audit(g, s, document);
	else
		survey_free(s);
	graph_free(g);
	return 0;
}
