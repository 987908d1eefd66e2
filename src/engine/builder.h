/* SPDX-License-Identifier: Apache-2.0 */
/* builder.h: the program that builds, and the storage it builds in. */
#ifndef LOCKSTEP_ENGINE_BUILDER_H
#define LOCKSTEP_ENGINE_BUILDER_H

#include "base/vec.h"
#include "io/proc.h"
#include "model/graph.h"
#include "model/recipe.h"
#include "store/store.h"

/*
 * What the rest of the engine asks of a builder, whichever it is. Each has one table of functions
 * (builder_priv.h), and nothing outside these files knows which one is at work.
 *
 * Images are known by their image IDs alone, in a storage that the builder keeps for lockstep:
 * buildah and podman build in a container storage of our own below the state folder, nameless,
 * because in a storage that others build in, a layer that was cached without --timestamp would be
 * reused by a build with it, and because a base's local name leaks into the history of what is
 * built on it (keys.md 6). docker builds in its engine, where a private tag that is derived from
 * the image ID keeps an image from being pruned. buildx builds somewhere else and sends each image
 * back as an OCI layout (engine/ocistore). Nothing here starts a process but where it says so.
 */
struct builder;
struct image_export;

struct builder_opts {
	enum builder_kind kind; /* not BUILDER_AUTO: builder_choose() comes first */
	const char *state_dir;
	struct store *store; /* remembers where the user's storage is; may be NULL */
	const char *const
		*env; /* "NAME=value" list of the command's environment, NULL at the end */
	const char *const *insecure; /* "host[:port]" of registries, as in registry_opts */
	size_t ninsecure;
};

/* What `builder: auto` means on this machine: the first of buildah, podman, docker and docker-buildx
 * that is in PATH; when none is, podman's service where its socket is, else buildah, whose absence is
 * then told. Other kinds are themselves. */
enum builder_kind builder_choose(enum builder_kind kind);
/* How to get it on Debian and Ubuntu. */
const char *builder_install(enum builder_kind kind);
/* How that builder reads Dockerfiles and ignore files. */
enum dialect builder_dialect(enum builder_kind kind);
/* Fields of the key's `output` record, TAB-separated and encoded: everything that shapes the image
 * ID apart from the recipe. */
const char *builder_output_record(enum builder_kind kind, struct arena *a,
				  const struct graph_image *image);
/* The reference that the rendered Dockerfile uses for an image in our storage; arena. */
const char *builder_image_ref(enum builder_kind kind, struct arena *a, const char *image_id);

int builder_open(const struct builder_opts *opts, struct builder **ret, struct err *err) NODISCARD;
void builder_free(struct builder *b);

/* Before the first command: learns what the commands need. May run the builder once. */
int builder_prepare(struct builder *b, struct err *err) NODISCARD;

/* Removes what builders that were killed left in our storage and in our temporary folder; the
 * caches of RUN --mount=type=cache stay. Runs the builder only when there is something; nobody else
 * may be building. */
int builder_tidy(struct builder *b, struct err *err) NODISCARD;

/* Removes images that nobody needs: of ours, not in keep (image ID → anything), and not younger than
 * before_ms. What layers of a kept image were made of stays as well, for the layer cache. Nobody else
 * may be building. In an engine, which is not ours, only images in `old` (the same) count. */
struct builder_gc {
	const struct map *keep, *old;
	int64_t before_ms;
	bool dry_run;
};
struct builder_gc_result {
	size_t images;
	int64_t bytes; /* of layers that nothing else needs; 0 where the builder does not tell */
};
int builder_collect(struct builder *b, const struct builder_gc *gc, struct builder_gc_result *ret,
		    struct err *err) NODISCARD;

/* What was asked is asked again: others may have built meanwhile. */
void builder_forget(struct builder *b);
/* 1 if the image is in our storage, 0 if not. */
int builder_has(struct builder *b, const char *image_id, struct err *err) NODISCARD;
/* Its config, parsed into arena; NULL in *ret when it is in neither storage. */
int builder_config(struct builder *b, const char *image_id, struct arena *arena,
		   struct oci_config **ret, struct err *err) NODISCARD;
/* The image ID that a reference means on this machine: by name in the user's storage, or itself
 * when it is an ID. NULL in *ret when it is not here, or is for another platform than the one that
 * is asked for (NULL = any). The first call may run the builder once to
 * ask where the user's storage is; the answer is remembered while its configuration files stay
 * as they are. Caller frees. */
int builder_find(struct builder *b, const char *ref, const struct platform *platform, char **ret,
		 struct err *err) NODISCARD;

/* Makes an image that was just built in dir (builder_build.dir) stay, whatever the user's builder
 * removes. */
int builder_keep(struct builder *b, const char *dir, const char *image_id, struct err *err)
	NODISCARD;

/* One command of the builder, ready for builder_task_start(): a command line, or a request. */
struct builder_cmd {
	VEC(const char *) argv;              /* NULL-terminated */
	VEC(const char *) env;               /* NULL-terminated; scrubbed */
	const struct docker_call_opts *call; /* NULL = the command line */
};

/* Pulls an external into the user's storage. */
void builder_pull_cmd(struct builder *b, struct arena *a, const char *ref,
		      const struct platform *platform, struct builder_cmd *ret);
/* Brings an image of the user's storage into ours. */
void builder_import_cmd(struct builder *b, struct arena *a, const char *image_id,
			struct builder_cmd *ret);
/* Gives an image of ours a name in the user's storage. */
void builder_load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
		      struct builder_cmd *ret);
