/* SPDX-License-Identifier: Apache-2.0 */
/* builder_containers.h: what buildah and podman share: two container storages. */
#ifndef LOCKSTEP_ENGINE_BUILDER_CONTAINERS_H
#define LOCKSTEP_ENGINE_BUILDER_CONTAINERS_H

#include "engine/builder_priv.h"

/*
 * Both keep images as containers/storage, build with the same code and give the same image IDs, so
 * they share our storage, keys and traces. They differ in a few words of their command lines.
 */
struct containers_program {
	const char *name;
	const char *const *info;         /* argv that asks where the user's storage is, as JSON */
	const char *root, *run, *driver; /* its keys in `store` there */
	const char *build, *never_pull;  /* of a build */
	const char *remove_flag;         /* of `rm`, or NULL */
	const char *plain_flag; /* of a `push` that compresses nothing, or NULL: it does not */
};

struct containers_builder {
	struct builder base;
	const struct containers_program *program;
	struct cstorage own, user;
	bool user_known;
};

struct builder *builder_containers_open(const struct builder_opts *opts,
					const struct containers_program *program);
void builder_containers_free(struct builder *b);
int builder_containers_prepare(struct builder *b, struct err *err) NODISCARD;
int builder_containers_tidy(struct builder *b, struct err *err) NODISCARD;
int builder_containers_collect(struct builder *b, const struct builder_gc *gc,
			       struct builder_gc_result *ret, struct err *err) NODISCARD;
/* The driver of our storage, if there is one yet. */
bool builder_containers_driver(struct containers_builder *c);
/* Our storage, for a containers-storage: reference; after prepare. Caller frees. */
char *builder_containers_spec(struct builder *b) NODISCARD;
bool builder_containers_left(struct builder *b);
int builder_containers_has(struct builder *b, const char *image_id, struct err *err) NODISCARD;
bool builder_containers_in_place(struct builder *b, struct arena *a, const char *image_id,
				 struct image_export *ret);
int builder_containers_config(struct builder *b, const char *image_id, struct arena *arena,
			      struct oci_config **ret, struct err *err) NODISCARD;
int builder_containers_find(struct builder *b, const char *ref, char **ret, struct err *err)
	NODISCARD;
int builder_containers_probe(struct builder *b, struct builder_info *ret, struct err *err)
	NODISCARD;
char *builder_containers_service(struct builder *b) NODISCARD;

/* builder_buildah.c: what the containers tools may see of the environment. */
void builder_containers_env(const struct builder *b, struct arena *a, struct builder_cmd *cmd);
/* `rm` of these working containers in our storage. */
void builder_clean_cmd(struct containers_builder *c, struct arena *a, const json_t *containers,
		       struct builder_cmd *ret);
/* `rmi` of images in our storage, by the digits of their IDs. */
void builder_remove_cmd(struct containers_builder *c, struct arena *a, const char *const *ids,
			size_t n, struct builder_cmd *ret);

#endif
