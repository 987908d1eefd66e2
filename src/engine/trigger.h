/* SPDX-License-Identifier: Apache-2.0 */
/* trigger.h: what images from outside have those take that stand on them. */
#ifndef LOCKSTEP_ENGINE_TRIGGER_H
#define LOCKSTEP_ENGINE_TRIGGER_H

#include "engine/identity.h"

/*
 * An ONBUILD trigger may name an image (COPY --from, RUN --mount=from), and whoever is FROM its image
 * uses that as if its own Dockerfile named it: it is an edge of the graph, or an entry of the lock
 * file. Triggers of images of the graph stand in its Dockerfiles; those of others in their
 * configurations, so that a storage or a registry has to be asked. What cannot be known now changes
 * nothing: a plan tells why.
 */

/* Completes `edges` of the project and links the graph anew, once in the project's life. Mistakes of
 * triggers go to errs. */
int trigger_link(struct project *p, struct identities *ids, struct err_list *errs) NODISCARD;

#endif
