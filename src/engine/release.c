/* SPDX-License-Identifier: Apache-2.0 */
/* release.c: tags of a commit, then tags that move. */
#include "engine/release_priv.h"

#include <stdio.h>

struct tagging {
	const struct release_opts *opts;
	struct release *ret;
	size_t failed;
	struct err first;
};

/* One tag of one image. */
struct step {
	struct tagging *t;
	struct release_image *image;
	char at[DIGEST_SIZE]; /* where it points */
};

static void
note(struct step *st, struct shared_image *found)
{
	struct tagging *t = st->t;

	if (found->state == REGISTRY_PRESENT)
		(void)snprintf(st->at, sizeof(st->at), "%s", found->digest);
	if (found->state != REGISTRY_UNKNOWN)
		return;
	t->failed++;
	if (!t->first.class)
		err_move(&t->first, &found->err);
}

static void
on_step(void *ctx, struct shared_image *found)
{
	note(ctx, found);
}

/* The plan asked that a moment ago. */
static bool
is_known(const struct tagging *t, const struct plan_node *node, const char *tag)
{
	const char *last = shared_last_tag(t->opts->shared);

	return t->opts->as_planned && node->released && !strcmp(last, tag);
}

/* Waits for what was started; `what` could not be done for some image. */
static int
settle(struct tagging *t, const char *what, const char *tag, struct err *err)
{
	AUTO_FREE char *why = NULL;
	enum err_class class;
	int r = shared_wait(t->opts->shared, err);

	if (r || !t->failed)
		return r;
	why = err_text(&t->first);
	class = t->first.class == ERR_REMOTE ? ERR_REMOTE : ERR_TEMPORARY;
	return err_set(err, class, "%s '%s' of %zu image%s failed: %s", what, tag, t->failed,
		       t->failed == 1 ? "" : "s", why);
}

static void
put(struct tagging *t, struct step *st, const char *tag)
{
	const struct plan_node *node = st->image->node;
	struct shared_manifest manifest = { node->manifest_type, node->manifest };

	shared_put(t->opts->shared, node->image, tag, &manifest, on_step, st);
}

static int
look(struct tagging *t, struct step *steps, size_t n, const char *tag, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct plan_node *node = steps[i].image->node;

		steps[i].at[0] = '\0';
		if (is_known(t, node, tag))
			memcpy(steps[i].at, node->digest, sizeof(steps[i].at));
		else
			shared_head(t->opts->shared, node->image, tag, on_step, &steps[i]);
	}
	return settle(t, "reading the tag", tag, err);
}

static void
name(struct release_image *im, const char *commit, bool again)
{
	const char *digits = im->node->digest + strlen("sha256:");

	im->again = again;
	if (again)
		(void)snprintf(im->tag, sizeof(im->tag), "%s-%.12s", commit, digits);
	else
		(void)snprintf(im->tag, sizeof(im->tag), "%s", commit);
}

/* The first image stands for all: a release gives each the tag. */
static int
tag_commit(struct tagging *t, struct step *steps, struct err *err)
{
	const char *commit = t->opts->commit;
	int r;

	if (!commit)
		return 0;
	r = look(t, steps, t->ret->n > 0, commit, err);
	if (!r && t->ret->n && *steps[0].at)
		r = look(t, steps + 1, t->ret->n - 1, commit, err);
	for (size_t i = 0; !r && i < t->ret->n; i++) {
		struct release_image *im = &t->ret->images[i];
		bool there = !strcmp(steps[i].at, im->node->digest);

		name(im, commit, *steps[i].at && !there);
		if (!there)
			put(t, &steps[i], im->tag);
	}
	return r ? r : settle(t, "setting the tag", commit, err);
}

static int
move_tag(struct tagging *t, struct step *steps, size_t which, struct err *err)
{
	const char *tag = t->opts->moving[which];
	int r = look(t, steps, t->ret->n, tag, err);

	for (size_t i = 0; !r && i < t->ret->n; i++) {
		struct release_image *im = &t->ret->images[i];
		bool moves = strcmp(steps[i].at, im->node->digest) != 0;

		if (which == 0) {
			memcpy(im->was, steps[i].at, sizeof(im->was));
			im->moved = moves;
		}
		if (moves)
			put(t, &steps[i], tag);
	}
	if (!r)
		r = settle(t, "moving the tag", tag, err);
	if (r && t->failed)
		err_hint(err, "run it again: what is tagged stays, the rest follows");
	return r;
}

/* Two runners that gave one key to two images within the same milliseconds have both seen only their
 * own; by now each can see who was last. */
static int
look_at_keys(struct tagging *t, struct step *steps, struct err *err)
{
	int r;

	for (size_t i = 0; i < t->ret->n; i++) {
		const struct plan_node *node = steps[i].image->node;
		char tag[SHARED_TAG_SIZE];

		memcpy(steps[i].at, node->digest, sizeof(steps[i].at));
		if (!node->keyed)
			continue;
		steps[i].at[0] = '\0';
		shared_key_tag(node->made.inputs->key, tag);
		shared_head(t->opts->shared, node->image, tag, on_step, &steps[i]);
	}
	r = settle(t, "reading the tag", "key-…", err);
	for (size_t i = 0; !r && i < t->ret->n; i++)
		if (strcmp(steps[i].at, steps[i].image->node->digest) != 0) {
			r = err_set(err, ERR_TEMPORARY,
				    "the key of '%s' stands for another run's image by now (%s)",
				    steps[i].image->node->image->name,
				    *steps[i].at ? steps[i].at : "none");
			err_hint(err, "run it again: it takes that one, and no tag was moved");
		}
	for (size_t i = 0; i < t->ret->n; i++)
		steps[i].at[0] = '\0';
	return r;
}

static int
collect(struct tagging *t, struct err *err)
{
	const struct plan *p = t->opts->plan;
	const struct graph *g = p->opts.project->graph;

	t->ret->images = xcalloc(p->n + 1, sizeof(*t->ret->images));
	for (size_t i = 0; i < g->nimages; i++) {
		const struct plan_node *node = &p->nodes[g->order[i]->index];

		if (node->state == PLAN_IGNORED || node->state == PLAN_ABSENT)
			continue;
		if (!node->manifest.n)
			return err_set(err, ERR_REFUSED, "'%s' is not in the registry",
				       node->image->name);
		t->ret->images[t->ret->n++].node = node;
	}
	return 0;
}

int
release_tags(const struct release_opts *opts, struct release *ret, struct err *err)
{
	struct tagging t = { .opts = opts, .ret = ret };
	struct step *steps;
	int r;

	*ret = (struct release){ 0 };
	r = collect(&t, err);
	steps = xcalloc(ret->n + 1, sizeof(*steps));
	for (size_t i = 0; i < ret->n; i++)
		steps[i] = (struct step){ .t = &t, .image = &ret->images[i] };
	if (!r)
		r = look_at_keys(&t, steps, err);
	if (!r)
		r = tag_commit(&t, steps, err);
	for (size_t i = 0; !r && i < opts->nmoving; i++)
		r = move_tag(&t, steps, i, err);
	if (!r && opts->nmoving)
		release_note(opts, ret);
	free(steps);
	err_clear(&t.first);
	return r;
}

void
release_fini(struct release *r)
{
	free(r->images);
	err_clear(&r->unnoted);
	*r = (struct release){ 0 };
}
