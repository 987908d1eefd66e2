/* SPDX-License-Identifier: Apache-2.0 */
/* graph.h: the images of a graph file and the edges between them. */
#ifndef LOCKSTEP_MODEL_GRAPH_H
#define LOCKSTEP_MODEL_GRAPH_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "model/platform.h"

#define BUILDER_KIND_LIST(X)                                                                       \
	X(BUILDER_BUILDAH, "buildah")                                                              \
	X(BUILDER_PODMAN, "podman")                                                                \
	X(BUILDER_PODMAN_SERVICE, "podman-service")                                                \
	X(BUILDER_DOCKER, "docker")                                                                \
	X(BUILDER_DOCKER_CLASSIC, "docker-classic")                                                \
	X(BUILDER_BUILDX, "buildx")                                                                \
	X(BUILDER_AUTO, "auto")
ENUM_DECLARE(builder_kind, BUILDER_KIND_LIST);

#define GRAPH_OUTPUT_LIST(X)                                                                       \
	X(GRAPH_OUTPUT_LAYERS, "layers")                                                           \
	X(GRAPH_OUTPUT_FLAT, "flat")                                                               \
	X(GRAPH_OUTPUT_SQUASH, "squash")
ENUM_DECLARE(graph_output, GRAPH_OUTPUT_LIST);

/* What the run of a pull request gives the registry. */
#define GRAPH_PULL_PUBLISH_LIST(X)                                                                 \
	X(GRAPH_PULL_PUBLISH_NONE, "none")                                                         \
	X(GRAPH_PULL_PUBLISH_KEYS, "keys")
ENUM_DECLARE(graph_pull_publish, GRAPH_PULL_PUBLISH_LIST);

/* Where something was said in the graph file. */
struct graph_place {
	int line, col;
};

/* NAME: value, as in args, labels, options; value has its ${VARIABLES} unexpanded until
 * graph_set_variables(). */
struct graph_kv {
	const char *name;
	const char *value;
	struct graph_place at;
};

struct graph_variable {
	const char *name;
	const char *fallback; /* `default`; NULL = must be set */
	const char *event;    /* field of the CI event's client_payload, or NULL */
	const char *value;    /* after graph_set_variables */
	struct graph_place at;
};

struct graph_source {
	const char *git;       /* URL, NULL = files of this repository */
	const char *ref;       /* branch, tag or commit; "HEAD" by default */
	const char *path;      /* folder inside, "." by default */
	struct graph_place at; /* of ref, where written */
};

/* A check or a guard: validated here, run by engine/check. */
#define GRAPH_CHECK_LIST(X)                                                                        \
	X(GRAPH_CHECK_FILE, "file")                                                                \
	X(GRAPH_CHECK_ABSENT, "absent")                                                            \
	X(GRAPH_CHECK_CONFIG, "config")                                                            \
	X(GRAPH_CHECK_HTTP, "http")                                                                \
	X(GRAPH_CHECK_RUN, "run")                                                                  \
	X(GRAPH_CHECK_EXEC, "exec")
ENUM_DECLARE(graph_check_kind, GRAPH_CHECK_LIST);

struct graph_check {
	enum graph_check_kind kind;
	/*
	 * Owned by the graph: the list item with its own keys, in one form and with defaults:
	 * "text or a list" is a list, sizes are bytes, durations seconds, modes four octal
	 * digits ("0755"). http has path "/", status 200 and wait 30 unless it says otherwise;
	 * run and exec have status 0, run timeout 60, exec wait 10, and a command given as text is
	 * ["/bin/sh", "-c", text]. Mounts are "tmpfs:PATH", "volume:PATH" and "FOLDER:PATH" with
	 * a cleaned folder below the root.
	 */
	json_t *spec;
	struct graph_place at;
};

/* What must hold before the image is built (inputs), or of what its build prints (logs). */
#define GRAPH_GUARD_LIST(X)                                                                        \
	X(GRAPH_GUARD_INPUT, "input")                                                              \
	X(GRAPH_GUARD_LOG, "log")                                                                  \
	X(GRAPH_GUARD_LOG_DEFAULTS, "log-defaults")
ENUM_DECLARE(graph_guard_kind, GRAPH_GUARD_LIST);

struct graph_guard {
	enum graph_guard_kind kind;
	/* Owned by the graph, in the same form as a check's. Patterns (model/regexp) have been
	 * compiled once; the path of an input is cleaned. */
	json_t *spec;
	struct graph_place at;
};

struct graph_image {
	const char *name;
	size_t index;          /* in the graph, file order */
	struct graph_place at; /* of the name */
	const char *context;   /* cleaned, relative to the graph's root, or to that of the source
				   (then it is source.path); "." allowed */
	struct graph_place context_at;
	const char *dockerfile; /* relative to the context; "Dockerfile" (or "Containerfile" if
				   only that exists) by default: NULL = not written */
	struct graph_place dockerfile_at;
	const char *target;
	struct graph_source source;
	struct graph_kv *args;
	size_t nargs;
	struct graph_kv *labels; /* put on the image by the builder */
	size_t nlabels;
	struct graph_kv *options; /* network, add-host, ulimit, shm-size, …: lists are repeated */
	size_t noptions;
	const char **secrets; /* "id=NAME,env=VAR" or "id=NAME,src=FILE"; only ids enter keys */
	size_t nsecrets;
	struct graph_kv *needs; /* name only; value NULL */
	size_t nneeds;
	bool needs_given; /* `needs: []` says that there are none */
	struct graph_check *checks;
	size_t nchecks;
	struct graph_guard *guards;
	size_t nguards;
	struct platform platform;
	enum graph_output output;
	bool soft;
	int timeout_s;    /* 0 = the graph's or the default */
	int refresh_days; /* 0 = none */

