/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch_emit.c: an event by hand. */
#include "cli/dispatch_emit.h"

#include "base/clock.h"
#include "base/out.h"
#include "cli/ci_env.h"
#include "model/ref.h"

typedef VEC(struct event_image) images;

/* The image of the graph that a reference means, by its name with or without the registry. */
static int
read_one(struct session *s, struct arena *arena, const char *text, struct event_image *ret,
	 struct err *err)
{
	const struct graph *g = s->project->graph;
	struct str whole = str_c(text), name;
	const struct graph_image *image;
	AUTO_FREE char *full = NULL;
	size_t at = str_find(whole, '@'), slash = 0, colon;
	struct ref ref;
	int r;

	for (size_t i = 0; i < at; i++)
		slash = text[i] == '/' ? i : slash;
	colon = slash + str_find(str_sub(whole, slash, at), ':');
	name = str_sub(whole, 0, colon);
	full = str_dup(name);
	r = session_image(s, full, &image, err);
	if (r)
		return r;
	r = ref_parse(arena,
		      str_c(arena_printf(arena, "%s/%s%s", g->registry, image->name, text + colon)),
		      &ref, err);
	if (r)
		return err_prefix(err, "--emit");
	if (!ref.digest) {
		err_set(err, ERR_USAGE, "--emit '%s' has no digest", text);
		err_hint(err, "IMAGE[:TAG]@sha256:… as the registry has it");
		return -ERR_USAGE;
	}
	*ret = (struct event_image){
		.image = ref.name, .tag = ref.tag, .digest = ref.digest, .cause = "recorded by hand"
	};
	return 0;
}

static void
put(images *all, const struct event_image *image)
{
	for (size_t i = 0; i < all->n; i++) {
		if (!strcmp(all->v[i].image, image->image)) {
			all->v[i] = *image;
			return;
		}
	}
	vec_push(all, *image);
}

/* The state of the latest event, and the given images in it. */
static int
gather(struct session *s, struct arena *arena, const opt_texts *refs, images *ret, struct err *err)
{
	struct store_event AUTO_STORE_EVENT last = { 0 };
	struct event_image *before = NULL;
	size_t n = 0;
	int r = store_outbox_last(s->store, s->project->graph->group, &last, err);

	if (r > 0)
		r = store_outbox_images(s->store, last.seq, arena, &before, &n, err);
	for (size_t i = 0; i < n; i++)
		vec_push(ret, before[i]);
	for (size_t i = 0; r >= 0 && i < refs->n; i++) {
		struct event_image image;

		r = read_one(s, arena, refs->v[i], &image, err);
		if (!r)
			put(ret, &image);
	}
	return r < 0 ? r : 0;
}

static int
emit(struct session *s, struct arena *arena, const opt_texts *refs, struct outbox_news *news,
     struct err *err)
{
	struct store_event AUTO_STORE_EVENT e = { 0 };
	images all = { 0 };
	int r = gather(s, arena, refs, &all, err);

	news->images = all.v;
	news->n = all.n;
	if (!r)
		r = outbox_emit(s->store, news, &e, err);
	vec_fini(&all);
	if (r < 0)
		return r;
	r = r ? store_commit(s->store, err) : 1;
	if (!r && !s->o.json)
		out_print("recorded   %s\n", e.id);
	else if (r > 0)
		out_print(s->o.json ? "" : "no event: these are the digests of the latest one\n");
	return r;
}

int
dispatch_emit(struct session *s, const opt_texts *refs, const struct target *targets,
	      size_t ntargets, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	const struct graph *g = s->project->graph;
	struct ci_env ci;
	struct outbox_news news = { .group = g->group,
				    .payload = g->payload,
				    .npayload = g->npayload,
				    .commit = s->project->head,
				    .targets = targets,
				    .ntargets = ntargets,
				    .now_ms = clock_wall_ms() };
	int r;

	if (!*g->registry)
		return err_set(err, ERR_INPUT, "'%s' has no 'registry', which events need",
			       s->project->graph_path);
	ci_env_read(&ci);
	news.repo = ci.repo;
	news.run_url = ci.run_url;
	r = store_begin_durable(s->store, err);
	if (!r) {
		r = emit(s, arena, refs, &news, err);
		if (r)
			store_rollback(s->store);
	}
	ci_env_fini(&ci);
	return r < 0 ? r : 0;
}
