/* SPDX-License-Identifier: Apache-2.0 */
/* ci_env.h: what a CI system says about the run that we are part of. */
#ifndef LOCKSTEP_CLI_CI_ENV_H
#define LOCKSTEP_CLI_CI_ENV_H

/* GitHub Actions (and what imitates it) and GitLab CI; NULL where nothing is said. Both owned. */
struct ci_env {
	char *repo;    /* "owner/name" */
	char *run_url; /* of the run or job */
};

void ci_env_read(struct ci_env *ret);
void ci_env_fini(struct ci_env *e);

#endif
