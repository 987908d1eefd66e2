/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h: what one target of a Dockerfile uses, and the Dockerfile that the builder gets. */
#ifndef LOCKSTEP_MODEL_RECIPE_H
#define LOCKSTEP_MODEL_RECIPE_H

#include "base/buf.h"
#include "model/dockerfile.h"
#include "model/oci.h"
#include "model/platform.h"

/*
 * A recipe is the evaluation of a Dockerfile for one target, one set of arguments and one
 * platform: the stages that the target reaches, the images they stand on, the context files they
 * can read, the arguments that count. It decides as little as possible: the key holds the
 * instructions unexpanded together with every value in scope, and expansion is needed only to
 * know which files and images are read. Where that cannot be decided the recipe widens: the
 * whole context is read, and says why.
 */

struct recipe_arg {
	const char *name;
	const char *value; /* NULL = given without a value is not allowed; never NULL here */
	int line;          /* in the graph file, for messages; 0 = command line */
};

/* Asked for every image that FROM names: the config of its image for a platform (as in
 * recipe_image; NULL = the one that is built for), or NULL while it is unknown (a parent not built
 * yet, an external not resolved). */
typedef const struct oci_config *(*recipe_config)(void *ctx, const char *ref, const char *platform);
/* Asked where that is NULL: the triggers that the image will have all the same, as its own Dockerfile
 * says; NULL = nothing is known of them. */
typedef struct df_ins **(*recipe_triggers)(void *ctx, const char *ref, size_t *ret_n);

struct recipe_opts {
	enum dialect dialect;
	const char *target; /* NULL = last stage */
	struct platform platform, build_platform;
	const struct recipe_arg *args;
	size_t nargs;
	const char *args_file; /* where args[].line is, for messages; NULL = nowhere */
	/* The name of an argument that each rendered stage declares first, or NULL. It has no value and
	 * no use but in the layer caches of builders, which compare texts: what they do not look at
	 * (--add-host, --ulimit, the platform) gets layers of its own. */
	const char *mark;
	recipe_config config;
	recipe_triggers triggers; /* may be NULL */
	void *ctx;
};

#define RECIPE_BASE_LIST(X)                                                                        \
	X(RECIPE_BASE_SCRATCH, "scratch")                                                          \
	X(RECIPE_BASE_STAGE, "stage")                                                              \
	X(RECIPE_BASE_IMAGE, "image")
ENUM_DECLARE(recipe_base, RECIPE_BASE_LIST);

#define RECIPE_USE_LIST(X)                                                                         \
	X(RECIPE_USE_FROM, "FROM")                                                                 \
	X(RECIPE_USE_COPY, "COPY --from")                                                          \
	X(RECIPE_USE_ADD, "ADD --from")                                                            \
	X(RECIPE_USE_MOUNT, "RUN --mount from")                                                    \
	X(RECIPE_USE_SYNTAX, "# syntax")
ENUM_DECLARE(recipe_use, RECIPE_USE_LIST);

/* An image that the build takes from outside its own stages. */
struct recipe_image {
	enum recipe_use use;
	const char *ref;      /* expanded, as written otherwise */
	const char *platform; /* expanded and normalised --platform of FROM, or NULL */
	int line;
	size_t stage; /* renumbered index of the stage that uses it */
	bool onbuild; /* named by a trigger of a base, which recipe_render() cannot rewrite: the
			 builder must be told what ref means */
};

#define RECIPE_READ_LIST(X)                                                                        \
	X(RECIPE_READ_COPY, "COPY")                                                                \
	X(RECIPE_READ_ADD, "ADD")                                                                  \
	X(RECIPE_READ_MOUNT, "RUN --mount=type=bind")                                              \
	X(RECIPE_READ_GUARD, "guard") /* of the graph file; no instruction's */                    \
	X(RECIPE_READ_WIDEN, "whole context")
