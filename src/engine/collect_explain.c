/* SPDX-License-Identifier: Apache-2.0 */
/* collect_explain.c: why one path is, or is not, read. */
#include "engine/collect.h"

#include "base/path.h"
#include "model/glob.h"

/* True if pattern matches path itself or one of the folders that hold it. */
static bool
matches(const struct recipe_read *read, struct str path)
{
	struct str pattern = str_c(read->pattern);

	if (str_eq_c(pattern, "."))
		return true;
	if (!read->glob)
		return path_within(path, pattern);
	for (size_t end = 0; end < path.n;) {
		end += str_find(str_sub(path, end, path.n), '/');
		if (glob_match(pattern, str_sub(path, 0, end)) == GLOB_YES)
			return true;
		end++;
	}
	return false;
}

int
collect_explain(struct project *p, const struct graph_image *image, const struct recipe *recipe,
		struct str path, struct collect_answer *ret, struct err *err UNUSED)
{
	const struct ignore *ig = p->sources[image->index].ignore;

	*ret = (struct collect_answer){ 0 };
	for (size_t i = 0; !ret->read && i < recipe->nreads; i++)
		if (matches(&recipe->reads[i], path))
			ret->read = &recipe->reads[i];
	if (ig)
		ret->ignore = ignore_match(ig, path);
	ret->is_input = ret->read && !ret->ignore.ignored;
	return 0;
}
