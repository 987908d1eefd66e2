/* SPDX-License-Identifier: Apache-2.0 */
/* image_read.c: export by the builder, then slices of reading between the loop's other events. */
#include "engine/image_read.h"

#include "base/file.h"

struct image_read {
	struct image_read_opts opts;
	image_read_fn done;
	void *ctx;
	struct proc *proc;
	struct loop_source *timer;
	struct image_tree *tree;
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
	else
		finish(r, &err);
}

static void
on_exported(void *ctx, const struct proc_result *result)
{
	struct image_read *r = ctx;
	struct proc *proc = STEAL(r->proc);
	AUTO_ERR struct err err = ERR_INIT;

	if (result->status != 0) {
		AUTO_FREE char *status = proc_status_text(result->status);
		struct str tail = str_trim(proc_tail(proc), " \n");

		err_set(&err, r->cancelled ? ERR_CANCELLED : ERR_FAILED,
			"cannot export image %s: %s: %.*s", r->opts.image_id, status,
			STR_FMT(tail));
		finish(r, &err);
	} else if (image_tree_open(r->opts.dir, r->opts.flags, &r->tree, &err)) {
		finish(r, &err);
	} else {
		r->timer = loop_add_timer(r->opts.loop, 0, step, r);
	}
	proc_free(proc);
}

int
image_read_start(const struct image_read_opts *opts, image_read_fn done, void *ctx,
		 struct image_read **ret, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct image_read *r = xcalloc(1, sizeof(*r));
	struct builder_cmd cmd;
	int res;

	*r = (struct image_read){ .opts = *opts, .done = done, .ctx = ctx };
	builder_export_cmd(opts->builder, arena, opts->image_id, opts->dir, &cmd);
	res = file_mkdirs(opts->dir, err);
	if (!res)
		res = proc_start(opts->loop,
				 &(struct proc_opts){ .argv = cmd.argv.v,
						      .env = cmd.env.v,
						      .log_fd = opts->log_fd },
				 on_exported, r, &r->proc, err);
	vec_fini(&cmd.argv);
	vec_fini(&cmd.env);
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
	if (r->proc)
		proc_end(r->proc);
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
