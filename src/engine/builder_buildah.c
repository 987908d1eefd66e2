/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildah.c: the command lines of buildah and podman, and what they print. */
#include "engine/builder_containers.h"
#include "engine/runner_priv.h"

#define BASE_NOTE "org.opencontainers.image.base."
#define EPOCH "0"

/* Beyond what every builder may see. */
static const char *const env_names[] = {
	"XDG_DATA_HOME",     "XDG_CACHE_HOME",           "REGISTRY_AUTH_FILE",
	"CONTAINERS_CONF",   "CONTAINERS_STORAGE_CONF",  "CONTAINERS_REGISTRIES_CONF",
	"BUILDAH_ISOLATION", "BUILDAH_RUNTIME",          "STORAGE_DRIVER",
	"STORAGE_OPTS",      "DBUS_SESSION_BUS_ADDRESS", "_CONTAINERS_USERNS_CONFIGURED",
};

void
builder_containers_env(const struct builder *b, struct arena *a, struct builder_cmd *cmd)
{
	builder_scrub_env(b, a, env_names, ARRAY_SIZE(env_names), cmd);
}

static struct containers_builder *
containers_of(struct builder *b)
{
	return (struct containers_builder *)b;
}

static void
start_program(const struct containers_builder *c, const char *name, struct arena *a,
	      const struct cstorage *in, struct builder_cmd *cmd)
{
	*cmd = (struct builder_cmd){ 0 };
	vec_push(&cmd->argv, name);
	if (in) {
		vec_push(&cmd->argv, "--root");
		vec_push(&cmd->argv, in->root);
		vec_push(&cmd->argv, "--runroot");
		vec_push(&cmd->argv, in->run);
		vec_push(&cmd->argv, "--storage-driver");
		vec_push(&cmd->argv, in->driver ? in->driver : "overlay");
	}
	/* podman's own book-keeping stays apart from that of the user's containers. */
	if (in == &c->own && !strcmp(name, "podman"))
		builder_cmd_add2(cmd, "--tmpdir", arena_printf(a, "%s/libpod", in->run));
	builder_containers_env(&c->base, a, cmd);
}

static void
start_cmd(const struct containers_builder *c, struct arena *a, const struct cstorage *in,
	  struct builder_cmd *cmd)
{
	start_program(c, c->program->name, a, in, cmd);
}

static bool
podman_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret)
{
	struct containers_builder *c = containers_of(b);

	start_program(c, "podman", a, &c->own, ret);
	vec_push(&ret->env, NULL);
	return true;
}

void
builder_clean_cmd(struct containers_builder *c, struct arena *a, const json_t *containers,
		  struct builder_cmd *ret)
{
	const json_t *container;
	size_t i;

	start_cmd(c, a, &c->own, ret);
	vec_push(&ret->argv, "rm");
	if (c->program->remove_flag)
		vec_push(&ret->argv, c->program->remove_flag);
	json_array_foreach(containers, i, container)
	{
		if (json_get_text(container, "id"))
			vec_push(&ret->argv, json_get_text(container, "id"));
	}
	builder_cmd_end(ret);
}

void
builder_remove_cmd(struct containers_builder *c, struct arena *a, const char *const *ids, size_t n,
		   struct builder_cmd *ret)
{
	start_cmd(c, a, &c->own, ret);
	vec_push(&ret->argv, "rmi");
	vec_push(&ret->argv, "--force");
	for (size_t i = 0; i < n; i++)
		vec_push(&ret->argv, ids[i]);
	builder_cmd_end(ret);
}

static void
pull_cmd(struct builder *b, struct arena *a, const char *ref, const struct platform *platform,
	 struct builder_cmd *ret)
{
	char text[PLATFORM_TEXT_SIZE];

	platform_text(platform, text);
	start_cmd(containers_of(b), a, NULL, ret);
	vec_push(&ret->argv, "pull");
	vec_push(&ret->argv, "--quiet");
	builder_cmd_add2(ret, "--platform", arena_strdup(a, text));
	if (builder_is_insecure(b, ref))
		vec_push(&ret->argv, "--tls-verify=false");
	vec_push(&ret->argv, ref);
	builder_cmd_end(ret);
}

/* Both storages are on this machine: layers are copied, the image ID stays. */
static void
copy_cmd(struct builder *b, struct arena *a, bool into_own, const char *image_id,
	 struct builder_cmd *ret)
{
	struct containers_builder *c = containers_of(b);
	AUTO_FREE char *spec = cstorage_spec(into_own ? &c->own : &c->user);

	start_cmd(c, a, into_own ? &c->user : &c->own, ret);
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
	builder_cmd_end(cmd);
}

