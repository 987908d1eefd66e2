/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ci.c: lockstep ci. */
#include "base/out.h"
#include "cli/ci_events.h"
#include "cli/ci_face.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/work.h"
#include "engine/release.h"
#include "engine/shared.h"
#include "engine/unversioned.h"
#include "model/ref.h"

#define PUBLISH_LIST(X)                                                                            \
	X(PUBLISH_ALL, "all")                                                                      \
	X(PUBLISH_KEYS, "keys")                                                                    \
	X(PUBLISH_NONE, "none")
ENUM_DECLARE(publish, PUBLISH_LIST);
ENUM_DEFINE(publish, PUBLISH_LIST);

#define DELIVER_TIMEOUT_S 120

static unsigned arg_jobs, arg_timeout = DELIVER_TIMEOUT_S;
static bool arg_pr, arg_no_dispatch, arg_allow_soft;
static const char *arg_publish, *arg_commit;
static struct ci_face_opts arg_face;
static opt_texts arg_tags, arg_insecure;

static const struct opt options[] = {
	{ 'j', "jobs", OPT_COUNT, "N", "build up to N images at once (processors)", &arg_jobs },
	{ 0, "pr", OPT_FLAG, NULL, "this is a pull request: publish no release", &arg_pr },
	{ 0, "publish", OPT_TEXT, "WHAT", "all, keys (no release tags) or none", &arg_publish },
	{ 0, "tag", OPT_LIST, "TAG", "a tag that moves, in place of the graph's (latest)",
	  &arg_tags },
	{ 0, "report", OPT_TEXT, "FILE", "write what --json prints to a file, too",
	  &arg_face.report },
	{ 0, "junit", OPT_TEXT, "FILE", "write builds and checks as JUnit XML", &arg_face.junit },
	{ 0, "format", OPT_TEXT, "FORMAT", "text, json, or github (the default on GitHub Actions)",
	  &arg_face.format },
	{ 0, "allow-soft", OPT_FLAG, NULL,
	  "status 0 although soft images failed and stay as released", &arg_allow_soft },
	{ 0, "deliver-timeout", OPT_COUNT, "SECONDS",
	  "go on trying so long to deliver the event (120)", &arg_timeout },
	{ 0, "no-dispatch", OPT_FLAG, NULL,
	  "store the event in the registry, and leave its delivery to others", &arg_no_dispatch },
	{ 0, "insecure-registry", OPT_LIST, "HOST", "may be http, or have any certificate",
	  &arg_insecure },
	{ 0, "commit", OPT_TEXT, "REV", "the files of a commit, not the working tree",
	  &arg_commit },
	{ 0 },
};

static int
what_to_publish(struct session *s, enum publish *ret, struct err *err)
{
	enum ci_origin origin = session_origin(s);
	bool pr;

	if (arg_pr && origin == CI_ORIGIN_BRANCH)
		origin = CI_ORIGIN_UNKNOWN;
	pr = origin != CI_ORIGIN_BRANCH;
	if (!pr)
		*ret = PUBLISH_ALL;
	else if (s->project->graph->pull_publish == GRAPH_PULL_PUBLISH_KEYS)
		*ret = PUBLISH_KEYS;
	else
		*ret = PUBLISH_NONE;
	if (arg_publish && !publish_parse(str_c(arg_publish), ret))
		return err_set(err, ERR_USAGE, "--publish: '%s' is none of all, keys, none",
			       arg_publish);
	if (pr && *ret == PUBLISH_ALL)
		return err_set(err, ERR_USAGE,
			       "a pull request publishes no release: --publish keys or none");
	/* Who asked for nothing need not be told why. */
	if ((*ret != PUBLISH_NONE || (!arg_publish && !arg_pr)) && !work_may_publish(origin))
		*ret = PUBLISH_NONE;
	return 0;
}

static int
check_tags(struct err *err)
{
	for (size_t i = 0; i < arg_tags.n; i++) {
		const char *tag = arg_tags.v[i];

		if (!ref_valid_tag(str_c(tag))) {
			err_set(err, ERR_USAGE, "--tag: '%s' is no tag", tag);
			err_hint(err, "letters, digits, '_', '.' and '-', at most 128, not "
				      "beginning with '.' or '-'");
			return -ERR_USAGE;
		}
		if (graph_own_tag(str_c(tag)))
			return err_set(err, ERR_USAGE,
				       "--tag: '%s' is a name that lockstep gives by itself", tag);
	}
	return 0;
}

