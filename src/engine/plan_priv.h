/* SPDX-License-Identifier: Apache-2.0 */
/* plan_priv.h: what the files of plan have in common. */
#ifndef LOCKSTEP_ENGINE_PLAN_PRIV_H
#define LOCKSTEP_ENGINE_PLAN_PRIV_H

#include "engine/check.h"
#include "engine/plan.h"

/* The checks of this image count in this plan. */
bool plan_is_checked(const struct plan *p, const struct graph_image *image);
/* The last build of the image, as far as it is recorded. */
int plan_last_build(struct plan *p, struct plan_node *node, struct err *err) NODISCARD;
/* Reasons: what moved since then. */
int plan_explain(struct plan *p, struct plan_node *node, struct err *err) NODISCARD;
/* What the store does not know of images that are to be built is taken from their records in the
 * registry; with publish, also what they replace there. */
int plan_recall(struct plan *p, struct err *err) NODISCARD;
/* Asks for the decided images of one level of the graph, all at once, and waits. */
int plan_ask_level(struct plan *p, int level, struct err *err) NODISCARD;
/* Asks what the images of a pod have passed since they were released, and waits. */
int plan_ask_passed(struct plan *p, const struct pod *pod, struct err *err) NODISCARD;

#endif
