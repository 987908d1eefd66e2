/* SPDX-License-Identifier: Apache-2.0 */
/* key.c: writes the records of an image's input set. */
#include "engine/key.h"

#include "engine/collect.h"
#include "model/enc.h"

#define DAY_MS (24LL * 60 * 60 * 1000)
#define UNKNOWN "unknown"

struct maker {
	const struct key_env *env;
	const struct graph_image *image;
	struct key_result *ret;
};

static struct graph_image *
parent_of(const struct maker *m, const char *ref)
{
	return graph_image_of_ref(m->env->project->graph, ref);
}

static struct key_use
use_of(const struct maker *m, const char *ref, const char *platform)
{
	AUTO_ERR struct err ignored = ERR_INIT; /* recipe_eval() normalised it */
	struct key_use use = { ref, parent_of(m, ref), m->image->platform };

	if (platform && platform_parse(str_c(platform), &use.platform, &ignored))
		use.platform = m->image->platform;
	return use;
}

static const struct oci_config *
config_of(void *ctx, const char *ref, const char *platform)
{
	struct maker *m = ctx;
	struct key_use use = use_of(m, ref, platform);

	return m->env->config(m->env->ctx, &use);
}

static const char *
identity_of(void *ctx, size_t i)
{
	struct maker *m = ctx;
	const struct recipe_image *used = &m->ret->recipe->images[i];
	struct key_use use = use_of(m, used->ref, used->platform);
	const char *id = m->env->identity(m->env->ctx, &use);

	if (!id)
		m->ret->complete = false;
	return id ? id : UNKNOWN;
}

static void
add_head(struct maker *m)
{
	struct inputs *in = m->ret->inputs;
	enum dialect d = m->env->project->dialect;
	const struct platform *pf = &m->image->platform;
	AUTO_BUF struct buf output = BUF_INIT;

	inputs_add(in, INPUT_VERSION, 1, (struct str[]){ STR_LIT("1") });
	inputs_add(in, INPUT_DIALECT, 1, (struct str[]){ str_c(dialect_name(d)) });
	buf_init(&output, 0);
	buf_addf(&output, "semantics\t%d\noutput\t%s\n", dialect_semantics(d),
		 builder_output_record(m->env->project->builder, m->ret->arena, m->image));
	inputs_add_lines(in, buf_str(&output));
	inputs_add(in, INPUT_PLATFORM, 3,
		   (struct str[]){ str_c(pf->os), str_c(pf->arch), str_c(pf->variant) });
}

static void
add_settings(struct maker *m)
{
	struct inputs *in = m->ret->inputs;
	const struct graph_image *image = m->image;

	for (size_t i = 0; i < image->noptions; i++)
		inputs_add(in, INPUT_OPTION, 2,
			   (struct str[]){ str_c(image->options[i].name),
					   str_c(image->options[i].value) });
	for (size_t i = 0; i < image->nlabels; i++) {
		const char *label = arena_printf(m->ret->arena, "%s=%s", image->labels[i].name,
						 image->labels[i].value);

		inputs_add(in, INPUT_OPTION, 2, (struct str[]){ STR_LIT("label"), str_c(label) });
	}
}

static void
add_recipe(struct maker *m)
{
	struct inputs *in = m->ret->inputs;
	const struct recipe *r = m->ret->recipe;
	AUTO_BUF struct buf facts = BUF_INIT;

	for (size_t i = 0; i < r->nargs; i++)
		inputs_add(in, INPUT_ARG, 3,
			   (struct str[]){ str_c(r->args[i].name),
					   r->args[i].value ? STR_LIT("set") : STR_LIT("unset"),
					   str_c(r->args[i].value ? r->args[i].value : "") });
	buf_init(&facts, 0);
	recipe_facts(r, identity_of, m, &facts);
	inputs_add_lines(in, buf_str(&facts));
	for (size_t i = 0; i < r->nsecrets; i++)
		inputs_add(in, INPUT_SECRET, 1, (struct str[]){ str_c(r->secrets[i]) });
	for (size_t i = 0; i < r->nwidens; i++)
		inputs_add(in, INPUT_WIDEN, 1, (struct str[]){ str_c(r->widens[i].reason) });
}

/* How it is used, with the platform where that is not the image's own. */
static const char *
use_text(const struct maker *m, const struct recipe_image *used, const struct key_use *use)
{
	const char *name = recipe_use_name(used->use);

	if (platform_eq(&use->platform, &m->image->platform))
		return name;
	return arena_printf(m->ret->arena, "%s" INPUT_USE_PLATFORM "%s", name, used->platform);
}

/* What the graph builds, it builds for one platform. */
static int
check_platform(const struct maker *m, const struct recipe_image *used, const struct key_use *use,
	       struct err_list *errs)
{
	char have[PLATFORM_TEXT_SIZE];
	struct err *err;

	if (!use->parent || !used->platform || platform_eq(&use->platform, &use->parent->platform))
		return 0;
	platform_text(&use->parent->platform, have);
	err = err_list_at(errs, m->ret->recipe->df->file, used->line, 0,
			  "FROM --platform=%s: image '%s' is built for %s", used->platform,
			  use->parent->name, have);
	err_hint(err, "leave the flag out, or change `platform` of '%s' in the graph file",
		 use->parent->name);
	return -ERR_INPUT;
}

