/* SPDX-License-Identifier: Apache-2.0 */
/* rebuild.c: fetches, builds, writes out, compares. */
#include "engine/rebuild.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "engine/build.h"
#include "engine/builder_task.h"
#include "engine/complaint.h"
#include "engine/image_tree.h"
#include "engine/run.h"

#include <fcntl.h>
#include <string.h>

#define APART_MS 2100

struct rebuild {
	struct rebuild_opts opts;
	struct arena *arena;
	char *dir, *log;
	int log_fd;
	int64_t built_ns; /* when the last build started; 0 = there was none */
	size_t nfolders;

	struct download *download;
	struct builder_task *task; /* that runs */
	bool done;                 /* it has ended, or the time is over */
	struct err failure;        /* of what has ended */
	int line, signo;
	const struct recipe *recipe; /* of what is built; NULL = nothing is */
};

const char *
rebuild_log(const struct rebuild *rb)
{
	return rb->log;
}

static void
say(struct rebuild *rb, const char *verb, const char *what)
{
	AUTO_FREE char *text = xasprintf("%s %s", verb, what);

	if (rb->opts.say)
		rb->opts.say(rb->opts.ctx, text);
}

static void
on_signal(void *ctx, int signo)
{
	struct rebuild *rb = ctx;

	if (!rb->signo)
		rb->signo = signo;
	if (rb->task)
		builder_task_end(rb->task);
	else
		rb->done = true;
}

static int
wait(struct rebuild *rb, struct err *err)
{
	int r;

	rb->done = rb->signo != 0;
	r = loop_run(rb->opts.loop, &rb->done, err);
	if (!r && rb->signo) {
		err_set(err, ERR_CANCELLED, "stopped by %s", strsignal(rb->signo));
		err->sys_errno = rb->signo;
		r = -ERR_CANCELLED;
	}
	return r;
}

static void
on_line(void *ctx, struct str line)
{
	struct rebuild *rb = ctx;
	int begun = rb->recipe ? builder_step_line(rb->opts.builder, rb->recipe, line) : 0;

	if (begun > 0)
		rb->line = begun;
}

static void
on_exit_of(void *ctx, const struct proc_result *result)
{
	struct rebuild *rb = ctx;
	struct str tail = builder_task_tail(rb->task);

	if (result->timed_out)
		err_set(&rb->failure, ERR_FAILED, "timed out after %lld s",
			(long long)(result->wall_ms / 1000));
	else if (result->status)
		err_set(&rb->failure, complaint_class(tail, ERR_FAILED), "%.*s",
			STR_FMT(complaint_line(tail)));
	builder_task_free(STEAL(rb->task));
	rb->done = true;
}

/* Takes cmd. */
static int
run_cmd(struct rebuild *rb, struct builder_cmd *cmd, struct err *err)
{
	int timeout_s = rb->opts.image->timeout_s ? rb->opts.image->timeout_s
						  : rb->opts.project->graph->timeout_s;
	struct builder_task_opts opts = { .loop = rb->opts.loop,
					  .log_fd = rb->log_fd,
					  .timeout_ms = (int64_t)timeout_s * 1000,
					  .on_line = on_line,
					  .on_exit = on_exit_of,
					  .ctx = rb };
	int r = builder_task_start(cmd, &opts, &rb->task, err);

	if (!r)
		r = wait(rb, err);
	if (!r && rb->failure.class)
		r = err_move(err, &rb->failure);
	err_clear(&rb->failure);
	return r;
}

