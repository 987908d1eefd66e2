/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_hub.c: pull requests through GitHub's API. */
#include "base/uri.h"
#include "engine/pullrequest_priv.h"
#include "model/glob.h"

#include <inttypes.h>

#define HOLD_LABEL "hold"
#define HELD_MARKER "<!-- lockstep-held -->"
#define PAGE 100
#define MAX_PAGES 10
#define NEEDS_PULLS "Pull requests: write"

void
pullrequest_found_fini(struct pullrequest_found *f)
{
	free(f->url);
	free(f->node);
	free(f->title);
	free(f->body);
	free(f->head);
	json_decref(f->labels);
	*f = (struct pullrequest_found){ 0 };
}

static char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_get_text(object, key);

	return xstrdup(text ? text : "");
}

static void
read_found(const json_t *j, struct pullrequest_found *ret)
{
	const json_t *label;
	size_t i;

	pullrequest_found_fini(ret);
	ret->number = (int)json_integer_value(json_object_get(j, "number"));
	ret->url = text_of(j, "html_url");
	ret->node = text_of(j, "node_id");
	ret->title = text_of(j, "title");
	ret->body = text_of(j, "body");
	ret->head = text_of(json_object_get(j, "head"), "sha");
	ret->draft = json_is_true(json_object_get(j, "draft"));
	ret->merged = json_get_text(j, "merged_at") != NULL;
	ret->labels = json_array();
	json_array_foreach(json_object_get(j, "labels"), i, label)
	{
		const char *name = json_get_text(label, "name");

		if (!name)
			continue;
		json_add_text(ret->labels, name);
		ret->held = ret->held || str_ieq_c(str_c(name), HOLD_LABEL);
	}
}

/* The list takes `head` as a filter that it forgets when it does not like it. */
static bool
is_ours(const struct pullrequest_opts *o, const json_t *j, const char *branch)
{
	const json_t *head = json_object_get(j, "head");
	const char *ref = json_get_text(head, "ref");
	const char *repo = json_get_text(json_object_get(head, "repo"), "full_name");

	return ref && repo && !strcmp(ref, branch) && str_ieq_c(str_c(repo), github_slug(o->hub));
}

static int
list(const struct pullrequest_opts *o, const char *branch, const char *base, const char *state,
     struct pullrequest_found *ret, struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_BUF struct buf path = BUF_INIT;
	const json_t *j;
	size_t i;
	int r;

	pullrequest_found_fini(ret);
	buf_init(&path, 0);
	buf_addf(&path, "/pulls?state=%s&per_page=%d&head=%s:", state, PAGE, o->owner);
	uri_escape(&path, str_c(branch));
	buf_adds(&path, "&base=");
	uri_escape(&path, str_c(base));
	r = github_repo(o->hub, HTTP_GET, path.data, NULL, &a, err);
	if (r)
		return r;
	if (a.status != 200 || !json_is_array(a.json))
		return github_refusal(o->hub, &a, "list pull requests", "Pull requests: read", err);
	json_array_foreach(a.json, i, j)
	{
		if (!is_ours(o, j, branch))
			continue;
		read_found(j, ret);
		break;
	}
	return 0;
}

int
pullrequest_find(const struct pullrequest_opts *o, const char *branch, const char *base,
		 struct pullrequest_found *ret, struct err *err)
{
	return list(o, branch, base, "open", ret, err);
}

int
pullrequest_find_last(const struct pullrequest_opts *o, const char *branch, const char *base,
		      struct pullrequest_found *ret, struct err *err)
{
	return list(o, branch, base, "all", ret, err);
}

