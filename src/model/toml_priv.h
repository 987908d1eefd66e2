/* SPDX-License-Identifier: Apache-2.0 */
/* toml_priv.h: what the files of model/toml share. */
#ifndef LOCKSTEP_MODEL_TOML_PRIV_H
#define LOCKSTEP_MODEL_TOML_PRIV_H

#include "base/buf.h"
#include "base/map.h"
#include "model/toml.h"

struct toml {
	struct str text;
	size_t at;
	const char *file;
	struct err *err;
	struct map *marks; /* address of a JSON value → MARK_* */
	int depth;
};

/* Whatever must not be opened a second time, and what it is. */
#define TOML_MARK_TABLE "table"   /* had a [header] */
#define TOML_MARK_TABLES "tables" /* made by [[headers]] */
#define TOML_MARK_VALUE "value"   /* written as a value: closed */

void toml_mark(struct toml *t, const json_t *value, const char *mark);
const char *toml_marked(const struct toml *t, const json_t *value);

/* ERR_INPUT at the reader's place. */
int toml_mistake(struct toml *t, const char *what);
/* The next byte; '\0' at the end (a NUL in the text is refused before). */
char toml_peek(const struct toml *t);
bool toml_take(struct toml *t, const char *literal);
void toml_skip_blanks(struct toml *t);
/* Blanks, newlines, comments. */
void toml_skip_space(struct toml *t);

/* toml_text.c: a string with its quotes, of any of the four kinds unless one line is wanted. */
int toml_text(struct toml *t, bool one_line, struct buf *ret) NODISCARD;
/* toml_value.c */
int toml_value(struct toml *t, json_t **ret) NODISCARD;
/* toml.c: key = value, into a table. */
int toml_pair(struct toml *t, json_t *table) NODISCARD;

#endif
