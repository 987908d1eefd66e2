/* SPDX-License-Identifier: Apache-2.0 */
/* ignore.c: which context paths an ignore file leaves out. */
#include "model/ignore.h"

#include "model/glob.h"
#include "model/ignore_priv.h"

/* buildkit compares prefixes only while no exception has one of these. */
static bool
has_pattern_chars(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr("*[]?^\\", s.p[i]))
			return true;
	return false;
}

struct ignore *
ignore_parse(struct str text, const char *file, enum dialect dialect, struct err_list *errs)
{
	struct ignore *ig = xcalloc(1, sizeof(*ig));
	size_t mistakes = errs->n;

	ig->arena = arena_new();
	ig->dialect = dialect;
	ig->plain_exceptions = true;
	ignore_read_lines(ig, text, file, errs);
	for (size_t i = 0; i < ig->patterns.n; i++) {
		struct ignore_pattern *p = &ig->patterns.v[i];

		ignore_compile(p, dialect, file, errs);
		if (p->exception && has_pattern_chars(ignore_without_glob(p->clean)))
			ig->plain_exceptions = false;
	}
	if (errs->n > mistakes) {
		ignore_free(ig);
		return NULL;
	}
	return ig;
}

void
ignore_free(struct ignore *ig)
{
	if (!ig)
		return;
	for (size_t i = 0; i < ig->patterns.n; i++)
		regexp_free(ig->patterns.v[i].regexp);
	vec_fini(&ig->patterns);
	arena_free(ig->arena);
	free(ig);
}

bool
ignore_is_empty(const struct ignore *ig)
{
	return !ig->patterns.n;
}

size_t
ignore_candidates(enum dialect dialect, const struct ignore_candidate **ret)
{
	static const struct ignore_candidate containers[] = {
		{ true, ".dockerignore" },
		{ true, ".containerignore" },
		{ false, ".containerignore" },
		{ false, ".dockerignore" },
	};
	static const struct ignore_candidate classic[] = {
		{ false, ".dockerignore" },
	};
	static const struct ignore_candidate buildkit[] = {
		{ true, ".dockerignore" },
		{ false, ".dockerignore" },
	};

	switch (dialect) {
	case DIALECT_CONTAINERS:
		*ret = containers;
		return ARRAY_SIZE(containers);
	case DIALECT_CLASSIC:
		*ret = classic;
		return ARRAY_SIZE(classic);
	case DIALECT_BUILDKIT:
		*ret = buildkit;
		return ARRAY_SIZE(buildkit);
	}
	BUG_ON(true);
}