int
pullrequest_probe(const struct pullrequest_opts *o, char **ret_default, struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	const char *branch;
	int r = github_repo(o->hub, HTTP_GET, "", NULL, &a, err);

	if (r)
		return r;
	branch = json_get_text(a.json, "default_branch");
	if (a.status != 200 || !branch) {
		(void)github_refusal(o->hub, &a, "see the repository",
				     "Contents: write, " NEEDS_PULLS, err);
		if (err && a.status != 200)
			err->class = ERR_TOOL;
		return err ? -(int)err->class : -ERR_REMOTE;
	}
	if (json_is_false(json_object_get(json_object_get(a.json, "permissions"), "push"))) {
		err_set(err, ERR_TOOL, "the token may not write to %s: nothing was pushed",
			github_slug(o->hub));
		err_hint(err, "it needs 'Contents: write' and '" NEEDS_PULLS
			      "' (a classic one: 'repo')");
		return -ERR_TOOL;
	}
	*ret_default = xstrdup(branch);
	return 0;
}

/* What to do when a pull request may not be opened: the two ways are different. */
static int
denied(const struct pullrequest_opts *o, const struct github_answer *a, struct err *err)
{
	err_set(err, ERR_TOOL, "pull requests may not be opened on %s: status %d%s%s",
		github_slug(o->hub), a->status, *a->said ? ": " : "", a->said);
	if (strstr(a->said, "GitHub Actions is not permitted"))
		err_hint(err,
			 "tick 'Allow GitHub Actions to create and approve pull requests' under "
			 "Settings, Actions, General of the repository and of its organisation, or "
			 "give --token-env the token of a GitHub App");
	else
		err_hint(err, "the token needs '" NEEDS_PULLS "' on %s (a classic one: 'repo')",
			 github_slug(o->hub));
	return -ERR_TOOL;
}

static bool
is_denial(const struct github_answer *a)
{
	return a->status == 401 || a->status == 403 || a->status == 404;
}

static json_t *
new_pull(const char *title, const char *head, const char *base)
{
	json_t *j = json_object();

	json_set_text(j, "title", title);
	json_set_text(j, "head", head);
	json_set_text(j, "base", base);
	return j;
}

int
pullrequest_probe_open(const struct pullrequest_opts *o, const char *base, struct err *err)
{
	AUTO_JSON json_t *body = new_pull("probe", base, base);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	int r = github_repo(o->hub, HTTP_POST, "/pulls", body, &a, err);

	if (r)
		return r;
	return is_denial(&a) ? denied(o, &a, err) : 0;
}

static char *
held_body(const struct pullrequest_wanted *w)
{
	return w->hold ? xasprintf("%s" HELD_MARKER "\n", w->body) : xstrdup(w->body);
}

static bool
says(const struct github_answer *a, const char *what)
{
	AUTO_FREE char *all = a->json ? json_canonical(a->json) : NULL;

	return strstr(a->said, what) || (all && strstr(all, what));
}

int
pullrequest_open(const struct pullrequest_opts *o, const struct pullrequest_wanted *w,
		 struct pullrequest_found *ret, struct err *err)
{
	AUTO_JSON json_t *body = new_pull(w->title, w->branch, w->base);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_FREE char *text = held_body(w);
	int r;

	json_set_text(body, "body", text);
	if (w->hold)
		json_set_bool(body, "draft", true);
	r = github_repo(o->hub, HTTP_POST, "/pulls", body, &a, err);
	if (r)
		return r;
	if (a.status == 422 && says(&a, "already exists"))
		return 0;
	if (is_denial(&a))
		return denied(o, &a, err);
	if (a.status != 201)
		return github_refusal(o->hub, &a, "open a pull request", NULL, err);
	read_found(a.json, ret);
	return 1;
}

static int
set_draft(const struct pullrequest_opts *o, struct pullrequest_found *f, bool draft,
	  struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	json_t *input = json_object();
	int r;

	json_set_text(input, "pullRequestId", f->node);
	r = github_mutate(o->hub,
			  draft ? "convertPullRequestToDraft" : "markPullRequestReadyForReview",
			  "pullRequest { id isDraft }", input, &a, err);
	if (r)
		return r;
	if (!a.json)
		return github_refusal(o->hub, &a,
				      draft ? "make the pull request a draft"
					    : "mark the pull request as ready",
				      NEEDS_PULLS, err);
	f->draft = draft;
	return 0;
}

