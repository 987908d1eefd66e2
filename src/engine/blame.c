/* SPDX-License-Identifier: Apache-2.0 */
/* blame.c: asks git about the files that moved. */
#include "engine/blame.h"

#include "base/path.h"
#include "io/git.h"

#define MAX_FILES 20

/* Where the root lies in the work tree: "" or "sub/". */
static char *
repo_path(struct project *p, const char *tree_path)
{
	const char *below = p->root + strlen(p->toplevel);

	below += *below == '/';
	return *below ? xasprintf("%s/%s", below, tree_path) : xstrdup(tree_path);
}

static void
ask(struct project *p, const char *path, const char *before, struct arena *arena,
    struct reason *reason)
{
	const char *after = tree_is_commit(p->tree) ? p->head : NULL;
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_FREE char *commit = NULL;
	struct git_lines lines;
	bool dirty = false;

	if (before && !git_numstat(p->toplevel, before, after, path, &lines, &ignored)) {
		reason->added = lines.added;
		reason->removed = lines.removed;
	}
	if (!after && git_is_dirty(p->toplevel, p->head, path, &dirty, &ignored))
		return;
	if (!dirty && !git_last_commit(p->toplevel, p->head, path, &commit, &ignored) && commit)
		reason->commit = arena_strdup(arena, commit);
}

void
blame_reasons(struct project *p, const struct graph_image *image, const char *before_commit,
	      struct arena *arena, struct reasons *reasons)
{
	bool clean =
		before_commit && *before_commit && before_commit[strlen(before_commit) - 1] != '+';
	size_t asked = 0;

	if (!p->toplevel || !p->head || image->source.git)
		return;
	for (size_t i = 0; i < reasons->n && asked < MAX_FILES; i++) {
		AUTO_FREE char *path = NULL;

		if (!reason_is_about_file(reasons->v[i].kind))
			continue;
		path = repo_path(p, reasons->v[i].subject);
		ask(p, path, clean ? before_commit : NULL, arena, &reasons->v[i]);
		asked++;
	}
}
