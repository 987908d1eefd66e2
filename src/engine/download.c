/* SPDX-License-Identifier: Apache-2.0 */
/* download.c: one GET, hashed on the way. */
#include "engine/download.h"

#include "io/http.h"

static bool
take(void *ctx, struct str piece)
{
	sha256_update(ctx, piece.p, piece.n);
	return true;
}

int
download_digest(const char *url, struct sha256 *ret, struct err *err)
{
	struct sha256_ctx *AUTO_SHA256 sha = sha256_new();
	struct http_request request = {
		.method = HTTP_GET, .url = url, .on_body = take, .ctx = sha
	};
	struct http_response response = { 0 };
	struct http *http = NULL;
	int r = http_new(&(struct http_opts){ 0 }, &http, err);

	if (!r)
		r = http_ask(http, &request, 1, &response, err);
	if (!r && (response.failure != HTTP_FINE || response.status / 100 != 2)) {
		AUTO_FREE char *what = xasprintf("cannot read '%s'", url);

		r = http_response_err(&response, err, what);
	}
	if (!r)
		*ret = sha256_final(sha);
	http_response_fini(&response);
	http_free(http);
	return r;
}
