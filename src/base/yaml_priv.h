/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_priv.h: what reading a YAML tree and looking at it share. */
#ifndef LOCKSTEP_BASE_YAML_PRIV_H
#define LOCKSTEP_BASE_YAML_PRIV_H

#include "base/yaml.h"

/* True for text without quotes that is null in the core schema; kind does not count. */
bool yaml_is_null(const struct yaml *y);

#endif
