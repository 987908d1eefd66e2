/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h: a YAML document as a tree with places, read through libfyaml. */
#ifndef LOCKSTEP_BASE_YAML_H
#define LOCKSTEP_BASE_YAML_H

#include "base/arena.h"
#include "base/err.h"

/*
 * One document, aliases resolved (a cycle of aliases is an error), merge keys ("<<") applied.
 * JSON is YAML, so .json graph files come this way too. Every node knows where it starts: line
 * and column from 1, column in characters; what an alias names has the place of its anchor, and
 * is one node however often it is named. The tree lives in the arena that is passed in. It is at
 * most YAML_MAX_DEPTH deep and has at most YAML_MAX_NODES nodes, aliases written out, so that
 * walking it recursively is safe.
 */
#define YAML_MAX_DEPTH 100
#define YAML_MAX_NODES (1u << 20)

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
	size_t from, to;         /* scalar: its bytes in the text that was parsed, without quotes */
	bool plain;              /* scalar without quotes: may be a number, boolean or null */
	struct yaml **items;     /* sequence */
	struct yaml_pair *pairs; /* map, in file order */
	size_t n;                /* items or pairs */
};

/* Parses text; file is used in messages. Mistakes (syntax, bytes that are no text, repeated keys,
 * tags other than YAML's own, more than one document, an empty document) are added to errs with
 * file:line:col; then NULL is returned if there is no usable tree. Of a repeated key the first
 * counts. Nothing is written to stderr. */
struct yaml *yaml_parse(struct arena *arena, struct str text, const char *file,
			struct err_list *errs) NODISCARD;
/* The same for a file of many documents: an array of *ret_n roots in the arena; empty documents
 * are left out, and none at all is fine. */
struct yaml **yaml_parse_all(struct arena *arena, struct str text, const char *file, size_t *ret_n,
			     struct err_list *errs) NODISCARD;
/* The value under key, or NULL. */
struct yaml *yaml_get(const struct yaml *map, const char *key);
/* The text of a scalar; NULL for anything else, and for NULL. */
const char *yaml_text(const struct yaml *y);
/* YAML 1.2 core schema: true/false, decimal integer; false when the scalar is something else
 * (quoted text never is one) or too large. */
bool yaml_bool(const struct yaml *y, bool *ret);
bool yaml_int(const struct yaml *y, long long *ret);
/* True if text, written without quotes, is text for every reader: no number, boolean, null or date
 * by the rules of YAML 1.1 or of 1.2. Syntax (": ", "#", …) is not looked at. */
bool yaml_plain_is_text(struct str text);
/* "a mapping", "a list", "text", "a number", "true or false", "nothing": for messages. */
const char *yaml_what(const struct yaml *y);

/*
 * The stream as it is written, event by event, for what edits bytes: nothing is resolved or merged,
 * tags may be any, keys may be repeated, documents are as many as there are.
 */
enum yaml_event_kind {
	YAML_EVENT_DOCUMENT,
	YAML_EVENT_DOCUMENT_END,
	YAML_EVENT_SCALAR,
	YAML_EVENT_ALIAS,
	YAML_EVENT_SEQ,
	YAML_EVENT_SEQ_END,
	YAML_EVENT_MAP,
	YAML_EVENT_MAP_END,
};

enum yaml_style {
	YAML_PLAIN,
	YAML_SINGLE_QUOTED,
	YAML_DOUBLE_QUOTED,
	YAML_LITERAL,
	YAML_FOLDED,
};

struct yaml_event {
	enum yaml_event_kind kind;
	enum yaml_style style; /* of a scalar */
	int line, col;
	size_t from, to; /* its bytes in the text: of a scalar without quotes, anchor and tag */
	struct str text; /* of a scalar, its value; of an alias, the name; valid in the sink only */
	struct str anchor; /* p == NULL: none */
	struct str tag;    /* in its long form; p == NULL: none */
};

/* Returns false to stop. */
typedef bool (*yaml_sink)(void *ctx, const struct yaml_event *e);
/* False when the text is no YAML from beginning to end; errs says where and why, and what came
 * before that has gone to the sink. */
bool yaml_events(struct str text, const char *file, yaml_sink sink, void *ctx,
		 struct err_list *errs);

#endif
