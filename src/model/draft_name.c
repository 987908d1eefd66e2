/* SPDX-License-Identifier: Apache-2.0 */
/* draft_name.c: the registry that all names agree on, and the names of the images. */
#include "model/draft_priv.h"

#include "base/path.h"
#include "model/ref.h"

#include <ctype.h>

/* Folders that say how, not what. */
static bool
is_generic(const char *folder)
{
	static const char *const names[] = { "docker",       ".docker",    "build",
					     "container",    "containers", "dockerfiles",
					     ".devcontainer" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(folder, names[i]))
			return true;
	return false;
}

/* What a Dockerfile's own name adds: web of Dockerfile.web and of web.Dockerfile; "" else. */
static struct str
suffix(const char *file)
{
	const char *dot = strchr(file, '.');
	size_t n = dot ? (size_t)(dot - file) : strlen(file);

	if (!dot)
		return STR_LIT("");
	if (n == strlen("dockerfile") || n == strlen("containerfile"))
		if (str_ieq_c((struct str){ file, n }, "dockerfile") ||
		    str_ieq_c((struct str){ file, n }, "containerfile"))
			return str_c(dot + 1);
	return (struct str){ file, (size_t)(strrchr(file, '.') - file) };
}

static const char *
folder_name(struct draft *d, const struct survey_build *b)
{
	AUTO_FREE char *dir = path_dir(b->dockerfile), *up = path_dir(dir);
	struct str own = suffix(path_base(b->dockerfile));
	const char *folder = path_base(dir);

	if (is_generic(folder))
		folder = path_base(up);
	if (!strcmp(folder, "."))
		folder = own.n ? "" : d->survey->folder;
	if (!own.n)
		return arena_strdup(d->arena, folder);
	return arena_printf(d->arena, "%s%s%.*s", folder, *folder ? "-" : "", STR_FMT(own));
}

/* Lower case, and '-' for what no registry takes. */
static const char *
valid(struct arena *arena, const char *name)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *name; name++) {
		char c = (char)tolower((unsigned char)*name);
		bool fine = isalnum((unsigned char)c) && (unsigned char)c < 0x80;
		char last = b.len ? b.data[b.len - 1] : '/';

		if (fine || (c == '/' && isalnum((unsigned char)last)) ||
		    (strchr("._", c) && isalnum((unsigned char)last)))
			buf_addc(&b, c);
		else if (isalnum((unsigned char)last))
			buf_addc(&b, '-');
	}
	while (b.len && !isalnum((unsigned char)b.data[b.len - 1]))
		b.data[--b.len] = '\0';
	return arena_strdup(arena, b.len ? b.data : "image");
}

static const char *
written_name(struct draft *d, const struct survey_build *b)
{
	if (b->repository)
		return path_base(b->repository);
	return b->name ? path_base(b->name) : folder_name(d, b);
}

const char *
draft_short_name(struct draft *d, const struct survey_build *b)
{
	return valid(d->arena, written_name(d, b));
}

/* Whatever its case; false when it is no name. */
static bool
parse(struct arena *arena, struct str repository, struct ref *ret)
{
	AUTO_BUF struct buf lower = BUF_INIT;

	buf_init(&lower, 0);
	for (size_t i = 0; i < repository.n; i++)
		buf_addc(&lower, (char)tolower((unsigned char)repository.p[i]));
	return !ref_parse(arena, buf_str(&lower), ret, NULL);
}

/* "ghcr.io/o" of "GHCR.io/o/app", normalised; NULL when it is no name. */
static const char *
folder_of(struct arena *arena, struct str repository)
{
	struct ref ref;

	if (!parse(arena, repository, &ref))
		return NULL;
	return arena_str(arena,
			 (struct str){ ref.name, (size_t)(strrchr(ref.name, '/') - ref.name) });
}

