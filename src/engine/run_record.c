/* SPDX-License-Identifier: Apache-2.0 */
/* run_record.c: what is written about a finished job, in one transaction. */
#include "base/clock.h"
#include "engine/run_priv.h"
#include "store/store_inputs.h"
#include "store/store_trace.h"

#include <stdio.h>

static char *
reasons_text(const struct plan_node *node)
{
	AUTO_JSON json_t *list = reasons_to_json(&node->reasons);

	return json_canonical(list);
}

static int
put_step(struct job *job, struct store_step *step, struct err *err)
{
	AUTO_FREE char *reasons = reasons_text(job->node);

	step->run_id = job->run->row.id;
	step->image = (char *)job->image->name;
	step->reasons = reasons;
	step->started_ms = job->started_ms ? job->started_ms : job->run->row.started_ms;
	step->ended_ms = job->ended_ms ? job->ended_ms : clock_wall_ms();
	step->log = job->log;
	step->message = job->message;
	return store_step_put(job->run->plan->opts.store, step, err);
}

static int
put_built(struct job *job, const char *image_id, struct err *err)
{
	struct store *store = job->run->plan->opts.store;
	const struct inputs *in = job->node->made.inputs;
	struct store_trace trace = { .run_id = job->run->row.id, .created_ms = clock_wall_ms() };
	struct store_step step = { .outcome = STEP_BUILT,
				   .has_key = true,
				   .key = in->key,
				   .has_inputs = true,
				   .image_id = (char *)image_id,
				   .made_id = *job->made_id ? job->made_id : NULL };
	int r = store_inputs_put(store, in, &trace.inputs, err);

	if (r)
		return r;
	(void)snprintf(trace.image_id, sizeof(trace.image_id), "%s", image_id);
	trace.has_tree = job->has_tree_id;
	trace.tree = job->tree_id;
	step.inputs = trace.inputs;
	r = store_trace_put(store, in->key, &trace, err);
	return r ? r : put_step(job, &step, err);
}

int
run_record_built(struct job *job, const char *image_id, struct err *err)
{
	struct store *store = job->run->plan->opts.store;
	int r = store_begin(store, err);

	if (r)
		return r;
	r = put_built(job, image_id, err);
	if (!r)
		r = store_commit(store, err);
	if (r)
		store_rollback(store);
	return r;
}

int
run_record_tree(struct job *job, struct err *err)
{
	struct store *store = job->run->plan->opts.store;
	struct sha256 key = job->node->made.inputs->key;
	struct store_trace trace = { 0 };
	int r = store_trace_get(store, key, &trace, err);

	if (r <= 0 || strcmp(trace.image_id, job->node->image_id) != 0)
		return r < 0 ? r : 0;
	trace.has_tree = true;
	trace.tree = job->tree_id;
	return store_trace_put(store, key, &trace, err);
}

int
run_record_other(struct job *job, enum step_outcome outcome, struct err *err)
{
	const struct inputs *in = job->node->made.inputs;
	struct store_step step = { .outcome = outcome };

	if (in && job->node->made.complete && job->node->state == PLAN_BUILD) {
		step.has_key = true;
		step.key = in->key;
	}
	return put_step(job, &step, err);
}
