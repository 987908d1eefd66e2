/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch_emit.h: an event by hand. */
#ifndef LOCKSTEP_CLI_DISPATCH_EMIT_H
#define LOCKSTEP_CLI_DISPATCH_EMIT_H

#include "cli/session.h"
#include "engine/outbox.h"

/* Records that the images of these references (IMAGE[:TAG]@DIGEST, of the graph) have these digests,
 * the others being as the group's latest event says, and says what that came to. */
int dispatch_emit(struct session *s, const opt_texts *refs, const struct target *targets,
		  size_t ntargets, struct err *err) NODISCARD;

#endif
