/* SPDX-License-Identifier: Apache-2.0 */
/* registry_refer.c: artifacts that refer to a manifest: listing them, and attaching one; and such as
 * stand alone. */
#include "base/file.h"
#include "base/sha256.h"
#include "base/uri.h"
#include "model/manifest.h"
#include "remote/registry_priv.h"

/* Where two write the index of referrers at once, one entry is lost; who sees that writes again. */
#define INDEX_TRIES 5

/* "sha256-<hex>": the tag that lists the referrers where there is no API for it (distribution-spec,
 * "Referrers Tag Schema"). */
static struct ref
index_ref(struct arena *arena, const struct ref *subject)
{
	struct ref ref = *subject;
	char *tag = arena_strdup(arena, subject->digest);

	tag[str_find(str_c(tag), ':')] = '-';
	ref.tag = tag;
	ref.digest = NULL;
	return ref;
}

/* --- listing */

struct listing {
	const char *artifact_type; /* NULL = all */
	unsigned pages;
	size_t room;
};

static void
keep_referrer(struct op *op, const struct manifest_item *item)
{
	struct listing *l = op->own;
	struct registry_answer *a = &op->answer;
	struct registry_descriptor *d;

	if (l->artifact_type &&
	    (!item->artifact_type || strcmp(l->artifact_type, item->artifact_type) != 0))
		return;
	if (a->nreferrers == l->room)
		a->referrers = vec_grow(a->referrers, &l->room, sizeof(*a->referrers));
	d = &a->referrers[a->nreferrers++];
	*d = (struct registry_descriptor){
		.media_type = xstrdup(item->media_type),
		.artifact_type = item->artifact_type ? xstrdup(item->artifact_type) : NULL,
		.digest = xstrdup(item->digest),
		.size = item->size,
		.annotations = json_deep_copy(item->annotations),
	};
}

static int
cmp_digest(const void *a, const void *b)
{
	return strcmp(((const struct registry_descriptor *)a)->digest,
		      ((const struct registry_descriptor *)b)->digest);
}

/* Adds what an index lists; false when the question has been answered. */
static bool
keep_page(struct op *op, struct str body)
{
	struct manifest *AUTO_MANIFEST m = NULL;
	struct err err = ERR_INIT;

	if (manifest_parse(body, NULL, "referrers", &m, &err) || !m->is_index) {
		op_failf(op, ERR_REMOTE, "'%s' answers with no list of referrers: %s",
			 op->host->domain, err.msg ? err.msg : "it is no index");
		err_clear(&err);
		return false;
	}
	for (size_t i = 0; i < m->nitems; i++)
		keep_referrer(op, &m->items[i]);
	return true;
}

static void
listing_over(struct op *op)
{
	struct registry_answer *a = &op->answer;

	if (!a->nreferrers) {
		op_end(op, REGISTRY_ABSENT);
		return;
	}
	qsort(a->referrers, a->nreferrers, sizeof(*a->referrers), cmp_digest);
	op_end(op, REGISTRY_PRESENT);
}

static void
on_index(struct op *op, struct http_response *response)
{
	if (op_found(op, response, "cannot list what refers to an image") &&
	    keep_page(op, buf_str(&response->body)))
		listing_over(op);
}

static void
on_page(struct op *op, struct http_response *response)
{
	struct listing *l = op->own;
	const char *next;
	bool bad;

	/* No such API here; every registry that has it answers 200, with an empty list. */
	if (response->failure == HTTP_FINE && response->status == 404) {
		op_request(op, HTTP_GET, "manifests/%s", index_ref(op->arena, &op->ref).tag);
		op_add_header(op, "Accept", REGISTRY_ACCEPT);
		op->req.max_body = MAX_MANIFEST;
		op_send(op, on_index);
		return;
	}
	if (!op_found(op, response, "cannot list what refers to an image"))
		return;
	next = op_next_page(op, response, &bad);
	if (!keep_page(op, buf_str(&response->body)))
		return;
	if (bad || ++l->pages > MAX_TAG_PAGES) {
		op_failf(op, ERR_REMOTE, "'%s' answers with a list of referrers that leads astray",
			 op->host->domain);
	} else if (next) {
		op->path = next;
		op_send(op, on_page);
	} else {
		listing_over(op);
	}
}

static void
begin_listing(struct op *op)
{
	struct listing *l = op->own;
	AUTO_BUF struct buf query = BUF_INIT;

	l->pages = 0;
	l->room = 0;
	buf_init(&query, 0);
	if (l->artifact_type) {
		buf_adds(&query, "?artifactType=");
		uri_escape(&query, str_c(l->artifact_type));
	}
	op_request(op, HTTP_GET, "referrers/%s%s", op->ref.digest, query.data);
	op->req.max_body = MAX_MANIFEST;
	op_send(op, on_page);
}

