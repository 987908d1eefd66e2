/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest.c: from the tips of two branches to one pull request. */
#include "engine/pullrequest.h"

#include "base/vec.h"
#include "engine/pullrequest_priv.h"
#include "engine/source.h"
#include "io/git_branch.h"
#include "io/git_files.h"
#include "io/git_remote.h"

#include <inttypes.h>

ENUM_DEFINE(pullrequest_via, PULLREQUEST_VIA_LIST);
ENUM_DEFINE(pullrequest_state, PULLREQUEST_STATE_LIST);

#define MAX_ROUNDS 5
#define BRANCH_PREFIX "lockstep/bump/"
#define HOLD_FILE ".lockstep/hold"
#define GITHUB_COMMITTER "GitHub <noreply@github.com>"
#define WITHDRAWN_MARKER "<!-- lockstep:withdrawn -->"

/* One round: what was seen, and what follows from it. */
struct round {
	const struct pullrequest_opts *o;
	struct pullrequest *pr;
	char *base_tip, *tip; /* tip NULL = there is no such branch */
	const char *repo;
	struct pullrequest_found open, last;
	struct pullrequest_proof proof;
	VEC(struct git_change) changes;
	char *commit, *message;
	bool moved; /* the branch, by us */
};

static void
round_fini(struct round *d)
{
	free(d->base_tip);
	free(d->tip);
	pullrequest_found_fini(&d->open);
	pullrequest_found_fini(&d->last);
	vec_fini(&d->changes);
	free(d->commit);
	free(d->message);
}

static int
read_tip(struct round *d, const char *branch, char **ret, struct err *err)
{
	AUTO_FREE char *ref = xasprintf("refs/heads/%s", branch);
	int r = git_way_resolve(&d->o->way, ref, ret, err);

	if (r || !*ret)
		return r;
	return source_fetch(d->o->sources, d->o->way.url, *ret, &d->repo, err);
}

static int
look(struct round *d, struct err *err)
{
	int r = read_tip(d, d->pr->base, &d->base_tip, err);

	if (!r && !d->base_tip)
		r = err_set(err, ERR_INPUT, "'%s' has no branch '%s'", d->o->way.url, d->pr->base);
	if (!r)
		r = read_tip(d, d->pr->branch, &d->tip, err);
	if (!r && d->o->hub)
		r = pullrequest_find(d->o, d->pr->branch, d->pr->base, &d->open, err);
	if (!r && d->o->hub && !d->open.number)
		r = pullrequest_find_last(d->o, d->pr->branch, d->pr->base, &d->last, err);
	return r;
}

static int
trailer_seq(struct round *d, const char *commit, int64_t *ret, struct err *err)
{
	AUTO_FREE char *subject = xasprintf("chore(%s): bump ", d->o->group), *value = NULL;
	unsigned long long seq = 0;
	int r = git_last_trailer(d->repo, commit, subject, PULLREQUEST_TRAILER_SEQ, &value, err);

	if (!r && value && str_to_u64(str_c(value), &seq) && seq < EVENT_MAX_SEQ &&
	    (int64_t)seq > *ret)
		*ret = (int64_t)seq;
	return r;
}

/* The newest event that was applied: on the base, and in what is open for it; squashing may have
 * lost the trailer, but not the body of what was merged. A branch whose pull request was closed
 * applied nothing. */
static int
newest_seq(struct round *d, int64_t *ret, struct err *err)
{
	int64_t marked[] = { pullrequest_marked_seq(d->open.body, d->o->group),
			     d->last.merged ? pullrequest_marked_seq(d->last.body, d->o->group)
					    : 0 };
	int r = trailer_seq(d, d->base_tip, ret, err);

	if (!r && d->tip && (d->open.number || !d->o->hub))
		r = trailer_seq(d, d->tip, ret, err);
	for (size_t i = 0; i < ARRAY_SIZE(marked); i++)
		*ret = marked[i] > *ret ? marked[i] : *ret;
	return r;
}

/* 1: a newer one was applied. */
static int
is_outdated(struct round *d, struct err *err)
{
	int64_t seq = 0;
	int r;

	if (!d->o->event || d->o->flags & PULLREQUEST_DOWNGRADE)
		return 0;
	r = newest_seq(d, &seq, err);
	if (r || d->o->event->seq >= seq)
		return r;
	d->pr->state = PULLREQUEST_OUTDATED;
	free(d->pr->applied);
	d->pr->applied = xasprintf("%" PRId64, seq);
	return 1;
}