ENUM_DECLARE(recipe_read_kind, RECIPE_READ_LIST);

/* Context paths that an instruction can read. */
struct recipe_read {
	enum recipe_read_kind kind;
	const char *pattern;   /* expanded, cleaned, context-relative; "." = everything. Components
				may hold metacharacters of model/glob.h when glob is set */
	const char *written;   /* the word as written, for messages */
	bool glob;             /* pattern is a glob; else a literal path that must exist */
	bool may_be_missing;   /* the dialect lets it match nothing without failing */
	const char **excludes; /* COPY --exclude, patterns of the buildkit ignore dialect */
	size_t nexcludes;
	bool onbuild; /* by a trigger of the base image; line is that of FROM */
	int line;
	size_t stage;
	size_t part; /* of its instruction: sources that stand together for the builder; where one
			may be missing, another one of its part has to be there */
};

/* Where a rendered Dockerfile takes what was downloaded for it, in the containers dialect: the name
 * of a further context, for the builder. */
#define RECIPE_FILES "lockstep-files"

/*
 * A remote source: ADD of an URL or of a git repository. A builder that downloads by itself may get
 * something else than what the key says. What is staged is therefore a COPY from RECIPE_FILES in the
 * rendered file: like ADD of an address, it never unpacks, and the mode is the file's, 0600.
 */
struct recipe_remote {
	const char *url;
	const char *checksum; /* --checksum value or NULL */
	bool git;
	bool keep_git;
	bool onbuild; /* by a trigger of a base, which cannot be rendered otherwise */
	int line;
	size_t stage;
	const char *staged; /* below RECIPE_FILES; NULL = the builder gets it by itself */
	const char *value; /* for the caller to set: "sha256:…" or the commit that the rendered file
			       names; NULL = not known */
	const struct df_ins *ins;
	size_t word; /* of ins */
};

/* One argument that counts (keys.md 2.4). */
struct recipe_argument {
	const char *name;
	const char *value; /* effective; NULL = unset, which differs from "" */
	int line;          /* where it is declared or first named */
	bool given;        /* by the caller: the builder must get it, and no others, as a default
			      of one stage is not that of another */
};

struct recipe_stage {
	size_t index; /* in the file */
	enum recipe_base base;
	size_t base_stage;    /* renumbered, if base is a stage */
	size_t base_image;    /* index into images, if base is an image */
	const char *platform; /* expanded, or NULL */
	const struct df_stage *df;
	struct df_ins **onbuild; /* triggers of the base's config, in order */
	size_t nonbuild;
	bool config_known; /* of the base (always for scratch) */
};

/* The reason why the whole context, or an instruction unexpanded, had to be taken. */
struct recipe_widen {
	const char *reason; /* "onbuild-unknown", "env-unknown", "unknown-frontend", … */
	int line;
};

struct recipe {
	const struct dockerfile *df;
	struct recipe_opts opts;
	struct recipe_stage *stages; /* reachable only, in file order, renumbered from 0 */
	size_t nstages;
	struct recipe_image *images;
	size_t nimages;
	struct recipe_read *reads;
	size_t nreads;
	struct recipe_remote *remotes;
	size_t nremotes;
	struct recipe_argument *args; /* sorted by name */
	size_t nargs;
	const char **secrets; /* ids of secret and ssh mounts, sorted, once each */
	size_t nsecrets;
	struct recipe_widen *widens;
	size_t nwidens;
	bool copies_dockerfile_dir; /* unused by keys; a hint for `why`: "." is read */
	int bind_mount_line; /* first RUN with a mount of the context, a stage or an image; 0 = none */
	int cache_mount_line; /* first RUN with a cache mount: the build is impure; 0 = none */
	int trigger_from_line; /* first FROM of a base whose triggers take from a stage or an image; 0 =
				  none */
	int unexpanded_line; /* containers: first instruction whose values its text cannot show (an
				ONBUILD trigger with variables, a value with a newline), so that
				buildah's layer cache must not be used; 0 = none */
};

