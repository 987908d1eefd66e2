/* SPDX-License-Identifier: Apache-2.0 */
/* pin_want.h: which images are ours, and where their pins should be. */
#ifndef LOCKSTEP_MODEL_PIN_WANT_H
#define LOCKSTEP_MODEL_PIN_WANT_H

#include "base/vec.h"
#include "model/event.h"
#include "model/graph.h"
#include "model/pin.h"

/* Ownership is this list and nothing else: no prefix of a name, no registry. */
struct pin_want {
	struct arena *arena; /* of the texts; the owner's */
	VEC(struct pin_image) images;
};

void pin_want_fini(struct pin_want *w);
/* NAME, NAME=TAG, NAME=TAG@DIGEST or NAME=@DIGEST; ERR_USAGE says what is wrong. */
int pin_want_text(struct pin_want *w, const char *text, struct err *err) NODISCARD;
/* The images of an event: all of the group, or those that moved when it names no more. */
int pin_want_event(struct pin_want *w, const struct event *e, struct err *err) NODISCARD;
/* The images of a graph, without a wanted version; ERR_INPUT when it has no registry. */
int pin_want_graph(struct pin_want *w, const struct graph *g, struct err *err) NODISCARD;

#endif
