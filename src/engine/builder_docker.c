/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker.c: the images of a Docker engine, and its client. */
#include "engine/builder_docker.h"

#include "base/file.h"
#include "base/path.h"
#include "base/uri.h"
#include "engine/podman_service.h"
#include "engine/runner.h"
#include "model/ref.h"

#define ENGINE_WITH_TRIGGERS 28 /* BuildKit 0.17 and newer: ONBUILD with from= */
#define CLIENT_OF_ITS_OWN 23    /* from this version on, BuildKit is in a plug-in */

struct builder *
builder_docker_open(const struct builder_opts *opts UNUSED)
{
	struct docker_builder *d = xcalloc(1, sizeof(*d));

	return &d->base;
}

void
builder_docker_free(struct builder *b)
{
	struct docker_builder *d = docker_builder(b);

	docker_api_free(d->api);
	json_decref(d->images);
	free(d->program);
	free(d);
}

int
builder_docker_api(struct builder *b, struct docker_api **ret, struct err *err)
{
	struct docker_builder *d = docker_builder(b);
	AUTO_FREE char *host = d->service ? podman_service_host(b->env, geteuid()) : NULL;
	int r = d->api ? 0
		: host ? docker_api_open_podman(host, &d->api, err)
		       : docker_api_open(b->env, &d->api, err);

	if (!r)
		*ret = d->api;
	return r;
}

/*
 * podman's service takes the same requests, but builds as podman does: it reads Dockerfiles in its
 * own way, which is in the key, and its layer cache does not see a new value of an argument behind
 * LABEL or ENV: a stale image.
 */
static int
know_engine(struct docker_builder *d, struct err *err)
{
	struct docker_api *api;
	int r = builder_docker_api(&d->base, &api, err);

	if (!r)
		r = docker_api_meet(api, err);
	if (r || docker_api_is_podman(api) == d->service)
		return r;
	if (d->service) {
		err_set(err, ERR_TOOL, "docker %s answers at '%s', and not podman",
			docker_api_engine(api), docker_api_host(api));
		err_hint(err, "write `builder: docker`, or set CONTAINER_HOST");
		return -ERR_TOOL;
	}
	err_set(err, ERR_TOOL,
		"podman %s answers at '%s', and builds as podman does, not as docker",
		docker_api_engine(api), docker_api_host(api));
	err_hint(err, "write `builder: podman`, which needs no service, or `builder: "
		      "podman-service`, or set DOCKER_HOST");
	return -ERR_TOOL;
}

int
builder_docker_know(struct builder *b, struct docker_api **ret, struct err *err)
{
	int r = know_engine(docker_builder(b), err);

	if (!r)
		*ret = docker_builder(b)->api;
	return r;
}

static int
get(struct docker_builder *d, const char *path, json_t **ret, struct err *err)
{
	int r = know_engine(d, err);

	return r ? r : docker_api_get(d->api, path, ret, err);
}

static int
load_images(struct docker_builder *d, struct err *err)
{
	int r;

	if (d->images && !d->working)
		return 0;
	json_decref(d->images);
	d->images = NULL;
	r = get(d, "/images/json", &d->images, err);
	return r < 0 ? r : 0;
}

void
builder_docker_forget(struct builder *b)
{
	struct docker_builder *d = docker_builder(b);

	json_decref(d->images);
	d->images = NULL;
}

static const char *
hex_of(const char *image_id)
{
	return image_id + strlen("sha256:");
}

static bool
has_text(const json_t *list, const char *text)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (json_is_string(value) && !strcmp(json_string_value(value), text))
			return true;
	}
	return false;
}

int
builder_docker_has(struct builder *b, const char *image_id, struct err *err)
{
	AUTO_FREE char *name = xasprintf(BUILDKIT_KEPT ":%s", hex_of(image_id));
	struct docker_builder *d = docker_builder(b);
	const json_t *image;
	size_t i;
	int r = load_images(d, err);

	if (r)
		return r;
	json_array_foreach(d->images, i, image)
	{
		const char *id = json_get_text(image, "Id");

		if (id && !strcmp(id, image_id))
			return has_text(json_object_get(image, "RepoTags"), name);
	}
	return 0;
}

static void
copy_text(const json_t *from, const char *name, json_t *to, const char *as)
{
	const char *text = json_get_text(from, name);

	if (text && *text)
		json_set_text(to, as, text);
}

int
builder_docker_is_there(struct builder *b, const char *image_id, struct err *err)
{
	AUTO_FREE char *path = xasprintf("/images/%s/json", image_id);
	AUTO_JSON json_t *image = NULL;

	return get(docker_builder(b), path, &image, err);
}

