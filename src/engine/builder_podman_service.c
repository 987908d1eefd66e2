/* SPDX-License-Identifier: Apache-2.0 */
/* builder_podman_service.c: builds by podman's service, in the storage of whoever runs it. */
#include "engine/builder_docker.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/image_export.h"
#include "engine/podman_service.h"
#include "engine/runner_priv.h"
#include "remote/docker_call.h"

#include <fcntl.h>

/*
 * It takes docker's requests (podman_service.h), and images are kept there as in docker's engine.
 * What differs is written here: builds are podman's, with times that can be set and without the
 * layer cache that others fill; and an image's triggers are in no answer, only in its config.
 */

static struct builder *
open_service(const struct builder_opts *opts)
{
	struct builder *b = builder_docker_open(opts);

	docker_builder(b)->service = true;
	return b;
}

/* In docker's format, as docker's requests ask for, which has a place for triggers, SHELL and
 * HEALTHCHECK. It has times, which are set, and the name of a container, which is not. */
static const char *
output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "docker\t%s\t0\t1\t0", graph_output_name(image->output));
}

/* Without the network's name it is that of the machine. */
static void
add_options(struct buf *path, const struct graph_image *image)
{
	json_t *hosts = json_array(), *limits = json_array();

	for (size_t i = 0; i < image->noptions; i++) {
		const struct graph_kv *o = &image->options[i];

		if (!strcmp(o->name, "network") && !strcmp(o->value, "none")) {
			builder_docker_query(path, "networkmode", "NetworkDisabled");
			builder_docker_query_json(path, "nsoptions",
						  json_pack("[{s:s,s:b,s:s}]", "Name", "network",
							    "Host", 0, "Path", ""));
		} else if (!strcmp(o->name, "add-host")) {
			json_add_text(hosts, o->value);
		} else if (!strcmp(o->name, "ulimit")) {
			json_add_text(limits, o->value);
		} else if (!strcmp(o->name, "shm-size")) {
			builder_docker_query(path, "shmsize", o->value);
		}
	}
	builder_docker_query_json(path, "extrahosts", hosts);
	builder_docker_query_json(path, "ulimits", limits);
}

/*
 * The files of secrets come with the context, and are moved out before the build, beside its folder.
 * So is the Dockerfile, which is read there: a mount of the whole context would show it.
 */
static const struct docker_call_file *
secret_files(struct builder *b, struct arena *a, const struct builder_build *build, json_t *list)
{
	size_t n = build->image->nsecrets;
	struct docker_call_file *files = arena_calloc(a, n + 1, sizeof(*files));

	for (size_t i = 0; i < n; i++) {
		const char *secret = build->image->secrets[i];
		const char *env = builder_secret_field(a, secret, "env");
		const char *value = env ? env_get(b->env, env) : NULL;

		files[i] = (struct docker_call_file){
			.name = docker_call_name(a, build->context,
						 arena_printf(a, ".lockstep.secret.%zu", i)),
			.text = env ? value ? value : "" : NULL, /* that it is set is seen to */
			.path = builder_secret_field(a, secret, "src"),
		};
		json_add_text(list,
			      arena_printf(a, "id=%s,src=%s", builder_secret_field(a, secret, "id"),
					   files[i].name));
	}
	return files;
}

static void
add_dockerfile(struct buf *path, const char *name, json_t *secrets)
{
	AUTO_FREE char *secret = xasprintf("id=lockstep.dockerfile,src=%s", name);
	AUTO_FREE char *moved = xasprintf("../%s", name);

	json_add_text(secrets, secret);
	builder_docker_query_json(path, "secrets", secrets);
	builder_docker_query(path, "dockerfile", moved);
	/* In place of the ignore file of a context, which was heeded when the context was staged. */
	builder_docker_query_json(path, "excludes", json_pack("[s]", name));
}

static void
build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
	  struct builder_cmd *ret)
{
	const char *name = docker_call_dockerfile(a, build->context);
	enum graph_output output = build->image->output;
	const struct docker_call_file *files;
	AUTO_BUF struct buf path = BUF_INIT;
	struct docker_call_opts *call;
	json_t *secrets = json_array();

	buf_adds(&path, "/build?rm=1&forcerm=1&nocache=1&timestamp=0");
	buf_addf(&path, "&layers=%d", output != GRAPH_OUTPUT_FLAT);
	if (output == GRAPH_OUTPUT_SQUASH)
		buf_adds(&path, "&squash=1");
	files = secret_files(b, a, build, secrets);
	add_dockerfile(&path, name, secrets);
	builder_docker_query_args(&path, build);
	add_options(&path, build->image);
	call = builder_docker_build_call(b, a, &path, build, name, ret);
	call->no_ignore = true;
	call->files = files;
	call->nfiles = build->image->nsecrets;
}

