/* SPDX-License-Identifier: Apache-2.0 */
/* image_read.c: export by the builder, then slices of reading between the loop's other events. */
#include "engine/image_read.h"

#include "base/file.h"
#include "engine/builder_task.h"

struct image_read {
	struct image_read_opts opts;
	image_read_fn done;
	void *ctx;
	struct builder_task *task;
	struct loop_source *timer;
	struct image_tree *tree;
	bool in_place; /* no export is read */
	bool cancelled;
};

/* Takes err. */
static void
finish(struct image_read *r, struct err *err)
{
	if (r->cancelled && !err->class)
		err_set(err, ERR_CANCELLED, "cancelled");
	if (err->class) {
		image_tree_free(r->tree);
		r->tree = NULL;
	}
	r->done(r->ctx, STEAL(r->tree), err);
	err_clear(err);
}

static int export(struct image_read *r, struct err *err);

/* What is in the way of reading in place, such as files of another user's, is not in the builder's. */
static void
read_export_instead(struct image_read *r, struct err *err)
{
	image_tree_free(r->tree);
	r->tree = NULL;
	r->in_place = false;
	err_clear(err);
	if (export(r, err))
		finish(r, err);
}

static void
step(void *ctx)
{
	struct image_read *r = ctx;
	AUTO_ERR struct err err = ERR_INIT;
	int res;

	r->timer = NULL;
	res = r->cancelled ? 0 : image_tree_step(r->tree, r->opts.pool, &err);
	if (res > 0)
		r->timer = loop_add_timer(r->opts.loop, 0, step, r);
	else if (res < 0 && r->in_place)
		read_export_instead(r, &err);
	else
		finish(r, &err);
}

static int
open_tree(struct image_read *r, const char *dir, struct err *err)
{
	int res = image_tree_open(dir, r->opts.flags, &r->tree, err);

	if (!res)
		r->timer = loop_add_timer(r->opts.loop, 0, step, r);
	return res;
}

static bool
start_in_place(struct image_read *r)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err ignored = ERR_INIT;
	struct image_export image;

	r->in_place = builder_in_place(r->opts.builder, arena, r->opts.image_id, &image) &&
		      !image_tree_of(&image, r->opts.flags, r->opts.shared, &r->tree, &ignored);
	if (r->in_place)
		r->timer = loop_add_timer(r->opts.loop, 0, step, r);
	return r->in_place;
}

static void
on_exported(void *ctx, const struct proc_result *result)
{
	struct image_read *r = ctx;
	struct builder_task *task = STEAL(r->task);
	AUTO_ERR struct err err = ERR_INIT;

	if (result->status != 0) {
		AUTO_FREE char *status = proc_status_text(result->status);
		struct str tail = str_trim(builder_task_tail(task), " \n");

		err_set(&err, r->cancelled ? ERR_CANCELLED : ERR_FAILED,
			"cannot export image %s: %s: %.*s", r->opts.image_id, status,
			STR_FMT(tail));
		finish(r, &err);
	} else if (open_tree(r, r->opts.dir, &err)) {
		finish(r, &err);
	}
	builder_task_free(task);
}

static int
start_export(struct image_read *r, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct builder_task_opts opts = {
		.loop = r->opts.loop, .log_fd = r->opts.log_fd, .on_exit = on_exported, .ctx = r
	};
	struct builder_cmd cmd;

	builder_export_cmd(r->opts.builder, arena, r->opts.image_id, r->opts.dir, &cmd);
	return builder_task_start(&cmd, &opts, &r->task, err);
}

static int
export(struct image_read *r, struct err *err)
{
	int res = file_mkdirs(r->opts.dir, err);

	if (!res)
		res = builder_export_empty(r->opts.builder, r->opts.image_id, r->opts.dir, err);
	if (res)
		return res < 0 ? res : open_tree(r, r->opts.dir, err);
	return start_export(r, err);
}

/* Only what cannot be read where it is, or be written from what is known of it, is exported. */
static int
start(struct image_read *r, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const char *dir = builder_image_dir(r->opts.builder, arena, r->opts.image_id);

	if (dir)
		return open_tree(r, dir, err);
	return start_in_place(r) ? 0 : export(r, err);
}

int
image_read_start(const struct image_read_opts *opts, image_read_fn done, void *ctx,
		 struct image_read **ret, struct err *err)
{
	struct image_read *r = xcalloc(1, sizeof(*r));
	int res;

	*r = (struct image_read){ .opts = *opts, .done = done, .ctx = ctx };
	res = start(r, err);
	if (res) {
		free(r);
		return res;
	}
	*ret = r;
	return 0;
}

void
image_read_cancel(struct image_read *r)
{
	r->cancelled = true;
	if (r->task)
		builder_task_end(r->task);
}

void
image_read_free(struct image_read *r)
{
	if (!r)
		return;
	loop_remove(r->opts.loop, r->timer);
	image_tree_free(r->tree);
	free(r);
}
