/* SPDX-License-Identifier: Apache-2.0 */
/* builder_check.c: what a builder cannot do, found before it starts. */
#include "engine/builder_priv.h"
#include "engine/emulation.h"
#include "engine/external.h"
#include "io/git.h"

/* The BuildKit 0.N whose own frontend is the first to know it; LABS: none does so far. The parser
 * knows what no builder of the dialect does. */
#define LABS 1000
static const struct {
	enum df_kw kw;
	const char *flag;
	unsigned since;
} newer_flags[] = {
	{ DF_ADD, "checksum", 12 },
	{ DF_ADD, "exclude", 25 },
	{ DF_ADD, "keep-git-dir", 11 },
	{ DF_ADD, "link", 10 },
	{ DF_ADD, "unpack", 23 },
	{ DF_COPY, "exclude", 25 },
	{ DF_COPY, "link", 10 },
	{ DF_COPY, "parents", 26 },
	{ DF_HEALTHCHECK, "start-interval", 12 },
	{ DF_RUN, "device", LABS },
};
#define HEREDOCS_SINCE 9
#define GIT_SINCE 11

struct checker {
	const struct builder_limits *limits;
	const struct recipe *recipe;
	struct err_list *errs;
};

static void
refuse(const struct checker *c, int line, const char *what)
{
	struct err *err = err_list_at(c->errs, c->recipe->df->file, line, 0, "%s cannot do %s",
				      c->limits->who, what);

	err_hint(err, "%s can", c->limits->who_can);
}

static void
check_ins(const struct checker *c, const struct df_ins *ins)
{
	unsigned have = c->limits->frontend;

	if (ins->nheredocs && have < HEREDOCS_SINCE)
		refuse(c, ins->line, "heredocs");
	for (size_t i = 0; i < ARRAY_SIZE(newer_flags); i++) {
		AUTO_FREE char *what = NULL;

		if (newer_flags[i].since <= have || newer_flags[i].kw != ins->kw ||
		    !df_flag_get(ins, newer_flags[i].flag))
			continue;
		what = xasprintf("%s --%s", df_kw_name(ins->kw), newer_flags[i].flag);
		refuse(c, ins->line, what);
	}
}

/* A frontend of the Dockerfile's own choice knows what it knows. */
static void
check_frontend(const struct checker *c)
{
	if (!c->limits->frontend || c->recipe->df->syntax)
		return;
	for (size_t i = 0; i < c->recipe->nstages; i++) {
		const struct df_stage *stage = c->recipe->stages[i].df;

		for (size_t k = 0; k < stage->nins; k++)
			check_ins(c, stage->ins[k]);
	}
	for (size_t i = 0; i < c->recipe->nremotes; i++)
		if (c->recipe->remotes[i].git && c->limits->frontend < GIT_SINCE)
			refuse(c, c->recipe->remotes[i].line, "ADD of a git repository");
}

/* Its own instruction is given the commit in place of the reference; a trigger's stays as it is. */
static bool
is_pinned(const struct recipe_remote *remote)
{
	AUTO_ARENA struct arena *arena = arena_new();

	return !remote->onbuild || git_is_commit_id(str_c(external_of_remote(arena, remote).ref));
}

/* What an address holds may move between any look at it and the builder's: an image under a key that
 * is not its own. */
void
builder_check_downloads(const struct recipe *recipe, struct err_list *errs)
{
	for (size_t i = 0; i < recipe->nremotes; i++) {
		const struct recipe_remote *remote = &recipe->remotes[i];
		struct err *err;

		if (remote->staged || remote->checksum || (remote->git && is_pinned(remote)))
			continue;
		err = err_list_at(errs, recipe->df->file, remote->line, 0,
				  "'%s' would be downloaded by the builder, unchecked",
				  remote->url);
		err_hint(err, remote->onbuild
				      ? "a trigger's address can neither be staged nor pinned: "
					"have it copy the file"
				      : "write ADD --checksum=sha256:DIGITS (docker 23 or newer), "
					"or build with buildah or podman");
	}
}

/* Docker's first builder takes an image by its name, and by no other; BuildKit before 0.17 takes
 * nothing, and does not say so. */
static void
check_triggers(const struct checker *c)
{
	const struct recipe *recipe = c->recipe;
	struct err *err;

	if (c->limits->no_trigger_from && !recipe->df->syntax && recipe->trigger_from_line) {
		err = err_list_at(c->errs, recipe->df->file, recipe->trigger_from_line, 0,
				  "a trigger of this base takes from another image or stage, of "
				  "which %s sees nothing",
				  c->limits->who);
		err_hint(err, "docker 28 or newer, buildah and podman do");
	}
	for (size_t i = 0; c->limits->no_trigger_images && i < recipe->nimages; i++) {
		const struct recipe_image *used = &recipe->images[i];

		if (!used->onbuild || strchr(used->ref, '@'))
			continue;
		err = err_list_at(c->errs, recipe->df->file, used->line, 0,
				  "a trigger of this base takes from '%s', and %s cannot be told "
				  "which image that is",
				  used->ref, c->limits->who);
		err_hint(err, "name it by its digest there, or build with buildah or podman");
	}
}

