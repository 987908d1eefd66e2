/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_priv.h: what the parts of pullrequest share. */
#ifndef LOCKSTEP_ENGINE_PULLREQUEST_PRIV_H
#define LOCKSTEP_ENGINE_PULLREQUEST_PRIV_H

#include "engine/pullrequest_text.h"
#include "remote/github.h"

/* Commits between the versions that moved, as far as GitHub tells; caller frees; NULL = it does not. */
char *pullrequest_upstream(struct github *hub, const struct pins *p, const struct event *e)
	NODISCARD;

/* --- pull requests */

/* One as the API lists it; all zero = there is none. */
struct pullrequest_found {
	int number;
	char *url, *node, *title, *body, *head; /* head: the commit */
	bool draft, held, merged;               /* held: it has the label `hold` */
	json_t *labels;                         /* names */
};
void pullrequest_found_fini(struct pullrequest_found *f);

/* The open one of our branch into base. */
int pullrequest_find(const struct pullrequest_opts *o, const char *branch, const char *base,
		     struct pullrequest_found *ret, struct err *err) NODISCARD;
/* The newest one of our branch, whatever became of it. */
int pullrequest_find_last(const struct pullrequest_opts *o, const char *branch, const char *base,
			  struct pullrequest_found *ret, struct err *err) NODISCARD;
/* Default branch, and whether we may write; ERR_TOOL when not. */
int pullrequest_probe(const struct pullrequest_opts *o, char **ret_default, struct err *err)
	NODISCARD;
/* Whether we may open pull requests, by trying one that has no commits; ERR_TOOL when not. */
int pullrequest_probe_open(const struct pullrequest_opts *o, const char *base, struct err *err)
	NODISCARD;

struct pullrequest_wanted {
	const char *branch, *base, *title, *body;
	bool hold;
};
/* Opens it; 1: done, 0: there is one by now. ERR_TOOL when we are not allowed to. */
int pullrequest_open(const struct pullrequest_opts *o, const struct pullrequest_wanted *w,
		     struct pullrequest_found *ret, struct err *err) NODISCARD;
/* Title, body, draft: what differs is written; *ret_changed is set if anything did. */
int pullrequest_amend(const struct pullrequest_opts *o, const struct pullrequest_wanted *w,
		      struct pullrequest_found *f, bool *ret_changed, struct err *err) NODISCARD;
/* Adds a comment unless one with the marker is there. */
int pullrequest_comment(const struct pullrequest_opts *o, int number, const char *marker,
			const char *text, struct err *err) NODISCARD;
int pullrequest_close(const struct pullrequest_opts *o, int number, struct err *err) NODISCARD;
/* Best effort: failures are notes. fresh: it was opened just now. */
void pullrequest_decorate(const struct pullrequest_opts *o, const struct pullrequest_found *f,
			  bool fresh);
void pullrequest_supersede(const struct pullrequest_opts *o, const char *base,
			   const struct pullrequest_found *ours, const char *branch);

/* --- the commit */

struct pullrequest_edit {
	const char *repo; /* the bare repository */
	const char *branch, *base;
	const char *base_tip, *tip; /* tip NULL = the branch is not there */
	const char *message;
	const struct git_change *changes;
	size_t nchanges;
	const char *commit; /* the same, made by us in repo */
};
/* GitHub makes the commit and moves the branch. 1 done, *ret is the commit (caller frees); 0: a tip
 * moved. */
int pullrequest_graphql(const struct pullrequest_opts *o, const struct pullrequest_edit *e,
			char **ret, struct err *err) NODISCARD;

#endif
