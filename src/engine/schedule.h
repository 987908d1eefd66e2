/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.h: which of the images that could be built now is built first. */
#ifndef LOCKSTEP_ENGINE_SCHEDULE_H
#define LOCKSTEP_ENGINE_SCHEDULE_H

#include "model/graph.h"

#include <stdint.h>

/*
 * Longest remaining path first: an image's weight is its own expected time plus that of the
 * heaviest chain of images that wait for it. Unknown times count as the mean of the known ones (or
 * one second). Ties go to the lower index, so that the order never depends on timing.
 */
struct schedule;

/* expected_ms: by image index, 0 = unknown; needed: by image index, what may be built at all. */
struct schedule *schedule_new(const struct graph *g, const int64_t *expected_ms, const bool *needed)
	NODISCARD;
void schedule_free(struct schedule *s);
int64_t schedule_weight(const struct schedule *s, size_t image);
/* Makes an image ready. */
void schedule_push(struct schedule *s, size_t image);
/* Takes the heaviest ready image; false when none is ready. */
bool schedule_pop(struct schedule *s, size_t *ret_image);

#endif
