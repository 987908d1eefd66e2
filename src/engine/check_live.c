/* SPDX-License-Identifier: Apache-2.0 */
/* check_live.c: a check's container, from its name to its removal. */
#include "engine/check_live.h"

#include "base/file.h"
#include "engine/check_folder.h"

static void
free_live(struct check_live *live)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* the next run removes what is left */

	if (live->fini)
		live->fini(live);
	if (live->folders && file_remove_tree(live->folders, &ignored))
		err_clear(&ignored);
	runner_free(live->runner);
	free(live->name);
	free(live->folders);
	free(live->message);
	free(live);
}

int
check_live_new(struct check_item *item, struct runner_container *c, struct check_live **ret,
	       struct err *err)
{
	const struct check_opts *opts = item->opts;
	size_t index = (size_t)(item->check - opts->image->checks);
	struct check_live *live = xcalloc(1, sizeof(*live));
	AUTO_ARENA struct arena *arena = arena_new();

	live->item = item;
	live->runner = runner_new(&(struct runner_opts){
		.builder = opts->builder, .loop = opts->loop, .log_fd = opts->log_fd });
	/* docker's engine has containers of others, too. */
	live->name = xasprintf(RUNNER_PREFIX "%s-%lld-%zu-%zu", builder_mark(opts->builder, arena),
			       (long long)opts->run_id, opts->image->index, index);
	*ret = live;
	item->state = live;
	c->name = live->name;
	c->image_id = opts->image_id;
	if (!check_folder_any(item->check))
		return 0;
	live->folders = xasprintf("%s/%s", opts->stage_dir, live->name);
	c->folders = live->folders;
	return check_folder_stage(opts->project, item->check, opts->pool, live->folders, err);
}

int
check_live_give_up(struct check_live *live, int r)
{
	live->item->state = NULL;
	free_live(live);
	return r;
}

/* The last thing that happens to live: the item may be gone afterwards. */
static void
report(struct check_live *live, struct err *err)
{
	struct check_item *item = live->item;
	AUTO_FREE char *message = STEAL(live->message);

	item->state = NULL;
	free_live(live);
	if (err->class)
		check_item_broken(item, err);
	else
		check_item_done(item, message);
}

static void
on_removed(void *ctx, const struct runner_result *res)
{
	struct check_live *live = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	if (res->status != 0)
		err_set(&err, ERR_TOOL, "cannot remove the container '%s': %.*s", live->name,
			STR_FMT(runner_complaint(res->output)));
	report(live, &err);
}

void
check_live_end(struct check_live *live)
{
	AUTO_ERR struct err err = ERR_INIT;

	live->ending = true;
	if (runner_remove(live->runner, live->name, on_removed, live, &err))
		report(live, &err);
}

void
check_live_cancel(struct check_item *item)
{
	struct check_live *live = item->state;

	live->cancelled = true;
	if (live->ending)
		return;
	runner_cancel(live->runner);
	if (live->on_cancel)
		live->on_cancel(live);
}
