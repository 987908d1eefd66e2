/* SPDX-License-Identifier: Apache-2.0 */
/* enc.h: the escaping of the key's canonical form. */
#ifndef LOCKSTEP_MODEL_ENC_H
#define LOCKSTEP_MODEL_ENC_H

#include "base/buf.h"

/* Appends s with every byte outside 0x21-0x7E, and '%', as %HH in upper case (docs/key.md,
 * "Encoding"). Injective; the result has no blank, TAB or LF. */
void enc_add(struct buf *b, struct str s);
/* Appends a TAB and the encoded field. */
void enc_field(struct buf *b, struct str s);
/* Decodes into ret; false if s is no such encoding. */
bool enc_decode(struct str s, struct buf *ret);

#endif
