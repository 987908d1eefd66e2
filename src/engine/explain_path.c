/* SPDX-License-Identifier: Apache-2.0 */
/* explain_path.c: why a path is no cause for a rebuild, or is one. */
#include "base/path.h"
#include "engine/collect.h"
#include "engine/explain.h"
#include "store/store_inputs.h"

#include <errno.h>

ENUM_DEFINE(explain_path_kind, EXPLAIN_PATH_LIST);

struct asker {
	struct plan *plan;
	const struct graph_image *image;
	struct plan_node *node;
	struct inputs *before; /* of the last build, or NULL */
	struct explain_path *ret;
};

static const struct input_file *
find_file(const struct inputs *in, const char *path)
{
	for (size_t i = 0; in && i < in->files.n; i++)
		if (str_eq_c(in->files.v[i].path, path) && in->files.v[i].kind != INPUT_DIR)
			return &in->files.v[i];
	return NULL;
}

static bool
same_file(const struct input_file *a, const struct input_file *b)
{
	return a->kind == b->kind && a->executable == b->executable &&
	       sha256_eq(a->hash, b->hash) && str_eq(a->target, b->target);
}

static void
about_dockerfile(struct asker *q)
{
	const struct project_source *src = &q->plan->opts.project->sources[q->image->index];
	struct explain_path *ret = q->ret;

	ret->kind = EXPLAIN_INPUT_NEW;
	if (!q->before || !q->before->dockerfile_text.p)
		return;
	ret->kind = EXPLAIN_DOCKERFILE_CHANGED;
	if (str_eq(q->before->dockerfile_text, src->df_text))
		ret->kind = EXPLAIN_DOCKERFILE_SAME;
	else if (inputs_comments_only(q->before->dockerfile_text, src->df_text, &ret->first,
				      &ret->last))
		ret->kind = EXPLAIN_COMMENTS;
}

/* The context-relative form of a root-relative path, or NULL when it is outside. */
static const char *
in_context(const struct graph_image *image, const char *path)
{
	if (!strcmp(image->context, "."))
		return path;
	if (!path_within(str_c(path), str_c(image->context)))
		return NULL;
	path += strlen(image->context);
	return *path ? path + 1 : ".";
}

static void
about_input(struct asker *q, const struct input_file *now, const char *path)
{
	const struct input_file *was = find_file(q->before, path);

	q->ret->kind = EXPLAIN_INPUT_CHANGED;
	if (!q->before)
		q->ret->kind = EXPLAIN_INPUT_NEW;
	else if (was && now && same_file(was, now))
		q->ret->kind = EXPLAIN_INPUT_SAME;
}

/* Read by an instruction and not ignored itself, but no input: it does not exist, or it lies below
 * an ignored folder that the builder does not enter although an exception names what is there. */
static int
about_absent(struct asker *q, const char *path, struct err *err)
{
	struct project *p = q->plan->opts.project;
	const char *tree_path = project_tree_path(p, q->image, str_c(path));
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err own = ERR_INIT;
	int r = tree_stat(project_files(p, q->image)->tree, str_c(tree_path), &entry, &own);

	if (r && own.sys_errno != ENOTDIR && own.sys_errno != ENOENT)
		return err_move(err, &own);
	q->ret->kind = find_file(q->before, path) ? EXPLAIN_INPUT_CHANGED : EXPLAIN_MISSING;
	if (entry && p->sources[q->image->index].ignore_path) {
		q->ret->kind = EXPLAIN_IGNORED;
		q->ret->line = 0;
		q->ret->ignore_file =
			project_shown(p, q->image, p->sources[q->image->index].ignore_path);
	}
	return 0;
}

static int
about_context_file(struct asker *q, const char *path, struct err *err)
{
	struct project *p = q->plan->opts.project;
	const struct input_file *now = find_file(q->node->made.inputs, path);
	const struct recipe *recipe = q->node->made.recipe;
	struct collect_answer answer;
	int r = collect_explain(p, q->image, recipe, str_c(path), &answer, err);

	if (r)
		return r;
	if (answer.read) {
		q->ret->read = recipe_read_kind_name(answer.read->kind);
		q->ret->line = answer.read->line;
		q->ret->pattern = answer.read->written ? answer.read->written : ".";
		if (answer.read->kind == RECIPE_READ_WIDEN && recipe->nwidens)
			q->ret->widened = recipe->widens[0].reason;
	}
	if (now) {
		about_input(q, now, path);
		return 0;
	}
	q->ret->kind = EXPLAIN_NOT_COPIED;
	if (answer.read && answer.ignore.ignored) {
		q->ret->kind = EXPLAIN_IGNORED;
		q->ret->line = answer.ignore.line;
		q->ret->pattern = answer.ignore.text;
		q->ret->ignore_file =
			project_shown(p, q->image, p->sources[q->image->index].ignore_path);
	} else if (answer.is_input) {
		r = about_absent(q, path, err);
	}
	return r;
}

int
explain_path(struct plan *plan, const struct graph_image *image, const char *path,
	     struct explain_path *ret, struct err *err)
{
	struct project *p = plan->opts.project;
	struct asker q = {
		.plan = plan, .image = image, .node = &plan->nodes[image->index], .ret = ret
	};
	const char *inside = in_context(image, path);
	struct store_step_query query = { p->scope, image->name, INT64_MAX, true };
	struct store_step last = { 0 };
	int r = store_step_last(plan->opts.store, &query, &last, err);

	*ret = (struct explain_path){
		.path = arena_strdup(plan->arena, path),
		.context = image->context,
		.dockerfile = project_shown(p, image, p->sources[image->index].df_path)
	};
	if (r > 0) {
		ret->run_id = last.run_id;
		if (last.has_inputs)
			r = store_inputs_get(plan->opts.store, last.inputs, &q.before, err);
	}
	store_step_fini(&last);
	if (r < 0)
		return r;
	r = 0;
	if (!strcmp(path, p->sources[image->index].df_path) &&
	    !(inside && find_file(q.node->made.inputs, inside)))
		about_dockerfile(&q);
	else if (!inside)
		ret->kind = EXPLAIN_OUTSIDE;
	else
		r = about_context_file(&q, inside, err);
	inputs_free(q.before);
	return r;
}
