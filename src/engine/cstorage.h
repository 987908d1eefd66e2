/* SPDX-License-Identifier: Apache-2.0 */
/* cstorage.h: reading a containers/storage folder, as buildah and podman keep it. */
#ifndef LOCKSTEP_ENGINE_CSTORAGE_H
#define LOCKSTEP_ENGINE_CSTORAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <sys/stat.h>

struct arena;
struct image_export;

/*
 * Asking the builder whether an image is there costs 30 to 60 ms a question; a run with nothing to
 * do must start no builder at all. The layout that is read here is containers/storage's own
 * (images.go): <root>/<driver>-images/images.json lists images with their names, and
 * <root>/<driver>-images/<id>/=<base64 of "sha256:<id>"> is the config blob. Both are only read;
 * everything that writes goes through the builder.
 */
struct cstorage {
	char *root;        /* graph root */
	char *run;         /* run root */
	char *driver;      /* "overlay", "vfs" */
	json_t *images;    /* images.json as last read, or NULL */
	struct stat stamp; /* of that file; it is read again when it has moved */
};

void cstorage_fini(struct cstorage *s);
/* True if the image with ID "sha256:<hex>" is there. */
bool cstorage_has(const struct cstorage *s, const char *image_id);
/* The config blob, checked against its ID. 1 found, 0 not. */
int cstorage_config(const struct cstorage *s, const char *image_id, struct buf *ret,
		    struct err *err) NODISCARD;
/* The image ID ("sha256:<hex>") that carries the normalised name (ref_text); NULL in *ret when
 * none does. Caller frees. */
int cstorage_find(struct cstorage *s, const char *name, char **ret, struct err *err) NODISCARD;
/* The layers of an image where they lie, unpacked, and its config. False when they are not all there
 * as they came, or in a way that is not known here. arena. */
bool cstorage_layers(const struct cstorage *s, struct arena *a, const char *image_id,
		     struct image_export *ret);
/* A list that the storage keeps, such as ("layers", "volatile-layers.json"); NULL when there is none
 * that can be read. The caller releases it. */
json_t *cstorage_list(const struct cstorage *s, const char *kind, const char *name) NODISCARD;
/* "[driver@root+run]", the prefix of a containers-storage: reference; caller frees. */
char *cstorage_spec(const struct cstorage *s) NODISCARD;

#endif
