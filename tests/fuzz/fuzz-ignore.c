/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-ignore.c: any ignore file against any path, in each dialect. */
#include "model/glob.h"
#include "model/ignore.h"
#include "model/regexp.h"

#define PATH_BYTES 300
#define TEXT_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a walk is told has to fit together, folder by folder. */
static void
check_path(const struct ignore *ig, enum dialect dialect, struct str path)
{
	struct ignore_verdict v = ignore_match(ig, path);
	bool cut_off = false;

	BUG_ON((v.line == 0) != (v.text == NULL));
	BUG_ON(v.ignored && !v.line);
	BUG_ON(v.ignored && ignore_is_empty(ig));
	for (size_t i = 1; i < path.n; i++) {
		struct str dir = str_sub(path, 0, i);

		if (path.p[i] == '/')
			cut_off |=
				ignore_match(ig, dir).ignored && !ignore_may_include_below(ig, dir);
	}
	/* Only containers, which ask for what COPY names by itself, take what a walk loses. */
	BUG_ON(cut_off && !v.ignored && dialect != DIALECT_CONTAINERS);
}

/* In one pass, and by itself: the same answer. */
static void
check_regexp(struct str expression, struct str path)
{
	bool hits[PATH_BYTES];
	size_t ends[PATH_BYTES], n = 0;
	struct regexp *re;

	if (regexp_compile(expression, &re, NULL))
		return;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			ends[n++] = i;
	ends[n++] = path.n;
	regexp_match_prefixes(re, path, ends, n, hits);
	for (size_t i = 0; i < n; i++)
		BUG_ON(hits[i] != regexp_match(re, str_sub(path, 0, ends[i])));
	regexp_free(re);
}

/* The first line is a path, the others are the ignore file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, path = { "", 0 }, line = path;

	if (size > TEXT_BYTES)
		return 0;
	(void)str_next_line(&text, &path);
	if (path.n >= PATH_BYTES)
		path.n = PATH_BYTES - 1;
	if (!text.p)
		text = STR_LIT("");
	for (size_t d = 0; d < dialect_count; d++) {
		struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
		struct ignore *ig = ignore_parse(text, "f", (enum dialect)d, &errs);

		BUG_ON((ig == NULL) != (errs.n > 0));
		if (ig)
			check_path(ig, (enum dialect)d, path);
		ignore_free(ig);
	}
	(void)str_next_line(&text, &line);
	BUG_ON(glob_valid(line) && glob_match(line, path) == GLOB_BAD);
	check_regexp(line, path);
	return 0;
}
