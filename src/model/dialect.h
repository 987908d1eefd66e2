/* SPDX-License-Identifier: Apache-2.0 */
/* dialect.h: the ways in which builders read the same Dockerfile differently. */
#ifndef LOCKSTEP_MODEL_DIALECT_H
#define LOCKSTEP_MODEL_DIALECT_H

#include "base/enum.h"

/*
 * containers: imagebuilder as buildah and podman use it (1.28 is the reference);
 * classic: docker's builder without BuildKit (20.10); buildkit: BuildKit's dockerfile frontend.
 * The semantics number is part of every key: it is bumped when lockstep's evaluation for that
 * dialect is corrected, so that keys made with the wrong evaluation are never reused.
 */
#define DIALECT_LIST(X)                                                                            \
	X(DIALECT_CONTAINERS, "containers")                                                        \
	X(DIALECT_CLASSIC, "classic")                                                              \
	X(DIALECT_BUILDKIT, "buildkit")
ENUM_DECLARE(dialect, DIALECT_LIST);

int dialect_semantics(enum dialect d);

#endif
