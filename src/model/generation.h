/* SPDX-License-Identifier: Apache-2.0 */
/* generation.h: what a release came to, image by image, as the next runner wants to know it. */
#ifndef LOCKSTEP_MODEL_GENERATION_H
#define LOCKSTEP_MODEL_GENERATION_H

#include "base/arena.h"
#include "base/json.h"
#include "base/sha256.h"

#include <stdint.h>

/*
 * One JSON document a registry (docs/registry.md, "The last release"). It says nothing that the
 * registry does not say elsewhere, and nothing that ever ceases to be true: this key gave this
 * manifest. So who reads an old one knows less, and nothing wrong. Digests are not in it, they follow
 * from the texts: a document whose parts do not hash to each other is none.
 */
struct generation_image {
	const char *name; /* in the graph */
	struct sha256 key;
	const char *digest; /* of the manifest; not read by generation_text() */
	const char *image_id;
	const char *media_type;
	struct str manifest; /* its bytes */
	struct str config;   /* the config's, of an image that others stand on; else empty */
	const char *passed;  /* digests of checks, a blank between them */
	int64_t took_ms;     /* the build; 0 = not known */
};

struct generation {
	struct arena *arena; /* of one that was parsed; else NULL */
	const char *tag;     /* that names these images, as far as nobody moved it since */
	struct generation_image *images; /* by name, once it was parsed */
	size_t n;
};

/* The document, canonical: what goes into it in any order comes out the same. Manifests and configs
 * that are no text (no UTF-8) are left out, with their image. Caller frees. */
char *generation_text(const struct generation *g) NODISCARD;
/* Reads one; file names it in messages. ERR_INPUT says what is wrong with it. */
int generation_parse(struct str text, const char *file, struct generation **ret, struct err *err)
	NODISCARD;
/* Of one that was parsed; NULL when it has no such image, or with another key. */
const struct generation_image *generation_find(const struct generation *g, const char *name,
					       struct sha256 key);
/* NULL is fine. */
void generation_free(struct generation *g);

static inline void
generation_freep(struct generation **g)
{
	generation_free(*g);
}

#define AUTO_GENERATION CLEANUP(generation_freep)

#endif
