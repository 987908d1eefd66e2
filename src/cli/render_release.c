/* SPDX-License-Identifier: Apache-2.0 */
/* render_release.c: where release tags are now. */
#include "base/out.h"
#include "cli/render.h"
#include "engine/release.h"

void
render_release_text(const struct release *rel, const char *commit, const char *tag)
{
	size_t moved = 0;

	for (size_t i = 0; i < rel->n; i++)
		if (rel->images[i].again)
			out_print("%s:%.7s names an earlier image: this one is %s\n",
				  rel->images[i].node->image->name, commit, rel->images[i].tag);
	for (size_t i = 0; i < rel->n; i++) {
		const struct release_image *im = &rel->images[i];

		if (!im->moved)
			continue;
		moved++;
		out_print("%s:%s  %s -> %s\n", im->node->image->name, tag,
			  *im->was ? render_id(im->was) : "(new)", render_id(im->node->digest));
	}
	out_print("released %zu image%s%s%.7s: %s moved for %zu\n", rel->n, rel->n == 1 ? "" : "s",
		  commit ? " as " : "", commit ? commit : "", tag, moved);
}
