/* SPDX-License-Identifier: Apache-2.0 */
/* builder_priv.h: the table of functions that each builder fills, and what they share. */
#ifndef LOCKSTEP_ENGINE_BUILDER_PRIV_H
#define LOCKSTEP_ENGINE_BUILDER_PRIV_H

#include "base/env.h"
#include "engine/builder.h"
#include "engine/cstorage.h"
#include "model/buildx.h"

struct runner_ops;

/* What a builder cannot do, and how to say so. */
struct builder_limits {
	char *who;           /* "docker 20.10.24" */
	const char *who_can; /* where the frontend is at fault */
	unsigned frontend;   /* N of the BuildKit 0.N whose own frontend it is; 0 = not judged */
	const struct buildx_info *nodes; /* that build, or NULL */
	bool only_layers, no_secrets;
	bool no_files;          /* beside the context: what ADD downloads */
	bool few_networks;      /* the machine's, or none */
	bool remembered;        /* all this may have changed since it was asked */
	bool no_trigger_images; /* what a trigger names is whatever has that name then */
	bool no_trigger_from;   /* nor does a trigger see what it names at all */
};

/* Each function is what builder.h says of its namesake; forget, keep, image_dir, begin and limits may
 * be NULL, and export_cmd where image_dir is not. */
struct builder_ops {
	enum dialect dialect;
	const char *program;
	const char *install; /* how to get it */
	bool reproduces;     /* image IDs, until its version is known */
	const char *(*output_record)(struct arena *a, const struct graph_image *image);
	const char *(*image_ref)(struct arena *a, const char *image_id);

	struct builder *(*open)(const struct builder_opts *opts);
	void (*free)(struct builder *b);
	int (*prepare)(struct builder *b, struct err *err);
	int (*tidy)(struct builder *b, struct err *err);
	int (*collect)(struct builder *b, const struct builder_gc *gc,
		       struct builder_gc_result *ret, struct err *err); /* may be NULL */
	void (*forget)(struct builder *b);
	int (*has)(struct builder *b, const char *image_id, struct err *err);
	int (*config)(struct builder *b, const char *image_id, struct arena *arena,
		      struct oci_config **ret, struct err *err);
	int (*find)(struct builder *b, const char *ref, char **ret, struct err *err);
	int (*keep)(struct builder *b, const char *dir, const char *image_id, struct err *err);
	const char *(*image_dir)(struct builder *b, struct arena *a, const char *image_id);
	bool (*in_place)(struct builder *b, struct arena *a, const char *image_id,
			 struct image_export *ret); /* may be NULL */
	void (*pull_cmd)(struct builder *b, struct arena *a, const char *ref,
			 const struct platform *platform, struct builder_cmd *ret);
	void (*import_cmd)(struct builder *b, struct arena *a, const char *image_id,
			   struct builder_cmd *ret);
	void (*load_cmd)(struct builder *b, struct arena *a, const char *image_id, const char *name,
			 struct builder_cmd *ret);
	void (*export_cmd)(struct builder *b, struct arena *a, const char *image_id,
			   const char *dir, struct builder_cmd *ret);
	int (*export_empty)(struct builder *b, const char *image_id, const char *dir,
			    struct err *err); /* may be NULL */
	bool (*podman_cmd)(struct builder *b, struct arena *a, struct builder_cmd *ret);
	bool (*run_load_cmd)(struct builder *b, struct arena *a, const char *image_id,
			     struct builder_cmd *ret); /* may be NULL */
	bool (*has_containers)(struct builder *b);
	const struct runner_ops *runner; /* what runs its images */
	void (*push_cmd)(struct builder *b, struct arena *a, const char *image_id, const char *ref,
			 const char *digest_file, struct builder_cmd *ret);
	int (*begin)(struct builder *b, struct arena *a, const struct builder_build *build,
		     struct err *err); /* before build_cmd */
	void (*build_cmd)(struct builder *b, struct arena *a, const struct builder_build *build,
			  struct builder_cmd *ret);
	int (*limits)(struct builder *b, bool anew, struct builder_limits *ret, struct err *err);
	bool (*runs_here)(struct builder *b); /* after limits; NULL = never known to */
	size_t (*notes)(struct arena *a, const struct recipe *recipe,
			const char ***ret); /* may be NULL */
	/* NULL: its cache compares what instructions mean, and files by what staging leaves of them; or
	 * none is used. */
	const char *(*no_cache_reason)(struct arena *a, const struct recipe *recipe);
	int (*step_line)(const struct recipe *recipe, struct str line);
	bool (*output)(struct str *line); /* may be NULL */
	bool (*should_retry)(struct str tail);
	int (*probe)(struct builder *b, struct builder_info *ret, struct err *err);
	char *(*service)(struct builder *b); /* may be NULL */
};

