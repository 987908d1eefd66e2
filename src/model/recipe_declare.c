/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_declare.c: what ARG does, in each dialect's way. */
#include "model/recipe_priv.h"

/* buildah: an ARG with a default for TARGETPLATFORM sets its three parts. */
static int
set_target_parts(const struct recipe_impl *r, struct recipe_scope *scope, const char *value,
		 struct err *err)
{
	struct platform p;
	char text[PLATFORM_TEXT_SIZE];
	int status = platform_parse(str_c(value), &p, err);

	if (status < 0)
		return status;
	platform_text(&p, text);
	recipe_set(r, scope->args, "TARGETPLATFORM",
		   (struct recipe_text){ arena_strdup(r->arena, text), true });
	recipe_set(r, scope->args, "TARGETOS",
		   (struct recipe_text){ arena_strdup(r->arena, p.os), true });
	recipe_set(r, scope->args, "TARGETARCH",
		   (struct recipe_text){ arena_strdup(r->arena, p.arch), true });
	recipe_set(r, scope->args, "TARGETVARIANT",
		   (struct recipe_text){ arena_strdup(r->arena, p.variant), true });
	return 0;
}

/* One ARG name[=value] with both expanded as far as the dialect does that. */
struct arg {
	const char *name;
	struct recipe_text value; /* text NULL and known: none is written */
	const char *given;        /* by the caller */
	const char *global;       /* from the preamble; NULL in the preamble */
};

/* buildah takes --platform, which is given for another platform than its own, for arguments. */
static bool
is_told(const struct recipe_impl *r, const char *name, const char *value)
{
	const struct recipe_opts *o = &r->pub.opts;

	return *value && !strncmp(name, "TARGET", 6) &&
	       !platform_eq(&o->platform, &o->build_platform);
}

static int
set_arg_containers(const struct recipe_impl *r, struct recipe_scope *scope, const struct arg *a,
		   struct err *err)
{
	const char *platform = recipe_platform_arg(r, a->name);
	bool written = a->value.text || !a->value.known;
	struct recipe_text value = a->value;

	if (written && a->value.known && !strcmp(a->name, "TARGETPLATFORM"))
		return set_target_parts(r, scope, a->value.text, err);
	if (a->given)
		value = (struct recipe_text){ a->given, true };
	else if (platform && (!written || is_told(r, a->name, platform)))
		value = (struct recipe_text){ platform, true };
	else if (!written && a->global)
		value = (struct recipe_text){ a->global, true };
	else if (!written && map_has(scope->args, str_c(a->name)))
		return 0;
	recipe_set(r, scope->args, a->name, value);
	return 0;
}

static void
set_arg_classic(const struct recipe_impl *r, struct recipe_scope *scope, const struct arg *a)
{
	struct recipe_text value = a->value;

	if (a->given)
		value = (struct recipe_text){ a->given, true };
	else if (!value.text && value.known && a->global)
		value = (struct recipe_text){ a->global, true };
	recipe_set(r, scope->args, a->name, value);
}

static void
set_arg_buildkit(const struct recipe_impl *r, struct recipe_scope *scope, const struct arg *a)
{
	struct recipe_text value = a->value;

	if (a->given)
		value = (struct recipe_text){ a->given, true };
	else if (!value.text && value.known && a->global)
		value = (struct recipe_text){ a->global, true };
	/* One without a value leaves an ENV of that name alone. */
	if (value.text || !value.known)
		recipe_set(r, scope->args, a->name, value);
}

static int
expand_arg(const struct recipe_impl *r, const struct recipe_scope *scope,
	   const struct df_pair *pair, struct arg *ret, struct err *err)
{
	bool buildkit = r->pub.opts.dialect == DIALECT_BUILDKIT;
	struct recipe_text name = { pair->name, true };
	int status = 0;

	*ret = (struct arg){ .value = { NULL, true } };
	if (!buildkit)
		status = recipe_expand(r, scope, pair->name, &name, err);
	ret->name = name.known && name.text ? name.text : pair->name;
	ret->given = recipe_given(r, ret->name);
	/* buildkit does not even look at a default that is not taken. */
	if (status == 0 && pair->value && !(buildkit && ret->given))
		status = recipe_expand(r, scope, pair->value, &ret->value, err);
	return status;
}

static int
declare_one(const struct recipe_impl *r, struct recipe_scopes *s, struct recipe_scope *scope,
	    struct arg *a, struct err *err)
{
	const struct recipe_text *value;
	int status = 0;

	if (scope != &s->global)
		a->global = recipe_global(s, a->name);
	switch (r->pub.opts.dialect) {
	case DIALECT_CONTAINERS:
		status = set_arg_containers(r, scope, a, err);
		break;
	case DIALECT_CLASSIC:
		set_arg_classic(r, scope, a);
		break;
	case DIALECT_BUILDKIT:
		set_arg_buildkit(r, scope, a);
		break;
	}
	value = map_get(scope->args, str_c(a->name));
	if (scope != &s->global && value && value->text && value->known)
		(void)map_add(s->declared, str_c(a->name), (void *)value); /* the first counts */
	return status;
}

/* ARG A=1 B=$A: whether B sees the new A depends on BuildKit's age, but for the preamble. */
static int
declare_buildkit(const struct recipe_impl *r, struct recipe_scopes *s, struct recipe_scope *scope,
		 const struct df_ins *ins, struct err *err)
{
	struct arg *before = arena_calloc(r->arena, ins->npairs, sizeof(*before));
	int status = 0;

	for (size_t i = 0; i < ins->npairs; i++)
		(void)expand_arg(r, scope, &ins->pairs[i], &before[i], NULL); /* NULL differs */
	for (size_t i = 0; i < ins->npairs && status == 0; i++) {
		const char *old = before[i].value.text;
		struct arg a;

		status = expand_arg(r, scope, &ins->pairs[i], &a, err);
		if (status < 0)
			return status;
		if (scope != &s->global && a.value.text && (!old || strcmp(old, a.value.text)))
			a.value = (struct recipe_text){ NULL, false };
		status = declare_one(r, s, scope, &a, err);
	}
	return status;
}

/* All of an instruction's texts are expanded before the first of them takes effect. */
int
recipe_declare(const struct recipe_impl *r, struct recipe_scopes *s, struct recipe_scope *scope,
	       const struct df_ins *ins, struct err *err)
{
	struct arg *args = arena_calloc(r->arena, ins->npairs, sizeof(*args));
	int status = 0;

	if (r->pub.opts.dialect == DIALECT_BUILDKIT)
		return declare_buildkit(r, s, scope, ins, err);
	for (size_t i = 0; i < ins->npairs && status == 0; i++)
		status = expand_arg(r, scope, &ins->pairs[i], &args[i], err);
	for (size_t i = 0; i < ins->npairs && status == 0; i++)
		status = declare_one(r, s, scope, &args[i], err);
	return status;
}
