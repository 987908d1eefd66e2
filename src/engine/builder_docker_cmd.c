/* SPDX-License-Identifier: Apache-2.0 */
/* builder_docker_cmd.c: command lines for docker's images, and what building them prints. */
#include "engine/builder_docker.h"
#include "engine/runner_priv.h"

static void
start_cmd(struct builder *b, struct arena *a, const char *verb, struct builder_cmd *cmd)
{
	static const char *const names[] = { "DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
					     "SSH_AUTH_SOCK" };
	struct docker_builder *d = docker_builder(b);

	*cmd = (struct builder_cmd){ 0 };
	vec_push(&cmd->argv, d->program ? d->program : "docker");
	vec_push(&cmd->argv, verb);
	builder_scrub_env(b, a, names, ARRAY_SIZE(names), cmd);
}

/* By skopeo: `docker push` knows no digest but by reading its output, and needs a tag. */
void
builder_docker_push(struct builder *b, struct arena *a, const char *image_id, const char *ref,
		    const char *digest_file, struct builder_cmd *ret)
{
	const struct docker_api *api = docker_builder(b)->api;
	const char *host = api ? docker_api_host(api) : env_get(b->env, "DOCKER_HOST");

	start_cmd(b, a, "copy", ret);
	ret->argv.v[0] = "skopeo";
	vec_push(&ret->argv, "--quiet");
	builder_cmd_add2(ret, "--digestfile", digest_file);
	builder_cmd_add2(ret, "--src-daemon-host", host ? host : "unix:///var/run/docker.sock");
	if (api && docker_api_certs(api))
		builder_cmd_add2(ret, "--src-cert-dir", docker_api_certs(api));
	if (builder_is_insecure(b, ref))
		vec_push(&ret->argv, "--dest-tls-verify=false");
	vec_push(&ret->argv, arena_printf(a, "docker-daemon:%s", image_id));
	vec_push(&ret->argv, arena_printf(a, "docker://%s", ref));
	builder_cmd_end(ret);
}

static void
build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
	  struct builder_cmd *ret)
{
	start_cmd(b, a, "build", ret);
	vec_push(&ret->env, "DOCKER_BUILDKIT=1");
	/* With a client whose plug-in builds: in the engine, and nothing beside the image. */
	vec_push(&ret->env, "BUILDX_BUILDER=default");
	vec_push(&ret->env, "BUILDX_NO_DEFAULT_ATTESTATIONS=1");
	if (build->no_cache)
		vec_push(&ret->argv, "--no-cache");
	builder_cmd_add2(ret, "--progress", "plain");
	builder_cmd_add2(ret, "--iidfile", build->id_file);
	builder_add_options(a, build, ret);
	builder_cmd_add2(ret, "-f", build->dockerfile);
	vec_push(&ret->argv, build->context);
	builder_cmd_end(ret);
}

/* Times are not settable, so the image ID says nothing about them. */
static const char *
output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "docker\t%s\t-\t1\t0", graph_output_name(image->output));
}

static int
step_line(const struct recipe *recipe, struct str line)
{
	return builder_buildkit_line(recipe, line, false);
}

static bool
should_retry(struct str tail UNUSED)
{
	return false;
}

/* "Step 3/6 : RUN …", counted over the whole file with the ARGs before the first FROM, and in each
 * stage the mark that staging put there. */
static int
classic_step_line(const struct recipe *recipe, struct str line)
{
	unsigned long long n, total, known = 0, extra = recipe->opts.mark ? 2 : 1;
	struct str number;

	if (!str_starts(line, STR_LIT("Step ")))
		return 0;
	line = str_sub(line, strlen("Step "), line.n);
	if (!str_next(&line, '/', &number) || !str_to_u64(number, &n) ||
	    !str_next(&line, ' ', &number) || !str_to_u64(number, &total))
		return 0;
	for (size_t i = 0; i < recipe->nstages; i++)
		known += extra + recipe->stages[i].df->nins;
	if (total < known || n <= total - known)
		return -1;
	n -= total - known;
	for (size_t i = 0; i < recipe->nstages; i++) {
		const struct df_stage *stage = recipe->stages[i].df;

		if (n <= extra)
			return stage->from->line;
		if (n <= extra + stage->nins)
			return stage->ins[n - extra - 1]->line;
		n -= extra + stage->nins;
	}
	return -1;
}

#define DOCKER_OPS                                                                                 \
	.program = "docker", .install = "Debian, Ubuntu: apt-get install docker.io",               \
	.output_record = output_record, .image_ref = builder_buildkit_ref,                         \
	.open = builder_docker_open, .free = builder_docker_free,                                  \
	.prepare = builder_docker_prepare, .tidy = builder_docker_tidy,                            \
	.forget = builder_docker_forget, .has = builder_docker_has,                                \
	.config = builder_docker_config, .find = builder_docker_find, .keep = builder_docker_keep, \
	.pull_cmd = builder_docker_pull, .import_cmd = builder_docker_import,                      \
	.load_cmd = builder_docker_load, .push_cmd = builder_docker_push,                          \
	.export_cmd = builder_docker_export, .export_empty = builder_docker_export_empty,          \
	.limits = builder_docker_limits, .collect = builder_docker_collect,                        \
	.should_retry = should_retry, .has_containers = builder_docker_left,                       \
	.runner = &runner_docker_ops, .probe = builder_docker_probe,                               \
	.runs_here = builder_docker_runs_here

const struct builder_ops builder_docker_ops = { DOCKER_OPS, .dialect = DIALECT_BUILDKIT,
						.build_cmd = build_cmd, .step_line = step_line,
						.output = builder_buildkit_output };

const struct builder_ops builder_docker_classic_ops = { DOCKER_OPS, .dialect = DIALECT_CLASSIC,
							.build_cmd = builder_docker_build,
							.step_line = classic_step_line };
