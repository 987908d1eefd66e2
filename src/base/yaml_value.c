/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_value.c: what a node of a YAML tree says. */
#include "base/yaml_priv.h"

#include <limits.h>

static struct str
text_of(const struct yaml *y)
{
	return (struct str){ y->text, y->len };
}

bool
yaml_is_null(const struct yaml *y)
{
	static const char *const names[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; y->plain && i < ARRAY_SIZE(names); i++)
		if (str_eq_c(text_of(y), names[i]))
			return true;
	return false;
}

const char *
yaml_text(const struct yaml *y)
{
	return y && y->kind == YAML_SCALAR ? y->text : NULL;
}

struct yaml *
yaml_get(const struct yaml *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (str_eq_c(text_of(map->pairs[i].key), key))
			return map->pairs[i].value;
	return NULL;
}

static bool
is_one_of(const struct yaml *y, const char *const spellings[3])
{
	for (size_t i = 0; i < 3; i++)
		if (str_eq_c(text_of(y), spellings[i]))
			return true;
	return false;
}

bool
yaml_bool(const struct yaml *y, bool *ret)
{
	static const char *const yes[] = { "true", "True", "TRUE" };
	static const char *const no[] = { "false", "False", "FALSE" };
	bool value;

	if (!y || y->kind != YAML_SCALAR || !y->plain)
		return false;
	value = is_one_of(y, yes);
	if (!value && !is_one_of(y, no))
		return false;
	*ret = value;
	return true;
}

bool
yaml_int(const struct yaml *y, long long *ret)
{
	unsigned long long size;
	bool minus, sign;

	if (!y || y->kind != YAML_SCALAR || !y->plain || !y->len)
		return false;
	minus = y->text[0] == '-';
	sign = minus || y->text[0] == '+';
	if (!str_to_u64((struct str){ y->text + sign, y->len - sign }, &size))
		return false;
	if (size > (unsigned long long)LLONG_MAX + minus)
		return false;
	*ret = minus ? (long long)-size : (long long)size;
	return true;
}

static size_t
count_digits(const char **p)
{
	size_t n = strspn(*p, "0123456789");

	*p += n;
	return n;
}

/* YAML 1.2.2, 10.3.2: the forms of int and float in the core schema, decimal ones. */
static bool
is_number(const char *p)
{
	size_t digits;

	p += *p == '-' || *p == '+';
	if (!strcmp(p, ".inf") || !strcmp(p, ".Inf") || !strcmp(p, ".INF"))
		return true;
	digits = count_digits(&p);
	if (*p == '.') {
		p++;
		digits += count_digits(&p);
	}
	if (digits && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '-' || *p == '+';
		digits = count_digits(&p);
	}
	return digits && !*p;
}

const char *
yaml_what(const struct yaml *y)
{
	bool value;

	if (!y || y->kind == YAML_NULL)
		return "nothing";
	if (y->kind == YAML_MAP)
		return "a mapping";
	if (y->kind == YAML_SEQ)
		return "a list";
	if (yaml_bool(y, &value))
		return "true or false";
	return y->plain && is_number(y->text) ? "a number" : "text";
}
