/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildah.c: buildah's command lines and what it prints. */
#include "engine/builder_priv.h"

#define EPOCH "0"

enum dialect
builder_dialect(enum builder_kind kind)
{
	switch (kind) {
	case BUILDER_DOCKER:
	case BUILDER_BUILDX:
		return DIALECT_BUILDKIT;
	case BUILDER_BUILDAH:
	case BUILDER_PODMAN:
	case BUILDER_AUTO:
		break;
	}
	return DIALECT_CONTAINERS;
}

const char *
builder_name(const struct builder *b UNUSED)
{
	return BUILDER_PROGRAM;
}

/*
 * Only what the builder needs to run reaches it: what a Dockerfile could pick up from the
 * environment by accident (`--build-arg NAME`) must not exist.
 */
static void
scrubbed_env(const struct builder *b, struct arena *a, struct builder_cmd *cmd)
{
	static const char *const keep[] = {
		"PATH",
		"HOME",
		"USER",
		"XDG_RUNTIME_DIR",
		"XDG_DATA_HOME",
		"XDG_CONFIG_HOME",
		"XDG_CACHE_HOME",
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
		"REGISTRY_AUTH_FILE",
		"DOCKER_CONFIG",
		"CONTAINERS_CONF",
		"CONTAINERS_STORAGE_CONF",
		"CONTAINERS_REGISTRIES_CONF",
		"BUILDAH_ISOLATION",
		"BUILDAH_RUNTIME",
		"STORAGE_DRIVER",
		"STORAGE_OPTS",
		"DBUS_SESSION_BUS_ADDRESS",
		"_CONTAINERS_USERNS_CONFIGURED",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keep); i++) {
		const char *value = builder_env(b->env, keep[i]);

		if (value)
			vec_push(&cmd->env, arena_printf(a, "%s=%s", keep[i], value));
	}
	vec_push(&cmd->env, arena_printf(a, "TMPDIR=%s", b->tmp_dir));
	vec_push(&cmd->env, "LC_ALL=C.UTF-8");
	vec_push(&cmd->env, NULL);
}

static void
start_cmd(const struct builder *b, struct arena *a, const struct cstorage *in,
	  struct builder_cmd *cmd)
{
	*cmd = (struct builder_cmd){ 0 };
	vec_push(&cmd->argv, BUILDER_PROGRAM);
	if (in) {
		vec_push(&cmd->argv, "--root");
		vec_push(&cmd->argv, in->root);
		vec_push(&cmd->argv, "--runroot");
		vec_push(&cmd->argv, in->run);
		vec_push(&cmd->argv, "--storage-driver");
		vec_push(&cmd->argv, in->driver ? in->driver : "overlay");
	}
	scrubbed_env(b, a, cmd);
}

static void
add2(struct builder_cmd *cmd, const char *flag, const char *value)
{
	vec_push(&cmd->argv, flag);
	vec_push(&cmd->argv, value);
}

void
builder_clean_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret)
{
	start_cmd(b, a, &b->own, ret);
	vec_push(&ret->argv, "rm");
	vec_push(&ret->argv, "--all");
	vec_push(&ret->argv, NULL);
}

void
builder_pull_cmd(struct builder *b, struct arena *a, const char *ref,
		 const struct platform *platform, struct builder_cmd *ret)
{
	char text[PLATFORM_TEXT_SIZE];

	platform_text(platform, text);
	start_cmd(b, a, NULL, ret);
	vec_push(&ret->argv, "pull");
	vec_push(&ret->argv, "--quiet");
	add2(ret, "--platform", arena_strdup(a, text));
	vec_push(&ret->argv, ref);
	vec_push(&ret->argv, NULL);
}

/* Both storages are on this machine: layers are copied, the image ID stays. */
static void
copy_cmd(struct builder *b, struct arena *a, bool into_own, const char *image_id,
	 struct builder_cmd *ret)
{
	AUTO_FREE char *spec = cstorage_spec(into_own ? &b->own : &b->user);

	start_cmd(b, a, into_own ? &b->user : &b->own, ret);
	vec_push(&ret->argv, "push");
	vec_push(&ret->argv, "--quiet");
	vec_push(&ret->argv, image_id + strlen("sha256:"));
	vec_push(&ret->argv, arena_printf(a, "containers-storage:%s", spec));
}

static void
copy_as(struct arena *a, const char *as, struct builder_cmd *cmd)
{
	size_t last = cmd->argv.n - 1;

	cmd->argv.v[last] = arena_printf(a, "%s%s", cmd->argv.v[last], as);
	vec_push(&cmd->argv, NULL);
}

