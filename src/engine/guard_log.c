/* SPDX-License-Identifier: Apache-2.0 */
/* guard_log.c: lines that a build must not print. */
#include "base/buf.h"
#include "base/vec.h"
#include "engine/guard.h"
#include "model/regexp.h"

#define MAX_SHOWN 200 /* of the line */

/* lockstep-graph(5) lists them. */
static const char *const common[] = {
	"(warning|error): missing ",
	": (command )?not found$",
	"No such file or directory$",
};

struct pattern {
	const struct graph_guard *guard;
	const char *text;
	struct regexp *re;
};

struct guard_log {
	VEC(struct pattern) patterns;
	const struct pattern *hit; /* the first; NULL = none yet */
	char *line;
	size_t number;
	char *clipped; /* the builder's own word; NULL = the log is whole */
	size_t clipped_number;
	const struct graph_guard *first;
};

const struct graph_guard *
guard_of_log(const struct graph_image *image)
{
	for (size_t i = 0; i < image->nguards; i++) {
		const struct graph_guard *guard = &image->guards[i];

		if (guard->kind == GRAPH_GUARD_LOG ||
		    (guard->kind == GRAPH_GUARD_LOG_DEFAULTS &&
		     json_is_true(json_object_get(guard->spec, "log-defaults"))))
			return guard;
	}
	return NULL;
}

static void
add(struct guard_log *g, const struct graph_guard *guard, const char *text)
{
	struct pattern p = { .guard = guard, .text = text };

	BUG_ON(regexp_compile(str_c(text), &p.re, NULL)); /* the loader saw to it */
	vec_push(&g->patterns, p);
}

struct guard_log *
guard_log_new(const struct graph_image *image)
{
	const struct graph_guard *first = guard_of_log(image);
	struct guard_log *g;

	if (!first)
		return NULL;
	g = xcalloc(1, sizeof(*g));
	g->first = first;
	for (size_t i = 0; i < image->nguards; i++) {
		const struct graph_guard *guard = &image->guards[i];
		const json_t *texts = json_object_get(guard->spec, "log");

		for (size_t k = 0; k < json_array_size(texts); k++)
			add(g, guard, json_string_value(json_array_get(texts, k)));
		if (json_is_true(json_object_get(guard->spec, "log-defaults")))
			for (size_t k = 0; k < ARRAY_SIZE(common); k++)
				add(g, guard, common[k]);
	}
	return g;
}

void
guard_log_free(struct guard_log *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->patterns.n; i++)
		regexp_free(g->patterns.v[i].re);
	vec_fini(&g->patterns);
	free(g->line);
	free(g->clipped);
	free(g);
}

void
guard_log_line(struct guard_log *g, struct str line, size_t number)
{
	for (size_t i = 0; g && !g->hit && i < g->patterns.n; i++) {
		if (!regexp_match(g->patterns.v[i].re, str_trim(line, "\r")))
			continue;
		g->hit = &g->patterns.v[i];
		g->line = str_dup(line.n > MAX_SHOWN ? str_sub(line, 0, MAX_SHOWN) : line);
		g->number = number;
	}
}

void
guard_log_clipped(struct guard_log *g, struct str line, size_t number)
{
	if (!g || g->clipped)
		return;
	g->clipped = str_dup(str_trim(line, "\r"));
	g->clipped_number = number;
}

static int
clipped(const struct guard_log *g, const char *graph_file, struct err *err)
{
	err_at(err, graph_file, g->first->at.line, g->first->at.col,
	       "the builder kept a part of what the build printed to itself (line %zu of the log: "
	       "'%s'), so nobody can say what its log does not hold",
	       g->clipped_number, g->clipped);
	if (err)
		err->class = ERR_FAILED;
	err_hint(err, "print less, or let the BuildKit daemon (0.10 and newer) be started with "
		      "BUILDKIT_STEP_LOG_MAX_SIZE=-1 and BUILDKIT_STEP_LOG_MAX_SPEED=-1");
	return -ERR_FAILED;
}

int
guard_log_end(const struct guard_log *g, const char *graph_file, struct err *err)
{
	if (!g || !g->hit)
		return g && g->clipped ? clipped(g, graph_file, err) : 0;
	err_at(err, graph_file, g->hit->guard->at.line, g->hit->guard->at.col,
	       "the build printed '%s' (line %zu of its log), which matches '%s'", g->line,
	       g->number, g->hit->text);
	if (err)
		err->class = ERR_FAILED;
	err_hint(err, "it must not, says the guard, whatever the build's exit status");
	return -ERR_FAILED;
}
