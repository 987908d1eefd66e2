/* SPDX-License-Identifier: Apache-2.0 */
/* registry_read.c: what a registry has. */
#include "base/file.h"
#include "base/sha256.h"
#include "model/manifest.h"
#include "remote/registry_priv.h"

/* The header's digest if it is a SHA-256, which is the only one that can be compared here. */
static const char *
digest_header(const struct http_response *response)
{
	const char *value = http_response_header(response, "Docker-Content-Digest");
	struct sha256 digest;

	return value && sha256_parse_digest(str_c(value), &digest) ? value : NULL;
}

static void
request_manifest(struct op *op, enum http_method method, const char *reference)
{
	op_request(op, method, "manifests/%s", reference);
	op_add_header(op, "Accept", REGISTRY_ACCEPT);
	op->req.max_body = MAX_MANIFEST;
}

/* Hashes the body and compares it with what it should be and with what the server says it is;
 * false when the question has been answered with "unknown". */
static bool
check_digest(struct op *op, const struct http_response *response, const char *wanted)
{
	const char *said = digest_header(response);
	char is[DIGEST_SIZE];

	sha256_digest(sha256_of(response->body.data, response->body.len), is);
	if (!wanted || strncmp(wanted, "sha256:", 7) != 0)
		wanted = said ? said : is;
	if (strcmp(is, wanted) != 0 || (said && strcmp(said, is) != 0)) {
		op_failf(op, ERR_REMOTE, "'%s' answers with content of another digest: '%s'",
			 op->host->domain, is);
		return false;
	}
	registry_set(&op->answer.digest, is);
	return true;
}

/* A manifest that was got whole, checked against what was wanted. NULL when the question has been
 * answered. */
static struct manifest *
take_manifest(struct op *op, struct http_response *response, const char *wanted)
{
	const char *type = http_response_header(response, "Content-Type");
	AUTO_FREE char *file = xasprintf("%s@%s", op->ref.name, wanted ? wanted : "");
	struct manifest *m = NULL;
	struct err err = ERR_INIT;

	if (!op_found(op, response, "cannot read a manifest"))
		return NULL;
	if (!check_digest(op, response, wanted))
		return NULL;
	if (manifest_parse(buf_str(&response->body), type, file, &m, &err)) {
		op_failf(op, ERR_REMOTE, "what the registry has is no image: %s", err.msg);
		err_clear(&err);
		return NULL;
	}
	return m;
}

static void
keep_manifest(struct op *op, const struct manifest *m, struct http_response *response)
{
	buf_fini(&op->answer.body);
	op->answer.body = response->body;
	response->body = (struct buf)BUF_INIT;
	op->answer.size = op->answer.body.len;
	registry_set(&op->answer.media_type, manifest_type_name(m->type));
}

/* --- get */

static void
on_get(struct op *op, struct http_response *response)
{
	struct manifest *AUTO_MANIFEST m = take_manifest(op, response, op->ref.digest);

	if (!m)
		return;
	keep_manifest(op, m, response);
	op_end(op, REGISTRY_PRESENT);
}

static void
begin_get(struct op *op)
{
	request_manifest(op, HTTP_GET, op_reference(op));
	op_send(op, on_get);
}

void
registry_get(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx)
{
	op_start(op_new(reg, ref, 0, fn, ctx), begin_get);
}

void
registry_get_origin(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx)
{
	op_start(op_new(reg, ref, OP_ORIGIN, fn, ctx), begin_get);
}

/* --- head */

static void
on_head(struct op *op, struct http_response *response)
{
	const char *digest = digest_header(response), *length, *type;
	enum manifest_type known;
	struct str essence;
	unsigned long long size = 0;

	if (!op_found(op, response, "cannot ask for a manifest"))
		return;
	if (!digest) {
		begin_get(op); /* old registries: the bytes say it */
		return;
	}
	if (op->ref.digest && strcmp(op->ref.digest, digest) != 0) {
		op_failf(op, ERR_REMOTE, "'%s' answers for '%s' when asked for '%s'",
			 op->host->domain, digest, op->ref.digest);
		return;
	}
	type = http_response_header(response, "Content-Type");
	essence = str_c(type ? type : "");
	essence = str_trim(str_sub(essence, 0, str_find(essence, ';')), " \t");
	if (!manifest_type_parse(essence, &known)) {
		begin_get(op); /* not a type that was asked for: see what it is */
		return;
	}
	length = http_response_header(response, "Content-Length");
	registry_set(&op->answer.digest, digest);
	registry_set(&op->answer.media_type, manifest_type_name(known));
	if (length && str_to_u64(str_c(length), &size))
		op->answer.size = size;
	op_end(op, REGISTRY_PRESENT);
}

static void
begin_head(struct op *op)
{
	request_manifest(op, HTTP_HEAD, op_reference(op));
	op_send(op, on_head);
}

void
registry_head(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx)
{
	op_start(op_new(reg, ref, 0, fn, ctx), begin_head);
}

void
registry_head_origin(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx)
{
	op_start(op_new(reg, ref, OP_ORIGIN, fn, ctx), begin_head);
}

/* --- image */

struct image {
	struct platform platform;
	const char *digest; /* of what was named; NULL before that is known */
	const char *platform_digest;
};

