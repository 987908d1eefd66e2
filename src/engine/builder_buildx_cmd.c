/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildx_cmd.c: the command lines of buildx, and of skopeo for its images. */
#include "engine/builder_buildx.h"

#include "base/map.h"
#include "base/sha256.h"
#include "engine/builder_containers.h"
#include "model/ref.h"

#define DOCKER_HOST "unix:///var/run/docker.sock"

/* NULL when it is not there, which nobody builds with. */
static const char *
manifest_digest(struct buildx_builder *x, struct arena *a, const char *image_id)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	struct image_export image;
	char digest[DIGEST_SIZE];

	if (ocistore_read(&x->store, image_id, a, &image, &ignored) <= 0)
		return NULL;
	sha256_digest(sha256_of(image.manifest.p, image.manifest.n), digest);
	return arena_strdup(a, digest);
}

const char *
builder_buildx_out(struct arena *a, const char *dir)
{
	return arena_printf(a, "%s/image.oci", dir);
}

/* What the name of an image of ours means: all that it can be is in this layout. */
static void
add_context(struct buildx_builder *x, struct arena *a, const char *name, const char *image_id,
	    struct builder_cmd *ret)
{
	const char *digest = manifest_digest(x, a, image_id);

	if (digest)
		builder_cmd_add2(ret, "--build-context",
				 arena_printf(a, "%s=oci-layout://%s@%s", name,
					      ocistore_dir(&x->store, a, image_id), digest));
}

/* The frontend is the one image that BuildKit takes from no context: it pulls it, exactly this one. */
static void
add_frontend(struct buildx_builder *x, struct arena *a, const struct recipe_image *image,
	     const char *image_id, struct builder_cmd *ret)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* it was pulled by this name */
	const char *digest = manifest_digest(x, a, image_id);
	struct ref ref;

	if (!digest || ref_parse(a, str_c(image->ref), &ref, &ignored))
		return;
	ref.tag = NULL;
	ref.digest = digest;
	builder_cmd_add2(ret, "--build-arg",
			 arena_printf(a, "BUILDKIT_SYNTAX=%s", ref_text(a, &ref)));
}

/* By which the Dockerfile knows an image; NULL for a frontend. */
static const char *
context_name(struct arena *a, const struct builder_build *build, size_t i)
{
	const struct recipe_image *image = &build->recipe->images[i];

	if (image->use == RECIPE_USE_SYNTAX)
		return NULL;
	return image->onbuild ? image->ref : builder_buildkit_ref(a, build->image_ids[i]);
}

static void
add_images(struct buildx_builder *x, struct arena *a, const struct builder_build *build,
	   struct builder_cmd *ret)
{
	AUTO_MAP struct map *known = map_new();

	for (size_t i = 0; i < build->recipe->nimages; i++) {
		const char *name = context_name(a, build, i);

		if (!name)
			add_frontend(x, a, &build->recipe->images[i], build->image_ids[i], ret);
		else if (map_add(known, str_c(name), known))
			add_context(x, a, name, build->image_ids[i], ret);
	}
}

/* All times are the epoch where BuildKit can (0.13 and newer); older ones pass it over. */
void
builder_buildx_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
			 struct builder_cmd *ret)
{
	static const char *const names[] = {
		"DOCKER_HOST",       "DOCKER_CONTEXT",          "DOCKER_CERT_PATH",
		"DOCKER_TLS_VERIFY", "BUILDX_BUILDER",          "BUILDX_CONFIG",
		"KUBECONFIG",        "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT",
		"SSH_AUTH_SOCK"
	};
	struct buildx_builder *x = buildx_builder(b);
	struct builder_build options = *build;

	*ret = (struct builder_cmd){ 0 };
	vec_push(&ret->argv, x->program ? x->program : "docker-buildx");
	vec_push(&ret->argv, "build");
	builder_scrub_env(b, a, names, ARRAY_SIZE(names), ret);
	vec_push(&ret->env, "SOURCE_DATE_EPOCH=0");
	vec_push(&ret->env, "NO_COLOR=1");
	if (build->no_cache)
		vec_push(&ret->argv, "--no-cache");
	builder_cmd_add2(ret, "--progress", "plain");
	vec_push(&ret->argv, "--provenance=false");
	vec_push(&ret->argv, "--sbom=false");
	builder_cmd_add2(ret, "--iidfile", build->id_file);
	builder_cmd_add2(ret, "--output",
			 arena_printf(a, "type=oci,tar=false,rewrite-timestamp=true,dest=%s",
				      builder_buildx_out(a, build->dir)));
	add_images(x, a, build, ret);
	options.ncontexts = 0;
	builder_add_options(a, &options, ret);
	builder_cmd_add2(ret, "-f", build->dockerfile);
	vec_push(&ret->argv, build->context);
	builder_cmd_end(ret);
}

