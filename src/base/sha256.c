/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.c: SHA-256 through libcrypto. */
#include "base/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#define DIGEST_PREFIX "sha256:"

struct sha256_ctx {
	EVP_MD_CTX *md;
};

/* Fetching takes about a millisecond, a small hash a thousandth of that, and threads hash: hence
 * one method for the whole process, set once and never freed. */
static const EVP_MD *
method(void)
{
	static _Atomic(EVP_MD *) kept;
	EVP_MD *md = atomic_load_explicit(&kept, memory_order_acquire), *first = NULL;

	if (md)
		return md;
	/* Reading openssl.cnf would cost half a millisecond more, for one hash that is in every
	 * provider. */
	BUG_ON(!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL));
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	BUG_ON(!md);
	if (atomic_compare_exchange_strong(&kept, &first, md))
		return md;
	EVP_MD_free(md);
	return first;
}

struct sha256_ctx *
sha256_new(void)
{
	struct sha256_ctx *c = xmalloc(sizeof(*c));

	c->md = EVP_MD_CTX_new();
	BUG_ON(!c->md || !EVP_DigestInit_ex2(c->md, method(), NULL));
	return c;
}

void
sha256_free(struct sha256_ctx *c)
{
	if (!c)
		return;
	EVP_MD_CTX_free(c->md);
	free(c);
}

void
sha256_reset(struct sha256_ctx *c)
{
	BUG_ON(!EVP_DigestInit_ex2(c->md, NULL, NULL));
}

void
sha256_update(struct sha256_ctx *c, const void *p, size_t n)
{
	BUG_ON(n && !EVP_DigestUpdate(c->md, p, n));
}

struct sha256
sha256_final(struct sha256_ctx *c)
{
	struct sha256 h;

	BUG_ON(!EVP_DigestFinal_ex(c->md, h.b, NULL));
	sha256_reset(c);
	return h;
}

struct sha256
sha256_of(const void *p, size_t n)
{
	struct sha256 h;

	BUG_ON(!EVP_Digest(n ? p : "", n, h.b, NULL, method(), NULL));
	return h;
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
