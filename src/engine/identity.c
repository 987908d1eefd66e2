/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c: lock file, then the user's storage, then the registry. */
#include "engine/identity.h"

#include "base/map.h"
#include "base/sha256.h"
#include "model/ref.h"
#include "remote/registry.h"

/* A plan that waits a minute for a registry that is down is of no use; a builder will wait. */
#define ATTEMPTS 2

struct identities {
	struct identities_opts o;
	struct arena *arena;
	struct registry *registry; /* opened when the first is asked */
	struct map
		*ids; /* reference LF platform → image ID, as registries told; address → digest */
	struct map *configs; /* image ID → its text */
	struct map *down;    /* registries that could not be asked → struct down * */
};

struct down {
	enum err_class class;
	const char *msg;
};

struct identities *
identities_new(const struct identities_opts *opts)
{
	struct identities *ids = xcalloc(1, sizeof(*ids));

	ids->o = *opts;
	ids->arena = arena_new();
	ids->ids = map_new();
	ids->configs = map_new();
	ids->down = map_new();
	return ids;
}

void
identities_free(struct identities *ids)
{
	if (!ids)
		return;
	registry_free(ids->registry);
	map_free(ids->ids);
	map_free(ids->configs);
	map_free(ids->down);
	arena_free(ids->arena);
	free(ids);
}

static int
open_registry(struct identities *ids, struct err *err)
{
	struct registry_opts opts = { .env = ids->o.env, .http = { .attempts = ATTEMPTS } };

	return ids->registry ? 0 : registry_new(&opts, &ids->registry, err);
}

/* In one of the builder's storages. */
static int
is_here(struct identities *ids, struct arena *arena, const char *id, bool *ret, struct err *err)
{
	struct oci_config *config = NULL;
	int r = builder_config(ids->o.builder, id, arena, &config, err);

	*ret = config;
	return r;
}

/* Locked to an image that no registry has: it is on this machine, or there is nothing to be done. */
static int
find_local(struct identities *ids, struct arena *arena, const char *ref, const char *id,
	   struct identity *ret, struct err *err)
{
	bool here;
	int r = is_here(ids, arena, id, &here, err);

	if (r)
		return r;
	if (!here) {
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
	err_hint(err, "lockstep lock brings it up to date; commit it");
	return -ERR_REFUSED;
}

static char *
fact_name(const char *digest, const char *platform)
{
	return xasprintf("image-id %s %s", digest, platform);
}

static int
remember(struct identities *ids, const char *name, const struct registry_answer *answer,
	 const char *platform, struct err *err)
{
	AUTO_FREE char *fact = fact_name(answer->digest, platform);

	map_set(ids->ids, str_c(name), arena_strdup(ids->arena, answer->image_id));
	return ids->o.store ? store_set_meta(ids->o.store, fact, answer->image_id, err) : 0;
}

static int
cannot_ask(struct identities *ids, const struct ref *ref, struct registry_answer *answer,
	   struct err *err)
{
	struct down down = { answer->err.class, arena_strdup(ids->arena, answer->err.msg) };

	map_set(ids->down, str_c(ref->domain), arena_dup(ids->arena, &down, sizeof(down)));
	return ids->o.pull ? err_move(err, &answer->err) : 0;
}

static int
ask(struct identities *ids, const struct ref *ref, const char *name,
    const struct platform *platform, const char *platform_name, struct err *err)
{
	const struct down *down = map_get(ids->down, str_c(ref->domain));
	struct registry_answer answer = { 0 };
	int r;

	if (down && ids->o.pull)
		return err_set(err, down->class, "%s", down->msg);
	if (!strcmp(ref->domain, "localhost") || down)
		return 0;
	r = open_registry(ids, err);
	if (r)
		return r;
	registry_image(ids->registry, ref, platform, registry_keep, &answer);
	r = registry_wait(ids->registry, err);
	if (!r && answer.state == REGISTRY_PRESENT)
		r = remember(ids, name, &answer, platform_name, err);
	else if (!r && answer.state == REGISTRY_ABSENT)
		r = err_set(err, ERR_REMOTE, "registry %s has no image '%s'%s%s", ref->domain,
			    ref->path, ref->digest ? " of that digest" : " with that tag: ",
			    ref->digest ? ""
			    : ref->tag  ? ref->tag
					: "latest");
	else if (!r)
		r = cannot_ask(ids, ref, &answer, err);
	registry_answer_fini(&answer);
	return r;
}

/* What a registry told before, in this process or, of a digest, ever; NULL in *ret if nothing. */
static int
recall(struct identities *ids, const struct ref *ref, const char *name, const char *platform,
       const char **ret, struct err *err)
{
	AUTO_FREE char *fact = NULL, *id = NULL;
	int r;

	*ret = map_get(ids->ids, str_c(name));
	if (*ret || !ref->digest || !ids->o.store)
		return 0;
	fact = fact_name(ref->digest, platform);
	r = store_get_meta(ids->o.store, fact, &id, err);
	if (r || !id)
		return r;
	*ret = arena_strdup(ids->arena, id);
	map_set(ids->ids, str_c(name), (char *)*ret);
	return 0;
}

static int
find_remote(struct identities *ids, struct arena *arena, const char *pinned,
	    const struct platform *platform, struct identity *ret, struct err *err)
{
	char platform_name[PLATFORM_TEXT_SIZE];
	AUTO_FREE char *name = NULL;
	struct ref ref;
	bool here = false;
	int r = ref_parse(arena, str_c(pinned), &ref, err);

	if (r)
		return r;
	platform_text(platform, platform_name);
	name = xasprintf("%s\n%s", pinned, platform_name);
	r = recall(ids, &ref, name, platform_name, &ret->id, err);
	if (!r && !ret->id) {
		r = ask(ids, &ref, name, platform, platform_name, err);
		ret->id = map_get(ids->ids, str_c(name));
	}
	if (!r && ret->id)
		r = is_here(ids, arena, ret->id, &here, err);
	if (!here)
		ret->pull = pinned;
	return r;
}

int
identity_find(struct identities *ids, const struct identity_query *query, struct arena *arena,
	      struct identity *ret, struct err *err)
{
	AUTO_FREE char *id = NULL;
	struct sha256 hash;
	const char *pinned;
	int r = external_pinned(query->project, arena, query->ref, &pinned, err);

