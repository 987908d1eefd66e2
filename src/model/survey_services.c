/* SPDX-License-Identifier: Apache-2.0 */
/* survey_services.c: compose and bake files, which say nearly the same in nearly the same words. */
#include "model/survey_priv.h"

#include "base/buf.h"
#include "base/path.h"
#include "model/expansion.h"

/* `inherits` of bake may be a ring. */
#define MAX_INHERITS 8

struct source {
	struct survey *survey;
	const char *file;
	char *dir;
	const struct yaml *targets; /* bake: all of them */
	const struct yaml *groups;
	const struct yaml *variables; /* bake: with their defaults */
};

static const char *
fallback(void *ctx, struct str name)
{
	const struct source *s = ctx;
	AUTO_FREE char *key = str_dup(name);

	return yaml_text(yaml_get(yaml_get(s->variables, key), "default"));
}

static const char *
expand(struct source *s, const struct yaml *y)
{
	if (!y || y->kind != YAML_SCALAR)
		return NULL;
	return expansion_shell(s->survey->arena, y->text, fallback, s);
}

/* A list of NAME=VALUE, or a mapping; a name without a value would come from the environment. */
static void
read_args(struct survey_reading *r, struct source *s, const struct yaml *args)
{
	static const char unknown[] = { EXPANSION_UNKNOWN, EXPANSION_END, '\0' };

	for (size_t i = 0; args && i < args->n; i++) {
		const struct yaml *item =
			args->kind == YAML_MAP ? args->pairs[i].key : args->items[i];
		const char *name = expand(s, item), *value, *equals;

		if (!name)
			continue;
		equals = args->kind == YAML_SEQ ? strchr(name, '=') : NULL;
		value = args->kind == YAML_MAP ? expand(s, args->pairs[i].value)
					       : (equals ? equals + 1 : NULL);
		if (equals)
			name = arena_str(s->survey->arena,
					 (struct str){ name, (size_t)(equals - name) });
		survey_arg(r, name, value ? value : unknown, survey_at(s->file, item));
	}
}

/* All texts of a list, separated by commas; of a text, itself. */
static const char *
joined(struct source *s, const struct yaml *y)
{
	AUTO_BUF struct buf b = BUF_INIT;

	if (!y || y->kind != YAML_SEQ)
		return expand(s, y);
	buf_init(&b, EXPANSION_MAX);
	for (size_t i = 0; i < y->n; i++) {
		const char *text = expand(s, y->items[i]);

		buf_addf(&b, "%s%s", b.len ? "," : "", text ? text : "");
	}
	return arena_str(s->survey->arena, buf_str(&b));
}

static void
read_tags(struct survey_reading *r, struct source *s, const struct yaml *tags)
{
	for (size_t i = 0; tags && tags->kind == YAML_SEQ && i < tags->n; i++) {
		const char *tag = expand(s, tags->items[i]);

		if (tag)
			survey_image(r, tag);
	}
}

static void
say_left(struct survey_reading *r, const struct yaml *map, const char *file)
{
	static const char *const keys[] = {
		"additional_contexts", "contexts", "secrets", "secret", "ssh", "network",
		"extra_hosts",         "shm_size", "ulimits"
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct yaml *y = yaml_get(map, keys[i]);

		if (y && (y->n || y->kind == YAML_SCALAR))
			survey_say(r, survey_at(file, y), "'%s' is not taken over", keys[i]);
	}
}

static void
read_service(struct source *s, const struct yaml_pair *service)
{
	const struct yaml *build = yaml_get(service->value, "build"), *platforms, *inlined;
	struct survey_reading r = { .survey = s->survey };
	struct survey_paths paths = { .base = s->dir };
	const char *image = expand(s, yaml_get(service->value, "image")), *text;

	if (!build || (build->kind != YAML_MAP && build->kind != YAML_SCALAR))
		return;
	r.build.kind = SURVEY_COMPOSE;
	r.build.at = survey_at(s->file, service->key);
	inlined = yaml_get(build, "dockerfile_inline");
	if (inlined) {
		survey_note(s->survey, survey_at(s->file, inlined),
			    "left out: an image of the graph has its Dockerfile in a file");
		return;
	}
	paths.context = expand(s, build->kind == YAML_MAP ? yaml_get(build, "context") : build);
	paths.dockerfile = expand(s, yaml_get(build, "dockerfile"));
	r.build.target = expand(s, yaml_get(build, "target"));
	if (image)
		survey_image(&r, image);
	read_tags(&r, s, yaml_get(build, "tags"));
	if (!r.build.name)
		r.build.name = service->key->text;
	read_args(&r, s, yaml_get(build, "args"));
	platforms = yaml_get(build, "platforms");
	platforms = platforms ? platforms : yaml_get(service->value, "platform");
	text = joined(s, platforms);
	if (text)
		survey_platforms(&r, text, survey_at(s->file, platforms));
	say_left(&r, build, s->file);
	survey_end(&r, &paths);
}

