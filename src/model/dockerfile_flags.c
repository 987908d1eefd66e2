/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_flags.c: which flags the instructions have in which dialect, and what they hold. */
#include "base/vec.h"
#include "model/dockerfile_priv.h"

enum kind {
	KIND_TEXT,
	KIND_BOOL,
	KIND_MANY, /* may be repeated */
	KIND_MODE,
	KIND_TIME,
	KIND_COUNT,
	KIND_NETWORK,
	KIND_SECURITY,
};

enum { C = 1u << DIALECT_CONTAINERS, L = 1u << DIALECT_CLASSIC, B = 1u << DIALECT_BUILDKIT };

struct rule {
	enum df_kw kw;
	const char *name;
	enum kind kind;
	unsigned dialects;
	const char *who; /* knows it, where not every dialect does */
};

/* "containers" means buildah 1.28, "classic" docker 20.10, "buildkit" today's. */
static const struct rule rules[] = {
	{ DF_ADD, "checksum", KIND_TEXT, B, "BuildKit and buildah from 1.33 on" },
	{ DF_ADD, "chmod", KIND_MODE, C | B, "BuildKit and buildah" },
	{ DF_ADD, "chown", KIND_TEXT, C | L | B, NULL },
	{ DF_ADD, "exclude", KIND_MANY, B, "BuildKit and buildah from 1.37 on" },
	{ DF_ADD, "keep-git-dir", KIND_BOOL, B, "BuildKit" },
	{ DF_ADD, "link", KIND_BOOL, B, "BuildKit and buildah from 1.37 on" },
	{ DF_ADD, "unpack", KIND_BOOL, B, "BuildKit" },
	{ DF_COPY, "chmod", KIND_MODE, C | B, "BuildKit and buildah" },
	{ DF_COPY, "chown", KIND_TEXT, C | L | B, NULL },
	{ DF_COPY, "exclude", KIND_MANY, B, "BuildKit and buildah from 1.37 on" },
	{ DF_COPY, "from", KIND_TEXT, C | L | B, NULL },
	{ DF_COPY, "link", KIND_BOOL, B, "BuildKit and buildah from 1.37 on" },
	{ DF_COPY, "parents", KIND_BOOL, B, "BuildKit and buildah from 1.37 on" },
	{ DF_FROM, "platform", KIND_TEXT, C | L | B, NULL },
	{ DF_HEALTHCHECK, "interval", KIND_TIME, C | L | B, NULL },
	{ DF_HEALTHCHECK, "retries", KIND_COUNT, C | L | B, NULL },
	{ DF_HEALTHCHECK, "start-interval", KIND_TIME, B, "BuildKit" },
	{ DF_HEALTHCHECK, "start-period", KIND_TIME, C | L | B, NULL },
	{ DF_HEALTHCHECK, "timeout", KIND_TIME, C | L | B, NULL },
	{ DF_RUN, "device", KIND_MANY, B, "BuildKit" },
	{ DF_RUN, "mount", KIND_MANY, C | B, "BuildKit and buildah" },
	{ DF_RUN, "network", KIND_NETWORK, B, "BuildKit" },
	{ DF_RUN, "security", KIND_SECURITY, B, "BuildKit" },
};

/* A flag that is looked at. */
struct look {
	const struct dockerfile_lex *lex;
	const struct df_line *line;
	enum df_kw kw;
	struct df_flag flag;
	size_t off;
};

static const struct rule *
find_rule(enum df_kw kw, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].kw == kw && !strcmp(rules[i].name, name))
			return &rules[i];
	}
	return NULL;
}

static bool
is_unknown(const struct look *l)
{
	const char *kw = df_kw_name(l->kw);
	const char *names[ARRAY_SIZE(rules)];
	size_t n = 0;
	struct err *err;
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].kw == l->kw && rules[i].dialects & 1u << l->lex->dialect)
			names[n++] = rules[i].name;
	}
	err = dockerfile_lex_err(l->lex, l->line, l->off, "unknown flag '--%s' of %s", l->flag.name,
				 kw);
	near = str_nearest(l->flag.name, names, n);
	if (near)
		err_hint(err, "did you mean '--%s'?", near);
	else if (!n)
		err_hint(err, "%s has no flags in dialect '%s'; write '%s -- ...' if it is none",
			 kw, dialect_name(l->lex->dialect), kw);
	return false;
}

