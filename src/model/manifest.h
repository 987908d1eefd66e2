/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.h: manifests and indexes of the OCI image specification, and docker's of the same shape. */
#ifndef LOCKSTEP_MODEL_MANIFEST_H
#define LOCKSTEP_MODEL_MANIFEST_H

#include "base/enum.h"
#include "base/json.h"
#include "model/platform.h"

#define MANIFEST_TYPE_LIST(X)                                                                      \
	X(MANIFEST_OCI_INDEX, "application/vnd.oci.image.index.v1+json")                           \
	X(MANIFEST_OCI_IMAGE, "application/vnd.oci.image.manifest.v1+json")                        \
	X(MANIFEST_DOCKER_LIST, "application/vnd.docker.distribution.manifest.list.v2+json")       \
	X(MANIFEST_DOCKER_IMAGE, "application/vnd.docker.distribution.manifest.v2+json")
ENUM_DECLARE(manifest_type, MANIFEST_TYPE_LIST);

/* The empty config of an artifact, "{}" (image-spec manifest.md, "Guidance for an Empty
 * Descriptor"). */
#define MANIFEST_EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define MANIFEST_EMPTY_DIGEST                                                                      \
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

/* A descriptor: of an index a manifest, of a manifest a layer. Texts are borrowed from the JSON. */
struct manifest_item {
	const char *digest; /* "sha256:<64 hex>" */
	const char *media_type;
	const char *artifact_type; /* or NULL */
	uint64_t size;
	bool has_platform;
	struct platform platform;
	const json_t *annotations; /* or NULL */
};

struct manifest {
	json_t *json; /* owns all texts */
	enum manifest_type type;
	bool is_index;
	const char *artifact_type; /* or NULL */
	const char *subject;       /* digest, or NULL */
	struct manifest_item config;
	struct manifest_item *items; /* manifests of an index, layers of a manifest */
	size_t nitems;
};

/*
 * media_type: what the server said it is (parameters such as charset are fine), or NULL; it must
 * not contradict the document. ERR_INPUT says what is wrong; schema 1 (also "prettyjws") is, as are
 * digests other than SHA-256. file is used in messages.
 */
int manifest_parse(struct str json, const char *media_type, const char *file, struct manifest **ret,
		   struct err *err) NODISCARD;
void manifest_free(struct manifest *m);
/* Which of an index is for the platform: equal in OS, architecture and variant; else, where the index
 * or the platform names no variant, equal in the others. NULL if none is. Attestations, whose
 * platform is unknown/unknown, are never chosen. */
const struct manifest_item *manifest_choose(const struct manifest *index,
					    const struct platform *platform);

static inline void
manifest_freep(struct manifest **m)
{
	manifest_free(*m);
}

#define AUTO_MANIFEST CLEANUP(manifest_freep)

#endif
