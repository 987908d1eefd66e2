/* SPDX-License-Identifier: Apache-2.0 */
/* registry_write.c: putting blobs, manifests and tags into a registry. */
#include "base/sha256.h"
#include "base/uri.h"
#include "remote/registry_priv.h"

/* An upload that was cut off begins anew so many times. */
#define UPLOADS_MAX 3

/* --- blobs */

struct upload {
	struct registry_blob_source blob;
	unsigned tries;
};

static void ask_for_upload(struct op *op);

static void
uploaded(struct op *op, bool mounted)
{
	struct upload *u = op->own;

	registry_set(&op->answer.digest, u->blob.digest);
	op->answer.size = u->blob.size;
	op->answer.mounted = mounted;
	op_end(op, REGISTRY_PRESENT);
}

/* Where to go on: a path of this host, or a whole URL. NULL: the answer says nothing usable. */
static const char *
upload_place(struct op *op, const struct http_response *response, const char *digest)
{
	const char *to = http_response_header(response, "Location");
	AUTO_BUF struct buf escaped = BUF_INIT;

	if (!to || (*to != '/' && !http_url_origin(str_c(to)).n) || !strncmp(to, "//", 2))
		return NULL;
	if (!digest)
		return arena_strdup(op->arena, to);
	buf_init(&escaped, 0);
	uri_escape(&escaped, str_c(digest));
	return arena_printf(op->arena, "%s%cdigest=%s", to, strchr(to, '?') ? '&' : '?',
			    escaped.data);
}

/* An upload is over once it failed; what may pass, or was forgotten by the registry, is tried from
 * the beginning. */
static void
upload_failed(struct op *op, struct http_response *response)
{
	struct upload *u = op->own;
	bool answered = response->failure == HTTP_FINE;
	bool may_pass = answered ? http_temporary(response->status) || response->status == 404
				 : response->err.class == ERR_TEMPORARY;

	if (may_pass && u->blob.source.kind != HTTP_SOURCE_CALL && u->tries < UPLOADS_MAX)
		ask_for_upload(op);
	else
		op_fail_response(op, response, "cannot upload a blob");
}

static void
on_uploaded(struct op *op, struct http_response *response)
{
	if (response->failure == HTTP_FINE && response->status == 201)
		uploaded(op, false);
	else
		upload_failed(op, response);
}

static void
on_patched(struct op *op, struct http_response *response)
{
	struct upload *u = op->own;
	const char *to = upload_place(op, response, u->blob.digest);

	if (response->failure != HTTP_FINE || response->status != 202) {
		upload_failed(op, response);
		return;
	}
	if (!to) {
		op_failf(op, ERR_REMOTE, "'%s' does not say where an upload ends",
			 op->host->domain);
		return;
	}
	op->req = (struct http_request){ .method = HTTP_PUT };
	op->path = to;
	op_send(op, on_uploaded);
}

static void
on_upload_opened(struct op *op, struct http_response *response)
{
	struct upload *u = op->own;
	bool call = u->blob.source.kind == HTTP_SOURCE_CALL;
	const char *to = upload_place(op, response, call ? NULL : u->blob.digest);

	if (response->failure == HTTP_FINE && response->status == 201 && u->blob.mount_from) {
		uploaded(op, true);
		return;
	}
	if (response->failure != HTTP_FINE || response->status != 202) {
		upload_failed(op, response);
		return;
	}
	if (!to) {
		op_failf(op, ERR_REMOTE, "'%s' does not say where to upload", op->host->domain);
		return;
	}
	op->req = (struct http_request){ .method = call ? HTTP_PATCH : HTTP_PUT,
					 .body = u->blob.source };
	op_add_header(op, "Content-Type", "application/octet-stream");
	op->path = to;
	op_send(op, call ? on_patched : on_uploaded);
}

static void
ask_for_upload(struct op *op)
{
	struct upload *u = op->own;
	AUTO_BUF struct buf query = BUF_INIT;

	u->tries++;
	buf_init(&query, 0);
	if (u->blob.mount_from) {
		buf_adds(&query, "?mount=");
		uri_escape(&query, str_c(u->blob.digest));
		buf_adds(&query, "&from=");
		uri_escape(&query, str_c(u->blob.mount_from));
	}
	op_request(op, HTTP_POST, "blobs/uploads/%s", query.data);
	if (u->blob.mount_from)
		op->scope = arena_printf(op->arena, "%s repository:%s:pull", op->scope,
					 u->blob.mount_from);
	op_send(op, on_upload_opened);
}

