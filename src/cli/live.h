/* SPDX-License-Identifier: Apache-2.0 */
/* live.h: what a run shows while it runs: one line an image on a terminal, plain lines elsewhere. */
#ifndef LOCKSTEP_CLI_LIVE_H
#define LOCKSTEP_CLI_LIVE_H

#include "engine/run.h"

/*
 * Everything goes to standard error. On a terminal the lines of the images at work are redrawn in
 * place (state, elapsed time, last output line), and what is finished scrolls up. Elsewhere a line
 * is printed at each start and end, never interleaved with another's output.
 */
struct live;

struct live *live_new(struct loop *loop, const struct plan *plan) NODISCARD;
const struct run_observer *live_observer(struct live *l);
/* Clears the redrawn lines. */
void live_free(struct live *l);

#endif
