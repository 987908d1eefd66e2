/* SPDX-License-Identifier: Apache-2.0 */
/* podman.h: pods of images that were built, where they were built. */
#ifndef LOCKSTEP_ENGINE_PODMAN_H
#define LOCKSTEP_ENGINE_PODMAN_H

#include "engine/runner.h"

/*
 * podman as a runner (runner.h) that can do more: it runs in the builder's own storage, plays pods,
 * and knows whose a port is. A container that nobody removes ends by itself after its time. A
 * ConfigMap becomes a volume, which gets no label, so that names alone tell whose it is.
 */
struct podman;

struct podman *podman_new(const struct runner_opts *opts) NODISCARD;
/* Nothing may be under way. NULL is fine. */
void podman_free(struct podman *p);
/* What of runner.h is done by p; not to be freed. */
struct runner *podman_runner(struct podman *p);

/* Plays a manifest of Kubernetes (pod_render()); its pod has the containers, and all of that is
 * removed by podman_remove_pod(), its volumes by podman_remove_volumes() (a name a line). */
int podman_play(struct podman *p, const char *file, runner_fn fn, void *ctx, struct err *err)
	NODISCARD;
int podman_remove_pod(struct podman *p, const char *name, runner_fn fn, void *ctx, struct err *err)
	NODISCARD;
int podman_remove_volumes(struct podman *p, const char *names, runner_fn fn, void *ctx,
			  struct err *err) NODISCARD;
/* The processes of a container, as this machine numbers them: the output is for podman_owns(). */
int podman_processes(struct podman *p, const char *name, runner_fn fn, void *ctx, struct err *err)
	NODISCARD;
/* Looks which of these processes hold a socket that listens on a TCP port of their network: there
 * is output when one does. */
int podman_owns(struct podman *p, struct str processes, int port, runner_fn fn, void *ctx,
		struct err *err) NODISCARD;

/* Reads n states off what `podman inspect` prints; false when it is something else. */
bool podman_states(struct str output, struct runner_state *ret, size_t n);

#endif
