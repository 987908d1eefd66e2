/* SPDX-License-Identifier: Apache-2.0 */
/* draft.c: brings together what several files say of one image. */
#include "model/draft_priv.h"

#include "base/path.h"
#include "model/expansion.h"

const char *
draft_place(struct arena *arena, struct survey_place at)
{
	if (!at.line)
		return at.file;
	return arena_printf(arena, "%s:%d:%d", at.file, at.line, at.col);
}

void
draft_say(struct draft *d, struct draft_image *image, struct survey_place at, const char *fmt, ...)
{
	struct survey_note note = { .at = at };
	va_list ap;

	va_start(ap, fmt);
	note.text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	if (image)
		vec_push(&image->notes, note);
	else
		vec_push(&d->notes, note);
}

static bool
same_recipe(const struct survey_build *a, const struct survey_build *b)
{
	return !strcmp(a->context, b->context) && !strcmp(a->dockerfile, b->dockerfile) &&
	       str_same(a->target, b->target);
}

static const char *
arg_of(const struct survey_build *b, const char *name)
{
	for (size_t i = 0; i < b->nargs; i++)
		if (!strcmp(b->args[i].name, name))
			return b->args[i].value;
	return NULL;
}

static bool
same_args(const struct survey_build *a, const struct survey_build *b)
{
	for (size_t i = 0; i < a->nargs; i++)
		if (!str_same(a->args[i].value, arg_of(b, a->args[i].name)))
			return false;
	return a->nargs == b->nargs;
}

/* Two builds of one file are one image only if nothing tells them apart; one of them may be a test,
 * that is pushed nowhere. */
static bool
is_again(const struct survey_build *a, const struct survey_build *b)
{
	return same_recipe(a, b) && same_args(a, b) &&
	       (!a->repository || !b->repository || !strcmp(a->repository, b->repository));
}

/* Services of several files are called alike without being one: something else has to be the same. */
static bool
is_near(const struct survey_build *a, const struct survey_build *b)
{
	return !strcmp(a->context, b->context) || !strcmp(a->dockerfile, b->dockerfile) ||
	       (a->repository && b->repository && !strcmp(a->repository, b->repository));
}

static bool
is_image(const struct draft_image *image, const struct survey_build *b, const char *name)
{
	const struct survey_build *a = image->build;

	if (b->kind == SURVEY_DOCKERFILE)
		return !strcmp(a->dockerfile, b->dockerfile);
	if (!strcmp(a->at.file, b->at.file))
		return is_again(a, b);
	return name ? !strcmp(image->short_name, name) && is_near(a, b) : same_recipe(a, b);
}

/* The same name counts more than the same recipe: several images may be made by one. */
static struct draft_image *
find(struct draft *d, const struct survey_build *b, const char *short_name)
{
	const char *const names[] = { short_name, NULL };

	for (size_t k = 0; k < ARRAY_SIZE(names); k++)
		for (size_t i = 0; i < d->images.n; i++)
			if (is_image(d->images.v[i], b, names[k]))
				return d->images.v[i];
	return NULL;
}

static void
say_differs(struct draft *d, struct draft_image *image, const struct survey_build *b,
	    const char *what, const char *value)
{
	draft_say(d, image, b->at, "its %s is %s%s%s there", what, value ? "'" : "",
		  value ? value : "another one", value ? "'" : "");
}

/* What is not known says nothing. */
static void
compare_args(struct draft *d, struct draft_image *image, const struct survey_build *b)
{
	for (size_t i = 0; i < b->nargs; i++) {
		const struct survey_arg *arg = &b->args[i];
		const char *ours = arg_of(image->build, arg->name);

		if (expansion_known(arg->value) && (!ours || expansion_known(ours)) &&
		    !str_same(ours, arg->value))
			draft_say(d, image, arg->at, "its argument '%s' is '%s' there", arg->name,
				  arg->value);
	}
}