static void
image_found(struct op *op, const struct manifest *m, struct http_response *response)
{
	struct image *image = op->own;
	const char *config = m->config.media_type;

	if (strcmp(config, "application/vnd.oci.image.config.v1+json") != 0 &&
	    strcmp(config, "application/vnd.docker.container.image.v1+json") != 0) {
		op_failf(op, ERR_REMOTE, "'%s' is no image: its config is '%s'", op->ref.name,
			 config);
		return;
	}
	registry_set(&op->answer.platform_digest, op->answer.digest);
	registry_set(&op->answer.digest, image->digest);
	registry_set(&op->answer.image_id, m->config.digest);
	keep_manifest(op, m, response);
	op_end(op, REGISTRY_PRESENT);
}

static void
on_platform(struct op *op, struct http_response *response)
{
	struct image *image = op->own;
	struct manifest *m;

	/* An index whose manifest is missing is damaged, not absent. */
	if (response->failure == HTTP_FINE && response->status == 404) {
		op_failf(op, ERR_REMOTE, "the index '%s' names '%s', which is not there",
			 op->ref.name, image->platform_digest);
		return;
	}
	m = take_manifest(op, response, image->platform_digest);
	if (m && m->is_index)
		op_failf(op, ERR_REMOTE, "the index '%s' leads to another index", op->ref.name);
	else if (m)
		image_found(op, m, response);
	manifest_free(m);
}

static void
on_image(struct op *op, struct http_response *response)
{
	struct manifest *AUTO_MANIFEST m = take_manifest(op, response, op->ref.digest);
	const struct manifest_item *chosen;
	struct image *image;
	char platform[PLATFORM_TEXT_SIZE];

	if (!m)
		return; /* answered, and op is gone with it */
	image = op->own;
	image->digest = arena_strdup(op->arena, op->answer.digest);
	if (!m->is_index) {
		image_found(op, m, response);
		return;
	}
	chosen = manifest_choose(m, &image->platform);
	if (!chosen) {
		platform_text(&image->platform, platform);
		op_failf(op, ERR_REMOTE, "'%s' has nothing for the platform %s", op->ref.name,
			 platform);
		return;
	}
	image->platform_digest = arena_strdup(op->arena, chosen->digest);
	request_manifest(op, HTTP_GET, image->platform_digest);
	op_send(op, on_platform);
}

static void
begin_image(struct op *op)
{
	request_manifest(op, HTTP_GET, op_reference(op));
	op_send(op, on_image);
}

void
registry_image(struct registry *reg, const struct ref *ref, const struct platform *platform,
	       registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, ref, 0, fn, ctx);
	struct image *image = ARENA_NEW(op->arena, struct image);

	image->platform = *platform;
	op->own = image;
	op_start(op, begin_image);
}

/* --- blobs */

struct blob {
	const char *digest;
	size_t max;
};

static void
on_blob(struct op *op, struct http_response *response)
{
	struct blob *blob = op->own;

	if (!op_found(op, response, "cannot read a blob"))
		return;
	/* Storage behind a redirect has headers of its own; what counts are the bytes. */
	if (!check_digest(op, response, blob->digest))
		return;
	op->answer.body = response->body;
	response->body = (struct buf)BUF_INIT;
	op->answer.size = op->answer.body.len;
	op_end(op, REGISTRY_PRESENT);
}

static void
begin_blob(struct op *op)
{
	struct blob *blob = op->own;

	op_request(op, HTTP_GET, "blobs/%s", blob->digest);
	op->req.max_body = blob->max;
	op_send(op, on_blob);
}

static void
on_blob_head(struct op *op, struct http_response *response)
{
	struct blob *blob = op->own;
	const char *length = http_response_header(response, "Content-Length");
	unsigned long long size = 0;

	if (!op_found(op, response, "cannot ask for a blob"))
		return;
	registry_set(&op->answer.digest, blob->digest);
	if (length && str_to_u64(str_c(length), &size))
		op->answer.size = size;
	op_end(op, REGISTRY_PRESENT);
}

static void
begin_blob_head(struct op *op)
{
	struct blob *blob = op->own;

	op_request(op, HTTP_HEAD, "blobs/%s", blob->digest);
	op_send(op, on_blob_head);
}

static struct op *
new_blob_op(struct registry *reg, const struct ref *repository, const char *digest, registry_fn fn,
	    void *ctx)
{
	struct op *op = op_new(reg, repository, 0, fn, ctx);
	struct blob *blob = ARENA_NEW(op->arena, struct blob);

	/* Mirrors may be for digests only. */
	op->ref.digest = blob->digest = arena_strdup(op->arena, digest);
	op->own = blob;
	return op;
}

void
registry_blob(struct registry *reg, const struct ref *repository, const char *digest, size_t max,
	      registry_fn fn, void *ctx)
{
	struct op *op = new_blob_op(reg, repository, digest, fn, ctx);

	((struct blob *)op->own)->max = max ? max : MAX_CONFIG_BLOB;
	op_start(op, begin_blob);
}

void
registry_blob_head(struct registry *reg, const struct ref *repository, const char *digest,
		   registry_fn fn, void *ctx)
{
	op_start(new_blob_op(reg, repository, digest, fn, ctx), begin_blob_head);
}
