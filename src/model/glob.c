/* SPDX-License-Identifier: Apache-2.0 */
/* glob.c: Go's filepath.Match. */
#include "model/glob.h"

#include "model/rune.h"

/* Takes one rune off the front: an invalid byte is U+FFFD. Returns false for such a byte. */
static bool
take_rune(struct str *s, uint32_t *ret)
{
	size_t n = rune_get(*s, ret);

	*s = str_sub(*s, n, s->n);
	return n > 1 || *ret != RUNE_BAD;
}

/* One end of a range in a class, perhaps quoted; the class must go on after it. */
static bool
take_class_rune(struct str *chunk, uint32_t *ret)
{
	if (!chunk->n || chunk->p[0] == '-' || chunk->p[0] == ']')
		return false;
	if (chunk->p[0] == '\\') {
		*chunk = str_sub(*chunk, 1, chunk->n);
		if (!chunk->n)
			return false;
	}
	return take_rune(chunk, ret) && chunk->n > 0;
}

/* The class whose '[' has been taken off the chunk. */
static enum glob_result
match_class(struct str *chunk, uint32_t rune)
{
	bool negated = chunk->n && chunk->p[0] == '^', hit = false;
	uint32_t lo, hi;

	if (negated)
		*chunk = str_sub(*chunk, 1, chunk->n);
	for (size_t ranges = 0;; ranges++) {
		if (ranges && chunk->n && chunk->p[0] == ']')
			break;
		if (!take_class_rune(chunk, &lo))
			return GLOB_BAD;
		hi = lo;
		if (chunk->p[0] == '-') {
			*chunk = str_sub(*chunk, 1, chunk->n);
			if (!take_class_rune(chunk, &hi))
				return GLOB_BAD;
		}
		if (lo <= rune && rune <= hi)
			hit = true;
	}
	*chunk = str_sub(*chunk, 1, chunk->n);
	return hit != negated ? GLOB_YES : GLOB_NO;
}

/* The '[' or '?' at the front of the chunk against the front of *s. */
static enum glob_result
match_special(struct str *chunk, struct str *s, bool failed)
{
	bool class = chunk->p[0] == '[', slash = s->n && s->p[0] == '/';
	uint32_t rune = 0;

	if (!failed)
		(void)take_rune(s, &rune); /* an invalid byte counts as U+FFFD */
	*chunk = str_sub(*chunk, 1, chunk->n);
	if (class)
		return match_class(chunk, rune);
	return slash ? GLOB_NO : GLOB_YES;
}

/*
 * A chunk (a part of a pattern without '*') against the start of *s, which is left behind what
 * matched. After a mismatch it goes on reading the chunk, so that a bad one is always found.
 */
static enum glob_result
match_chunk(struct str chunk, struct str *s)
{
	struct str rest = *s;
	bool failed = false;

	while (chunk.n) {
		if (!rest.n)
			failed = true;
		if (chunk.p[0] == '[' || chunk.p[0] == '?') {
			enum glob_result r = match_special(&chunk, &rest, failed);

			if (r == GLOB_BAD)
				return r;
			failed |= r == GLOB_NO;
			continue;
		}
		if (chunk.p[0] == '\\') {
			chunk = str_sub(chunk, 1, chunk.n);
			if (!chunk.n)
				return GLOB_BAD;
		}
		failed = failed || chunk.p[0] != rest.p[0];
		if (!failed)
			rest = str_sub(rest, 1, rest.n);
		chunk = str_sub(chunk, 1, chunk.n);
	}
	if (failed)
		return GLOB_NO;
	*s = rest;
	return GLOB_YES;
}

/* Takes the next chunk off the pattern; true if a '*' stands before it. */
static bool
take_chunk(struct str *pattern, struct str *ret_chunk)
{
	bool star = false, in_class = false;
	size_t i;

	while (pattern->n && pattern->p[0] == '*') {
		*pattern = str_sub(*pattern, 1, pattern->n);
		star = true;
	}
	for (i = 0; i < pattern->n && (in_class || pattern->p[i] != '*'); i++) {
		if (pattern->p[i] == '\\' && i + 1 < pattern->n)
			i++;
		else if (pattern->p[i] == '[')
			in_class = true;
		else if (pattern->p[i] == ']')
			in_class = false;
	}
	*ret_chunk = str_sub(*pattern, 0, i);
	*pattern = str_sub(*pattern, i, pattern->n);
	return star;
}

/* The chunk after a '*': tries every place up to the next '/'. A last chunk must end the name. */
static enum glob_result
match_after_star(struct str chunk, bool last, struct str *name)
{
	for (size_t i = 0; i < name->n && name->p[i] != '/'; i++) {
		struct str rest = str_sub(*name, i + 1, name->n);
		enum glob_result r = match_chunk(chunk, &rest);

		if (r == GLOB_BAD)
			return r;
		if (r == GLOB_YES && (!last || !rest.n)) {
			*name = rest;
			return GLOB_YES;
		}
	}
	return GLOB_NO;
}

enum glob_result
glob_match(struct str pattern, struct str name)
{
	struct str chunk;

	while (pattern.n) {
		bool star = take_chunk(&pattern, &chunk);
		struct str rest = name;
		enum glob_result r;

		if (star && !chunk.n)
			return str_find(name, '/') == name.n ? GLOB_YES : GLOB_NO;
		r = match_chunk(chunk, &rest);
		if (r == GLOB_YES && (!rest.n || pattern.n)) {
			name = rest;
			continue;
		}
		if (r != GLOB_BAD && star)
			r = match_after_star(chunk, !pattern.n, &name);
		else if (r == GLOB_YES)
			r = GLOB_NO;
		if (r != GLOB_YES)
			return r;
	}
	return name.n ? GLOB_NO : GLOB_YES;
}

bool
glob_has_meta(struct str pattern)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] == '*' || pattern.p[i] == '?' || pattern.p[i] == '[' ||
		    pattern.p[i] == '\\')
			return true;
	return false;
}

bool
glob_valid(struct str pattern)
{
	struct str chunk, none = { "", 0 };

	while (pattern.n) {
		(void)take_chunk(&pattern, &chunk);
		if (match_chunk(chunk, &none) == GLOB_BAD)
			return false;
	}
	return true;
}

size_t
glob_literal_prefix(struct str pattern)
{
	struct str rest = pattern, part;
	size_t n = 0;

	while (pattern.n && str_next(&rest, '/', &part) && !glob_has_meta(part))
		n++;
	return n;
}