/* The value of a target, or what it inherits: the last of `inherits` counts most. */
static const struct yaml *
inherited(const struct source *s, const struct yaml *target, const char *key, int depth)
{
	const struct yaml *y = yaml_get(target, key), *from = yaml_get(target, "inherits");

	if (y || !from || from->kind != YAML_SEQ || depth > MAX_INHERITS)
		return y;
	for (size_t i = from->n; !y && i > 0 && from->n - i < MAX_INHERITS; i--)
		if (from->items[i - 1]->kind == YAML_SCALAR)
			y = inherited(s, yaml_get(s->targets, from->items[i - 1]->text), key,
				      depth + 2);
	return y;
}

static bool
lists(const struct yaml *list, const char *name)
{
	for (size_t i = 0; list && list->kind == YAML_SEQ && i < list->n; i++)
		if (list->items[i]->kind == YAML_SCALAR && !strcmp(list->items[i]->text, name))
			return true;
	return false;
}

/* True if some item of a mapping lists the name under key. */
static bool
any_lists(const struct yaml *map, const char *key, const char *name)
{
	for (size_t i = 0; map && map->kind == YAML_MAP && i < map->n; i++)
		if (lists(yaml_get(map->pairs[i].value, key), name))
			return true;
	return false;
}

/* What is there for others to inherit from is no image. */
static bool
is_abstract(const struct source *s, const struct yaml_pair *target)
{
	const char *name = target->key->text;

	return !yaml_get(target->value, "tags") && any_lists(s->targets, "inherits", name) &&
	       !any_lists(s->groups, "targets", name);
}

static void
read_target(struct source *s, const struct yaml_pair *target)
{
	const struct yaml *map = target->value, *platforms = inherited(s, map, "platforms", 0);
	struct survey_reading r = { .survey = s->survey };
	struct survey_paths paths = { .base = s->dir };
	const char *text = joined(s, platforms);

	if (map->kind != YAML_MAP || is_abstract(s, target))
		return;
	r.build.kind = SURVEY_BAKE;
	r.build.at = survey_at(s->file, target->key);
	if (yaml_get(map, "matrix") || yaml_get(map, "dockerfile-inline")) {
		survey_note(s->survey, r.build.at,
			    "left out: `docker buildx bake --print` writes out what it is");
		return;
	}
	paths.context = expand(s, inherited(s, map, "context", 0));
	paths.dockerfile = expand(s, inherited(s, map, "dockerfile", 0));
	r.build.target = expand(s, inherited(s, map, "target", 0));
	read_tags(&r, s, inherited(s, map, "tags", 0));
	if (!r.build.name)
		r.build.name = target->key->text;
	read_args(&r, s, inherited(s, map, "args", 0));
	if (text)
		survey_platforms(&r, text, survey_at(s->file, platforms));
	say_left(&r, map, s->file);
	survey_end(&r, &paths);
}

static void
read_all(struct source *s, const struct yaml *all,
	 void (*read)(struct source *, const struct yaml_pair *))
{
	for (size_t i = 0; all && all->kind == YAML_MAP && i < all->n; i++)
		read(s, &all->pairs[i]);
	free(s->dir);
}

void
survey_bake(struct survey *s, const char *path, const struct yaml *document)
{
	struct source source = { .survey = s,
				 .file = arena_strdup(s->arena, path),
				 .dir = path_dir(path),
				 .targets = yaml_get(document, "target"),
				 .groups = yaml_get(document, "group"),
				 .variables = yaml_get(document, "variable") };

	read_all(&source, source.targets, read_target);
}

void
survey_compose(struct survey *s, const char *path, const struct yaml *document)
{
	struct source source = { .survey = s,
				 .file = arena_strdup(s->arena, path),
				 .dir = path_dir(path) };

	read_all(&source, yaml_get(document, "services"), read_service);
}
