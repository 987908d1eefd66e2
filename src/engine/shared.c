/* SPDX-License-Identifier: Apache-2.0 */
/* shared.c: asks the registry for images by key, and gives keys to images. */
#include "engine/shared_priv.h"

#include <stdio.h>

int
shared_new(const struct shared_opts *opts, struct shared **ret, struct err *err)
{
	struct registry_opts reg = { .env = opts->env,
				     .insecure = opts->insecure,
				     .ninsecure = opts->ninsecure,
				     .http = { .loop = opts->loop } };
	struct shared *s;
	int r;

	if (!*opts->graph->registry) {
		err_set(err, ERR_INPUT, "'%s' names no registry to share images by",
			opts->graph->file);
		err_hint(err, "write `registry: HOST/OWNER`");
		return -ERR_INPUT;
	}
	s = xcalloc(1, sizeof(*s));
	s->graph = opts->graph;
	r = registry_new(&reg, &s->reg, err);
	if (r) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void
shared_free(struct shared *s)
{
	if (!s)
		return;
	registry_free(s->reg);
	generation_free(s->generation);
	free(s);
}

int
shared_wait(struct shared *s, struct err *err)
{
	return registry_wait(s->reg, err);
}

struct http_stats
shared_stats(const struct shared *s)
{
	return registry_stats(s->reg);
}

const struct graph_image *
shared_holder(const struct graph *g)
{
	const struct graph_image *first = NULL;

	for (size_t i = 0; i < g->nimages; i++) {
		const struct graph_image *image = &g->images[i];

		if (!image->nchildren && (!first || strcmp(image->name, first->name) < 0))
			first = image;
	}
	BUG_ON(!first); /* a graph has images and no cycle */
	return first;
}

void
shared_key_tag(struct sha256 key, char ret[SHARED_TAG_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(key, hex);
	(void)snprintf(ret, SHARED_TAG_SIZE, "key-%s", hex);
}

void
shared_id_tag(const char *image_id, char ret[SHARED_TAG_SIZE])
{
	(void)snprintf(ret, SHARED_TAG_SIZE, "id-%s", image_id + strlen("sha256:"));
}

const char *
shared_ref(const struct shared *s, struct arena *a, const struct graph_image *image,
	   const char *tag, const char *digest)
{
	return arena_printf(a, "%s/%s%s%s", s->graph->registry, image->name,
			    tag ? ":" : (digest ? "@" : ""), tag ? tag : (digest ? digest : ""));
}

/* One question on its way; freed when it is answered. */
struct asked {
	struct shared *s;
	struct arena *arena;
	const struct graph_image *image;
	struct ref ref; /* of the repository, with tag or digest */
	bool config, passed;
	const struct generation_image *last; /* of the last release, with the wanted key */
	const char *tag;                     /* of that key */
	struct shared_image found;
	shared_fn fn;
	void *ctx;

	/* Publishing and tagging. */
	const char *digest, *key_tag, *record, *type;
	struct buf bytes; /* of the manifest */
	json_t *notes;
};

static void
set_ref(struct asked *q, const char *tag, const char *digest)
{
	const char *text = shared_ref(q->s, q->arena, q->image, tag, digest);

	/* Registry and name were checked when the graph was read. */
	BUG_ON(ref_parse(q->arena, str_c(text), &q->ref, NULL));
}

static struct asked *
ask_about(struct shared *s, const struct graph_image *image, shared_fn fn, void *ctx)
{
	struct asked *q = xcalloc(1, sizeof(*q));

	q->s = s;
	q->arena = arena_new();
	q->image = image;
	q->fn = fn;
	q->ctx = ctx;
	return q;
}

static void
answer(struct asked *q)
{
	q->fn(q->ctx, &q->found);
	err_clear(&q->found.err);
	buf_fini(&q->found.manifest);
	buf_fini(&q->found.config);
	buf_fini(&q->found.passed);
	buf_fini(&q->bytes);
	json_decref(q->notes);
	arena_free(q->arena);
	free(q);
}

/* True when the answer ends the question: it is not what has to be there to go on. */
static bool
ended(struct asked *q, struct registry_answer *a, const char *what)
{
	if (a->state == REGISTRY_PRESENT)
		return false;
	q->found.state = a->state;
	if (a->state == REGISTRY_UNKNOWN) {
		err_move(&q->found.err, &a->err);
		(void)err_prefix(&q->found.err, "%s '%s'", what, q->image->name);
	}
	answer(q);
	return true;
}

/* Absent where another answer said that it is there: then nothing is known. */
static void
must_be_there(struct registry_answer *a, const char *what)
{
	if (a->state != REGISTRY_ABSENT)
		return;
	a->state = REGISTRY_UNKNOWN;
	err_set(&a->err, ERR_REMOTE, "the registry has not %s", what);
}

static void on_passed(void *ctx, struct registry_answer *a);

/* The image is known; what else was asked for comes after. */
static void
ask_on(struct asked *q)
{
	if (q->passed) {
		set_ref(q, NULL, q->found.digest);
		registry_referrers(q->s->reg, &q->ref, NULL, on_passed, q);
		return;
	}
	q->found.state = REGISTRY_PRESENT;
	answer(q);
}

static void
on_config(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	must_be_there(a, "what its manifest names");
	if (ended(q, a, "reading the config of"))
		return;
	q->found.config = a->body;
	a->body = (struct buf)BUF_INIT;
	ask_on(q);
}

/* Of every record and every later check: what passed once stays passed. */
static void
on_passed(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	q->passed = false;
	if (a->state == REGISTRY_UNKNOWN) {
		(void)ended(q, a, "reading the checks of");
		return;
	}
	shared_take_passed(a, &q->found);
	ask_on(q);
}

static void
on_image(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (ended(q, a, "looking up"))
		return;
	(void)snprintf(q->found.digest, DIGEST_SIZE, "%s", a->digest);
	(void)snprintf(q->found.image_id, DIGEST_SIZE, "%s", a->image_id);
	q->found.media_type = arena_strdup(q->arena, a->media_type);
	q->found.manifest = a->body;
	a->body = (struct buf)BUF_INIT;
	if (q->config) {
		registry_blob(q->s->reg, &q->ref, q->found.image_id, 0, on_config, q);
		return;
	}
	ask_on(q);
}

/* --- what the last release knows */

static void
take_last(struct asked *q)
{
	const struct generation_image *last = q->last;
	struct str rest = str_c(last->passed), piece;

	q->found.released = true;
	q->found.media_type = last->media_type;
	q->found.took_ms = last->took_ms;
	(void)snprintf(q->found.digest, DIGEST_SIZE, "%s", last->digest);
	(void)snprintf(q->found.image_id, DIGEST_SIZE, "%s", last->image_id);
	buf_init(&q->found.manifest, 0);
	buf_add_str(&q->found.manifest, last->manifest);
	while (rest.n && str_next(&rest, ' ', &piece)) {
		buf_add_str(&q->found.passed, piece);
		buf_addc(&q->found.passed, '\n');
	}
	q->passed = false;
	if (q->config && !last->config.n) {
		registry_blob(q->s->reg, &q->ref, q->found.image_id, 0, on_config, q);
		return;
	}
	buf_init(&q->found.config, 0);
	buf_add_str(&q->found.config, last->config);
	ask_on(q);
}

/* Whoever took the image away, or moved the tag, has the last word: then the key's tag is asked. */
static void
on_released(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (a->state == REGISTRY_PRESENT && !strcmp(a->digest, q->last->digest)) {
		take_last(q);
		return;
	}
	set_ref(q, q->tag, NULL);
	registry_image(q->s->reg, &q->ref, &q->image->platform, on_image, q);
}

static void
on_where(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (ended(q, a, "looking up"))
		return;
	set_ref(q, NULL, a->digest);
	registry_image(q->s->reg, &q->ref, &q->image->platform, on_image, q);
}

void
shared_find(struct shared *s, const struct shared_question *question, shared_fn fn, void *ctx)
{
	struct asked *q = ask_about(s, question->image, fn, ctx);

	q->config = question->config;
	q->passed = question->passed;
	buf_init(&q->found.passed, 0);
	if (question->key)
		q->last = shared_last_release(s, question->image, *question->key);
	if (q->last) {
		q->tag = arena_strdup(q->arena, question->tag);
		set_ref(q, shared_last_tag(s), NULL);
		registry_head_origin(s->reg, &q->ref, on_released, q);
		return;
	}
	set_ref(q, question->tag, question->digest);
	if (question->moves) {
		registry_head_origin(s->reg, &q->ref, on_where, q);
		return;
	}
	registry_image(s->reg, &q->ref, &question->image->platform, on_image, q);
}

/* --- publishing: is it free, record, is it still free, tag, and a last look */

static void
on_tagged(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	must_be_there(a, "what was pushed");
	if (ended(q, a, "tagging"))
		return;
	set_ref(q, q->key_tag, NULL);
	registry_image(q->s->reg, &q->ref, &q->image->platform, on_image, q);
}

/* A registry cannot set a tag only where there is none, so this is asked as late as can be. */
static void
on_still_free(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (a->state == REGISTRY_ABSENT)
		registry_put(q->s->reg, &q->ref, q->type, buf_str(&q->bytes), on_tagged, q);
	else if (!ended(q, a, "looking up"))
		registry_image(q->s->reg, &q->ref, &q->image->platform, on_image, q);
}

static void
on_bytes(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	must_be_there(a, "what was pushed");
	if (ended(q, a, "tagging"))
		return;
	q->type = arena_strdup(q->arena, a->media_type);
	q->bytes = a->body;
	a->body = (struct buf)BUF_INIT;
	set_ref(q, q->key_tag, NULL);
	registry_head_origin(q->s->reg, &q->ref, on_still_free, q);
}

static void
on_attached(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	must_be_there(a, "what was pushed");
	if (ended(q, a, "attaching the record of"))
		return;
	registry_get(q->s->reg, &q->ref, on_bytes, q);
}

static void
attach(struct asked *q)
{
	struct registry_artifact artifact = { .artifact_type = RECORD_ARTIFACT_TYPE,
					      .media_type = RECORD_MEDIA_TYPE,
					      .payload = str_c(q->record),
					      .annotations = q->notes };

	set_ref(q, NULL, q->digest);
	registry_attach(q->s->reg, &q->ref, &artifact, on_attached, q);
}

/* Nobody was first, as far as can be told now. */
static void
on_free(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (a->state == REGISTRY_ABSENT)
		attach(q);
	else
		on_image(q, a);
}

void
shared_publish(struct shared *s, const struct shared_offer *offer, shared_fn fn, void *ctx)
{
	struct asked *q = ask_about(s, offer->image, fn, ctx);
	AUTO_FREE char *built = xasprintf("%lld", (long long)offer->built_ms);
	AUTO_FREE char *took = xasprintf("%lld", (long long)offer->took_ms);
	char tag[SHARED_TAG_SIZE], key[DIGEST_SIZE];

	shared_key_tag(offer->key, tag);
	sha256_digest(offer->key, key);
	q->key_tag = arena_strdup(q->arena, tag);
	q->digest = arena_strdup(q->arena, offer->digest);
	q->record = arena_strdup(q->arena, offer->record);
	q->notes = json_object();
	json_set_text(q->notes, NOTE_KEY, key);
	json_set_text(q->notes, NOTE_BUILT, built);
	if (offer->took_ms > 0)
		json_set_text(q->notes, NOTE_TOOK, took);
	if (offer->passed && *offer->passed)
		json_set_text(q->notes, NOTE_PASSED, offer->passed);
	set_ref(q, q->key_tag, NULL);
	registry_image(s->reg, &q->ref, &offer->image->platform, on_free, q);
}

static void
on_digest(void *ctx, struct registry_answer *a)
{
	struct asked *q = ctx;

	if (ended(q, a, "the tag of"))
		return;
	(void)snprintf(q->found.digest, DIGEST_SIZE, "%s", a->digest);
	q->found.state = REGISTRY_PRESENT;
	answer(q);
}

void
shared_head(struct shared *s, const struct graph_image *image, const char *tag, shared_fn fn,
	    void *ctx)
{
	struct asked *q = ask_about(s, image, fn, ctx);

	set_ref(q, tag, NULL);
	registry_head_origin(s->reg, &q->ref, on_digest, q);
}

void
shared_put(struct shared *s, const struct graph_image *image, const char *tag,
	   const struct shared_manifest *manifest, shared_fn fn, void *ctx)
{
	struct asked *q = ask_about(s, image, fn, ctx);

	set_ref(q, tag, NULL);
	registry_put(s->reg, &q->ref, manifest->media_type, manifest->bytes, on_digest, q);
}
