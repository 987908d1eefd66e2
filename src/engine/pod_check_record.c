/* SPDX-License-Identifier: Apache-2.0 */
/* pod_check_record.c: what was found out about pods, remembered. */
#include "base/clock.h"
#include "engine/pod_check.h"
#include "lockstep/formats.h"
#include "store/store_check.h"

#include <unistd.h>

struct sha256
pod_check_digest(const struct pod_check_opts *o)
{
	AUTO_SHA256 struct sha256_ctx *ctx = sha256_new();

	sha256_update(ctx, o->pod->digest.b, sizeof(o->pod->digest.b));
	for (size_t i = 0; i < o->pod->ncontainers; i++)
		sha256_update(ctx, o->image_ids[i], strlen(o->image_ids[i]) + 1);
	return sha256_final(ctx);
}

int
pod_check_recall(const struct pod_check_opts *opts, struct err *err)
{
	struct sha256 digest = pod_check_digest(opts);
	int r = 0;

	for (size_t i = 0; !r && i < opts->pod->ncontainers; i++) {
		struct store_check row = { 0 };

		r = store_check_get(opts->store, opts->image_ids[i], digest, &row, err);
		r = r > 0 ? row.passed : r;
		store_check_fini(&row);
	}
	return r;
}

int
pod_check_record(const struct pod_check_opts *opts, const char *message, int64_t duration_ms,
		 struct err *err)
{
	struct store_check row = { .passed = !message,
				   .message = (char *)message,
				   .run_id = opts->run_id,
				   .checked_ms = clock_wall_ms(),
				   .duration_ms = duration_ms };

	return store_check_put(opts->store, opts->image_ids[0], pod_check_digest(opts), &row, err);
}

char *
pod_check_text(const struct pod_check_opts *opts)
{
	AUTO_JSON json_t *j = json_object();
	json_t *images = json_object();
	char digest[DIGEST_SIZE];

	sha256_digest(pod_check_digest(opts), digest);
	json_set_text(j, "schema", LOCKSTEP_PASSED_SCHEMA);
	json_set_text(j, "pod", opts->pod->graph->name);
	json_set_text(j, "check", digest);
	for (size_t i = 0; i < opts->pod->ncontainers; i++)
		json_set_text(images, opts->pod->containers[i].image->name, opts->image_ids[i]);
	json_object_set_new(j, "images", images);
	return json_canonical(j);
}

void
pod_check_log(const struct pod_check_opts *opts)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < opts->pod->ncontainers; i++)
		buf_addf(&b, "%s=%s@%s\n", opts->pod->containers[i].kube->name,
			 opts->pod->containers[i].image->name, opts->image_ids[i]);
	if (opts->log_fd >= 0 && write(opts->log_fd, b.data, b.len) < 0)
		return; /* the next one to write to it will tell */
}