/* A draft that a person made is not ours to end. */
static int
amend_draft(const struct pullrequest_opts *o, const struct pullrequest_wanted *w,
	    struct pullrequest_found *f, bool *ret_changed, struct err *err)
{
	bool ours = strstr(f->body, HELD_MARKER) != NULL;

	if (f->draft == w->hold || (f->draft && !ours))
		return 0;
	*ret_changed = true;
	return set_draft(o, f, w->hold, err);
}

int
pullrequest_amend(const struct pullrequest_opts *o, const struct pullrequest_wanted *w,
		  struct pullrequest_found *f, bool *ret_changed, struct err *err)
{
	struct pullrequest_wanted want = *w;
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_JSON json_t *body = json_object();
	AUTO_FREE char *text = NULL, *path = xasprintf("/pulls/%d", f->number);
	int r;

	want.hold = w->hold || f->held;
	r = amend_draft(o, &want, f, ret_changed, err);
	if (r)
		return r;
	text = held_body(&want);
	if (!strcmp(f->title, want.title) && !strcmp(f->body, text))
		return 0;
	*ret_changed = true;
	json_set_text(body, "title", want.title);
	json_set_text(body, "body", text);
	r = github_repo(o->hub, HTTP_PATCH, path, body, &a, err);
	if (r)
		return r;
	return a.status == 200
		       ? 0
		       : github_refusal(o->hub, &a, "update the pull request", NEEDS_PULLS, err);
}

/* 1 there, 0 not. */
static int
has_comment(const struct pullrequest_opts *o, int number, const char *marker, struct err *err)
{
	for (int page = 1; page <= MAX_PAGES; page++) {
		AUTO_FREE char *path =
			xasprintf("/issues/%d/comments?per_page=%d&page=%d", number, PAGE, page);
		AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
		const json_t *comment;
		size_t i;
		int r = github_repo(o->hub, HTTP_GET, path, NULL, &a, err);

		if (r)
			return r;
		json_array_foreach(a.json, i, comment)
		{
			const char *text = json_get_text(comment, "body");

			if (text && strstr(text, marker))
				return 1;
		}
		if (json_array_size(a.json) < PAGE)
			break;
	}
	return 0;
}

int
pullrequest_comment(const struct pullrequest_opts *o, int number, const char *marker,
		    const char *text, struct err *err)
{
	AUTO_FREE char *path = xasprintf("/issues/%d/comments", number);
	AUTO_FREE char *whole = xasprintf("%s\n%s\n", marker, text);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_JSON json_t *body = json_object();
	int r = has_comment(o, number, marker, err);

	if (r)
		return r < 0 ? r : 0;
	json_set_text(body, "body", whole);
	r = github_repo(o->hub, HTTP_POST, path, body, &a, err);
	if (r)
		return r;
	return a.status == 201 ? 0 : github_refusal(o->hub, &a, "comment", NEEDS_PULLS, err);
}

int
pullrequest_close(const struct pullrequest_opts *o, int number, struct err *err)
{
	AUTO_FREE char *path = xasprintf("/pulls/%d", number);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_JSON json_t *body = json_object();
	int r;

	json_set_text(body, "state", "closed");
	r = github_repo(o->hub, HTTP_PATCH, path, body, &a, err);
	if (r)
		return r;
	return a.status == 200
		       ? 0
		       : github_refusal(o->hub, &a, "close the pull request", NEEDS_PULLS, err);
}

static void
note_failure(const struct pullrequest_opts *o, const char *what, int r, struct err *err,
	     const struct github_answer *a)
{
	AUTO_FREE char *text = NULL;

	if (r)
		text = xasprintf("%s: %s", what, err->msg);
	else
		text = xasprintf("%s: status %d%s%s", what, a->status, *a->said ? ": " : "",
				 a->said);
	o->note(o->ctx, text);
}

