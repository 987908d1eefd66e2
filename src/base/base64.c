/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c: RFC 4648 base64 through libcrypto. */
#include "base/base64.h"

#include <openssl/evp.h>

char *
base64_encode(struct str bytes)
{
	char *out = xmalloc((bytes.n + 2) / 3 * 4 + 1);

	BUG_ON(bytes.n > (1u << 30));
	(void)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)bytes.p, (int)bytes.n);
	return out;
}
