/* SPDX-License-Identifier: Apache-2.0 */
/* shared_record.c: reads the records that are attached to images. */
#include "engine/shared_priv.h"

#define MAX_RECORD (64u << 20)

struct wanted {
	struct shared *s;
	struct arena *arena;
	const struct graph_image *image;
	struct ref ref;
	bool any; /* of whatever key: the newest */
	char key[DIGEST_SIZE];
	shared_record_fn fn;
	void *ctx;
};

/* Takes record and err. */
static void
finish(struct wanted *w, enum registry_state state, struct record *record, struct err *err)
{
	AUTO_ERR struct err none = ERR_INIT;

	if (err && err->class)
		(void)err_prefix(err, "the record of '%s'", w->image->name);
	w->fn(w->ctx, state, record, err ? err : &none);
	arena_free(w->arena);
	free(w);
}

static bool
ended(struct wanted *w, struct registry_answer *a)
{
	if (a->state == REGISTRY_PRESENT)
		return false;
	finish(w, a->state, NULL, &a->err);
	return true;
}

static void
refuse(struct wanted *w, const char *what)
{
	AUTO_ERR struct err err = ERR_INIT;

	err_set(&err, ERR_REMOTE, "%s", what);
	finish(w, REGISTRY_UNKNOWN, NULL, &err);
}

static void
on_payload(void *ctx, struct registry_answer *a)
{
	struct wanted *w = ctx;
	AUTO_ERR struct err err = ERR_INIT;
	struct record *record = NULL;
	char key[DIGEST_SIZE];

	if (ended(w, a))
		return;
	if (record_parse(buf_str(&a->body), w->ref.name, &record, &err)) {
		finish(w, REGISTRY_UNKNOWN, NULL, &err);
		return;
	}
	sha256_digest(record->inputs->key, key);
	if (strcmp(record->image, w->image->name) != 0 || (!w->any && strcmp(key, w->key) != 0)) {
		record_free(record);
		refuse(w, "is that of another image or key");
		return;
	}
	finish(w, REGISTRY_PRESENT, record, NULL);
}

static void
on_manifest(void *ctx, struct registry_answer *a)
{
	struct wanted *w = ctx;
	AUTO_JSON json_t *manifest = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	const char *digest;

	if (ended(w, a))
		return;
	if (json_parse(buf_str(&a->body), w->ref.name, &manifest, &err)) {
		finish(w, REGISTRY_UNKNOWN, NULL, &err);
		return;
	}
	digest = json_get_text(json_array_get(json_object_get(manifest, "layers"), 0), "digest");
	if (!digest) {
		refuse(w, "has no payload");
		return;
	}
	registry_blob(w->s->reg, &w->ref, digest, MAX_RECORD, on_payload, w);
}

unsigned long long
shared_note_ms(const struct registry_descriptor *d, const char *note)
{
	const char *text = d->annotations ? json_get_text(d->annotations, note) : NULL;
	unsigned long long ms;

	return text && str_to_u64(str_c(text), &ms) ? ms : 0;
}

/* The newest that will do; of the same time the one with the first digest, as they are sorted. */
static const struct registry_descriptor *
choose(const struct wanted *w, const struct registry_answer *a)
{
	const struct registry_descriptor *best = NULL;

	for (size_t i = 0; i < a->nreferrers; i++) {
		const struct registry_descriptor *d = &a->referrers[i];
		const char *key = d->annotations ? json_get_text(d->annotations, NOTE_KEY) : NULL;

		if (!w->any && (!key || strcmp(key, w->key) != 0))
			continue;
		if (!best || shared_note_ms(d, NOTE_BUILT) > shared_note_ms(best, NOTE_BUILT))
			best = d;
	}
	return best;
}

static void
on_referrers(void *ctx, struct registry_answer *a)
{
	struct wanted *w = ctx;
	const struct registry_descriptor *d;

	if (ended(w, a))
		return;
	d = choose(w, a);
	if (!d) {
		finish(w, REGISTRY_ABSENT, NULL, NULL);
		return;
	}
	w->ref.digest = arena_strdup(w->arena, d->digest);
	registry_get(w->s->reg, &w->ref, on_manifest, w);
}

void
shared_record(struct shared *s, const struct graph_image *image, const char *digest,
	      const struct sha256 *key, shared_record_fn fn, void *ctx)
{
	struct wanted *w = xcalloc(1, sizeof(*w));
	const char *text;

	*w = (struct wanted){
		.s = s, .arena = arena_new(), .image = image, .any = !key, .fn = fn, .ctx = ctx
	};
	if (key)
		sha256_digest(*key, w->key);
	text = shared_ref(s, w->arena, image, NULL, digest);
	BUG_ON(ref_parse(w->arena, str_c(text), &w->ref, NULL));
	registry_referrers(s->reg, &w->ref, RECORD_ARTIFACT_TYPE, on_referrers, w);
}
