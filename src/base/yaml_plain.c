/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_plain.c: what a scalar without quotes is taken for. */
#include "base/yaml.h"

#define DIGITS "0123456789"

/* YAML 1.1 (yaml.org/type) has more words than 1.2; readers mix both. */
static bool
is_word(struct str s)
{
	static const char *const words[] = {
		"",    "~",     "null", "Null", "NULL", "y",    "Y",     "yes",  "Yes",
		"YES", "n",     "N",    "no",   "No",   "NO",   "true",  "True", "TRUE",
		"on",  "On",    "ON",   "off",  "Off",  "OFF",  "false", "<<",   "False",
		"=",   "FALSE", ".inf", ".Inf", ".INF", ".nan", ".NaN",  ".NAN",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq_c(s, words[i]))
			return true;
	return false;
}

/* Bytes at the start of s that are in set. */
static size_t
span(struct str s, const char *set)
{
	size_t n = 0;

	while (n < s.n && s.p[n] && strchr(set, s.p[n]))
		n++;
	return n;
}

/* 0b101, 0o17, 0x1F, with underscores. */
static bool
is_based(struct str s)
{
	static const char *const sets[] = { "bB01_", "oO01234567_", "xX0123456789abcdefABCDEF_" };

	if (s.n < 3 || s.p[0] != '0')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (s.p[1] == sets[i][0] || s.p[1] == sets[i][1])
			return span(str_sub(s, 2, s.n), sets[i] + 2) == s.n - 2;
	return false;
}

/* 190:20:30 is a number of base 60 in YAML 1.1. */
static bool
is_sexagesimal(struct str s)
{
	size_t n = span(s, DIGITS "_");

	if (!n || n == s.n || s.p[n] != ':' || s.p[0] == '_')
		return false;
	return n + span(str_sub(s, n, s.n), DIGITS ":._") == s.n;
}

static bool
is_decimal(struct str s)
{
	size_t n = span(s, DIGITS "_"), digits = n, more;

	if (n && s.p[0] == '_')
		return false;
	if (n < s.n && s.p[n] == '.') {
		more = span(str_sub(s, n + 1, s.n), DIGITS "_");
		digits += more;
		n += 1 + more;
	}
	if (digits && n + 1 < s.n && (s.p[n] == 'e' || s.p[n] == 'E')) {
		n++;
		n += s.p[n] == '+' || s.p[n] == '-';
		more = span(str_sub(s, n, s.n), DIGITS);
		return more && n + more == s.n;
	}
	return digits && n == s.n;
}

/* 2026-11-25, 2026-1-5. */
static bool
is_date(struct str s)
{
	struct str part;
	size_t i = 0;

	for (; str_next(&s, '-', &part); i++)
		if (!part.n || part.n > (i ? 2 : 4) || (!i && part.n != 4) ||
		    span(part, DIGITS) != part.n)
			return false;
	return i == 3;
}

bool
yaml_plain_is_text(struct str text)
{
	bool sign = text.n && (text.p[0] == '-' || text.p[0] == '+');
	struct str unsigned_text = str_sub(text, sign, text.n);

	return !is_word(text) && !(sign && is_word(unsigned_text)) && !is_based(unsigned_text) &&
	       !is_decimal(unsigned_text) && !is_sexagesimal(unsigned_text) && !is_date(text);
}
