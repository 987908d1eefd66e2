/* SPDX-License-Identifier: Apache-2.0 */
/* pod_check.h: a pod is started from the images as they were built, and asked. */
#ifndef LOCKSTEP_ENGINE_POD_CHECK_H
#define LOCKSTEP_ENGINE_POD_CHECK_H

#include "engine/builder.h"
#include "engine/pod.h"
#include "io/loop.h"
#include "store/store.h"

/*
 * The questions are asked one after the other, and the pod then has to stand for the rest of its
 * settling time: a container that ends fails the check whatever was answered, and so does an answer on a port that a process of another container holds. What was
 * found is remembered by image IDs, manifests and questions.
 */
struct pod_check_opts {
	const struct pod *pod;
	const char *const *image_ids; /* one a container */
	struct builder *builder;
	struct store *store;
	struct loop *loop;
	int64_t run_id;
	int log_fd;
	const char *stage_dir;
};

/* Of the pod and the image IDs: under this it is remembered with each of its images, here and in the
 * registry. */
struct sha256 pod_check_digest(const struct pod_check_opts *opts);
/* 1 it passed before with these images, 0 not. */
int pod_check_recall(const struct pod_check_opts *opts, struct err *err) NODISCARD;

/* message NULL: it passed. */
int pod_check_record(const struct pod_check_opts *opts, const char *message, int64_t duration_ms,
		     struct err *err) NODISCARD;

/* What passed, with which images, as JSON. Caller frees. */
char *pod_check_text(const struct pod_check_opts *opts) NODISCARD;
/* Which container has which image, into the log. */
void pod_check_log(const struct pod_check_opts *opts);

struct pod_check;
/* place: of the question in the graph file that failed, or of the pod. message NULL: passed. err is
 * ERR_NONE, or says why it could not be judged. Called once by the loop; nothing of the pod is left
 * then. */
typedef void (*pod_check_fn)(void *ctx, struct graph_place place, const char *message,
			     struct err *err);
int pod_check_start(const struct pod_check_opts *opts, pod_check_fn fn, void *ctx,
		    struct pod_check **ret, struct err *err) NODISCARD;
void pod_check_cancel(struct pod_check *c);
/* Only in the function or after it. NULL is fine. */
void pod_check_free(struct pod_check *c);

#endif
