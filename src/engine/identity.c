/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c: lock file, then the user's storage. */
#include "engine/identity.h"

#include "base/sha256.h"

/* Locked to an image that no registry has: it is on this machine, or there is nothing to be done. */
static int
find_local(const struct identity_opts *o, struct arena *arena, const char *ref, const char *id,
	   struct identity *ret, struct err *err)
{
	struct oci_config *config;
	int r = builder_config(o->builder, id, arena, &config, err);

	if (r)
		return r;
	if (!config) {
		err_set(err, ERR_REFUSED, "'%s' is locked to an image that is not on this machine",
			ref);
		err_hint(err, "it was in no registry when it was locked: load it, or push it and "
			      "run `lockstep update`");
		return -ERR_REFUSED;
	}
	ret->id = id;
	return 0;
}

static int
refuse(const char *ref, const struct project *p, struct err *err)
{
	err_set(err, ERR_REFUSED, "'%s' is not in '%s'", ref,
		p->lock_path ? p->lock_path : "a lock file");
	err_hint(err, "a trigger of a base image names it: write it with its digest");
	return -ERR_REFUSED;
}

int
identity_find(const struct identity_opts *o, struct arena *arena, const char *ref,
	      struct identity *ret, struct err *err)
{
	AUTO_FREE char *id = NULL;
	struct sha256 hash;
	const char *pinned;
	int r = external_pinned(o->project, arena, ref, &pinned, err);

	*ret = (struct identity){ 0 };
	if (r)
		return r;
	if (sha256_parse_digest(str_c(pinned), &hash))
		return find_local(o, arena, ref, pinned, ret, err);
	if (o->locked && !strchr(pinned, '@'))
		return refuse(ref, o->project, err);
	r = builder_find(o->builder, pinned, &id, err);
	if (r)
		return r;
	if (id)
		ret->id = arena_strdup(arena, id);
	else
		ret->pull = pinned;
	return 0;
}
