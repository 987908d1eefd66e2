/* SPDX-License-Identifier: Apache-2.0 */
/* release_note.c: the generation that was released, written down for the next runner. */
#include "engine/check.h"
#include "engine/pod_check.h"
#include "engine/release_priv.h"

struct noting {
	const struct release_opts *opts;
	struct arena *arena;
	struct generation_image *images;
	size_t n;
};

static void
add_digest(struct buf *list, struct sha256 h)
{
	char digest[DIGEST_SIZE];

	sha256_digest(h, digest);
	buf_addf(list, "%s%s", list->len ? " " : "", digest);
}

static void
add_pod(const struct noting *nt, struct buf *list, const struct pod *pod,
	const struct graph_image *image)
{
	const struct plan *p = nt->opts->plan;
	struct pod_check_opts opts = { .pod = pod,
				       .image_ids = plan_pod_images(p, pod, nt->arena) };

	for (size_t i = 0; opts.image_ids && i < pod->ncontainers; i++) {
		if (pod->containers[i].image != image)
			continue;
		add_digest(list, pod_check_digest(&opts));
		return;
	}
}

/* All of them: nothing is released that failed one. */
static const char *
passed(const struct noting *nt, const struct graph_image *image)
{
	const struct project *project = nt->opts->plan->opts.project;
	AUTO_BUF struct buf list = BUF_INIT;

	buf_init(&list, 0);
	for (size_t i = 0; i < image->nchecks; i++)
		add_digest(&list, check_digest(&image->checks[i]));
	for (size_t i = 0; project->pods && i < project->graph->npods; i++)
		add_pod(nt, &list, &project->pods[i], image);
	return arena_str(nt->arena, buf_str(&list));
}

/* What was true at the last release, and is no less now, goes on as it is, so that a release of the
 * same images writes nothing. */
static const struct generation_image *
unchanged(const struct noting *nt, const struct plan_node *node, const char *now)
{
	const struct generation_image *last =
		shared_last_release(nt->opts->shared, node->image, node->made.inputs->key);

	return last && !strcmp(last->digest, node->digest) && !strcmp(last->passed, now) &&
			       (last->config.n || !node->image->nchildren)
		       ? last
		       : NULL;
}

static void
add_image(struct noting *nt, const struct plan_node *node)
{
	struct generation_image *im = &nt->images[nt->n];
	const struct generation_image *last;
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(node->manifest.p, node->manifest.n), digest);
	/* What came as part of an index has another digest than its own. */
	if (node->degraded || node->open_checks || strcmp(digest, node->digest) != 0)
		return;
	nt->n++;
	*im = (struct generation_image){ .name = node->image->name,
					 .key = node->made.inputs->key,
					 .media_type = node->manifest_type,
					 .manifest = node->manifest,
					 .config = node->config_text,
					 .passed = passed(nt, node->image),
					 .took_ms = node->expected_ms };
	last = unchanged(nt, node, im->passed);
	if (last)
		*im = *last;
}

/* Of an image that was built here, and that others stand on. */
struct wish {
	struct arena *arena;
	struct str *config;
};

static void
on_config(void *ctx, struct shared_image *found)
{
	struct wish *wish = ctx;
	const struct buf *b = &found->config;

	if (found->state == REGISTRY_PRESENT)
		*wish->config = (struct str){ arena_dup(wish->arena, b->data, b->len), b->len };
}

static int
add_configs(struct noting *nt, struct err *err)
{
	const struct release_opts *o = nt->opts;

	for (size_t i = 0; i < nt->n; i++) {
		const struct graph_image *image =
			graph_find(o->plan->opts.project->graph, nt->images[i].name);
		const struct plan_node *node = &o->plan->nodes[image->index];
		struct shared_question q = { .image = image,
					     .digest = node->digest,
					     .config = true };
		struct wish *wish;

		if (!image->nchildren || nt->images[i].config.n)
			continue;
		wish = ARENA_NEW(nt->arena, struct wish);
		*wish = (struct wish){ nt->arena, &nt->images[i].config };
		shared_find(o->shared, &q, on_config, wish);
	}
	return shared_wait(o->shared, err);
}

static int
note(const struct release_opts *opts, const struct release *release, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct noting nt = { .opts = opts, .arena = arena };
	struct generation g = { .tag = opts->moving[0] };
	int r;

	nt.images = arena_calloc(arena, release->n + 1, sizeof(*nt.images));
	for (size_t i = 0; i < release->n; i++)
		add_image(&nt, release->images[i].node);
	r = add_configs(&nt, err);
	g.images = nt.images;
	g.n = nt.n;
	return r ? r : shared_write_generation(opts->shared, &g, err);
}

void
release_note(const struct release_opts *opts, struct release *release)
{
	if (note(opts, release, &release->unnoted))
		BUG_ON(!release->unnoted.class);
}
