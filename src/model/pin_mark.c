/* SPDX-License-Identifier: Apache-2.0 */
/* pin_mark.c: comments that say what a line pins. */
#include "model/pin_priv.h"

#define WORD "lockstep:"
#define FLUX "{\"$imagepolicy\":"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The offset of a '#' that begins a comment whose text starts with word, or to. */
static size_t
find_comment(struct str text, size_t from, size_t to, struct str word, size_t *ret_after)
{
	for (size_t i = from; i < to; i++) {
		size_t at = i + 1;

		if (text.p[i] != '#' || (i > from && !is_blank(text.p[i - 1])))
			continue;
		while (at < to && is_blank(text.p[at]))
			at++;
		if (str_starts(str_sub(text, at, to), word)) {
			*ret_after = at + word.n;
			return i;
		}
	}
	return to;
}

static struct str
first_word(struct str s)
{
	size_t n = 0;

	s = str_trim(s, " \t\r");
	while (n < s.n && !is_blank(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

static bool
take_tail(struct str *name, const char *tail)
{
	if (!str_ends(*name, str_c(tail)))
		return false;
	name->n -= strlen(tail);
	return true;
}

bool
pin_mark_read(const struct pin_set *set, struct arena *arena, struct str text, size_t from,
	      size_t to, struct pin_mark *ret)
{
	size_t after = 0;
	struct str name;

	ret->at = find_comment(text, from, to, STR_LIT(WORD), &after);
	if (ret->at < to) {
		name = first_word(str_sub(text, after, to));
		ret->kind = take_tail(&name, ":tag")      ? PIN_MARK_TAG
			    : take_tail(&name, ":digest") ? PIN_MARK_DIGEST
			    : take_tail(&name, ":name")   ? PIN_MARK_NAME
							  : PIN_MARK_LINE;
		ret->image = pin_set_lookup(set, arena, name);
		return ret->image < set->n;
	}
	ret->at = find_comment(text, from, to, STR_LIT(FLUX), &after);
	ret->kind = PIN_MARK_FLUX;
	ret->image = set->n;
	return ret->at < to;
}
