/* SPDX-License-Identifier: Apache-2.0 */
/* survey.c: what the readers share: paths, names, notes. */
#include "model/survey_priv.h"

#include "base/path.h"
#include "model/expansion.h"
#include "model/platform.h"

#include <ctype.h>

ENUM_DEFINE(survey_kind, SURVEY_KIND_LIST);

struct survey *
survey_new(const char *folder, const char *repository)
{
	struct survey *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	s->files = map_new();
	s->folders = map_new();
	s->folder = arena_strdup(s->arena, folder);
	s->repository = repository ? arena_strdup(s->arena, repository) : NULL;
	return s;
}

void
survey_free(struct survey *s)
{
	if (!s)
		return;
	vec_fini(&s->builds);
	vec_fini(&s->notes);
	map_free(s->files);
	map_free(s->folders);
	arena_free(s->arena);
	free(s);
}

bool
survey_is_dockerfile(const char *path)
{
	static const char *const kinds[] = { "dockerfile", "containerfile" };
	static const char *const templates[] = {
		".dockerignore", ".containerignore", ".md", ".in", ".j2", ".tmpl", ".tpl",
		".erb",          ".template"
	};
	struct str name = str_c(path_base(path));

	for (size_t i = 0; i < ARRAY_SIZE(templates); i++)
		if (str_ends(name, str_c(templates[i])))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = strlen(kinds[i]);

		if (name.n < n)
			continue;
		if (str_ieq_c(str_sub(name, 0, n), kinds[i]) && (name.n == n || name.p[n] == '.'))
			return isupper((unsigned char)name.p[0]) || name.n == n;
		if (name.n > n + 1 && name.p[name.n - n - 1] == '.' &&
		    str_ieq_c(str_sub(name, name.n - n, name.n), kinds[i]))
			return true;
	}
	return false;
}

void
survey_file(struct survey *s, const char *path, struct dockerfile *df)
{
	map_set(s->files, str_c(path), df);
	(void)map_add(s->folders, STR_LIT("."), s); /* there already: all the same */
	for (size_t n = strlen(path); n > 0; n--)
		if (path[n] == '/' && !map_add(s->folders, (struct str){ path, n }, s))
			break;
}

void
survey_note(struct survey *s, struct survey_place at, const char *fmt, ...)
{
	struct survey_note note = { .at = at };
	va_list ap;

	va_start(ap, fmt);
	note.text = arena_vprintf(s->arena, fmt, ap);
	va_end(ap);
	vec_push(&s->notes, note);
}

void
survey_say(struct survey_reading *r, struct survey_place at, const char *fmt, ...)
{
	struct survey_note note = { .at = at };
	va_list ap;

	va_start(ap, fmt);
	note.text = arena_vprintf(r->survey->arena, fmt, ap);
	va_end(ap);
	vec_push(&r->notes, note);
}

struct survey_place
survey_at(const char *file, const struct yaml *y)
{
	return (struct survey_place){ file, y->line, y->col };
}

void
survey_image(struct survey_reading *r, const char *text)
{
	struct survey_build *b = &r->build;
	struct arena *arena = r->survey->arena;
	struct str name = str_trim(str_c(expansion_bare(arena, text)), " \t\r\n"), tag = STR_NULL;
	size_t n = name.n, at = str_find(name, '@');

	name.n = n = at;
	while (n && name.p[n - 1] != ':' && name.p[n - 1] != '/')
		n--;
	if (n && name.p[n - 1] == ':') {
		tag = str_sub(name, n, name.n);
		name.n = n - 1;
	}
	if (!name.n || name.p[name.n - 1] == '/' || memchr(name.p, EXPANSION_UNKNOWN, name.n))
		return;
	if (str_find(name, '/') == name.n) {
		if (!b->name)
			b->name = arena_str(arena, name);
	} else if (!b->repository) {
		b->repository = arena_str(arena, name);
	} else if (!str_eq_c(name, b->repository)) {
		return;
	}
	if (!b->tag && tag.n && !memchr(tag.p, EXPANSION_UNKNOWN, tag.n) &&
	    !str_eq_c(tag, "latest"))
		b->tag = arena_str(arena, tag);
}

void
survey_arg(struct survey_reading *r, const char *name, const char *value, struct survey_place at)
{
	vec_push(&r->args, ((struct survey_arg){ name, value, at }));
}