static void
import_cmd(struct builder *b, struct arena *a, const char *image_id, struct builder_cmd *ret)
{
	copy_cmd(b, a, true, image_id, ret);
	copy_as(a, arena_printf(a, "@%s", image_id + strlen("sha256:")), ret);
}

static void
load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
	 struct builder_cmd *ret)
{
	copy_cmd(b, a, false, image_id, ret);
	copy_as(a, name, ret);
}

static void
export_cmd(struct builder *b, struct arena *a, const char *image_id, const char *dir,
	   struct builder_cmd *ret)
{
	struct containers_builder *c = containers_of(b);

	start_cmd(c, a, &c->own, ret);
	vec_push(&ret->argv, "push");
	vec_push(&ret->argv, "--quiet");
	if (c->program->plain_flag)
		vec_push(&ret->argv, c->program->plain_flag);
	vec_push(&ret->argv, image_id + strlen("sha256:"));
	vec_push(&ret->argv, arena_printf(a, "dir:%s", dir));
	builder_cmd_end(ret);
}

static void
push_cmd(struct builder *b, struct arena *a, const char *image_id, const char *ref,
	 const char *digest_file, struct builder_cmd *ret)
{
	struct containers_builder *c = containers_of(b);

	start_cmd(c, a, &c->own, ret);
	vec_push(&ret->argv, "push");
	builder_cmd_add2(ret, "--digestfile", digest_file);
	if (builder_is_insecure(b, ref))
		vec_push(&ret->argv, "--tls-verify=false");
	vec_push(&ret->argv, image_id + strlen("sha256:"));
	vec_push(&ret->argv, arena_printf(a, "docker://%s", ref));
	builder_cmd_end(ret);
}

static void
build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
	  struct builder_cmd *ret)
{
	struct containers_builder *c = containers_of(b);
	enum graph_output output = build->image->output;

	start_cmd(c, a, &c->own, ret);
	vec_push(&ret->argv, c->program->build);
	vec_push(&ret->argv, output == GRAPH_OUTPUT_FLAT ? "--layers=false" : "--layers");
	if (output != GRAPH_OUTPUT_FLAT)
		vec_push(&ret->argv, "--force-rm");
	if (output == GRAPH_OUTPUT_SQUASH)
		vec_push(&ret->argv, "--squash");
	if (build->no_cache)
		vec_push(&ret->argv, "--no-cache");
	vec_push(&ret->argv, c->program->never_pull);
	builder_cmd_add2(ret, "--format", "oci");
	builder_cmd_add2(ret, "--timestamp", EPOCH);
	/* Else the manifest holds what the base's manifest is here, which is another one where the
	 * base was pulled: the same image would have two digests. */
	builder_cmd_add2(ret, "--annotation", BASE_NOTE "digest=");
	builder_cmd_add2(ret, "--annotation", BASE_NOTE "name=");
	builder_cmd_add2(ret, "--ignorefile", "/dev/null");
	builder_cmd_add2(ret, "--iidfile", build->id_file);
	builder_add_options(a, build, ret);
	if (build->files)
		builder_cmd_add2(ret, "--build-context",
				 arena_printf(a, RECIPE_FILES "=%s", build->files));
	builder_cmd_add2(ret, "-f", build->dockerfile);
	vec_push(&ret->argv, build->context);
	builder_cmd_end(ret);
}

const char *
builder_containers_ref(struct arena *a, const char *image_id)
{
	return arena_strdup(a, image_id + strlen("sha256:"));
}

static const char *
no_cache_reason(struct arena *a, const struct recipe *recipe)
{
	if (recipe->bind_mount_line)
		return arena_printf(a, "RUN --mount=type=bind at %s:%d", recipe->df->file,
				    recipe->bind_mount_line);
	if (recipe->unexpanded_line)
		return arena_printf(a, "a newline in a value at %s:%d", recipe->df->file,
				    recipe->unexpanded_line);
	for (size_t i = 0; i < recipe->nstages; i++)
		for (size_t k = 0; k < recipe->stages[i].nonbuild; k++)
			if (recipe->stages[i].onbuild[k]->kw == DF_RUN)
				return arena_printf(a, "ONBUILD RUN of the base at %s:%d",
						    recipe->df->file,
						    recipe->stages[i].df->from->line);
	for (size_t i = 0; i < recipe->nremotes; i++)
		if (!recipe->remotes[i].staged)
			return arena_printf(a, "ONBUILD ADD of an URL at %s:%d", recipe->df->file,
					    recipe->remotes[i].line);
	return NULL;
}

/* Fields that only docker's own format of images has. */
static const struct {
	enum df_kw kw;
	const char *loss;
} dropped[] = {
	{ DF_ONBUILD, "triggers nothing in images that stand on this one" },
	{ DF_HEALTHCHECK, "is not kept" },
	{ DF_SHELL, "is not kept, nor heeded by RUN" },
};

