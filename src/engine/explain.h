/* SPDX-License-Identifier: Apache-2.0 */
/* explain.h: why an image was rebuilt, down to the root, from the recorded input sets. */
#ifndef LOCKSTEP_ENGINE_EXPLAIN_H
#define LOCKSTEP_ENGINE_EXPLAIN_H

#include "engine/plan.h"

/* One rebuild: its reasons, and for each parent that moved the parent's own rebuild. */
struct explain_cause {
	struct reason reason;
	struct explain *parent; /* for REASON_PARENT, when that build is recorded; else NULL */
};

struct explain {
	const char *image;
	struct store_step step; /* the rebuild */
	struct store_run run;
	bool has_before;
	struct store_step before; /* the build before it */
	struct explain_cause *causes;
	size_t ncauses;
	bool has_same;
	struct inputs_same same; /* what did not move */
	bool same_image;         /* it came out as it was */
	bool same_content;       /* what came out holds the same: the image before was kept */
	struct explain *next;    /* list for freeing */
};

struct explanation {
	struct arena *arena;
	struct explain *root; /* NULL: never built */
	struct explain *all;
	bool has_later; /* a later attempt that did not succeed */
	struct store_step later;
};

/* at: run number, or the start of a commit, an image ID or a key, or NULL for the last rebuild.
 * ERR_INPUT when the image has no such build. */
int explain_image(struct store *store, const char *scope, const char *image, const char *at,
		  struct explanation *ret, struct err *err) NODISCARD;
/* What lies between two builds of an image (same syntax as at): reasons only. */
int explain_between(struct store *store, const char *scope, const char *image,
		    const char *const at[2], struct explanation *ret, struct err *err) NODISCARD;
void explanation_fini(struct explanation *ret);

/* The other question: why a path did not rebuild the image. */
#define EXPLAIN_PATH_LIST(X)                                                                       \
	X(EXPLAIN_OUTSIDE, "outside-context")                                                      \
	X(EXPLAIN_NOT_COPIED, "not-copied")                                                        \
	X(EXPLAIN_IGNORED, "ignored")                                                              \
	X(EXPLAIN_MISSING, "missing")                                                              \
	X(EXPLAIN_COMMENTS, "comments-only")                                                       \
	X(EXPLAIN_DOCKERFILE_SAME, "dockerfile-unchanged")                                         \
	X(EXPLAIN_DOCKERFILE_CHANGED, "dockerfile-changed")                                        \
	X(EXPLAIN_INPUT_SAME, "input-unchanged")                                                   \
	X(EXPLAIN_INPUT_CHANGED, "input-changed")                                                  \
	X(EXPLAIN_INPUT_NEW, "input-not-built-yet")
ENUM_DECLARE(explain_path_kind, EXPLAIN_PATH_LIST);

struct explain_path {
	enum explain_path_kind kind;
	const char *path; /* root-relative */
	const char *context;
	const char *dockerfile;
	const char *read;    /* the instruction's kind, for inputs */
	int line;            /* of it, or of the ignore pattern */
	const char *pattern; /* of the ignore file, or of the instruction */
	const char *ignore_file;
	int first, last;     /* lines of comments */
	int64_t run_id;      /* of the last build; 0 = none */
	const char *widened; /* why the whole context counts, or NULL */
};

/* path: root-relative. The plan holds the image's node, decided. Texts live in the plan's arena. */
int explain_path(struct plan *plan, const struct graph_image *image, const char *path,
		 struct explain_path *ret, struct err *err) NODISCARD;

#endif