static int
plan(struct round *d, struct err *err)
{
	struct pins_opts opts = d->o->pins;
	int r;

	opts.top = d->repo;
	opts.rev = d->base_tip;
	pins_free(d->pr->pins);
	d->pr->pins = NULL;
	r = pins_find(&opts, d->o->images, d->o->nimages, &d->pr->pins, err);
	if (!r)
		r = pins_plan(d->pr->pins, &opts, err);
	if (!r && d->pr->pins->nuncovered)
		r = err_set(err, ERR_REFUSED, "%zu pins would be left behind: nothing was pushed",
			    d->pr->pins->nuncovered);
	return r ? r : d->o->prove(d->o->ctx, d->pr->pins, &d->proof, err);
}

/* Made by us, and by nobody since: whoever amends or rebases becomes the committer. */
static bool
is_ours(const struct git_made *m)
{
	if (!*m->trailer || m->parents != 1)
		return false;
	return !strcmp(m->committer, GITHUB_COMMITTER) ||
	       (!strcmp(m->committer, m->author) && m->committer_s == m->author_s);
}

static int
refuse_foreign(struct round *d, const struct git_made *m, struct err *err)
{
	AUTO_FREE char *marker = xasprintf("<!-- lockstep:foreign:%s -->", d->tip);
	AUTO_FREE char *text = xasprintf(
		"Commit %.12s is not from lockstep, so this branch is left as it is, and newer "
		"versions do not come into it. Merge or close it, or run `lockstep bump "
		"--overwrite` to drop that commit.",
		m->id);
	int r = 0;

	if (d->open.number && !(d->o->flags & PULLREQUEST_DRY_RUN))
		r = pullrequest_comment(d->o, d->open.number, marker, text, err);
	if (r)
		return r;
	err_set(err, ERR_REFUSED, "branch '%s' has commit %.12s of %s: it was left as it is",
		d->pr->branch, m->id, m->committer);
	err_hint(err, "merge or close its pull request, or give --overwrite to drop the commit");
	return -ERR_REFUSED;
}

static int
check_foreign(struct round *d, struct err *err)
{
	git_mades made = { 0 };
	int r = 0;

	/* What is left of a branch that was merged, or given up, is nobody's work any more. */
	if (!d->tip || d->o->flags & PULLREQUEST_OVERWRITE ||
	    (d->last.number && !strcmp(d->last.head, d->tip)))
		return 0;
	r = git_branch_log(d->repo, d->base_tip, d->tip, PULLREQUEST_TRAILER, &made, err);
	for (size_t i = 0; !r && i < made.n; i++) {
		int plain = 0;

		if (is_ours(&made.v[i]))
			continue;
		/* "Update branch": it brings the base, and nothing of its own. */
		plain = git_branch_is_plain_merge(d->repo, &made.v[i], err);
		r = plain < 0 ? plain : plain ? 0 : refuse_foreign(d, &made.v[i], err);
	}
	git_mades_fini(&made);
	return r;
}

/* All pins are right on the base. 0: moved under us, 1: done. */
static int
withdraw(struct round *d, struct err *err)
{
	AUTO_FREE char *text = xasprintf("Nothing is left to do: on `%s` all pins are at the "
					 "versions that this pull request would give them.",
					 d->pr->base);
	int r = 0;

	d->pr->state = d->tip || d->open.number ? PULLREQUEST_WITHDRAWN : PULLREQUEST_NOTHING;
	if (d->open.number) {
		d->pr->number = d->open.number;
		d->pr->url = xstrdup(d->open.url);
		r = pullrequest_comment(d->o, d->open.number, WITHDRAWN_MARKER, text, err);
		if (!r)
			r = pullrequest_close(d->o, d->open.number, err);
	}
	if (!r && d->tip)
		return git_branch_push(d->repo, &d->o->way, d->pr->branch, d->tip, NULL, err);
	return r ? r : 1;
}