static const struct df_ins *
first_of(const struct recipe *recipe, enum df_kw kw)
{
	for (size_t i = 0; i < recipe->nstages; i++)
		for (size_t k = 0; k < recipe->stages[i].df->nins; k++)
			if (recipe->stages[i].df->ins[k]->kw == kw)
				return recipe->stages[i].df->ins[k];
	return NULL;
}

static size_t
notes(struct arena *a, const struct recipe *recipe, const char ***ret)
{
	size_t n = 0;

	*ret = arena_calloc(a, ARRAY_SIZE(dropped), sizeof(**ret));
	for (size_t i = 0; i < ARRAY_SIZE(dropped); i++) {
		const struct df_ins *ins = first_of(recipe, dropped[i].kw);

		if (ins)
			(*ret)[n++] = arena_printf(
				a,
				"%s:%d: %s %s: OCI images, which buildah and podman make, have "
				"no place for it",
				recipe->df->file, ins->line, df_kw_name(ins->kw), dropped[i].loss);
	}
	return n;
}

static const char *
output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "oci\t%s\t" EPOCH "\t1\t1", graph_output_name(image->output));
}

/* "STEP 3/5: RUN …" or, with several stages, "[2/2] STEP 1/3: FROM …". */
int
builder_containers_line(const struct recipe *recipe, struct str line)
{
	unsigned long long stage = 1, step;
	int at;
	struct str rest = line, piece;

	if (rest.n && rest.p[0] == '[') {
		rest = str_sub(rest, 1, rest.n);
		if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &stage) || !stage ||
		    !str_next(&rest, ' ', &piece))
			return 0;
	}
	if (!str_starts(rest, STR_LIT("STEP ")))
		return 0;
	rest = str_sub(rest, 5, rest.n);
	if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &step))
		return 0;
	at = recipe_step_line(recipe, (size_t)stage - 1, (size_t)step);
	return at ? at : -1;
}

/* Beside a removal. */
bool
builder_containers_retry(struct str tail)
{
	return memmem(tail.p, tail.n, "layer not known", strlen("layer not known")) != NULL;
}

static const char *const buildah_info[] = { "buildah", "info", NULL };
static const struct containers_program buildah = { .name = "buildah",
						   .info = buildah_info,
						   .root = "GraphRoot",
						   .run = "RunRoot",
						   .driver = "GraphDriverName",
						   .build = "bud",
						   .never_pull = "--pull-never",
						   .plain_flag = "--disable-compression" };

static struct builder *
open_buildah(const struct builder_opts *opts)
{
	return builder_containers_open(opts, &buildah);
}

static const char *const podman_info[] = { "podman", "info", "--format", "json", NULL };
static const struct containers_program podman = { .name = "podman",
						  .info = podman_info,
						  .root = "graphRoot",
						  .run = "runRoot",
						  .driver = "graphDriverName",
						  .build = "build",
						  .never_pull = "--pull=never",
						  .remove_flag = "--force" };

static struct builder *
open_podman(const struct builder_opts *opts)
{
	return builder_containers_open(opts, &podman);
}

static bool
runs_here(struct builder *b UNUSED)
{
	return true;
}

#define CONTAINERS_OPS                                                                             \
	.dialect = DIALECT_CONTAINERS, .reproduces = true, .output_record = output_record,         \
	.image_ref = builder_containers_ref, .free = builder_containers_free,                      \
	.prepare = builder_containers_prepare, .tidy = builder_containers_tidy,                    \
	.collect = builder_containers_collect, .has = builder_containers_has,                      \
	.config = builder_containers_config, .find = builder_containers_find,                      \
	.pull_cmd = pull_cmd, .import_cmd = import_cmd, .load_cmd = load_cmd,                      \
	.push_cmd = push_cmd, .export_cmd = export_cmd, .podman_cmd = podman_cmd,                  \
	.in_place = builder_containers_in_place, .has_containers = builder_containers_left,        \
	.runner = &runner_podman_ops, .build_cmd = build_cmd, .notes = notes,                      \
	.no_cache_reason = no_cache_reason, .step_line = builder_containers_line,                  \
	.should_retry = builder_containers_retry, .probe = builder_containers_probe,               \
	.service = builder_containers_service, .runs_here = runs_here

const struct builder_ops builder_buildah_ops = { .program = "buildah",
						 .install =
							 "Debian, Ubuntu: apt-get install buildah",
						 .open = open_buildah,
						 CONTAINERS_OPS };

const struct builder_ops builder_podman_ops = { .program = "podman",
						.install = "Debian, Ubuntu: apt-get install podman",
						.open = open_podman,
						CONTAINERS_OPS };
