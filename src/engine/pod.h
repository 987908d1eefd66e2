/* SPDX-License-Identifier: Apache-2.0 */
/* pod.h: the pods of a graph: a manifest held against the images, and made ready to be played. */
#ifndef LOCKSTEP_ENGINE_POD_H
#define LOCKSTEP_ENGINE_POD_H

#include "base/json.h"
#include "base/sha256.h"
#include "model/graph.h"
#include "model/kube_pod.h"

struct project;

struct pod_container {
	const struct kube_container *kube;
	const struct graph_image *image;
};

/* Everything is in the project's arena. */
struct pod {
	const struct graph_pod *graph;
	const struct kube_pod *kube;
	struct pod_container *containers; /* as in kube */
	size_t ncontainers;
	struct yaml **documents; /* of all its manifests */
	size_t ndocuments;
	struct sha256 digest; /* of all that is written about it: manifests and checks */
};

/*
 * Reads the pods of the graph. Told to errs, with places in the manifest and in the graph file: no
 * such workload, a container whose image is none of the graph's, two containers that claim one
 * port, a check of a container that is not there, what a machine without a cluster cannot mount.
 * *ret has one a graph pod, in order, in the project's arena.
 */
int pod_read_all(struct project *p, struct pod **ret, struct err_list *errs, struct err *err)
	NODISCARD;

/* One port that is to be reached from outside. */
struct pod_port {
	const char *container;
	int port, host_port;
};

struct pod_play {
	const char *name; /* of the pod; containers are NAME-CONTAINER, volumes NAME-VOLUME */
	const char *label_name, *label_value;
	const char *const *image_ids; /* one a container */
	const struct pod_port *ports;
	size_t nports;
};
/*
 * The manifests as podman is to play them: one Pod, its images by ID and never pulled, no port of
 * the host but those asked for, no probes (podman would run some of them and not others), nothing
 * started again, every volume a new one of its own, a Secret as the ConfigMap of the same keys. Caller frees.
 */
char *pod_render(const struct pod *pod, const struct pod_play *play) NODISCARD;
/* Names of the volumes that playing it makes, a line each. Caller frees. */
char *pod_volumes(const struct pod *pod, const char *name) NODISCARD;

#endif
