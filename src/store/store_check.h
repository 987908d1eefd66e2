/* SPDX-License-Identifier: Apache-2.0 */
/* store_check.h: what checks found out about images. */
#ifndef LOCKSTEP_STORE_STORE_CHECK_H
#define LOCKSTEP_STORE_STORE_CHECK_H

#include "base/sha256.h"
#include "store/store.h"

#include <stdint.h>

/*
 * One row an image ID and check, the newest judgement. A check is known by the digest of what it
 * demands (engine/check), so a check that is edited, or an image that is built anew, has no row yet.
 */
struct store_check {
	bool passed;
	char *message;  /* of a failure, else NULL; owned when it was read */
	int64_t run_id; /* that judged; 0 = it came from elsewhere */
	int64_t checked_ms, duration_ms;
};

/* 1 found, 0 not. */
int store_check_get(struct store *s, const char *image_id, struct sha256 check,
		    struct store_check *ret, struct err *err) NODISCARD;
int store_check_put(struct store *s, const char *image_id, struct sha256 check,
		    const struct store_check *row, struct err *err) NODISCARD;
void store_check_fini(struct store_check *row);

#endif
