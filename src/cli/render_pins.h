/* SPDX-License-Identifier: Apache-2.0 */
/* render_pins.h: pins as text, as JSON, and as annotations of GitHub Actions. */
#ifndef LOCKSTEP_CLI_RENDER_PINS_H
#define LOCKSTEP_CLI_RENDER_PINS_H

#include "base/enum.h"
#include "engine/pins.h"

#define RENDER_FORMAT_LIST(X)                                                                      \
	X(RENDER_FORMAT_TEXT, "text")                                                              \
	X(RENDER_FORMAT_JSON, "json")                                                              \
	X(RENDER_FORMAT_GITHUB, "github")
ENUM_DECLARE(render_format, RENDER_FORMAT_LIST);

/* All pins, one a line: file:line:col kind image tag digest ("-" = none). */
void render_pins_list(const struct pins *p);
/* What pins_plan decided; planned: nothing was written. */
void render_pins_text(const struct pins *p, bool planned);
void render_pins_diff(const struct pins *p);
json_t *render_pins_json(const struct pins *p) NODISCARD;
/* Disagreements as text, as JSON. */
void render_drifts_text(const struct pins *p, const struct pins_drift *drifts, size_t n);
json_t *render_drifts_json(const struct pins *p, const struct pins_drift *drifts, size_t n)
	NODISCARD;

/* "::error file=…,line=…,col=…::text", of which GitHub shows ten a step. */
#define RENDER_ANNOTATIONS_MAX 9
void render_annotation(const char *file, int line, int col, const char *text);

/* "'a'", "'a@sha256:…'": a version as it is named in messages; caller frees. */
char *render_version(const char *tag, const char *digest) NODISCARD;

#endif
