/* SPDX-License-Identifier: Apache-2.0 */
/* oci_image.h: images small enough to be written by hand. */
#ifndef LOCKSTEP_TESTS_OCI_IMAGE_H
#define LOCKSTEP_TESTS_OCI_IMAGE_H

#include "base/sha256.h"

/*
 * An image whose one layer holds these bytes (no archive: nobody unpacks it) and whose config is this
 * text. Its image ID is written to id. dir/name is made: in the form of `dir:`, or, where layout is
 * set, as an OCI layout; folders that exist are written into.
 */
struct oci_image {
	const char *config, *layer;
	bool layout;
};

void oci_image_write(const struct oci_image *image, const char *dir, const char *name,
		     char id[DIGEST_SIZE]);

#endif