static int
add_images(struct maker *m, struct err_list *errs)
{
	const struct recipe *recipe = m->ret->recipe;
	int r = 0;

	for (size_t i = 0; i < recipe->nimages; i++) {
		const struct recipe_image *used = &recipe->images[i];
		struct key_use use = use_of(m, used->ref, used->platform);
		const char *id = identity_of(m, i);
		struct input_image im = { .ref = used->ref,
					  .name = use.parent ? use.parent->name : NULL,
					  .use = use_text(m, used, &use),
					  .id = !strcmp(id, UNKNOWN) ? "" : id,
					  .line = used->line };

		r = check_platform(m, used, &use, errs) ? -ERR_INPUT : r;
		inputs_add_image(m->ret->inputs, &im);
		if (used->use != RECIPE_USE_FROM)
			inputs_add(m->ret->inputs, INPUT_IMAGE, 2,
				   (struct str[]){ str_c(im.use), str_c(id) });
	}
	return r;
}

static int64_t
stagger(const char *image, int days)
{
	struct sha256 h = sha256_of(image, strlen(image));

	return ((int64_t)h.b[0] << 8 | h.b[1]) % days;
}

static void
add_remotes(struct maker *m)
{
	const struct recipe *r = m->ret->recipe;

	for (size_t i = 0; i < r->nremotes; i++) {
		struct recipe_remote *remote = &r->remotes[i];
		const char *value = m->env->remote(m->env->ctx, remote);

		remote->value = value;
		if (!value)
			m->ret->complete = false;
		inputs_add(m->ret->inputs, INPUT_SOURCE, 2,
			   (struct str[]){ remote->git ? STR_LIT("git") : STR_LIT("http"),
					   str_c(value ? value : UNKNOWN) });
		inputs_add_remote(m->ret->inputs,
				  &(struct input_remote){ remote->url, value ? value : UNKNOWN,
							  remote->line });
	}
}

int64_t
key_refresh_epoch(const char *image, int days, int64_t now_ms)
{
	return (now_ms / DAY_MS + stagger(image, days)) / days;
}

int64_t
key_refresh_due(const struct graph_image *image, int64_t now_ms)
{
	int days = image->refresh_days;
	int64_t next = key_refresh_epoch(image->name, days, now_ms) + 1;

	return (next * days - stagger(image->name, days)) * DAY_MS;
}

const char *
key_epoch_of(const struct inputs *in, struct arena *arena)
{
	static const char start[] = "epoch\t";

	for (size_t i = 0; i < in->tail.n; i++)
		if (!strncmp(in->tail.v[i], start, sizeof(start) - 1))
			return arena_strdup(arena, in->tail.v[i] + sizeof(start) - 1);
	return NULL;
}

static void
add_epoch(struct maker *m)
{
	const struct graph_image *image = m->image;
	struct inputs *in = m->ret->inputs;
	AUTO_FREE char *class = xasprintf("%dd\t", image->refresh_days);
	const char *was = m->env->epoch;

	if (!image->refresh_days || (was && !*was))
		return;
	/* Of another class, it says nothing about this one. */
	if (was && !strncmp(was, class, strlen(class)))
		vec_push(&in->tail, arena_printf(in->arena, "epoch\t%s", was));
	else
		vec_push(&in->tail,
			 arena_printf(in->arena, "epoch\t%s%lld", class,
				      (long long)key_refresh_epoch(image->name, image->refresh_days,
								   m->env->now_ms)));
}

static int
make(struct maker *m, struct err_list *errs, struct err *err)
{
	struct project *p = m->env->project;
	const struct project_source *src = &p->sources[m->image->index];
	struct key_result *res = m->ret;
	int r;

	res->recipe = project_eval(p, m->image, res->arena, config_of, m, errs);
	if (!res->recipe)
		return -ERR_INPUT;
	res->inputs->dockerfile_path = arena_strdup(res->inputs->arena, src->df_path);
	res->inputs->dockerfile_text = src->df_text;
	if (src->files->url)
		inputs_set_source(res->inputs,
				  &(struct input_source){ src->files->url, src->files->ref,
							  src->files->commit });
	add_head(m);
	add_settings(m);
	add_recipe(m);
	r = add_images(m, errs);
	if (r)
		return r;
	add_remotes(m);
	r = collect_files(&(struct collect_opts){ .project = p,
						  .image = m->image,
						  .recipe = res->recipe,
						  .store = m->env->store,
						  .trust = m->env->trust,
						  .pool = m->env->pool,
						  .skip_widened = !res->complete },
			  res->inputs, errs, err);
	if (r)
		return r;
	add_epoch(m);
	inputs_finish(res->inputs);
	return 0;
}

int
key_make(const struct key_env *env, const struct graph_image *image, struct key_result *ret,
	 struct err_list *errs, struct err *err)
{
	struct maker m = { .env = env, .image = image, .ret = ret };
	int r;

	*ret = (struct key_result){ .arena = arena_new(),
				    .inputs = inputs_new(),
				    .complete = true };
	r = make(&m, errs, err);
	if (r)
		key_result_fini(ret);
	return r;
}

void
key_result_fini(struct key_result *r)
{
	inputs_free(r->inputs);
	arena_free(r->arena);
	*r = (struct key_result){ 0 };
}
