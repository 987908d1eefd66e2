/* SPDX-License-Identifier: Apache-2.0 */
/* pin_hits.c: every reference to an image of a set, in any text. */
#include "model/pin_priv.h"

#include "model/ref.h"

#define TAG_MAX 128
#define DIGEST_HEX_MIN 32

/* What stands in front of a reference where a URL is wanted: steps of GitHub Actions, Helm charts. */
static const char *const schemes[] = { "docker://", "oci://" };

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void
add_spelling(struct pin_set *set, size_t image, struct str text)
{
	vec_push(&set->spellings, ((struct pin_spelling){ text, image }));
}

/* As normalising takes them away: docker.io, its old name, and its folder of official images. */
static void
add_spellings(struct pin_set *set, struct arena *arena, size_t image)
{
	static const char *const hosts[] = { "docker.io/", "index.docker.io/", "" };
	struct str name = str_c(set->images[image].name), hub = STR_LIT("docker.io/");
	struct str official = STR_LIT("library/"), path;

	if (!str_starts(name, hub)) {
		add_spelling(set, image, name);
		return;
	}
	path = str_sub(name, hub.n, name.n);
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		add_spelling(set, image,
			     str_c(arena_printf(arena, "%s%.*s", hosts[i], STR_FMT(path))));
		if (str_starts(path, official))
			add_spelling(set, image,
				     str_c(arena_printf(arena, "%s%.*s", hosts[i],
							STR_FMT(str_sub(path, official.n,
									path.n)))));
	}
}

struct pin_set *
pin_set_new(struct arena *arena, const struct pin_image *images, size_t n)
{
	struct pin_set *set = ARENA_NEW(arena, struct pin_set);
	struct pin_spelling *kept;

	set->images = images;
	set->n = n;
	for (size_t i = 0; i < n; i++)
		add_spellings(set, arena, i);
	kept = arena_dup(arena, set->spellings.v, set->spellings.n * sizeof(*kept));
	free(set->spellings.v);
	set->spellings.v = kept;
	return set;
}

bool
pin_maybe(const struct pin_set *set, struct str text)
{
	for (size_t i = 0; text.n && i < set->n; i++) {
		const char *last = strrchr(set->images[i].name, '/') + 1;

		if (memmem(text.p, text.n, last, strlen(last)))
			return true;
	}
	return false;
}

size_t
pin_set_lookup(const struct pin_set *set, struct arena *arena, struct str name)
{
	struct ref ref;

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (str_starts(name, str_c(schemes[i])))
			name = str_sub(name, strlen(schemes[i]), name.n);
	if (ref_parse(arena, name, &ref, NULL) || ref.tag || ref.digest)
		return set->n;
	for (size_t i = 0; i < set->n; i++)
		if (!strcmp(set->images[i].name, ref.name))
			return i;
	return set->n;
}

/* True if the name goes on behind its end: another name, or the host of one. */
static bool
goes_on(struct str rest)
{
	size_t i = 0;

	if (rest.n && (is_alnum(rest.p[0]) || rest.p[0] == '/'))
		return true;
	while (i < rest.n && is_one_of(rest.p[i], "._-"))
		i++;
	return i && i < rest.n && is_alnum(rest.p[i]);
}

static size_t
tag_length(struct str s)
{
	size_t n = 0;

	if (!s.n || (!is_alnum(s.p[0]) && s.p[0] != '_'))
		return 0;
	while (n < s.n && (is_alnum(s.p[n]) || is_one_of(s.p[n], "_.-")))
		n++;
	/* The end of a sentence. */
	while (n && s.p[n - 1] == '.')
		n--;
	return n <= TAG_MAX ? n : 0;
}

/* algorithm ":" hex, as the grammar of distribution has it. */
static size_t
digest_length(struct str s)
{
	size_t n = 0, hex;

	if (!s.n || !is_alnum(s.p[0]))
		return 0;
	while (n < s.n && (is_alnum(s.p[n]) || is_one_of(s.p[n], "+._-")))
		n++;
	if (n == s.n || s.p[n] != ':')
		return 0;
	hex = ++n;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'a' && s.p[n] <= 'f') ||
			   (s.p[n] >= 'A' && s.p[n] <= 'F')))
		n++;
	return n - hex >= DIGEST_HEX_MIN ? n : 0;
}

