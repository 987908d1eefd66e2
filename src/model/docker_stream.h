/* SPDX-License-Identifier: Apache-2.0 */
/* docker_stream.h: what a Docker engine sends while it works and while containers print. */
#ifndef LOCKSTEP_MODEL_DOCKER_STREAM_H
#define LOCKSTEP_MODEL_DOCKER_STREAM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"

#include <stdint.h>

/*
 * Of POST /build, /images/create and the like: one JSON object a line. A longer line than this is
 * none of an engine's: what a step prints comes in pieces of some kilobytes.
 */
#define DOCKER_PROGRESS_MAX (4u << 20)

struct docker_progress {
	char image_id[DIGEST_SIZE]; /* of the image that was made; empty = not said */
	bool failed;
	int code; /* with failed: exit status of the step; 0 = not said */
};

/* Appends to text what a person should see of a line, the error included, and sets what the line
 * says in ret; the rest of ret stays. Bars and counters are no such thing. ERR_REMOTE when it is
 * not what an engine says. */
int docker_progress_read(struct str line, struct docker_progress *ret, struct buf *text,
			 struct err *err) NODISCARD;

/*
 * Of GET /containers/ID/logs and POST /exec/ID/start, without a terminal: frames, each with its
 * stream and its size in front (8 bytes). They come in pieces that respect nothing.
 */
struct docker_frames {
	unsigned char head[8];
	size_t have;   /* of head */
	uint32_t left; /* of the frame's content */
};

/* Takes from the front of bytes: 1 and a piece of what was printed (stdout and stderr alike), 0
 * when bytes are used up, -1 when they are no frames. */
int docker_frames_next(struct docker_frames *f, struct str *bytes, struct str *ret);

#endif
