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
