/* SPDX-License-Identifier: Apache-2.0 */
/* audit_paths.c: path filters held against the files that images are built from. */
#include "model/audit_priv.h"

#include "model/regexp.h"

#include <ctype.h>

/* One pattern of a filter, compiled. */
struct pattern {
	const struct yaml *node;
	struct regexp *re;
	bool negated; /* "!": what it matches is left out again */
};

struct filter {
	struct pattern *v;
	size_t n;
};

/*
 * GitHub's patterns: '*' is anything but '/', "**" anything, '?' and '+' are about the character
 * before, as in an expression; "**" and a slash may be nothing. The whole path has to match.
 */
static void
translate(struct buf *b, const char *p)
{
	buf_addc(b, '^');
	while (*p) {
		if (!strncmp(p, "**/", 3)) {
			buf_adds(b, "(.*/)?");
			p += 3;
		} else if (!strncmp(p, "**", 2)) {
			buf_adds(b, ".*");
			p += 2;
		} else if (*p == '*') {
			buf_adds(b, "[^/]*");
			p++;
		} else if (strchr("?+[]-", *p) || isalnum((unsigned char)*p) || (*p & 0x80)) {
			buf_addc(b, *p++);
		} else {
			buf_addc(b, '\\');
			buf_addc(b, *p++);
		}
	}
	buf_addc(b, '$');
}

/* A list of patterns; what is none GitHub refuses, and is left out here. */
static struct filter
compile(struct audit *a, const struct yaml *list)
{
	struct filter f = { 0 };

	if (!list || list->kind != YAML_SEQ)
		return f;
	f.v = arena_calloc(a->arena, list->n, sizeof(*f.v));
	for (size_t i = 0; i < list->n; i++) {
		struct pattern p = { .node = list->items[i] };
		AUTO_BUF struct buf b = BUF_INIT;

		if (p.node->kind != YAML_SCALAR)
			continue;
		p.negated = p.node->text[0] == '!';
		buf_init(&b, 0);
		translate(&b, p.node->text + p.negated);
		if (!regexp_compile(buf_str(&b), &p.re, NULL))
			f.v[f.n++] = p;
	}
	return f;
}

static void
filter_fini(struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		regexp_free(f->v[i].re);
}

/* The last pattern that matches, or NULL. */
static const struct pattern *
match(const struct filter *f, struct str path)
{
	for (size_t i = f->n; i > 0; i--)
		if (regexp_match(f->v[i - 1].re, path))
			return &f->v[i - 1];
	return NULL;
}

static bool
lets_pass(const struct filter *f, struct str path)
{
	const struct pattern *p = match(f, path);

	return p && !p->negated;
}

/* How many of an image's inputs a push is not built for, and the first of them. */
static size_t
count_missed(const struct filter *f, bool ignoring, const struct audit_inputs *in,
	     const char **ret_first)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		if (lets_pass(f, str_c(in->paths[i])) != ignoring)
			continue;
		if (!n++)
			*ret_first = in->paths[i];
	}
	return n;
}

static void
say_missed(struct audit *a, const struct filter *f, bool ignoring, struct survey_place at,
	   const struct graph_image *image)
{
	const char *first = NULL;
	const struct pattern *p;
	size_t n = count_missed(f, ignoring, &a->inputs[image->index], &first);

	if (!n)
		return;
	p = ignoring ? match(f, str_c(first)) : NULL;
	if (p)
		at = (struct survey_place){ at.file, p->node->line, p->node->col };
	audit_add(a, AUDIT_PATHS, at,
		  "'%s' is built from '%s'%s, which %s: a push of that alone leaves it stale",
		  image->name, first, n > 1 ? arena_printf(a->arena, " and %zu more", n - 1) : "",
		  ignoring ? "is ignored" : "no pattern matches");
}

static struct map *
all_inputs(const struct audit *a, const struct audit_builds *builds)
{
	struct map *all = map_new();

	for (size_t i = 0; i < builds->n; i++) {
		const struct graph_image *image = builds->v[i].image;
		const struct audit_inputs *in = image ? &a->inputs[image->index] : NULL;

		for (size_t k = 0; in && k < in->n; k++)
			(void)map_add(all, str_c(in->paths[k]), all); /* of another image, too */
	}
	return all;
}

