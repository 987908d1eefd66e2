/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildx.h: BuildKit wherever it is, through buildx; what its two files share. */
#ifndef LOCKSTEP_ENGINE_BUILDER_BUILDX_H
#define LOCKSTEP_ENGINE_BUILDER_BUILDX_H

#include "engine/builder_priv.h"
#include "engine/ocistore.h"

/*
 * A builder of buildx (`docker buildx ls`: a daemon, a container, a pod of Kubernetes) keeps no
 * images that lockstep could use, and shares no storage with this machine. Each image is therefore
 * sent back as an OCI layout, and to the builds that stand on it as a named context of exactly that
 * layout. Which builder it is, is buildx's own business: BUILDX_BUILDER, or `docker buildx use`.
 *
 * "The user's storage" is that of another builder: docker's engine where one listens, else that of
 * buildah and podman. skopeo copies between here, there and registries. An image that is to be run
 * is loaded into a storage that lockstep's podman has beside the layouts.
 */
struct buildx_builder {
	struct builder base;
	struct ocistore store;
	char *program;        /* after prepare or probe */
	struct builder *user; /* NULL = there is none */
	enum builder_kind user_kind;
	struct builder *runs; /* podman, on a storage beside the store */
	struct arena *arena;
	struct buildx_info info;
	bool known, remembered; /* info */
};

static inline struct buildx_builder *
buildx_builder(struct builder *b)
{
	return (struct buildx_builder *)b;
}

/* The name under which the store has what a reference means. arena. */
const char *builder_buildx_name(struct arena *a, const char *ref);

/* x->runs, ready to run images; NULL when it cannot be. */
struct builder *builder_buildx_runs(struct builder *b);

/* builder_buildx_cmd.c */
void builder_buildx_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
			      struct builder_cmd *ret);
/* The folder below build->dir that the image is written into. */
const char *builder_buildx_out(struct arena *a, const char *dir);
void builder_buildx_pull_cmd(struct builder *b, struct arena *a, const char *ref,
			     const struct platform *platform, struct builder_cmd *ret);
void builder_buildx_import_cmd(struct builder *b, struct arena *a, const char *image_id,
			       struct builder_cmd *ret);
void builder_buildx_load_cmd(struct builder *b, struct arena *a, const char *image_id,
			     const char *name, struct builder_cmd *ret);
bool builder_buildx_run_load_cmd(struct builder *b, struct arena *a, const char *image_id,
				 struct builder_cmd *ret);
void builder_buildx_push_cmd(struct builder *b, struct arena *a, const char *image_id,
			     const char *ref, const char *digest_file, struct builder_cmd *ret);

#endif
