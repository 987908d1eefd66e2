/* SPDX-License-Identifier: Apache-2.0 */
/* work.h: what `build` and `ci` have in common: from a plan to a run. */
#ifndef LOCKSTEP_CLI_WORK_H
#define LOCKSTEP_CLI_WORK_H

#include "cli/session.h"
#include "engine/run.h"

struct work_opts {
	char **images; /* asked for; none = all */
	int nimages;
	unsigned jobs; /* 0 = LOCKSTEP_JOBS, or the processors */
	bool force, only, frozen, keep_going, load;
	bool shared;                          /* take from the registry what is there */
	bool publish;                         /* and give it what is not; implies shared */
	bool leave_open, allow_soft, records; /* as in run_opts */
	const char *run_url;
};

struct work {
	struct plan *plan;
	struct run_result res; /* res.run_id is 0 when there was nothing to do */
};

/* Whether a run on such files may write to the registry; says on stderr why not. Whatever pushes or
 * sets tags asks this first. */
bool work_may_publish(enum ci_origin origin);
/* Everything that is needed for a plan, and the plan; without the lock. */
int work_plan(struct session *s, const struct work_opts *opts, struct plan **ret, struct err *err)
	NODISCARD;
/* Something of the plan has to be done. */
bool work_is_open(const struct work_opts *opts, const struct plan *plan);
/*
 * Plans; with work to do, takes the lock, plans again, and runs it with a view of its progress. ret
 * is valid whether or not it fails, and is for work_fini(); its plan is NULL when there is none.
 */
int work_do(struct session *s, const struct work_opts *opts, struct work *ret, struct err *err)
	NODISCARD;
/* Soft images that stay at their last good one make the command fail, unless that is allowed; res may
 * hold no run. */
int work_degraded(const struct work *w, const struct work_opts *opts, struct err *err) NODISCARD;
void work_fini(struct work *w);

#endif
