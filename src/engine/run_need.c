/* SPDX-License-Identifier: Apache-2.0 */
/* run_need.c: what has to be here before an image is built: images, and what ADD downloads. */
#include "engine/run_priv.h"

int
job_missing_image(struct job *job, const struct input_image **ret, struct err *err)
{
	const struct inputs *in = job->node->made.inputs;

	for (; job->next_import < in->images.n; job->next_import++) {
		const struct input_image *used = &in->images.v[job->next_import];
		int r = builder_has(job->run->plan->opts.builder, used->id, err);

		if (r < 0)
			return r;
		if (!r) {
			*ret = used;
			return 0;
		}
	}
	*ret = NULL;
	return 0;
}

static void
downloaded(void *ctx, struct err *err)
{
	struct job *job = ctx;

	job->download = NULL;
	if (err->class)
		job_fail(job, err);
	else
		job_advance(job);
}

int
job_download(struct job *job, struct err *err)
{
	const struct recipe *recipe = job->node->made.recipe;

	for (size_t i = 0; i < recipe->nremotes; i++) {
		const struct recipe_remote *remote = &recipe->remotes[i];
		struct download_wish wish = { .loop = job->run->opts->loop,
					      .url = remote->url,
					      .want = remote->value,
					      .done = downloaded,
					      .ctx = job };

		if (!remote->staged || download_has(job->run->opts->downloads, remote->value))
			continue;
		run_set_state(job, JOB_PULLING);
		return download_start(job->run->opts->downloads, &wish, &job->download, err);
	}
	return 0;
}
