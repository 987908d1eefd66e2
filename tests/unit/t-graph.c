/* SPDX-License-Identifier: Apache-2.0 */
/* t-graph.c: images found by name and reference, edges, order, cycles, variables. */
#include "model/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MAX_IMAGES 16

/* A graph of images a, b, c … with these top-level lines before. */
static struct graph *
load(const char *top, const char *images)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *text = xasprintf("version: 1\n%simages:\n%s", top, images);
	struct graph *g = graph_load(str_c(text), "lockstep.yaml", &errs);

	if (!g)
		fail_msg("the graph does not load: %s", errs.items[0].msg);
	return g;
}

static struct graph *
letters(const char *names)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (const char *p = names; *p; p++)
		buf_addf(&b, "  %c: { context: %c }\n", *p, *p);
	return load("", b.data);
}

/* "b<a:3" is an edge: b/Dockerfile:3 is built from a. */
static int
link_images(struct graph *g, const char *edges, struct err_list *errs)
{
	struct graph_edge v[MAX_IMAGES] = { 0 };
	char file[MAX_IMAGES][16];
	struct str rest = str_c(edges), piece;
	size_t n = 0;

	while (edges[0] && str_next(&rest, ' ', &piece)) {
		(void)snprintf(file[n], sizeof(file[n]), "%c/Dockerfile", piece.p[0]);
		v[n].to = graph_find(g, (char[]){ piece.p[0], '\0' });
		v[n].from = graph_find(g, (char[]){ piece.p[2], '\0' });
		v[n].file = file[n];
		v[n].line = piece.n > 4 ? piece.p[4] - '0' : 1;
		n++;
	}
	return graph_link(g, v, n, errs);
}

static char *
texts(const struct err_list *errs)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < errs->n; i++) {
		AUTO_FREE char *text = err_text(&errs->items[i]);

		buf_addf(&b, "%s%s", i ? "\n" : "", text);
	}
	return buf_steal(&b);
}

static char *
names(struct graph_image *const *v, size_t n)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", v[i]->name);
	return buf_steal(&b);
}

static void
finds_by_name(void **state)
{
	struct graph *g = load("registry: ghcr.io/own\n", "  app: { context: app }\n"
							  "  tools/cli: { context: cli }\n");
	static const struct {
		const char *name, *image;
	} rows[] = {
		{ "app", "app" },
		{ "tools/cli", "tools/cli" },
		{ "ghcr.io/own/app", "app" },
		{ "ghcr.io/own/tools/cli", "tools/cli" },
		{ "ghcr.io/ownapp", "(none)" },
		{ "own/app", "(none)" },
		{ "ap", "(none)" },
		{ "", "(none)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct graph_image *img = graph_find(g, rows[i].name);

		assert_string_equal(img ? img->name : "(none)", rows[i].image);
	}
	graph_free(g);
}

struct ref_row {
	const char *registry, *ref, *image;
};

static const struct ref_row ref_rows[] = {
	{ "ghcr.io/own", "ghcr.io/own/app:1234", "app" },
	{ "ghcr.io/own", "ghcr.io/own/app", "app" },
	{ "ghcr.io/own", "ghcr.io/own/tools/cli:x", "tools/cli" },
	{ "ghcr.io/own", "app", "(none)" },
	{ "ghcr.io/own", "ghcr.io/other/app", "(none)" },
	{ "ghcr.io/own", "ghcr.io/own/app2", "(none)" },
	{ "ghcr.io/own", "docker.io/own/app", "(none)" },
	{ "", "app:latest", "app" },
	{ "", "tools/cli", "tools/cli" },
	{ "", "docker.io/library/app", "app" },
	{ "", "index.docker.io/tools/cli:2", "tools/cli" },
	{ "", "ghcr.io/own/app", "(none)" },
	{ "", "library/tools/cli", "tools/cli" },
	{ "docker.io/own", "own/app:3", "app" },
	{ "own", "docker.io/own/app:3", "app" },
	{ "docker.io", "app", "app" },
	{ "localhost:5000", "localhost:5000/app:1", "app" },
	{ "localhost:5000", "localhost:5001/app:1", "(none)" },
	{ "localhost:5000", "not a reference", "(none)" },
	{ "ghcr.io/own",
	  "ghcr.io/own/app@sha256:"
	  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  "app" },
};

static void
finds_by_reference(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ref_rows); i++) {
		AUTO_FREE char *top = ref_rows[i].registry[0]
					      ? xasprintf("registry: %s\n", ref_rows[i].registry)
					      : xstrdup("");
		struct graph *g = load(top, "  app: { context: app }\n"
					    "  tools/cli: { context: cli }\n");
		const struct graph_image *img = graph_image_of_ref(g, ref_rows[i].ref);
		AUTO_FREE char *got = xasprintf("%s in '%s': %s", ref_rows[i].ref,
						ref_rows[i].registry, img ? img->name : "(none)");
		AUTO_FREE char *want = xasprintf("%s in '%s': %s", ref_rows[i].ref,
						 ref_rows[i].registry, ref_rows[i].image);

		assert_string_equal(got, want);
		graph_free(g);
	}
}

