/* SPDX-License-Identifier: Apache-2.0 */
/* image_archive.h: an image that docker saved into an archive. */
#ifndef LOCKSTEP_ENGINE_IMAGE_ARCHIVE_H
#define LOCKSTEP_ENGINE_IMAGE_ARCHIVE_H

#include "engine/image_export.h"

/*
 * `docker save`: a tar archive with manifest.json, which names the file of the config and those of
 * the layers; those may be links to each other. Engines from version 25 on name them as OCI layouts
 * do, but the same way. The members are written into dir under names of our own, as the archive is
 * not to be trusted with any, and the archive is removed.
 */
int image_archive_read(struct arena *arena, const char *dir, struct image_export *ret,
		       struct err *err) NODISCARD;

#endif
