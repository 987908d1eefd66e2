/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-survey.c: any bytes as a workflow, a bake file and a compose file, and what is drafted of them. */
#include "model/draft.h"

#include "model/graph.h"

#include <stdint.h>

#define MAX_INPUT (16u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dockerfile[] = "ARG A=1\nFROM ghcr.io/o/b:${A} AS one\nARG B\nFROM one\n";

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
	graph_free(g);
	draft_free(d);
	survey_free(s);
	return 0;
}
