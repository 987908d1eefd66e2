/* SPDX-License-Identifier: Apache-2.0 */
/* pod_check_record.c: what was found out about pods, remembered. */
#include "base/clock.h"
#include "engine/pod_check.h"
#include "store/store_check.h"

#include <unistd.h>

static struct sha256
digest_of(const struct pod_check_opts *o)
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
	struct store_check row = { 0 };
	int r = store_check_get(opts->store, opts->image_ids[0], digest_of(opts), &row, err);

	r = r > 0 ? row.passed : r;
	store_check_fini(&row);
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

	return store_check_put(opts->store, opts->image_ids[0], digest_of(opts), &row, err);
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