/* "<tag>" is; "</code>" is not. */
static bool
is_filled_in(struct str rest)
{
	return rest.n && is_one_of(rest.p[0], "{$%<") && !str_starts(rest, STR_LIT("</"));
}

/* Takes what follows a ':' or '@' at rest[*n]; what is no tag or digest is filled in later, or leaves
 * the reference broken. */
static struct str
take_part(struct str rest, size_t *n, char lead, size_t (*length)(struct str), struct pin_hit *hit)
{
	struct str part = STR_NULL, after;
	size_t m;

	if (*n >= rest.n || rest.p[*n] != lead)
		return part;
	after = str_sub(rest, *n + 1, rest.n);
	m = length(after);
	if (m) {
		part = str_sub(after, 0, m);
		*n += 1 + m;
	} else if (is_filled_in(after)) {
		hit->template = true;
	} else if (after.n && (is_alnum(after.p[0]) || (lead == ':' && after.p[0] == '_'))) {
		hit->broken = true;
	}
	return part;
}

/* True if a digest is not the end of the reference: a second one follows, or what would belong to a
 * tag in its place. */
static bool
digest_goes_on(struct str rest)
{
	struct str after = rest.n ? str_sub(rest, 1, rest.n) : STR_NULL;

	if (goes_on(rest))
		return true;
	if (after.n && rest.p[0] == '@')
		return is_alnum(after.p[0]) || is_filled_in(after);
	for (size_t i = 0; i < rest.n && is_one_of(rest.p[i], "._-"); i++)
		if (rest.p[i] != '.')
			return true;
	return false;
}

/* Reads on behind the name; false if it is another name. */
static bool
complete(struct str text, struct pin_hit *hit)
{
	struct str rest = str_sub(text, hit->name_to, text.n);
	size_t n = 0;

	if (goes_on(rest))
		return false;
	hit->tag = take_part(rest, &n, ':', tag_length, hit);
	hit->digest = take_part(rest, &n, '@', digest_length, hit);
	hit->template = hit->template || is_filled_in(str_sub(rest, n, rest.n));
	hit->broken = hit->broken || (hit->digest.p && digest_goes_on(str_sub(rest, n, rest.n)));
	if (hit->broken) {
		hit->tag = hit->digest = STR_NULL;
		n = 0;
	}
	hit->to = hit->name_to + n;
	/* "debian:5000/x" is a host. */
	return n == rest.n || rest.p[n] != '/';
}

static bool
begins(struct str text, size_t at, const char *inside)
{
	char before = at ? text.p[at - 1] : '\0';

	return !is_alnum(before) && !is_one_of(before, inside);
}

/* False when the name is the end of another one. */
static bool
starts_here(struct str text, struct pin_hit *hit)
{
	struct str before = str_sub(text, 0, hit->from);

	hit->start = hit->from;
	if (begins(text, hit->from, "._/:@-"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		struct str scheme = str_c(schemes[i]);

		if (!str_ends(before, scheme))
			continue;
		hit->start = hit->from - scheme.n;
		return begins(text, hit->start, "._/:@+-");
	}
	return false;
}

static void
find_spelling(const struct pin_spelling *s, struct str text, pin_hits *ret)
{
	size_t at = 0;

	while (at < text.n) {
		const char *p = memmem(text.p + at, text.n - at, s->text.p, s->text.n);
		struct pin_hit hit = { .image = s->image };

		if (!p)
			return;
		hit.from = (size_t)(p - text.p);
		hit.name_to = hit.from + s->text.n;
		at = hit.name_to;
		if (starts_here(text, &hit) && complete(text, &hit))
			vec_push(ret, hit);
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct pin_hit *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

void
pin_hits_find(const struct pin_set *set, struct str text, pin_hits *ret)
{
	for (size_t i = 0; i < set->spellings.n; i++)
		find_spelling(&set->spellings.v[i], text, ret);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_place);
}
