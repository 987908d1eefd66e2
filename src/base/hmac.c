/* SPDX-License-Identifier: Apache-2.0 */
/* hmac.c: HMAC-SHA-256 through libcrypto. */
#include "base/hmac.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

struct sha256
hmac_sha256(struct str key, struct str message)
{
	struct sha256 h;
	unsigned n = 0;

	BUG_ON(key.n > INT_MAX);
	/* NULL would mean "the key of the call before". */
	BUG_ON(!HMAC(EVP_sha256(), key.p ? key.p : "", (int)key.n,
		     (const unsigned char *)(message.p ? message.p : ""), message.n, h.b, &n));
	BUG_ON(n != SHA256_LEN);
	return h;
}
