/* SPDX-License-Identifier: Apache-2.0 */
/* check_text.c: contains and not-contains. */
#include "engine/check_text.h"

#define MAX_LINE 300

static bool
holds(struct str text, const json_t *needle)
{
	return memmem(text.p, text.n, json_string_value(needle), json_string_length(needle));
}

char *
check_text_wrong(const json_t *keys, struct str text, const char *what)
{
	const json_t *item;
	size_t i;

	if (!text.p)
		text = STR_LIT("");
	json_array_foreach(json_object_get(keys, "not-contains"), i, item)
	{
		if (holds(text, item))
			return xasprintf("%s holds '%s'", what, json_string_value(item));
	}
	json_array_foreach(json_object_get(keys, "contains"), i, item)
	{
		if (!holds(text, item))
			return xasprintf("%s does not hold '%s'", what, json_string_value(item));
	}
	return NULL;
}

char *
check_text_last_line(struct str text)
{
	struct str line, last = STR_LIT("no output");

	while (str_next_line(&text, &line)) {
		line = str_trim(line, " \t\r");
		if (line.n)
			last = line;
	}
	if (last.n > MAX_LINE)
		last.n = MAX_LINE;
	return str_dup(last);
}