	*ret = (struct identity){ 0 };
	if (r)
		return r;
	if (sha256_parse_digest(str_c(pinned), &hash))
		return find_local(ids, arena, query->ref, pinned, ret, err);
	if (ids->o.locked && !query->loose && !strchr(pinned, '@'))
		return refuse(query->ref, query->project, err);
	if (!ids->o.pull || strchr(pinned, '@')) {
		r = builder_find(ids->o.builder, pinned, query->platform, &id, err);
		if (r)
			return r;
	}
	if (!id)
		return find_remote(ids, arena, pinned, query->platform, ret, err);
	ret->id = arena_strdup(arena, id);
	return 0;
}

static int
fetch_config(struct identities *ids, struct arena *arena, const char *ref, const char *id,
	     const char **ret, struct err *err)
{
	struct registry_answer answer = { 0 };
	struct ref parsed;
	int r = ref_parse(arena, str_c(ref), &parsed, err);

	*ret = map_get(ids->configs, str_c(id));
	if (r || *ret || map_has(ids->down, str_c(parsed.domain)))
		return r;
	r = open_registry(ids, err);
	if (r)
		return r;
	registry_blob(ids->registry, &parsed, id, 0, registry_keep, &answer);
	r = registry_wait(ids->registry, err);
	if (!r && answer.state == REGISTRY_PRESENT) {
		*ret = arena_str(ids->arena, buf_str(&answer.body));
		map_set(ids->configs, str_c(id), (char *)*ret);
	}
	registry_answer_fini(&answer);
	return r;
}

int
identity_config(struct identities *ids, struct arena *arena, const char *ref, const char *id,
		struct oci_config **ret, struct err *err)
{
	const char *text;
	int r = builder_config(ids->o.builder, id, arena, ret, err);

	if (r || *ret)
		return r;
	r = fetch_config(ids, arena, ref, id, &text, err);
	if (r || !text)
		return r;
	*ret = oci_config_parse(arena, str_c(text), id, err);
	return *ret ? 0 : -(int)err->class;
}

int
identity_digest(struct identities *ids, const char *ref, char **ret, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct registry_answer answer = { 0 };
	struct ref parsed;
	int r = ref_parse(arena, str_c(ref), &parsed, err);

	if (!r)
		r = open_registry(ids, err);
	if (r)
		return r;
	registry_head(ids->registry, &parsed, registry_keep, &answer);
	r = registry_wait(ids->registry, err);
	if (!r && answer.state == REGISTRY_PRESENT)
		*ret = STEAL(answer.digest);
	else if (!r && answer.state == REGISTRY_ABSENT)
		r = err_set(err, ERR_INPUT, "registry %s has no '%s'", parsed.domain, ref);
	else if (!r)
		r = err_move(err, &answer.err);
	registry_answer_fini(&answer);
	return r;
}

int
identity_remote(struct identities *ids, struct project *p, struct arena *arena,
		const struct recipe_remote *remote, const char **ret, struct err *err)
{
	struct external e = external_of_remote(arena, remote);
	char digest[DIGEST_SIZE];
	int r;

	*ret = external_pinned_remote(p, arena, remote);
	if (*ret)
		return 0;
	if (ids->o.locked)
		return refuse(e.name, p, err);
	if (remote->git) {
		r = source_resolve(ids->o.cache, e.name, e.ref, ret, err);
		if (!r && !*ret)
			r = err_set(err, ERR_INPUT, "'%s' has no branch or tag '%s'", e.name,
				    e.ref);
		return r;
	}
	*ret = map_get(ids->ids, str_c(e.name));
	if (*ret)
		return 0;
	r = download_digest(ids->o.downloads, e.name, digest, err);
	if (r)
		return r;
	*ret = arena_strdup(ids->arena, digest);
	map_set(ids->ids, str_c(e.name), (char *)*ret);
	return 0;
}
