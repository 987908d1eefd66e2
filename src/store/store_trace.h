/* SPDX-License-Identifier: Apache-2.0 */
/* store_trace.h: the recorded fact that a key gave an image. */
#ifndef LOCKSTEP_STORE_STORE_TRACE_H
#define LOCKSTEP_STORE_STORE_TRACE_H

#include "base/sha256.h"
#include "store/store.h"

#include <stdint.h>

struct store_trace {
	char image_id[DIGEST_SIZE];
	struct sha256 inputs; /* root node of the input set */
	int64_t run_id;       /* 0 when it came from elsewhere */
	int64_t created_ms;
	bool has_tree;
	struct sha256 tree; /* tree ID of the image (engine/image_tree), where it was read */
};

/* 1 found, 0 not. */
int store_trace_get(struct store *s, struct sha256 key, struct store_trace *ret, struct err *err)
	NODISCARD;
int store_trace_put(struct store *s, struct sha256 key, const struct store_trace *trace,
		    struct err *err) NODISCARD;

#endif