/* One "1h2.5m" of Go's time.ParseDuration, in nanoseconds; negative if it is none. */
static double
parse_time(const char *s)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "ns", 1 },   { "us", 1e3 }, { "\xc2\xb5s", 1e3 }, { "\xce\xbcs", 1e3 },
		{ "ms", 1e6 }, { "s", 1e9 },  { "m", 6e10 },        { "h", 3.6e12 },
	};
	double sum = 0;

	s += *s == '+';
	if (!strcmp(s, "0"))
		return 0;
	if (!*s)
		return -1;
	while (*s) {
		size_t digits = strspn(s, "0123456789");
		size_t dot = s[digits] == '.';
		size_t after = dot ? strspn(s + digits + 1, "0123456789") : 0;
		size_t len = digits + dot + after;
		double number = 0, scale = 1;
		size_t u = 0, unit;

		if (digits + after == 0)
			return -1;
		for (size_t i = 0; i < len; i++) {
			if (i > digits)
				scale /= 10;
			if (s[i] != '.')
				number = i > digits ? number + (s[i] - '0') * scale
						    : number * 10 + (s[i] - '0');
		}
		s += len;
		unit = strcspn(s, ".0123456789");
		while (u < ARRAY_SIZE(units) && !str_eq_c((struct str){ s, unit }, units[u].name))
			u++;
		if (u == ARRAY_SIZE(units))
			return -1;
		sum += number * units[u].ns;
		s += unit;
	}
	return sum < 9.2e18 ? sum : -1;
}

static const char *
check_time(enum dialect d, const char *value)
{
	double ns = parse_time(value);

	if (ns < 0)
		return "a time, as in '1m30s'";
	/* Below a millisecond docker's daemon refuses it; 0 is BuildKit's way to say "inherit". */
	if (d == DIALECT_CONTAINERS ? ns < 1 : ns < 1e6 && !(d == DIALECT_BUILDKIT && ns == 0))
		return d == DIALECT_CONTAINERS ? "a time above 0" : "a time of 1ms or more";
	return NULL;
}

static const char *
check_count(enum dialect d, const char *value)
{
	unsigned long long n;

	if (!str_to_u64(str_c(value + (*value == '+')), &n) || n > INT32_MAX)
		return "a whole number";
	if (n == 0 && d != DIALECT_BUILDKIT)
		return "1 or more";
	return NULL;
}

/* What the value should be, or NULL if it is good. */
static const char *
check_value(enum dialect d, enum kind kind, const char *value)
{
	struct str v = str_c(value);

	switch (kind) {
	case KIND_BOOL:
		return str_ieq_c(v, "true") || str_ieq_c(v, "false") ? NULL : "true or false";
	case KIND_TIME:
		return *value ? check_time(d, value) : NULL;
	case KIND_COUNT:
		return *value ? check_count(d, value) : NULL;
	case KIND_NETWORK:
		return str_eq_c(v, "default") || str_eq_c(v, "none") || str_eq_c(v, "host")
			       ? NULL
			       : "default, none or host";
	case KIND_SECURITY:
		return str_eq_c(v, "sandbox") || str_eq_c(v, "insecure") ? NULL
									 : "sandbox or insecure";
	case KIND_MODE:
		/* A variable in it is expanded first; u+x is known to BuildKit only. */
		if (d == DIALECT_BUILDKIT || strchr(value, '$') ||
		    (*value && value[strspn(value, "01234567")] == '\0'))
			return NULL;
		return "octal digits in this dialect";
	case KIND_TEXT:
	case KIND_MANY:
		break;
	}
	return NULL;
}

static bool
is_good(const struct look *l)
{
	const struct rule *rule = find_rule(l->kw, l->flag.name);
	enum dialect d = l->lex->dialect;
	const char *kw = df_kw_name(l->kw);
	const char *wanted;
	struct err *err;

	if (!rule)
		return is_unknown(l);
	if (!(rule->dialects & 1u << d)) {
		err = dockerfile_lex_err(l->lex, l->line, l->off,
					 "flag '--%s' of %s is not supported by dialect '%s'",
					 l->flag.name, kw, dialect_name(d));
		err_hint(err, "supported by %s", rule->who);
		return false;
	}
	if (!l->flag.value && rule->kind != KIND_BOOL) {
		(void)dockerfile_lex_err(l->lex, l->line, l->off, "flag '--%s' of %s has no value",
					 l->flag.name, kw);
		return false;
	}
	wanted = l->flag.value ? check_value(d, rule->kind, l->flag.value) : NULL;
	if (wanted)
		(void)dockerfile_lex_err(l->lex, l->line, l->off,
					 "flag '--%s' of %s is '%s', which is not %s", l->flag.name,
					 kw, l->flag.value, wanted);
	return !wanted;
}

bool
dockerfile_check_flags(const struct dockerfile_lex *lex, const struct df_line *line, enum df_kw kw,
		       const struct df_flags *flags)
{
	bool good = true;
	unsigned seen = 0;

	_Static_assert(ARRAY_SIZE(rules) <= 32, "a bit for each rule");
	for (size_t i = 0; i < flags->n; i++) {
		const struct rule *rule = find_rule(kw, flags->v[i].name);
		struct look look = {
			.lex = lex,
			.line = line,
			.kw = kw,
			.flag = flags->v[i],
			.off = (size_t)(flags->at[i].p - line->text.p),
		};

		good = is_good(&look) && good;
		/* In buildah the last one wins. */
		if (lex->dialect == DIALECT_CONTAINERS || !rule || rule->kind == KIND_MANY)
			continue;
		if (seen & 1u << (rule - rules)) {
			(void)dockerfile_lex_err(lex, line, look.off, "flag '--%s' is given twice",
						 look.flag.name);
			good = false;
		}
		seen |= 1u << (rule - rules);
	}
	return good;
}
