/* SPDX-License-Identifier: Apache-2.0 */
/* builder.c: hands each question to the builder at work; what all builders need. */
#include "base/file.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/builder_priv.h"
#include "engine/podman_service.h"
#include "io/http.h"
#include "io/tree.h"

#include <unistd.h>

static const struct builder_ops *
ops_of(enum builder_kind kind)
{
	static const struct builder_ops *const table[] = {
		[BUILDER_BUILDAH] = &builder_buildah_ops,
		[BUILDER_PODMAN] = &builder_podman_ops,
		[BUILDER_PODMAN_SERVICE] = &builder_podman_service_ops,
		[BUILDER_DOCKER] = &builder_docker_ops,
		[BUILDER_DOCKER_CLASSIC] = &builder_docker_classic_ops,
		[BUILDER_BUILDX] = &builder_buildx_ops,
	};

	return (size_t)kind < ARRAY_SIZE(table) && table[kind] ? table[kind] : &builder_buildah_ops;
}

enum builder_kind
builder_choose(enum builder_kind kind)
{
	static const enum builder_kind order[] = { BUILDER_BUILDAH, BUILDER_PODMAN, BUILDER_DOCKER,
						   BUILDER_BUILDX };

	if (kind != BUILDER_AUTO)
		return kind;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (proc_find(ops_of(order[i])->program, NULL))
			return order[i];
	return podman_service_is_named((const char *const *)environ, geteuid())
		       ? BUILDER_PODMAN_SERVICE
		       : BUILDER_BUILDAH;
}

const char *
builder_install(enum builder_kind kind)
{
	return ops_of(kind)->install;
}

enum dialect
builder_dialect(enum builder_kind kind)
{
	return ops_of(kind)->dialect;
}

const char *
builder_output_record(enum builder_kind kind, struct arena *a, const struct graph_image *image)
{
	return ops_of(kind)->output_record(a, image);
}

const char *
builder_image_ref(enum builder_kind kind, struct arena *a, const char *image_id)
{
	return ops_of(kind)->image_ref(a, image_id);
}

int
builder_open(const struct builder_opts *opts, struct builder **ret, struct err *err UNUSED)
{
	const struct builder_ops *ops = ops_of(opts->kind);
	struct builder *b;

	b = ops->open(opts);
	b->ops = ops;
	b->reproduces = ops->reproduces;
	b->state_dir = xstrdup(opts->state_dir);
	b->tmp_dir = path_join(opts->state_dir, "tmp");
	b->store = opts->store;
	b->env = opts->env;
	b->insecure = opts->insecure;
	b->ninsecure = opts->ninsecure;
	*ret = b;
	return 0;
}

void
builder_free(struct builder *b)
{
	if (!b)
		return;
	free(b->state_dir);
	free(b->tmp_dir);
	b->ops->free(b);
}

int
builder_prepare(struct builder *b, struct err *err)
{
	return b->ops->prepare(b, err);
}

int
builder_tidy(struct builder *b, struct err *err)
{
	return b->ops->tidy(b, err);
}

int
builder_collect(struct builder *b, const struct builder_gc *gc, struct builder_gc_result *ret,
		struct err *err)
{
	*ret = (struct builder_gc_result){ 0 };
	return b->ops->collect ? b->ops->collect(b, gc, ret, err) : 0;
}

void
builder_forget(struct builder *b)
{
	if (b->ops->forget)
		b->ops->forget(b);
}

int
builder_has(struct builder *b, const char *image_id, struct err *err)
{
	return b->ops->has(b, image_id, err);
}

int
builder_config(struct builder *b, const char *image_id, struct arena *arena,
	       struct oci_config **ret, struct err *err)
{
	return b->ops->config(b, image_id, arena, ret, err);
}

/* A config that says nothing is for every platform. */
static bool
is_for(const struct oci_config *config, const struct platform *platform)
{
	AUTO_FREE char *text = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;
	struct platform have;

	if (!config || !config->os || !*config->os || !config->arch || !*config->arch)
		return true;
	text = xasprintf("%s/%s%s%s", config->os, config->arch,
			 config->variant && *config->variant ? "/" : "",
			 config->variant ? config->variant : "");
	return !platform_parse(str_c(text), &have, &ignored) && platform_eq(&have, platform);
}

int
builder_find(struct builder *b, const char *ref, const struct platform *platform, char **ret,
	     struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct oci_config *config = NULL;
	int r = b->ops->find(b, ref, ret, err);

	if (r || !*ret || !platform)
		return r;
	r = b->ops->config(b, *ret, arena, &config, err);
	if (r || !is_for(config, platform)) {
		free(*ret);
		*ret = NULL;
	}
	return r;
}

