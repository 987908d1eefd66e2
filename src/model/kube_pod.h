/* SPDX-License-Identifier: Apache-2.0 */
/* kube_pod.h: the pods that Kubernetes manifests describe, with places. */
#ifndef LOCKSTEP_MODEL_KUBE_POD_H
#define LOCKSTEP_MODEL_KUBE_POD_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/err.h"
#include "base/yaml.h"

/*
 * A pod is found by its shape, not by its kind: whatever has containers under spec (Pod),
 * spec.template.spec (Deployment, StatefulSet, DaemonSet, Job, ReplicaSet, and the kinds of others
 * that follow them), spec.jobTemplate.spec.template.spec (CronJob) or template.spec (PodTemplate);
 * a List is looked through. Only what is written is there: defaults of the cluster and what an
 * admission hook adds are not known, and values that come from a Secret or ConfigMap are absent.
 * Everything lives in the arena and points into the YAML tree there; `node` leads to what has no
 * field here.
 */
#define KUBE_PORT_MAX 65535

struct kube_place {
	int line, col; /* from 1 */
};

/* Who runs at the same time: containers and sidecars do; an init container has ended before. */
#define KUBE_ROLE_LIST(X)                                                                          \
	X(KUBE_ROLE_CONTAINER, "container")                                                        \
	X(KUBE_ROLE_SIDECAR, "sidecar container")                                                  \
	X(KUBE_ROLE_INIT, "init container")
ENUM_DECLARE(kube_role, KUBE_ROLE_LIST);

#define KUBE_PROBE_LIST(X)                                                                         \
	X(KUBE_PROBE_STARTUP, "startupProbe")                                                      \
	X(KUBE_PROBE_READINESS, "readinessProbe")                                                  \
	X(KUBE_PROBE_LIVENESS, "livenessProbe")
ENUM_DECLARE(kube_probe_kind, KUBE_PROBE_LIST);

#define KUBE_HANDLER_LIST(X)                                                                       \
	X(KUBE_HANDLER_HTTP, "httpGet")                                                            \
	X(KUBE_HANDLER_TCP, "tcpSocket")                                                           \
	X(KUBE_HANDLER_GRPC, "grpc")                                                               \
	X(KUBE_HANDLER_EXEC, "exec")
ENUM_DECLARE(kube_handler, KUBE_HANDLER_LIST);

struct kube_port {
	const char *name;     /* or NULL */
	int number;           /* containerPort, 1 to 65535 */
	const char *protocol; /* "TCP" unless it says otherwise */
	int host;             /* hostPort, 0 = none */
	const char *host_ip;  /* NULL = every address */
	struct kube_place at; /* of the number */
	struct kube_place host_at;
};

struct kube_env {
	const char *name;
	const char *value; /* NULL: comes from elsewhere (valueFrom), or is not given */
	struct kube_place at;
};

struct kube_mount {
	const char *volume;   /* its name in the pod */
	const char *path;     /* mountPath */
	const char *sub_path; /* or NULL */
	bool read_only;
	struct kube_place at;
};

struct kube_probe {
	enum kube_probe_kind kind;
	enum kube_handler handler;
	const char *port;     /* number or name; NULL for exec */
	const char *path;     /* httpGet's; "/" when not given */
	struct kube_place at; /* of the port, else of the handler */
	const struct yaml *node;
};

struct kube_container {
	const char *name;  /* "" when it has none */
	const char *image; /* or NULL: a patch names none */
	enum kube_role role;
	struct kube_place at, image_at;
	struct kube_port *ports;
	size_t nports;
	struct kube_env *env;
	size_t nenv;
	struct kube_mount *mounts;
	size_t nmounts;
	struct kube_probe *probes;
	size_t nprobes;
	const struct yaml *node;
};

struct kube_volume {
	const char *name;
	const char *kind;   /* "emptyDir", "persistentVolumeClaim", "secret", …; "" = not given */
	const char *source; /* claimName, secretName, name or path of it, or NULL */
	struct kube_place at;
	const struct yaml *node;
};

struct kube_pod {
	const char *kind;      /* of the document: "Deployment" */
	const char *name;      /* metadata.name, "" when there is none */
	const char *namespace; /* metadata.namespace, or NULL */
	struct kube_place at;  /* of the document's name, else of the document */
	bool host_network;
	struct kube_container *containers; /* init containers first, as they are started */
	size_t ncontainers;
	struct kube_volume *volumes; /* with those of volumeClaimTemplates */
	size_t nvolumes;
	const struct yaml *spec; /* the pod's own spec */
	const struct yaml *document;
};

/* All pods of a file of one or more documents, in its order; none is fine. What is no YAML, and
 * ports that are no ports, go to errs with file:line:col; the rest is read all the same. */
struct kube_pod *kube_pods_read(struct arena *arena, struct str bytes, const char *file,
				size_t *ret_n, struct err_list *errs) NODISCARD;
/* The container of that name, or NULL. */
const struct kube_container *kube_pod_container(const struct kube_pod *pod, const char *name);
const struct kube_volume *kube_pod_volume(const struct kube_pod *pod, const char *name);
/* The value of an environment variable as written; NULL when it is not there. */
const char *kube_container_env(const struct kube_container *c, const char *name);

/* What says that a container listens on a port. */
#define KUBE_CLAIM_LIST(X)                                                                         \
	X(KUBE_CLAIM_PORT, "containerPort")                                                        \
	X(KUBE_CLAIM_HOST, "hostPort")                                                             \
	X(KUBE_CLAIM_ENV, "env")
ENUM_DECLARE(kube_claim_kind, KUBE_CLAIM_LIST);

struct kube_claim {
	const struct kube_container *container;
	enum kube_claim_kind kind;
	int number;
	const char *protocol;
	const char *name; /* of the port or the variable, or NULL */
	const char *host_ip;
	struct kube_place at;
};

/* Two claims to one port that cannot both be had. */
struct kube_conflict {
	struct kube_claim first, second; /* in the order of the file */
};

/* True for a variable that says where its own container listens: PORT, and LISTEN_PORT, BIND_PORT,
 * HTTP_PORT, HTTPS_PORT, SERVER_PORT alone or behind a word and '_'. DB_PORT and the like name the
 * port of somebody else. */
bool kube_env_is_listen_port(const char *name);

/*
 * The containers of a pod share one network: of two that claim a port one dies, again and again,
 * and which one is luck. Each pair of containers is named once a port; a port that one container
 * declares twice counts as well. Init containers that have ended before claim nothing.
 */
struct kube_conflict *kube_pod_port_conflicts(struct arena *arena, const struct kube_pod *pod,
					      size_t *ret_n) NODISCARD;

#endif
