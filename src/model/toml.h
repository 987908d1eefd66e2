/* SPDX-License-Identifier: Apache-2.0 */
/* toml.h: TOML, as far as the containers tools' configuration files use it. */
#ifndef LOCKSTEP_MODEL_TOML_H
#define LOCKSTEP_MODEL_TOML_H

#include "base/json.h"

/*
 * Reads TOML 1.0 into JSON: tables and arrays of tables, dotted and quoted keys, all four kinds of
 * strings, decimal integers, booleans, arrays, inline tables, comments. Floats, dates, and integers
 * to other bases are an error that says so: no file that lockstep reads has any. So are repeated
 * keys and tables, bytes that are no UTF-8, and nesting deeper than TOML_DEPTH_MAX.
 */
#define TOML_DEPTH_MAX 32

/* ret is a JSON object that the caller owns; ERR_INPUT with file:line:col. */
int toml_parse(struct str text, const char *file, json_t **ret, struct err *err) NODISCARD;

#endif