static int
open_log(struct rebuild *rb, struct err *err)
{
	AUTO_FREE char *logs = run_logs_dir(rb->opts.state_dir);
	int r = file_mkdirs(logs, err);

	rb->log = path_join(logs, "reproduce.log");
	if (r)
		return r;
	rb->log_fd = open(rb->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return rb->log_fd < 0 ? err_sys(err, "cannot write '%s'", rb->log) : 0;
}

int
rebuild_new(const struct rebuild_opts *opts, struct rebuild **ret, struct err *err)
{
	struct rebuild *rb = xcalloc(1, sizeof(*rb));
	int r;

	*rb = (struct rebuild){ .opts = *opts, .arena = arena_new(), .log_fd = -1 };
	rb->dir = path_join(opts->state_dir, "stage"); /* as runs do, which remove what is left */
	r = builder_prepare(opts->builder, err);
	if (!r)
		r = builder_tidy(opts->builder, err);
	if (!r)
		r = file_remove_tree(rb->dir, err);
	if (!r)
		r = file_mkdirs(rb->dir, err);
	if (!r)
		r = open_log(rb, err);
	if (r) {
		rebuild_free(rb);
		return r;
	}
	loop_on_signal(opts->loop, on_signal, rb);
	*ret = rb;
	return 0;
}

void
rebuild_free(struct rebuild *rb)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* the next run removes what is left */

	if (!rb)
		return;
	loop_on_signal(rb->opts.loop, NULL, NULL);
	if (file_remove_tree(rb->dir, &ignored))
		err_clear(&ignored);
	if (rb->log_fd >= 0)
		(void)close(rb->log_fd);
	err_clear(&rb->failure);
	free(rb->dir);
	free(rb->log);
	arena_free(rb->arena);
	free(rb);
}

static const char *
new_folder(struct rebuild *rb)
{
	return arena_printf(rb->arena, "%s/%zu", rb->dir, rb->nfolders++);
}

static int
pull(struct rebuild *rb, const struct rebuild_source *from, struct err *err)
{
	struct builder_cmd cmd;
	int r;

	say(rb, "pulling", from->ref);
	builder_pull_cmd(rb->opts.builder, rb->arena, from->ref, &from->platform, &cmd);
	r = run_cmd(rb, &cmd, err);
	builder_forget(rb->opts.builder);
	return r ? err_prefix(err, "cannot pull '%s'", from->ref) : 0;
}

/* Into our storage, from the user's. */
static int
import(struct rebuild *rb, const char *image_id, struct err *err)
{
	struct builder_cmd cmd;
	int r;

	builder_import_cmd(rb->opts.builder, rb->arena, image_id, &cmd);
	r = run_cmd(rb, &cmd, err);
	builder_forget(rb->opts.builder);
	return r ? err_prefix(err, "cannot import '%s'", image_id) : 0;
}

/* In either storage. */
static int
is_here(struct rebuild *rb, const char *image_id, bool *ret, struct err *err)
{
	struct oci_config *config = NULL;
	int r = builder_config(rb->opts.builder, image_id, rb->arena, &config, err);

	*ret = config != NULL;
	return r;
}

int
rebuild_fetch(struct rebuild *rb, const struct rebuild_source *from, struct err *err)
{
	bool here = false;
	int r = builder_has(rb->opts.builder, from->image_id, err);

	if (r)
		return r < 0 ? r : 0;
	r = is_here(rb, from->image_id, &here, err);
	if (!r && !here && !from->ref)
		return err_set(err, ERR_FAILED, "image '%s' is not on this machine",
			       from->image_id);
	if (!r && !here)
		r = pull(rb, from, err);
	if (!r && !here)
		r = is_here(rb, from->image_id, &here, err);
	if (!r && !here)
		return err_set(err, ERR_FAILED, "'%s' is another image by now than '%s'", from->ref,
			       from->image_id);
	return r ? r : import(rb, from->image_id, err);
}

static void
time_over(void *ctx)
{
	((struct rebuild *)ctx)->done = true;
}

static int
keep_apart(struct rebuild *rb, struct err *err)
{
	int64_t left_ms = APART_MS - (clock_mono_ns() - rb->built_ns) / 1000000;
	struct loop_source *timer;
	int r;

	if (!rb->built_ns || left_ms <= 0)
		return 0;
	timer = loop_add_timer(rb->opts.loop, left_ms, time_over, rb);
	r = wait(rb, err);
	if (r)
		loop_remove(rb->opts.loop, timer);
	return r;
}

static void
on_downloaded(void *ctx, struct err *err)
{
	struct rebuild *rb = ctx;

	if (err->class)
		err_move(&rb->failure, err);
	rb->download = NULL;
	rb->done = true;
}

