/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_graph.c: lockstep graph. */
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "io/proc.h"

#define FORMAT_LIST(X)                                                                             \
	X(FORMAT_TEXT, "text")                                                                     \
	X(FORMAT_DOT, "dot")                                                                       \
	X(FORMAT_MERMAID, "mermaid")                                                               \
	X(FORMAT_SVG, "svg")                                                                       \
	X(FORMAT_JSON, "json")
ENUM_DECLARE(graph_format, FORMAT_LIST);
ENUM_DEFINE(graph_format, FORMAT_LIST);

static const char *arg_format, *arg_commit;

static const struct opt options[] = {
	{ 0, "format", OPT_TEXT, "FORMAT", "text, dot, mermaid, svg or json", &arg_format },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0 },
};

/* Drawn by Graphviz. */
static int
render_svg(const struct project *p, struct buf *ret, struct err *err)
{
	static const char *const argv[] = { "dot", "-Tsvg", NULL };
	AUTO_BUF struct buf dot = BUF_INIT;
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };

	if (!proc_find(argv[0], NULL)) {
		err_set(err, ERR_TOOL, "--format svg: cannot find 'dot'");
		err_hint(err, "apt-get install graphviz, or --format mermaid");
		return -ERR_TOOL;
	}
	buf_init(&dot, 0);
	render_graph_dot(p, &dot);
	opts.input = buf_str(&dot);
	return proc_run(&opts, ret, err);
}

static int
graph(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;
	enum graph_format format = s->o.json ? FORMAT_JSON : FORMAT_TEXT;
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	if (r)
		return r;
	if (arg_format && !graph_format_parse(str_c(arg_format), &format))
		return err_set(err, ERR_USAGE,
			       "--format: '%s' is none of text, dot, mermaid, svg, json",
			       arg_format);
	s->o.commit = arg_commit;
	r = session_project(s, err);
	if (r)
		return r;
	buf_init(&b, 0);
	switch (format) {
	case FORMAT_TEXT:
		render_graph_text(s->project);
		break;
	case FORMAT_DOT:
		render_graph_dot(s->project, &b);
		break;
	case FORMAT_MERMAID:
		render_graph_mermaid(s->project, &b);
		break;
	case FORMAT_SVG:
		r = render_svg(s->project, &b, err);
		break;
	case FORMAT_JSON:
		render_json(render_graph_json(s->project));
		break;
	}
	if (!r)
		out_write(buf_str(&b));
	return r;
}

const struct cmd cmd_graph = {
	.name = "graph",
	.args = "",
	.summary = "the images and what they are built from",
	.about =
		"Prints the graph: parents before children, with the external images that it uses\n"
		"but does not build. Edges come from the Dockerfiles.",
	.examples = "  $ lockstep graph\n"
		    "  $ lockstep graph --format svg >graph.svg\n"
		    "  $ lockstep graph --format mermaid\n"
		    "  $ lockstep graph --json\n",
	.opts = options,
	.run = graph,
};
