/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_case.h: rows of a Dockerfile and what its recipe must be, for the tests of recipes. */
#ifndef LOCKSTEP_TESTS_RECIPE_CASE_H
#define LOCKSTEP_TESTS_RECIPE_CASE_H

#include "base/map.h"
#include "model/recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Which dialects a row holds for. */
enum { C = 1u << DIALECT_CONTAINERS, L = 1u << DIALECT_CLASSIC, B = 1u << DIALECT_BUILDKIT };
#define ALL (C | L | B)

/*
 * Expectations that are NULL are not looked at. Images have an empty config unless configs says
 * otherwise: lines of REF JSON, or REF ? for one that is not known; REF@@PLATFORM is what FROM
 * --platform gets.
 */
struct recipe_case {
	const char *name;
	unsigned dialects;
	const char *file;
	const char *given; /* lines of NAME=VALUE; a value may hold \x01 for a newline */
	const char *target;
	const char *mark;
	const char *platform; /* NULL = linux/amd64; the builder's is linux/amd64 */
	const char *configs;
	const char *images; /* USE REF PLATFORM [onbuild] :LINE #STAGE */
	const char *reads;  /* KIND PATTERN [glob] [may-miss] [onbuild] [-EXCLUDE] :LINE #STAGE */
	const char *args;   /* NAME=VALUE or NAME :LINE, with ! when given */
	const char *facts;
	const char *render;
	const char *rest;   /* remotes, widens, secrets, lines of mounts and of hidden values */
	const char *errors; /* FILE:LINE:COL: TEXT, and (HINT) */
};

struct recipe_fixture {
	struct arena *arena;
	struct map *configs;
	enum dialect dialect;
	const struct recipe *recipe;
	struct err_list errs;
};

static struct oci_config unknown_config;

static inline void
fixture_configs(struct recipe_fixture *f, const char *lines)
{
	struct str rest = str_c(lines ? lines : ""), line;

	while (str_next_line(&rest, &line)) {
		struct str ref = str_sub(line, 0, str_find(line, ' '));
		struct str json = str_sub(line, ref.n + 1, line.n);
		struct err AUTO_ERR err = ERR_INIT;
		AUTO_BUF struct buf whole = BUF_INIT;

		if (str_eq_c(json, "?")) {
			map_set(f->configs, ref, &unknown_config);
			continue;
		}
		buf_addf(&whole, "{\"config\":%.*s}", STR_FMT(json));
		map_set(f->configs, ref, oci_config_parse(f->arena, buf_str(&whole), "c", &err));
		assert_string_equal(err.msg ? err.msg : "", "");
	}
}

static inline const struct oci_config *
fixture_config(void *ctx, const char *ref, const char *platform)
{
	struct recipe_fixture *f = ctx;
	const char *own = platform ? arena_printf(f->arena, "%s@@%s", ref, platform) : ref;
	struct oci_config *config = map_get(f->configs, str_c(own));

	if (!config)
		config = map_get(f->configs, str_c(ref));
	if (!config) {
		config = ARENA_NEW(f->arena, struct oci_config);
		map_set(f->configs, str_c(ref), config);
	}
	return config == &unknown_config ? NULL : config;
}

static inline void
fixture_given(struct recipe_fixture *f, const char *lines, struct recipe_opts *opts)
{
	struct str rest = str_c(lines ? lines : ""), line;
	struct recipe_arg *args = arena_calloc(f->arena, 16, sizeof(*args));

	while (str_next_line(&rest, &line)) {
		size_t cut = str_find(line, '=');
		char *value = arena_str(f->arena, str_sub(line, cut + 1, line.n));

		for (char *p = value; *p; p++)
			if (*p == '\x01')
				*p = '\n';
		assert_true(opts->nargs < 16);
		args[opts->nargs++] =
			(struct recipe_arg){ .name = arena_str(f->arena, str_sub(line, 0, cut)),
					     .value = value };
	}
	opts->args = args;
}

static inline void
fixture_open(struct recipe_fixture *f, const struct recipe_case *c, enum dialect dialect)
{
	struct recipe_opts opts = { .dialect = dialect,
				    .target = c->target,
				    .mark = c->mark,
				    .config = fixture_config,
				    .ctx = f };
	struct err AUTO_ERR err = ERR_INIT;
	const struct dockerfile *df;

	*f = (struct recipe_fixture){ .arena = arena_new(),
				      .configs = map_new(),
				      .dialect = dialect };
	fixture_configs(f, c->configs);
	fixture_given(f, c->given, &opts);
	assert_int_equal(platform_parse(str_c("linux/amd64"), &opts.build_platform, &err), 0);
	assert_int_equal(platform_parse(str_c(c->platform ? c->platform : "linux/amd64"),
					&opts.platform, &err),
			 0);
	df = dockerfile_parse(f->arena, str_c(c->file), "D", dialect, &f->errs);
	f->recipe = df ? recipe_eval(f->arena, df, &opts, &f->errs) : NULL;
}

static inline void
fixture_close(struct recipe_fixture *f)
{
	err_list_clear(&f->errs);
	map_free(f->configs);
	arena_free(f->arena);
}

static inline const char *
fixture_id(void *ctx, size_t i)
{
	const struct recipe_fixture *f = ctx;

	return arena_printf(f->arena, "sha256:<%s>", f->recipe->images[i].ref);
}

static inline const char *
fixture_image_name(void *ctx, size_t i)
{
	const struct recipe_fixture *f = ctx;

	return arena_printf(f->arena, "pinned-%s", f->recipe->images[i].ref);
}