static int
download(struct rebuild *rb, const struct recipe_remote *remote, struct err *err)
{
	struct download_wish wish = { .loop = rb->opts.loop,
				      .url = remote->url,
				      .want = remote->value,
				      .done = on_downloaded,
				      .ctx = rb };
	int r;

	if (!remote->staged || download_has(rb->opts.downloads, remote->value))
		return 0;
	say(rb, "downloading", remote->url);
	r = download_start(rb->opts.downloads, &wish, &rb->download, err);
	if (!r)
		r = wait(rb, err);
	if (rb->download)
		download_cancel(STEAL(rb->download));
	if (!r && rb->failure.class)
		r = err_move(err, &rb->failure);
	err_clear(&rb->failure);
	return r;
}

int
rebuild_build(struct rebuild *rb, const struct key_result *made, char ret_id[DIGEST_SIZE],
	      struct err *err)
{
	struct build_opts build = { .project = rb->opts.project,
				    .builder = rb->opts.builder,
				    .downloads = rb->opts.downloads,
				    .pool = rb->opts.pool,
				    .image = rb->opts.image,
				    .made = made,
				    .dir = new_folder(rb),
				    .no_cache = true };
	struct builder_cmd cmd;
	int r = keep_apart(rb, err);

	for (size_t i = 0; !r && i < made->recipe->nremotes; i++)
		r = download(rb, &made->recipe->remotes[i], err);
	if (r)
		return r;
	say(rb, "building", rb->opts.image->name);
	rb->built_ns = clock_mono_ns();
	r = build_prepare(&build, &cmd, err);
	if (r)
		return r;
	rb->recipe = made->recipe;
	rb->line = 0;
	r = run_cmd(rb, &cmd, err);
	rb->recipe = NULL;
	if (r == -ERR_FAILED) {
		AUTO_FREE char *said = xstrdup(err->msg);

		err_at(err, made->recipe->df->file, rb->line, 0, "%s", said);
		err->class = ERR_FAILED;
		err_hint(err, "the whole output: %s", rb->log);
		return -ERR_FAILED;
	}
	if (!r)
		r = build_image_id(build.dir, ret_id, err);
	return r ? r : builder_keep(rb->opts.builder, build.dir, ret_id, err);
}

static int
export(struct rebuild *rb, const char *image_id, struct image_export *ret, struct err *err)
{
	const char *dir = builder_image_dir(rb->opts.builder, rb->arena, image_id);
	bool is_there = dir;
	struct builder_cmd cmd;
	int r;

	if (!is_there)
		dir = new_folder(rb);
	r = file_mkdirs(dir, err);
	if (!r && !is_there)
		r = builder_export_empty(rb->opts.builder, image_id, dir, err);
	if (!r && !is_there) {
		builder_export_cmd(rb->opts.builder, rb->arena, image_id, dir, &cmd);
		r = run_cmd(rb, &cmd, err);
	}
	if (r >= 0)
		r = image_export_read(rb->arena, dir, ret, err);
	return r ? err_prefix(err, "cannot read image '%s'", image_id) : 0;
}

static int
tree_id(struct rebuild *rb, const struct image_export *of, struct sha256 *ret, struct err *err)
{
	struct image_tree *tree = NULL;
	int r = image_tree_of(of, IMAGE_TREE_HASH, NULL, &tree, err);

	if (r)
		return r;
	do
		r = image_tree_step(tree, rb->opts.pool, err);
	while (r > 0);
	if (!r)
		*ret = image_tree_id(tree);
	image_tree_free(tree);
	return r;
}

int
rebuild_compare(struct rebuild *rb, const char *const ids[2], struct rebuild_comparison *ret,
		struct err *err)
{
	struct image_export exports[2];
	struct rebuild_comparison c = { 0 };
	struct sha256 trees[2];
	int r = 0;

	say(rb, "comparing", rb->opts.image->name);
	for (int i = 0; !r && i < 2; i++)
		r = export(rb, ids[i], &exports[i], err);
	image_diff_init(&c.diff);
	if (!r)
		r = image_diff_read(&c.diff, exports, rb->opts.pool, err);
	for (int i = 0; !r && i < 2; i++)
		r = tree_id(rb, &exports[i], &trees[i], err);
	if (r) {
		image_diff_fini(&c.diff);
		return r;
	}
	c.same_content = sha256_eq(trees[0], trees[1]);
	*ret = c;
	return 0;
}
