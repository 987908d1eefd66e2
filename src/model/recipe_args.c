/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_args.c: which arguments are inputs of a build, and their values. */
#include "model/recipe_priv.h"
#include "model/shellword.h"

#include <ctype.h>

/* What the builders know without ARG; docs/key.md, "Arguments". */
static const char *const proxies[] = { "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
				       "FTP_PROXY",  "ftp_proxy",  "NO_PROXY",    "no_proxy",
				       "ALL_PROXY",  "all_proxy" };
/* Act on a build although no ARG names them. */
static const char *const acting[] = {
	"SOURCE_DATE_EPOCH",         "BUILDKIT_SYNTAX",         "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
	"BUILDKIT_SANDBOX_HOSTNAME", "BUILDKIT_MULTI_PLATFORM", "BUILDKIT_INLINE_CACHE",
};
/* Are taken by builders, and cannot change an image. */
static const char *const harmless[] = { "BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_BUILD_NAME",
					"BUILDKIT_DOCKERFILE_CHECK" };

static bool
is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool
recipe_is_proxy(enum dialect dialect, const char *name)
{
	/* In buildkit they reach RUN without ARG, but no expansion does. */
	return dialect != DIALECT_BUILDKIT && is_one_of(name, proxies, 8);
}

static int
given_cmp(const void *a, const void *b)
{
	const struct recipe_arg *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
recipe_take_given(struct recipe_impl *r)
{
	const struct recipe_opts *o = &r->pub.opts;
	AUTO_MAP struct map *last = map_new();
	struct recipe_arg *given = arena_calloc(r->arena, o->nargs, sizeof(*given));

	for (size_t i = 0; i < o->nargs; i++)
		map_set(last, str_c(o->args[i].name), (void *)&o->args[i]);
	for (size_t i = 0; i < map_len(last); i++) {
		given[i] = *(const struct recipe_arg *)map_value(last, i);
		given[i].name = arena_strdup(r->arena, given[i].name);
		given[i].value = arena_strdup(r->arena, given[i].value);
	}
	if (map_len(last))
		qsort(given, map_len(last), sizeof(*given), given_cmp);
	r->given = given;
	r->ngiven = map_len(last);
}

const char *
recipe_given(const struct recipe_impl *r, const char *name)
{
	struct recipe_arg wanted = { .name = name };
	const struct recipe_arg *found = NULL;

	if (r->ngiven)
		found = bsearch(&wanted, r->given, r->ngiven, sizeof(wanted), given_cmp);
	return found ? found->value : NULL;
}

static const char *
part_of(const struct recipe_impl *r, const struct platform *p, const char *part)
{
	char text[PLATFORM_TEXT_SIZE];

	if (!strcmp(part, "OS"))
		return p->os;
	if (!strcmp(part, "ARCH"))
		return p->arch;
	if (!strcmp(part, "VARIANT"))
		return p->variant;
	if (!strcmp(part, "OSVERSION"))
		return r->pub.opts.dialect == DIALECT_BUILDKIT ? "" : NULL;
	if (strcmp(part, "PLATFORM") != 0)
		return NULL;
	platform_text(p, text);
	return arena_strdup(r->arena, text);
}

/* The name of the stage that is built; unnamed ones are "default". */
static const char *
target_name(const struct recipe_impl *r)
{
	const struct dockerfile *df = r->pub.df;
	const char *name = df->stages[df->nstages - 1].name;
	char *lower;

	if (r->pub.opts.target)
		return r->pub.opts.target;
	if (!name)
		return "default";
	lower = arena_strdup(r->arena, name);
	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

const char *
recipe_platform_arg(const struct recipe_impl *r, const char *name)
{
	const struct recipe_opts *o = &r->pub.opts;

	if (o->dialect == DIALECT_CLASSIC)
		return NULL;
	if (o->dialect == DIALECT_BUILDKIT && !strcmp(name, "TARGETSTAGE"))
		return target_name(r);
	if (!strncmp(name, "TARGET", 6))
		return part_of(r, &o->platform, name + 6);
	if (!strncmp(name, "BUILD", 5))
		return part_of(r, &o->build_platform, name + 5);
	return NULL;
}

/* The arguments that count so far: name to the line where it is declared or first named. */
struct counter {
	struct recipe_impl *r;
	const struct recipe_scopes *scopes;
	struct map *lines;
};

static void
count(struct counter *c, const char *name, int line)
{
	(void)map_add(c->lines, str_c(name),
		      arena_dup(c->r->arena, &line, sizeof(line))); /* the first line counts */
}

static bool
ins_mentions(const struct df_ins *ins, const char *name)
{
	for (size_t i = 0; i < ins->nflags; i++)
		if (ins->flags[i].value && shellword_mentions(str_c(ins->flags[i].value), name))
			return true;
	for (size_t i = 0; i < ins->nheredocs; i++)
		if (shellword_mentions(ins->heredocs[i].body, name))
			return true;
	if (ins->inner && ins_mentions(ins->inner, name))
		return true;
	return ins->rest && shellword_mentions(str_c(ins->rest), name);
}

static bool
from_mentions(const struct df_stage *stage, const char *name)
{
	return shellword_mentions(str_c(stage->base), name) ||
	       (stage->platform && shellword_mentions(str_c(stage->platform), name));
}

static void
count_declared(struct counter *c, size_t stage)
{
	const struct df_ins *ins;

	for (size_t k = 0; (ins = recipe_ins(c->r, stage, k)); k++)
		for (size_t i = 0; ins->kw == DF_ARG && i < ins->npairs; i++)
			count(c, ins->pairs[i].name, recipe_line(c->r, stage, ins));
}

static void
count_mentioned(struct counter *c, size_t stage, const char *name)
{
	const struct df_stage *from = &c->r->pub.df->stages[stage];
	const struct df_ins *ins;

	if (from_mentions(from, name))
		count(c, name, from->from->line);
	for (size_t k = 0; (ins = recipe_ins(c->r, stage, k)); k++) {
		if (ins_mentions(ins, name)) {
			count(c, name, recipe_line(c->r, stage, ins));
			return;
		}
	}
}

/* The preamble's arguments and the platform's, where the FROM of this stage needs them. */
static void
count_for_from(struct counter *c, size_t stage)
{
	const struct dockerfile *df = c->r->pub.df;
	const struct df_stage *from = &df->stages[stage];

	if (!strchr(from->base, '$') && !(from->platform && strchr(from->platform, '$')))
		return;
	for (size_t i = 0; i < df->npreamble; i++)
		for (size_t k = 0; k < df->preamble[i]->npairs; k++)
			if (from_mentions(from, df->preamble[i]->pairs[k].name))
				count(c, df->preamble[i]->pairs[k].name, from->from->line);
	for (size_t i = 0; i < map_len(c->scopes->global.args); i++) {
		struct str name = map_key(c->scopes->global.args, i);

		if (from_mentions(from, name.p))
			count(c, name.p, from->from->line);
	}
}

static int
line_in_preamble(const struct dockerfile *df, const char *name, int otherwise)
{
	for (size_t i = 0; i < df->npreamble; i++)
		for (size_t k = 0; k < df->preamble[i]->npairs; k++)
			if (!strcmp(df->preamble[i]->pairs[k].name, name))
				return df->preamble[i]->line;
	return otherwise;
}

/*
 * One value for a name: a default that another stage gives it differently stands in that stage's
 * text, which is in the key as well; that of the preamble does not.
 */
static const char *
value_of(const struct counter *c, const char *name)
{
	const char *value = recipe_given(c->r, name);
	const struct recipe_text *declared;

	if (!value)
		value = recipe_global(c->scopes, name);
	if (!value) {
		declared = map_get(c->scopes->declared, str_c(name));
		value = declared ? declared->text : NULL;
	}
	return value;
}

static int
argument_cmp(const void *a, const void *b)
{
	const struct recipe_argument *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
fill(struct counter *c)
{
	struct recipe *pub = &c->r->pub;

	pub->nargs = map_len(c->lines);
	pub->args = arena_calloc(c->r->arena, pub->nargs, sizeof(*pub->args));
	for (size_t i = 0; i < pub->nargs; i++) {
		const char *name = arena_str(c->r->arena, map_key(c->lines, i));
		const int *line = map_value(c->lines, i);

		pub->args[i] = (struct recipe_argument){
			.name = name,
			.value = value_of(c, name),
			.line = line_in_preamble(pub->df, name, *line),
			.given = recipe_given(c->r, name) != NULL,
		};
	}
	if (pub->nargs)
		qsort(pub->args, pub->nargs, sizeof(*pub->args), argument_cmp);
}

/* All names that an ARG of the file declares, reached or not, and what triggers declare. */
static void
add_names(struct map *names, const struct df_ins *ins)
{
	if (ins->inner)
		add_names(names, ins->inner);
	for (size_t i = 0; ins->kw == DF_ARG && i < ins->npairs; i++)
		map_set(names, str_c(ins->pairs[i].name), (void *)ins);
}

static void
declared_names(const struct recipe_impl *r, struct map *names)
{
	const struct dockerfile *df = r->pub.df;
	const struct df_ins *ins;

	for (size_t i = 0; i < df->npreamble; i++)
		add_names(names, df->preamble[i]);
	for (size_t i = 0; i < df->nstages; i++) {
		for (size_t k = 0; k < df->stages[i].nins; k++)
			add_names(names, df->stages[i].ins[k]);
		for (size_t k = 0; r->work[i].reached && (ins = recipe_ins(r, i, k)); k++)
			add_names(names, ins);
	}
}

static bool
named_anywhere(const struct dockerfile *df, const char *name)
{
	for (size_t i = 0; i < df->npreamble; i++)
		if (ins_mentions(df->preamble[i], name))
			return true;
	for (size_t i = 0; i < df->nstages; i++) {
		if (from_mentions(&df->stages[i], name))
			return true;
		for (size_t k = 0; k < df->stages[i].nins; k++)
			if (ins_mentions(df->stages[i].ins[k], name))
				return true;
	}
	return false;
}

static void
complain_unused(const struct recipe_impl *r, const struct recipe_arg *arg, const struct map *names,
		struct err_list *errs)
{
	size_t n = map_len(names);
	const char **all = arena_calloc(r->arena, n, sizeof(*all));
	const char *near;
	struct err *err;

	for (size_t i = 0; i < n; i++)
		all[i] = map_key(names, i).p;
	near = str_nearest(arg->name, all, n);
	err = err_list_at(errs, r->pub.opts.args_file, arg->line, 0,
			  "argument '%s' is given, but nothing in '%s' declares or names it",
			  arg->name, r->pub.df->file);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err, "add 'ARG %s' to the stage that needs it, or do not give it",
			 arg->name);
}

static void
check_given(const struct counter *c, struct err_list *errs)
{
	const struct recipe_impl *r = c->r;
	AUTO_MAP struct map *names = map_new();

	/* A trigger of an unknown base may declare any of them. */
	for (size_t i = 0; i < r->pub.nstages; i++)
		if (!r->pub.stages[i].config_known)
			return;
	declared_names(r, names);
	for (size_t i = 0; i < r->ngiven; i++) {
		const char *name = r->given[i].name;

		if (map_has(c->lines, str_c(name)) || map_has(names, str_c(name)) ||
		    is_one_of(name, proxies, ARRAY_SIZE(proxies)) ||
		    is_one_of(name, harmless, ARRAY_SIZE(harmless)) ||
		    named_anywhere(r->pub.df, name))
			continue;
		complain_unused(r, &r->given[i], names, errs);
	}
}

void
recipe_count_args(struct recipe_impl *r, const struct recipe_scopes *s, struct err_list *errs)
{
	AUTO_MAP struct map *lines = map_new();
	struct counter c = { .r = r, .scopes = s, .lines = lines };

	for (size_t i = 0; i < r->pub.df->nstages; i++) {
		if (!r->work[i].reached)
			continue;
		count_for_from(&c, i);
		count_declared(&c, i);
		for (size_t k = 0; k < r->ngiven; k++)
			count_mentioned(&c, i, r->given[k].name);
	}
	for (size_t i = 0; i < r->ngiven; i++)
		if (is_one_of(r->given[i].name, acting, ARRAY_SIZE(acting)))
			count(&c, r->given[i].name, 0);
	fill(&c);
	check_given(&c, errs);
}
