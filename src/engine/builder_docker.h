/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker.h: what docker's builders share: the images of an engine. */
#ifndef LOCKSTEP_ENGINE_BUILDER_DOCKER_H
#define LOCKSTEP_ENGINE_BUILDER_DOCKER_H

#include "engine/builder_priv.h"
#include "remote/docker_api.h"

struct docker_builder {
	struct builder base;
	struct docker_api *api;
	char *program;  /* the client, after prepare */
	char *version;  /* of the engine, when asked */
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
int builder_docker_keep(struct builder *b, const char *image_id, struct err *err) NODISCARD;
int builder_docker_prepare(struct builder *b, struct err *err) NODISCARD;
int builder_docker_limits(struct builder *b, struct builder_limits *ret, struct err *err) NODISCARD;
int builder_docker_probe(struct builder *b, struct builder_info *ret, struct err *err) NODISCARD;
int builder_docker_tidy(struct builder *b, struct err *err) NODISCARD;

static inline struct docker_builder *
docker_builder(struct builder *b)
{
	return (struct docker_builder *)b;
}

#endif