static void
finds_a_reference_that_is_a_name(void **state)
{
	struct graph *g = load("", "  ghcr.io/own/app: { context: app }\n");

	(void)state;
	assert_non_null(graph_image_of_ref(g, "ghcr.io/own/app:1"));
	assert_string_equal(graph_image_of_ref(g, "ghcr.io/own/app:1")->name, "ghcr.io/own/app");
	graph_free(g);
}

static void
orders_parents_first(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = letters("edcba");
	AUTO_FREE char *order = NULL, *AUTO_FREE parents = NULL, *AUTO_FREE children = NULL;

	(void)state;
	/* d from a and b (twice from a), c from d, e from nothing. */
	assert_int_equal(link_images(g, "d<b d<a d<a c<d", &errs), 0);
	order = names(g->order, g->nimages);
	assert_string_equal(order, "e b a d c");
	parents = names(graph_find(g, "d")->parents, graph_find(g, "d")->nparents);
	assert_string_equal(parents, "b a");
	children = names(graph_find(g, "a")->children, graph_find(g, "a")->nchildren);
	assert_string_equal(children, "d");
	assert_int_equal(graph_find(g, "e")->level, 0);
	assert_int_equal(graph_find(g, "d")->level, 1);
	assert_int_equal(graph_find(g, "c")->level, 2);
	graph_free(g);
}

static void
levels_are_longest_paths(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = letters("abcd");

	(void)state;
	assert_int_equal(link_images(g, "d<a b<a c<b d<c", &errs), 0);
	assert_int_equal(graph_find(g, "d")->level, 3);
	assert_int_equal(graph_find(g, "c")->level, 2);
	graph_free(g);
}