void
survey_platforms(struct survey_reading *r, const char *text, struct survey_place at)
{
	struct str all = str_trim(str_c(text), " \t\r\n,");
	struct platform platform;

	if (!all.n)
		return;
	if (memchr(all.p, EXPANSION_UNKNOWN, all.n))
		survey_say(r, at, "its platform is only known when it runs");
	else if (memchr(all.p, ',', all.n) || memchr(all.p, '\n', all.n))
		survey_say(r, at,
			   "it is built for '%.*s' there; an image of the graph is built for "
			   "one platform",
			   STR_FMT(all));
	else if (platform_parse(all, &platform, NULL) || strcmp(platform.os, "linux") != 0 ||
		 memchr(all.p, '-', all.n))
		survey_say(r, at, "its platform '%.*s' is none that images are built for",
			   STR_FMT(all));
	else
		r->build.platform = arena_str(r->survey->arena, all);
}

static bool
is_remote(const char *text)
{
	return strstr(text, "://") || !strncmp(text, "git@", 4);
}

bool
survey_has(const struct survey *s, const char *path)
{
	return map_has(s->files, str_c(path)) || map_has(s->folders, str_c(path));
}

/* path, seen from base, from the root on; NULL, with a note, when it is none of the repository's. */
static const char *
from_root(struct survey_reading *r, const char *base, const char *path, const char *what)
{
	struct survey *s = r->survey;
	AUTO_FREE char *joined = NULL;

	if (!expansion_known(path)) {
		survey_note(s, r->build.at, "left out: its %s is only known when it runs", what);
		return NULL;
	}
	if (is_remote(path)) {
		survey_note(s, r->build.at,
			    "left out: it is built from '%s'; an image of the graph takes that as "
			    "source: { git: URL, ref: REF }",
			    path);
		return NULL;
	}
	joined = path_join(base, path);
	if (path_is_abs(str_c(joined)) || path_escapes(str_c(joined))) {
		survey_note(s, r->build.at, "left out: its %s '%s' is not in this folder", what,
			    path);
		return NULL;
	}
	return arena_strdup(s->arena, joined);
}

static const char *
default_dockerfile(struct survey *s, const char *context)
{
	AUTO_FREE char *docker = path_join(context, "Dockerfile");
	AUTO_FREE char *container = path_join(context, "Containerfile");

	return arena_strdup(s->arena,
			    !map_has(s->files, str_c(docker)) && map_has(s->files, str_c(container))
				    ? container
				    : docker);
}

/* True if both are found. */
static bool
place(struct survey_reading *r, const struct survey_paths *p)
{
	struct survey_build *b = &r->build;
	struct survey *s = r->survey;

	b->context = from_root(r, p->base, p->context ? p->context : ".", "context");
	if (!b->context)
		return false;
	b->dockerfile = p->dockerfile && *p->dockerfile
				? from_root(r, p->dockerfile_base ? p->dockerfile_base : b->context,
					    p->dockerfile, "Dockerfile")
				: default_dockerfile(s, b->context);
	if (!b->dockerfile)
		return false;
	if (!map_has(s->files, str_c(b->dockerfile))) {
		survey_note(s, b->at, "left out: its Dockerfile '%s' is not there", b->dockerfile);
		return false;
	}
	if (!path_within(str_c(b->dockerfile), str_c(b->context)) && !survey_has(s, b->context)) {
		survey_note(s, b->at, "left out: its context '%s' is not there", b->context);
		return false;
	}
	return true;
}

static bool
has_stage(const struct dockerfile *df, const char *target)
{
	unsigned long long n;

	if (str_to_u64(str_c(target), &n))
		return n < df->nstages;
	for (size_t i = 0; i < df->nstages; i++)
		if (df->stages[i].name && str_ieq_c(str_c(target), df->stages[i].name))
			return true;
	return false;
}

static void
check_target(struct survey_reading *r)
{
	struct survey_build *b = &r->build;
	const struct dockerfile *df = map_get(r->survey->files, str_c(b->dockerfile));

	if (!b->target || !*b->target) {
		b->target = NULL;
		return;
	}
	if (!expansion_known(b->target))
		survey_say(r, b->at, "its target is only known when it runs");
	else if (df && !has_stage(df, b->target))
		survey_say(r, b->at, "its target '%s' is no stage of '%s'", b->target,
			   b->dockerfile);
	else
		return;
	b->target = NULL;
}

void
survey_end(struct survey_reading *r, const struct survey_paths *paths)
{
	struct survey *s = r->survey;
	struct survey_build *b = &r->build;

	if (place(r, paths)) {
		check_target(r);
		b->nargs = r->args.n;
		b->args = arena_calloc(s->arena, r->args.n, sizeof(*b->args));
		for (size_t i = 0; i < r->args.n; i++)
			b->args[i] = r->args.v[i];
		b->nnotes = r->notes.n;
		b->notes = arena_calloc(s->arena, r->notes.n, sizeof(*b->notes));
		for (size_t i = 0; i < r->notes.n; i++)
			b->notes[i] = r->notes.v[i];
		vec_push(&s->builds, *b);
	}
	vec_fini(&r->args);
	vec_fini(&r->notes);
}