/* The engine does not give the config blob out, but all that a child can see of it. 0: no such image. */
static int
get_config(struct builder *b, const char *image_id, char **ret, size_t *ret_layers, struct err *err)
{
	AUTO_FREE char *path = xasprintf("/images/%s/json", image_id);
	AUTO_JSON json_t *image = NULL, *blob = json_object();
	int r = get(docker_builder(b), path, &image, err);

	if (r <= 0)
		return r;
	json_object_set(blob, "config", json_object_get(image, "Config"));
	copy_text(image, "Os", blob, "os");
	copy_text(image, "Architecture", blob, "architecture");
	copy_text(image, "Variant", blob, "variant");
	copy_text(image, "Author", blob, "author");
	*ret_layers = json_array_size(json_object_get(json_object_get(image, "RootFS"), "Layers"));
	*ret = json_canonical(blob);
	return 1;
}

int
builder_docker_config(struct builder *b, const char *image_id, struct arena *arena,
		      struct oci_config **ret, struct err *err)
{
	AUTO_FREE char *text = NULL;
	size_t layers;
	int r = get_config(b, image_id, &text, &layers, err);

	*ret = NULL;
	if (r <= 0)
		return r;
	*ret = oci_config_parse(arena, str_c(text), image_id, err);
	return *ret ? 0 : -err->class;
}

/* "empty export - not implemented", says docker. */
int
builder_docker_export_empty(struct builder *b, const char *image_id, const char *dir,
			    struct err *err)
{
	AUTO_FREE char *config = NULL, *blob = path_join(dir, hex_of(image_id)), *text = NULL;
	AUTO_FREE char *manifest = path_join(dir, "manifest.json");
	AUTO_JSON json_t *export = json_object(), *descriptor = json_object();
	size_t layers;
	int r = get_config(b, image_id, &config, &layers, err);

	if (r <= 0 || layers)
		return r < 0 ? r : 0;
	json_set_text(descriptor, "digest", image_id);
	json_set_int(descriptor, "size", (long long)strlen(config));
	json_object_set(export, "config", descriptor);
	json_object_set_new(export, "layers", json_array());
	text = json_canonical(export);
	r = file_write(blob, str_c(config), 0600, err);
	if (!r)
		r = file_write(manifest, str_c(text), 0600, err);
	return r ? r : 1;
}

/* The engine lists names as docker writes them: without docker.io and library. */
static bool
means(const json_t *names, const char *wanted)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const json_t *value;
	size_t i;

	json_array_foreach(names, i, value)
	{
		AUTO_ERR struct err ignored = ERR_INIT; /* "<none>:<none>" */
		const char *name = json_string_value(value);
		struct ref ref;

		if (name && !ref_parse(arena, str_c(name), &ref, &ignored) &&
		    !strcmp(ref_text(arena, &ref), wanted))
			return true;
	}
	return false;
}

int
builder_docker_find(struct builder *b, const char *ref, char **ret, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct docker_builder *d = docker_builder(b);
	struct ref parsed;
	const char *wanted;
	const json_t *image;
	size_t i;
	int r = ref_parse(arena, str_c(ref), &parsed, err);

	*ret = NULL;
	if (!r)
		r = load_images(d, err);
	if (r)
		return r;
	if (parsed.digest)
		parsed.tag = NULL; /* the engine keeps digests without */
	wanted = ref_text(arena, &parsed);
	json_array_foreach(d->images, i, image)
	{
		if (json_get_text(image, "Id") &&
		    (means(json_object_get(image, "RepoTags"), wanted) ||
		     means(json_object_get(image, "RepoDigests"), wanted))) {
			*ret = xstrdup(json_get_text(image, "Id"));
			return 0;
		}
	}
	return 0;
}

/* "Docker version 20.10.24+dfsg1, build 297e128": 20; 0 for anything else. */
static unsigned long long
major(struct str text)
{
	unsigned long long n = 0;
	struct str word;

	while (str_next(&text, ' ', &word)) {
		struct str number;

		if (str_next(&word, '.', &number) && str_to_u64(number, &n))
			return n;
	}
	return 0;
}

/* What the client calls itself is in said. */
static bool
speaks_buildkit(const char *program, struct buf *said)
{
	const char *version[] = { program, "--version", NULL };
	const char *plugin[] = { program, "buildx", "version", NULL };
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR struct err ignored = ERR_INIT;

	buf_init(&text, 0);
	if (builder_ask(version, &text, &ignored))
		return false;
	buf_clear(said);
	buf_add_str(said, str_trim(buf_str(&text), " \n"));
	if (major(buf_str(said)) < CLIENT_OF_ITS_OWN)
		return true;
	return !builder_ask(plugin, NULL, &ignored);
}

/* The first docker in PATH that can: Debian's own, and one of docker.com without its plug-in, are
 * often side by side. */