/* Files that a push is built for although nothing is built from them: each is told of the pattern that
 * lets it pass, or of the place when there is none. */
static void
say_needless(struct audit *a, const struct filter *f, bool ignoring, struct survey_place at,
	     const struct map *inputs)
{
	size_t total = f->n + 1, *n = arena_calloc(a->arena, total, sizeof(*n));
	const char **first = arena_calloc(a->arena, total, sizeof(*first));

	for (size_t i = 0; i < map_len(a->survey->files); i++) {
		struct str path = map_key(a->survey->files, i);
		const struct pattern *p = match(f, path);
		size_t k = !ignoring && p ? (size_t)(p - f->v) : f->n;

		if (a->is_own[i] || map_has(inputs, path) ||
		    (ignoring ? p && !p->negated : !p || p->negated))
			continue;
		if (!n[k]++)
			first[k] = path.p;
	}
	for (size_t k = 0; k < total; k++) {
		const struct yaml *y = k < f->n ? f->v[k].node : NULL;

		if (!n[k])
			continue;
		audit_add(a, AUDIT_PATHS,
			  y ? (struct survey_place){ at.file, y->line, y->col } : at,
			  "a push of '%s'%s builds, and nothing is built from that", first[k],
			  n[k] > 1 ? arena_printf(a->arena, " or of %zu more file%s", n[k] - 1,
						  n[k] > 2 ? "s" : "")
				   : "");
	}
}

static void
check_push(struct audit *a, const char *file, const struct yaml *document,
	   const struct audit_builds *builds)
{
	const struct yaml *on = yaml_get(document, "on"), *push = yaml_get(on, "push");
	const struct yaml *paths = yaml_get(push, "paths");
	bool ignoring = !paths;
	struct filter f = compile(a, paths ? paths : yaml_get(push, "paths-ignore"));
	AUTO_MAP struct map *inputs = all_inputs(a, builds);
	AUTO_MAP struct map *told = map_new();
	struct survey_place at = { file, 0, 0 };

	for (size_t i = 0; push && i < on->n; i++)
		if (on->pairs[i].value == push)
			at = (struct survey_place){ file, on->pairs[i].key->line,
						    on->pairs[i].key->col };
	if (paths)
		at = (struct survey_place){ file, paths->line, paths->col };
	for (size_t i = 0; push && i < builds->n; i++) {
		const struct graph_image *image = builds->v[i].image;

		if (image && map_add(told, str_c(image->name), told))
			say_missed(a, &f, ignoring, at, image);
	}
	if (push)
		say_needless(a, &f, ignoring, at, inputs);
	filter_fini(&f);
}

/* The filters of dorny/paths-filter are YAML in a text; places in it are those of the text. */
static void
check_filters(struct audit *a, const char *file, const struct yaml *text)
{
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	const struct yaml *filters = yaml_parse(a->arena, str_c(text->text), file, &errs);

	for (size_t i = 0; filters && filters->kind == YAML_MAP && i < filters->n; i++) {
		const struct yaml_pair *p = &filters->pairs[i];
		const struct graph_image *image = graph_find(a->graph, p->key->text);
		struct filter f = compile(a, p->value);

		if (image && f.n)
			say_missed(a, &f, false,
				   (struct survey_place){ file, text->line + p->key->line - 1,
							  text->col },
				   image);
		filter_fini(&f);
	}
}

void
audit_paths(struct audit *a, const char *file, const struct yaml *document,
	    const struct audit_builds *builds)
{
	const struct yaml *jobs = yaml_get(document, "jobs");

	check_push(a, file, document, builds);
	for (size_t i = 0; i < jobs->n; i++) {
		const struct yaml *steps = yaml_get(jobs->pairs[i].value, "steps");

		for (size_t k = 0; steps && steps->kind == YAML_SEQ && k < steps->n; k++) {
			const struct yaml *uses = yaml_get(steps->items[k], "uses");
			const struct yaml *text =
				yaml_get(yaml_get(steps->items[k], "with"), "filters");

			if (uses && uses->kind == YAML_SCALAR && text &&
			    text->kind == YAML_SCALAR &&
			    !strncmp(uses->text, "dorny/paths-filter@", 19))
				check_filters(a, file, text);
		}
	}
}
