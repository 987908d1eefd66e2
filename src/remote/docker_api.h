/* SPDX-License-Identifier: Apache-2.0 */
/* docker_api.h: questions to a Docker engine, over its socket. */
#ifndef LOCKSTEP_REMOTE_DOCKER_API_H
#define LOCKSTEP_REMOTE_DOCKER_API_H

#include "base/err.h"
#include "base/json.h"

/*
 * A question costs a millisecond where the client program needs fifty. The connection is made at
 * the first one and kept. An engine that does not answer is ERR_TOOL, with where it was looked for.
 *
 * host is what DOCKER_HOST holds: unix:///PATH or tcp://HOST:PORT without TLS; NULL or empty is
 * unix:///var/run/docker.sock. Docker contexts are not read.
 */
struct docker_api;

/* ERR_TOOL for a host of another kind. Nothing is connected yet. */
int docker_api_open(const char *host, struct docker_api **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void docker_api_free(struct docker_api *d);
/* The host as it is written in DOCKER_HOST. */
const char *docker_api_host(const struct docker_api *d);

/* GET of a path such as "/images/json": 1 with the parsed answer, which the caller releases; 0 when
 * the engine knows nothing of that name. */
int docker_api_get(struct docker_api *d, const char *path, json_t **ret, struct err *err) NODISCARD;
/* Gives an image a name more. */
int docker_api_tag(struct docker_api *d, const char *image_id, const char *repo, const char *tag,
		   struct err *err) NODISCARD;

#endif
