/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_tool.c: the Dockerfile that a builder would get, for comparison with the one that a person wrote. */
#include "base/file.h"
#include "model/recipe.h"

#include <fcntl.h>
#include <stdio.h>

/*
 * recipe_tool render|steps DIALECT FILE [NAME=VALUE...]: the rendered file, with images named as in FILE; or
 * "STAGE STEP LINE" for each step that has a line. Base images are taken to have no config.
 */

struct tool {
	struct arena *arena;
	const struct recipe *recipe;
};

static const struct oci_config *
no_config(void *ctx, const char *ref UNUSED, const char *platform UNUSED)
{
	struct tool *t = ctx;

	return ARENA_NEW(t->arena, struct oci_config);
}

static const char *
same_name(void *ctx, size_t i)
{
	struct tool *t = ctx;

	return t->recipe->images[i].ref;
}

static void
complain(const struct err *err)
{
	AUTO_FREE char *text = err_text(err);

	(void)fprintf(stderr, "recipe_tool: %s\n", text); /* nobody is left to tell */
}

static int
evaluate(struct tool *t, char **argv, int argc)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct recipe_arg *args = arena_calloc(t->arena, (size_t)argc, sizeof(*args));
	struct recipe_opts opts = { .platform = platform_host(),
				    .build_platform = platform_host(),
				    .args = args,
				    .config = no_config,
				    .ctx = t };
	AUTO_BUF struct buf text = BUF_INIT;
	const struct dockerfile *df;

	if (!dialect_parse(str_c(argv[2]), &opts.dialect))
		return 2;
	if (file_read(AT_FDCWD, argv[3], MAX_DOCKERFILE, &text, &err) < 0) {
		complain(&err);
		return 1;
	}
	for (int i = 4; i < argc; i++) {
		struct str arg = str_c(argv[i]);
		size_t cut = str_find(arg, '=');

		if (cut == arg.n)
			return 2;
		args[opts.nargs++] = (struct recipe_arg){
			.name = arena_str(t->arena, str_sub(arg, 0, cut)),
			.value = argv[i] + cut + 1,
		};
	}
	df = dockerfile_parse(t->arena, buf_str(&text), argv[3], opts.dialect, &errs);
	t->recipe = df ? recipe_eval(t->arena, df, &opts, &errs) : NULL;
	for (size_t i = 0; i < errs.n; i++)
		complain(&errs.items[i]);
	return t->recipe ? 0 : 1;
}

static int
render(struct tool *t)
{
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_BUF struct buf out = BUF_INIT;

	if (recipe_render(t->recipe, same_name, t, &out, &err) < 0) {
		complain(&err);
		return 1;
	}
	return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 1;
}

static int
steps(const struct tool *t)
{
	for (size_t i = 0; i < t->recipe->nstages; i++) {
		int line;

		for (size_t k = 1; (line = recipe_step_line(t->recipe, i, k)); k++)
			printf("%zu %zu %d\n", i, k, line);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct tool t = { .arena = arena };
	int status = argc < 4 ? 2 : evaluate(&t, argv, argc);

	if (status == 2)
		(void)fputs("usage: recipe_tool render|steps DIALECT FILE [NAME=VALUE...]\n",
			    stderr);
	if (status)
		return status;
	return strcmp(argv[1], "steps") ? render(&t) : steps(&t);
}
