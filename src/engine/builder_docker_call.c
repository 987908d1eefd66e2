/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker_call.c: pull, tag, write out and build, by requests to the engine. */
#include "base/uri.h"
#include "engine/builder_docker.h"
#include "engine/image_export.h"
#include "model/ref.h"
#include "remote/docker_call.h"

void
builder_docker_query(struct buf *path, const char *name, const char *value)
{
	buf_addf(path, "%c%s=", memchr(path->data, '?', path->len) ? '&' : '?', name);
	uri_escape(path, str_c(value));
}

void
builder_docker_query_json(struct buf *path, const char *name, json_t *json)
{
	AUTO_FREE char *text = json_canonical(json);

	if (json_object_size(json) || json_array_size(json))
		builder_docker_query(path, name, text);
	json_decref(json);
}

struct docker_call_opts *
builder_docker_call(struct builder *b, struct arena *a, const struct buf *path,
		    struct builder_cmd *ret)
{
	struct docker_call_opts *call = arena_calloc(a, 1, sizeof(*call));

	*call = (struct docker_call_opts){ .api = docker_builder(b)->api,
					   .method = HTTP_POST,
					   .path = arena_str(a, buf_str(path)),
					   .env = b->env };
	*ret = (struct builder_cmd){ .call = call };
	builder_cmd_end(ret);
	return call;
}

/* The graph's loader and the planner saw to it that it is one. */
static struct ref
must_parse(struct arena *a, const char *text)
{
	struct ref ref = { 0 };

	BUG_ON(ref_parse(a, str_c(text), &ref, NULL));
	return ref;
}

void
builder_docker_pull(struct builder *b, struct arena *a, const char *text,
		    const struct platform *platform, struct builder_cmd *ret)
{
	struct ref ref = must_parse(a, text);
	AUTO_BUF struct buf path = BUF_INIT;
	char for_platform[PLATFORM_TEXT_SIZE];
	struct docker_call_opts *call;

	platform_text(platform, for_platform);
	buf_adds(&path, "/images/create");
	builder_docker_query(&path, "fromImage", ref.name);
	builder_docker_query(&path, "tag", ref.digest ? ref.digest : ref.tag ? ref.tag : "latest");
	builder_docker_query(&path, "platform", for_platform);
	call = builder_docker_call(b, a, &path, ret);
	call->domain = ref.domain;
	call->repository = ref.path;
}

void
builder_docker_load(struct builder *b, struct arena *a, const char *image_id, const char *name,
		    struct builder_cmd *ret)
{
	struct ref ref = must_parse(a, name);
	AUTO_BUF struct buf path = BUF_INIT;

	buf_addf(&path, "/images/%s/tag", image_id);
	builder_docker_query(&path, "repo", ref.name);
	builder_docker_query(&path, "tag", ref.tag ? ref.tag : "latest");
	(void)builder_docker_call(b, a, &path, ret);
}

void
builder_docker_import(struct builder *b, struct arena *a, const char *image_id,
		      struct builder_cmd *ret)
{
	builder_docker_load(b, a, image_id, builder_buildkit_ref(a, image_id), ret);
}

/* One file in the folder, which is new. */
void
builder_docker_export(struct builder *b, struct arena *a, const char *image_id, const char *dir,
		      struct builder_cmd *ret)
{
	AUTO_BUF struct buf path = BUF_INIT;
	struct docker_call_opts *call;

	buf_addf(&path, "/images/%s/get", image_id);
	call = builder_docker_call(b, a, &path, ret);
	call->method = HTTP_GET;
	call->save = arena_printf(a, "%s/" IMAGE_EXPORT_ARCHIVE, dir);
}

/* "nofile=1024:4096", or one number for both. */
static json_t *
limit(const char *text)
{
	struct str rest = str_c(text), name, soft;
	unsigned long long low = 0, high = 0;

	(void)str_next(&rest, '=', &name); /* the graph's loader saw to it */
	(void)str_next(&rest, ':', &soft);
	(void)str_to_u64(soft, &low);
	if (!rest.n || !str_to_u64(rest, &high))
		high = low;
	return json_pack("{s:o,s:I,s:I}", "Name", json_stringn(name.p, name.n), "Soft",
			 (json_int_t)low, "Hard", (json_int_t)high);
}

static void
add_options(struct buf *path, const struct graph_image *image)
{
	json_t *limits = json_array();
	const char *network = "default";

	for (size_t i = 0; i < image->noptions; i++) {
		const struct graph_kv *o = &image->options[i];

		if (!strcmp(o->name, "network"))
			network = o->value;
		else if (!strcmp(o->name, "add-host"))
			builder_docker_query(path, "extrahosts", o->value);
		else if (!strcmp(o->name, "shm-size"))
			builder_docker_query(path, "shmsize", o->value);
		else if (!strcmp(o->name, "ulimit"))
			json_array_append_new(limits, limit(o->value));
	}
	builder_docker_query(path, "networkmode", network);
	builder_docker_query_json(path, "ulimits", limits);
}

void
builder_docker_query_args(struct buf *path, const struct builder_build *build)
{
	struct platform host = platform_host();
	char platform[PLATFORM_TEXT_SIZE];
	json_t *args = json_object();

	platform_text(&build->image->platform, platform);
	if (!platform_eq(&build->image->platform, &host))
		builder_docker_query(path, "platform", platform);
	for (size_t i = 0; i < build->recipe->nargs; i++) {
		const struct recipe_argument *arg = &build->recipe->args[i];

		if (arg->given && arg->value)
			json_set_text(args, arg->name, arg->value);
	}
	builder_docker_query_json(path, "buildargs", args);
}

struct docker_call_opts *
builder_docker_build_call(struct builder *b, struct arena *a, const struct buf *path,
			  const struct builder_build *build, const char *name,
			  struct builder_cmd *ret)
{
	struct docker_call_opts *call = builder_docker_call(b, a, path, ret);

	call->context = build->context;
	call->dockerfile = build->dockerfile;
	call->dockerfile_name = name;
	call->id_file = build->id_file;
	return call;
}

void
builder_docker_build(struct builder *b, struct arena *a, const struct builder_build *build,
		     struct builder_cmd *ret)
{
	const char *name = docker_call_dockerfile(a, build->context);
	AUTO_BUF struct buf path = BUF_INIT;

	buf_adds(&path, "/build?rm=1&forcerm=1");
	builder_docker_query(&path, "dockerfile", name);
	if (build->no_cache)
		builder_docker_query(&path, "nocache", "1");
	builder_docker_query_args(&path, build);
	add_options(&path, build->image);
	(void)builder_docker_build_call(b, a, &path, build, name, ret);
}
