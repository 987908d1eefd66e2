/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker.h: what docker's builders share: the images of an engine. */
#ifndef LOCKSTEP_ENGINE_BUILDER_DOCKER_H
#define LOCKSTEP_ENGINE_BUILDER_DOCKER_H

#include "engine/builder_priv.h"
#include "remote/docker_api.h"

struct docker_builder {
	struct builder base;
	struct docker_api *api;
	char *program;  /* the client that builds, after prepare; NULL = the engine by itself */
	json_t *images; /* of the engine, while nothing of ours changes them */
	bool working;   /* commands run: nothing is remembered */
};

struct builder *builder_docker_open(const struct builder_opts *opts);
void builder_docker_free(struct builder *b);
void builder_docker_forget(struct builder *b);
int builder_docker_has(struct builder *b, const char *image_id, struct err *err) NODISCARD;
int builder_docker_config(struct builder *b, const char *image_id, struct arena *arena,
			  struct oci_config **ret, struct err *err) NODISCARD;
int builder_docker_find(struct builder *b, const char *ref, char **ret, struct err *err) NODISCARD;
int builder_docker_export_empty(struct builder *b, const char *image_id, const char *dir,
				struct err *err) NODISCARD;
int builder_docker_collect(struct builder *b, const struct builder_gc *gc,
			   struct builder_gc_result *ret, struct err *err) NODISCARD;
int builder_docker_keep(struct builder *b, const char *dir, const char *image_id, struct err *err)
	NODISCARD;
int builder_docker_prepare(struct builder *b, struct err *err) NODISCARD;
bool builder_docker_runs_here(struct builder *b);
int builder_docker_limits(struct builder *b, bool anew, struct builder_limits *ret, struct err *err)
	NODISCARD;
int builder_docker_probe(struct builder *b, struct builder_info *ret, struct err *err) NODISCARD;
int builder_docker_tidy(struct builder *b, struct err *err) NODISCARD;
/* Containers of ours are in the engine; and their list, whose caller releases it. */
bool builder_docker_left(struct builder *b);
int builder_docker_containers(struct builder *b, json_t **ret, struct err *err) NODISCARD;
/* The engine, not met yet. */
int builder_docker_api(struct builder *b, struct docker_api **ret, struct err *err) NODISCARD;

/* builder_docker_call.c: what the engine is asked for directly. */
void builder_docker_pull(struct builder *b, struct arena *a, const char *text,
			 const struct platform *platform, struct builder_cmd *ret);
void builder_docker_load(struct builder *b, struct arena *a, const char *image_id, const char *name,
			 struct builder_cmd *ret);
void builder_docker_import(struct builder *b, struct arena *a, const char *image_id,
			   struct builder_cmd *ret);
void builder_docker_export(struct builder *b, struct arena *a, const char *image_id,
			   const char *dir, struct builder_cmd *ret);
void builder_docker_build(struct builder *b, struct arena *a, const struct builder_build *build,
			  struct builder_cmd *ret);

static inline struct docker_builder *
docker_builder(struct builder *b)
{
	return (struct docker_builder *)b;
}

#endif
