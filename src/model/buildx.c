/* SPDX-License-Identifier: Apache-2.0 */
/* buildx.c: reads the text that `buildx inspect` prints for people; there is no other form. */
#include "model/buildx.h"

#include <limits.h>

#define MAX_PLATFORMS 1000

/* "v0.12.5", "v0.20.0-rc1+unknown": 12, 20. 0 for anything else: a hash, a version 1. */
static unsigned
minor_of(struct str version)
{
	unsigned long long major, minor;
	struct str piece;

	if (str_starts(version, STR_LIT("v")))
		version = str_sub(version, 1, version.n);
	if (!str_next(&version, '.', &piece) || !str_to_u64(piece, &major) || major ||
	    !str_next(&version, '.', &piece) || !str_to_u64(piece, &minor) || minor > UINT_MAX)
		return 0;
	return (unsigned)minor;
}

static void
take_version(struct arena *a, struct str value, struct buildx_info *ret)
{
	unsigned minor = minor_of(value);

	if (ret->version && (!minor || (ret->minor && ret->minor <= minor)))
		return;
	ret->version = arena_str(a, value);
	ret->minor = minor;
}

/* "linux/amd64*, linux/amd64 (+3), linux/386": marks of what was asked for, and counts of variants. */
static void
take_platforms(struct arena *a, struct str value, struct buildx_info *ret)
{
	VEC(struct platform) list = { 0 };
	struct str piece;

	for (size_t i = 0; i < ret->nplatforms; i++)
		vec_push(&list, ret->platforms[i]);
	while (list.n < MAX_PLATFORMS && str_next(&value, ',', &piece)) {
		struct str word = str_trim(piece, " \t");
		struct platform platform;

		word = str_trim(str_sub(word, 0, str_find(word, ' ')), "*");
		if (!platform_parse(word, &platform, NULL))
			vec_push(&list, platform);
	}
	ret->nplatforms = list.n;
	ret->platforms = arena_dup(a, list.v, list.n * sizeof(*list.v));
	vec_fini(&list);
}

static void
take(struct arena *a, struct str key, struct str value, struct buildx_info *ret)
{
	/* A NUL byte is in no text. */
	if (str_find(value, '\0') < value.n || !value.n)
		return;
	if (str_eq_c(key, "Name") && !ret->name)
		ret->name = arena_str(a, value);
	else if (str_eq_c(key, "Driver"))
		ret->driver = arena_str(a, value);
	else if (str_eq_c(key, "Error") && !ret->error)
		ret->error = arena_str(a, value);
	else if (str_ieq_c(key, "BuildKit version") || str_ieq_c(key, "BuildKit"))
		take_version(a, value, ret);
	else if (str_eq_c(key, "Platforms"))
		take_platforms(a, value, ret);
}

void
buildx_parse(struct arena *a, struct str text, struct buildx_info *ret)
{
	struct str line;

	*ret = (struct buildx_info){ 0 };
	while (str_next_line(&text, &line)) {
		size_t colon = str_find(line, ':');

		/* Labels and rules are set in from the left. */
		if (colon < line.n && line.p[0] != ' ' && line.p[0] != '\t')
			take(a, str_sub(line, 0, colon),
			     str_trim(str_sub(line, colon + 1, line.n), " \t\r"), ret);
	}
}

bool
buildx_lacks(const struct buildx_info *info, const struct platform *platform)
{
	for (size_t i = 0; i < info->nplatforms; i++)
		if (platform_eq(&info->platforms[i], platform))
			return false;
	return info->nplatforms > 0;
}
