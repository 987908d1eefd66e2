/* SPDX-License-Identifier: Apache-2.0 */
/* guard.c: input guards. */
#include "engine/guard.h"

#include "base/file.h"
#include "engine/collect.h"
#include "model/glob.h"
#include "model/regexp.h"

struct guarding {
	struct project *p;
	const struct graph_image *image;
	const struct graph_guard *guard;
	const struct inputs *in; /* what the pattern names */
	struct err_list *errs;
};

static struct err *complain(const struct guarding *g, const char *fmt, ...) PRINTF(2, 3);

static struct err *
complain(const struct guarding *g, const char *fmt, ...)
{
	AUTO_FREE char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return err_list_at(g->errs, g->p->graph_path, g->guard->at.line, g->guard->at.col,
			   "guard of image '%s': %s", g->image->name, text);
}

/* The number of the first line that a pattern is found in; 0 = none. */
static size_t
find_line(const struct regexp *re, struct str text)
{
	struct str line;
	size_t number = 0;

	while (str_next_line(&text, &line)) {
		number++;
		if (regexp_match(re, str_trim(line, "\r")))
			return number;
	}
	return 0;
}

/* One pattern over one file; *found when it is there. */
static int
search(const struct guarding *g, const struct input_file *file, const char *pattern, bool wanted,
       bool *found, struct err *err)
{
	const char *path = project_tree_path(g->p, g->image, file->path);
	AUTO_BUF struct buf text = BUF_INIT;
	struct regexp *re;
	size_t line;
	int r;

	buf_init(&text, 0);
	r = tree_read(project_files(g->p, g->image)->tree, str_c(path), MAX_GUARDED_FILE, &text,
		      err);
	if (r)
		return r;
	BUG_ON(regexp_compile(str_c(pattern), &re, NULL)); /* the loader saw to it */
	line = find_line(re, buf_str(&text));
	regexp_free(re);
	if (line && !wanted)
		complain(g, "%s:%zu matches '%s'", project_shown(g->p, g->image, path), line,
			 pattern);
	*found = *found || line;
	return 0;
}

static int
search_all(const struct guarding *g, const char *key, bool wanted, struct err *err)
{
	const json_t *patterns = json_object_get(g->guard->spec, key);
	int r = 0;

	for (size_t i = 0; i < json_array_size(patterns); i++) {
		const char *pattern = json_string_value(json_array_get(patterns, i));
		bool found = false;

		for (size_t k = 0; !r && k < g->in->files.n && !(wanted && found); k++)
			if (g->in->files.v[k].kind == INPUT_FILE)
				r = search(g, &g->in->files.v[k], pattern, wanted, &found, err);
		if (!r && wanted && !found)
			complain(g, "nothing in '%s' matches '%s'",
				 json_get_text(g->guard->spec, "input"), pattern);
	}
	return r;
}

/* A commit does not tell sizes. */
static int
is_empty(const struct guarding *g, const struct input_file *file, bool *ret, struct err *err)
{
	struct tree *tree = project_files(g->p, g->image)->tree;
	AUTO_ERR struct err own = ERR_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	*ret = file->size == 0;
	if (!tree_is_commit(tree))
		return 0;
	buf_init(&text, 0);
	r = tree_read(tree, str_c(project_tree_path(g->p, g->image, file->path)), MAX_GUARDED_FILE,
		      &text, &own);
	*ret = !r && !text.len;
	return r && r != -ERR_INPUT ? err_move(err, &own)
				    : 0; /* a file beyond the ceiling is not */
}

static int
find_content(const struct guarding *g, struct err *err)
{
	const char *input = json_get_text(g->guard->spec, "input");
	bool empty = true, any = false;
	int r = 0;

	for (size_t i = 0; !r && empty && i < g->in->files.n; i++) {
		if (g->in->files.v[i].kind != INPUT_FILE)
			continue;
		any = true;
		r = is_empty(g, &g->in->files.v[i], &empty, err);
	}
	if (!r && !any)
		complain(g, "there is no file in '%s'", input);
	else if (!r && empty && !json_is_true(json_object_get(g->guard->spec, "may-be-empty")))
		complain(g, "'%s' is empty", input);
	return r;
}

/* What the pattern names is found as for a COPY, and so are the mistakes. */
static int
guard_input(struct guarding *g, struct err *err)
{
	const char *input = json_get_text(g->guard->spec, "input");
	struct recipe_read read = { .kind = RECIPE_READ_GUARD,
				    .pattern = input,
				    .written = input,
				    .glob = glob_has_meta(str_c(input)),
				    .line = g->guard->at.line };
	struct dockerfile df = { .file = g->p->graph_path };
	struct recipe recipe = { .df = &df, .reads = &read, .nreads = 1 };
	struct collect_opts opts = { .project = g->p, .image = g->image, .recipe = &recipe };
	struct inputs *in = inputs_new();
	size_t before = g->errs->n;
	int r = collect_files(&opts, in, g->errs, err);

	for (size_t i = before; i < g->errs->n; i++) /* a Dockerfile's lines have no columns */
		g->errs->items[i].where.col = g->guard->at.col;
	g->in = in;
	if (!r)
		r = find_content(g, err);
	if (!r)
		r = search_all(g, "matches", true, err);
	if (!r)
		r = search_all(g, "not-matches", false, err);
	inputs_free(in);
	if (r == -ERR_INPUT && err->class) /* a mistake like the others: a file that is too large */
		err_list_take(g->errs, err);
	return r == -ERR_INPUT ? 0 : r;
}

int
guard_inputs(struct project *p, const struct graph_image *image, struct err_list *errs,
	     struct err *err)
{
	struct guarding g = { .p = p, .image = image, .errs = errs };
	size_t before = errs->n;
	int r = 0;

	for (size_t i = 0; !r && i < image->nguards; i++) {
		g.guard = &image->guards[i];
		if (g.guard->kind == GRAPH_GUARD_INPUT)
			r = guard_input(&g, err);
	}
	return r ? r : errs->n > before ? -ERR_INPUT : 0;
}
