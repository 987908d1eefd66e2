/* SPDX-License-Identifier: Apache-2.0 */
/* pin_diff.c: an edit as a unified diff. */
#include "model/pin_priv.h"

#include "base/buf.h"

#define CONTEXT 3

typedef VEC(struct str) lines;

static void
split(struct str text, lines *out)
{
	while (text.n) {
		size_t n = str_find(text, '\n');

		n += n < text.n;
		vec_push(out, str_sub(text, 0, n));
		text = str_sub(text, n, text.n);
	}
}

static void
add_line(struct buf *b, char mark, struct str line)
{
	buf_addc(b, mark);
	buf_add_str(b, line);
	if (!line.n || line.p[line.n - 1] != '\n')
		buf_adds(b, "\n\\ No newline at end of file\n");
}

/* The lines [from, to) are one hunk. Runs of changed lines come as all old, then all new ones. */
static void
add_hunk(struct buf *b, const lines *old, const lines *new, size_t from, size_t to)
{
	buf_addf(b, "@@ -%zu,%zu +%zu,%zu @@\n", from + 1, to - from, from + 1, to - from);
	for (size_t i = from; i < to;) {
		size_t end = i;

		while (end < to && !str_eq(old->v[end], new->v[end]))
			end++;
		for (size_t k = i; k < end; k++)
			add_line(b, '-', old->v[k]);
		for (size_t k = i; k < end; k++)
			add_line(b, '+', new->v[k]);
		if (end == i)
			add_line(b, ' ', old->v[end++]);
		i = end;
	}
}

void
pin_diff(const struct pin_file *file, const struct pin_edit *edit, struct buf *ret)
{
	lines old = { 0 }, new = { 0 };
	size_t from = 0, to = 0;

	split(file->text, &old);
	split(edit->text, &new);
	/* No version holds a line end. */
	BUG_ON(old.n != new.n);
	if (edit->nmoved)
		buf_addf(ret, "--- a/%s\n+++ b/%s\n", file->path, file->path);
	for (size_t i = 0; i < old.n; i++) {
		if (str_eq(old.v[i], new.v[i]))
			continue;
		if (to && i > to + CONTEXT) {
			add_hunk(ret, &old, &new, from, to);
			to = 0;
		}
		if (!to)
			from = i > CONTEXT ? i - CONTEXT : 0;
		to = i + 1 + CONTEXT < old.n ? i + 1 + CONTEXT : old.n;
	}
	if (to)
		add_hunk(ret, &old, &new, from, to);
	vec_fini(&old);
	vec_fini(&new);
}
