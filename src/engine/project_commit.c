/* SPDX-License-Identifier: Apache-2.0 */
/* project_commit.c: which commit the files are. */
#include "engine/project.h"
#include "io/git.h"

const char *
project_below(const struct project *p)
{
	const char *below = p->root + strlen(p->toplevel);

	return below + strspn(below, "/");
}

char *
project_commit(const struct project *p)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* the worse answer is the safe one */
	bool dirty = true;

	if (!p->head)
		return NULL;
	if (tree_is_commit(p->own.tree) ||
	    (!git_is_dirty(p->toplevel, p->head, p->root, &dirty, &ignored) && !dirty))
		return xstrdup(p->head);
	return xasprintf("%s+", p->head);
}
