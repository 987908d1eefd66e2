/* SPDX-License-Identifier: Apache-2.0 */
/* kube_check.h: what is wrong with a pod before anything is started (docs/verify.md). */
#ifndef LOCKSTEP_MODEL_KUBE_CHECK_H
#define LOCKSTEP_MODEL_KUBE_CHECK_H

#include "model/kube_pod.h"

#define VERIFY_RULE_LIST(X)                                                                        \
	X(VERIFY_RULE_PORTS, "ports")                                                              \
	X(VERIFY_RULE_PROBES, "probes")                                                            \
	X(VERIFY_RULE_VOLUMES, "volumes")                                                          \
	X(VERIFY_RULE_SHARED, "shared")                                                            \
	X(VERIFY_RULE_VERSIONS, "versions")                                                        \
	X(VERIFY_RULE_PINS, "pins")                                                                \
	X(VERIFY_RULE_READABLE, "readable")                                                        \
	X(VERIFY_RULE_REGISTRY, "registry")
ENUM_DECLARE(verify_rule, VERIFY_RULE_LIST);

struct verify_finding {
	enum verify_rule rule;
	const char *file;
	struct kube_place at;
	const char *text;
	const char *image; /* rule versions: the reference */
};

/* Findings of the rules that one pod breaks, in the arena: ports, probes, volumes, versions. Both
 * places of a conflict are named, one of them in the text. */
struct verify_finding *kube_pod_check(struct arena *arena, const struct kube_pod *pod,
				      const char *file, size_t *ret_n) NODISCARD;

#endif
