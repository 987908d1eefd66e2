/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_replay.c: lockstep replay. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "engine/replay.h"

static opt_texts arg_paths_ignore;

static const struct opt options[] = {
	{ 0, "paths-ignore", OPT_LIST, "GLOB", "as in the workflow that it is compared with",
	  &arg_paths_ignore },
	{ 0 },
};

static void
print_commit(const struct replay_commit *c)
{
	AUTO_BUF struct buf subject = BUF_INIT;

	buf_init(&subject, 0);
	out_safe(&subject, str_c(c->subject));
	out_print("%s%.7s%s %s\n", out_style(OUT_BOLD), c->id, out_style(OUT_PLAIN), subject.data);
	if (c->mistake)
		out_print("    %s\n", c->mistake);
	for (size_t i = 0; i < c->nbuilt; i++) {
		const struct replay_image *im = &c->built[i];
		AUTO_FREE char *why = im->reasons.n ? reason_text(&im->reasons.v[0], false) : NULL;

		out_print("    build %-24s %s", im->image, why ? why : "");
		if (im->reasons.n > 1)
			out_print(" (and %zu more)", im->reasons.n - 1);
		out_print("\n");
	}
	if (!c->nbuilt && !c->mistake)
		out_print("    nothing to do%s\n", c->triggers ? "" : " (nothing triggered)");
}

static void
print_totals(const struct replay *r)
{
	out_print("%zu commits, %zu that trigger a run\n", r->n, r->triggers);
	out_print("%zu image builds, where a matrix makes %zu\n", r->builds, r->matrix_builds);
	out_print("%zu runs with nothing to do\n", r->idle);
	out_print("%zu pins moved, where a matrix moves %zu\n", r->pins, r->matrix_pins);
}

static json_t *
commit_json(const struct replay_commit *c)
{
	json_t *j = json_object(), *built = json_array();
	char when[CLOCK_TEXT_SIZE];

	clock_rfc3339(c->time_s * 1000, when);
	json_set_text(j, "commit", c->id);
	json_set_text(j, "time", when);
	json_set_text(j, "subject", c->subject);
	json_set_bool(j, "triggers", c->triggers);
	json_set_int(j, "images", (long long)c->npresent);
	json_set_text(j, "mistake", c->mistake);
	for (size_t i = 0; i < c->nbuilt; i++) {
		json_t *b = json_object();

		json_set_text(b, "image", c->built[i].image);
		json_set_bool(b, "leaf", c->built[i].leaf);
		json_object_set_new(b, "reasons", reasons_to_json(&c->built[i].reasons));
		json_array_append_new(built, b);
	}
	json_object_set_new(j, "built", built);
	return j;
}

static json_t *
replay_json(const struct replay *r)
{
	json_t *j = json_object(), *commits = json_array();

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(commits, commit_json(&r->commits[i]));
	json_object_set_new(j, "commits", commits);
	json_set_int(j, "triggers", (long long)r->triggers);
	json_set_int(j, "builds", (long long)r->builds);
	json_set_int(j, "idle", (long long)r->idle);
	json_set_int(j, "pins", (long long)r->pins);
	json_set_int(j, "matrix_builds", (long long)r->matrix_builds);
	json_set_int(j, "matrix_pins", (long long)r->matrix_pins);
	return j;
}

static int
replay(struct session *s, int argc, char **argv, struct err *err)
{
	struct replay_opts opts = { .dir = s->o.dir,
				    .graph_file = s->o.graph,
				    .paths_ignore = arg_paths_ignore.v,
				    .npaths_ignore = arg_paths_ignore.n,
				    .lookup = session_lookup,
				    .ctx = s };
	struct replay *ret = NULL;
	int r = cmd_arity(argc, 1, 1, "REV..REV", err);

	opts.range = argc ? argv[0] : NULL;
	if (!r)
		r = session_builder(s, &opts.builder, err);
	if (!r)
		r = session_store(s, err);
	if (r)
		return r;
	s->pool = pool_new(0);
	opts.store = s->store;
	opts.cache = s->sources;
	opts.pool = s->pool;
	r = replay_run(&opts, &ret, err);
	if (r)
		return r;
	if (s->o.json) {
		render_json(replay_json(ret));
	} else {
		for (size_t i = 0; i < ret->n; i++)
			print_commit(&ret->commits[i]);
		print_totals(ret);
	}
	replay_free(ret);
	vec_fini(&arg_paths_ignore);
	return 0;
}

const struct cmd cmd_replay = {
	.name = "replay",
	.args = "REV..REV",
	.summary = "what a history would have built, and why",
	.about =
		"Walks the first-parent history from git objects, without a checkout, and prints\n"
		"for each commit which images would have been built and why, and what a CI matrix\n"
		"builds instead. Nothing is built: parents count by their keys, so no early cutoff\n"
		"shows, and externals by their names.",
	.examples =
		"  $ lockstep replay HEAD~2..HEAD\n"
		"  $ lockstep replay main --graph lockstep.yaml --paths-ignore 'docs/**' --json\n",
	.opts = options,
	.run = replay,
};
