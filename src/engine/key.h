/* SPDX-License-Identifier: Apache-2.0 */
/* key.h: from an image and the identities of its bases to its input set and key. */
#ifndef LOCKSTEP_ENGINE_KEY_H
#define LOCKSTEP_ENGINE_KEY_H

#include "engine/builder.h"
#include "engine/collect.h"
#include "engine/project.h"
#include "model/inputs.h"

/* An image that another one uses. */
struct key_use {
	const char *ref;
	const struct graph_image *parent; /* that ref means; NULL for an external */
	struct platform platform;         /* that FROM says, or that of the image itself */
};

/* What is known about the images that others stand on. */
struct key_env {
	struct project *project;
	struct store *store; /* stat cache; may be NULL */
	struct collect_trust trust;
	struct pool *pool; /* NULL: files are looked at, not hashed */
	int64_t now_ms;    /* for refresh epochs */
	/* Instead of that of now, the epoch of the last build ("7d\t2951"): --frozen. "" = none at
	 * all; NULL = now's. */
	const char *epoch;
	/* The identity of a used image ("sha256:…"), or NULL while it is unknown. */
	const char *(*identity)(void *ctx, const struct key_use *use);
	/* Its config, or NULL when it is unknown. */
	const struct oci_config *(*config)(void *ctx, const struct key_use *use);
	/* What an address of ADD holds: "sha256:…" or a commit; NULL while it is unknown. */
	const char *(*remote)(void *ctx, const struct recipe_remote *remote);
	void *ctx;
};

struct key_result {
	struct arena *arena; /* holds the recipe */
	struct recipe *recipe;
	struct inputs *inputs; /* finished; its key counts only if complete */
	bool complete;         /* every identity was known */
};

/*
 * docs/key.md: the records and their order. Unknown identities are written as "unknown" and make
 * the result incomplete: it can be shown, never used. Mistakes (evaluation, missing sources) go to
 * errs.
 */
int key_make(const struct key_env *env, const struct graph_image *image, struct key_result *ret,
	     struct err_list *errs, struct err *err) NODISCARD;
void key_result_fini(struct key_result *r);

/* When the epoch ends that image is in: the next refresh, in ms since 1970. */
int64_t key_refresh_due(const struct graph_image *image, int64_t now_ms);
/* The epoch that an input set was made in, as key_env wants it; NULL if it has none. arena. */
const char *key_epoch_of(const struct inputs *in, struct arena *arena);
/* Days of a refresh class are counted from a start that depends on the image's name, so that not
 * all images refresh on one day (keys.md, "refresh"). */
int64_t key_refresh_epoch(const char *image, int days, int64_t now_ms);

#endif
