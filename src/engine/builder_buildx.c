/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildx.c: the builders of buildx, and the images that they sent back. */
#include "engine/builder_buildx.h"

#include "base/file.h"
#include "base/path.h"
#include "engine/runner_priv.h"
#include "model/ref.h"

#include <unistd.h>

#define DOCKER_SOCKET "/var/run/docker.sock"
#define CONTEXTS_SINCE 11 /* BuildKit 0.N that takes images from OCI layouts */
#define TIMES_SINCE 13    /* that sets the times of files */
#define TRIGGERS_SINCE 17 /* whose triggers see other images */

/* Nobody's storage but what other tools have filled: our own is the store. */
static void
open_user(struct buildx_builder *x, const struct builder_opts *opts)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	struct builder_opts user = *opts;

	user.state_dir = x->store.root;
	if (env_nonempty(opts->env, "DOCKER_HOST") || !access(DOCKER_SOCKET, R_OK | W_OK))
		x->user_kind = BUILDER_DOCKER;
	else if (proc_find("buildah", NULL))
		x->user_kind = BUILDER_BUILDAH;
	else if (proc_find("podman", NULL))
		x->user_kind = BUILDER_PODMAN;
	else
		return;
	user.kind = x->user_kind;
	if (builder_open(&user, &x->user, &ignored))
		x->user = NULL;
}

static void
open_runs(struct buildx_builder *x, const struct builder_opts *opts)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* runner_probe() tells what is missing */
	struct builder_opts runs = *opts;

	runs.state_dir = x->store.root;
	runs.kind = BUILDER_PODMAN;
	if (builder_open(&runs, &x->runs, &ignored))
		x->runs = NULL;
}

static struct builder *
open_buildx(const struct builder_opts *opts)
{
	AUTO_FREE char *root = path_join(opts->state_dir, "oci");
	struct buildx_builder *x = xcalloc(1, sizeof(*x));

	ocistore_init(&x->store, root);
	x->arena = arena_new();
	x->user_kind = BUILDER_AUTO;
	open_user(x, opts);
	open_runs(x, opts);
	return &x->base;
}

static void
free_buildx(struct builder *b)
{
	struct buildx_builder *x = buildx_builder(b);

	builder_free(x->user);
	builder_free(x->runs);
	ocistore_fini(&x->store);
	arena_free(x->arena);
	free(x->program);
	free(x);
}

/* --- which program, which builder */

/* Where docker looks for its plug-ins, in its order; the first is below its configuration. */
static const char *const plugin_dirs[] = { "/usr/local/lib/docker/cli-plugins",
					   "/usr/local/libexec/docker/cli-plugins",
					   "/usr/lib/docker/cli-plugins",
					   "/usr/libexec/docker/cli-plugins" };

/* Takes path. */
static bool
is_program(struct buildx_builder *x, char *path)
{
	if (proc_find(path, NULL)) {
		x->program = path;
		return true;
	}
	free(path);
	return false;
}

static int
find_program(struct buildx_builder *x, struct err *err)
{
	const char *config = env_nonempty(x->base.env, "DOCKER_CONFIG");
	const char *home = env_nonempty(x->base.env, "HOME");
	AUTO_FREE char *dir = config ? xstrdup(config) : path_join(home ? home : "", ".docker");

	if (x->program || proc_find("docker-buildx", &x->program) ||
	    proc_find("buildx", &x->program) ||
	    is_program(x, path_join(dir, "cli-plugins/docker-buildx")))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(plugin_dirs); i++)
		if (is_program(x, path_join(plugin_dirs[i], "docker-buildx")))
			return 0;
	err_set(err, ERR_TOOL,
		"cannot find buildx: no 'docker-buildx' in PATH, no plug-in of docker");
	err_hint(err, "%s", x->base.ops->install);
	return -ERR_TOOL;
}

/* What decides which builder is meant, and where it is. */
static int
ask(struct buildx_builder *x, bool anew, struct err *err)
{
	static const char *const vars[] = {
		"BUILDX_BUILDER", "BUILDX_CONFIG", "DOCKER_CONFIG", "DOCKER_CONTEXT",
		"DOCKER_HOST",    "KUBECONFIG",    "HOME"
	};
	const char *home = env_get(x->base.env, "HOME");
	const char *docker = env_nonempty(x->base.env, "DOCKER_CONFIG");
	const char *own = env_nonempty(x->base.env, "BUILDX_CONFIG");
	const char *chosen = env_nonempty(x->base.env, "BUILDX_BUILDER");
	AUTO_ARENA struct arena *a = arena_new();
	const char *dir = docker ? docker : arena_printf(a, "%s/.docker", home ? home : "");
	const char *buildx = own ? own : arena_printf(a, "%s/buildx", dir);
	const char *files[] = { arena_printf(a, "%s/config.json", dir),
				arena_printf(a, "%s/current", buildx),
				arena_printf(a, "%s/instances/%s", buildx, chosen ? chosen : "") };
	struct builder_question q = { .name = "buildx",
				      .who = "buildx",
				      .vars = vars,
				      .nvars = ARRAY_SIZE(vars),
				      .files = files,
				      .nfiles = ARRAY_SIZE(files) };
	AUTO_BUF struct buf said = BUF_INIT;
	int r = 0;

	buf_init(&said, 0);
	if (!anew)
		r = builder_recall(&x->base, &q, &said, err);
	x->remembered = r > 0;
	if (!r)
		r = find_program(x, err);
	if (!r) {
		const char *argv[] = { x->program, "inspect", anew ? "--bootstrap" : NULL, NULL };

		r = builder_ask(argv, &said, err);
		if (!r)
			r = builder_remember(&x->base, &q, buf_str(&said), err);
	}
	if (r < 0)
		return r;
	buildx_parse(x->arena, buf_str(&said), &x->info);
	x->known = true;
	x->base.reproduces = x->info.minor >= TIMES_SINCE;
	return 0;
}

