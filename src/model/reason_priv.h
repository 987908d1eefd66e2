/* SPDX-License-Identifier: Apache-2.0 */
/* reason_priv.h: what the sentences about reasons are written with. */
#ifndef LOCKSTEP_MODEL_REASON_PRIV_H
#define LOCKSTEP_MODEL_REASON_PRIV_H

#include "base/buf.h"
#include "model/reason.h"

#define REASON_MAX_SHOWN 100

struct reason_writer {
	const struct reason *r;
	bool full;
	struct buf b;
};

/* Cut behind so many bytes, not within a character; whole if all is asked for. */
void reason_add_cut(struct reason_writer *t, const char *s, size_t max);
/* The same between single quotes. */
void reason_add_quoted(struct reason_writer *t, const char *s);
void reason_instruction_text(struct reason_writer *t);

#endif
