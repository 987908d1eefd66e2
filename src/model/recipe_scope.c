/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_scope.c: which variables each instruction sees, and what its texts expand to. */
#include "model/recipe_priv.h"
#include "model/shellword.h"

/* What every builder sets where the base has none. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

void
recipe_set(const struct recipe_impl *r, struct map *m, const char *name, struct recipe_text value)
{
	map_set(m, str_c(name), arena_dup(r->arena, &value, sizeof(value)));
}

static void
copy(struct map *to, const struct map *from)
{
	for (size_t i = 0; i < map_len(from); i++)
		map_set(to, map_key(from, i), map_value(from, i));
}

static void
scope_init(struct recipe_scope *s)
{
	*s = (struct recipe_scope){ .env = map_new(), .args = map_new() };
}

static void
scope_fini(struct recipe_scope *s)
{
	map_free(s->env);
	map_free(s->args);
}

static const struct recipe_text *
find(const struct recipe_impl *r, const struct recipe_scope *s, struct str name)
{
	const struct recipe_text *value = NULL;

	if (r->pub.opts.dialect != DIALECT_BUILDKIT)
		value = map_get(s->env, name);
	if (!value)
		value = map_get(s->args, name);
	return value;
}

struct looker {
	const struct recipe_impl *r;
	const struct recipe_scope *scope;
	bool unknown; /* a variable was met whose value is not known */
};

static const char *
look_up(void *ctx, struct str name)
{
	struct looker *l = ctx;
	const struct recipe_text *value = find(l->r, l->scope, name);
	bool buildkit = l->r->pub.opts.dialect == DIALECT_BUILDKIT;
	const char *given = NULL;

	if (!value) {
		AUTO_FREE char *text = str_dup(name);

		if (recipe_is_proxy(l->r->pub.opts.dialect, text))
			given = recipe_given(l->r, text);
	}
	/* Where ENV wins over ARG, the ENV of a base that is not known does so, too. */
	if ((value && !value->known) ||
	    (l->scope->open && (!value || (!buildkit && !map_has(l->scope->env, name))))) {
		l->unknown = true;
		return "";
	}
	return value ? value->text : given;
}

static struct shellword
words_of(struct looker *l)
{
	return (struct shellword){ .dialect = l->r->pub.opts.dialect,
				   .escape = l->r->pub.df->escape,
				   .lookup = look_up,
				   .ctx = l };
}

/* What a failed or unknown expansion comes to: no mistake is sure while a value is unknown. */
static int
settle(const struct looker *l, int status, struct err *err)
{
	if (status < 0 && l->unknown) {
		if (err)
			err_clear(err);
		return 0;
	}
	return status;
}

int
recipe_expand(const struct recipe_impl *r, const struct recipe_scope *scope, const char *word,
	      struct recipe_text *ret, struct err *err)
{
	struct looker l = { .r = r, .scope = scope };
	struct shellword sw = words_of(&l);
	char *text = NULL;
	int status = shellword_expand(&sw, r->arena, str_c(word), &text, err);

	*ret = (struct recipe_text){ l.unknown ? NULL : text, !l.unknown };
	return settle(&l, status, err);
}

static int
expand_ports(const struct recipe_impl *r, const struct recipe_scope *scope,
	     const struct df_ins *ins, struct recipe_texts *ret, struct err *err)
{
	struct looker l = { .r = r, .scope = scope };
	struct shellword sw = words_of(&l);
	VEC(struct recipe_text) all = { 0 };
	int status = 0;

	for (size_t i = 0; i < ins->nwords && status == 0; i++) {
		char **words = NULL;
		size_t n = 0;

		status = settle(&l,
				shellword_expand_words(&sw, r->arena, str_c(ins->words[i]), &words,
						       &n, err),
				err);
		for (size_t k = 0; k < n; k++)
			vec_push(&all, ((struct recipe_text){ words[k], true }));
	}
	ret->known = !l.unknown;
	ret->n = all.n;
	ret->v = arena_dup(r->arena, all.v, all.n * sizeof(*all.v));
	vec_fini(&all);
	return status;
}

static int
expand_pairs(const struct recipe_impl *r, const struct recipe_scope *scope,
	     const struct df_ins *ins, struct recipe_texts *ret, struct err *err)
{
	int status = 0;

	ret->n = 2 * ins->npairs;
	ret->v = arena_calloc(r->arena, ret->n, sizeof(*ret->v));
	for (size_t i = 0; i < ins->npairs && status == 0; i++) {
		status = recipe_expand(r, scope, ins->pairs[i].name, &ret->v[2 * i], err);
		if (status == 0)
			status = recipe_expand(r, scope, ins->pairs[i].value, &ret->v[2 * i + 1],
					       err);
	}
	return status;
}

static int
expand_words(const struct recipe_impl *r, const struct recipe_scope *scope,
	     const struct df_ins *ins, struct recipe_texts *ret, struct err *err)
{
	int status = 0;

	ret->n = ins->nwords;
	ret->v = arena_calloc(r->arena, ret->n, sizeof(*ret->v));
	for (size_t i = 0; i < ret->n && status == 0; i++) {
		if (ins->nheredocs && df_heredoc_of(ins, ins->words[i]))
			ret->v[i] = (struct recipe_text){ ins->words[i], true };
		else
			status = recipe_expand(r, scope, ins->words[i], &ret->v[i], err);
	}
	return status;
}

