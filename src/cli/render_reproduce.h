/* SPDX-License-Identifier: Apache-2.0 */
/* render_reproduce.h: what `reproduce` found, as text and as JSON. */
#ifndef LOCKSTEP_CLI_RENDER_REPRODUCE_H
#define LOCKSTEP_CLI_RENDER_REPRODUCE_H

#include "engine/reproduce.h"

/* record: NULL with --twice. */
void render_reproduction_text(const struct reproduction *r, const struct record *record);
json_t *render_reproduction_json(const struct reproduction *r, const struct record *record)
	NODISCARD;

#endif
