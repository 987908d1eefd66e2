/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker.h: what docker's builders and podman's service share: the images of an engine. */
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
	bool service;   /* podman's is meant, and not docker's engine */
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
/* 1 if the engine has that image, under whatever name; 0 if not. */
int builder_docker_is_there(struct builder *b, const char *image_id, struct err *err) NODISCARD;
/* The engine, after it was found to be the one that is meant. */
int builder_docker_know(struct builder *b, struct docker_api **ret, struct err *err) NODISCARD;
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
/* The same for a request of one's own: its query, and what is to be filled in. */
void builder_docker_query(struct buf *path, const char *name, const char *value);
/* Takes json; an empty one is not said. */
void builder_docker_query_json(struct buf *path, const char *name, json_t *json);
struct docker_call_opts *builder_docker_call(struct builder *b, struct arena *a,
					     const struct buf *path, struct builder_cmd *ret);
/* A build: what is sent, the Dockerfile under that name, and where the image ID goes. */
struct docker_call_opts *builder_docker_build_call(struct builder *b, struct arena *a,
						   const struct buf *path,
						   const struct builder_build *build,
						   const char *name, struct builder_cmd *ret);
/* The arguments that are given, and the platform where it is another than this machine's. */
void builder_docker_query_args(struct buf *path, const struct builder_build *build);
void builder_docker_build(struct builder *b, struct arena *a, const struct builder_build *build,
			  struct builder_cmd *ret);

/* builder_docker_cmd.c */
void builder_docker_push(struct builder *b, struct arena *a, const char *image_id, const char *ref,
			 const char *digest_file, struct builder_cmd *ret);

static inline struct docker_builder *
docker_builder(struct builder *b)
{
	return (struct docker_builder *)b;
}

#endif
