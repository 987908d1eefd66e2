/* SPDX-License-Identifier: Apache-2.0 */
/* header.h: the HTTP header fields that have a grammar of their own. */
#ifndef LOCKSTEP_MODEL_HEADER_H
#define LOCKSTEP_MODEL_HEADER_H

#include "base/arena.h"
#include "base/enum.h"

#define HEADER_SCHEME_LIST(X)                                                                      \
	X(HEADER_BASIC, "Basic")                                                                   \
	X(HEADER_BEARER, "Bearer")                                                                 \
	X(HEADER_OTHER, "other")
ENUM_DECLARE(header_scheme, HEADER_SCHEME_LIST);

/* A challenge of WWW-Authenticate (RFC 9110, 11.6.1); what was not said is NULL. */
struct header_challenge {
	enum header_scheme scheme;
	const char *realm;
	const char *service; /* distribution's token.md */
	const char *scope;
};

/* The challenges of one field, in order, in the arena; returns how many, 0 when it is malformed. */
size_t header_challenges(struct arena *arena, struct str value, struct header_challenge **ret);

/* The target of the link with rel=next in a Link field (RFC 8288), as it is written there; false
 * when there is none or the field is malformed. */
bool header_link_next(struct str value, struct str *ret_target);

#endif
