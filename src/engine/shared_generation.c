/* SPDX-License-Identifier: Apache-2.0 */
/* shared_generation.c: what the last release came to, as an artifact beside the images. */
#include "base/file.h"
#include "engine/shared_priv.h"

#define GENERATION_ARTIFACT_TYPE "application/vnd.lockstep.generation.v1+json"
#define GENERATION_TAG "lockstep-generation"

static void
set_ref(struct shared *s, struct arena *a, struct ref *ret)
{
	const char *text = shared_ref(s, a, shared_holder(s->graph), GENERATION_TAG, NULL);

	/* Registry and name were checked when the graph was read. */
	BUG_ON(ref_parse(a, str_c(text), ret, NULL));
}

int
shared_read_generation(struct shared *s, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err ignored = ERR_INIT; /* who knows nothing asks for each key */
	struct registry_answer a = { 0 };
	struct ref ref;
	int r;

	if (s->generation_read)
		return 0;
	set_ref(s, arena, &ref);
	registry_artifact_get(s->reg, &ref, GENERATION_ARTIFACT_TYPE, MAX_GENERATION, registry_keep,
			      &a);
	r = registry_wait(s->reg, err);
	if (!r && a.state == REGISTRY_PRESENT &&
	    generation_parse(buf_str(&a.body), "the last release", &s->generation, &ignored))
		err_clear(&ignored);
	registry_answer_fini(&a);
	s->generation_read = !r;
	return r;
}

const struct generation_image *
shared_last_release(const struct shared *s, const struct graph_image *image, struct sha256 key)
{
	return s->generation ? generation_find(s->generation, image->name, key) : NULL;
}

const char *
shared_last_tag(const struct shared *s)
{
	return s->generation ? s->generation->tag : NULL;
}

static bool
is_there(const struct shared *s, const char *text)
{
	AUTO_FREE char *known = s->generation ? generation_text(s->generation) : NULL;

	return known && !strcmp(known, text);
}

int
shared_write_generation(struct shared *s, const struct generation *g, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_FREE char *text = generation_text(g);
	struct registry_artifact artifact = { .artifact_type = GENERATION_ARTIFACT_TYPE,
					      .media_type = GENERATION_ARTIFACT_TYPE,
					      .payload = str_c(text) };
	struct registry_answer a = { 0 };
	struct ref ref;
	int r;

	if (is_there(s, text) || strlen(text) > MAX_GENERATION)
		return 0;
	set_ref(s, arena, &ref);
	registry_artifact_put(s->reg, &ref, &artifact, registry_keep, &a);
	r = registry_wait(s->reg, err);
	if (!r && a.state == REGISTRY_UNKNOWN) {
		err_move(err, &a.err);
		r = err_prefix(err, "noting what was released");
	}
	registry_answer_fini(&a);
	return r;
}