int
builder_keep(struct builder *b, const char *dir, const char *image_id, struct err *err)
{
	return b->ops->keep ? b->ops->keep(b, dir, image_id, err) : 0;
}

const char *
builder_image_dir(struct builder *b, struct arena *a, const char *image_id)
{
	return b->ops->image_dir ? b->ops->image_dir(b, a, image_id) : NULL;
}

bool
builder_in_place(struct builder *b, struct arena *a, const char *image_id, struct image_export *ret)
{
	return b->ops->in_place && b->ops->in_place(b, a, image_id, ret);
}

void
builder_pull_cmd(struct builder *b, struct arena *a, const char *ref,
		 const struct platform *platform, struct builder_cmd *ret)
{
	b->ops->pull_cmd(b, a, ref, platform, ret);
}

void
builder_import_cmd(struct builder *b, struct arena *a, const char *image_id,
		   struct builder_cmd *ret)
{
	b->ops->import_cmd(b, a, image_id, ret);
}

void
builder_load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
		 struct builder_cmd *ret)
{
	b->ops->load_cmd(b, a, image_id, name, ret);
}

bool
builder_reproduces(const struct builder *b)
{
	return b->reproduces;
}

void
builder_export_cmd(struct builder *b, struct arena *a, const char *image_id, const char *dir,
		   struct builder_cmd *ret)
{
	b->ops->export_cmd(b, a, image_id, dir, ret);
}

int
builder_export_empty(struct builder *b, const char *image_id, const char *dir, struct err *err)
{
	return b->ops->export_empty ? b->ops->export_empty(b, image_id, dir, err) : 0;
}

void
builder_push_cmd(struct builder *b, struct arena *a, const char *image_id, const char *ref,
		 const char *digest_file, struct builder_cmd *ret)
{
	b->ops->push_cmd(b, a, image_id, ref, digest_file, ret);
}

bool
builder_is_insecure(const struct builder *b, const char *ref)
{
	struct str host = str_sub(str_c(ref), 0, str_find(str_c(ref), '/'));

	for (size_t i = 0; i < b->ninsecure; i++)
		if (str_eq_c(host, b->insecure[i]))
			return true;
	return http_is_loopback(host);
}

bool
builder_podman_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret)
{
	return b->ops->podman_cmd && b->ops->podman_cmd(b, a, ret);
}

bool
builder_run_load_cmd(struct builder *b, struct arena *a, const char *image_id,
		     struct builder_cmd *ret)
{
	return b->ops->run_load_cmd && b->ops->run_load_cmd(b, a, image_id, ret);
}

bool
builder_has_containers(struct builder *b)
{
	return b->ops->has_containers && b->ops->has_containers(b);
}

const char *
builder_mark(const struct builder *b, struct arena *a)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(b->state_dir, strlen(b->state_dir)), hex);
	return arena_printf(a, "%.12s", hex);
}

bool
builder_is_loaded(struct builder *b, const char *image_id, const char *name)
{
	AUTO_FREE char *have = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;

	return !builder_find(b, name, NULL, &have, &ignored) && have && !strcmp(have, image_id);
}

int
builder_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
		  struct builder_cmd *ret, struct err *err)
{
	int r = b->ops->begin ? b->ops->begin(b, a, build, err) : 0;

	if (!r)
		b->ops->build_cmd(b, a, build, ret);
	return r;
}

const char *
builder_secret_field(struct arena *a, const char *secret, const char *field)
{
	const char *value = graph_secret_field(secret, field);

	return value ? arena_printf(a, "%.*s", (int)strcspn(value, ","), value) : NULL;
}

int
builder_add_secrets(struct builder *b, struct arena *a, const struct graph_image *image,
		    struct builder_cmd *cmd, struct err *err)
{
	for (size_t i = 0; i < image->nsecrets; i++) {
		const char *name = builder_secret_field(a, image->secrets[i], "env"), *value;

		if (!name)
			continue;
		value = env_get(b->env, name);
		if (!value) {
			err_set(err, ERR_INPUT,
				"image '%s': the variable %s of a secret is not set", image->name,
				name);
			err_hint(err, "`secrets` of the graph file: %s", image->secrets[i]);
			return -ERR_INPUT;
		}
		cmd->env.v[cmd->env.n - 1] = arena_printf(a, "%s=%s", name, value);
		vec_push(&cmd->env, NULL);
	}
	return 0;
}

const char *
builder_no_cache_reason(const struct builder *b, struct arena *a, const struct recipe *recipe)
{
	return b->ops->no_cache_reason ? b->ops->no_cache_reason(a, recipe) : NULL;
}

size_t
builder_notes(const struct builder *b, struct arena *a, const struct recipe *recipe,
	      const char ***ret)
{
	*ret = NULL;
	return b->ops->notes ? b->ops->notes(a, recipe, ret) : 0;
}

