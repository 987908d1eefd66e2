/* SPDX-License-Identifier: Apache-2.0 */
/* podman_service.h: podman's service, where one listens, and what it has to do with our images. */
#ifndef LOCKSTEP_ENGINE_PODMAN_SERVICE_H
#define LOCKSTEP_ENGINE_PODMAN_SERVICE_H

#include "base/mem.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * A service of podman (`podman system service`, podman.socket of systemd) has one storage, that of
 * whoever started it. lockstep builds in a storage of its own below the state folder (builder.h
 * says why), with a run root that is named after that folder: no service that anybody has has that
 * one. `builder: podman` is therefore run as a program, without CONTAINER_HOST, whether a service
 * listens or not; images are found and inspected without asking anybody (cstorage.h).
 *
 * `builder: podman-service` (builder_podman_service.c) builds by the service, in its storage, as
 * docker's builders do in their engine. Which one it is is the graph's to say, and not a matter of
 * who happens to listen: they keep images in different places and formats, so keys differ.
 *
 * What podman loads goes to the user's storage, which is mostly that of the service. Where it is not,
 * whoever looks by the service does not see it: `doctor` tells.
 */

/* Where the service of this user would listen, as in CONTAINER_HOST, which comes first. Caller
 * frees. */
char *podman_service_host(const char *const *env, uid_t uid) NODISCARD;

/* True if its socket is there, or CONTAINER_HOST names another kind of place. Nothing is asked. */
bool podman_service_is_named(const char *const *env, uid_t uid);

/* For `doctor`, about a user whose storage this is: whether a service listens, which storage it has,
 * and what that means. Asks it, if it is a socket. Caller frees. */
char *podman_service_text(const char *const *env, uid_t uid, const char *storage) NODISCARD;

#endif