/* Release tags say which commit an image is; of files that are no commit they would lie. */
static int
commit_of(struct session *s, char **ret, struct err *err)
{
	AUTO_FREE char *commit = project_commit(s->project);

	if (commit && commit[strlen(commit) - 1] == '+') {
		err_set(err, ERR_REFUSED,
			"the working tree has changes that are not in commit %.7s: it cannot be "
			"released as that commit",
			commit);
		err_hint(err, "lockstep ci --commit HEAD takes the files of the commit; "
			      "--publish keys releases nothing");
		return -ERR_REFUSED;
	}
	*ret = STEAL(commit);
	return 0;
}

/* What one job came to. */
struct ci {
	struct ci_face face;
	enum publish publish;
	char *commit;
	struct work w;
	struct release release;
	struct arena *arena; /* of unversioned */
	unversioned_files unversioned;
	struct report report;
	json_t *event;
};

#define SHOWN_UNVERSIONED 3

/* One line an image. */
static void
tell_unversioned(const struct ci *ci)
{
	const unversioned_files *files = &ci->unversioned;
	size_t n;

	for (size_t from = 0; from < files->n; from += n) {
		const char *image = files->v[from].image;
		AUTO_BUF struct buf b = BUF_INIT;

		buf_init(&b, 0);
		for (n = 0; from + n < files->n && files->v[from + n].image == image; n++)
			if (n < SHOWN_UNVERSIONED)
				buf_addf(&b, "%s%s", n ? ", " : "", files->v[from + n].path);
		if (n > SHOWN_UNVERSIONED)
			buf_addf(&b, " and %zu more", n - SHOWN_UNVERSIONED);
		out_err("lockstep: '%s' is made from %zu file%s that commit %.7s does not have, so nobody "
			"can build it again from there: %s\n",
			image, n, n == 1 ? "" : "s", ci->commit, b.data);
	}
}

static int
release(struct session *s, struct ci *ci, struct err *err)
{
	const struct graph *g = s->project->graph;
	struct release_opts opts = { .plan = ci->w.plan,
				     .shared = s->shared,
				     .commit = ci->commit,
				     .moving = arg_tags.n ? arg_tags.v : g->tags,
				     .nmoving = arg_tags.n ? arg_tags.n : g->ntags,
				     .as_planned = !ci->w.res.run_id };
	AUTO_FREE char *unnoted = NULL;
	int r = unversioned_find(ci->w.plan, ci->arena, &ci->unversioned, err);

	if (!r)
		r = release_tags(&opts, &ci->release, err);
	if (r)
		return r;
	tell_unversioned(ci);
	if (ci->release.unnoted.class) {
		unnoted = err_text(&ci->release.unnoted);
		out_err("lockstep: ignoring that the next runner has more to ask: %s\n", unnoted);
	}
	ci->report.release = &ci->release;
	ci->report.unversioned = &ci->unversioned;
	ci->report.commit = opts.commit;
	ci->report.tags = opts.moving;
	ci->report.ntags = opts.nmoving;
	if (!s->o.json)
		render_release_text(&ci->release, ci->commit, opts.moving[0]);
	return 0;
}

/* The tags, and then who is told of them. */
static int
publish_all(struct session *s, struct ci *ci, struct err *err)
{
	struct ci_events_opts opts = { .commit = ci->commit,
				       .release = &ci->release,
				       .timeout_s = arg_timeout,
				       .no_send = arg_no_dispatch };
	int r = release(s, ci, err);

	if (r) {
		ci_events_fail(s, &ci->w);
		return r;
	}
	r = ci_events(s, &ci->w, &opts, &ci->event, err);
	ci->report.event = ci->event;
	return r;
}

static void
show(struct session *s, const struct work *w)
{
	if (!w->plan || s->o.json)
		return;
	if (w->res.run_id)
		render_run_text(w->plan, &w->res, s->state_dir);
	else
		out_print("nothing to build\n");
}

