/* SPDX-License-Identifier: Apache-2.0 */
/* identity.h: which image a reference to something outside of the graph means. */
#ifndef LOCKSTEP_ENGINE_IDENTITY_H
#define LOCKSTEP_ENGINE_IDENTITY_H

#include "engine/builder.h"
#include "engine/download.h"
#include "engine/external.h"

/*
 * The one place that decides it, for plans and for runs. What the lock file holds is exactly what is
 * meant. Without it, a name that is in the user's storage means what it means there; else the
 * registry is asked, which pulls nothing: a plan needs the image's ID and configuration and not its
 * layers. A registry is asked about a name once in the life of this object. That a digest means an
 * image ID on a platform is true for ever, and remembered in the store.
 */
struct identities;

struct identities_opts {
	struct builder *builder;
	struct store *store;
	struct source_cache *cache;  /* for git repositories that ADD names */
	struct downloads *downloads; /* for addresses that it names */
	const char *const *env;      /* of the command; for the registry's credentials */
	bool locked; /* what is neither in the lock file nor pinned by itself is ERR_REFUSED */
	bool pull;   /* registries are asked about what is in the user's storage, too */
};

struct identities *identities_new(const struct identities_opts *opts) NODISCARD;
/* NULL is fine. */
void identities_free(struct identities *ids);

struct identity_query {
	struct project *project; /* whose lock file counts */
	const char *ref;         /* as a Dockerfile has it */
	const struct platform *platform;
	bool loose; /* what `locked` refuses is looked up even so: nothing is built from it */
};

struct identity {
	const char *id;   /* image ID; NULL while it is unknown */
	const char *pull; /* the reference to pull before a build can use it; NULL = it is here */
};

/* Texts live in arena. A registry that cannot be asked leaves the ID unknown, as the builder may
 * know better; with `pull` that is an error. ERR_REMOTE: the registry does not have it. */
int identity_find(struct identities *ids, const struct identity_query *query, struct arena *arena,
		  struct identity *ret, struct err *err) NODISCARD;
/* The configuration of what was found, from a storage or from the registry; NULL in *ret when it
 * cannot be had. */
int identity_config(struct identities *ids, struct arena *arena, const char *ref, const char *id,
		    struct oci_config **ret, struct err *err) NODISCARD;
/* The digest that a normalised reference has in its registry, of the index where there is one; for
 * the lock file. Caller frees. */
int identity_digest(struct identities *ids, const char *ref, char **ret, struct err *err) NODISCARD;

/* What ADD takes from an address: pinned, or looked up, once in the life of this object. arena. */
int identity_remote(struct identities *ids, struct project *p, struct arena *arena,
		    const struct recipe_remote *remote, const char **ret, struct err *err)
	NODISCARD;

#endif