int
builder_step_line(const struct builder *b, const struct recipe *recipe, struct str line)
{
	return b->ops->step_line(recipe, line);
}

bool
builder_output(const struct builder *b, struct str *line)
{
	return !b->ops->output || b->ops->output(line);
}

bool
builder_should_retry(const struct builder *b, struct str tail)
{
	return b->ops->should_retry(tail);
}

int
builder_probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	return b->ops->probe(b, ret, err);
}

void
builder_info_fini(struct builder_info *i)
{
	free(i->program);
	free(i->version);
	free(i->storage);
	*i = (struct builder_info){ 0 };
}

char *
builder_service(struct builder *b)
{
	return b->ops->service ? b->ops->service(b) : NULL;
}

/*
 * Only what the builder needs to run reaches it: what a Dockerfile could pick up from the
 * environment by accident (`--build-arg NAME`) must not exist.
 */
void
builder_scrub_env(const struct builder *b, struct arena *a, const char *const *names, size_t n,
		  struct builder_cmd *cmd)
{
	static const char *const all[] = {
		"PATH",
		"HOME",
		"USER",
		"XDG_RUNTIME_DIR",
		"XDG_CONFIG_HOME",
		"HTTP_PROXY",
		"HTTPS_PROXY",
		"FTP_PROXY",
		"NO_PROXY",
		"ALL_PROXY",
		"http_proxy",
		"https_proxy",
		"ftp_proxy",
		"no_proxy",
		"all_proxy",
		"SSL_CERT_FILE",
		"SSL_CERT_DIR",
		"DOCKER_CONFIG",
	};

	for (size_t i = 0; i < ARRAY_SIZE(all) + n; i++) {
		const char *name = i < ARRAY_SIZE(all) ? all[i] : names[i - ARRAY_SIZE(all)];
		const char *value = env_get(b->env, name);

		if (value)
			vec_push(&cmd->env, arena_printf(a, "%s=%s", name, value));
	}
	vec_push(&cmd->env, arena_printf(a, "TMPDIR=%s", b->tmp_dir));
	vec_push(&cmd->env, "LC_ALL=C.UTF-8");
}

void
builder_cmd_add2(struct builder_cmd *cmd, const char *flag, const char *value)
{
	vec_push(&cmd->argv, flag);
	vec_push(&cmd->argv, value);
}

void
builder_cmd_end(struct builder_cmd *cmd)
{
	vec_push(&cmd->argv, NULL);
	vec_push(&cmd->env, NULL);
}

void
builder_cmd_fini(struct builder_cmd *cmd)
{
	vec_fini(&cmd->argv);
	vec_fini(&cmd->env);
}

void
builder_add_options(struct arena *a, const struct builder_build *build, struct builder_cmd *ret)
{
	const struct graph_image *image = build->image;
	struct platform host = platform_host();
	char text[PLATFORM_TEXT_SIZE];

	if (!platform_eq(&image->platform, &host)) {
		platform_text(&image->platform, text);
		builder_cmd_add2(ret, "--platform", arena_strdup(a, text));
	}
	for (size_t i = 0; i < build->recipe->nargs; i++) {
		const struct recipe_argument *arg = &build->recipe->args[i];

		if (arg->given && arg->value)
			builder_cmd_add2(ret, "--build-arg",
					 arena_printf(a, "%s=%s", arg->name, arg->value));
	}
	for (size_t i = 0; i < image->noptions; i++)
		vec_push(&ret->argv, arena_printf(a, "--%s=%s", image->options[i].name,
						  image->options[i].value));
	for (size_t i = 0; i < image->nsecrets; i++)
		builder_cmd_add2(ret, "--secret", image->secrets[i]);
	for (size_t i = 0; i < build->ncontexts; i++)
		builder_cmd_add2(ret, "--build-context", build->contexts[i]);
}

int
builder_tidy_tmp(struct builder *b, const char *keep, struct err *err)
{
	const struct tree_entry *entries;
	struct tree *tree;
	size_t n;
	int r = file_mkdirs(b->tmp_dir, err);

	if (!r)
		r = tree_open_dir(b->tmp_dir, &tree, err);
	if (r)
		return r;
	r = tree_list(tree, STR_LIT("."), &entries, &n, err);
	for (size_t i = 0; !r && i < n; i++) {
		AUTO_FREE char *path = path_join(b->tmp_dir, entries[i].name);

		if (!keep || !str_starts(str_c(entries[i].name), str_c(keep)))
			r = file_remove_tree(path, err);
	}
	tree_free(tree);
	return r;
}

int
builder_ask(const char *const *argv, struct buf *ret, struct err *err)
{
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };

	return proc_run(&opts, ret, err);
}
