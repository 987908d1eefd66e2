/* SPDX-License-Identifier: Apache-2.0 */
/* presence.c: whether images are in their registries. */
#include "engine/presence.h"

#include "base/vec.h"
#include "remote/registry.h"

ENUM_DEFINE(presence_auth, PRESENCE_AUTH_LIST);
ENUM_DEFINE(presence_state, PRESENCE_STATE_LIST);

/* A folder that is nowhere: without the variable, another would be looked into. */
#define NO_RUNTIME_DIR "XDG_RUNTIME_DIR=/nonexistent"

typedef VEC(const char *) texts;

static const char *
env_value(const char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=' && (*env)[n + 1])
			return *env + n + 1;
	return NULL;
}

/* The environment without what leads to anybody's credentials. */
static void
anonymous_env(const char *const *env, texts *ret)
{
	static const char *const secrets[] = { "HOME=", "XDG_CONFIG_HOME=", "DOCKER_CONFIG=",
					       "REGISTRY_AUTH_FILE=", "XDG_RUNTIME_DIR=" };

	for (; *env; env++) {
		bool leads = false;

		for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
			leads = leads || !strncmp(*env, secrets[i], strlen(secrets[i]));
		if (!leads)
			vec_push(ret, *env);
	}
	vec_push(ret, NO_RUNTIME_DIR);
	vec_push(ret, NULL);
}

static int
auth_file(const struct presence_opts *o, struct arena *arena, const char **ret, struct err *err)
{
	const char *named = env_value(o->env, "REGISTRY_AUTH_FILE");
	const char *config = env_value(o->env, "DOCKER_CONFIG"), *home = env_value(o->env, "HOME");

	switch (o->auth) {
	case PRESENCE_AUTH_ANONYMOUS:
		return 0;
	case PRESENCE_AUTH_ENV:
		if (!named)
			return err_set(err, ERR_USAGE, "REGISTRY_AUTH_FILE is not set");
		*ret = named;
		return 0;
	case PRESENCE_AUTH_DOCKER_CONFIG:
		if (config)
			*ret = arena_printf(arena, "%s/config.json", config);
		else if (home)
			*ret = arena_printf(arena, "%s/.docker/config.json", home);
		else
			return err_set(err, ERR_USAGE, "neither DOCKER_CONFIG nor HOME is set");
		return 0;
	}
	return 0;
}

/* Both answers to one item: by tag, by digest. */
struct answers {
	struct registry_answer tag, digest;
};

static void
unknown(struct arena *arena, struct presence *item, const struct registry_answer *a)
{
	item->state = PRESENCE_UNKNOWN;
	item->class = a->err.class;
	item->why = arena_strdup(arena, a->err.msg ? a->err.msg : "there is no answer");
}

static void
conclude(struct arena *arena, struct presence *item, const struct answers *a)
{
	const struct registry_answer *both[] = { item->tag ? &a->tag : NULL,
						 item->digest ? &a->digest : NULL };

	item->state = PRESENCE_PRESENT;
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		if (!both[i])
			continue;
		if (both[i]->state == REGISTRY_UNKNOWN) {
			unknown(arena, item, both[i]);
			return;
		}
		if (both[i]->state == REGISTRY_ABSENT)
			item->state = PRESENCE_ABSENT;
	}
	if (item->state == PRESENCE_PRESENT && item->tag && item->digest &&
	    strcmp(a->tag.digest, item->digest) != 0) {
		item->state = PRESENCE_OTHER;
		item->found = arena_strdup(arena, a->tag.digest);
	}
}

static int
start(struct registry *reg, struct arena *arena, const struct presence *item, struct answers *a,
      struct err *err)
{
	struct ref ref = { 0 };
	int r = ref_parse(arena, str_c(item->name), &ref, err);

	if (r)
		return r;
	if (item->tag) {
		ref.tag = item->tag;
		registry_head(reg, &ref, registry_keep, &a->tag);
	}
	if (item->digest) {
		ref.tag = NULL;
		ref.digest = item->digest;
		registry_head(reg, &ref, registry_keep, &a->digest);
	}
	return 0;
}

static int
ask(struct registry *reg, struct arena *arena, struct presence *items, size_t n, struct err *err)
{
	struct answers *all = xcalloc(n + 1, sizeof(*all));
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = start(reg, arena, &items[i], &all[i], err);
	if (!r)
		r = registry_wait(reg, err);
	for (size_t i = 0; i < n; i++) {
		if (!r)
			conclude(arena, &items[i], &all[i]);
		registry_answer_fini(&all[i].tag);
		registry_answer_fini(&all[i].digest);
	}
	free(all);
	return r;
}

int
presence_ask(const struct presence_opts *opts, struct arena *arena, struct presence *items,
	     size_t n, struct err *err)
{
	struct registry_opts o = { .env = opts->env };
	struct registry *reg = NULL;
	texts env = { 0 };
	int r = auth_file(opts, arena, &o.auth_file, err);

	if (opts->auth == PRESENCE_AUTH_ANONYMOUS) {
		anonymous_env(opts->env, &env);
		o.env = env.v;
	}
	if (!r)
		r = registry_new(&o, &reg, err);
	if (!r)
		r = ask(reg, arena, items, n, err);
	registry_free(reg);
	vec_fini(&env);
	return r;
}