static const char *
shown(const struct buildx_info *info)
{
	return info->name ? info->name : "the builder";
}

/* A builder that no image could be built with. */
static int
refuse(const struct buildx_info *info, struct err *err)
{
	if (info->driver && !strcmp(info->driver, "docker")) {
		err_set(err, ERR_TOOL,
			"'%s' of buildx is docker's own engine, which gives no OCI layouts",
			shown(info));
		err_hint(err, "write `builder: docker`, or name another with BUILDX_BUILDER "
			      "(docker buildx create)");
		return -ERR_TOOL;
	}
	if (info->error && !info->version)
		return err_set(err, ERR_TOOL, "builder '%s' of buildx cannot be reached: %s",
			       shown(info), info->error);
	if (info->minor && info->minor < CONTEXTS_SINCE)
		return err_set(err, ERR_TOOL,
			       "BuildKit %s of builder '%s' takes no images from OCI layouts: "
			       "0.%d or newer does",
			       info->version, shown(info), CONTEXTS_SINCE);
	return 0;
}

static int
prepare(struct builder *b, struct err *err)
{
	struct buildx_builder *x = buildx_builder(b);
	int r;

	if (strpbrk(b->state_dir, ":,@\"")) {
		err_set(err, ERR_USAGE,
			"buildx cannot build below '%s': its flags take ':', ',', '@' and '\"' "
			"for separators",
			b->state_dir);
		err_hint(err, "name another state folder with --state or LOCKSTEP_STATE");
		return -ERR_USAGE;
	}
	r = find_program(x, err);
	if (!r)
		r = ask(x, true, err);
	if (!r)
		r = refuse(&x->info, err);
	return r ? r : ocistore_make(&x->store, err);
}

static int
limits(struct builder *b, bool anew, struct builder_limits *ret, struct err *err)
{
	struct buildx_builder *x = buildx_builder(b);
	int r = x->known && !anew ? 0 : ask(x, anew, err);

	if (r)
		return r;
	*ret = (struct builder_limits){
		.who = xasprintf("BuildKit %s of builder '%s'",
				 x->info.version ? x->info.version : "(of unknown version)",
				 shown(&x->info)),
		.who_can = "a newer BuildKit, or a `# syntax=` line that names a newer frontend,",
		.frontend = x->info.minor,
		.nodes = &x->info,
		.only_layers = true,
		.no_trigger_from = x->info.minor && x->info.minor < TRIGGERS_SINCE,
		.remembered = x->remembered,
	};
	return 0;
}

static int
probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	struct buildx_builder *x = buildx_builder(b);
	AUTO_BUF struct buf said = BUF_INIT;
	struct str word, version, rest;
	int r = find_program(x, err);

	buf_init(&said, 0);
	if (!r) {
		const char *argv[] = { x->program, "version", NULL };

		r = builder_ask(argv, &said, err);
	}
	if (!r && (!x->known || x->remembered))
		r = ask(x, false, err);
	if (!r)
		r = refuse(&x->info, err);
	if (r)
		return r;
	rest = str_trim(buf_str(&said), " \n"); /* "github.com/docker/buildx v0.12.1 HASH" */
	(void)str_next(&rest, ' ', &word);
	if (!str_next(&rest, ' ', &version))
		version = word;
	ret->program = xstrdup(x->program);
	ret->version = xasprintf("buildx %.*s, builder '%s' (%s), BuildKit %s", STR_FMT(version),
				 shown(&x->info), x->info.driver ? x->info.driver : "unknown",
				 x->info.version ? x->info.version : "not running yet");
	ret->storage = xasprintf("lockstep keeps images in '%s', loads into %s", x->store.root,
				 x->user_kind == BUILDER_DOCKER ? "docker's engine"
								: "the storage of podman");
	return 0;
}

/* --- images */

const char *
builder_buildx_name(struct arena *a, const char *ref)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	struct ref parsed;

	if (ref_parse(a, str_c(ref), &parsed, &ignored))
		return ref;
	if (parsed.digest)
		parsed.tag = NULL;
	return ref_text(a, &parsed);
}

static int
has(struct builder *b, const char *image_id, struct err *err)
{
	return ocistore_has(&buildx_builder(b)->store, image_id, err);
}