void
registry_referrers(struct registry *reg, const struct ref *ref, const char *artifact_type,
		   registry_fn fn, void *ctx)
{
	/* What was attached a moment ago may not have reached a mirror. */
	struct op *op = op_new(reg, ref, OP_ORIGIN, fn, ctx);
	struct listing *l = ARENA_NEW(op->arena, struct listing);

	BUG_ON(!ref->digest);
	if (artifact_type)
		l->artifact_type = arena_strdup(op->arena, artifact_type);
	op->own = l;
	op_start(op, begin_listing);
}

/* --- attaching */

struct attach {
	struct registry_artifact artifact; /* texts in the arena, annotations in op->json */
	char payload_digest[DIGEST_SIZE];
	const char *subject_type;
	uint64_t subject_size;
	const char *manifest;
	char digest[DIGEST_SIZE]; /* of the manifest */
	unsigned parts;           /* that are still on their way */
	unsigned tries;
	bool failed; /* then op->answer.err is the first reason */
};

static void look_at_index(struct op *op);

static void
attach_over(struct op *op, struct err *err)
{
	struct attach *a = op->own;

	if (err) {
		op_fail(op, err);
		return;
	}
	op->answer.digest = xstrdup(a->digest);
	op->answer.size = strlen(a->manifest);
	op_end(op, REGISTRY_PRESENT);
}

static json_t *
descriptor(const char *media_type, const char *digest, uint64_t size)
{
	json_t *j = json_object();

	json_set_text(j, "mediaType", media_type);
	json_set_text(j, "digest", digest);
	json_set_int(j, "size", (long long)size);
	return j;
}

static void
set_new(json_t *object, const char *key, json_t *take_value)
{
	BUG_ON(json_object_set_new(object, key, take_value));
}

static char *
artifact_manifest(const struct attach *a, const char *subject)
{
	AUTO_JSON json_t *m = json_object();
	json_t *layers = json_array();

	json_set_int(m, "schemaVersion", 2);
	json_set_text(m, "mediaType", manifest_type_name(MANIFEST_OCI_IMAGE));
	json_set_text(m, "artifactType", a->artifact.artifact_type);
	set_new(m, "config", descriptor(MANIFEST_EMPTY_TYPE, MANIFEST_EMPTY_DIGEST, 2));
	BUG_ON(json_array_append_new(layers, descriptor(a->artifact.media_type, a->payload_digest,
							a->artifact.payload.n)));
	set_new(m, "layers", layers);
	if (subject)
		set_new(m, "subject", descriptor(a->subject_type, subject, a->subject_size));
	if (a->artifact.annotations)
		set_new(m, "annotations", json_deep_copy(a->artifact.annotations));
	return json_canonical(m);
}

/* The index with this artifact in it; NULL: it is there already. old may be NULL. */
static char *
index_with(const struct attach *a, const struct manifest *old)
{
	AUTO_JSON json_t *index = old ? json_deep_copy(old->json) : json_object();
	json_t *list, *entry;

	for (size_t i = 0; old && i < old->nitems; i++)
		if (!strcmp(old->items[i].digest, a->digest))
			return NULL;
	if (!old) {
		json_set_int(index, "schemaVersion", 2);
		json_set_text(index, "mediaType", manifest_type_name(MANIFEST_OCI_INDEX));
		set_new(index, "manifests", json_array());
	}
	entry = descriptor(manifest_type_name(MANIFEST_OCI_IMAGE), a->digest, strlen(a->manifest));
	json_set_text(entry, "artifactType", a->artifact.artifact_type);
	if (a->artifact.annotations)
		set_new(entry, "annotations", json_deep_copy(a->artifact.annotations));
	list = json_object_get(index, "manifests");
	BUG_ON(json_array_append_new(list, entry));
	return json_canonical(index);
}

static void
on_index_put(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;

	if (answer->state != REGISTRY_PRESENT)
		attach_over(op, &answer->err);
	else
		look_at_index(op); /* is our entry in it? */
}

static void
on_index_seen(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;
	struct attach *a = op->own;
	struct ref ref = index_ref(op->arena, &op->ref);
	struct manifest *AUTO_MANIFEST old = NULL;
	AUTO_FREE char *text = NULL;
	struct err err = ERR_INIT;

	if (answer->state == REGISTRY_UNKNOWN) {
		attach_over(op, &answer->err);
		return;
	}
	if (answer->state == REGISTRY_PRESENT &&
	    (manifest_parse(buf_str(&answer->body), NULL, ref.tag, &old, &err) || !old->is_index)) {
		err_clear(&err);
		(void)err_set(&err, ERR_REMOTE, "the tag '%s' is no index", ref.tag); /* told */
		attach_over(op, &err);
		return;
	}
	text = index_with(a, old);
	if (!text) {
		attach_over(op, NULL);
	} else if (a->tries++ == INDEX_TRIES) {
		(void)err_set(&err, ERR_TEMPORARY, "others keep writing the tag '%s'", ref.tag);
		attach_over(op, &err);
	} else {
		registry_put(op->reg, &ref, manifest_type_name(MANIFEST_OCI_INDEX), str_c(text),
			     on_index_put, op);
	}
}