int
recipe_expand_ins(const struct recipe_impl *r, const struct recipe_scope *scope,
		  const struct df_ins *ins, struct recipe_texts *ret, struct err *err)
{
	int status = 0;

	*ret = (struct recipe_texts){ .known = true };
	switch (ins->kw) {
	case DF_ADD:
	case DF_COPY:
	case DF_VOLUME:
		status = expand_words(r, scope, ins, ret, err);
		break;
	case DF_ENV:
	case DF_LABEL:
		status = expand_pairs(r, scope, ins, ret, err);
		break;
	case DF_EXPOSE:
		return expand_ports(r, scope, ins, ret, err);
	case DF_STOPSIGNAL:
	case DF_USER:
	case DF_WORKDIR:
		ret->n = 1;
		ret->v = ARENA_NEW(r->arena, struct recipe_text);
		status = recipe_expand(r, scope, ins->rest, ret->v, err);
		break;
	default:
		return 0;
	}
	for (size_t i = 0; i < ret->n; i++)
		ret->known = ret->known && ret->v[i].known;
	return status;
}

/* ENV name=value, where the name may have come out of a variable with a '=' in it. */
static void
set_env(const struct recipe_impl *r, struct recipe_scope *s, struct recipe_text name,
	struct recipe_text value)
{
	struct str whole = { 0 };
	size_t cut;

	if (!name.known) {
		/* Any variable may be meant. */
		s->open = true;
		return;
	}
	whole = str_c(arena_printf(r->arena, "%s=%s", name.text, value.known ? value.text : ""));
	cut = str_find(whole, '=');
	value.text = value.known ? whole.p + cut + 1 : NULL;
	name.text = arena_str(r->arena, str_sub(whole, 0, cut));
	recipe_set(r, s->env, name.text, value);
	if (r->pub.opts.dialect == DIALECT_BUILDKIT)
		recipe_set(r, s->args, name.text, value);
}

static void
set_base_env(const struct recipe_impl *r, struct recipe_scope *s, const struct oci_config *config)
{
	for (size_t i = 0; config && i < config->nenv; i++) {
		struct str whole = str_c(config->env[i]);
		size_t cut = str_find(whole, '=');
		const char *name = arena_str(r->arena, str_sub(whole, 0, cut));
		const char *value = cut < whole.n ? whole.p + cut + 1 : "";

		set_env(r, s, (struct recipe_text){ name, true },
			(struct recipe_text){ value, true });
	}
	if (!map_has(s->env, STR_LIT("PATH")))
		set_env(r, s, (struct recipe_text){ "PATH", true },
			(struct recipe_text){ DEFAULT_PATH, true });
}

void
recipe_scope_begin(const struct recipe_impl *r, struct recipe_scopes *s, size_t stage)
{
	const struct recipe_work *w = &r->work[stage];
	struct recipe_scope *scope = &s->stages[stage];

	scope_init(scope);
	if (w->base == RECIPE_BASE_STAGE) {
		const struct recipe_scope *base = &s->stages[w->base_stage];

		copy(scope->env, base->env);
		/* Only buildkit hands arguments down, and an ENV of the base before them. */
		if (r->pub.opts.dialect == DIALECT_BUILDKIT) {
			copy(scope->args, base->args);
			copy(scope->args, base->env);
		}
		scope->open = base->open;
	} else if (w->base == RECIPE_BASE_IMAGE && !w->config) {
		scope->open = true;
	} else {
		set_base_env(r, scope, w->config);
	}
}

int
recipe_scope_apply(const struct recipe_impl *r, struct recipe_scopes *s, size_t stage,
		   const struct df_ins *ins, const struct recipe_texts *texts, struct err *err)
{
	struct recipe_scope *scope = &s->stages[stage];

	if (ins->kw == DF_ARG)
		return recipe_declare(r, s, scope, ins, err);
	for (size_t i = 0; ins->kw == DF_ENV && i + 1 < texts->n; i += 2)
		set_env(r, scope, texts->v[i], texts->v[i + 1]);
	return 0;
}

const char *
recipe_global(const struct recipe_scopes *s, const char *name)
{
	const struct recipe_text *value = map_get(s->global.args, str_c(name));

	return value ? value->text : NULL;
}

/* The names that FROM sees without any ARG. */
static void
add_platform_args(const struct recipe_impl *r, struct recipe_scope *global)
{
	static const char *const names[] = {
		"BUILDPLATFORM",  "BUILDOS",        "BUILDARCH",       "BUILDVARIANT",
		"TARGETPLATFORM", "TARGETOS",       "TARGETARCH",      "TARGETVARIANT",
		"TARGETSTAGE",    "BUILDOSVERSION", "TARGETOSVERSION",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *given = recipe_given(r, names[i]);
		const char *value = recipe_platform_arg(r, names[i]);

		if (value)
			recipe_set(r, global->args, names[i],
				   (struct recipe_text){ given ? given : value, true });
	}
}

void
recipe_scopes_init(const struct recipe_impl *r, struct recipe_scopes *s, struct err_list *errs)
{
	const struct dockerfile *df = r->pub.df;

	*s = (struct recipe_scopes){
		.stages = xcalloc(df->nstages, sizeof(*s->stages)),
		.nstages = df->nstages,
		.declared = map_new(),
	};
	scope_init(&s->global);
	if (r->pub.opts.dialect == DIALECT_BUILDKIT)
		add_platform_args(r, &s->global);
	for (size_t i = 0; i < df->npreamble; i++) {
		struct err AUTO_ERR err = ERR_INIT;

		if (recipe_declare(r, s, &s->global, df->preamble[i], &err) < 0)
			recipe_complain(r, 0, df->preamble[i], errs, &err);
	}
	/* In containers they are no variables for the preamble, and go before it in FROM. */
	if (r->pub.opts.dialect == DIALECT_CONTAINERS)
		add_platform_args(r, &s->global);
}

void
recipe_scopes_fini(struct recipe_scopes *s)
{
	scope_fini(&s->global);
	for (size_t i = 0; i < s->nstages; i++)
		scope_fini(&s->stages[i]);
	free(s->stages);
	map_free(s->declared);
}
