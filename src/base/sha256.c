/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.c: SHA-256 through libcrypto. */
#include "base/sha256.h"

/* The one-algorithm interface: EVP would set up all of libcrypto's providers and tables first, one
 * to two milliseconds that every invocation pays and no hash of ours needs. Same code underneath. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#define DIGEST_PREFIX "sha256:"

struct sha256_ctx {
	SHA256_CTX sha;
};

struct sha256_ctx *
sha256_new(void)
{
	struct sha256_ctx *c = xmalloc(sizeof(*c));

	sha256_reset(c);
	return c;
}

void
sha256_free(struct sha256_ctx *c)
{
	free(c);
}

void
sha256_reset(struct sha256_ctx *c)
{
	BUG_ON(!SHA256_Init(&c->sha));
}

void
sha256_update(struct sha256_ctx *c, const void *p, size_t n)
{
	BUG_ON(n && !SHA256_Update(&c->sha, p, n));
}

struct sha256
sha256_final(struct sha256_ctx *c)
{
	struct sha256 h;

	BUG_ON(!SHA256_Final(h.b, &c->sha));
	sha256_reset(c);
	return h;
}

struct sha256
sha256_of(const void *p, size_t n)
{
	struct sha256_ctx c; /* SHA256() in one call would go through EVP */

	sha256_reset(&c);
	sha256_update(&c, p, n);
	return sha256_final(&c);
}

void
sha256_hex(struct sha256 h, char out[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_LEN; i++) {
		out[2 * i] = digits[h.b[i] >> 4];
		out[2 * i + 1] = digits[h.b[i] & 15];
	}
	out[2 * SHA256_LEN] = '\0';
}

void
sha256_digest(struct sha256 h, char out[DIGEST_SIZE])
{
	memcpy(out, DIGEST_PREFIX, sizeof(DIGEST_PREFIX) - 1);
	sha256_hex(h, out + sizeof(DIGEST_PREFIX) - 1);
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
sha256_parse_hex(struct str s, struct sha256 *ret)
{
	struct sha256 h;

	if (s.n != 2 * SHA256_LEN)
		return false;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		int high = digit_value(s.p[2 * i]), low = digit_value(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		h.b[i] = (unsigned char)(high << 4 | low);
	}
	*ret = h;
	return true;
}

bool
sha256_parse_digest(struct str s, struct sha256 *ret)
{
	struct str prefix = STR_LIT(DIGEST_PREFIX);

	return str_starts(s, prefix) && sha256_parse_hex(str_sub(s, prefix.n, s.n), ret);
}