static int
find_buildkit_client(struct docker_builder *d, struct buf *said, struct err *err)
{
	const char *path = env_get(d->base.env, "PATH");
	struct str rest = str_c(path ? path : ""), dir;
	bool any = false;

	while (str_next(&rest, ':', &dir)) {
		AUTO_FREE char *program = xasprintf("%.*s/docker", STR_FMT(dir));

		if (!dir.n || dir.p[0] != '/' || !proc_find(program, NULL))
			continue;
		any = true;
		if (speaks_buildkit(program, said)) {
			d->program = STEAL(program);
			return 0;
		}
	}
	if (!any)
		return err_set(err, ERR_TOOL, "cannot find 'docker' in PATH");
	err_set(err, ERR_TOOL,
		"no docker client in PATH can use BuildKit: %s has no buildx plug-in", said->data);
	err_hint(err, "install its plug-in, or Debian's docker.io, or write `builder: "
		      "docker-classic`");
	return -ERR_TOOL;
}

/* Only BuildKit needs one. */
static bool
needs_client(const struct docker_builder *d)
{
	return d->base.ops->dialect == DIALECT_BUILDKIT;
}

int
builder_docker_prepare(struct builder *b, struct err *err)
{
	struct docker_builder *d = docker_builder(b);
	AUTO_BUF struct buf said = BUF_INIT;
	int r = know_engine(d, err);

	d->working = true;
	buf_init(&said, 0);
	if (!r && !d->program && needs_client(d))
		r = find_buildkit_client(d, &said, err);
	return r;
}

int
builder_docker_limits(struct builder *b, bool anew UNUSED, struct builder_limits *ret,
		      struct err *err)
{
	struct docker_builder *d = docker_builder(b);
	bool classic = b->ops->dialect == DIALECT_CLASSIC;
	AUTO_FREE char *shown = NULL;
	const char *version;
	int r = know_engine(d, err);

	if (r)
		return r;
	version = docker_api_engine(d->api);
	shown = xasprintf("version %s", version);
	*ret = (struct builder_limits){
		.who = xasprintf("docker %s%s", version, classic ? " without BuildKit" : ""),
		.who_can = "docker 23 or newer, or a `# syntax=` line that names a newer frontend,",
		.frontend = !classic && major(str_c(shown)) < CLIENT_OF_ITS_OWN ? 8 : 0,
		.only_layers = true,
		.no_secrets = classic,
		.no_trigger_images = classic,
		.no_trigger_from =
			!classic && major(str_c(shown)) < ENGINE_WITH_TRIGGERS, /* BuildKit 0.17 */
	};
	return 0;
}

bool
builder_docker_runs_here(struct builder *b)
{
	struct docker_builder *d = docker_builder(b);

	return d->api && docker_api_is_here(d->api);
}

/* The engine removes an image with its last name, and keeps what another stands on. */
int
builder_docker_collect(struct builder *b, const struct builder_gc *gc,
		       struct builder_gc_result *ret, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < map_len(gc->old); i++) {
		AUTO_FREE char *id = str_dup(map_key(gc->old, i)), *path = NULL;

		if (map_has(gc->keep, map_key(gc->old, i)))
			continue;
		r = builder_docker_has(b, id, err);
		if (r <= 0)
			continue;
		ret->images++;
		path = xasprintf("/images/" BUILDKIT_KEPT ":%s", hex_of(id));
		r = gc->dry_run ? 0 : docker_api_delete(docker_builder(b)->api, path, err);
	}
	return r < 0 ? r : 0;
}

int
builder_docker_keep(struct builder *b, const char *dir UNUSED, const char *image_id,
		    struct err *err)
{
	return docker_api_tag(docker_builder(b)->api, image_id, BUILDKIT_KEPT, hex_of(image_id),
			      err);
}

int
builder_docker_probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	struct docker_builder *d = docker_builder(b);
	AUTO_BUF struct buf said = BUF_INIT;
	int r;

	buf_init(&said, 0);
	r = needs_client(d) ? find_buildkit_client(d, &said, err) : 0;
	if (!r)
		r = know_engine(d, err);
	if (r)
		return r;
	ret->program = xstrdup(d->program ? d->program : "engine");
	if (said.len)
		buf_adds(&said, ", ");
	ret->version = xasprintf("%sengine %s (API %s)", said.data, docker_api_engine(d->api),
				 docker_api_version(d->api));
	ret->storage = xasprintf("lockstep builds in the engine at %s", docker_api_host(d->api));
	return 0;
}

int
builder_docker_containers(struct builder *b, json_t **ret, struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_JSON json_t *filters = json_pack("{s:[s]}", "label", runner_label(b, a));
	AUTO_FREE char *text = json_canonical(filters);
	AUTO_BUF struct buf path = BUF_INIT;
	int r;

	buf_adds(&path, "/containers/json?all=1&filters=");
	uri_escape(&path, str_c(text));
	r = get(docker_builder(b), path.data, ret, err);
	return r < 0 ? r : 0;
}

bool
builder_docker_left(struct builder *b)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* without an engine nothing is done there */
	AUTO_JSON json_t *list = NULL;

	return !builder_docker_containers(b, &list, &ignored) && json_array_size(list);
}

int
builder_docker_tidy(struct builder *b, struct err *err)
{
	return builder_tidy_tmp(b, NULL, err);
}
