/* SPDX-License-Identifier: Apache-2.0 */
/* survey_dockerfile.c: a Dockerfile that no other file need mention. */
#include "model/survey_priv.h"

#include "base/buf.h"
#include "base/path.h"
#include "model/glob.h"
#include "model/recipe.h"

/* What of a source has to be there, whatever a pattern in it matches; caller frees. */
static char *
literal_part(const char *word)
{
	struct str rest = str_c(word), part;
	size_t n = glob_literal_prefix(rest);
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	while (n-- && str_next(&rest, '/', &part))
		buf_addf(&b, "/%.*s", STR_FMT(part));
	return path_join(".", b.len ? b.data + 1 : ".");
}

static bool
is_copy(const struct df_ins *ins)
{
	return (ins->kw == DF_COPY || ins->kw == DF_ADD) && !df_flag_get(ins, "from");
}

static bool
is_path(const struct df_ins *ins, const char *word)
{
	return !df_heredoc_of(ins, word) && !strpbrk(word, "$\"'\\") && !strstr(word, "://") &&
	       strncmp(word, "git@", 4) != 0;
}

/* The first path that the instruction would not find in a context, or NULL. */
static const char *
missing_of(const struct survey *s, const struct df_ins *ins, const char *context)
{
	for (size_t i = 0; i + 1 < ins->nwords; i++) {
		AUTO_FREE char *part = NULL, *path = NULL;
		const char *word = ins->words[i];

		if (!is_path(ins, word))
			continue;
		part = literal_part(word + strspn(word, "/"));
		path = path_join(context, part);
		if (!survey_has(s, path))
			return word;
	}
	return NULL;
}

/* The same for the bind mounts of RUN, which are of the context when they are of nothing else. */
static const char *
missing_mount(const struct survey *s, const struct df_ins *ins, const char *context)
{
	for (size_t i = 0; ins->kw == DF_RUN && i < ins->nflags; i++) {
		const char *mount = ins->flags[i].value, *type, *source;
		AUTO_FREE char *path = NULL;

		if (strcmp(ins->flags[i].name, "mount") != 0 || !mount)
			continue;
		type = recipe_mount_value(s->arena, mount, "type");
		source = recipe_mount_value(s->arena, mount, "source");
		source = source ? source : recipe_mount_value(s->arena, mount, "src");
		if (!source || (type && strcmp(type, "bind") != 0) ||
		    recipe_mount_value(s->arena, mount, "from") || !is_path(ins, source))
			continue;
		path = path_join(context, source + strspn(source, "/"));
		if (!survey_has(s, path))
			return mount;
	}
	return NULL;
}

static const char *
missing(const struct survey *s, const struct dockerfile *df, const char *context, int *ret_line)
{
	for (size_t i = 0; i < df->nstages; i++) {
		for (size_t k = 0; k < df->stages[i].nins; k++) {
			const struct df_ins *ins = df->stages[i].ins[k];
			const char *word = is_copy(ins) ? missing_of(s, ins, context)
							: missing_mount(s, ins, context);

			if (!word)
				continue;
			*ret_line = ins->line;
			return word;
		}
	}
	return NULL;
}

void
survey_dockerfile(struct survey *s, const char *path)
{
	const char *file = arena_strdup(s->arena, path);
	struct survey_reading r = { .survey = s };
	const struct dockerfile *df = map_get(s->files, str_c(path));
	AUTO_FREE char *dir = path_dir(path);
	struct survey_paths paths = {
		.base = ".", .context = dir, .dockerfile = file, .dockerfile_base = "."
	};
	const char *word;
	int line = 0, other = 0;

	r.build.kind = SURVEY_DOCKERFILE;
	r.build.at = (struct survey_place){ file, 0, 0 };
	word = df ? missing(s, df, dir, &line) : NULL;
	if (word && strcmp(dir, ".") != 0 && !missing(s, df, ".", &other))
		paths.context = ".";
	else if (word)
		survey_say(&r, (struct survey_place){ file, line, 1 },
			   "'%s', which it reads, is not in '%s': is another folder the context?",
			   word, dir);
	survey_end(&r, &paths);
}