static void
prints_whole_cycles(void **state)
{
	static const struct {
		const char *edges, *text;
	} rows[] = {
		{ "a<a:2", "a/Dockerfile:2: image 'a' is built from itself" },
		{ "a<b:1 b<a:2",
		  "a/Dockerfile:1: these images are built from each other: 'a' is built from 'b' "
		  "(a/Dockerfile:1), 'b' is built from 'a' (b/Dockerfile:2)" },
		/* Not d, which only hangs below; the short way round. */
		{ "b<a:1 c<b:2 a<c:3 d<a:1 b<c:4",
		  "a/Dockerfile:3: these images are built from each other: 'a' is built from 'c' "
		  "(a/Dockerfile:3), 'c' is built from 'b' (c/Dockerfile:2), 'b' is built from "
		  "'a' (b/Dockerfile:1)" },
		{ "a<b:1 b<a:2 d<e:3 e<d:4",
		  "a/Dockerfile:1: these images are built from each other: 'a' is built from 'b' "
		  "(a/Dockerfile:1), 'b' is built from 'a' (b/Dockerfile:2)\n"
		  "d/Dockerfile:3: these images are built from each other: 'd' is built from 'e' "
		  "(d/Dockerfile:3), 'e' is built from 'd' (e/Dockerfile:4)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		struct graph *g = letters("abcde");
		AUTO_FREE char *text = NULL;

		assert_int_equal(link_images(g, rows[i].edges, &errs), -ERR_INPUT);
		text = texts(&errs);
		assert_string_equal(text, rows[i].text);
		graph_free(g);
	}
}

struct needs_row {
	const char *needs, *edges, *text;
};

static const struct needs_row needs_rows[] = {
	{ "[b]", "a<b:1", "" },
	{ "[b, c]", "a<c:1 a<b:4", "" },
	{ "[c]", "a<b:3",
	  "lockstep.yaml:3:28: image 'a' needs 'c', but a/Dockerfile does not use it\n"
	  "a/Dockerfile:3: this uses 'b', which 'needs' of image 'a' does not name "
	  "(lockstep.yaml:3)" },
	{ "[c]", "", "lockstep.yaml:3:28: image 'a' needs 'c', but a/Dockerfile does not use it" },
	{ "[]", "a<b:5",
	  "a/Dockerfile:5: this uses 'b', which 'needs' of image 'a' does not name "
	  "(lockstep.yaml:3)" },
	{ "[]", "", "" },
};

static void
holds_needs_against_the_dockerfile(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(needs_rows); i++) {
		const struct needs_row *row = &needs_rows[i];
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		AUTO_FREE char *images = xasprintf("  a: { context: a, needs: %s }\n"
						   "  b: { context: b }\n"
						   "  c: { context: c }\n",
						   row->needs);
		struct graph *g = load("", images);
		AUTO_FREE char *text = NULL;

		assert_int_equal(link_images(g, row->edges, &errs), row->text[0] ? -ERR_INPUT : 0);
		text = texts(&errs);
		assert_string_equal(text, row->text);
		graph_free(g);
	}
}

static void
selects_with_what_is_above(void **state)
{
	static const struct {
		const char *names[3];
		const char *want, *text;
	} rows[] = {
		{ { "d" }, "1101", "" },
		{ { "c" }, "0010", "" },
		{ { "b", "c" }, "1110", "" },
		{ { "c", "c" }, "0010", "" },
		{ { NULL }, "1111", "" },
		{ { "xyz" }, "0000", "lockstep.yaml: there is no image 'xyz'" },
	};
	struct graph *g = letters("abcd");
	AUTO_ERR_LIST struct err_list link_errs = ERR_LIST_INIT;

	(void)state;
	assert_int_equal(link_images(g, "b<a d<b", &link_errs), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		bool flags[4];
		char got[5] = "";
		size_t n = 0;
		AUTO_FREE char *text = NULL;

		while (n < 3 && rows[i].names[n])
			n++;
		assert_int_equal(graph_select(g, rows[i].names, n, flags, &errs),
				 rows[i].text[0] ? -ERR_INPUT : 0);
		for (size_t j = 0; j < 4; j++)
			got[j] = flags[j] ? '1' : '0';
		assert_string_equal(got, rows[i].want);
		text = texts(&errs);
		assert_string_equal(text, rows[i].text);
	}
	graph_free(g);
}

static void
suggests_the_nearest_image(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = load("", "  agent-base: { context: base }\n");
	bool flags[1];

	(void)state;
	assert_int_equal(graph_select(g, (const char *const[]){ "agent-bsae" }, 1, flags, &errs),
			 -ERR_INPUT);
	assert_string_equal(errs.items[0].hint, "did you mean 'agent-base'?");
	graph_free(g);
}

static const char *const given[][2] = {
	{ "SHA", "0ec2f1e" }, { "EMPTY", "" }, { "EVIL", "--upload-pack=x" }, { NULL, NULL }
};

static const char *
lookup(void *ctx, const struct graph_variable *v)
{
	(void)ctx;
	for (size_t i = 0; given[i][0]; i++) {
		if (!strcmp(given[i][0], v->name))
			return given[i][1];
	}
	return NULL;
}

