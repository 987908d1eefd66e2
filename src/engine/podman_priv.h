/* SPDX-License-Identifier: Apache-2.0 */
/* podman_priv.h: what podman's files share. */
#ifndef LOCKSTEP_ENGINE_PODMAN_PRIV_H
#define LOCKSTEP_ENGINE_PODMAN_PRIV_H

#include "engine/podman.h"

#define PODMAN_LABEL "lockstep.state"

/* The builder keeps images where podman cannot see them. */
int podman_none(struct err *err);

#endif
