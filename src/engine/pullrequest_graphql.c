/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_graphql.c: a commit that GitHub makes and signs. */
#include "base/base64.h"
#include "base/uri.h"
#include "engine/pullrequest_priv.h"
#include "io/git_branch.h"
#include "io/git_remote.h"

/*
 * createCommitOnBranch appends to a branch and ours is to be replaced, so the commit is made on a
 * branch beside it, which begins at the base's tip, and updateRefs then moves one to the other and
 * deletes the helper, both or neither, each from where it was seen.
 */
#define HELPER_PREFIX "lockstep/new/"
#define ZERO_ID "0000000000000000000000000000000000000000"
#define NEEDS "Contents: write"

static char *
helper_name(const struct pullrequest_edit *e)
{
	const char *group = strrchr(e->branch, '/');

	return xasprintf(HELPER_PREFIX "%s", group ? group + 1 : e->branch);
}

static char *
ref_path(const char *branch)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_adds(&b, "/git/refs/heads%2F");
	uri_escape(&b, str_c(branch));
	return buf_steal(&b);
}

static void
drop_helper(const struct pullrequest_opts *o, const char *helper)
{
	AUTO_FREE char *path = ref_path(helper);
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };

	/* What stays is in nobody's way: the next run begins by deleting it. */
	(void)!github_repo(o->hub, HTTP_DELETE, path, NULL, &a, NULL);
}

static int
make_helper(const struct pullrequest_opts *o, const char *helper, const char *at, struct err *err)
{
	AUTO_FREE char *ref = xasprintf("refs/heads/%s", helper);
	AUTO_JSON json_t *body = json_object();

	json_set_text(body, "ref", ref);
	json_set_text(body, "sha", at);
	for (int tries = 0; tries < 2; tries++) {
		AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
		int r = github_repo(o->hub, HTTP_POST, "/git/refs", body, &a, err);

		if (r)
			return r;
		if (a.status == 201)
			return 1;
		if (a.status != 422 || !strstr(a.said, "already exists"))
			return github_refusal(o->hub, &a, "create a branch", NEEDS, err);
		drop_helper(o, helper);
	}
	return 0;
}

static json_t *
commit_input(const struct pullrequest_opts *o, const struct pullrequest_edit *e, const char *helper)
{
	json_t *input = json_object(), *branch = json_object(), *message = json_object();
	json_t *files = json_object(), *additions = json_array();
	size_t end = str_find(str_c(e->message), '\n');
	AUTO_FREE char *headline = xstrndup(e->message, end);
	const char *rest = e->message + end;

	json_set_text(branch, "repositoryNameWithOwner", github_slug(o->hub));
	json_set_text(branch, "branchName", helper);
	json_set_text(message, "headline", headline);
	json_set_text(message, "body", rest + strspn(rest, "\n"));
	for (size_t i = 0; i < e->nchanges; i++) {
		AUTO_FREE char *contents = base64_encode(e->changes[i].text);
		json_t *file = json_object();

		json_set_text(file, "path", e->changes[i].path);
		json_set_text(file, "contents", contents);
		json_array_append_new(additions, file);
	}
	json_object_set_new(files, "additions", additions);
	json_object_set_new(input, "branch", branch);
	json_object_set_new(input, "message", message);
	json_object_set_new(input, "fileChanges", files);
	json_set_text(input, "expectedHeadOid", e->base_tip);
	return input;
}

static bool
is_stale(const struct github_answer *a)
{
	return a->status == 200 &&
	       (strstr(a->said, "Expected branch to point to") || strstr(a->said, "was not found"));
}

static int
make_commit(const struct pullrequest_opts *o, const struct pullrequest_edit *e, const char *helper,
	    char **ret, struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	const char *id;
	int r = github_mutate(o->hub, "createCommitOnBranch", "commit { oid }",
			      commit_input(o, e, helper), &a, err);

	if (r)
		return r;
	if (is_stale(&a))
		return 0;
	id = json_get_text(json_object_get(a.json, "commit"), "oid");
	if (!id)
		return github_refusal(o->hub, &a, "create the commit", NEEDS, err);
	*ret = xstrdup(id);
	return 1;
}

