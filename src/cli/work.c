/* SPDX-License-Identifier: Apache-2.0 */
/* work.c: plans, waits for the lock, plans again, runs. */
#include "cli/work.h"

#include "base/out.h"
#include "cli/live.h"
#include "engine/runner.h"

static unsigned
jobs(const struct work_opts *opts)
{
	const char *env = getenv("LOCKSTEP_JOBS");
	unsigned long long n;

	if (opts->jobs)
		return opts->jobs;
	if (env && str_to_u64(str_c(env), &n) && n > 0 && n < 10000)
		return (unsigned)n;
	return pool_processors();
}

bool
work_may_publish(enum ci_origin origin)
{
	switch (origin) {
	case CI_ORIGIN_BRANCH:
	case CI_ORIGIN_REQUEST:
		return true;
	case CI_ORIGIN_FORK:
		out_err("lockstep: this pull request comes from a fork: nothing is published\n");
		return false;
	case CI_ORIGIN_UNKNOWN:
		break;
	}
	out_err("lockstep: nobody says where this pull request comes from, so it may be a fork: "
		"nothing is published\n");
	return false;
}

int
work_plan(struct session *s, const struct work_opts *opts, struct plan **ret, struct err *err)
{
	int r = session_engine(s, err);
	struct plan_opts plan;

	if (!r && (opts->shared || opts->publish))
		r = session_shared(s, err);
	if (r)
		return r;
	plan = session_plan_opts(s, opts->images, opts->nimages);
	plan.force = opts->force;
	plan.only = opts->only;
	plan.frozen = opts->frozen;
	plan.shared = s->shared;
	plan.publish = opts->publish;
	return session_plan(s, &plan, ret, err);
}

/* What could not be asked is said; the images are built, which is right if dear. */
static void
say_unknown(const struct plan *plan)
{
	AUTO_FREE char *why = NULL;

	if (!plan->nunknown)
		return;
	why = err_text(&plan->unknown);
	out_err("lockstep: the registry did not answer for %zu image%s, going by what is here: "
		"%s\n",
		plan->nunknown, plan->nunknown == 1 ? "" : "s", why);
}

bool
work_is_open(const struct work_opts *opts, const struct plan *plan)
{
	return plan->nbuild || plan->nwait || plan->ncheck || plan->npods || plan->npush ||
	       (opts->load && run_must_load(plan));
}

/* --only: the ancestors are up to date (plan_make saw to it), so only the named can be built. */
static int
run(struct session *s, const struct work_opts *opts, struct work *w, struct err *err)
{
	struct run_opts run = { .plan = w->plan,
				.downloads = s->downloads,
				.state_dir = s->state_dir,
				.command = s->command,
				.run_url = opts->run_url,
				.jobs = jobs(opts),
				.timeout_s = s->project->graph->timeout_s,
				.keep_going = opts->keep_going,
				.leave_open = opts->leave_open,
				.allow_soft = opts->allow_soft,
				.load = opts->load,
				.records = opts->records };
	struct live *live;
	int r = session_loop(s, err);

	if (r)
		return r;
	run.loop = s->loop;
	live = live_new(s->loop, w->plan);
	run.observer = live_observer(live);
	r = run_execute(&run, &w->res, err);
	live_free(live);
	if (w->res.signo)
		err->sys_errno = w->res.signo;
	return r;
}

static void
say_notes(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *node = &p->nodes[p->opts.project->graph->order[i]->index];

		if (node->state != PLAN_BUILD && node->state != PLAN_WAITS)
			continue;
		for (size_t k = 0; k < node->nnotes; k++)
			out_err("lockstep: %s\n", node->notes[k]);
	}
}

int
work_do(struct session *s, const struct work_opts *opts, struct work *ret, struct err *err)
{
	int r;

	*ret = (struct work){ 0 };
	r = work_plan(s, opts, &ret->plan, err);
	if (r || (!work_is_open(opts, ret->plan) && !builder_has_containers(s->builder)))
		return r;
	r = plan_check_machine(ret->plan, err);
	if (r)
		return r;
	plan_free(ret->plan);
	ret->plan = NULL;
	r = session_lock(s, err);
	if (!r)
		r = session_reload(s, err);
	if (!r)
		r = work_plan(s, opts, &ret->plan, err);
	if (r)
		return r;
	say_unknown(ret->plan);
	say_notes(ret->plan);
	/* What a killed lockstep left is ended also where there is nothing to build. */
	return work_is_open(opts, ret->plan) ? run(s, opts, ret, err)
					     : runner_tidy(s->builder, err);
}

int
work_degraded(const struct work *w, const struct work_opts *opts, struct err *err)
{
	AUTO_BUF struct buf names = BUF_INIT;

	if (!w->res.degraded || opts->allow_soft)
		return 0;
	for (size_t i = 0; i < w->res.n; i++)
		if (w->res.jobs[i].image && w->res.jobs[i].state == JOB_DEGRADED)
			buf_addf(&names, "%s'%s'", names.len ? ", " : "",
				 w->res.jobs[i].image->name);
	err_set(err, ERR_FAILED, "degraded: %s stay%s as last built", names.data,
		w->res.degraded == 1 ? "s" : "");
	err_hint(err, "--allow-soft takes that for success");
	return -ERR_FAILED;
}

void
work_fini(struct work *w)
{
	run_result_fini(&w->res);
	plan_free(w->plan);
}
