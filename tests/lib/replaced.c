/* SPDX-License-Identifier: Apache-2.0 */
/* replaced.c: a text with a part of it replaced. */
#include "lib/replaced.h"

#include "base/mem.h"
#include "base/str.h"

char *
replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	BUG_ON(!at);
	return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}
