/* SPDX-License-Identifier: Apache-2.0 */
/* hmac.h: HMAC-SHA-256 (RFC 2104) through libcrypto. */
#ifndef LOCKSTEP_BASE_HMAC_H
#define LOCKSTEP_BASE_HMAC_H

#include "base/sha256.h"

struct sha256 hmac_sha256(struct str key, struct str message);

#endif
