/* SPDX-License-Identifier: Apache-2.0 */
/* image_export.h: an image that a builder wrote into a folder, for reading. */
#ifndef LOCKSTEP_ENGINE_IMAGE_EXPORT_H
#define LOCKSTEP_ENGINE_IMAGE_EXPORT_H

#include "base/arena.h"
#include "base/err.h"

/*
 * The folder holds an archive that docker saved (image_archive.h), or is an OCI layout of one image,
 * or what the containers tools call `dir:` (manifest.json, and each blob under the digits of its
 * digest), because layers that are not compressed in the storage are not compressed in it either, by
 * buildah and by podman. Everything is in the arena that was given.
 */
#define IMAGE_EXPORT_ARCHIVE "image.tar"

struct image_export {
	struct str config;   /* the config blob */
	struct str manifest; /* as it is; empty for an archive */
	const char *type;    /* of the manifest, if it says so */
	const char **layers; /* files, the lowest layer first: tar, plain or compressed */
	size_t nlayers;
};

/* ERR_FAILED when a blob is missing, has another size than the manifest says, or is no layer. */
int image_export_read(struct arena *arena, const char *dir, struct image_export *ret,
		      struct err *err) NODISCARD;

#endif
