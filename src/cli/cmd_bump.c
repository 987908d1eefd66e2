/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_bump.c: lockstep bump. */
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/bump.h"
#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/render_pins.h"
#include "cli/render_pull.h"

static struct bump_flags arg;
static opt_texts arg_images, arg_paths, arg_also, arg_labels, arg_reviewers;

static const struct opt options[] = {
	{ 0, "event", OPT_TEXT, "FILE", "what to pin, as lockstep tells it; - is stdin",
	  &arg.event },
	{ 0, "github-event", OPT_FLAG, NULL, "the event that started this GitHub workflow",
	  &arg.github_event },
	{ 0, "image", OPT_LIST, "NAME=TAG[@DIGEST]", "what to pin, by hand", &arg_images },
	{ 0, "group", OPT_TEXT, "NAME", "refuse an event of another group", &arg.group },
	{ 0, "repo", OPT_TEXT, "DIR", "a folder of the repository (the current one)", &arg.repo },
	{ 0, "path", OPT_LIST, "PATH", "look only there", &arg_paths },
	{ 0, "via", OPT_TEXT, "HOW", "none (the working tree), or push or graphql (a pull request)",
	  &arg.via },
	{ 0, "base", OPT_TEXT, "BRANCH", "what the pull request goes into (the default branch)",
	  &arg.base },
	{ 0, "repo-url", OPT_TEXT, "URL", "the repository to push to (the remote 'origin')",
	  &arg.repo_url },
	{ 0, "api-url", OPT_TEXT, "URL", "GitHub's API (GITHUB_API_URL, or by the repository)",
	  &arg.api_url },
	{ 0, "token-env", OPT_TEXT, "NAME", "the variable with the token (GITHUB_TOKEN, GH_TOKEN)",
	  &arg.token_env },
	{ 0, "author", OPT_TEXT, "NAME <ADDRESS>", "of the commit", &arg.author },
	{ 0, "label", OPT_LIST, "NAME", "a label for the pull request", &arg_labels },
	{ 0, "reviewer", OPT_LIST, "LOGIN", "ask for a review", &arg_reviewers },
	{ 0, "close-superseded", OPT_TEXT, "GLOB", "close pull requests of such branches",
	  &arg.close_superseded },
	{ 0, "overwrite", OPT_FLAG, NULL, "drop commits of others from the branch",
	  &arg.overwrite },
	{ 0, "no-pr", OPT_FLAG, NULL, "push the branch and open nothing", &arg.no_pr },
	{ 0, "pin", OPT_TEXT, "FORM", "keep, tag, digest or both", &arg.pin },
	{ 0, "also", OPT_LIST, "WHAT", "edit embedded, comment, or files like GLOB too",
	  &arg_also },
	{ 0, "gate", OPT_TEXT, "HOW",
	  "images that are not in their registry: closed (refuse), warn, off", &arg.gate },
	{ 0, "gate-auth", OPT_TEXT, "WHOSE",
	  "ask as the cluster would: anonymous, docker-config, env", &arg.gate_auth },
	{ 0, "skip-missing", OPT_FLAG, NULL, "keep the pins of images that are not there",
	  &arg.skip_missing },
	{ 0, "allow-downgrade", OPT_FLAG, NULL, "apply an event older than the last one",
	  &arg.allow_downgrade },
	{ 'n', "dry-run", OPT_FLAG, NULL, "write nothing", &arg.dry_run },
	{ 0, "diff", OPT_FLAG, NULL, "print the edit as a unified diff", &arg.diff },
	{ 0, "check", OPT_FLAG, NULL, "write nothing; exit with 4 if pins disagree", &arg.check },
	{ 0, "list", OPT_FLAG, NULL, "print all pins", &arg.list },
	{ 0, "format", OPT_TEXT, "FORMAT", "text, json or github", &arg.format },
	{ 0, "body-file", OPT_TEXT, "FILE", "write the text of the pull request", &arg.body_file },
	{ 0 },
};

