/* SPDX-License-Identifier: Apache-2.0 */
/* path.c: arithmetic on path names. */
#include "base/path.h"

#include "base/buf.h"

static const struct str up = { "..", 2 };

bool
path_is_abs(struct str path)
{
	return path.n && path.p[0] == '/';
}

/* Takes the last component off what path_clean() has written; what lies before `keep` stays. */
static void
drop_last(struct buf *b, size_t keep)
{
	while (b->len > keep && b->data[b->len - 1] != '/')
		b->len--;
	if (b->len > keep)
		b->len--;
	b->data[b->len] = '\0';
}

char *
path_clean(struct str path)
{
	bool rooted = path_is_abs(path);
	struct buf b = BUF_INIT;
	struct str rest = path, part;
	size_t keep; /* the root, or the ".." that nothing can take back */

	buf_adds(&b, rooted ? "/" : "");
	keep = b.len;
	while (str_next(&rest, '/', &part)) {
		if (!part.n || str_eq_c(part, "."))
			continue;
		if (str_eq(part, up) && b.len > keep) {
			drop_last(&b, keep);
			continue;
		}
		if (str_eq(part, up) && rooted)
			continue;
		if (b.len > rooted)
			buf_addc(&b, '/');
		buf_add_str(&b, part);
		if (str_eq(part, up))
			keep = b.len;
	}
	if (!b.len)
		buf_addc(&b, '.');
	return buf_steal(&b);
}

char *
path_join(const char *a, const char *b)
{
	char *AUTO_FREE both = NULL;

	if (*b == '/' || !*a)
		return path_clean(str_c(b));
	both = xasprintf("%s/%s", a, b);
	return path_clean(str_c(both));
}

bool
path_escapes(struct str cleaned)
{
	return str_starts(cleaned, up) && (cleaned.n == up.n || cleaned.p[up.n] == '/');
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

char *
path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool
path_within(struct str path, struct str dir)
{
	struct str rest;

	if (str_eq(path, dir))
		return true;
	if (str_eq_c(dir, "."))
		return !path_is_abs(path) && !path_escapes(path);
	if (str_eq_c(dir, "/"))
		return path_is_abs(path);
	if (!str_starts(path, dir) || path.p[dir.n] != '/')
		return false;
	rest = str_sub(path, dir.n + 1, path.n);
	/* "../.." starts with ".." and lies above it. */
	return !path_escapes(rest);
}