static void
on_is_it_there(struct op *op, struct http_response *response)
{
	if (response->failure == HTTP_FINE && response->status == 200)
		uploaded(op, true);
	else if (response->failure == HTTP_FINE && response->status == 404)
		ask_for_upload(op);
	else
		op_fail_response(op, response, "cannot ask for a blob");
}

static void
begin_push(struct op *op)
{
	struct upload *u = op->own;

	op_request(op, HTTP_HEAD, "blobs/%s", u->blob.digest);
	op_send(op, on_is_it_there);
}

void
registry_push_blob(struct registry *reg, const struct ref *repository,
		   const struct registry_blob_source *blob, registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, repository, OP_WRITES, fn, ctx);
	struct upload *u = ARENA_NEW(op->arena, struct upload);

	u->blob = *blob;
	u->blob.digest = arena_strdup(op->arena, blob->digest);
	if (blob->mount_from)
		u->blob.mount_from = arena_strdup(op->arena, blob->mount_from);
	op->own = u;
	op_start(op, begin_push);
}

/* --- manifests */

struct put {
	const char *media_type;
	struct str bytes;
	const char *const *tags; /* NULL: what the reference says */
	size_t ntags, next;
};

static void put_next(struct op *op);

static void
on_put(struct op *op, struct http_response *response)
{
	struct put *put = op->own;
	const char *said = http_response_header(response, "Docker-Content-Digest");
	char is[DIGEST_SIZE];

	if (response->failure != HTTP_FINE || response->status != 201) {
		op_fail_response(op, response, "cannot put a manifest");
		return;
	}
	sha256_digest(sha256_of(put->bytes.p, put->bytes.n), is);
	if (said && !strncmp(said, "sha256:", 7) && strcmp(said, is) != 0) {
		op_failf(op, ERR_REMOTE, "'%s' took '%s' for '%s'", op->host->domain, is, said);
		return;
	}
	registry_set(&op->answer.digest, is);
	op->answer.size = put->bytes.n;
	if (http_response_header(response, "OCI-Subject"))
		op->answer.subject_kept = true;
	if (++put->next < put->ntags)
		put_next(op);
	else
		op_end(op, REGISTRY_PRESENT);
}

static void
put_next(struct op *op)
{
	struct put *put = op->own;

	op_request(op, HTTP_PUT, "manifests/%s",
		   put->tags     ? put->tags[put->next]
		   : op->ref.tag ? op->ref.tag
				 : op_reference(op));
	op_add_header(op, "Content-Type", put->media_type);
	op->req.body = (struct http_source){ .kind = HTTP_SOURCE_BYTES, .bytes = put->bytes };
	op_send(op, on_put);
}

static void
set_put(struct op *op, const char *media_type, struct str bytes)
{
	struct put *put = op->own;

	put->media_type = arena_strdup(op->arena, media_type);
	put->bytes = (struct str){ arena_str(op->arena, bytes), bytes.n };
}

void
registry_put(struct registry *reg, const struct ref *ref, const char *media_type, struct str bytes,
	     registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, ref, OP_WRITES, fn, ctx);

	op->own = ARENA_NEW(op->arena, struct put);
	set_put(op, media_type, bytes);
	op_start(op, put_next);
}

/* --- tags */

static void
on_to_be_tagged(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;
	struct put *put = op->own;

	if (answer->state == REGISTRY_UNKNOWN) {
		op_fail(op, &answer->err);
		return;
	}
	if (answer->state == REGISTRY_ABSENT) {
		op_end(op, REGISTRY_ABSENT);
		return;
	}
	set_put(op, answer->media_type, buf_str(&answer->body));
	registry_set(&op->answer.digest, answer->digest);
	if (put->ntags)
		put_next(op);
	else
		op_end(op, REGISTRY_PRESENT);
}

static void
begin_tag(struct op *op)
{
	op->wait = OP_FOR_OTHERS;
	registry_get_origin(op->reg, &op->ref, on_to_be_tagged, op);
}

void
registry_tag(struct registry *reg, const struct ref *ref, const char *const *tags, size_t ntags,
	     registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, ref, OP_WRITES, fn, ctx);
	struct put *put = ARENA_NEW(op->arena, struct put);
	const char **copy = arena_calloc(op->arena, ntags, sizeof(*copy));

	for (size_t i = 0; i < ntags; i++)
		copy[i] = arena_strdup(op->arena, tags[i]);
	put->tags = copy;
	put->ntags = ntags;
	op->own = put;
	op_start(op, begin_tag);
}