static void
annotate_uncovered(const struct pins *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			const struct pin *pin = &f->file.pins[k];
			AUTO_FREE char *text = NULL;

			if (f->edit.changes[k].state != PIN_STATE_UNCOVERED ||
			    n++ >= RENDER_ANNOTATIONS_MAX)
				continue;
			text = xasprintf("the pin of '%s' would be left behind: %s",
					 p->images[pin->image].name, pin->why);
			render_annotation(f->file.path, pin->line, pin->col, text);
		}
	}
}

static void
render(const struct bump *b, bool planned)
{
	if (b->format == RENDER_FORMAT_JSON)
		render_json(render_pins_json(b->pins));
	else if (arg.list)
		render_pins_list(b->pins);
	else if (arg.diff)
		render_pins_diff(b->pins);
	else
		render_pins_text(b->pins, planned);
	if (b->format == RENDER_FORMAT_GITHUB && !arg.list)
		annotate_uncovered(b->pins);
}

static int
write_body(const struct bump *b, struct err *err)
{
	AUTO_BUF struct buf body = BUF_INIT;

	if (!arg.body_file)
		return 0;
	buf_init(&body, 0);
	pins_body(b->pins, b->event, b->skipped.v, b->skipped.n, &body);
	return file_write(arg.body_file, buf_str(&body), 0644, err);
}

static void
annotate_drifts(const struct pins *p, const struct pins_drift *drifts, size_t n)
{
	for (size_t i = 0; i < n && i < RENDER_ANNOTATIONS_MAX; i++) {
		const struct pins_drift *d = &drifts[i];
		AUTO_FREE char *is = render_version(d->pin->tag, d->pin->digest);
		AUTO_FREE char *text =
			d->other ? xasprintf("'%s' is at %s here, and elsewhere in %s:%d",
					     p->images[d->pin->image].name, is,
					     d->other_file->file.path, d->other->line)
				 : xasprintf("'%s' is at %s here, which is not what is wanted",
					     p->images[d->pin->image].name, is);

		render_annotation(d->file->file.path, d->pin->line, d->pin->col, text);
	}
}

/* Do the pins agree, and is each of them one that bump would move? */
static int
check(struct session *s, const struct bump *b, struct err *err)
{
	size_t n = 0, unknown;
	const struct pins_drift *drifts = pins_drifts(b->pins, &n);

	unknown = bump_tell_unknown(s, b->pins);
	if (b->format == RENDER_FORMAT_JSON) {
		json_t *j = render_pins_json(b->pins);

		json_object_set_new(j, "drift", render_drifts_json(b->pins, drifts, n));
		render_json(j);
	} else {
		render_drifts_text(b->pins, drifts, n);
	}
	if (b->format == RENDER_FORMAT_GITHUB)
		annotate_drifts(b->pins, drifts, n);
	if (!n && !unknown)
		return 0;
	return err_set(err, ERR_REFUSED, "%zu pins disagree, %zu cannot be explained", n, unknown);
}

static int
edit(struct session *s, const struct bump *b, struct err *err)
{
	bool planned = arg.dry_run || b->pins->nuncovered;
	int r = 0;

	if (!planned && b->pins->nmoved)
		r = pins_write(b->pins, &b->opts, err);
	if (!r)
		r = write_body(b, err);
	if (r)
		return r;
	render(b, planned);
	if (!b->pins->nuncovered)
		return 0;
	(void)bump_tell_uncovered(s, b->pins);
	return err_set(err, ERR_REFUSED, "%zu pins would be left behind: nothing was written",
		       b->pins->nuncovered);
}

static int
write_pull_body(const struct pullrequest *pr, struct err *err)
{
	if (!arg.body_file || !pr->body)
		return 0;
	return file_write(arg.body_file, str_c(pr->body), 0644, err);
}

/* What was decided, with what became of the pull request. */
static void
render_pull(const struct bump *b, const struct pullrequest *pr)
{
	if (b->format == RENDER_FORMAT_JSON) {
		json_t *j = pr->pins ? render_pins_json(pr->pins) : json_object();

		json_object_set_new(j, "pull_request", render_pull_json(pr));
		render_json(j);
		return;
	}
	if (pr->pins)
		render(b, true);
	render_pull_text(pr);
}