void
builder_import_cmd(struct builder *b, struct arena *a, const char *image_id,
		   struct builder_cmd *ret)
{
	copy_cmd(b, a, true, image_id, ret);
	copy_as(a, arena_printf(a, "@%s", image_id + strlen("sha256:")), ret);
}

void
builder_load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
		 struct builder_cmd *ret)
{
	copy_cmd(b, a, false, image_id, ret);
	copy_as(a, name, ret);
}

static void
build_options(struct arena *a, const struct builder_build *build, struct builder_cmd *ret)
{
	const struct graph_image *image = build->image;
	struct platform host = platform_host();
	char text[PLATFORM_TEXT_SIZE];

	if (!platform_eq(&image->platform, &host)) {
		platform_text(&image->platform, text);
		add2(ret, "--platform", arena_strdup(a, text));
	}
	for (size_t i = 0; i < build->recipe->nargs; i++) {
		const struct recipe_argument *arg = &build->recipe->args[i];

		if (arg->given && arg->value)
			add2(ret, "--build-arg", arena_printf(a, "%s=%s", arg->name, arg->value));
	}
	for (size_t i = 0; i < image->noptions; i++)
		vec_push(&ret->argv, arena_printf(a, "--%s=%s", image->options[i].name,
						  image->options[i].value));
	for (size_t i = 0; i < image->nsecrets; i++)
		add2(ret, "--secret", image->secrets[i]);
}

void
builder_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
		  struct builder_cmd *ret)
{
	enum graph_output output = build->image->output;

	start_cmd(b, a, &b->own, ret);
	vec_push(&ret->argv, "bud");
	vec_push(&ret->argv, output == GRAPH_OUTPUT_FLAT ? "--layers=false" : "--layers");
	if (output != GRAPH_OUTPUT_FLAT)
		vec_push(&ret->argv, "--force-rm");
	if (output == GRAPH_OUTPUT_SQUASH)
		vec_push(&ret->argv, "--squash");
	if (build->no_cache)
		vec_push(&ret->argv, "--no-cache");
	vec_push(&ret->argv, "--pull-never");
	add2(ret, "--format", "oci");
	add2(ret, "--timestamp", EPOCH);
	add2(ret, "--ignorefile", "/dev/null");
	add2(ret, "--iidfile", build->id_file);
	build_options(a, build, ret);
	add2(ret, "-f", build->dockerfile);
	vec_push(&ret->argv, build->context);
	vec_push(&ret->argv, NULL);
}

const char *
builder_image_ref(struct arena *a, const char *image_id)
{
	return arena_strdup(a, image_id + strlen("sha256:"));
}

const char *
builder_no_cache_reason(const struct builder *b UNUSED, struct arena *a,
			const struct recipe *recipe)
{
	if (recipe->bind_mount_line)
		return arena_printf(a, "RUN --mount=type=bind at %s:%d", recipe->df->file,
				    recipe->bind_mount_line);
	if (recipe->unexpanded_line)
		return arena_printf(a, "a newline in a value at %s:%d", recipe->df->file,
				    recipe->unexpanded_line);
	/* An archive is unpacked and compared without its times, which a RUN can see. */
	for (size_t i = 0; i < recipe->nreads; i++)
		if (recipe->reads[i].kind == RECIPE_READ_ADD)
			return arena_printf(a, "ADD at %s:%d", recipe->df->file,
					    recipe->reads[i].line);
	for (size_t i = 0; i < recipe->nremotes; i++)
		return arena_printf(a, "ADD of an URL at %s:%d", recipe->df->file,
				    recipe->remotes[i].line);
	return NULL;
}

const char *
builder_output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "oci\t%s\t" EPOCH "\t1\t1", graph_output_name(image->output));
}

/* "STEP 3/5: RUN …" or, with several stages, "[2/2] STEP 1/3: FROM …". */
bool
builder_parse_step(struct str line, size_t *ret_stage, size_t *ret_step)
{
	unsigned long long stage = 1, step;
	struct str rest = line, piece;

	if (rest.n && rest.p[0] == '[') {
		rest = str_sub(rest, 1, rest.n);
		if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &stage) || !stage ||
		    !str_next(&rest, ' ', &piece))
			return false;
	}
	if (!str_starts(rest, STR_LIT("STEP ")))
		return false;
	rest = str_sub(rest, 5, rest.n);
	if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &step))
		return false;
	*ret_stage = (size_t)stage - 1;
	*ret_step = (size_t)step;
	return true;
}

bool
builder_should_retry(struct str tail)
{
	return memmem(tail.p, tail.n, "layer not known", strlen("layer not known")) != NULL;
}
