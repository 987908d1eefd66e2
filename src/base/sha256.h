/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.h: SHA-256 through libcrypto, and its two spellings. */
#ifndef LOCKSTEP_BASE_SHA256_H
#define LOCKSTEP_BASE_SHA256_H

#include "base/str.h"

#define SHA256_LEN 32
#define SHA256_HEX_SIZE (2 * SHA256_LEN + 1) /* with NUL */
/* "sha256:" + 64 hex digits + NUL: how keys, image IDs and digests are written (OCI
 * image-spec descriptor.md, "Digests"). */
#define DIGEST_SIZE (7 + SHA256_HEX_SIZE)

struct sha256 {
	unsigned char b[SHA256_LEN];
};

struct sha256_ctx; /* opaque; reusable after final */

struct sha256_ctx *sha256_new(void) NODISCARD;
void sha256_free(struct sha256_ctx *c);
void sha256_reset(struct sha256_ctx *c);
void sha256_update(struct sha256_ctx *c, const void *p, size_t n);
/* Ends the message; the context is ready for a new one. */
struct sha256 sha256_final(struct sha256_ctx *c);

struct sha256 sha256_of(const void *p, size_t n);
/* 64 lower-case digits and NUL into out. */
void sha256_hex(struct sha256 h, char out[SHA256_HEX_SIZE]);
/* "sha256:<hex>" and NUL into out. */
void sha256_digest(struct sha256 h, char out[DIGEST_SIZE]);
/* Reads 64 hex digits (lower case only). */
bool sha256_parse_hex(struct str s, struct sha256 *ret);
/* Reads "sha256:<64 lower-case hex>". */
bool sha256_parse_digest(struct str s, struct sha256 *ret);

/* The 32 bytes themselves. */
static inline struct str
sha256_bytes(const struct sha256 *h)
{
	return (struct str){ (const char *)h->b, SHA256_LEN };
}

static inline bool
sha256_eq(struct sha256 a, struct sha256 b)
{
	return !memcmp(a.b, b.b, SHA256_LEN);
}

static inline void
sha256_freep(struct sha256_ctx **c)
{
	sha256_free(*c);
}

#define AUTO_SHA256 CLEANUP(sha256_freep)

#endif