static inline void
show_images(struct recipe_fixture *f, struct buf *b)
{
	for (size_t i = 0; i < f->recipe->nimages; i++) {
		const struct recipe_image *x = &f->recipe->images[i];

		buf_addf(b, "%s %s %s%s :%d #%zu\n", recipe_use_name(x->use), x->ref,
			 x->platform ? x->platform : "-", x->onbuild ? " onbuild" : "", x->line,
			 x->stage);
	}
}

static inline void
show_reads(struct recipe_fixture *f, struct buf *b)
{
	for (size_t i = 0; i < f->recipe->nreads; i++) {
		const struct recipe_read *x = &f->recipe->reads[i];

		buf_addf(b, "%s %s%s%s%s", recipe_read_kind_name(x->kind), x->pattern,
			 x->glob ? " glob" : "", x->may_be_missing ? " may-miss" : "",
			 x->onbuild ? " onbuild" : "");
		for (size_t k = 0; k < x->nexcludes; k++)
			buf_addf(b, " -%s", x->excludes[k]);
		buf_addf(b, " :%d #%zu\n", x->line, x->stage);
	}
}

static inline void
show_args(struct recipe_fixture *f, struct buf *b)
{
	for (size_t i = 0; i < f->recipe->nargs; i++) {
		const struct recipe_argument *x = &f->recipe->args[i];

		buf_addf(b, "%s%s%s :%d%s\n", x->name, x->value ? "=" : "",
			 x->value ? x->value : "", x->line, x->given ? " !" : "");
	}
}

static inline void
show_facts(struct recipe_fixture *f, struct buf *b)
{
	recipe_facts(f->recipe, fixture_id, f, b);
}

static inline void
show_render(struct recipe_fixture *f, struct buf *b)
{
	struct err AUTO_ERR err = ERR_INIT;

	if (recipe_render(f->recipe, fixture_image_name, f, b, &err) < 0) {
		AUTO_FREE char *text = err_text(&err);

		buf_clear(b);
		buf_addf(b, "%s\n", text);
	}
}

static inline void
show_rest(struct recipe_fixture *f, struct buf *b)
{
	const struct recipe *r = f->recipe;

	for (size_t i = 0; i < r->nremotes; i++)
		buf_addf(b, "%s %s%s%s%s :%d #%zu\n", r->remotes[i].git ? "git" : "http",
			 r->remotes[i].url, r->remotes[i].checksum ? " " : "",
			 r->remotes[i].checksum ? r->remotes[i].checksum : "",
			 r->remotes[i].keep_git ? " keep-git" : "", r->remotes[i].line,
			 r->remotes[i].stage);
	for (size_t i = 0; i < r->nwidens; i++)
		buf_addf(b, "widen %s :%d\n", r->widens[i].reason, r->widens[i].line);
	for (size_t i = 0; i < r->nsecrets; i++)
		buf_addf(b, "secret %s\n", r->secrets[i]);
	if (r->bind_mount_line)
		buf_addf(b, "bind :%d\n", r->bind_mount_line);
	if (r->cache_mount_line)
		buf_addf(b, "cache :%d\n", r->cache_mount_line);
	if (r->unexpanded_line)
		buf_addf(b, "unexpanded :%d\n", r->unexpanded_line);
}

static inline void
show_errors(struct recipe_fixture *f, struct buf *b)
{
	err_list_sort(&f->errs);
	for (size_t i = 0; i < f->errs.n; i++) {
		AUTO_FREE char *text = err_text(&f->errs.items[i]);

		buf_addf(b, "%s\n", text);
		if (f->errs.items[i].hint)
			buf_addf(b, "(%s)\n", f->errs.items[i].hint);
	}
}

static inline void
expect(struct recipe_fixture *f, const struct recipe_case *c, const char *what, const char *wanted,
       void (*show)(struct recipe_fixture *, struct buf *))
{
	AUTO_BUF struct buf b = BUF_INIT;

	if (!wanted)
		return;
	buf_init(&b, 0);
	show(f, &b);
	if (strcmp(b.data, wanted) != 0)
		print_error("%s (%s): %s\n--- got\n%s--- wanted\n%s---\n", c->name,
			    dialect_name(f->dialect), what, b.data, wanted);
	assert_string_equal(b.data, wanted);
}

static inline void
run_case(const struct recipe_case *c, enum dialect dialect)
{
	struct recipe_fixture f;

	fixture_open(&f, c, dialect);
	expect(&f, c, "errors", c->errors ? c->errors : "", show_errors);
	if (f.recipe) {
		expect(&f, c, "images", c->images, show_images);
		expect(&f, c, "reads", c->reads, show_reads);
		expect(&f, c, "args", c->args, show_args);
		expect(&f, c, "facts", c->facts, show_facts);
		expect(&f, c, "render", c->render, show_render);
		expect(&f, c, "rest", c->rest, show_rest);
	}
	assert_int_equal(!f.recipe, f.errs.n > 0);
	fixture_close(&f);
}

/* Every row in every dialect that it holds for; all must hold for some. */
static inline void
run_cases(const struct recipe_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(cases[i].dialects, 0);
		for (unsigned d = 0; d < dialect_count; d++)
			if (cases[i].dialects & 1u << d)
				run_case(&cases[i], (enum dialect)d);
	}
}

#define RUN_CASES(cases) run_cases((cases), ARRAY_SIZE(cases))

#endif
