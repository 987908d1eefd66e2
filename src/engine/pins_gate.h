/* SPDX-License-Identifier: Apache-2.0 */
/* pins_gate.h: no pin without proof that its image is there. */
#ifndef LOCKSTEP_ENGINE_PINS_GATE_H
#define LOCKSTEP_ENGINE_PINS_GATE_H

#include "engine/pins.h"
#include "engine/presence.h"

/* The images of planned pins that move, each asked for with its wanted tag, as far as a pin has a
 * tag, and its wanted digest. In the arena of the pins. */
int pins_gate(struct pins *p, const struct presence_opts *opts, struct presence **ret,
	      size_t *ret_n, struct err *err) NODISCARD;

#endif