static int
limits(struct builder *b, bool anew UNUSED, struct builder_limits *ret, struct err *err)
{
	struct docker_api *api;
	int r = builder_docker_know(b, &api, err);

	if (!r)
		*ret = (struct builder_limits){
			.who = xasprintf("the service of podman %s", docker_api_engine(api)),
			.no_secrets = !docker_api_is_local(api), /* by tcp, it is without TLS */
			.no_files = true,
			.few_networks = true,
			.no_trigger_images = true,
		};
	return r;
}

/* --- configs, which are read of an archive, once */

static char *
config_file(const struct builder *b, const char *image_id)
{
	return xasprintf("%s/configs/%s.json", b->state_dir, image_id + strlen("sha256:"));
}

static int
export_config(struct builder *b, const char *image_id, const char *dir, const char *file,
	      struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct image_export image = { 0 };
	char digest[DIGEST_SIZE];
	struct builder_cmd cmd;
	int r = file_mkdirs(dir, err);

	if (!r) {
		builder_docker_export(b, a, image_id, dir, &cmd);
		r = docker_call_wait(cmd.call, err);
		builder_cmd_fini(&cmd);
	}
	if (!r)
		r = image_export_read(a, dir, &image, err);
	if (r)
		return r;
	sha256_digest(sha256_of(image.config.p, image.config.n), digest);
	if (strcmp(digest, image_id) != 0)
		return err_set(
			err, ERR_FAILED,
			"the archive of image %s from podman's service holds the config of %s",
			image_id, digest);
	return file_write(file, image.config, 0644, err);
}

static int
learn_config(struct builder *b, const char *image_id, const char *file, struct err *err)
{
	AUTO_FREE char *dir = xasprintf("%s/config-%s", b->tmp_dir, image_id + strlen("sha256:"));
	AUTO_FREE char *configs = path_dir(file);
	AUTO_ERR struct err ignored = ERR_INIT; /* tidying removes what is left */
	int r = file_mkdirs(configs, err);

	if (!r)
		r = export_config(b, image_id, dir, file, err);
	if (file_remove_tree(dir, r ? &ignored : err) && !r)
		r = -(int)err->class;
	return r;
}

static int
config(struct builder *b, const char *image_id, struct arena *arena, struct oci_config **ret,
       struct err *err)
{
	AUTO_FREE char *file = config_file(b, image_id);
	AUTO_BUF struct buf text = BUF_INIT;
	int r = builder_docker_is_there(b, image_id, err);

	*ret = NULL;
	if (r <= 0)
		return r;
	r = file_exists(AT_FDCWD, file) ? 0 : learn_config(b, image_id, file, err);
	buf_init(&text, 0);
	if (!r)
		r = file_read(AT_FDCWD, file, MAX_CONFIG_BLOB, &text, err);
	if (r)
		return r;
	*ret = oci_config_parse(arena, str_c(arena_str(arena, buf_str(&text))), file, err);
	return *ret ? 0 : -(int)err->class;
}

static int
collect(struct builder *b, const struct builder_gc *gc, struct builder_gc_result *ret,
	struct err *err)
{
	int r = builder_docker_collect(b, gc, ret, err);

	for (size_t i = 0; !r && !gc->dry_run && i < map_len(gc->old); i++) {
		AUTO_FREE char *id = str_dup(map_key(gc->old, i)), *file = config_file(b, id);

		if (!map_has(gc->keep, map_key(gc->old, i)))
			r = file_remove_tree(file, err);
	}
	return r;
}

/* A crash of the service, which systemd starts again: 4.3 crashes when a build that was left by its
 * client comes to the end of a step. */
static bool
should_retry(struct str tail)
{
	return memmem(tail.p, tail.n, DOCKER_CALL_BROKE_OFF, strlen(DOCKER_CALL_BROKE_OFF)) ||
	       builder_containers_retry(tail);
}

const struct builder_ops builder_podman_service_ops = {
	.dialect = DIALECT_CONTAINERS,
	.program = "podman",
	.install = "Debian, Ubuntu: apt-get install podman; systemctl enable --now podman.socket",
	.output_record = output_record,
	.image_ref = builder_containers_ref,
	.open = open_service,
	.free = builder_docker_free,
	.prepare = builder_docker_prepare,
	.tidy = builder_docker_tidy,
	.collect = collect,
	.forget = builder_docker_forget,
	.has = builder_docker_has,
	.config = config,
	.find = builder_docker_find,
	.keep = builder_docker_keep,
	.pull_cmd = builder_docker_pull,
	.import_cmd = builder_docker_import,
	.load_cmd = builder_docker_load,
	.push_cmd = builder_docker_push,
	.export_cmd = builder_docker_export,
	.has_containers = builder_docker_left,
	.runner = &runner_docker_ops,
	.build_cmd = build_cmd,
	.limits = limits,
	.runs_here = builder_docker_runs_here,
	.step_line = builder_containers_line,
	.should_retry = should_retry,
	.probe = builder_docker_probe,
};
