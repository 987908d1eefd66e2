/* SPDX-License-Identifier: Apache-2.0 */
/* docker_api.h: questions to a Docker engine, or to podman's service, over its socket. */
#ifndef LOCKSTEP_REMOTE_DOCKER_API_H
#define LOCKSTEP_REMOTE_DOCKER_API_H

#include "base/err.h"
#include "base/json.h"
#include "io/http.h"

/*
 * A question costs a millisecond where the client program needs fifty. The connection is made at
 * the first one and kept. An engine that does not answer is ERR_TOOL, with where it was looked for.
 *
 * Paths are those of the Docker Engine API (podman serves them too) without the version: that is
 * 1.41 where the engine speaks it, else the nearest that it does, and no older than 1.32.
 */
struct docker_api;

/*
 * The engine of the environment. DOCKER_HOST: unix:///PATH or tcp://HOST:PORT; unset or empty is
 * unix:///var/run/docker.sock. With DOCKER_TLS_VERIFY set, tcp is TLS with ca.pem, cert.pem and
 * key.pem from DOCKER_CERT_PATH (~/.docker). Docker contexts are not read. ERR_TOOL for a host of
 * another kind. Nothing is connected yet.
 */
int docker_api_open(const char *const *env, struct docker_api **ret, struct err *err) NODISCARD;
/* The engine at host, which is written as in DOCKER_HOST; certs: the folder of its certificates, or
 * NULL. */
int docker_api_open_at(const char *host, const char *certs, struct docker_api **ret,
		       struct err *err) NODISCARD;
/* Podman's service at host, which is written as in CONTAINER_HOST: unix:///PATH or tcp://HOST:PORT.
 * ERR_TOOL for a host of another kind, which may hold a login and is not repeated. */
int docker_api_open_podman(const char *host, struct docker_api **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void docker_api_free(struct docker_api *d);
/* The host as it is written in DOCKER_HOST. */
const char *docker_api_host(const struct docker_api *d);
/* What it is in a sentence: "the docker engine", "podman's service". */
const char *docker_api_who(const struct docker_api *d);
/* The folder of the certificates, or NULL. */
const char *docker_api_certs(const struct docker_api *d);
/* True if a port that the engine publishes on 127.0.0.1 is one of this machine. */
bool docker_api_is_local(const struct docker_api *d);

/* Asks for the engine's versions, once; everything below does so by itself. ERR_TOOL when it is none,
 * or too old. */
int docker_api_meet(struct docker_api *d, struct err *err) NODISCARD;
/* "20.10.24" and "1.41", after docker_api_meet(). */
const char *docker_api_engine(const struct docker_api *d);
const char *docker_api_version(const struct docker_api *d);
/* It is podman's service that answers: the same requests, but not the same builds. */
bool docker_api_is_podman(const struct docker_api *d);
/* Its containers run on this machine's kernel, as far as its name tells: not in a virtual machine. After
 * docker_api_meet(). */
bool docker_api_is_here(const struct docker_api *d);

/* Fills in where a request goes, after docker_api_meet(): its url, which the caller frees, and the
 * rest borrowed. */
char *docker_api_address(const struct docker_api *d, const char *path, struct http_request *request)
	NODISCARD;
/* What is wrong with a response that was not expected: ERR_TOOL when there is none, else with what
 * the engine says. what: "refuses", "cannot …", of docker_api_who(). */
int docker_api_error(const struct docker_api *d, struct http_response *response, const char *what,
		     struct err *err);

/* GET of a path such as "/images/json": 1 with the parsed answer, which the caller releases; 0 when
 * the engine knows nothing of that name. */
int docker_api_get(struct docker_api *d, const char *path, json_t **ret, struct err *err) NODISCARD;
/* Gives an image a name more. */
int docker_api_tag(struct docker_api *d, const char *image_id, const char *repo, const char *tag,
		   struct err *err) NODISCARD;
/* DELETE of a path; what is not there is fine. */
int docker_api_delete(struct docker_api *d, const char *path, struct err *err) NODISCARD;

#endif
