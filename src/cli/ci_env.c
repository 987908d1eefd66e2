/* SPDX-License-Identifier: Apache-2.0 */
/* ci_env.c: what a CI system says about the run that we are part of. */
#include "cli/ci_env.h"

#include "base/mem.h"

static const char *
get(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

void
ci_env_read(struct ci_env *ret)
{
	const char *repo = get("GITHUB_REPOSITORY"), *server = get("GITHUB_SERVER_URL");
	const char *run = get("GITHUB_RUN_ID"), *job = get("CI_JOB_URL");

	*ret = (struct ci_env){ 0 };
	if (repo && server && run)
		ret->run_url = xasprintf("%s/%s/actions/runs/%s", server, repo, run);
	else if (job)
		ret->run_url = xstrdup(job);
	if (!repo)
		repo = get("CI_PROJECT_PATH");
	if (repo)
		ret->repo = xstrdup(repo);
}

void
ci_env_fini(struct ci_env *e)
{
	free(e->repo);
	free(e->run_url);
}