/* As many parts from the left as both have, in place; "" when not even the host is the same. */
static size_t
common_parts(const char *a, const char *b)
{
	size_t n = 0, i = 0;

	for (; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			n = i;
	if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/'))
		n = i;
	return n;
}

/* Whether all that were offered agree. */
struct guess {
	const char *registry;
	struct survey_place at, other_at;
	bool differs;
};

static void
offer(struct draft *d, struct guess *g, struct str repository, struct survey_place at)
{
	const char *folder = folder_of(d->arena, repository);
	size_t n;

	if (!folder || g->differs)
		return;
	if (!g->registry) {
		g->registry = folder;
		g->at = at;
		return;
	}
	n = common_parts(g->registry, folder);
	g->differs = n == 0;
	if (g->differs)
		g->other_at = at;
	else
		g->registry = arena_str(d->arena, (struct str){ g->registry, n });
}

static void
offer_builds(struct draft *d, struct guess *g, bool compose)
{
	for (size_t i = 0; i < d->images.n; i++) {
		const struct survey_build *b = d->images.v[i]->build;

		if (b->repository && (b->kind == SURVEY_COMPOSE) == compose)
			offer(d, g, str_c(b->repository), b->at);
	}
}

static struct str
without_tag(const char *ref)
{
	const char *slash = strrchr(ref, '/');
	const char *name = slash ? slash : ref;

	return (struct str){ ref, (size_t)(name - ref) + strcspn(name, ":@") };
}

/* FROM ghcr.io/o/base, where an image is called base. */
static void
offer_ref(struct draft *d, struct guess *g, const char *ref, struct survey_place at)
{
	struct str name = without_tag(ref);

	if (memchr(name.p, '$', name.n) || str_find(name, '/') == name.n)
		return;
	for (size_t i = 0; i < d->images.n; i++) {
		AUTO_FREE char *text = str_dup(name);

		if (!strcmp(path_base(text), d->images.v[i]->short_name)) {
			offer(d, g, name, at);
			return;
		}
	}
}

static void
offer_dockerfile(struct draft *d, struct guess *g, const char *file, const struct dockerfile *df)
{
	for (size_t i = 0; i < df->nstages; i++) {
		const struct df_stage *stage = &df->stages[i];

		offer_ref(d, g, stage->base,
			  (struct survey_place){ file, stage->from->line, stage->from->col });
		for (size_t k = 0; k < stage->nins; k++) {
			const char *from = df_flag_get(stage->ins[k], "from");

			if (from && stage->ins[k]->kw == DF_COPY)
				offer_ref(d, g, from,
					  (struct survey_place){ file, stage->ins[k]->line,
								 stage->ins[k]->col });
		}
	}
}

static void
guess_registry(struct draft *d)
{
	struct guess g = { 0 };

	offer_builds(d, &g, false);
	/* What compose calls an image counts only where nobody publishes it. */
	if (!g.registry)
		offer_builds(d, &g, true);
	for (size_t i = 0; !g.registry && i < d->images.n; i++) {
		const char *file = d->images.v[i]->build->dockerfile;
		const struct dockerfile *df = map_get(d->survey->files, str_c(file));

		if (df)
			offer_dockerfile(d, &g, file, df);
	}
	if (g.differs) {
		draft_say(d, NULL, g.at, "no registry could be told: here it is not that of %s",
			  draft_place(d->arena, g.other_at));
		return;
	}
	d->registry = g.registry;
	d->registry_at = g.at;
}

/* Its repository without the registry in front, or what it is called otherwise. */
static const char *
wanted_name(struct draft *d, struct draft_image *image)
{
	const struct survey_build *b = image->build;
	size_t n = d->registry ? strlen(d->registry) : 0;
	struct ref ref;

	if (!n || !b->repository)
		return written_name(d, b);
	if (parse(d->arena, str_c(b->repository), &ref) && !strncmp(ref.name, d->registry, n) &&
	    ref.name[n] == '/')
		return b->repository + strlen(b->repository) - strlen(ref.name + n + 1);
	draft_say(d, image, b->at, "it is called '%s' there", b->repository);
	return written_name(d, b);
}

/* True if its own Dockerfile stands on an image of that name. */
static bool
is_own_base(const struct draft *d, const struct draft_image *image, const char *name)
{
	const struct dockerfile *df = map_get(d->survey->files, str_c(image->build->dockerfile));

	for (size_t i = 0; df && i < df->nstages; i++)
		if (str_eq_c(without_tag(df->stages[i].base), name))
			return true;
	return false;
}

/* A name with its folder, "x/api" as x-api, or with what else tells it apart; arena. */
static const char *
longer_name(struct draft *d, const char *name, const char *more, bool folder)
{
	AUTO_FREE char *text = folder && !strcmp(path_base(more), name)
				       ? xstrdup(more)
				       : xasprintf("%s-%s", name, more);

	for (char *p = strcmp(text, more) ? text + strlen(name) : text; *p; p++)
		if (*p == '/')
			*p = '-';
	return valid(d->arena, text);
}

/* Several of one name: the tag, the folder or the stage tells them apart, or a number. */
static const char *
unique_name(struct draft *d, struct map *taken, const struct survey_build *b, const char *name)
{
	const struct draft_image *other = map_get(taken, str_c(name));
	bool apart = other && strcmp(other->build->context, b->context) != 0;
	const char *folder = apart ? b->context : NULL;
	const char *more[] = { b->tag, folder, b->target, b->dockerfile };
	const char *ret = name;

	for (size_t i = 0; map_has(taken, str_c(ret)) && i < ARRAY_SIZE(more); i++)
		if (more[i] && strcmp(more[i], ".") != 0)
			ret = longer_name(d, name, more[i], more[i] == folder);
	for (int i = 2; map_has(taken, str_c(ret)); i++)
		ret = arena_printf(d->arena, "%s-%d", name, i);
	return ret;
}

static void
name_image(struct draft *d, struct map *taken, struct draft_image *image)
{
	const struct survey_build *b = image->build;
	const char *wanted = wanted_name(d, image), *name = valid(d->arena, wanted);

	if (!ref_valid_image_name(str_c(name)))
		name = "image";
	if (strcmp(wanted, name) != 0)
		draft_say(d, image, b->at, "'%s' is no name that a registry takes", wanted);
	if (!d->registry && is_own_base(d, image, name)) {
		draft_say(d, image, b->at,
			  "'%s' is what its own FROM names: with a registry, it can be called so",
			  name);
		name = arena_printf(d->arena, "%s-image", name);
	}
	image->name = unique_name(d, taken, b, name);
	if (strcmp(image->name, name) != 0)
		draft_say(d, image, b->at, "another image is called '%s', too: a name has no tag",
			  name);
	map_set(taken, str_c(image->name), image);
}

bool
draft_is_ours(const struct draft *d, struct str name)
{
	size_t n = d->registry ? strlen(d->registry) : 0;

	if (n) {
		if (!str_starts(name, str_c(d->registry)) || name.n <= n || name.p[n] != '/')
			return false;
		name = str_sub(name, n + 1, name.n);
	}
	for (size_t i = 0; i < d->images.n; i++)
		if (str_eq_c(name, d->images.v[i]->name))
			return true;
	return false;
}

static bool
is_stage(const struct dockerfile *df, const char *name)
{
	for (size_t i = 0; i < df->nstages; i++)
		if (df->stages[i].name && str_ieq_c(str_c(name), df->stages[i].name))
			return true;
	return false;
}

/* FROM base, where the image of this file is ghcr.io/o/base: nobody may mean it. */
static void
say_outside(struct draft *d, struct draft_image *image)
{
	const char *file = image->build->dockerfile;
	const struct dockerfile *df = map_get(d->survey->files, str_c(file));

	for (size_t i = 0; df && i < df->nstages; i++) {
		const struct df_stage *stage = &df->stages[i];
		struct str base = without_tag(stage->base);
		AUTO_FREE char *name = str_dup(base);

		if (is_stage(df, name) || draft_is_ours(d, base))
			continue;
		for (size_t k = 0; k < d->images.n; k++)
			if (d->images.v[k] != image &&
			    !strcmp(path_base(name), d->images.v[k]->name))
				draft_say(
					d, image,
					(struct survey_place){ file, stage->from->line,
							       stage->from->col },
					"'%s' is from outside; the image of this file is '%s%s%s'",
					name, d->registry ? d->registry : "",
					d->registry ? "/" : "", d->images.v[k]->name);
	}
}

void
draft_name_images(struct draft *d)
{
	AUTO_MAP struct map *taken = map_new();

	guess_registry(d);
	for (size_t i = 0; i < d->images.n; i++)
		name_image(d, taken, d->images.v[i]);
	for (size_t i = 0; i < d->images.n; i++)
		say_outside(d, d->images.v[i]);
}
