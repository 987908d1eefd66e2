/* SPDX-License-Identifier: Apache-2.0 */
/* graph_keys.h: every key that a graph file can have, as one table. */
#ifndef LOCKSTEP_MODEL_GRAPH_KEYS_H
#define LOCKSTEP_MODEL_GRAPH_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The loader walks a graph file by these tables, and tests/unit/t-graph_schema.c holds
 * docs/lockstep.schema.json against them: a key, a choice or a pattern that is in one and not in
 * the other fails `make check`. What a table cannot say (a name that a registry takes, a path
 * that leaves the repository) is checked in graph_load_*.c.
 */
enum graph_shape {
	GRAPH_SHAPE_TEXT,    /* a scalar that is no number, boolean or null, or is quoted */
	GRAPH_SHAPE_SCALAR,  /* any scalar, taken as it is written */
	GRAPH_SHAPE_NUMERAL, /* a number, or text that fits the pattern */
	GRAPH_SHAPE_OCTAL,   /* octal digits, with or without quotes */
	GRAPH_SHAPE_NUMBER,
	GRAPH_SHAPE_BOOL,
	GRAPH_SHAPE_CHOICE,      /* text out of a closed set */
	GRAPH_SHAPE_TEXTS,       /* a list of scalars */
	GRAPH_SHAPE_ONE_OR_MORE, /* a scalar or a list of scalars */
	GRAPH_SHAPE_PAIRS,       /* a mapping of scalars, or a list of NAME=VALUE */
	GRAPH_SHAPE_OBJECT,
	GRAPH_SHAPE_OBJECTS, /* a list of mappings; which object, the key that it has decides */
	GRAPH_SHAPE_NAMED,   /* a mapping from names to objects */
	GRAPH_SHAPE_VALUES,  /* a mapping from names to a scalar or an object */
};

/* The type of a value: its shape, and for texts the pattern (POSIX extended, and valid in
 * ECMA-262 with the same meaning) that it has to fit. */
struct graph_type {
	const char *name; /* in the schema's definitions; NULL = written out there */
	enum graph_shape shape;
	const char *noun; /* what it must be: "text", "a duration"; list types: what an item is */
	const char *pattern; /* NULL = none; list types: of each item */
	const char *rule;    /* what is right, for the hint; NULL = the key's example */
	bool hidden;         /* what is wrong may be a secret, and is never shown */
};

struct graph_object;

struct graph_key {
	const char *name;
	const struct graph_type *type;
	const char *example; /* "timeout: 20m" */
	bool required;
	long long min, max;         /* GRAPH_SHAPE_NUMBER */
	const char *const *choices; /* GRAPH_SHAPE_CHOICE */
	const size_t *nchoices;
	const struct graph_object *const *objects; /* one, or the alternatives; NULL-terminated */
	const char *item; /* GRAPH_SHAPE_OBJECTS: what messages call one: "a check" */
};

struct graph_object {
	const char *name; /* in the schema's definitions; "" = the whole file */
	const struct graph_key *keys;
	size_t nkeys;
};

extern const struct graph_object graph_object_file;
extern const struct graph_object graph_object_image, graph_object_pod;
/* The key of the object that does what `name` does in compose, bake or a workflow; NULL = none. */
const struct graph_key *graph_key_elsewhere(const struct graph_object *object, const char *name);
/* The key with that name, or NULL. */
const struct graph_key *graph_key_find(const struct graph_object *object, const char *name);

#endif
