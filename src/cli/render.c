/* SPDX-License-Identifier: Apache-2.0 */
/* render.c: what the renderers share. */
#include "cli/render.h"

#include "base/out.h"

#include <stdio.h>

#define RING 8
#define SHORT_ID 20 /* "sha256:" and 12 digits, with NUL */

const char *
render_id(const char *id)
{
	static char ring[RING][SHORT_ID + 4];
	static unsigned next;
	char *out = ring[next++ % RING];

	(void)snprintf(out, sizeof(ring[0]), "%.19s…", id && *id ? id : "unknown");
	return out;
}

const char *
render_key(struct sha256 key)
{
	static char ring[RING][16];
	static unsigned next;
	char *out = ring[next++ % RING], hex[SHA256_HEX_SIZE];

	sha256_hex(key, hex);
	(void)snprintf(out, sizeof(ring[0]), "%.8s…", hex);
	return out;
}

void
render_json(json_t *take_value)
{
	AUTO_FREE char *text = json_pretty(take_value);

	out_print("%s\n", text);
	json_decref(take_value);
}

void
render_finding(const char *file, int line, int col, const char *rule, const char *text)
{
	AUTO_FREE char *whole = xasprintf("%s:%d:%d: %s: %s", file, line, col, rule, text);
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	out_safe(&b, str_c(whole));
	out_print("%s\n", b.data);
}

json_t *
render_finding_json(const char *file, int line, int col, const char *rule, const char *text)
{
	json_t *j = json_object();

	json_set_text(j, "rule", rule);
	json_set_text(j, "file", file);
	json_set_int(j, "line", line);
	json_set_int(j, "column", col);
	json_set_text(j, "text", text);
	return j;
}
