/* SPDX-License-Identifier: Apache-2.0 */
/* check_run.c: a command in a container of the image. */
#include "engine/check_ask.h"
#include "engine/check_live.h"

static void
on_ran(void *ctx, const struct runner_result *res)
{
	struct check_live *live = ctx;

	if (res->status == RUNNER_CANNOT_START)
		live->message =
			xasprintf("cannot start: %.*s", STR_FMT(runner_complaint(res->output)));
	else
		live->message = check_ask_wrong(live->item->check->spec, res);
	check_live_end(live);
}

static int
start(struct check_item *item, struct err *err)
{
	const json_t *spec = item->check->spec;
	struct check_live *live;
	struct runner_container c = {
		.keys = spec,
		.command = json_object_get(spec, "run"),
		.bare = !json_is_true(json_object_get(spec, "entrypoint")),
		.timeout_ms = json_integer_value(json_object_get(spec, "timeout")) * 1000,
	};
	int r = check_live_new(item, &c, &live, err);

	if (!r)
		r = runner_run(live->runner, &c, on_ran, live, err);
	return r ? check_live_give_up(live, r) : 0;
}

const struct check_ops check_run_ops = { .start = start, .cancel = check_live_cancel };