static void
look_at_index(struct op *op)
{
	struct ref ref = index_ref(op->arena, &op->ref);

	registry_get_origin(op->reg, &ref, on_index_seen, op);
}

static void
on_artifact_put(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;

	if (answer->state != REGISTRY_PRESENT)
		attach_over(op, &answer->err);
	else if (answer->subject_kept || !op->ref.digest)
		attach_over(op, NULL);
	else
		look_at_index(op);
}

static void
put_artifact(struct op *op)
{
	struct attach *a = op->own;
	struct ref ref = op->ref;
	AUTO_FREE char *text = artifact_manifest(a, op->ref.digest);

	a->manifest = arena_strdup(op->arena, text);
	sha256_digest(sha256_of(text, strlen(text)), a->digest);
	if (!op->ref.tag || op->ref.digest) {
		ref.tag = NULL;
		ref.digest = a->digest;
	}
	registry_put(op->reg, &ref, manifest_type_name(MANIFEST_OCI_IMAGE), str_c(text),
		     on_artifact_put, op);
}

/* The subject and both blobs: the manifest can be put when all are known to be there. */
static void
part_over(struct op *op, struct registry_answer *answer)
{
	struct attach *a = op->own;
	struct err *first = &op->answer.err, err = ERR_INIT;

	if (answer->state == REGISTRY_UNKNOWN && !a->failed)
		(void)err_move(first, &answer->err); /* told below */
	else if (answer->state == REGISTRY_ABSENT && !a->failed)
		(void)err_set(first, ERR_REMOTE, "there is no '%s@%s' to attach anything to",
			      op->ref.name, op->ref.digest);
	a->failed |= answer->state != REGISTRY_PRESENT;
	if (--a->parts)
		return;
	if (a->failed) {
		(void)err_move(&err, first); /* likewise */
		attach_over(op, &err);
	} else {
		put_artifact(op);
	}
}

static void
on_blob_there(void *ctx, struct registry_answer *answer)
{
	part_over(ctx, answer);
}

static void
on_subject(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;
	struct attach *a = op->own;

	if (answer->state == REGISTRY_PRESENT) {
		a->subject_type = arena_strdup(op->arena, answer->media_type);
		a->subject_size = answer->size;
	}
	part_over(op, answer);
}

static void
begin_attach(struct op *op)
{
	struct attach *a = op->own;
	struct registry_blob_source empty = {
		.digest = MANIFEST_EMPTY_DIGEST,
		.size = 2,
		.source = { .kind = HTTP_SOURCE_BYTES, .bytes = STR_LIT("{}") },
	};
	struct registry_blob_source payload = {
		.digest = a->payload_digest,
		.size = a->artifact.payload.n,
		.source = { .kind = HTTP_SOURCE_BYTES, .bytes = a->artifact.payload },
	};

	op->wait = OP_FOR_OTHERS;
	a->parts = 2;
	if (op->ref.digest) {
		a->parts++;
		registry_get_origin(op->reg, &op->ref, on_subject, op);
	}
	registry_push_blob(op->reg, &op->ref, &empty, on_blob_there, op);
	registry_push_blob(op->reg, &op->ref, &payload, on_blob_there, op);
}

static void
start_artifact(struct op *op, const struct registry_artifact *artifact)
{
	struct attach *a = ARENA_NEW(op->arena, struct attach);

	a->artifact.artifact_type = arena_strdup(op->arena, artifact->artifact_type);
	a->artifact.media_type = arena_strdup(op->arena, artifact->media_type);
	a->artifact.payload =
		(struct str){ arena_dup(op->arena, artifact->payload.p, artifact->payload.n),
			      artifact->payload.n };
	a->artifact.annotations = op->json = json_deep_copy(artifact->annotations);
	sha256_digest(sha256_of(artifact->payload.p, artifact->payload.n), a->payload_digest);
	op->own = a;
	op_start(op, begin_attach);
}

void
registry_attach(struct registry *reg, const struct ref *ref,
		const struct registry_artifact *artifact, registry_fn fn, void *ctx)
{
	BUG_ON(!ref->digest);
	start_artifact(op_new(reg, ref, OP_WRITES, fn, ctx), artifact);
}

void
registry_artifact_put(struct registry *reg, const struct ref *ref,
		      const struct registry_artifact *artifact, registry_fn fn, void *ctx)
{
	BUG_ON(ref->digest);
	start_artifact(op_new(reg, ref, OP_WRITES, fn, ctx), artifact);
}