	/* Set by graph_link: */
	struct graph_image **parents; /* images that it is built from, sorted by index, unique */
	size_t nparents;
	struct graph_image **children;
	size_t nchildren;
	int level; /* 0 = root; longest path from a root */
};

/* Images whose containers, where two of them are in one pod, have one volume at one path. */
struct graph_shared {
	const char *path; /* absolute, cleaned */
	struct graph_place at;
	const char **images; /* names; two at least */
	size_t nimages;
};

/* Images of the graph that are started together, as a Kubernetes manifest says. */
struct graph_pod {
	const char *name;
	struct graph_place at;
	const char **manifests; /* cleaned, from the root on */
	size_t nmanifests;
	struct graph_place manifest_at;
	const char *workload; /* which of the pods in the manifests; NULL = the only one */
	int settle_s;
	struct graph_check *checks; /* http and exec, with `container` in the spec */
	size_t nchecks;
	struct graph_shared *shared;
	size_t nshared;
};

struct graph {
	struct arena *arena;
	const char *file;     /* as the user named it; for messages */
	const char *registry; /* "ghcr.io/derio-net", or "" */
	const char **
		tags; /* that move at a release, the first is what was released last; never empty */
	size_t ntags;
	enum builder_kind builder;
	enum graph_pull_publish pull_publish; /* never for one from a fork */
	int timeout_s;
	struct graph_variable *variables;
	size_t nvariables;
	struct graph_image *images; /* file order */
	size_t nimages;
	const char *group;        /* of `events`, or NULL; always there with dispatch */
	struct graph_kv *payload; /* of `events`: flat fields, {placeholders} not replaced */
	size_t npayload;
	struct graph_pod *pods; /* file order */
	size_t npods;
	json_t *dispatch; /* list of targets as written, {"github": {…}}, or NULL; signing and
			     format of a webhook are always there: see target_read() */
	struct graph_image **order; /* set by graph_link: parents before children; ties by index */
	struct map *by_name;
	struct map *variable_by_name;
};

/*
 * Reads a graph file (YAML or JSON; lockstep-graph(5)). Every mistake goes to errs
 * with file:line:col and the nearest right name; NULL is returned when there is any. Touches no
 * file: that contexts and Dockerfiles exist is graph_link's caller's business.
 */
struct graph *graph_load(struct str text, const char *file, struct err_list *errs) NODISCARD;
void graph_free(struct graph *g);

/* value of NAME given by --set, by LOCKSTEP_VAR_NAME or by the event; NULL = not given. */
typedef const char *(*graph_lookup)(void *ctx, const struct graph_variable *var);

/* Gives every variable its value and expands ${NAME} (and $$ for a dollar) in args, labels,
 * options, source refs. Variables that are used and have neither value nor default, unknown names,
 * and refs that are none afterwards go to errs. To be called once. */
int graph_set_variables(struct graph *g, graph_lookup lookup, void *ctx, struct err_list *errs)
	NODISCARD;

/* Where the value of a field ("src", "env") of a secret's text begins; NULL if it has none. It ends
 * at a comma, or with the text. */
const char *graph_secret_field(const char *secret, const char *field);

/* True if other is among the parents that are known so far. */
bool graph_has_parent(const struct graph_image *image, const struct graph_image *other);
/* The image with that name, also when it is written with the graph's registry in front; NULL. */
struct graph_image *graph_find(const struct graph *g, const char *name);
/* A tag that lockstep gives by itself: nobody may name it for anything else. */
bool graph_own_tag(struct str tag);

/* The image of the graph that a reference in a Dockerfile (text) means, whatever its tag: same
 * repository name as registry "/" name, or the bare name when the graph has no registry, both
 * normalised ("debian" is docker.io/library/debian). NULL = external. */
struct graph_image *graph_image_of_ref(const struct graph *g, const char *text);

/* One use of an image of the graph in another's Dockerfile; file:line for messages. */
struct graph_edge {
	struct graph_image *from; /* parent */
	struct graph_image *to;   /* child */
	const char *file;
	int line;
};

/*
 * Takes the edges found in the Dockerfiles, checks them against `needs` (both places are named in
 * the message), finds cycles (the whole cycle is printed, with file:line of each step), and fills
 * parents, children, level, order. Mistakes go to errs. May be called again with more edges.
 */
int graph_link(struct graph *g, const struct graph_edge *edges, size_t n, struct err_list *errs)
	NODISCARD;

/* Marks (in flags[], one a image, indexed by image index) the named images and everything they
 * are built from; n == 0 marks all. Unknown names go to errs with the nearest one. */
int graph_select(const struct graph *g, const char *const *names, size_t n, bool *flags,
		 struct err_list *errs) NODISCARD;

#endif
