/* SPDX-License-Identifier: Apache-2.0 */
/* oci.h: the part of an image's config that a child's build can see. */
#ifndef LOCKSTEP_MODEL_OCI_H
#define LOCKSTEP_MODEL_OCI_H

#include "base/arena.h"
#include "base/err.h"

/* OCI image-spec config.md, and docker's OnBuild and Shell, which buildah keeps in docker
 * configs only. */
struct oci_config {
	char **env; /* "NAME=value" in order */
	size_t nenv;
	char **onbuild; /* trigger texts in order */
	size_t nonbuild;
	const char *workdir; /* "" when unset */
	const char *user;    /* "" when unset */
	const char
		*canonical; /* canonical JSON of Env, OnBuild, WorkingDir, User, Shell, Entrypoint,
				  Cmd, Volumes, Labels, ExposedPorts, StopSignal, Healthcheck */
	const char *os, *arch, *variant;
	const char *created; /* RFC 3339 or "" */
};

/* Parses a config blob; file names it in messages. */
struct oci_config *oci_config_parse(struct arena *arena, struct str json, const char *file,
				    struct err *err) NODISCARD;

#endif
