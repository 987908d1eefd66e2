/* SPDX-License-Identifier: Apache-2.0 */
/* creds.h: names and passwords for registries, where docker, podman and buildah keep them. */
#ifndef LOCKSTEP_REMOTE_CREDS_H
#define LOCKSTEP_REMOTE_CREDS_H

#include "base/err.h"

#include <stdbool.h>

/*
 * The files, in this order (containers-auth.json(5)):
 *   1. the one that is named (auth_file, else REGISTRY_AUTH_FILE), and then no other;
 *   2. $XDG_RUNTIME_DIR/containers/auth.json (without it /run/containers/UID/auth.json);
 *   3. $XDG_CONFIG_HOME/containers/auth.json (~/.config);
 *   4. $DOCKER_CONFIG/config.json (~/.docker);
 *   5. ~/.dockercfg, whose whole object is `auths`.
 * In each file the first of these that has an answer counts: the host's program in credHelpers; the
 * program credsStore; auths, from host/path/of/repository upwards to host. The first file with an
 * answer ends the search. Keys may be URLs, as docker writes them; docker.io, index.docker.io and
 * https://index.docker.io/v1/ are one. An empty entry, which docker writes for what is in a store,
 * is none; a store that is not installed is passed over for hosts without such an entry.
 *
 * Helpers are programs docker-credential-NAME (HOST on stdin, JSON on stdout); what they said is
 * kept for the life of the struct. Nothing here puts a secret into a message.
 */
struct creds;

/* All are "" when unset, but from. */
struct creds_login {
	char *from; /* the file, or the helper's program, that it was found in */
	char *user;
	char *password;
	char *identity_token; /* to be exchanged for access tokens (OAuth2 refresh token) */
	char *bearer_token;   /* to be sent as it is */
};

/* Reads the files that are there; a missing one is none. ERR_INPUT when one is damaged, ERR_SYSTEM
 * when it cannot be read. env as in struct registry_opts, and lives as long. auth_file may be
 * NULL. */
int creds_load(const char *const *env, const char *auth_file, struct creds **ret, struct err *err)
	NODISCARD;
/* NULL is fine. */
void creds_free(struct creds *c);

/* ret: owned by c, or NULL when there is none. ERR_TOOL when a helper is missing or fails. */
int creds_find(struct creds *c, const char *domain, const char *path,
	       const struct creds_login **ret, struct err *err) NODISCARD;

#endif
