/* SPDX-License-Identifier: Apache-2.0 */
/* json.h: the little that lockstep adds to jansson. */
#ifndef LOCKSTEP_BASE_JSON_H
#define LOCKSTEP_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

/* Parses one JSON value; ERR_INPUT with file:line:col on a mistake and on repeated keys. file
 * is only used in the message. */
int json_parse(struct str text, const char *file, json_t **ret, struct err *err) NODISCARD;
/* The same where a string may hold a NUL, for what programs printed: json_get_str() has its length. */
int json_parse_printed(struct str text, const char *file, json_t **ret, struct err *err) NODISCARD;
/* Sorted keys, no blanks, UTF-8: one text for one value. Caller frees. */
char *json_canonical(const json_t *value) NODISCARD;
/* Indented by two, keys in order of insertion, for people and stdout. Caller frees. */
char *json_pretty(const json_t *value) NODISCARD;
/* Sets key to a string; bytes that are no UTF-8, and NUL, are written as U+FFFD. NULL
 * value: JSON null. */
void json_set_text(json_t *object, const char *key, const char *value);
void json_set_str(json_t *object, const char *key, struct str value);
void json_set_int(json_t *object, const char *key, long long value);
void json_set_bool(json_t *object, const char *key, bool value);
/* The same as a new array element. */
void json_add_text(json_t *array, const char *value);
/* The string under key, or NULL when absent or no string; borrowed. */
const char *json_get_text(const json_t *object, const char *key);
/* The same with its length; STR_NULL when absent or no string. */
struct str json_get_str(const json_t *object, const char *key);

static inline void
json_freep(json_t **j)
{
	json_decref(*j);
}

#define AUTO_JSON CLEANUP(json_freep)

#endif
