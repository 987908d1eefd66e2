/* SPDX-License-Identifier: Apache-2.0 */
/* draft_args.c: the build arguments that a graph file needs. */
#include "model/draft_priv.h"

#include "model/expansion.h"
#include "model/graph_priv.h"

/* What the Dockerfile says of one argument. */
struct declared {
	bool any;
	const char *value; /* the default, NULL = none */
	bool differs;      /* several defaults */
};

static void
look(struct declared *ret, struct df_ins *const *ins, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; ins[i]->kw == DF_ARG && k < ins[i]->npairs; k++) {
			const struct df_pair *pair = &ins[i]->pairs[k];

			if (strcmp(pair->name, name) != 0)
				continue;
			ret->differs = ret->differs || (ret->value && pair->value &&
							strcmp(ret->value, pair->value) != 0);
			ret->any = true;
			ret->value = pair->value ? pair->value : ret->value;
		}
	}
}

static struct declared
find(const struct dockerfile *df, const char *name)
{
	struct declared ret = { 0 };

	look(&ret, df->preamble, df->npreamble, name);
	for (size_t i = 0; i < df->nstages; i++)
		look(&ret, df->stages[i].ins, df->stages[i].nins, name);
	return ret;
}

static bool
is_default(const struct declared *arg, const char *value)
{
	struct str text;

	if (!arg->value || arg->differs || strpbrk(arg->value, "$\\"))
		return false;
	text = str_c(arg->value);
	if (text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') &&
	    text.p[text.n - 1] == text.p[0])
		text = str_sub(text, 1, text.n - 1);
	return str_eq_c(text, value);
}

/* True if it is the tag of an image of the graph in FROM: lockstep fills that in. */
static bool
is_supplied(const struct draft *d, const struct dockerfile *df, const char *name)
{
	AUTO_FREE char *with = xasprintf(":${%s}", name), *bare = xasprintf(":$%s", name);
	bool any = false;

	for (size_t i = 0; i < df->nstages; i++) {
		struct str base = str_c(df->stages[i].base);
		struct str tail = str_ends(base, str_c(with)) ? str_c(with) : str_c(bare);

		if (!str_ends(base, tail))
			continue;
		if (!draft_is_ours(d, str_sub(base, 0, base.n - tail.n)))
			return false;
		any = true;
	}
	return any;
}

static void
say_unknown(struct draft *d, struct draft_image *image, const struct survey_arg *arg,
	    const struct declared *is)
{
	const char *value = expansion_shown(d->arena, arg->value);

	if (is->value)
		draft_say(
			d, image, arg->at,
			"argument '%s' is '%s' there, known only when it runs: the default %s counts",
			arg->name, value, is->value);
	else
		draft_say(d, image, arg->at,
			  "fill in args: { %s: … }, which is '%s' there, known only when it runs",
			  arg->name, value);
}

/* True if it is a variable of the graph now: what a run may be given, and what it is otherwise. */
static bool
is_variable(struct draft *d, const struct survey_arg *arg)
{
	static const char payload[] = "github.event.client_payload.";
	struct draft_variable v = { .name = arg->name, .at = arg->at };
	const char *name;

	if (!graph_valid_variable(str_c(arg->name)) ||
	    !expansion_choice(d->arena, arg->value, &name, &v.fallback))
		return false;
	if (!strncmp(name, payload, strlen(payload)) && !strchr(name + strlen(payload), '.'))
		v.event = name + strlen(payload);
	for (size_t i = 0; i < d->variables.n; i++) {
		const struct draft_variable *w = &d->variables.v[i];

		if (!strcmp(w->name, v.name))
			return !strcmp(w->fallback, v.fallback) && str_same(w->event, v.event);
	}
	vec_push(&d->variables, v);
	return true;
}

static void
take_arg(struct draft *d, struct draft_image *image, const struct dockerfile *df,
	 const struct survey_arg *arg)
{
	struct declared is = find(df, arg->name);
	struct draft_arg *to = &image->args[image->nargs];

	if (!is.any) {
		draft_say(d, image, arg->at, "its Dockerfile has no argument '%s'", arg->name);
	} else if (expansion_known(arg->value)) {
		if (!is_default(&is, arg->value))
			image->nargs++;
		*to = (struct draft_arg){ arg->name, arg->value };
	} else if (!is_supplied(d, df, arg->name)) {
		*to = (struct draft_arg){ arg->name, NULL };
		if (is_variable(d, arg))
			image->nargs++;
		else
			say_unknown(d, image, arg, &is);
	}
}

/* Of one that is given twice, the last counts. */
static bool
is_given_later(const struct survey_build *b, size_t i)
{
	for (size_t k = i + 1; k < b->nargs; k++)
		if (!strcmp(b->args[i].name, b->args[k].name))
			return true;
	return false;
}

void
draft_take_args(struct draft *d, struct draft_image *image)
{
	const struct survey_build *b = image->build;
	const struct dockerfile *df = map_get(d->survey->files, str_c(b->dockerfile));

	image->args = arena_calloc(d->arena, b->nargs + 1, sizeof(*image->args));
	for (size_t i = 0; df && i < b->nargs; i++)
		if (!is_given_later(b, i))
			take_arg(d, image, df, &b->args[i]);
}
