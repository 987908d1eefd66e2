/* SPDX-License-Identifier: Apache-2.0 */
/* blame.c: asks git about the files that moved. */
#include "engine/blame.h"

#include "io/git.h"
#include "io/git_remote.h"

#define MAX_FILES 20

/* Which two states of which repository are compared. */
struct sides {
	const char *repo;
	const char *before; /* commit, or NULL */
	const char *after;  /* commit; NULL = the working tree */
	const char *head;   /* whose history is looked through */
	const char *below;  /* where the root lies in the repository: "" or "/sub" */
};

static void
ask(const struct sides *s, const char *path, struct arena *arena, struct reason *reason)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_FREE char *commit = NULL;
	struct git_lines lines;
	bool dirty = false;

	if (s->before && !git_numstat(s->repo, s->before, s->after, path, &lines, &ignored)) {
		reason->added = lines.added;
		reason->removed = lines.removed;
	}
	if (!s->after && git_is_dirty(s->repo, s->head, path, &dirty, &ignored))
		return;
	if (!dirty && !git_last_commit(s->repo, s->head, path, &commit, &ignored) && commit)
		reason->commit = arena_strdup(arena, commit);
}

/* The commit at the end of a source reason's text. */
static const char *
commit_of(const char *text)
{
	const char *blank = text ? strrchr(text, ' ') : NULL;

	return blank ? blank + 1 : text;
}

/* How far a source went, and with that from where. */
static void
ask_source(struct sides *s, struct reasons *reasons)
{
	for (size_t i = 0; i < reasons->n; i++) {
		struct reason *r = &reasons->v[i];
		AUTO_ERR struct err ignored = ERR_INIT;
		struct git_distance d;

		if (r->kind != REASON_SOURCE || !r->before || !r->after ||
		    strcmp(commit_of(r->after), s->after) != 0)
			continue;
		if (git_distance(s->repo, commit_of(r->before), s->after, &d, &ignored) ||
		    d.ahead < 0)
			continue;
		s->before = commit_of(r->before);
		r->added = d.ahead;
		r->removed = d.behind;
	}
}

void
blame_reasons(struct project *p, const struct graph_image *image, const char *before_commit,
	      struct arena *arena, struct reasons *reasons)
{
	const struct project_files *files = project_files(p, image);
	bool clean =
		before_commit && *before_commit && before_commit[strlen(before_commit) - 1] != '+';
	struct sides s = { .repo = p->toplevel, .before = clean ? before_commit : NULL };
	size_t asked = 0;

	s.head = p->head;
	s.below = "";
	if (files->url) {
		s = (struct sides){ files->repo, NULL, files->commit, files->commit, "" };
		ask_source(&s, reasons);
	} else if (p->toplevel) {
		s.after = tree_is_commit(p->own.tree) ? p->head : NULL;
		s.below = project_below(p);
	}
	if (!s.repo || !s.head)
		return;
	for (size_t i = 0; i < reasons->n && asked < MAX_FILES; i++) {
		AUTO_FREE char *path = NULL;

		if (!reason_is_about_file(reasons->v[i].kind))
			continue;
		path = xasprintf("%s/%s", s.below, reasons->v[i].subject);
		ask(&s, path + strspn(path, "/"), arena, &reasons->v[i]);
		asked++;
	}
}
