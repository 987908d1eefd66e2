/* SPDX-License-Identifier: Apache-2.0 */
/* pod_priv.h: what the reader and the writer of pods share. */
#ifndef LOCKSTEP_ENGINE_POD_PRIV_H
#define LOCKSTEP_ENGINE_POD_PRIV_H

#include "engine/pod.h"

/* The ConfigMap or Secret of that name among the documents, or NULL. */
const struct yaml *pod_find_document(const struct pod *pod, const char *name);
/* Adds "did you mean 'x'?", or what there is. */
void pod_hint_names(struct err *e, const char *name, const char *const *known, size_t n);

#endif
