/* SPDX-License-Identifier: Apache-2.0 */
/* oci_layout.h: an image as a folder: OCI image-spec image-layout.md. */
#ifndef LOCKSTEP_ENGINE_OCI_LAYOUT_H
#define LOCKSTEP_ENGINE_OCI_LAYOUT_H

#include "base/arena.h"
#include "base/err.h"

/* Of a layout that holds one image. Everything is in the arena that was given. */
struct oci_layout {
	struct str config;   /* the config blob */
	const char **layers; /* files, the lowest layer first: tar, plain or compressed */
	size_t nlayers;
};

/* ERR_FAILED when a blob is missing, has another size than the manifest says, or is no layer. */
int oci_layout_read(struct arena *arena, const char *dir, struct oci_layout *ret, struct err *err)
	NODISCARD;

#endif
