/* SPDX-License-Identifier: Apache-2.0 */
/* auditor.c: gives an audit the files of the repository, and those that images are built from. */
#include "engine/auditor.h"

#include "base/file.h"
#include "base/path.h"
#include "engine/collect.h"
#include "engine/inventory.h"
#include "model/inputs.h"

#include <fcntl.h>

struct run {
	const struct auditor_opts *o;
	struct audit *audit;
	const char *top;   /* of the repository, absolute */
	const char *below; /* where the graph's root is in it; "" = there */
	struct err_list *errs;
};

/* A path of the graph from the top of the repository on; arena. */
static const char *
from_top(struct run *r, const char *path)
{
	AUTO_FREE char *joined = path_join(r->below, path);

	return arena_strdup(r->audit->arena, joined);
}

static void
add_path(struct run *r, struct audit_inputs *in, const char *path)
{
	const char *full = from_top(r, path);

	if (map_has(r->audit->survey->files, str_c(full)))
		in->paths[in->n++] = full;
}

static int
read_inputs(struct run *r, const struct graph_image *image, struct audit_inputs *ret,
	    struct err *err)
{
	struct project *p = r->o->project;
	const struct project_source *src = &p->sources[image->index];
	struct collect_opts opts = {
		.project = p, .image = image, .recipe = src->edges, .skip_widened = true
	};
	struct inputs *in = inputs_new();
	int status = collect_files(&opts, in, r->errs, err);

	ret->context = from_top(r, image->context);
	ret->dockerfile = from_top(r, src->df_path);
	ret->paths = arena_calloc(r->audit->arena, in->files.n + 2, sizeof(*ret->paths));
	add_path(r, ret, src->df_path);
	if (src->ignore_path)
		add_path(r, ret, src->ignore_path);
	for (size_t i = 0; !status && i < in->files.n; i++)
		if (in->files.v[i].kind != INPUT_DIR)
			add_path(r, ret, project_tree_path(p, image, in->files.v[i].path));
	inputs_free(in);
	return status;
}

static int
read_all_inputs(struct run *r, struct err *err)
{
	const struct graph *g = r->o->project->graph;
	struct audit_inputs *inputs = arena_calloc(r->audit->arena, g->nimages, sizeof(*inputs));
	int status = 0;

	r->audit->inputs = inputs;
	for (size_t i = 0; i < g->nimages; i++) {
		int one = 0;

		if (!g->images[i].source.git)
			one = read_inputs(r, &g->images[i], &inputs[i], err);
		if (one && one != -ERR_INPUT)
			return one;
		status = one ? one : status;
	}
	return status;
}

static const char *
shown(struct run *r, const char *path)
{
	const struct project *p = r->o->project;

	if (!*r->below)
		return arena_printf(r->audit->arena, "%s%s", p->own.shown, path);
	return arena_printf(r->audit->arena, "%s/%s", r->top, path);
}

/* What no filter of paths is for: the workflows, and what lockstep itself is told by. */
static void
mark_own(struct run *r)
{
	struct audit *a = r->audit;
	bool *own = arena_calloc(a->arena, map_len(a->survey->files), sizeof(*own));
	const char *graph = from_top(r, path_base(r->o->project->graph_path));
	const char *lock = from_top(r, "lockstep.lock");

	for (size_t i = 0; i < map_len(a->survey->files); i++) {
		const char *path = map_key(a->survey->files, i).p;

		own[i] = inventory_is_workflow(path) || !strcmp(path, graph) || !strcmp(path, lock);
	}
	a->is_own = own;
}

static int
read_workflow(struct run *r, const char *path, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct yaml *document;
	int status;

	buf_init(&text, 0);
	status = file_read(AT_FDCWD, path, MAX_GRAPH_FILE, &text, err);
	if (status) {
		err->class = ERR_USAGE;
		return status;
	}
	document = yaml_parse(r->audit->survey->arena, buf_str(&text), path, r->errs);
	if (document)
		audit_workflow(r->audit, path, document);
	return 0;
}

static int
read_workflows(struct run *r, struct err *err)
{
	const struct map *files = r->audit->survey->files;
	size_t n = r->o->nworkflows;
	int status = 0;

	for (size_t i = 0; !status && i < n; i++)
		status = read_workflow(r, r->o->workflows[i], err);
	for (size_t i = 0; !status && !r->o->nworkflows && i < map_len(files); i++) {
		const char *path = map_key(files, i).p;

		if (!inventory_is_workflow(path))
			continue;
		n++;
		status = read_workflow(r, shown(r, path), err);
	}
	if (!status && !n)
		status = err_set(err, ERR_INPUT, "'%s' has no workflow", r->top);
	return status ? status : (r->errs->n ? -ERR_INPUT : 0);
}

int
auditor_run(const struct auditor_opts *opts, struct audit **ret, struct err_list *errs,
	    struct err *err)
{
	struct project *p = opts->project;
	AUTO_ERR_LIST struct err_list others = ERR_LIST_INIT; /* of Dockerfiles outside the graph */
	struct audit *a = xcalloc(1, sizeof(*a));
	struct run r = { .o = opts, .audit = a, .errs = errs };
	struct inventory_opts where = { .dialect = p->dialect, .files_only = true };
	int status;

	r.top = p->toplevel ? p->toplevel : p->root;
	r.below = p->toplevel ? project_below(p) : "";
	where.dir = r.top;
	a->arena = arena_new();
	a->graph = p->graph;
	a->built = arena_calloc(a->arena, p->graph->nimages, sizeof(*a->built));
	status = inventory_take(&where, &a->survey, &others, err);
	if (!status)
		status = read_all_inputs(&r, err);
	if (!status) {
		mark_own(&r);
		status = read_workflows(&r, err);
	}
	if (status) {
		audit_free(a);
		return status;
	}
	audit_end(a);
	*ret = a;
	return 0;
}
