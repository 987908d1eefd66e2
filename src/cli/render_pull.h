/* SPDX-License-Identifier: Apache-2.0 */
/* render_pull.h: what became of a pull request, as text and as JSON. */
#ifndef LOCKSTEP_CLI_RENDER_PULL_H
#define LOCKSTEP_CLI_RENDER_PULL_H

#include "base/json.h"
#include "engine/pullrequest.h"

void render_pull_text(const struct pullrequest *pr);
json_t *render_pull_json(const struct pullrequest *pr) NODISCARD;

#endif
