/* SPDX-License-Identifier: Apache-2.0 */
/* target.h: who is told of new images: the items of a graph's `dispatch`. */
#ifndef LOCKSTEP_MODEL_TARGET_H
#define LOCKSTEP_MODEL_TARGET_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/json.h"

#define TARGET_KIND_LIST(X)                                                                        \
	X(TARGET_GITHUB, "github") /* repository_dispatch */                                       \
	X(TARGET_GITHUB_WORKFLOW, "github-workflow")                                               \
	X(TARGET_WEBHOOK, "webhook")                                                               \
	X(TARGET_GITLAB, "gitlab") /* pipeline trigger */                                          \
	X(TARGET_GITEA_WORKFLOW, "gitea-workflow")
ENUM_DECLARE(target_kind, TARGET_KIND_LIST);

#define TARGET_SIGNING_LIST(X)                                                                     \
	X(TARGET_SIGNING_STANDARD, "standard-webhooks")                                            \
	X(TARGET_SIGNING_GITHUB, "github")                                                         \
	X(TARGET_SIGNING_NONE, "none")
ENUM_DECLARE(target_signing, TARGET_SIGNING_LIST);

#define TARGET_FORMAT_LIST(X)                                                                      \
	X(TARGET_FORMAT_PLAIN, "plain")                                                            \
	X(TARGET_FORMAT_CE_BINARY, "ce-binary")                                                    \
	X(TARGET_FORMAT_CE_STRUCTURED, "ce-structured")
ENUM_DECLARE(target_format, TARGET_FORMAT_LIST);

/* All texts are in the arena that target_read() was given, or static. */
struct target {
	enum target_kind kind;
	/* What it is called in the outbox and in messages, and whether two are one: kind, where and
	 * what: "github:derio-net/frank:images-built". Holds no secret. */
	const char *name;
	const char *url;        /* of the API, or of the webhook; no '/' at the end of an API */
	const char *repository; /* OWNER/NAME; gitlab: the project; NULL = webhook */
	const char *event;      /* github only */
	const char *workflow;   /* the file of a workflow; else NULL */
	const char *ref;        /* what a workflow or pipeline runs on; else NULL */
	enum target_signing signing;
	enum target_format format;
	/* Where the token or secret is: at most one is there. Both NULL: it needs none. */
	const char *secret_env, *secret_file;
	int timeout_s; /* of one request */
};

/* Reads an item of graph.dispatch ({"github": {…}}), which graph_load() has checked. */
void target_read(struct arena *arena, const json_t *item, struct target *ret);

#endif
