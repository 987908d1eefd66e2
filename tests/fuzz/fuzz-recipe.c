/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-recipe.c: any bytes as a Dockerfile, in each dialect: what the builder gets has the same recipe. */
#include "model/recipe.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct side {
	struct arena *arena;
	enum dialect dialect;
	const struct recipe *recipe;
	bool renamed; /* images are called by their index already */
	bool given;   /* an argument is */
};

static void
differ(const struct side *s, const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s: %s\n--- written\n%s\n--- rendered\n%s\n", dialect_name(s->dialect),
		what, a, b);
	abort();
}

static char env_path[] = "PATH=/p", env_x[] = "X=x y";
static char trigger_arg[] = "ARG V", trigger_env[] = "ENV T=$V$X", trigger_copy[] = "COPY $T /t/";
static char *env[] = { env_path, env_x };
static char *triggers[] = { trigger_arg, trigger_env, trigger_copy };
static const struct oci_config plain = { .env = env, .nenv = 2, .workdir = "", .user = "" };
static const struct oci_config triggering = {
	.env = env, .nenv = 2, .onbuild = triggers, .nonbuild = 3, .workdir = "", .user = ""
};

/* Names that start with u are not known, those with t trigger; rendered ones all say what they are. */
static const struct oci_config *
config_of(void *ctx UNUSED, const char *ref, const char *platform UNUSED)
{
	if (*ref == 'u')
		return NULL;
	return *ref == 't' ? &triggering : &plain;
}

static const char *
name_of(void *ctx, size_t i)
{
	const struct side *s = ctx;
	const struct recipe_image *image = &s->recipe->images[i];
	const char *ref = image->ref;

	if (s->renamed || image->onbuild || image->use == RECIPE_USE_SYNTAX)
		return ref;
	return arena_printf(s->arena, "%cimg%zu", *ref == 't' ? 't' : 'i', i);
}

static bool
evaluate(struct side *s, const char *text, size_t size, struct err_list *errs)
{
	static const struct recipe_arg args[] = { { .name = "V", .value = "a 'b\"" } };
	struct recipe_opts opts = { .dialect = s->dialect,
				    .platform = platform_host(),
				    .build_platform = platform_host(),
				    .args = args,
				    .nargs = s->given ? 1 : 0,
				    .config = config_of };
	const struct dockerfile *df =
		dockerfile_parse(s->arena, (struct str){ text, size }, "f", s->dialect, errs);

	s->recipe = df ? recipe_eval(s->arena, df, &opts, errs) : NULL;
	if (!s->recipe != (errs->n > 0))
		differ(s, "a result and mistakes, or neither", "", "");
	return s->recipe;
}

/* What is read, with nothing in it that rendering may change. */
static char *
show_reads(const struct side *s)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < s->recipe->nreads; i++) {
		const struct recipe_read *x = &s->recipe->reads[i];

		buf_addf(&b, "%s %s %d %d %d %zu #%zu\n", recipe_read_kind_name(x->kind),
			 x->pattern, x->glob, x->may_be_missing, x->onbuild, x->nexcludes,
			 x->stage);
	}
	for (size_t i = 0; i < s->recipe->nremotes; i++) {
		const struct recipe_remote *x = &s->recipe->remotes[i];

		/* What is staged is a COPY from RECIPE_FILES in what the builder gets. */
		if (x->staged)
			continue;
		buf_addf(&b, "%s %s %d %d #%zu\n", x->url, x->checksum ? x->checksum : "-", x->git,
			 x->keep_git, x->stage);
	}
	for (size_t i = 0; i < s->recipe->nsecrets; i++)
		buf_addf(&b, "secret %s\n", s->recipe->secrets[i]);
	buf_addf(&b, "%d %d\n", s->recipe->bind_mount_line > 0, s->recipe->cache_mount_line > 0);
	return buf_steal(&b);
}

static char *
show_facts(struct side *s)
{
	struct buf b = BUF_INIT;

	buf_init(&b, 0);
	recipe_facts(s->recipe, name_of, s, &b);
	return buf_steal(&b);
}

static void
same(const struct side *s, const char *what, char *a, char *b)
{
	if (strcmp(a, b) != 0)
		differ(s, what, a, b);
	free(a);
	free(b);
}

static bool
is_given(const struct side *s)
{
	for (size_t i = 0; i < s->recipe->nargs; i++)
		if (s->recipe->args[i].given)
			return true;
	return false;
}

static void
check_rendered(struct side *s, const struct buf *text)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct side other = {
		.arena = s->arena, .dialect = s->dialect, .renamed = true, .given = is_given(s)
	};
	bool good = evaluate(&other, text->data, text->len, &errs);

	/* Where it was only named, its value is in the file, and nobody wants it again. */
	if (!good && other.given) {
		other.given = false;
		err_list_clear(&errs);
		good = evaluate(&other, text->data, text->len, &errs);
	}
	if (!good) {
		char *AUTO_FREE why = err_text(&errs.items[0]);

		differ(s, why, "", text->data);
	}
	same(s, "other reads", show_reads(s), show_reads(&other));
	/* buildah's has its variables expanded. */
	if (s->dialect != DIALECT_CONTAINERS)
		same(s, "other facts", show_facts(s), show_facts(&other));
}

static void
run(const char *text, size_t size, enum dialect dialect)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct err AUTO_ERR err = ERR_INIT;
	struct buf AUTO_BUF rendered = BUF_INIT;
	struct side s = { .arena = arena, .dialect = dialect, .given = memmem(text, size, "V", 1) };
	char *AUTO_FREE facts = NULL;

	if (!evaluate(&s, text, size, &errs))
		return;
	facts = show_facts(&s);
	if (recipe_render(s.recipe, name_of, &s, &rendered, &err) == 0)
		check_rendered(&s, &rendered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (unsigned d = 0; d < dialect_count; d++)
		run((const char *)data, size, (enum dialect)d);
	return 0;
}
