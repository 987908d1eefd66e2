/* SPDX-License-Identifier: Apache-2.0 */
/* output.h: what somebody prints: into a log, line by line to who listens, and its end kept. */
#ifndef LOCKSTEP_IO_OUTPUT_H
#define LOCKSTEP_IO_OUTPUT_H

#include "base/buf.h"

/* A line longer than this is handed to on_line in pieces. */
#define OUTPUT_LINE_MAX (64u << 10)

/* Set what is opts, zero the rest. */
struct output {
	int log_fd;                                  /* -1 = none; not owned */
	bool whole;                                  /* no more than MAX_CHILD_KEPT is taken */
	void (*on_line)(void *ctx, struct str line); /* without LF; may be NULL */
	void *ctx;

	int log_errno; /* of the first write to the log that failed; nothing was logged after */
	struct buf tail, line;
};

void output_init(struct output *o);
void output_fini(struct output *o);
/* False when there was more than is taken. */
bool output_take(struct output *o, struct str bytes);
/* Hands out the line that was not finished. */
void output_end(struct output *o);
/* The last MAX_CHILD_KEPT bytes. */
struct str output_tail(const struct output *o);

#endif