static void
start_copy(struct builder *b, struct arena *a, const struct platform *platform,
	   struct builder_cmd *cmd)
{
	const char *conf = env_nonempty(b->env, "CONTAINERS_REGISTRIES_CONF");

	*cmd = (struct builder_cmd){ 0 };
	vec_push(&cmd->argv, "skopeo");
	if (conf)
		builder_cmd_add2(cmd, "--registries-conf", conf);
	if (platform) {
		builder_cmd_add2(cmd, "--override-os", arena_strdup(a, platform->os));
		builder_cmd_add2(cmd, "--override-arch", arena_strdup(a, platform->arch));
	}
	if (platform && *platform->variant)
		builder_cmd_add2(cmd, "--override-variant", arena_strdup(a, platform->variant));
	vec_push(&cmd->argv, "copy");
	vec_push(&cmd->argv, "--quiet");
	builder_containers_env(b, a, cmd);
}

static const char *
as_layout(struct builder *b, struct arena *a, const char *image_id)
{
	return arena_printf(a, "oci:%s", ocistore_dir(&buildx_builder(b)->store, a, image_id));
}

/* As the registry has it, byte for byte: the image ID is that of its config. */
static const char *
as_name(struct builder *b, struct arena *a, const char *name)
{
	return arena_printf(a, "dir:%s", ocistore_name_dir(&buildx_builder(b)->store, a, name));
}

void
builder_buildx_pull_cmd(struct builder *b, struct arena *a, const char *ref,
			const struct platform *platform, struct builder_cmd *ret)
{
	const char *name = builder_buildx_name(a, ref);

	start_copy(b, a, platform, ret);
	if (builder_is_insecure(b, name))
		vec_push(&ret->argv, "--src-tls-verify=false");
	vec_push(&ret->argv, arena_printf(a, "docker://%s", name));
	vec_push(&ret->argv, as_name(b, a, name));
	builder_cmd_end(ret);
}

static const char *
docker_host(const struct builder *b)
{
	const char *host = env_nonempty(b->env, "DOCKER_HOST");

	return host ? host : DOCKER_HOST;
}

void
builder_buildx_import_cmd(struct builder *b, struct arena *a, const char *image_id,
			  struct builder_cmd *ret)
{
	struct buildx_builder *x = buildx_builder(b);
	AUTO_ERR struct err ignored = ERR_INIT;

	start_copy(b, a, NULL, ret);
	if (ocistore_has(&x->store, image_id, &ignored) > 0) {
		vec_push(&ret->argv, as_layout(b, a, image_id));
	} else if (x->user_kind == BUILDER_DOCKER) {
		builder_cmd_add2(ret, "--src-daemon-host", docker_host(b));
		vec_push(&ret->argv, arena_printf(a, "docker-daemon:%s", image_id));
	} else {
		vec_push(&ret->argv,
			 arena_printf(a, "containers-storage:@%s", image_id + strlen("sha256:")));
	}
	vec_push(&ret->argv, as_name(b, a, image_id));
	builder_cmd_end(ret);
}

void
builder_buildx_load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
			struct builder_cmd *ret)
{
	bool docker = buildx_builder(b)->user_kind == BUILDER_DOCKER;

	start_copy(b, a, NULL, ret);
	if (docker)
		builder_cmd_add2(ret, "--dest-daemon-host", docker_host(b));
	vec_push(&ret->argv, as_layout(b, a, image_id));
	vec_push(&ret->argv,
		 arena_printf(a, "%s:%s", docker ? "docker-daemon" : "containers-storage", name));
	builder_cmd_end(ret);
}

bool
builder_buildx_run_load_cmd(struct builder *b, struct arena *a, const char *image_id,
			    struct builder_cmd *ret)
{
	struct builder *runs = builder_buildx_runs(b);
	AUTO_FREE char *spec = NULL;

	if (!runs)
		return false;
	spec = builder_containers_spec(runs);
	start_copy(b, a, NULL, ret);
	vec_push(&ret->argv, as_layout(b, a, image_id));
	vec_push(&ret->argv,
		 arena_printf(a, "containers-storage:%s@%s", spec, image_id + strlen("sha256:")));
	builder_cmd_end(ret);
	return true;
}

void
builder_buildx_push_cmd(struct builder *b, struct arena *a, const char *image_id, const char *ref,
			const char *digest_file, struct builder_cmd *ret)
{
	start_copy(b, a, NULL, ret);
	builder_cmd_add2(ret, "--digestfile", digest_file);
	if (builder_is_insecure(b, ref))
		vec_push(&ret->argv, "--dest-tls-verify=false");
	vec_push(&ret->argv, as_layout(b, a, image_id));
	vec_push(&ret->argv, arena_printf(a, "docker://%s", ref));
	builder_cmd_end(ret);
}
