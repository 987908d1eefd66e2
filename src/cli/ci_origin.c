/* SPDX-License-Identifier: Apache-2.0 */
/* ci_origin.c: whose files a CI job works on. */
#include "cli/ci_origin.h"

ENUM_DEFINE(ci_origin, CI_ORIGIN_LIST);

static enum ci_origin
compare(const char *source, const char *target)
{
	if (!source || !target || !*source || !*target)
		return CI_ORIGIN_UNKNOWN;
	return strcmp(source, target) ? CI_ORIGIN_FORK : CI_ORIGIN_REQUEST;
}

static const char *
full_name(const json_t *repo)
{
	return json_get_text(repo, "full_name");
}

static enum ci_origin
pull_request(const json_t *event)
{
	const json_t *pr = json_object_get(event, "pull_request");
	const json_t *head = json_object_get(pr, "head"), *base = json_object_get(pr, "base");

	return compare(full_name(json_object_get(head, "repo")),
		       full_name(json_object_get(base, "repo")));
}

/* A pull request's workflow has a token that cannot write; the one that follows it has one that can,
 * and may well work on the same files. */
static enum ci_origin
workflow_run(const json_t *event)
{
	const json_t *run = json_object_get(event, "workflow_run");
	const char *first = json_get_text(run, "event");
	enum ci_origin from = compare(full_name(json_object_get(run, "head_repository")),
				      full_name(json_object_get(event, "repository")));

	/* Of a chain of workflows only the last link is told. */
	if (from != CI_ORIGIN_REQUEST || !first || !strcmp(first, "workflow_run"))
		return from == CI_ORIGIN_FORK ? from : CI_ORIGIN_UNKNOWN;
	if (str_starts(str_c(first), str_c("pull_request")) || !strcmp(first, "merge_group"))
		return CI_ORIGIN_REQUEST;
	return CI_ORIGIN_BRANCH;
}

static enum ci_origin
github(const char *name, const json_t *event)
{
	if (str_starts(str_c(name), str_c("pull_request")))
		return pull_request(event);
	if (!strcmp(name, "workflow_run"))
		return workflow_run(event);
	if (!strcmp(name, "merge_group"))
		return CI_ORIGIN_REQUEST;
	/* A comment on a pull request does not say whose that is. */
	if (!strcmp(name, "issue_comment") &&
	    json_object_get(json_object_get(event, "issue"), "pull_request"))
		return CI_ORIGIN_UNKNOWN;
	return CI_ORIGIN_BRANCH;
}

enum ci_origin
ci_origin_read(const json_t *event)
{
	const char *name = getenv("GITHUB_EVENT_NAME"), *gitlab = getenv("CI_MERGE_REQUEST_IID");

	if (gitlab && *gitlab)
		return compare(getenv("CI_MERGE_REQUEST_SOURCE_PROJECT_ID"),
			       getenv("CI_MERGE_REQUEST_PROJECT_ID"));
	return name && *name ? github(name, event) : CI_ORIGIN_BRANCH;
}