/* Of an address of the Dockerfile's own the file is downloaded, and lies beside the context. */
static void
check_files(const struct checker *c)
{
	for (size_t i = 0; c->limits->no_files && i < c->recipe->nremotes; i++) {
		const struct recipe_remote *remote = &c->recipe->remotes[i];
		struct err *err;

		if (!remote->staged)
			continue;
		err = err_list_at(c->errs, c->recipe->df->file, remote->line, 0,
				  "%s cannot be given what ADD takes from '%s'", c->limits->who,
				  remote->url);
		err_hint(err, "copy the file into the context, or write `builder: podman`");
	}
}

static void
check_network(const struct checker *c, const struct graph_image *image)
{
	for (size_t i = 0; c->limits->few_networks && i < image->noptions; i++) {
		const struct graph_kv *o = &image->options[i];
		struct err *err;

		if (strcmp(o->name, "network") != 0 || !strcmp(o->value, "host") ||
		    !strcmp(o->value, "none"))
			continue;
		err = err_list_at(c->errs, c->recipe->opts.args_file, o->at.line, o->at.col,
				  "image '%s': %s has no network '%s' for a build", image->name,
				  c->limits->who, o->value);
		err_hint(err, "write host, which it is without `network`, or none");
	}
}

/* A builder of another platform than the machine's has to be there, or an emulation. */
static void
check_platform(const struct checker *c, const struct graph_image *image)
{
	char text[PLATFORM_TEXT_SIZE];
	struct err *err;

	if (!c->limits->nodes || !buildx_lacks(c->limits->nodes, &image->platform))
		return;
	platform_text(&image->platform, text);
	err = err_list_at(c->errs, c->recipe->opts.args_file, image->at.line, image->at.col,
			  "image '%s': %s does not build for %s", image->name, c->limits->who,
			  text);
	err_hint(err, "give the builder a node for it (`docker buildx create --append`), or QEMU");
}

void
builder_check_limits(const struct builder_limits *limits, const struct graph_image *image,
		     const struct recipe *recipe, struct err_list *errs)
{
	struct checker c = { limits, recipe, errs };
	struct err *err;

	check_frontend(&c);
	check_triggers(&c);
	check_files(&c);
	check_platform(&c, image);
	if (limits->only_layers && image->output != GRAPH_OUTPUT_LAYERS) {
		err = err_list_at(errs, recipe->opts.args_file, image->at.line, image->at.col,
				  "image '%s': %s cannot make `output: %s`", image->name,
				  limits->who, graph_output_name(image->output));
		err_hint(err, "buildah and podman can");
	}
	check_network(&c, image);
	if (limits->no_secrets && image->nsecrets) {
		err = err_list_at(errs, recipe->opts.args_file, image->at.line, image->at.col,
				  "image '%s': %s knows no secrets", image->name, limits->who);
		err_hint(err, "docker with BuildKit, buildah and podman do");
	}
}

/* Adds what the builder cannot do; what was only remembered of it is asked again before it is held
 * against an image. */
static int
check_limits(struct builder *b, const struct graph_image *image, const struct recipe *recipe,
	     struct err_list *errs, struct err *err)
{
	AUTO_ERR_LIST struct err_list found = ERR_LIST_INIT;
	struct builder_limits limits = { 0 };
	int r = b->ops->limits(b, false, &limits, err);

	if (!r)
		builder_check_limits(&limits, image, recipe, &found);
	if (!r && found.n && limits.remembered) {
		err_list_clear(&found);
		free(limits.who);
		limits = (struct builder_limits){ 0 };
		r = b->ops->limits(b, true, &limits, err);
		if (!r)
			builder_check_limits(&limits, image, recipe, &found);
	}
	for (size_t i = 0; i < found.n; i++)
		err_list_take(errs, &found.items[i]);
	free(limits.who);
	return r;
}

int
builder_check(struct builder *b, const struct graph_image *image, const struct recipe *recipe,
	      struct err_list *errs, struct err *err)
{
	size_t before = errs->n;
	int r = b->ops->limits ? check_limits(b, image, recipe, errs, err) : 0;

	builder_check_downloads(recipe, errs);
	return !r && errs->n > before ? -ERR_INPUT : r;
}

int
builder_check_platform(struct builder *b, const struct platform *platform, struct err *err)
{
	struct platform host = platform_host();
	char wanted[PLATFORM_TEXT_SIZE], here[PLATFORM_TEXT_SIZE];

	if (!b->ops->runs_here || !b->ops->runs_here(b) || emulation_runs(platform, b->tmp_dir))
		return 0;
	platform_text(platform, wanted);
	platform_text(&host, here);
	err_set(err, ERR_TOOL, "this machine is %s, and cannot run programs of %s", here, wanted);
	err_hint(err,
		 "Debian, Ubuntu: apt-get install qemu-user-static; or build with buildx, on a "
		 "builder that has a node for that platform");
	return -ERR_TOOL;
}

int
builder_check_machine(struct builder *b, const struct recipe *recipe, struct err *err)
{
	for (size_t i = 0; i < recipe->nstages; i++) {
		struct platform platform = recipe_stage_platform(recipe, i);
		int line = recipe_stage_runs(recipe, i);

		if (line && builder_check_platform(b, &platform, err))
			return err_prefix(err, "RUN at %s:%d", recipe->df->file, line);
	}
	return 0;
}
