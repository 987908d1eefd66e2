/* SPDX-License-Identifier: Apache-2.0 */
/* run-graph.c: graph files and exactly what is said about them (tests/cases/graph). */
#include "base/file.h"
#include "model/graph.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

/*
 * A case is a text of sections, each after a line `-- NAME --`; what is before the first says what
 * the case is about. `lockstep.yaml` (or .json) is the graph file; `expect` is every message about
 * it, sorted, as the commands print them: file:line:col: message, and below it the hint, indented
 * by four. An empty `expect` means that the file is right.
 *
 *   run-graph             TAP for all cases
 *   run-graph FILE...     what each gives: for writing down a new case, after reading it aloud
 */
struct case_file {
	struct buf text;
	struct str name, graph, expect;
};

static void
die(const char *path, const char *why)
{
	(void)fprintf(stderr, "run-graph: %s: %s\n", path, why);
	exit(2);
}

/* "-- NAME --" */
static bool
is_header(struct str line, struct str *ret_name)
{
	if (!str_starts(line, STR_LIT("-- ")) || !str_ends(line, STR_LIT(" --")) || line.n < 7)
		return false;
	*ret_name = str_sub(line, 3, line.n - 3);
	return true;
}

static void
read_case(const char *path, struct case_file *c)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct str rest, line, name, *section = NULL;

	*c = (struct case_file){ 0 };
	buf_init(&c->text, 0);
	if (file_read(AT_FDCWD, path, MAX_GRAPH_FILE, &c->text, &err))
		die(path, err.msg);
	rest = buf_str(&c->text);
	while (str_next_line(&rest, &line)) {
		if (!is_header(line, &name)) {
			if (section)
				section->n = (size_t)(line.p + line.n + 1 - section->p);
			continue;
		}
		section = str_eq_c(name, "expect") ? &c->expect : &c->graph;
		if (section->p)
			die(path, "a section is there twice");
		if (section == &c->graph)
			c->name = name;
		*section = (struct str){ line.p + line.n + 1, 0 };
	}
	if (!c->graph.p || !c->expect.p)
		die(path, "a section is missing");
}

static void
add_messages(const struct err_list *errs, struct buf *b)
{
	for (size_t i = 0; i < errs->n; i++) {
		AUTO_FREE char *text = err_text(&errs->items[i]);

		buf_addf(b, "%s\n", text);
		if (errs->items[i].hint)
			buf_addf(b, "    %s\n", errs->items[i].hint);
	}
}

static void
run_case(const struct case_file *c, struct buf *got)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	AUTO_FREE char *name = str_dup(c->name);
	struct graph *g = graph_load(c->graph, name, &errs);

	if (g && graph_set_variables(g, NULL, NULL, &errs))
		BUG_ON(!errs.n);
	err_list_sort(&errs);
	buf_init(got, 0);
	add_messages(&errs, got);
	graph_free(g);
}

static void
print_commented(const char *what, struct str text)
{
	struct str line;

	(void)printf("# %s:\n", what);
	while (str_next_line(&text, &line))
		(void)printf("#   %.*s\n", STR_FMT(line));
}

static bool
check(const char *path, size_t number)
{
	AUTO_BUF struct buf got = BUF_INIT;
	struct case_file c;
	const char *base = strrchr(path, '/') + 1;
	bool same;

	read_case(path, &c);
	run_case(&c, &got);
	same = str_eq(buf_str(&got), c.expect);
	(void)printf("%sok %zu - %.*s\n", same ? "" : "not ", number,
		     (int)(strlen(base) - strlen(".case")), base);
	if (!same) {
		print_commented("got", buf_str(&got));
		print_commented("wanted", c.expect);
	}
	buf_fini(&c.text);
	return same;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	AUTO_FREE char *pattern = xasprintf("%s/tests/cases/graph/*.case", top ? top : ".");
	glob_t found;
	bool passed = true;

	for (int i = 1; i < argc; i++) {
		AUTO_BUF struct buf got = BUF_INIT;
		struct case_file c;

		read_case(argv[i], &c);
		run_case(&c, &got);
		(void)fputs(got.data, stdout);
		buf_fini(&c.text);
	}
	if (argc > 1)
		return 0;
	if (glob(pattern, 0, NULL, &found))
		die(pattern, "no case");
	for (size_t i = 0; i < found.gl_pathc; i++)
		passed &= check(found.gl_pathv[i], i + 1);
	(void)printf("1..%zu\n", found.gl_pathc);
	globfree(&found);
	return !passed;
}