/* First member of every builder's own struct. */
struct builder {
	const struct builder_ops *ops;
	char *state_dir;
	char *tmp_dir; /* TMPDIR of the builders: they leave things there when they are killed */
	struct store *store;
	const char *const *env;
	const char *const *insecure;
	size_t ninsecure;
	bool reproduces;
};

extern const struct builder_ops builder_buildah_ops, builder_podman_ops, builder_podman_service_ops,
	builder_docker_ops, builder_docker_classic_ops, builder_buildx_ops;

/* builder_buildah.c: how FROM means an image for buildah, podman and podman's service, and what they
 * print. */
const char *builder_containers_ref(struct arena *a, const char *image_id);
int builder_containers_line(const struct recipe *recipe, struct str line);
bool builder_containers_retry(struct str tail);
/* builder_check.c */
void builder_check_limits(const struct builder_limits *limits, const struct graph_image *image,
			  const struct recipe *recipe, struct err_list *errs);
/*
 * builder_buildkit.c. An image of lockstep has a name that says its image ID, in a domain that no
 * registry can have: FROM can mean it exactly (BuildKit takes no bare ID), and in a docker engine
 * `docker image prune` leaves it.
 */
#define BUILDKIT_KEPT "lockstep.invalid/id"
const char *builder_buildkit_ref(struct arena *a, const char *image_id);
/* step_line of BuildKit's plain progress; contexts: the images of FROM are given as such. */
int builder_buildkit_line(const struct recipe *recipe, struct str line, bool contexts);

/* The namesake of builder.h for it. */
bool builder_buildkit_output(struct str *line);

/* The registry of ref may speak http or have a certificate of its own: it is loopback, or was named
 * so. */
bool builder_is_insecure(const struct builder *b, const char *ref);
/* Adds those of the names that are set to cmd->env, and what every builder gets. */
void builder_scrub_env(const struct builder *b, struct arena *a, const char *const *names, size_t n,
		       struct builder_cmd *cmd);
/* Two arguments. */
void builder_cmd_add2(struct builder_cmd *cmd, const char *flag, const char *value);
/* A field of a secret, as graph_secret_field(), but that alone; NULL = it has none. arena. */
const char *builder_secret_field(struct arena *a, const char *secret, const char *field);
/* After the last argument. */
void builder_cmd_end(struct builder_cmd *cmd);
void builder_cmd_fini(struct builder_cmd *cmd);
/* The options that buildah, podman and docker spell alike: --platform, --build-arg, the graph's
 * options, --secret. */
void builder_add_options(struct arena *a, const struct builder_build *build,
			 struct builder_cmd *ret);
/* Empties our temporary folder, but for folders that begin with keep; makes it. */
int builder_tidy_tmp(struct builder *b, const char *keep, struct err *err) NODISCARD;
/* builder_question.c: a question whose answer holds while these variables and files are as they are. */
struct builder_question {
	const char *name; /* under which the answer is remembered */
	const char *who;  /* is asked */
	const char *const *vars, *const *files;
	size_t nvars, nfiles;
};
/* Appends the remembered answer: 1; 0 when there is none. */
int builder_recall(struct builder *b, const struct builder_question *q, struct buf *ret,
		   struct err *err) NODISCARD;
int builder_remember(struct builder *b, const struct builder_question *q, struct str said,
		     struct err *err) NODISCARD;
/* Runs a program that only answers; its standard output is appended to ret. */
int builder_ask(const char *const *argv, struct buf *ret, struct err *err) NODISCARD;

#endif
