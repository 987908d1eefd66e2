/* SPDX-License-Identifier: Apache-2.0 */
/* target.c: the items of a graph's `dispatch`. */
#include "model/target.h"

ENUM_DEFINE(target_kind, TARGET_KIND_LIST);
ENUM_DEFINE(target_signing, TARGET_SIGNING_LIST);
ENUM_DEFINE(target_format, TARGET_FORMAT_LIST);

#define DEFAULT_TIMEOUT_S 30
#define DEFAULT_REF "main"
#define GITHUB_API "https://api.github.com"
#define GITHUB_TOKEN "GITHUB_TOKEN"
#define GITLAB "https://gitlab.com"

static const char *
text(struct arena *arena, const json_t *spec, const char *key, const char *fallback)
{
	const char *value = json_get_text(spec, key);

	return value ? arena_strdup(arena, value) : fallback;
}

static const char *
without_slashes(struct arena *arena, const char *url)
{
	size_t n = strlen(url);

	while (n && url[n - 1] == '/')
		n--;
	return arena_str(arena, (struct str){ url, n });
}

static const char *
name_of(struct arena *arena, const struct target *t)
{
	const char *kind = target_kind_name(t->kind);

	switch (t->kind) {
	case TARGET_GITHUB:
		return arena_printf(arena, "%s:%s%s%s:%s", kind,
				    strcmp(t->url, GITHUB_API) ? t->url : "",
				    strcmp(t->url, GITHUB_API) ? "/" : "", t->repository, t->event);
	case TARGET_GITHUB_WORKFLOW:
		return arena_printf(arena, "%s:%s%s%s:%s@%s", kind,
				    strcmp(t->url, GITHUB_API) ? t->url : "",
				    strcmp(t->url, GITHUB_API) ? "/" : "", t->repository,
				    t->workflow, t->ref);
	case TARGET_GITLAB:
		return arena_printf(arena, "%s:%s/%s@%s", kind, t->url, t->repository, t->ref);
	case TARGET_GITEA_WORKFLOW:
		return arena_printf(arena, "%s:%s/%s:%s@%s", kind, t->url, t->repository,
				    t->workflow, t->ref);
	case TARGET_WEBHOOK:
		break;
	}
	return arena_printf(arena, "%s:%s", kind, t->url);
}

static void
read_webhook(const json_t *spec, struct target *t)
{
	const char *signing = json_get_text(spec, "signing"),
		   *format = json_get_text(spec, "format");

	/* graph_load() fills them in and has checked them. */
	BUG_ON(!target_signing_parse(str_c(signing), &t->signing));
	BUG_ON(!target_format_parse(str_c(format), &t->format));
}

static void
read_secret(struct arena *arena, const json_t *spec, struct target *t)
{
	bool webhook = t->kind == TARGET_WEBHOOK;
	bool github = t->kind == TARGET_GITHUB || t->kind == TARGET_GITHUB_WORKFLOW;

	if (webhook && t->signing == TARGET_SIGNING_NONE)
		return;
	t->secret_env = text(arena, spec, webhook ? "secret-env" : "token-env", NULL);
	t->secret_file = text(arena, spec, webhook ? "secret-file" : "token-file", NULL);
	if (github && !t->secret_env && !t->secret_file)
		t->secret_env = GITHUB_TOKEN;
}

void
target_read(struct arena *arena, const json_t *item, struct target *ret)
{
	void *iter = json_object_iter((json_t *)item);
	const json_t *spec = json_object_iter_value(iter), *timeout;
	struct target t = { 0 };
	bool github;

	BUG_ON(!target_kind_parse(str_c(json_object_iter_key(iter)), &t.kind));
	github = t.kind == TARGET_GITHUB || t.kind == TARGET_GITHUB_WORKFLOW;
	t.url = text(arena, spec, "url", github ? GITHUB_API : GITLAB);
	if (t.kind == TARGET_WEBHOOK)
		read_webhook(spec, &t);
	else
		t.url = without_slashes(arena, t.url);
	t.repository = text(arena, spec, t.kind == TARGET_GITLAB ? "project" : "repository", NULL);
	t.event = text(arena, spec, "event", NULL);
	t.workflow = text(arena, spec, "workflow", NULL);
	t.ref = text(arena, spec, "ref", DEFAULT_REF);
	timeout = json_object_get(spec, "timeout");
	t.timeout_s = timeout ? (int)json_integer_value(timeout) : DEFAULT_TIMEOUT_S;
	read_secret(arena, spec, &t);
	t.name = name_of(arena, &t);
	*ret = t;
}
