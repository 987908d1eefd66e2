/* SPDX-License-Identifier: Apache-2.0 */
/* oci.c: the part of an image's config that a child's build can see. */
#include "model/oci.h"

#include "base/json.h"

/* In the order of docs/key.md, "base-config"; what else a config has (times, history, host names)
 * no child sees. */
static const char *const seen_keys[] = {
	"Env", "OnBuild", "WorkingDir", "User",         "Shell",      "Entrypoint",
	"Cmd", "Volumes", "Labels",     "ExposedPorts", "StopSignal", "Healthcheck",
};

/* Where the values go, and whom mistakes are told. */
struct taker {
	struct arena *arena;
	const char *file;
	struct err *err;
};

static int
bad(const struct taker *t, const char *key, const char *what)
{
	return err_at(t->err, t->file, 0, 0, "'%s' of the image's config is not %s", key, what);
}

/* Builders write what is unset in several ways: no key, null, "", [] and {}. */
static bool
is_unset(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

static int
take_text(const struct taker *t, const json_t *from, const char *key, const char **ret)
{
	const json_t *value = json_object_get(from, key);

	*ret = "";
	if (is_unset(value))
		return 0;
	if (!json_is_string(value))
		return bad(t, key, "text");
	*ret = arena_strdup(t->arena, json_string_value(value));
	return 0;
}

static int
take_list(const struct taker *t, const json_t *from, const char *key, char ***ret, size_t *ret_n)
{
	const json_t *value = json_object_get(from, key);
	size_t n = is_unset(value) ? 0 : json_array_size(value);

	if (!is_unset(value) && !json_is_array(value))
		return bad(t, key, "a list");
	*ret = arena_calloc(t->arena, n, sizeof(**ret));
	*ret_n = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(value, i);

		if (!json_is_string(item))
			return bad(t, key, "a list of texts");
		(*ret)[i] = arena_strdup(t->arena, json_string_value(item));
	}
	return 0;
}

static const char *
canonical(struct arena *arena, const json_t *config)
{
	json_t *AUTO_JSON seen = json_object();
	char *AUTO_FREE text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(seen_keys); i++) {
		json_t *value = json_object_get(config, seen_keys[i]);

		if (!is_unset(value))
			(void)json_object_set(seen, seen_keys[i], value); /* a new key */
	}
	text = json_canonical(seen);
	return arena_strdup(arena, text);
}

static int
take_config(const struct taker *t, const json_t *config, struct oci_config *c)
{
	int r = take_list(t, config, "Env", &c->env, &c->nenv);

	if (r == 0)
		r = take_list(t, config, "OnBuild", &c->onbuild, &c->nonbuild);
	if (r == 0)
		r = take_text(t, config, "WorkingDir", &c->workdir);
	if (r == 0)
		r = take_text(t, config, "User", &c->user);
	if (r == 0)
		c->canonical = canonical(t->arena, config);
	return r;
}

static int
take_platform(const struct taker *t, const json_t *root, struct oci_config *c)
{
	int r = take_text(t, root, "os", &c->os);

	if (r == 0)
		r = take_text(t, root, "architecture", &c->arch);
	if (r == 0)
		r = take_text(t, root, "variant", &c->variant);
	if (r == 0)
		r = take_text(t, root, "created", &c->created);
	return r;
}

struct oci_config *
oci_config_parse(struct arena *arena, struct str json, const char *file, struct err *err)
{
	struct taker t = { arena, file, err };
	struct oci_config *c = ARENA_NEW(arena, struct oci_config);
	json_t *AUTO_JSON root = NULL;
	const json_t *config;

	if (json_parse(json, file, &root, err) < 0)
		return NULL;
	if (!json_is_object(root)) {
		(void)err_at(err, file, 0, 0,
			     "an image's config is a JSON object"); /* NULL tells */
		return NULL;
	}
	config = json_object_get(root, "config");
	if (config && !json_is_null(config) && !json_is_object(config)) {
		(void)bad(&t, "config", "an object"); /* NULL tells */
		return NULL;
	}
	if (take_config(&t, config, c) < 0 || take_platform(&t, root, c) < 0)
		return NULL;
	return c;
}
