/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h: a YAML document as a tree with places, read through libfyaml. */
#ifndef LOCKSTEP_BASE_YAML_H
#define LOCKSTEP_BASE_YAML_H

#include "base/arena.h"
#include "base/err.h"

/*
 * One document, aliases resolved (a cycle of aliases is an error), merge keys ("<<") applied.
 * JSON is YAML, so .json graph files come this way too. Every node knows where it starts: line
 * and column from 1, column in characters. The tree lives in the arena that is passed in.
 */
enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_SEQ, YAML_MAP };

struct yaml;

struct yaml_pair {
	struct yaml *key; /* a scalar; other keys are an error */
	struct yaml *value;
};

struct yaml {
	enum yaml_kind kind;
	int line, col;
	const char *text; /* scalar: NUL-terminated; a NUL byte inside is an error */
	size_t len;
	bool plain;             /* scalar without quotes: may be a number, boolean or null */
	struct yaml **items;    /* sequence */
	struct yaml_pair *pairs; /* map, in file order */
	size_t n;               /* items or pairs */
};

/* Parses text; file is used in messages. Mistakes (syntax, repeated keys, more than one
 * document, an empty document) are added to errs with file:line:col; then NULL is returned if
 * there is no usable tree. */
struct yaml *yaml_parse(struct arena *arena, struct str text, const char *file,
			struct err_list *errs) NODISCARD;
/* The value under key, or NULL. */
struct yaml *yaml_get(const struct yaml *map, const char *key);
/* YAML 1.2 core schema: true/false, decimal integer; false when the scalar is something else
 * (quoted text never is one). */
bool yaml_bool(const struct yaml *y, bool *ret);
bool yaml_int(const struct yaml *y, long long *ret);
/* "a mapping", "a list", "text", "a number", "true or false", "nothing": for messages. */
const char *yaml_what(const struct yaml *y);

#endif
