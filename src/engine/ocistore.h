/* SPDX-License-Identifier: Apache-2.0 */
/* ocistore.h: images as OCI layouts in a folder of ours, each blob kept once. */
#ifndef LOCKSTEP_ENGINE_OCISTORE_H
#define LOCKSTEP_ENGINE_OCISTORE_H

#include "base/map.h"
#include "engine/image_export.h"

/*
 * For a builder that has no storage on this machine. Below the root:
 *
 *     blobs/sha256/HEX     every blob
 *     images/HEX/          by image ID: an OCI layout of that image alone, whose blobs/ is a link
 *     names/HEX/           what other tools fetched for us, by the digest of its name: as they write
 *                          it (`dir:` of the containers tools)
 *
 * An image is there or it is not: its folder comes by a rename, after all that it names was looked
 * at. What is under names/ becomes an image when it is asked for. Nothing here starts a process.
 */
struct ocistore {
	char *root;
};

void ocistore_init(struct ocistore *s, const char *root);
void ocistore_fini(struct ocistore *s);

/* Makes the folder that other tools write into: they make none on the way. */
int ocistore_make(const struct ocistore *s, struct err *err) NODISCARD;
/* The folder of an image, whether it is there or not; arena. */
const char *ocistore_dir(const struct ocistore *s, struct arena *a, const char *image_id);
/* The folder into which a tool shall write what name means; arena. */
const char *ocistore_name_dir(const struct ocistore *s, struct arena *a, const char *name);

/* Makes dir an empty layout that a builder fills: blobs that are here already need not be sent. dir
 * has to be on the same file system, and is not there yet. */
int ocistore_begin(const struct ocistore *s, const char *dir, struct err *err) NODISCARD;
/* Takes the image that was written into such a dir, which is gone then. ERR_FAILED when it is
 * another one, or not whole. */
int ocistore_take(const struct ocistore *s, const char *dir, const char *image_id, struct err *err)
	NODISCARD;

/* 1 if the image is there, 0 if not. */
int ocistore_has(const struct ocistore *s, const char *image_id, struct err *err) NODISCARD;
/* The image itself, in arena: 1 when it is there, 0 when not. */
int ocistore_read(const struct ocistore *s, const char *image_id, struct arena *a,
		  struct image_export *ret, struct err *err) NODISCARD;
/* The image ID that a name was fetched as; NULL in *ret when it was not. Caller frees. */
int ocistore_find(const struct ocistore *s, const char *name, char **ret, struct err *err)
	NODISCARD;

/* Removes what no image needs: halves of what was being written, and blobs. Nobody may be writing. */
int ocistore_tidy(const struct ocistore *s, struct err *err) NODISCARD;

/* Which images go: those not in keep (image ID → anything), and not younger than before_ms. */
struct ocistore_gc {
	const struct map *keep;
	int64_t before_ms;
	bool dry_run;
};
struct ocistore_gone {
	size_t images;
	int64_t bytes; /* of blobs that nothing else needs */
};
/* Removes these, names of them too, and what tidying removes. Nobody may be writing. */
int ocistore_collect(const struct ocistore *s, const struct ocistore_gc *gc,
		     struct ocistore_gone *ret, struct err *err) NODISCARD;

#endif
