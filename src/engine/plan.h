/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h: for each image: up to date, build, or waits for a parent; and why. */
#ifndef LOCKSTEP_ENGINE_PLAN_H
#define LOCKSTEP_ENGINE_PLAN_H

#include "engine/identity.h"
#include "engine/key.h"
#include "store/store_run.h"

/*
 * The one place that decides whether an image is stale. `plan`, `build`, `why`, JSON and tables
 * render what is decided here. A node is decided when its parents' image IDs are known; while a
 * parent has to be built first, it waits, and the run decides it afterwards with the same function:
 * a parent that comes out as the image it was leaves it up to date (early cutoff).
 */
#define PLAN_STATE_LIST(X)                                                                         \
	X(PLAN_UP_TO_DATE, "up to date")                                                           \
	X(PLAN_BUILD, "build")                                                                     \
	X(PLAN_WAITS, "waits")                                                                     \
	X(PLAN_ABSENT, "absent") /* its Dockerfile is not in this tree (replay) */                 \
	X(PLAN_IGNORED, "not asked for")
ENUM_DECLARE(plan_state, PLAN_STATE_LIST);

struct shared;
struct pod;

struct plan_pull {
	const char *ref;
	struct platform platform;
};

struct plan_node {
	const struct graph_image *image;
	enum plan_state state;
	struct key_result made;     /* when it could be evaluated */
	char image_id[DIGEST_SIZE]; /* when up to date: the recorded image; after a build: its */
	bool previous;              /* an earlier build of this image is recorded */
	struct store_step last;     /* that build, if previous */
	struct reasons reasons;     /* arena of the plan; empty when up to date */
	size_t open_checks;         /* when up to date: checks that have not passed on that image */
	struct plan_pull *pulls;    /* externals that are not on this machine; arena */
	size_t npulls;
	const char **notes; /* what the builder will not do as the Dockerfile says; arena */
	size_t nnotes;
	const char *no_cache; /* why the layer cache is off, or NULL; arena */
	int64_t expected_ms;  /* of a build; 0 = unknown */

	/* Of plans with a registry. */
	bool asked;                /* for the key, and answered */
	bool unknown;              /* the answer was none */
	bool released;             /* the tag of the last release named this image, when asked */
	char digest[DIGEST_SIZE];  /* of the manifest that the key stands for; "" = none */
	struct str manifest;       /* its bytes; arena */
	const char *manifest_type; /* media type */
	char before[DIGEST_SIZE];  /* of the manifest that was released before; "" = none */
	bool keyed;                /* this run gave its image the key */
	bool not_reproducible;     /* built, and another run's image under the same key differs */
	bool degraded;             /* soft, and failed: image_id is that of the last good one */
	struct str config_text;    /* and its bytes; arena of the plan */
	const struct oci_config *config; /* of an image that is only there; else NULL */
};

struct plan_opts {
	struct project *project;
	struct store *store;
	struct builder *builder;
	struct identities *identities; /* of images from outside */
	struct pool *pool;
	struct collect_trust trust;
	const char *const *images; /* asked for; none = all */
	size_t nimages;
	bool force; /* the images asked for are built even if up to date */
	bool only;  /* nothing but the images asked for; their parents must be up to date */
	bool frozen;
	bool hash_waiting; /* files of waiting images too, for showing them */
	int64_t now_ms;
	struct shared *shared; /* the registry, where images are looked for by key; NULL = no */
	bool publish;          /* with shared: what it has goes before what is here, and nothing
				  may stay unknown */
};

struct plan {
	struct arena *arena;
	struct plan_opts opts;
	struct plan_node *nodes; /* by image index */
	size_t n;
	bool *selected; /* by image index: asked for, or an ancestor */
	bool *forced;   /* by image index */
	size_t nbuild, nwait;
	size_t ncheck;      /* images that are up to date and have open checks */
	size_t npods;       /* whose images are up to date, and that have not passed with them */
	size_t npush;       /* with publish: images that are up to date and not in the registry */
	size_t nunknown;    /* images that the registry gave no answer about */
	struct err unknown; /* the first reason for that */
};

int plan_make(const struct plan_opts *opts, struct plan **ret, struct err_list *errs,
	      struct err *err) NODISCARD;
void plan_free(struct plan *p);
/* Decides one node; for the run, after its parents are settled or an external was pulled. */
int plan_decide(struct plan *p, const struct graph_image *image, struct err_list *errs,
		struct err *err) NODISCARD;
/* The registry has to be asked for this node's key before it is decided. */
bool plan_must_ask(const struct plan *p, const struct graph_image *image);
/* Asks it; done is called by the loop when the node is decided. */
void plan_ask(struct plan *p, const struct graph_image *image, void (*done)(void *ctx), void *ctx);
/* An image that is here, and has to get its key in the registry. */
bool plan_must_push(const struct plan *p, const struct plan_node *node);
/* The image has a manifest in the registry from now on. */
struct shared_image;
void plan_set_manifest(struct plan *p, struct plan_node *node, const struct shared_image *image);
/* Why answers are missing, as an error. */
int plan_unknown(const struct plan *p, struct err *err) NODISCARD;
/* Whether this machine can run the commands of what has to be built or waits for it; ERR_TOOL, with the
 * image and line of the first that it cannot. Not part of the plan: another machine may do the work. */
int plan_check_machine(const struct plan *p, struct err *err) NODISCARD;
/* A built image: its node is up to date from now on. */
void plan_set_built(struct plan *p, const struct graph_image *image, const char *image_id);
/* Expected durations and remaining path lengths; loads them from the store at the first call. */
int plan_load_durations(struct plan *p, struct err *err) NODISCARD;

/* plan_pod.c: the images of a pod, one a container, in the arena; NULL when one is not there, or has
 * not passed its own checks. */
const char **plan_pod_images(const struct plan *p, const struct pod *pod, struct arena *arena);
/* 1 when they are all there and the pod has not passed with them, 0 if not; negative. */
int plan_pod_open(const struct plan *p, const struct pod *pod, struct err *err) NODISCARD;
bool plan_is_in_pod(const struct plan *p, const struct graph_image *image);
int plan_count_pods(struct plan *p, struct err *err) NODISCARD; /* for plan_make() */

/* A reason with its texts, in the plan's arena. */
void plan_add_reason(struct plan *p, struct plan_node *node, const struct reason *reason);

#endif