static int
make_commit(struct round *d, struct err *err)
{
	const struct pins *p = d->pr->pins;
	struct git_commit_new c = { .parent = d->base_tip, .who = d->o->who };
	int r;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		if (f->edit.nmoved)
			vec_push(&d->changes,
				 ((struct git_change){ f->file.path, f->mode, f->edit.text }));
	}
	d->message = pullrequest_message(p, d->o->group, d->o->event);
	c.message = d->message;
	c.changes = d->changes.v;
	c.nchanges = d->changes.n;
	/* The base's time and not ours: two runs make one commit. */
	r = git_commit_time(d->repo, d->base_tip, &c.time_s, err);
	return r ? r : git_branch_commit(d->repo, &c, &d->commit, err);
}

/* Commits that are no merges; whose merges are none of ours was refused before. */
static size_t
edits_of(const git_mades *made)
{
	size_t n = 0;

	for (size_t i = 0; i < made->n; i++)
		n += made->v[i].parents == 1;
	return n;
}

/* 1: the branch holds this edit, and the base has not moved in what it edits; approvals stay. */
static int
is_there(struct round *d, struct err *err)
{
	AUTO_BUF struct buf ours = BUF_INIT, theirs = BUF_INIT;
	git_mades made = { 0 };
	int r;

	if (!d->tip)
		return 0;
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	r = git_branch_log(d->repo, d->base_tip, d->tip, PULLREQUEST_TRAILER, &made, err);
	if (!r && edits_of(&made) == 1) {
		/* What the base was when it was last brought in. */
		const char *from = *made.v[0].merged ? made.v[0].merged : made.v[0].parent;

		r = git_branch_edit(d->repo, d->base_tip, d->commit, &ours, err);
		if (!r)
			r = git_branch_edit(d->repo, from, d->tip, &theirs, err);
		if (!r)
			r = str_eq(buf_str(&ours), buf_str(&theirs));
	}
	git_mades_fini(&made);
	return r;
}

/* 1: the branch is where it should be; 0: a tip moved. */
static int
move_branch(struct round *d, struct err *err)
{
	struct pullrequest_edit edit = { .repo = d->repo,
					 .branch = d->pr->branch,
					 .base = d->pr->base,
					 .base_tip = d->base_tip,
					 .tip = d->tip,
					 .message = d->message,
					 .commit = d->commit,
					 .changes = d->changes.v,
					 .nchanges = d->changes.n };
	AUTO_FREE char *made = NULL;
	int r = is_there(d, err);

	free(d->pr->commit);
	d->pr->commit = NULL;
	if (r < 0)
		return r;
	if (r) {
		d->pr->commit = xstrdup(d->tip);
		return 1;
	}
	d->moved = true;
	if (d->o->via == PULLREQUEST_VIA_PUSH) {
		d->pr->commit = xstrdup(d->commit);
		return git_branch_push(d->repo, &d->o->way, d->pr->branch, d->tip, d->commit, err);
	}
	r = pullrequest_graphql(d->o, &edit, &made, err);
	if (r == 1)
		d->pr->commit = STEAL(made);
	return r;
}

static int
on_hold(struct round *d, bool *ret, struct err *err)
{
	git_files files = { 0 };
	int r = git_list_files(d->repo, d->base_tip, &files, err);

	for (size_t i = 0; i < files.n; i++)
		*ret = *ret || !strcmp(files.v[i].path, HOLD_FILE);
	git_files_fini(&files);
	return r;
}

/* A branch that nobody was told of is in the way of the next run's reader. */
static int
take_back(struct round *d, int failed, struct err *err)
{
	AUTO_ERR struct err own = ERR_INIT;

	if (failed != -ERR_TEMPORARY &&
	    git_branch_push(d->repo, &d->o->way, d->pr->branch, d->pr->commit, NULL, &own) < 0)
		err_prefix(err, "branch '%s' was left behind (%s)", d->pr->branch, own.msg);
	return failed;
}

/* 1 done, 0: there is a pull request by now. */
static int
open_or_amend(struct round *d, struct pullrequest_wanted *w, bool *ret_fresh, struct err *err)
{
	bool changed = d->moved;
	int r;

	*ret_fresh = !d->open.number;
	if (*ret_fresh) {
		r = pullrequest_open(d->o, w, &d->open, err);
		d->pr->state = PULLREQUEST_OPENED;
		return r < 0 ? take_back(d, r, err) : r;
	}
	r = pullrequest_amend(d->o, w, &d->open, &changed, err);
	d->pr->state = changed ? PULLREQUEST_UPDATED : PULLREQUEST_UNCHANGED;
	return r ? r : 1;
}

