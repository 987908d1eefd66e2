/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h: RFC 4648 base64 through libcrypto. */
#ifndef LOCKSTEP_BASE_BASE64_H
#define LOCKSTEP_BASE_BASE64_H

#include "base/buf.h"

/* Padded, one line. Caller frees. */
char *base64_encode(struct str bytes) NODISCARD;
/* Appends the bytes; false, and nothing appended, when the text is not padded base64 on one line. */
bool base64_decode(struct str text, struct buf *ret) NODISCARD;

#endif
