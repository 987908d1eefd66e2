/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_link.c: what the names in FROM, COPY --from and mounts mean: a stage or an image. */
#include "model/recipe_priv.h"

#include <ctype.h>

#define NO_STAGE SIZE_MAX

static bool
is_number(const char *name, size_t *ret)
{
	unsigned long long n;

	/* Longer ones are image names to everybody. */
	if (strlen(name) > 9 || !str_to_u64(str_c(name), &n))
		return false;
	*ret = (size_t)n;
	return true;
}

/* Whether name, as an instruction has it, is that of a stage. */
static bool
is_called(const struct recipe_impl *r, const struct df_stage *stage, enum recipe_use use,
	  const char *name)
{
	size_t n;

	/* buildah gives stages without a name their number as one. */
	if (!stage->name)
		return r->pub.opts.dialect == DIALECT_CONTAINERS && is_number(name, &n) &&
		       n == stage->index;
	if (r->pub.opts.dialect == DIALECT_CONTAINERS)
		return !strcmp(stage->name, name);
	if (!str_ieq_c(str_c(name), stage->name))
		return false;
	/* buildkit lower-cases the stage's name, and FROM's not. */
	for (const char *p = name;
	     use == RECIPE_USE_FROM && r->pub.opts.dialect == DIALECT_BUILDKIT && *p; p++)
		if (isupper((unsigned char)*p))
			return false;
	return true;
}

/* The last stage below `end` that is called so, and how many are. */
static size_t
find_stage(const struct recipe_impl *r, size_t end, enum recipe_use use, const char *name,
	   size_t *ret_count)
{
	size_t found = NO_STAGE;

	*ret_count = 0;
	for (size_t i = 0; i < end; i++) {
		if (!is_called(r, &r->pub.df->stages[i], use, name))
			continue;
		found = i;
		++*ret_count;
	}
	return found;
}

static int
too_late(size_t user, size_t stage, const char *name, struct err *err)
{
	if (stage == user)
		return err_set(err, ERR_INPUT, "'%s' is this stage itself", name);
	return err_set(err, ERR_INPUT, "stage '%s' comes only after this one", name);
}

static int
link_number(const struct recipe_impl *r, size_t user, const char *name, size_t n,
	    struct recipe_link *ret, struct err *err)
{
	int status;

	if (n < user) {
		*ret = (struct recipe_link){ RECIPE_LINK_STAGE, n };
		return 0;
	}
	if (n < r->pub.df->nstages)
		return too_late(user, n, name, err);
	status = err_set(err, ERR_INPUT, "there is no stage %s", name);
	err_hint(err, "the file's last stage is %zu; they are counted from 0",
		 r->pub.df->nstages - 1);
	return status;
}

/* buildah goes on with whichever of the two is ready when it looks. */
static int
ambiguous(const char *name, struct err *err)
{
	int status = err_set(err, ERR_INPUT, "two stages are called '%s'", name);

	err_hint(err, "buildah takes now the one, now the other: rename one of them");
	return status;
}

int
recipe_link(const struct recipe_impl *r, size_t user, enum recipe_use use, const char *name,
	    struct recipe_link *ret, struct err *err)
{
	enum dialect d = r->pub.opts.dialect;
	/* buildkit looks into the whole file but for FROM, and complains of what comes later. */
	bool whole = d == DIALECT_BUILDKIT && use != RECIPE_USE_FROM;
	bool numbers =
		use == RECIPE_USE_COPY || (use == RECIPE_USE_MOUNT && d == DIALECT_CONTAINERS);
	size_t n, count = 0, stage = NO_STAGE;

	if (numbers && d != DIALECT_CLASSIC && is_number(name, &n))
		return link_number(r, user, name, n, ret, err);
	stage = find_stage(r, whole ? r->pub.df->nstages : user, use, name, &count);
	if (count > 1 && d == DIALECT_CONTAINERS && use == RECIPE_USE_FROM)
		return ambiguous(name, err);
	if (stage == NO_STAGE && numbers && is_number(name, &n))
		return link_number(r, user, name, n, ret, err);
	if (stage != NO_STAGE && stage >= user)
		return too_late(user, stage, name, err);
	*ret = (struct recipe_link){ RECIPE_LINK_STAGE, stage };
	if (stage == NO_STAGE)
		ret->kind = strcmp(name, "scratch") ? RECIPE_LINK_IMAGE : RECIPE_LINK_SCRATCH;
	return 0;
}