#define VARIABLES                                                                                  \
	"variables:\n"                                                                             \
	"  SHA: { default: main, event: sha }\n"                                                   \
	"  EMPTY: x\n"                                                                             \
	"  FALLBACK: 1.10\n"                                                                       \
	"  EVIL: {}\n"                                                                             \
	"  UNSET: { event: unset }\n"

static void
expands_variables(void **state)
{
	static const struct {
		const char *written, *value;
	} rows[] = {
		{ "${SHA}", "0ec2f1e" },
		{ "v-${SHA}-${SHA}", "v-0ec2f1e-0ec2f1e" },
		{ "${EMPTY}", "" },
		{ "${FALLBACK}", "1.10" },
		{ "$${SHA}", "${SHA}" },
		{ "$$", "$" },
		{ "$SHA", "$SHA" },
		{ "a$", "a$" },
		{ "$$$$", "$$" },
		{ "plain", "plain" },
		{ "$${SHA}${SHA}", "${SHA}0ec2f1e" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		AUTO_FREE char *images =
			xasprintf("  a: { context: a, args: { X: '%s' }, "
				  "labels: [ 'l=%s' ], add-host: 'h:%s' }\n",
				  rows[i].written, rows[i].written, rows[i].written);
		AUTO_FREE char *host = xasprintf("h:%s", rows[i].value);
		struct graph *g = load(VARIABLES, images);

		assert_int_equal(graph_set_variables(g, lookup, NULL, &errs), 0);
		assert_string_equal(g->images[0].args[0].value, rows[i].value);
		assert_string_equal(g->images[0].labels[0].value, rows[i].value);
		assert_string_equal(g->images[0].options[0].value, host);
		graph_free(g);
	}
}

static void
expands_the_ref_of_a_source(void **state)
{
	static const struct {
		const char *ref, *value, *text;
	} rows[] = {
		{ "${SHA}", "0ec2f1e", "" },
		{ "v${FALLBACK}", "v1.10", "" },
		{ "${EVIL}", "--upload-pack=x",
		  "lockstep.yaml:9:37: '${EVIL}' becomes '--upload-pack=x', which is no git "
		  "reference" },
		{ "${EMPTY}", "",
		  "lockstep.yaml:9:37: '${EMPTY}' becomes '', which is no git reference" },
		{ "${UNSET}", "", "lockstep.yaml:7:3: variable 'UNSET' has no value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
		AUTO_FREE char *images =
			xasprintf("  a: { source: { git: ../fork, ref: '%s' } }\n", rows[i].ref);
		struct graph *g = load(VARIABLES, images);
		AUTO_FREE char *text = NULL;

		assert_int_equal(graph_set_variables(g, lookup, NULL, &errs),
				 rows[i].text[0] ? -ERR_INPUT : 0);
		assert_string_equal(g->images[0].source.ref, rows[i].value);
		text = texts(&errs);
		assert_string_equal(text, rows[i].text);
		graph_free(g);
	}
}

static void
unset_variables_matter_where_used(void **state)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct graph *g = load(VARIABLES, "  a: { context: a }\n");

	(void)state;
	assert_int_equal(graph_set_variables(g, NULL, NULL, &errs), 0);
	assert_null(g->variables[4].value);
	assert_string_equal(g->variables[0].value, "main");
	graph_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_name),
		cmocka_unit_test(finds_by_reference),
		cmocka_unit_test(finds_a_reference_that_is_a_name),
		cmocka_unit_test(orders_parents_first),
		cmocka_unit_test(levels_are_longest_paths),
		cmocka_unit_test(prints_whole_cycles),
		cmocka_unit_test(holds_needs_against_the_dockerfile),
		cmocka_unit_test(selects_with_what_is_above),
		cmocka_unit_test(suggests_the_nearest_image),
		cmocka_unit_test(expands_variables),
		cmocka_unit_test(expands_the_ref_of_a_source),
		cmocka_unit_test(unset_variables_matter_where_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