static int
work(struct session *s, struct ci *ci, struct err *err)
{
	struct work_opts opts = { .jobs = arg_jobs,
				  .keep_going = true,
				  .shared = true,
				  .publish = ci->publish != PUBLISH_NONE,
				  .leave_open = ci->publish == PUBLISH_ALL,
				  .allow_soft = arg_allow_soft,
				  .records = s->o.json || arg_face.report,
				  .run_url = ci->face.env.run_url };
	int r;

	ci_face_mask(&ci->face, s->project->graph);
	r = work_do(s, &opts, &ci->w, err);
	if (!r)
		r = plan_load_durations(ci->w.plan, err);
	ci->report.plan = ci->w.plan;
	ci->report.res = &ci->w.res;
	if (!r || ci->w.res.run_id)
		show(s, &ci->w);
	return r;
}

static int
work_and_release(struct session *s, struct ci *ci, struct err *err)
{
	int r = check_tags(err);

	if (!r)
		r = session_project(s, err);
	if (!r)
		r = what_to_publish(s, &ci->publish, err);
	if (!r && ci->publish == PUBLISH_ALL)
		r = commit_of(s, &ci->commit, err);
	if (!r)
		r = work(s, ci, err);
	if (!r && ci->publish == PUBLISH_ALL)
		r = publish_all(s, ci, err);
	if (!r)
		r = work_degraded(&ci->w, &(struct work_opts){ .allow_soft = arg_allow_soft }, err);
	return r;
}

static int
ci(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	struct ci ci = { .publish = PUBLISH_NONE };
	int r = cmd_arity(argc, 0, 0, "no argument", err);

	s->o.commit = arg_commit;
	s->o.insecure = arg_insecure;
	if (!r)
		r = ci_face_open(s, &arg_face, &ci.face, err);
	if (r)
		return r;
	ci.arena = arena_new();
	r = work_and_release(s, &ci, err);
	r = ci_face_close(&ci.face, s, &ci.report, r, err);
	release_fini(&ci.release);
	work_fini(&ci.w);
	json_decref(ci.event);
	vec_fini(&ci.unversioned);
	arena_free(ci.arena);
	free(ci.commit);
	return r;
}

const struct cmd cmd_ci = {
	.name = "ci",
	.args = "",
	.summary = "the single CI job: build, check, push, release",
	.about =
		"Builds and checks what changed, with the graph's registry as memory: images that it\n"
		"has under the same key are not built and not even pulled. What was built is pushed\n"
		"under its key, with the record of its inputs. When every image is there, all get\n"
		"the tag of the commit, unchanged ones too, and then the release tags move: those of\n"
		"'tags' in the graph file, or 'latest'. If one image fails, no tag moves. A soft image\n"
		"that fails ('soft: true') stays as it was released last, gets the commit's tag too,\n"
		"and makes the job end with status 1 unless --allow-soft is given; where none was\n"
		"released, it fails as any other.\n"
		"\n"
		"On a pull request nothing is published; with --publish keys, or pull-requests: { publish:\n"
		"keys } in the graph file, images are pushed under their keys, so that the merge finds\n"
		"them built, unless the request comes from a fork.\n"
		"A workflow that a workflow started (workflow_run) counts as what started that one.\n"
		"\n"
		"When the digest of a leaf differs from what the group's last event said ('events' of\n"
		"the graph file), an event is recorded, stored in the registry, and delivered to the\n"
		"targets under 'dispatch' before the job ends; status 75 says that some was not\n"
		"reached: the event waits in the registry for 'lockstep dispatch --from-registry', or\n"
		"for the next job. On pull requests there is no event.\n"
		"\n"
		"On GitHub Actions it writes annotations at the lines that failed, a summary and the\n"
		"outputs `changed`, `any_changed`, `digests` and `digest_IMAGE`, and lets no line of a\n"
		"build's output be a command to the runner. docs/report.md tells the rest.",
	.examples = "  $ lockstep ci\n"
		    "  $ lockstep ci --pr\n"
		    "  $ lockstep ci --tag latest --tag v1 --commit HEAD\n"
		    "  $ lockstep ci --report report.json --junit checks.xml\n",
	.opts = options,
	.run = ci,
};