/* An engine that does not answer has no images: they are pulled then. */
static int
unless_absent(int r, struct err *own, struct err *err)
{
	if (!r || own->class == ERR_TOOL)
		return 0;
	return err_move(err, own);
}

static int
config(struct builder *b, const char *image_id, struct arena *arena, struct oci_config **ret,
       struct err *err)
{
	struct buildx_builder *x = buildx_builder(b);
	AUTO_ERR struct err own = ERR_INIT;
	struct image_export image;
	int r = ocistore_read(&x->store, image_id, arena, &image, err);

	*ret = NULL;
	if (r < 0)
		return r;
	if (!r)
		return x->user ? unless_absent(builder_config(x->user, image_id, arena, ret, &own),
					       &own, err)
			       : 0;
	*ret = oci_config_parse(arena, image.config, image_id, err);
	return *ret ? 0 : -(int)err->class;
}

static int
find(struct builder *b, const char *ref, char **ret, struct err *err)
{
	struct buildx_builder *x = buildx_builder(b);
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_ERR struct err own = ERR_INIT;
	int r = ocistore_find(&x->store, builder_buildx_name(a, ref), ret, err);

	if (r || *ret || !x->user)
		return r;
	return unless_absent(builder_find(x->user, ref, NULL, ret, &own), &own, err);
}

static void
forget(struct builder *b)
{
	if (buildx_builder(b)->user)
		builder_forget(buildx_builder(b)->user);
}

static int
begin(struct builder *b, struct arena *a, const struct builder_build *build, struct err *err)
{
	return ocistore_begin(&buildx_builder(b)->store, builder_buildx_out(a, build->dir), err);
}

static int
keep(struct builder *b, const char *dir, const char *image_id, struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();

	return ocistore_take(&buildx_builder(b)->store, builder_buildx_out(a, dir), image_id, err);
}

static const char *
image_dir(struct builder *b, struct arena *a, const char *image_id)
{
	return ocistore_dir(&buildx_builder(b)->store, a, image_id);
}

struct builder *
builder_buildx_runs(struct builder *b)
{
	struct builder *runs = buildx_builder(b)->runs;
	AUTO_ERR struct err ignored = ERR_INIT; /* as in open_runs() */

	if (!runs || builder_prepare(runs, &ignored) || file_mkdirs(runs->tmp_dir, &ignored))
		return NULL;
	return runs;
}

static bool
podman_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret)
{
	struct builder *runs = builder_buildx_runs(b);

	return runs && builder_podman_cmd(runs, a, ret);
}

static bool
has_containers(struct builder *b)
{
	struct builder *runs = buildx_builder(b)->runs;

	return runs && builder_has_containers(runs);
}

/* An image that was run lies in both, and is one. */
static int
collect(struct builder *b, const struct builder_gc *gc, struct builder_gc_result *ret,
	struct err *err)
{
	struct builder *runs = buildx_builder(b)->runs;
	struct ocistore_gc opts = { gc->keep, gc->before_ms, gc->dry_run };
	struct ocistore_gone gone;
	int r = ocistore_collect(&buildx_builder(b)->store, &opts, &gone, err);

	if (!r && runs)
		r = builder_collect(runs, gc, ret, err);
	if (!r) {
		ret->images = ret->images > gone.images ? ret->images : gone.images;
		ret->bytes += gone.bytes;
	}
	return r;
}

static int
tidy(struct builder *b, struct err *err)
{
	int r = ocistore_tidy(&buildx_builder(b)->store, err);

	return r ? r : builder_tidy_tmp(b, NULL, err);
}

/* Times are set, so the image ID is a function of the recipe wherever BuildKit can do its part. */
static const char *
output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "oci\t%s\t0\t1\t1", graph_output_name(image->output));
}

static int
step_line(const struct recipe *recipe, struct str line)
{
	return builder_buildkit_line(recipe, line, true);
}

static bool
should_retry(struct str tail UNUSED)
{
	return false;
}

const struct builder_ops builder_buildx_ops = {
	.dialect = DIALECT_BUILDKIT,
	.program = "docker-buildx",
	.install = "docker.com's docker-buildx-plugin, or Debian's docker-buildx (13 and newer)",
	.output_record = output_record,
	.image_ref = builder_buildkit_ref,
	.open = open_buildx,
	.free = free_buildx,
	.prepare = prepare,
	.tidy = tidy,
	.forget = forget,
	.has = has,
	.config = config,
	.find = find,
	.keep = keep,
	.image_dir = image_dir,
	.podman_cmd = podman_cmd,
	.run_load_cmd = builder_buildx_run_load_cmd,
	.has_containers = has_containers,
	.runner = &runner_podman_loaded_ops,
	.collect = collect,
	.pull_cmd = builder_buildx_pull_cmd,
	.import_cmd = builder_buildx_import_cmd,
	.load_cmd = builder_buildx_load_cmd,
	.push_cmd = builder_buildx_push_cmd,
	.begin = begin,
	.build_cmd = builder_buildx_build_cmd,
	.limits = limits,
	.step_line = step_line,
	.output = builder_buildkit_output,
	.should_retry = should_retry,
	.probe = probe,
};