/*
 * Evaluates df. Mistakes (unknown target or stage, an argument that nothing declares or names
 * with the nearest name, expansion errors in reached stages, a flag that the dialect does not
 * know, COPY --from=$VAR, sources that leave the context) go to errs with their places, and NULL
 * is returned. Everything lives in arena, which must outlive the result; df too.
 */
struct recipe *recipe_eval(struct arena *arena, const struct dockerfile *df,
			   const struct recipe_opts *opts, struct err_list *errs) NODISCARD;

/* What a stage is built for: what its FROM says, or else the FROM of the stage that it stands on, or
 * else what the image is for. */
struct platform recipe_stage_platform(const struct recipe *r, size_t stage);
/* The line of the first RUN of a stage, that of FROM where a trigger runs something; 0 = nothing does. */
int recipe_stage_runs(const struct recipe *r, size_t stage);

/*
 * The key's lines for stages, instructions and heredocs (records stage, onbuild, ins, heredoc of
 * docs/key.md), encoded, each ended by LF, in file order. id(ctx, image index) gives the identity
 * of each used image ("sha256:…"). An escape directive is told as
 * "ins 0 # escape=`" (keyword "#", no flags) before the first instruction: the same text means
 * something else under it. Appended to b.
 */
typedef const char *(*recipe_image_id)(void *ctx, size_t image);
void recipe_facts(const struct recipe *r, recipe_image_id id, void *ctx, struct buf *b);

/*
 * The Dockerfile for the builder: only the reachable stages, named s0, s1, … (one that a trigger
 * of a base image knows by its name keeps it); image references replaced by image_name(ctx, image
 * index); comments gone; preamble ARGs with their effective values; and, in the containers
 * dialect, ENV, LABEL, USER, WORKDIR, EXPOSE, VOLUME, STOPSIGNAL, COPY and ADD with their
 * variables expanded, so that the text which buildah's layer cache compares is the truth (keys.md
 * 6). A pure function of what the key holds. The builder has to get the arguments that are given
 * (recipe_argument) as well, and the platform. Appended to b. Fails (ERR_INPUT) if a base's config
 * is still unknown, and for what no Dockerfile can say: a derived preamble value with a newline,
 * a trigger that takes a stage by a number that changes, a line of blanks without end.
 */
int recipe_render(const struct recipe *r, recipe_image_id image_name, void *ctx, struct buf *b,
		  struct err *err) NODISCARD;

/* How many instructions of the rendered file an instruction becomes: ADD of addresses and of files
 * of the context is one for each run of either. */
size_t recipe_parts(const struct recipe *r, const struct df_ins *ins);

/* Appends the line of a LABEL instruction that sets exactly this; false, and nothing appended, when no
 * line can hold it (a newline, or more than 65000 bytes). */
bool recipe_label_line(const char *name, const char *value, struct buf *b) NODISCARD;

/*
 * The original file's line of buildah's step `step` (from 1) of its stage `stage` (from 0); 0 when
 * unknown. buildah 1.28 prints "STEP 2/7: ENV A=1", and in a file of several stages "[1/3] STEP
 * 2/7: …" with stages from 1, the left-out ones counted: so of a rendered file, whose only stage
 * is 0, or whose stages are the renumbered ones. Step 1 is FROM, preamble ARGs are no steps,
 * triggers of the base are the steps after FROM (and are missing in the "/7" of the FROM line),
 * labels of the command line follow the last stage's own steps. COMMIT has no number.
 */
int recipe_step_line(const struct recipe *r, size_t stage, size_t step);

/* What a key ("from", "source") is in the value of RUN's --mount, without quotes and before variables
 * are put in; NULL when it is not there or empty. arena. */
const char *recipe_mount_value(struct arena *arena, const char *mount, const char *key);

#endif