/* GitHub's tree has to be the one that we made of the same edit. */
static int
check_commit(const struct pullrequest_opts *o, const struct pullrequest_edit *e, const char *id,
	     struct err *err)
{
	AUTO_FREE char *path = xasprintf("/git/commits/%s", id), *tree = NULL;
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	const char *theirs;
	int r = git_commit_tree(e->repo, e->commit, &tree, err);

	if (!r)
		r = github_repo(o->hub, HTTP_GET, path, NULL, &a, err);
	if (r)
		return r;
	theirs = json_get_text(json_object_get(a.json, "tree"), "sha");
	if (a.status != 200 || !theirs)
		return github_refusal(o->hub, &a, "read the commit", NEEDS, err);
	if (strcmp(theirs, tree) != 0)
		return err_set(err, ERR_FAILED,
			       "GitHub's commit %s is not the edit that was asked for: nothing was "
			       "changed",
			       id);
	return 1;
}

static json_t *
ref_update(const char *branch, const char *before, const char *after)
{
	AUTO_FREE char *name = xasprintf("refs/heads/%s", branch);
	json_t *j = json_object();

	json_set_text(j, "name", name);
	json_set_text(j, "beforeOid", before);
	json_set_text(j, "afterOid", after);
	json_set_bool(j, "force", true);
	return j;
}

static int
repository_node(const struct pullrequest_opts *o, char **ret, struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	const char *node;
	int r = github_repo(o->hub, HTTP_GET, "", NULL, &a, err);

	if (r)
		return r;
	node = json_get_text(a.json, "node_id");
	if (!node)
		return github_refusal(o->hub, &a, "see the repository", NEEDS, err);
	*ret = xstrdup(node);
	return 0;
}

/* 1 yes, 0 no; commit NULL = it is not there. */
static int
is_at(const struct pullrequest_opts *o, const char *branch, const char *commit, struct err *err)
{
	AUTO_FREE char *ref = xasprintf("refs/heads/%s", branch), *now = NULL;
	int r = git_way_resolve(&o->way, ref, &now, err);

	if (r)
		return r;
	return now && commit ? !strcmp(now, commit) : now == commit;
}

static int
swap(const struct pullrequest_opts *o, const struct pullrequest_edit *e, const char *helper,
     const char *id, struct err *err)
{
	AUTO_GITHUB_ANSWER struct github_answer a = { 0 };
	AUTO_FREE char *node = NULL;
	json_t *input, *updates;
	int r = repository_node(o, &node, err);

	if (r)
		return r;
	input = json_object();
	updates = json_array();
	json_set_text(input, "repositoryId", node);
	json_array_append_new(updates, ref_update(e->branch, e->tip ? e->tip : ZERO_ID, id));
	json_array_append_new(updates, ref_update(helper, id, ZERO_ID));
	json_object_set_new(input, "refUpdates", updates);
	r = github_mutate(o->hub, "updateRefs", "clientMutationId", input, &a, err);
	if (r)
		return r;
	if (a.json)
		return 1;
	/* Its words for "it has moved" are not documented; what is there now tells. */
	r = is_at(o, e->branch, e->tip, err);
	if (r > 0)
		r = is_at(o, helper, id, err);
	return r <= 0 ? r : github_refusal(o->hub, &a, "move the branch", NEEDS, err);
}

int
pullrequest_graphql(const struct pullrequest_opts *o, const struct pullrequest_edit *e, char **ret,
		    struct err *err)
{
	AUTO_FREE char *helper = helper_name(e), *id = NULL;
	int r = make_helper(o, helper, e->base_tip, err);

	if (r <= 0)
		return r;
	r = make_commit(o, e, helper, &id, err);
	if (r == 1)
		r = check_commit(o, e, id, err);
	if (r == 1)
		r = swap(o, e, helper, id, err);
	if (r == 1)
		*ret = STEAL(id);
	else
		drop_helper(o, helper);
	return r;
}
