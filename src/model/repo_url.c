/* SPDX-License-Identifier: Apache-2.0 */
/* repo_url.c: addresses of git repositories. */
#include "model/repo_url.h"

static size_t
find_last(struct str s, char c)
{
	size_t i = s.n;

	while (i && s.p[i - 1] != c)
		i--;
	return i ? i - 1 : s.n;
}

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_' || c == '.'))
			return false;
	}
	return s.n && !str_eq_c(s, ".") && !str_eq_c(s, "..");
}

/* OWNER/NAME at the end of a path. */
static bool
read_path(struct arena *arena, struct str path, struct repo_url *u)
{
	struct str name, owner, git = STR_LIT(".git");
	size_t slash;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	if (str_ends(path, git))
		path.n -= git.n;
	slash = find_last(path, '/');
	if (slash == path.n)
		return false;
	name = str_sub(path, slash + 1, path.n);
	owner = str_sub(path, 0, slash);
	slash = find_last(owner, '/');
	if (slash < owner.n)
		owner = str_sub(owner, slash + 1, owner.n);
	if (!is_name(name) || !is_name(owner))
		return false;
	u->owner = arena_str(arena, owner);
	u->slug = arena_printf(arena, "%.*s/%.*s", STR_FMT(owner), STR_FMT(name));
	return true;
}

/* SCHEME://[USER[:PASSWORD]@]HOST/PATH; after is what follows "://". */
static bool
read_scheme(struct arena *arena, struct str scheme, struct str after, struct repo_url *u)
{
	size_t slash = str_find(after, '/');
	struct str authority = str_sub(after, 0, slash), path = str_sub(after, slash, after.n);
	size_t at = find_last(authority, '@'), colon;
	struct str login = at < authority.n ? str_sub(authority, 0, at) : STR_NULL;
	struct str host = at < authority.n ? str_sub(authority, at + 1, authority.n) : authority;

	u->http = str_ieq_c(scheme, "http");
	u->https = str_ieq_c(scheme, "https");
	u->host = arena_str(arena, host);
	colon = login.p ? str_find(login, ':') : 0;
	if (login.p && colon < login.n) {
		u->secret = arena_str(arena, str_sub(login, colon + 1, login.n));
		login = str_sub(login, 0, colon);
	}
	u->url = arena_printf(arena, "%.*s://%.*s%s%.*s%.*s", STR_FMT(scheme), STR_FMT(login),
			      login.p ? "@" : "", STR_FMT(host), STR_FMT(path));
	return (host.n || str_ieq_c(scheme, "file")) && read_path(arena, path, u);
}

bool
repo_url_parse(struct arena *arena, struct str text, struct repo_url *ret)
{
	const char *sep = text.n ? memmem(text.p, text.n, "://", 3) : NULL;
	size_t colon = str_find(text, ':'), slash = str_find(text, '/');
	struct repo_url u = { 0 };
	bool ok;

	if (sep) {
		size_t n = (size_t)(sep - text.p);

		ok = read_scheme(arena, str_sub(text, 0, n), str_sub(text, n + 3, text.n), &u);
	} else {
		struct str host = colon < slash ? str_sub(text, 0, colon) : STR_NULL;
		size_t at = find_last(host, '@');

		u.url = arena_str(arena, text);
		u.host = at < host.n ? arena_str(arena, str_sub(host, at + 1, host.n))
				     : arena_str(arena, host);
		ok = read_path(arena, host.p ? str_sub(text, colon + 1, text.n) : text, &u);
	}
	if (ok)
		*ret = u;
	return ok;
}

const char *
repo_url_api(struct arena *arena, const struct repo_url *u)
{
	if (!*u->host)
		return NULL;
	if (str_ieq_c(str_c(u->host), "github.com") || str_ieq_c(str_c(u->host), "www.github.com"))
		return "https://api.github.com";
	return arena_printf(arena, "https://%s/api/v3", u->host);
}