/* Where an image of ours lies as engine/image_export reads it; NULL when it has to be exported for
 * that. arena. */
const char *builder_image_dir(struct builder *b, struct arena *a, const char *image_id);
/* True if an image of ours can perhaps be read where it lies, without an export: what fails then is to
 * be tried with one. arena. */
bool builder_in_place(struct builder *b, struct arena *a, const char *image_id,
		      struct image_export *ret);
/* Writes an image of ours into a new folder, for engine/image_export. */
void builder_export_cmd(struct builder *b, struct arena *a, const char *image_id, const char *dir,
			struct builder_cmd *ret);
/* 1 if this is an image without layers, which the builder does not export, and it was written into
 * that folder; 0 if not. */
int builder_export_empty(struct builder *b, const char *image_id, const char *dir, struct err *err)
	NODISCARD;
/* False if two builds of one key give two image IDs, so that only tree IDs (engine/image_tree) can
 * tell that an image came out as it was. */
bool builder_reproduces(const struct builder *b);
/* Sends an image of ours to a registry under ref; its program writes the digest of the manifest into
 * digest_file. */
void builder_push_cmd(struct builder *b, struct arena *a, const char *image_id, const char *ref,
		      const char *digest_file, struct builder_cmd *ret);
/* True if the image is in the user's storage under that name. */
bool builder_is_loaded(struct builder *b, const char *image_id, const char *name);

/* The beginning of a command line of podman on our storage: what runs images has to see those that
 * were built. NULL is pushed by the caller. False when they are in no such storage. */
bool builder_podman_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret);
/* True, and a command that brings an image of ours to where it can be run, when it does not lie there:
 * to be done before each time that containers of it are started. */
bool builder_run_load_cmd(struct builder *b, struct arena *a, const char *image_id,
			  struct builder_cmd *ret);
/* Containers or volumes, of whoever, are in our storage. */
bool builder_has_containers(struct builder *b);
/* By which what we start can be told from what others do: a digest of the state folder; arena. */
const char *builder_mark(const struct builder *b, struct arena *a);

struct builder_build {
	const struct graph_image *image;
	const struct recipe *recipe;
	const char *const *image_ids; /* of the recipe's images */
	const char *dir;              /* of this build alone; there until builder_keep() */
	const char *context;          /* the staged folder */
	const char *dockerfile;       /* the rendered file */
	const char *files; /* the folder that RECIPE_FILES stands for; NULL = none is needed */
	const char *const *contexts; /* further ones, NAME=PLACE: what names in triggers mean */
	size_t ncontexts;
	const char *id_file; /* where the builder writes the image ID */
	bool no_cache;
};
/* May make folders below build->dir. */
int builder_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
		      struct builder_cmd *ret, struct err *err) NODISCARD;
/* Gives a build the variables that its secrets come from, which it otherwise does not get: values
 * are in no argv. ERR_INPUT when one is not set: the builder would take it for empty. */
int builder_add_secrets(struct builder *b, struct arena *a, const struct graph_image *image,
			struct builder_cmd *cmd, struct err *err) NODISCARD;
/* What this builder cannot do for an image, each with its place and with who can, goes to errs. May
 * ask the builder's engine once. */
int builder_check(struct builder *b, const struct graph_image *image, const struct recipe *recipe,
		  struct err_list *errs, struct err *err) NODISCARD;
/* Whether this machine can run programs of a platform, where the builder would run them here: 0, or
 * ERR_TOOL. After builder_check or builder_probe. What a builder runs elsewhere is not judged. */
int builder_check_platform(struct builder *b, const struct platform *platform, struct err *err)
	NODISCARD;
/* The same of each RUN of a recipe, for the platform of its stage. */
int builder_check_machine(struct builder *b, const struct recipe *recipe, struct err *err)
	NODISCARD;
/* The part of it that needs no builder: addresses that any would read by itself, unchecked. */
void builder_check_downloads(const struct recipe *recipe, struct err_list *errs);
/* Why the builder's layer cache is not trusted for this recipe, as one phrase with its line
 * ("RUN --mount=type=bind at 12"); NULL = it is. arena. */
const char *builder_no_cache_reason(const struct builder *b, struct arena *a,
				    const struct recipe *recipe);

/* What the builder will not do as the Dockerfile says, though the image can be built: a sentence with
 * its place for each kind of it; arena. */
size_t builder_notes(const struct builder *b, struct arena *a, const struct recipe *recipe,
		     const char ***ret);

/* Reads the builder's progress from one line of its output: the Dockerfile's line of the step that
 * begins, or that is said to have failed; -1 when that line is not known, 0 when there is no step. */
int builder_step_line(const struct builder *b, const struct recipe *recipe, struct str line);
/* Takes from a line of the output what the builder puts before the text of an instruction. False when
 * it is the builder's word that it keeps the rest of such text to itself. */
bool builder_output(const struct builder *b, struct str *line);
/* A failure that goes away when tried again once. */
bool builder_should_retry(const struct builder *b, struct str tail);

/* For `doctor`: what it calls itself, and where images are; runs the builder. */
struct builder_info {
	char *program, *version, *storage;
};
int builder_probe(struct builder *b, struct builder_info *ret, struct err *err) NODISCARD;
void builder_info_fini(struct builder_info *i);
/* For `doctor`: what a service beside the builder has to do with its images; NULL = nothing can be
 * said. After a probe. Caller frees. */
char *builder_service(struct builder *b) NODISCARD;

#endif
