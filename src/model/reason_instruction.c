/* SPDX-License-Identifier: Apache-2.0 */
/* reason_instruction.c: what differs in an instruction, as short as it can be told. */
#include "model/reason_priv.h"

#define MAX_HEAD 40 /* of a long instruction of which only the difference is shown */

/* Blanks folded: continuation lines leave long runs of them. */
static struct str
folded(const char *s, struct buf *b)
{
	buf_init(b, 0);
	for (; *s; s++) {
		bool blank = *s == ' ' || *s == '\t';

		if (!blank || (b->len && b->data[b->len - 1] != ' '))
			buf_addc(b, blank ? ' ' : *s);
	}
	return buf_str(b);
}

/* Words at the front, or at the back, that two texts share: their bytes. */
static size_t
shared_front(struct str a, struct str b)
{
	size_t n = 0, word = 0;

	for (; n < a.n && n < b.n && a.p[n] == b.p[n]; n++)
		if (a.p[n] == ' ')
			word = n + 1;
	return n == a.n && n == b.n ? n : word;
}

static size_t
shared_back(struct str a, struct str b, size_t front)
{
	size_t n = 0, word = 0;

	while (n < a.n - front && n < b.n - front && a.p[a.n - 1 - n] == b.p[b.n - 1 - n]) {
		n++;
		if (a.p[a.n - n] == ' ')
			word = n;
	}
	/* All of one text is shared: the front ended at a word, so must the other's rest. */
	if (n == a.n - front && (n == b.n - front || b.p[b.n - n - 1] == ' '))
		return n;
	if (n == b.n - front && a.p[a.n - n - 1] == ' ')
		return n;
	return word;
}

/* "RUN apt-install …: 'tree' is new": of two long texts only what they differ in. */
static void
add_difference(struct reason_writer *t, struct str before, struct str after)
{
	size_t front = shared_front(before, after), back = shared_back(before, after, front);
	struct str was = str_trim(str_sub(before, front, before.n - back), " ");
	struct str is = str_trim(str_sub(after, front, after.n - back), " ");
	AUTO_FREE char *w = str_dup(was), *i = str_dup(is),
		       *head = str_dup(str_trim(str_sub(after, 0, front), " "));

	reason_add_cut(t, head, MAX_HEAD);
	buf_adds(&t->b, ": ");
	if (was.n)
		reason_add_quoted(t, w);
	if (was.n && is.n)
		buf_adds(&t->b, " → ");
	if (is.n)
		reason_add_quoted(t, i);
	if (!was.n || !is.n)
		buf_adds(&t->b, was.n ? " is gone" : " is new");
}

static void
add_instructions(struct reason_writer *t)
{
	AUTO_BUF struct buf b = BUF_INIT, a = BUF_INIT;
	struct str before = folded(t->r->before, &b), after = folded(t->r->after, &a);

	if (!t->full && before.n > MAX_HEAD && after.n > MAX_HEAD &&
	    shared_front(before, after) > 0) {
		add_difference(t, before, after);
		return;
	}
	reason_add_cut(t, t->full ? t->r->before : before.p, REASON_MAX_SHOWN);
	buf_adds(&t->b, " → ");
	reason_add_cut(t, t->full ? t->r->after : after.p, REASON_MAX_SHOWN);
}

void
reason_instruction_text(struct reason_writer *t)
{
	const struct reason *r = t->r;
	const char *verb = r->kind == REASON_INSTRUCTION_ADDED     ? "has a new instruction"
			   : r->kind == REASON_INSTRUCTION_REMOVED ? "lost an instruction"
								   : "changed";

	buf_adds(&t->b, r->file ? r->file : "Dockerfile");
	if (r->line > 0)
		buf_addf(&t->b, r->file ? ":%d" : " line %d", r->line);
	if (r->kind == REASON_INSTRUCTION_ADDED && r->line > 0)
		verb = "is new";
	buf_addf(&t->b, " %s: ", verb);
	if (r->before && r->after && !strcmp(r->before, r->after)) {
		reason_add_cut(t, r->after, REASON_MAX_SHOWN);
		buf_adds(&t->b, " (its here-document or its order)");
	} else if (r->before && r->after) {
		add_instructions(t);
	} else {
		reason_add_cut(t,
			       r->after    ? r->after
			       : r->before ? r->before
					   : r->subject,
			       REASON_MAX_SHOWN);
	}
}
