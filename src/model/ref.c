/* SPDX-License-Identifier: Apache-2.0 */
/* ref.c: image references. */
#include "model/ref.h"

#define NAME_MAX_BYTES 255
#define TAG_MAX 128
#define ID_HEX 64

#define DEFAULT_DOMAIN "docker.io"
#define LEGACY_DOMAIN "index.docker.io"
#define OFFICIAL "library/"

static bool
is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* Bytes of the separator at the start: '.', one or two '_', any number of '-'; 0 if none. */
static size_t
separator(struct str s)
{
	size_t n = 0;

	if (s.n && s.p[0] == '.')
		return 1;
	if (s.n && s.p[0] == '_')
		return s.n > 1 && s.p[1] == '_' ? 2 : 1;
	while (n < s.n && s.p[n] == '-')
		n++;
	return n;
}

static bool
valid_component(struct str s)
{
	size_t i = 0;

	for (;;) {
		size_t from = i, sep;

		while (i < s.n && is_lower_alnum(s.p[i]))
			i++;
		if (i == from)
			return false;
		if (i == s.n)
			return true;
		sep = separator(str_sub(s, i, s.n));
		if (!sep)
			return false;
		i += sep;
	}
}

static bool
valid_path(struct str path)
{
	struct str rest = path, part;

	if (!path.n)
		return false;
	while (str_next(&rest, '/', &part))
		if (!valid_component(part))
			return false;
	return true;
}

