/* SPDX-License-Identifier: Apache-2.0 */
/* presence.h: whether images are in their registries, asked as the cluster would ask. */
#ifndef LOCKSTEP_ENGINE_PRESENCE_H
#define LOCKSTEP_ENGINE_PRESENCE_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/err.h"

/*
 * A pin is only worth writing when whoever pulls it will get it. So the question is asked with the
 * credentials of the puller and not with those of the asker: a package that was pushed for the
 * first time is private, which its owner does not notice. Only what was seen is present; what
 * could not be found out is unknown, and stops an edit as an absence does.
 */
#define PRESENCE_AUTH_LIST(X)                                                                      \
	X(PRESENCE_AUTH_ANONYMOUS, "anonymous")                                                    \
	X(PRESENCE_AUTH_DOCKER_CONFIG, "docker-config") /* $DOCKER_CONFIG or ~/.docker */          \
	X(PRESENCE_AUTH_ENV, "env")                     /* the file of REGISTRY_AUTH_FILE */
ENUM_DECLARE(presence_auth, PRESENCE_AUTH_LIST);

#define PRESENCE_STATE_LIST(X)                                                                     \
	X(PRESENCE_UNKNOWN, "unknown")                                                             \
	X(PRESENCE_PRESENT, "present")                                                             \
	X(PRESENCE_ABSENT, "absent")                                                               \
	X(PRESENCE_OTHER, "other") /* the tag is there, with another digest */
ENUM_DECLARE(presence_state, PRESENCE_STATE_LIST);

struct presence {
	const char *name, *tag, *digest; /* asked: one of tag and digest, or both */
	enum presence_state state;
	const char *found;    /* PRESENCE_OTHER: the digest that the tag has; arena */
	const char *why;      /* PRESENCE_UNKNOWN; arena */
	enum err_class class; /* PRESENCE_UNKNOWN: ERR_TEMPORARY when trying again may help */
};

struct presence_opts {
	enum presence_auth auth;
	const char *const *env; /* as for registry_new */
};

/* Asks for all of them at once, for each by tag and by digest as far as given. The answers are in
 * the items; an error is one of setting out (credentials that cannot be read). */
int presence_ask(const struct presence_opts *opts, struct arena *arena, struct presence *items,
		 size_t n, struct err *err) NODISCARD;

#endif
