/* SPDX-License-Identifier: Apache-2.0 */
/* unversioned.c: inputs that the commit does not have. */
#include "engine/unversioned.h"

#include "base/map.h"
#include "io/git_files.h"

struct search {
	struct project *project;
	struct arena *arena;
	struct map *versioned; /* paths from the top of the repository on */
	const char *prefix;    /* of the graph's root in it: "", "sub/" */
	unversioned_files *ret;
};

static void
look(const struct search *x, const struct graph_image *image, const char *path)
{
	const char *full = arena_printf(x->arena, "%s%s", x->prefix, path);

	if (!map_has(x->versioned, str_c(full)))
		vec_push(x->ret, ((struct unversioned_file){ image->name, path }));
}

static void
look_at_image(const struct search *x, const struct plan_node *node)
{
	const struct inputs *in = node->made.inputs;

	if (!in || in->source.commit)
		return;
	if (in->dockerfile_path)
		look(x, node->image, arena_strdup(x->arena, in->dockerfile_path));
	for (size_t i = 0; i < in->files.n; i++) {
		const struct input_file *f = &in->files.v[i];

		if (f->kind == INPUT_DIR)
			continue;
		look(x, node->image, project_tree_path(x->project, node->image, f->path));
	}
}

int
unversioned_find(const struct plan *plan, struct arena *arena, unversioned_files *ret,
		 struct err *err)
{
	struct project *p = plan->opts.project;
	AUTO_MAP struct map *versioned = map_new();
	struct search x = { p, arena, versioned, "", ret };
	git_files files = { 0 };
	int r;

	*ret = (unversioned_files){ 0 };
	if (!p->head || tree_is_commit(p->own.tree))
		return 0;
	if (*project_below(p))
		x.prefix = arena_printf(arena, "%s/", project_below(p));
	r = git_list_files(p->toplevel, p->head, &files, err);
	for (size_t i = 0; i < files.n; i++)
		(void)map_add(versioned, str_c(files.v[i].path), versioned);
	git_files_fini(&files);
	for (size_t i = 0; !r && i < plan->n; i++)
		look_at_image(&x, &plan->nodes[i]);
	return r;
}
