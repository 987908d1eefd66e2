/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_log.c: lockstep log. */
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/render.h"

#include <fcntl.h>
#include <inttypes.h>

#define MAX_LOG (256u << 20)

static unsigned arg_run;

static const struct opt options[] = {
	{ 'r', "run", OPT_COUNT, "N", "of run N, not the last one", &arg_run },
	{ 0 },
};

static int
print(struct session *s, const struct store_step *step, struct err *err)
{
	AUTO_FREE char *dir = run_logs_dir(s->state_dir), *path = NULL;
	AUTO_BUF struct buf text = BUF_INIT;
	json_t *j;
	int r;

	if (!step->log)
		return err_set(err, ERR_INPUT, "'%s' was not started in run %" PRId64 "%s%s",
			       step->image, step->run_id, step->message ? ": " : "",
			       step->message ? step->message : "");
	path = path_join(dir, step->log);
	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_LOG, &text, err);
	if (r)
		return r;
	if (!s->o.json) {
		out_write(buf_str(&text));
		return 0;
	}
	j = json_object();
	json_set_text(j, "image", step->image);
	json_set_int(j, "run", step->run_id);
	json_set_text(j, "outcome", step_outcome_name(step->outcome));
	json_set_text(j, "file", path);
	json_set_str(j, "output", buf_str(&text));
	render_json(j);
	return 0;
}

static int
show_log(struct session *s, int argc, char **argv, struct err *err)
{
	struct store_step_query query = { .max_run = arg_run ? (int64_t)arg_run : INT64_MAX };
	struct store_step step = { 0 };
	const struct graph_image *image;
	int r = cmd_arity(argc, 1, 1, "an IMAGE", err);

	if (!r)
		r = session_project(s, err);
	if (!r)
		r = session_image(s, argv[0], &image, err);
	if (!r)
		r = session_store(s, err);
	if (r)
		return r;
	query.scope = s->project->scope;
	query.image = image->name;
	r = store_step_last(s->store, &query, &step, err);
	if (!r || (r > 0 && arg_run && step.run_id != (int64_t)arg_run)) {
		r = arg_run ? err_set(err, ERR_INPUT, "'%s' had nothing to do in run %u",
				      image->name, arg_run)
			    : err_set(err, ERR_INPUT, "'%s' was never built here", image->name);
	} else if (r > 0) {
		r = print(s, &step, err);
	}
	store_step_fini(&step);
	return r;
}

const struct cmd cmd_log = {
	.name = "log",
	.args = "IMAGE",
	.summary = "the build output of an image",
	.about = "Prints what the builder said when the image was last built, or in a given run.",
	.examples = "  $ lockstep log vk-local\n"
		    "  $ lockstep log vk-local --run 1\n",
	.opts = options,
	.run = show_log,
};