static void
compare(struct draft *d, struct draft_image *image, const struct survey_build *b)
{
	const struct survey_build *a = image->build;

	if (strcmp(a->context, b->context) != 0)
		say_differs(d, image, b, "context", b->context);
	if (strcmp(a->dockerfile, b->dockerfile) != 0)
		say_differs(d, image, b, "Dockerfile", b->dockerfile);
	if (!str_same(a->target, b->target))
		say_differs(d, image, b, "target", b->target);
	if (b->platform && !str_same(a->platform, b->platform))
		say_differs(d, image, b, "platform", b->platform);
	if (a->repository && b->repository && strcmp(a->repository, b->repository) != 0)
		say_differs(d, image, b, "name", b->repository);
	compare_args(d, image, b);
}

static void
add_notes(struct draft_image *image, const struct survey_build *b)
{
	for (size_t i = 0; i < b->nnotes; i++)
		vec_push(&image->notes, b->notes[i]);
}

static void
take(struct draft *d, const struct survey_build *b)
{
	const char *short_name = draft_short_name(d, b);
	struct draft_image *image = find(d, b, short_name);

	if (!image) {
		image = ARENA_NEW(d->arena, struct draft_image);
		image->build = b;
		image->short_name = short_name;
		add_notes(image, b);
		vec_push(&d->images, image);
	} else if (b->kind == SURVEY_DOCKERFILE) {
		return;
	} else if (strcmp(image->build->at.file, b->at.file) != 0) {
		compare(d, image, b);
		add_notes(image, b);
	}
	vec_push(&image->from, b->at);
}

/* A path below a folder, or beside it, as seen from that folder. */
static const char *
seen_from(struct arena *arena, const char *path, const char *dir)
{
	AUTO_BUF struct buf b = BUF_INIT;
	size_t common = 0;

	buf_init(&b, 0);
	if (!strcmp(dir, "."))
		return path;
	for (size_t i = 0; dir[i] && path[i] == dir[i]; i++)
		if (path[i] == '/')
			common = i + 1;
	if (path_within(str_c(path), str_c(dir)))
		return path + strlen(dir) + 1;
	buf_adds(&b, "../");
	for (size_t i = common; dir[i]; i++)
		if (dir[i] == '/')
			buf_adds(&b, "../");
	buf_adds(&b, path + common);
	return arena_str(arena, buf_str(&b));
}

/* The loader's default is not written. */
static void
take_dockerfile(struct draft *d, struct draft_image *image)
{
	const struct survey_build *b = image->build;
	const char *path = seen_from(d->arena, b->dockerfile, b->context);
	AUTO_FREE char *other = path_join(b->context, "Dockerfile");

	if (!strcmp(path, "Dockerfile") ||
	    (!strcmp(path, "Containerfile") && !map_has(d->survey->files, str_c(other))))
		return;
	image->dockerfile = path;
}

struct draft *
draft_make(const struct survey *s)
{
	struct draft *d = xcalloc(1, sizeof(*d));

	d->arena = arena_new();
	d->survey = s;
	for (size_t kind = 0; kind < survey_kind_count; kind++)
		for (size_t i = 0; i < s->builds.n; i++)
			if (s->builds.v[i].kind == (enum survey_kind)kind)
				take(d, &s->builds.v[i]);
	for (size_t i = 0; i < s->notes.n; i++)
		vec_push(&d->notes, s->notes.v[i]);
	draft_name_images(d);
	for (size_t i = 0; i < d->images.n; i++) {
		take_dockerfile(d, d->images.v[i]);
		draft_take_args(d, d->images.v[i]);
	}
	return d;
}

void
draft_free(struct draft *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->images.n; i++) {
		vec_fini(&d->images.v[i]->from);
		vec_fini(&d->images.v[i]->notes);
	}
	vec_fini(&d->images);
	vec_fini(&d->variables);
	vec_fini(&d->notes);
	arena_free(d->arena);
	free(d);
}