static int
pull(struct session *s, struct bump *b, struct err *err)
{
	struct pullrequest pr = { 0 };
	int r = bump_pull(s, &arg, b, &pr, err);

	if (!r)
		r = write_pull_body(&pr, err);
	if (!r)
		render_pull(b, &pr);
	else if (pr.pins && pr.pins->nuncovered)
		(void)bump_tell_uncovered(s, pr.pins);
	b->pins = NULL;
	pullrequest_fini(&pr);
	return r;
}

/* The name of a flag that was given and says something about a pull request alone; NULL = none. */
static const char *
flag_for_pull(void)
{
	const struct {
		const char *name;
		bool given;
	} flags[] = {
		{ "base", arg.base != NULL },
		{ "repo-url", arg.repo_url != NULL },
		{ "api-url", arg.api_url != NULL },
		{ "token-env", arg.token_env != NULL },
		{ "author", arg.author != NULL },
		{ "label", arg_labels.n > 0 },
		{ "reviewer", arg_reviewers.n > 0 },
		{ "close-superseded", arg.close_superseded != NULL },
		{ "overwrite", arg.overwrite },
		{ "no-pr", arg.no_pr },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].given)
			return flags[i].name;
	return NULL;
}

static int
check_flags(int argc, struct err *err)
{
	bool pulls = arg.via && strcmp(arg.via, "none") != 0;

	if (argc)
		return err_set(err, ERR_USAGE,
			       "bump takes no arguments: images are named by --image");
	if (!pulls && flag_for_pull()) {
		err_set(err, ERR_USAGE, "--%s is for a pull request", flag_for_pull());
		err_hint(err, "--via push or --via graphql makes one");
		return -ERR_USAGE;
	}
	if (pulls && (arg.check || arg.list))
		return err_set(err, ERR_USAGE, "--via goes with neither --check nor --list");
	if (arg.check && (arg.list || arg.diff))
		return err_set(err, ERR_USAGE, "--check goes with neither --list nor --diff");
	return 0;
}

static int
run(struct session *s, int argc, char **argv UNUSED, struct err *err)
{
	struct bump b = { 0 };
	int r = check_flags(argc, err);

	arg.images = &arg_images;
	arg.paths = &arg_paths;
	arg.also = &arg_also;
	arg.labels = &arg_labels;
	arg.reviewers = &arg_reviewers;
	if (!r)
		r = bump_open(s, &arg, &b, err);
	if (!r && b.via != PULLREQUEST_VIA_NONE)
		r = pull(s, &b, err);
	else if (!r && b.outdated)
		out_err("lockstep: nothing to do: event %lld is older than %s, which was applied\n",
			(long long)b.event->seq, b.applied);
	else if (!r && arg.check)
		r = check(s, &b, err);
	else if (!r && arg.list)
		render(&b, true);
	else if (!r)
		r = edit(s, &b, err);
	bump_close(&b);
	vec_fini(&arg_images);
	vec_fini(&arg_paths);
	vec_fini(&arg_also);
	vec_fini(&arg_labels);
	vec_fini(&arg_reviewers);
	return r;
}

const struct cmd cmd_bump = {
	.name = "bump",
	.args = "",
	.summary = "move the pins of images in a GitOps repository",
	.about =
		"Finds every pin of the images that an event names (--event, --github-event), that\n"
		"--image names or that are in the graph file, in all files that git tracks, and\n"
		"moves those that are not at the wanted version, byte for byte. Nothing is written\n"
		"unless every pin is understood and each image is in its registry. --list and\n"
		"--check look at what is there, and need no version.\n"
		"\n"
		"With --via push or graphql the working tree stays as it is: the edit is made on the tip\n"
		"of the base, as one commit on the branch lockstep/bump/GROUP, and one pull request is\n"
		"opened, updated, or closed when nothing is left to do.",
	.examples =
		"  $ lockstep bump --image ghcr.io/owner/app=v2 --dry-run --diff --gate off\n"
		"  $ lockstep bump --image ghcr.io/owner/app=v2 --path apps --gate off\n"
		"  $ lockstep bump --image ghcr.io/owner/app --check --format github\n"
		"  $ lockstep bump --image ghcr.io/owner/app --list\n"
		"  $ lockstep bump --image ghcr.io/owner/app=v2 --group app --via push --no-pr --base main --gate off\n",
	.opts = options,
	.run = run,
};
