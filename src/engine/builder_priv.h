/* SPDX-License-Identifier: Apache-2.0 */
/* builder_priv.h: the table of functions that each builder fills, and what they share. */
#ifndef LOCKSTEP_ENGINE_BUILDER_PRIV_H
#define LOCKSTEP_ENGINE_BUILDER_PRIV_H

#include "engine/builder.h"
#include "engine/cstorage.h"

/* Each function is what builder.h says of its namesake. */
struct builder_ops {
	enum dialect dialect;
	const char *program;
	const char *install; /* the command that brings it to Debian and Ubuntu */
	bool reproduces;     /* image IDs */
	const char *(*output_record)(struct arena *a, const struct graph_image *image);
	const char *(*image_ref)(struct arena *a, const char *image_id);

	struct builder *(*open)(const struct builder_opts *opts);
	void (*free)(struct builder *b);
	int (*prepare)(struct builder *b, struct err *err);
	int (*tidy)(struct builder *b, struct err *err);
	bool (*has)(struct builder *b, const char *image_id);
	int (*config)(struct builder *b, const char *image_id, struct arena *arena,
		      struct oci_config **ret, struct err *err);
	int (*find)(struct builder *b, const char *ref, char **ret, struct err *err);
	void (*pull_cmd)(struct builder *b, struct arena *a, const char *ref,
			 const struct platform *platform, struct builder_cmd *ret);
	void (*import_cmd)(struct builder *b, struct arena *a, const char *image_id,
			   struct builder_cmd *ret);
	void (*load_cmd)(struct builder *b, struct arena *a, const char *image_id, const char *name,
			 struct builder_cmd *ret);
	void (*export_cmd)(struct builder *b, struct arena *a, const char *image_id,
			   const char *dir, struct builder_cmd *ret);
	bool (*podman_cmd)(struct builder *b, struct arena *a, struct builder_cmd *ret);
	bool (*has_containers)(struct builder *b);
	void (*build_cmd)(struct builder *b, struct arena *a, const struct builder_build *build,
			  struct builder_cmd *ret);
	const char *(*no_cache_reason)(struct arena *a, const struct recipe *recipe);
	bool (*parse_step)(struct str line, size_t *ret_stage, size_t *ret_step);
	bool (*should_retry)(struct str tail);
	int (*probe)(struct builder *b, struct builder_info *ret, struct err *err);
};

/* First member of every builder's own struct. */
struct builder {
	const struct builder_ops *ops;
	char *state_dir;
	char *tmp_dir; /* TMPDIR of the builders: they leave things there when they are killed */
	struct store *store;
	const char *const *env;
};

extern const struct builder_ops builder_buildah_ops, builder_podman_ops;

/* The value of NAME in an environment list, or NULL. */
const char *builder_env(const char *const *env, const char *name);
/* Adds those of the names that are set to cmd->env, and what every builder gets. */
void builder_scrub_env(const struct builder *b, struct arena *a, const char *const *names, size_t n,
		       struct builder_cmd *cmd);
/* Two arguments. */
void builder_cmd_add2(struct builder_cmd *cmd, const char *flag, const char *value);
void builder_cmd_fini(struct builder_cmd *cmd);
/* The options that buildah, podman and docker spell alike: --build-arg, the graph's options,
 * --secret. */
void builder_add_options(struct arena *a, const struct builder_build *build,
			 struct builder_cmd *ret);
/* Empties our temporary folder, but for folders that begin with keep; makes it. */
int builder_tidy_tmp(struct builder *b, const char *keep, struct err *err) NODISCARD;
/* Runs a program that only answers; its standard output is appended to ret. */
int builder_ask(const char *const *argv, struct buf *ret, struct err *err) NODISCARD;

#endif
