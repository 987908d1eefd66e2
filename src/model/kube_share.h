/* SPDX-License-Identifier: Apache-2.0 */
/* kube_share.h: containers of a pod that should share a volume, and do not. */
#ifndef LOCKSTEP_MODEL_KUBE_SHARE_H
#define LOCKSTEP_MODEL_KUBE_SHARE_H

#include "model/graph.h"
#include "model/kube_pod.h"

/*
 * Where a folder is the interface between two images, each of them works alone and both start; only
 * the graph knows that they belong together (`shared` of a pod). What it says counts for every pod
 * in which two containers or more have one of those images, whatever they are called: each mounts,
 * at that path, the volume that the first of them mounts there, with the same subPath. Init
 * containers have ended before, and may mount what they like.
 */
struct kube_unshared {
	const struct graph_shared *wanted;
	const struct kube_container *container;
	const struct kube_mount *mount;       /* at the path; NULL = nothing */
	const struct kube_container *other;   /* that mounts a volume there, else just another */
	const struct kube_mount *other_mount; /* NULL = nobody mounts anything there */
};

/* In the order of the containers, in the arena. */
struct kube_unshared *kube_pod_unshared(struct arena *arena, const struct kube_pod *pod,
					const struct graph *g, const struct graph_shared *wanted,
					size_t *ret_n) NODISCARD;
/* How many containers are meant. */
size_t kube_pod_sharers(const struct kube_pod *pod, const struct graph *g,
			const struct graph_shared *wanted) NODISCARD;
/* Where it is told: at the mount, else at the container. */
struct kube_place kube_unshared_at(const struct kube_unshared *u);
/* What is wrong, with the other place; file is the manifest as shown. In the arena. */
const char *kube_unshared_text(struct arena *arena, const struct kube_unshared *u,
			       const struct graph *g, const char *file) NODISCARD;

#endif
