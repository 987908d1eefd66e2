/* SPDX-License-Identifier: Apache-2.0 */
/* image_export.h: an image that a builder wrote into a folder, for reading. */
#ifndef LOCKSTEP_ENGINE_IMAGE_EXPORT_H
#define LOCKSTEP_ENGINE_IMAGE_EXPORT_H

#include "engine/image_layer.h"

/*
 * The folder holds an archive that docker saved (image_archive.h), or is an OCI layout of one image,
 * or what the containers tools call `dir:` (manifest.json, and each blob under the digits of its
 * digest), because layers that are not compressed in the storage need not be compressed in it, by
 * buildah and by podman. What lies in their storage is read there (cstorage_layers()). Everything is
 * in the arena that was given.
 */
#define IMAGE_EXPORT_ARCHIVE "image.tar"

struct image_export {
	struct str config;             /* the config blob */
	struct str manifest;           /* as it is; empty for an archive */
	const char *type;              /* of the manifest, if it says so */
	struct image_layer_at *layers; /* the lowest first */
	size_t nlayers;
};

/* ERR_FAILED when a blob is missing, has another size than the manifest says, or is no layer. */
int image_export_read(struct arena *arena, const char *dir, struct image_export *ret,
		      struct err *err) NODISCARD;

#endif