static bool
valid_domain_component(struct str s)
{
	if (!s.n || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool
valid_port(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* "[::1]" with what follows in *rest; false if there is no such address. */
static bool
take_ipv6(struct str s, struct str *rest)
{
	size_t end = str_find(s, ']');

	if (!s.n || s.p[0] != '[' || end == s.n || end == 1)
		return false;
	for (size_t i = 1; i < end; i++)
		if (s.p[i] != ':' && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f') && !(s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	*rest = str_sub(s, end + 1, s.n);
	return true;
}

static bool
valid_domain(struct str domain)
{
	struct str rest, host, part;

	if (take_ipv6(domain, &rest))
		return !rest.n || (rest.p[0] == ':' && valid_port(str_sub(rest, 1, rest.n)));
	host = str_sub(domain, 0, str_find(domain, ':'));
	if (host.n < domain.n && !valid_port(str_sub(domain, host.n + 1, domain.n)))
		return false;
	rest = host;
	if (!host.n)
		return false;
	while (str_next(&rest, '.', &part))
		if (!valid_domain_component(part))
			return false;
	return true;
}

static bool
has_upper(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

/* True if the part before the first '/' is a registry and not the first component of a path. */
static bool
is_domain(struct str first)
{
	return str_find(first, '.') < first.n || str_find(first, ':') < first.n ||
	       str_eq_c(first, "localhost") || has_upper(first);
}

bool
ref_valid_tag(struct str tag)
{
	if (!tag.n || tag.n > TAG_MAX || tag.p[0] == '.' || tag.p[0] == '-')
		return false;
	for (size_t i = 0; i < tag.n; i++)
		if (!is_alnum(tag.p[i]) && !strchr("_.-", tag.p[i]))
			return false;
	return memchr(tag.p, '\0', tag.n) == NULL;
}

bool
ref_valid_image_name(struct str name)
{
	return name.n <= NAME_MAX_BYTES && valid_path(name);
}

bool
ref_valid_repository(struct str name)
{
	size_t slash = str_find(name, '/');
	struct str first = str_sub(name, 0, slash);

	if (name.n > NAME_MAX_BYTES)
		return false;
	if (!is_domain(first))
		return valid_path(name);
	return valid_domain(first) &&
	       (slash == name.n || valid_path(str_sub(name, slash + 1, name.n)));
}

static int
check_digest(struct str text, struct str digest, struct err *err)
{
	static const struct {
		const char *algorithm;
		size_t hex;
	} known[] = { { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };
	size_t colon = str_find(digest, ':');
	struct str hex;

	if (colon == digest.n)
		return err_set(err, ERR_INPUT, "reference '%.*s': digest '%.*s' has no ':'",
			       STR_FMT(text), STR_FMT(digest));
	hex = str_sub(digest, colon + 1, digest.n);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!str_eq_c(str_sub(digest, 0, colon), known[i].algorithm))
			continue;
		if (str_is_hex(hex, known[i].hex))
			return 0;
		return err_set(err, ERR_INPUT,
			       "reference '%.*s': a %s digest has %zu digits of 0-9 and a-f",
			       STR_FMT(text), known[i].algorithm, known[i].hex);
	}
	return err_set(
		err, ERR_INPUT,
		"reference '%.*s': digest algorithm '%.*s' is none of sha256, sha384, sha512",
		STR_FMT(text), STR_FMT(str_sub(digest, 0, colon)));
}

/* The parts of a reference as written; nothing is checked yet. */
struct parts {
	struct str domain; /* n == 0: none */
	struct str path;
	struct str tag;    /* p == NULL: none */
	struct str digest; /* p == NULL: none */
};

static struct parts
split(struct str text)
{
	struct parts parts = { .path = text };
	struct str name, first;
	size_t at = str_find(text, '@'), slash, colon;

	name = str_sub(text, 0, at);
	if (at < text.n)
		parts.digest = str_sub(text, at + 1, text.n);
	slash = str_find(name, '/');
	first = str_sub(name, 0, slash);
	parts.path = name;
	if (slash < name.n && is_domain(first)) {
		parts.domain = first;
		parts.path = str_sub(name, slash + 1, name.n);
	}
	colon = str_find(parts.path, ':');
	if (colon < parts.path.n) {
		parts.tag = str_sub(parts.path, colon + 1, parts.path.n);
		parts.path = str_sub(parts.path, 0, colon);
	}
	return parts;
}

static int
check_parts(struct str text, const struct parts *parts, struct err *err)
{
	if (!parts->path.n)
		return err_set(err, ERR_INPUT, "reference '%.*s' has no name", STR_FMT(text));
	if (parts->domain.n && !valid_domain(parts->domain))
		return err_set(err, ERR_INPUT, "reference '%.*s': '%.*s' is no registry host",
			       STR_FMT(text), STR_FMT(parts->domain));
	if (has_upper(parts->path))
		return err_set(err, ERR_INPUT,
			       "reference '%.*s': repository name '%.*s' must be lower case",
			       STR_FMT(text), STR_FMT(parts->path));
	if (!valid_path(parts->path))
		return err_set(err, ERR_INPUT,
			       "reference '%.*s': '%.*s' is no repository name (a-z, 0-9 and "
			       "single '.', '_', '__' or '-' between them)",
			       STR_FMT(text), STR_FMT(parts->path));
	if (parts->tag.p && !ref_valid_tag(parts->tag))
		return err_set(err, ERR_INPUT,
			       "reference '%.*s': '%.*s' is no tag (1 to %d of a-z, A-Z, 0-9, '_', "
			       "'.', '-', not starting with '.' or '-')",
			       STR_FMT(text), STR_FMT(parts->tag), TAG_MAX);
	if (parts->digest.p)
		return check_digest(text, parts->digest, err);
	return 0;
}

int
ref_parse(struct arena *arena, struct str text, struct ref *ret, struct err *err)
{
	struct ref ref = { 0 };
	struct parts parts;
	const char *prefix = "";
	int r;

	if (!text.n)
		return err_set(err, ERR_INPUT, "the image reference is empty");
	if (str_is_hex(text, ID_HEX))
		return err_set(
			err, ERR_INPUT,
			"reference '%.*s' is an image ID: a name of 64 hexadecimal digits is "
			"not allowed",
			STR_FMT(text));
	parts = split(text);
	r = check_parts(text, &parts, err);
	if (r)
		return r;
	if (!parts.domain.n || str_eq_c(parts.domain, LEGACY_DOMAIN))
		parts.domain = STR_LIT(DEFAULT_DOMAIN);
	if (str_eq_c(parts.domain, DEFAULT_DOMAIN) && str_find(parts.path, '/') == parts.path.n)
		prefix = OFFICIAL;
	ref.domain = arena_str(arena, parts.domain);
	ref.path = arena_printf(arena, "%s%.*s", prefix, STR_FMT(parts.path));
	ref.name = arena_printf(arena, "%s/%s", ref.domain, ref.path);
	if (strlen(ref.name) > NAME_MAX_BYTES)
		return err_set(err, ERR_INPUT, "reference '%.*s': a name has at most %d bytes",
			       STR_FMT(text), NAME_MAX_BYTES);
	if (parts.tag.p)
		ref.tag = arena_str(arena, parts.tag);
	if (parts.digest.p)
		ref.digest = arena_str(arena, parts.digest);
	*ret = ref;
	return 0;
}

char *
ref_text(struct arena *arena, const struct ref *ref)
{
	const char *tag = ref->tag ? ref->tag : ref->digest ? NULL : "latest";

	return arena_printf(arena, "%s%s%s%s%s", ref->name, tag ? ":" : "", tag ? tag : "",
			    ref->digest ? "@" : "", ref->digest ? ref->digest : "");
}