static int
publish(struct round *d, const char *title, struct err *err)
{
	struct pullrequest_wanted w = {
		.branch = d->pr->branch, .base = d->pr->base, .title = title, .body = d->pr->body
	};
	bool fresh = false;
	int r = on_hold(d, &w.hold, err);

	if (!r)
		r = open_or_amend(d, &w, &fresh, err);
	if (r <= 0)
		return r;
	d->pr->number = d->open.number;
	free(d->pr->url);
	d->pr->url = xstrdup(d->open.url);
	d->pr->draft = d->open.draft;
	pullrequest_decorate(d->o, &d->open, fresh);
	pullrequest_supersede(d->o, d->pr->base, &d->open, d->pr->branch);
	return 1;
}

static int
write_all(struct round *d, struct err *err)
{
	AUTO_FREE char *title = pullrequest_title(d->pr->pins, d->o->group);
	int r = 0;

	if (d->o->hub && !d->open.number && d->o->flags & PULLREQUEST_PROBE)
		r = pullrequest_probe_open(d->o, d->pr->base, err);
	if (!r)
		r = make_commit(d, err);
	if (!r)
		r = move_branch(d, err);
	if (r <= 0)
		return r;
	d->pr->state = d->moved ? PULLREQUEST_PUSHED : PULLREQUEST_UNCHANGED;
	return d->o->hub ? publish(d, title, err) : 1;
}

/* 1 done, 0 once more. */
static int
one_round(struct round *d, struct err *err)
{
	AUTO_FREE char *upstream = NULL;
	int r = look(d, err);

	if (!r)
		r = is_outdated(d, err);
	if (!r)
		r = check_foreign(d, err);
	if (!r)
		r = plan(d, err);
	if (r)
		return r;
	if (d->o->hub && d->pr->pins->nmoved)
		upstream = pullrequest_upstream(d->o->hub, d->pr->pins, d->o->event);
	free(d->pr->body);
	d->pr->body = pullrequest_body(d->pr->pins, d->o, &d->proof, upstream);
	if (d->o->flags & PULLREQUEST_DRY_RUN) {
		d->pr->state = PULLREQUEST_PLANNED;
		return 1;
	}
	return d->pr->pins->nmoved ? write_all(d, err) : withdraw(d, err);
}

static int
find_base(const struct pullrequest_opts *o, struct pullrequest *pr, struct err *err)
{
	AUTO_FREE char *usual = NULL;
	int r = o->hub ? pullrequest_probe(o, &usual, err) : 0;

	if (r)
		return r;
	if (!o->base && !usual)
		return err_set(err, ERR_USAGE, "--base: say which branch is the base");
	pr->base = xstrdup(o->base ? o->base : usual);
	if (!strcmp(pr->base, pr->branch))
		return err_set(err, ERR_USAGE, "'%s' is no base: it is the branch of the bump",
			       pr->base);
	return 0;
}

int
pullrequest_run(const struct pullrequest_opts *opts, struct pullrequest *ret, struct err *err)
{
	int r;

	BUG_ON(opts->via == PULLREQUEST_VIA_NONE);
	*ret = (struct pullrequest){ .branch = xasprintf(BRANCH_PREFIX "%s", opts->group) };
	r = find_base(opts, ret, err);
	if (r)
		return r;
	for (int i = 0; i < MAX_ROUNDS; i++) {
		struct round d = { .o = opts, .pr = ret };

		r = one_round(&d, err);
		round_fini(&d);
		if (r)
			return r < 0 ? r : 0;
	}
	return err_set(err, ERR_TEMPORARY, "'%s' and '%s' moved %d times while they were read",
		       ret->base, ret->branch, MAX_ROUNDS);
}

void
pullrequest_fini(struct pullrequest *pr)
{
	free(pr->branch);
	free(pr->base);
	free(pr->commit);
	free(pr->url);
	free(pr->applied);
	free(pr->body);
	pins_free(pr->pins);
	*pr = (struct pullrequest){ 0 };
}