static void
post_names(const struct pullrequest_opts *o, const char *path, const char *key, json_t *take_names,
	   const char *what)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_JSON json_t *body = json_object();
	AUTO_ERR struct err err = ERR_INIT;
	int r;

	json_object_set_new(body, key, take_names);
	r = github_repo(o->hub, HTTP_POST, path, body, &a, &err);
	if (r || a.status >= 300)
		note_failure(o, what, r, &err, &a);
}

static bool
has_label(const struct pullrequest_found *f, const char *name)
{
	const json_t *label;
	size_t i;

	json_array_foreach(f->labels, i,
			   label) if (str_ieq_c(str_c(json_string_value(label)), name)) return true;
	return false;
}

void
pullrequest_decorate(const struct pullrequest_opts *o, const struct pullrequest_found *f,
		     bool fresh)
{
	AUTO_FREE char *labels = xasprintf("/issues/%d/labels", f->number);
	AUTO_FREE char *reviewers = xasprintf("/pulls/%d/requested_reviewers", f->number);
	json_t *missing = json_array(), *people = json_array();

	for (size_t i = 0; i < o->nlabels; i++)
		if (!has_label(f, o->labels[i]))
			json_add_text(missing, o->labels[i]);
	for (size_t i = 0; fresh && i < o->nreviewers; i++)
		json_add_text(people, o->reviewers[i]);
	if (json_array_size(missing))
		post_names(o, labels, "labels", json_incref(missing), "cannot add labels");
	if (json_array_size(people))
		post_names(o, reviewers, "reviewers", json_incref(people), "cannot ask reviewers");
	json_decref(missing);
	json_decref(people);
}

static int
supersede(const struct pullrequest_opts *o, const struct pullrequest_found *ours,
	  const struct pullrequest_found *old, const char *branch, struct err *err)
{
	AUTO_FREE char *text = xasprintf("Superseded by #%d.", ours->number);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_BUF struct buf path = BUF_INIT;
	int r = pullrequest_comment(o, old->number, "<!-- lockstep:superseded -->", text, err);

	buf_init(&path, 0);
	buf_adds(&path, "/git/refs/");
	buf_adds(&path, "heads%2F");
	uri_escape(&path, str_c(branch));
	if (!r)
		r = pullrequest_close(o, old->number, err);
	if (!r)
		r = github_repo(o->hub, HTTP_DELETE, path.data, NULL, &a, err);
	if (r || a.status == 204)
		return r;
	return github_refusal(o->hub, &a, "delete the branch", "Contents: write", err);
}

void
pullrequest_supersede(const struct pullrequest_opts *o, const char *base,
		      const struct pullrequest_found *ours, const char *branch)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_BUF struct buf path = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	const json_t *j;
	size_t i;
	int r;

	if (!o->close_superseded)
		return;
	buf_init(&path, 0);
	buf_addf(&path, "/pulls?state=open&per_page=%d&base=", PAGE);
	uri_escape(&path, str_c(base));
	r = github_repo(o->hub, HTTP_GET, path.data, NULL, &a, &err);
	if (r || a.status != 200)
		note_failure(o, "cannot look for pull requests that are superseded", r, &err, &a);
	json_array_foreach(a.json, i, j)
	{
		struct pullrequest_found old = { 0 };
		const char *ref = json_get_text(json_object_get(j, "head"), "ref");

		if (!ref || !strcmp(ref, branch) || !is_ours(o, j, ref) ||
		    glob_match(str_c(o->close_superseded), str_c(ref)) != GLOB_YES)
			continue;
		read_found(j, &old);
		if (supersede(o, ours, &old, ref, &err))
			note_failure(o, "cannot close a superseded pull request", 1, &err, NULL);
		pullrequest_found_fini(&old);
	}
}
